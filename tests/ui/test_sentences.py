"""Sentences of the library on the Chinese page: none is forgotten, none is there for nothing."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import shiftdemo
from shiftdemo import api
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.errors import ShiftDemoError
from shiftdemo.data.load import load_samples
from shiftdemo.shifts import make_shifts
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.common.sentences import forms, in_chinese

PACKAGE = Path(shiftdemo.__file__).parent
# What the page never calls, or calls with arguments of its own.
ELSEWHERE = (
    "api/train.py",
    "api/build.py",
    "cli/",
    "core/config.py",
    "data/sources.py",
    "data/writing/",
    "evaluation/scorers/bleu_chrf.py",
    "evaluation/scores.py",
    "evaluation/seeds.py",
    "publishing/",
    "training/checkpoints.py",
    "training/pretrain.py",
    "training/trackers.py",
    "ui/app.py",
    "viz/export.py",
    "viz/style.py",
)
# Faults of a program that calls the library, or too short to be told from others.
NOT_SHOWN = (
    "split={} is unknown; choose from {}.",
    "new_frames={} is unknown; give True or False.",
    "lang={} is not a language of the grammar; choose en or fr.",
    "{} moves nothing here; give an offset over 0, and a side there is.",
    "The cache holds {} tokens, and not the hidden states that the delay layer needs of them; "
    "generate from an empty cache.",
    "Shift {} keeps no progress; the checkpoint is of another.",
    "{} is {}.",
    "{}",
)
OURS = re.compile(r"(Config|Data|Model|Limit|NoEffect|Fault)Error|NotApplicable|LostProcess")


def _form(node: ast.AST) -> str:
    """Returns the form of a text in the source, its values as ``{}``; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _form(part) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return ""


def _sources() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield name, node


def _known() -> set[str]:
    return {re.sub(r"\{\d\}", "{}", form) for form in forms()}


def test_every_form_is_one_of_the_library() -> None:
    written = {_form(node) for _, node in _sources()}
    assert not [form for form in _known() if form not in written]


def test_every_error_of_the_page_has_its_chinese() -> None:
    raised = {
        _form(text)
        for name, node in _sources()
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
        if OURS.fullmatch(ast.unparse(node.exc.func)) and not name.startswith(ELSEWHERE)
        for text in node.exc.args[:1]
    }
    assert len(raised) > 100
    assert sorted(raised - _known() - {"", *NOT_SHOWN}) == []


def test_both_languages_have_the_same_values() -> None:
    for english, chinese in forms().items():
        values = re.findall(r"\{\d\}", english)
        assert values == [f"{{{place}}}" for place in range(1, len(values) + 1)], english
        assert sorted(re.findall(r"\{\d\}", chinese)) == values, english


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: TrainConfig(learning_rate=-3), "learning_rate 为 -3；请给出"),
        (lambda: TrainConfig(steps=2.5), "之间的整数"),  # type: ignore[arg-type]
        (lambda: make_shifts(["append_copi"], "ner"), "是否想写 append_copy"),
        (lambda: make_shifts(["append_copy:q=3"], "ner"), "没有参数"),
        (lambda: make_shifts(["rotate:k=x"], "ner"), "不是整数"),
        (lambda: load_samples("ner", DataSpec(train="/no/such.conll", eval="x")), "没有文件"),
        (lambda: api.load("bundled:nothing", "ner"), "没有用于"),
    ],
)
def test_real_errors_are_said_in_chinese(call: Callable[[], object], said: str) -> None:
    with pytest.raises(ShiftDemoError) as caught:
        call()
    shown = Visit("zh").said(str(caught.value))
    assert said in shown
    assert not re.search(r"\b(give|choose|there|is|has|the)\b", shown), shown
    assert Visit("en").said(str(caught.value)) == str(caught.value)


def test_what_is_wrong_is_told_behind_the_place() -> None:
    assert (
        in_chinese("a.csv, line 3: the target has no word x.")
        == "a.csv 第 3 行：目标句中没有词 x。"
    )


@pytest.mark.parametrize("text", ["", "note: nothing of ours", "{1} {2}", "There is no file", ": "])
def test_other_texts_stay(text: str) -> None:
    assert in_chinese(text) == text


@pytest.mark.parametrize("text", ["a: ", ": a, line 1", ", line : ", "There is no file : , line "])
def test_sentences_are_looked_for_in_sentences_only_so_deep(text: str) -> None:
    began = time.perf_counter()
    in_chinese((text * 1000)[:2000])
    assert time.perf_counter() - began < 0.5


def test_no_text_takes_long() -> None:
    hostile = "There is no file " + ", line 1 has ; there is ".join(
        "aaaa, ({1})" for _ in range(60)
    )
    began = time.perf_counter()
    for end in ("", "; check the path.", ". "):
        in_chinese(hostile + end)
    assert time.perf_counter() - began < 0.5


def test_a_fault_is_said_whole_in_chinese() -> None:
    found = in_chinese(
        "Offset 5 does not reach the model (logits change by 0.0e+00 at most, position encoding "
        "unknown): a flat curve would mean nothing. Nothing is measured: bundled:tagger is known "
        "to feel it, so this is a fault of shiftdemo; please report it with the first line of "
        "“python -m shiftdemo info”."
    )
    assert found.startswith("偏移 5 到不了模型") and "已知 bundled:tagger 会受其影响" in found
