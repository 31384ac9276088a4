"""Every text of the page is there in Chinese, and what the page repeats agrees with its origin."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shiftdemo.core.messages import texts as texts_of
from shiftdemo.core.model_refs import bundled_models, bundled_refs
from shiftdemo.core.task_spec import task_names, task_specs
from shiftdemo.evaluation.scores import score_names
from shiftdemo.experiments import presets
from shiftdemo.models import load as models
from shiftdemo.models import scratch
from shiftdemo.publishing.attention import corpus_view, lab, labels
from shiftdemo.publishing.attention import words as attention
from shiftdemo.publishing.comparison import breakdown, figures, words
from shiftdemo.shifts import SHIFTS
from shiftdemo.shifts.operators import position_offset
from shiftdemo.tasks.heads import make_task
from shiftdemo.ui import app
from shiftdemo.ui.build import set_view as build_set
from shiftdemo.ui.common import data_form, texts
from shiftdemo.ui.common import handlers as wiring
from shiftdemo.ui.common import model_picker as pickers
from shiftdemo.ui.common import shift_form as forms
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.compare import typed
from shiftdemo.ui.compare.tab import TAB_NAMES
from shiftdemo.ui.train import form as train_form
from shiftdemo.ui.train import progress

WORDS = re.compile(r"\b(at|by|if|on|of|level|gaps|likewise)\b")  # in a formula
SCORES_IN_EVERY_LANGUAGE = ("BLEU", "chrF", "ROUGE")
FOLDER = Path(app.__file__).parent


def _literals() -> Iterator[str]:
    """Yields the texts that are written where they are used."""
    told = FOLDER.parent / "publishing"
    rooms = [FOLDER, told / "comparison", told / "attention"]
    for path in sorted(path for room in rooms for path in room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = {"t": 0, "visit": 0, "reader": 0, "number": 1}.get(called)
            if place is None or len(node.args) <= place:
                continue
            argument = node.args[place]
            either = isinstance(argument, ast.IfExp)
            for text in (argument.body, argument.orelse) if either else (argument,):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value


def _named() -> Iterator[str]:
    """Yields the texts that are kept in constants."""
    for name, value in vars(texts).items():
        if name.isupper():
            yield from [value] if isinstance(value, str) else value.values()
    pairs = (app.page_tasks(), data_form.PLACES, data_form.ANSWER_PLACES)
    pairs += (train_form.ARM_CHOICES, train_form.OPTIMISERS, train_form.SCHEDULES)
    yield from train_form.NUMBERS.values()
    for one in presets.PRESETS:
        yield from filter(None, (one.label, one.about, one.recorded_on))
    for table in pairs:
        yield from (label for label, _ in table)
    yield from [build_set.TARGET_TITLE, forms.DIAL_OF_SEVERAL]
    yield from [typed.ONE_A_LINE, typed.ONE_A_PARAGRAPH, typed.STRENGTH, words.SEED_BY_SEED]
    yield from (*breakdown.KINDS.values(), *breakdown.AVERAGES.values(), *figures.WHERE.values())
    yield from TAB_NAMES.values()
    yield from (*lab.KINDS.values(), *attention.STAT_NAMES.values(), *labels.TEXTS.values())
    yield from (*corpus_view.WAYS.values(), *corpus_view.QUERIES.values())
    yield from [*progress.STATES.values(), *forms.STAGES.values(), wiring.FAULT, app.INTRODUCTION]
    ours = [shift for shift in SHIFTS if shift.__module__.startswith("shiftdemo.")]
    yield from (text for shift in ours for text in (shift.effect, shift.source))
    yield from (one.formula for one in ours if WORDS.search(one.formula))
    scored = (name for task in task_names() for name in score_names(make_task(task)))
    yield from (name for name in scored if not name.startswith(SCORES_IN_EVERY_LANGUAGE))
    yield from (spec.accuracy_name for spec in task_specs())
    yield from (app.TITLE, app.BIG, app.USUAL)
    yield from (spec.first_look for spec in task_specs() if spec.first_look)
    yield from position_offset.INVARIANT.values()


def test_every_text_has_its_chinese() -> None:
    missing = [text for text in (*_literals(), *_named()) if text not in texts_of("zh")]
    assert not missing, f"say it in texts of assets/languages/zh.json: {missing}"


def test_every_chinese_text_is_used() -> None:
    written = {
        node.value
        for path in FOLDER.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert not [text for text in texts_of("zh") if text not in written | set(_named())]


def test_placeholders_are_the_same_in_both_languages() -> None:
    for text, chinese in texts_of("zh").items():
        wanted = {part.split("}")[0] for part in text.split("{")[1:]}
        assert wanted == {part.split("}")[0] for part in chinese.split("{")[1:]}, text


@pytest.mark.parametrize(("lang", "said"), [("en", "3 / 5"), ("zh", "3 / 5")])
def test_visit_puts_values_in(lang: str, said: str) -> None:
    assert said in Visit(lang)("{n} sentences, {m} of them shifted.", n="3 / 5", m=1)


def test_pickers_offer_what_there_is() -> None:
    assert pickers.ENCODINGS == scratch.ENCODINGS
    for name, task in bundled_models().items():
        for ref in bundled_refs(task):
            loaded = models.load_model(ref, task)
            assert pickers.encoding_of(ref) == loaded.positions.encoding, name


@pytest.mark.parametrize(
    ("refs", "pair"),
    [
        ([], (None, None)),
        (["bundled:tagger", "bundled:tagger/shift"], ("bundled:tagger", "bundled:tagger/shift")),
        (["run:b/base", "bundled:t", "bundled:t/shift"], ("bundled:t", "bundled:t/shift")),
        (["run:b/base", "run:b/shift", "bundled:t"], ("run:b/base", "run:b/shift")),
        (["run:b/base", "run:b/odd", "run:b/shift"], ("run:b/base", "run:b/shift")),
        (["run:b/odd"], ("run:b/odd", "run:b/odd")),
    ],
)
def test_pickers_begin_with_the_newest_pair(refs: list[str], pair: tuple[str, str]) -> None:
    assert pickers.default_pair([(ref, ref) for ref in refs]) == pair


def test_every_limit_of_the_page_is_within_the_operators() -> None:
    for shift in SHIFTS:
        assert shift.stage in forms.STAGES
