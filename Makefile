# Two commands: "make demo" opens the app, "make test" runs every test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 7860

.PHONY: demo test lint format browser clean

demo: $(VENV)/demo
	$(BIN)/python -m shiftdemo serve --port $(PORT) --open

test: $(VENV)/dev browser
	$(BIN)/python -m pytest

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(VENV)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# A Python without the venv module (Debian's, for one) gets virtualenv into a folder of ours.
$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "Python 3.10 or newer is needed; name one with make PYTHON=python3.12."; exit 1; }
	$(PYTHON) -m venv $(VENV) \
	  || { $(PYTHON) -m pip install --quiet --target $(VENV)/tool virtualenv \
	       && PYTHONPATH=$(VENV)/tool $(PYTHON) -m virtualenv $(VENV); }
	@touch $@

$(VENV)/demo: $(VENV)/made requirements.txt
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/dev: $(VENV)/demo pyproject.toml
	$(BIN)/python -m pip install --quiet -e '.[dev]'
	@touch $@

browser: $(VENV)/dev
	@PYTHON=$(BIN)/python sh tests/browser.sh

clean:
	rm -rf $(VENV) .ruff_cache .mypy_cache .pytest_cache .hypothesis .import_linter_cache
