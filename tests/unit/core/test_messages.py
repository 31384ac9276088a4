"""Sentences with keys: every language says each of them, and nothing reads a finished one."""

from __future__ import annotations

import ast
import copy
import json
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chinese import english_in

import shiftdemo
from shiftdemo import api
from shiftdemo.core import messages
from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.errors import ShiftDemoError
from shiftdemo.core.events import RunFailed, RunFinished
from shiftdemo.core.limits import Limits
from shiftdemo.core.messages import (
    Line,
    Message,
    Row,
    Text,
    arm_name,
    joined,
    languages,
    parts,
    templates,
    texts,
    with_and,
    with_or,
)
from shiftdemo.core.samples import TranslationSample
from shiftdemo.core.task_spec import TASKS
from shiftdemo.data.load import load_samples
from shiftdemo.shifts import apply_shifts, make_shifts
from shiftdemo.training.record import from_json, to_json
from shiftdemo.viz.style import get_theme

PACKAGE = Path(shiftdemo.__file__).parent
ERRORS = re.compile(
    r"(Config|Data|Model|Limit|NoEffect|Fault|ShiftDemo|Overlap)Error|NotApplicable|LostProcess"
    r"|Cancelled|Message"
)
OTHERS = [lang for lang in languages() if lang != "en"]


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ERRORS.fullmatch(ast.unparse(node.func)):
                yield f"{path.name}:{node.lineno}", node


def _faults(lang: str) -> list[str]:
    """Returns the keys that a language misses, has too many or fills in otherwise."""
    english, other = templates("en"), templates(lang)
    wrong = set(english) ^ set(other)
    wrong |= {
        key for key in set(english) & set(other) if _fields(english[key]) != _fields(other[key])
    }
    return sorted(wrong)


@pytest.mark.parametrize("lang", OTHERS)
def test_every_language_says_every_message(lang: str) -> None:
    assert _faults(lang) == []


def test_a_new_language_is_one_file_and_a_missing_key_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lang in languages():
        (tmp_path / f"{lang}.json").write_text(json.dumps(messages._file(lang)), encoding="utf-8")
    german = dict(templates("en"))
    german["range.from_to"] = "{low:g} bis {high:g}"
    missing = german.pop("range.alone")
    (tmp_path / "de.json").write_text(
        json.dumps({"messages": german, "texts": {"Task": "Aufgabe"}})
    )
    monkeypatch.setattr(messages, "FOLDER", tmp_path)
    for cached in (messages.languages, messages._file):
        monkeypatch.setattr(messages, cached.__name__, cached.__wrapped__)
    assert messages.languages() == ("en", "de", "zh")
    assert Message("range.from_to", low=0, high=32).text("de") == "0 bis 32"
    assert texts("de")["Task"] == "Aufgabe"
    assert _faults("de") == ["range.alone"] and missing


def test_every_key_that_is_written_is_there_with_its_values() -> None:
    written = set()
    for where, node in _calls():
        first = node.args[0] if node.args else None
        if not isinstance(first, ast.Constant):
            continue
        assert first.value in templates("en"), f"{where}: {first.value!r} is no key"
        written.add(first.value)
        if not any(item.arg is None for item in node.keywords):
            assert {item.arg for item in node.keywords} == _fields(templates("en")[first.value]), (
                where
            )
    assert len(written) > 250


def test_no_error_is_raised_with_a_finished_sentence() -> None:
    finished = [
        where
        for where, node in _calls()
        if node.args
        and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
        and not (isinstance(node.args[0], ast.JoinedStr) and "." in ast.unparse(node.args[0])[:24])
    ]
    assert finished == []
    with pytest.raises(KeyError):
        ShiftDemoError("There is no such thing.")


def test_no_key_is_there_for_nothing() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    made = re.compile(
        r"^(arm\.|axis\.offset_|params\.|perturbation\.|slices\.|source\.|verdict\.)"
    )  # put together from parts
    idle = [key for key in templates("en") if f'"{key}"' not in source and not made.match(key)]
    assert idle == []


def test_a_message_is_english_as_a_string_and_goes_to_other_processes() -> None:
    inner = Message("shifts.no_words")
    said = Message("shifts.left_out", operator="drop", reason=inner)
    assert said == "drop: the sentence has no words."
    assert said.text("zh") == "drop：句子没有词。" and said.text("xx") == str(said)
    again = copy.copy(said)  # by what another process gets
    assert again is not said
    assert (again.key, again.text("zh")) == (said.key, said.text("zh"))
    assert Message.from_dict(json.loads(json.dumps(said.to_dict()))).text("zh") == said.text("zh")


def test_joined_sentences_come_apart_again() -> None:
    notes = [Message("shifts.no_words"), "plain", Message("shifts.one_mention")]
    assert joined(notes) == "; ".join(notes) and parts(joined(notes)) == notes
    assert joined([]) == "" and parts("") == [] and joined(notes[:1]) is notes[0]


def test_a_place_in_a_file_is_said_in_every_language() -> None:
    error = ShiftDemoError("lines.text", name=Line("a.csv", 3), kind="x")
    assert str(error) == "a.csv, line 3 is x." and error.message.text("zh").startswith(
        "a.csv 第 3 行"
    )
    row = Message("place.column", where=Row("a.parquet", 3), column="tags")
    assert (row, row.text("zh")) == (
        "a.parquet, row 3, column tags",
        "a.parquet 第 3 行，列 tags",
    )


def test_texts_of_the_page_are_values_of_messages() -> None:
    said = Message("place.column", where=Text("Training sentences.", inside=True), column="c")
    assert said == "training sentences, column c" and said.text("zh") == "训练句子数，列 c"
    for again in (
        copy.copy(said),
        Message.from_dict(json.loads(json.dumps(said.to_dict()))),
        Message("joined.two", first=copy.copy(said.values["where"]), second="c"),
    ):
        assert again.text("zh").startswith("训练句子数")
    assert Text("of another package").text("zh") == "of another package"


def test_names_in_a_row_are_said_in_every_language() -> None:
    assert (with_and(["a", "b", "c"]), with_or(["a", "b"])) == ("a and b and c", "a or b")
    shown = Message("joined.two", first=with_and(["a", "b", "c"]), second=with_or(["a", "b"]))
    assert shown.text("zh") == "a 和 b 和 c；a 或 b"
    assert with_and(["a"]) == "a" and arm_name("mine") == "mine"
    arms = Message("joined.two", first=arm_name("base"), second=arm_name("shift"))
    assert (arms, arms.text("zh")) == ("base; shift", "基线；移位训练")


def test_records_keep_what_was_said_and_old_ones_are_read() -> None:
    event = RunFinished("r", Message("loop.all_steps_done"), 1.0)
    plain = json.loads(json.dumps(to_json(event)))
    assert plain["reason"] == "all steps done"
    assert from_json(plain).reason.text("zh") == event.reason.text("zh") != "all steps done"
    old = {"event": "RunFailed", "run_id": "r", "message": "It failed.", "seconds": 1.0}
    assert from_json(old) == RunFailed("r", "It failed.", 1.0)
    unknown = {**plain, "messages": {"all steps done": {"key": "of.another.version", "values": {}}}}
    assert from_json(unknown).reason == "all steps done"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("append_copy:index=9", "append_copy：句中没有索引为 9 的词。"),
        ("append_copy:word=zebra", "append_copy：句中没有词 'zebra'。"),
        ("append_copy:word=reads", "append_copy：不知道对齐的是哪个目标词"),
    ],
)
def test_a_note_beside_a_row_is_said_in_chinese(spec: str, said: str) -> None:
    sample = TranslationSample("a", "Ada reads.", "Ada lit.")
    note = apply_shifts(make_shifts([spec], "translation"), sample, 0, always=True).note
    assert isinstance(note, Message) and note.text("zh").startswith(said)
    assert english_in(note.text("zh"), "append_copy target_word") == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: TrainConfig(learning_rate=-3), "learning_rate 为 -3；请给出"),
        (lambda: TrainConfig(steps=2.5), "之间的整数"),  # type: ignore[arg-type]
        (lambda: make_shifts(["append_copi"], "ner"), "是否想写 append_copy"),
        (lambda: make_shifts(["append_copy:q=3"], "ner"), "没有参数"),
        (lambda: make_shifts(["rotate:k=x"], "ner"), "移位 rotate：k='x' 不是整数"),
        (lambda: load_samples("ner", DataSpec(train="/no/such.conll", eval="x")), "没有文件"),
        (lambda: api.load("bundled:nothing", "ner"), "没有用于"),
        (lambda: api.load("bundled:tagger", "question_answering"), "有的是 无：请给出 scratch:"),
        (lambda: DataSpec(size=0), "数据：size 为 0"),
        (lambda: make_shifts(["no_such"], "ner"), "没有名为 'no_such' 的移位算子"),
        (lambda: TASKS.get("no_such"), "没有名为 'no_such' 的任务"),
        (lambda: api.load("scratch", "ner"), "没有写明位置编码；请写一个，例如 scratch:learned"),
        (lambda: Limits.public().check_reference("hub:a/b"), "允许：无"),
        (lambda: get_theme("pink"), "请选择 light 或 dark"),
    ],
)
def test_real_errors_are_said_in_chinese(call: Callable[[], object], said: str) -> None:
    with pytest.raises(ShiftDemoError) as caught:
        call()
    shown = caught.value.message.text("zh")
    assert said in shown
    assert not re.search(r"\b(give|choose|there|is|has|the)\b", shown), shown
    assert caught.value.message.text("en") == str(caught.value)
