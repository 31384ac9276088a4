"""Attention as files: nothing is lost, nothing in a token is markup, and a bad name is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shiftdemo import api
from shiftdemo.core.errors import ConfigError
from shiftdemo.publishing.attention.corpus_view import corpus_view
from shiftdemo.publishing.attention.files import (
    as_arrays,
    as_dict,
    picture,
    write_attention,
    zipped,
)
from shiftdemo.publishing.attention.lab import lab
from shiftdemo.publishing.attention.numbers import packed, rounded, unpacked
from shiftdemo.publishing.attention.words import told
from shiftdemo.viz.reader import Reader

Make = Callable[..., Any]
TEXT = "Ada </script><img src=x> ${1} {{2}} \\n \u202eabc reads"


@pytest.fixture
def result(make_tiny: Make) -> Any:
    models = {
        arm: make_tiny("translation", "learned", seed=i, max_positions=128)
        for i, arm in enumerate(("base", "shift"))
    }
    sample = api.typed_sample("translation", TEXT, "Ada lit un livre .")
    return api.attend_loaded("translation", models, sample, strength=5)


def test_numbers_are_packed_to_four_digits_and_back() -> None:
    values = np.random.default_rng(0).random((2, 3, 4, 5))
    values[0, 0, 0, 0] = np.nan
    plain = packed(values)
    again = unpacked(json.loads(json.dumps(plain)))
    np.testing.assert_allclose(again, values, atol=0.5e-4)
    assert np.isnan(again[0, 0, 0, 0])
    assert rounded(np.array([[0.12345, np.nan]]), 2) == [[0.12, None]]
    for wrong in ([-0.1], [7.0]):
        with pytest.raises(ValueError, match=r"0 to 6\.5"):
            packed(np.array(wrong))


def test_json_and_numpy_hold_every_map_before_and_after(result: Any, tmp_path: Path) -> None:
    write_attention(result, "translation", tmp_path / "a" / "x.json")
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["x.json"]
    plain = json.loads((tmp_path / "a" / "x.json").read_text())
    assert plain == json.loads(json.dumps(as_dict(result)))
    assert (
        plain["text"] == TEXT and plain["strength"] == 5 and set(plain["arms"]) == {"base", "shift"}
    )
    assert set(plain["models"]) == {"base", "shift"} and plain["versions"]["torch"]
    write_attention(result, "translation", tmp_path / "x.npz")
    with np.load(tmp_path / "x.npz") as arrays:  # without pickle
        for arm, look in result.arms.items():
            for name, reading in (("now", look.now), ("before", look.before)):
                for number, one in enumerate(reading.maps):
                    key = f"{arm}/{name}/{one.kind}"
                    np.testing.assert_array_equal(arrays[key], one.weights)
                    assert tuple(arrays[f"{key}/keys"]) == one.key_tokens
                    own = plain["arms"][arm][name]["maps"][number]
                    np.testing.assert_allclose(own["weights"], one.weights, atol=1e-6)
                    assert own["key_words"] == list(one.key_words)
    assert len(as_arrays(result)) == 2 * 2 * 3 * 3


def test_the_page_needs_nothing_else_and_no_token_is_markup(result: Any, tmp_path: Path) -> None:
    write_attention(result, "translation", tmp_path / "x.html")
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    data = page.split('type="application/json">')[1].split("</script>")[0]
    value = json.loads(data)
    assert value["text"] == TEXT and [one["kind"] for one in value["maps"]] == [
        "encoder",
        "decoder",
        "cross",
    ]
    assert "<img" not in page.replace("\\u003c", "") and "\u202e" not in "".join(
        value["maps"][0]["keys"]
    )
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    for arm, look in result.arms.items():
        for number, one in enumerate(look.now.maps):
            shown = unpacked(value["maps"][number]["arms"][arm]["now"]["weights"])
            np.testing.assert_allclose(shown, one.weights, atol=0.6e-4)
    with zipfile.ZipFile(io.BytesIO(zipped(result, "translation"))) as archive:
        names = {"attention.html", "attention.json", "attention.npz"}
        assert set(archive.namelist()) == names
        assert archive.read("attention.html").decode() == page


def test_a_bad_name_is_one_sentence_and_leaves_nothing(result: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"must end in \.json or \.html or \.npz"):
        write_attention(result, "translation", tmp_path / "x.gif")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_attention(result, "translation", tmp_path / "file" / "x.json")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    with pytest.raises(ConfigError, match="choose encoder or decoder or cross"):
        picture(result, "png", kind="none")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sentences_say_which_head_and_what_it_does(result: Any, make_tiny: Make, lang: str) -> None:
    reader = Reader(lang)
    said = told(reader, result)
    assert ("Layer 0, head" if lang == "en" else "第 0 层") in said and " 5" in said
    value = lab(reader, result, "translation")
    for one in value["maps"]:
        rows = np.array(one["said"])
        assert rows.shape == (one["layers"], one["heads"], 2) and (rows != "").all()
    moved = np.array(value["maps"][-1]["moved"]["arms"])
    layer, head = np.unravel_index(moved.argmax(), moved.shape)
    assert " ".join(value["maps"][-1]["said"][layer][head]) == said
    sample = api.typed_sample("translation", "Ada reads .", "Ada lit .")
    models = {"base": make_tiny("translation", "learned")}
    alone = api.attend_loaded("translation", models, sample)
    assert "%" in told(reader, alone)
    masked = api.attend_loaded("translation", models, sample, masked=[1])
    assert "reads" in told(reader, masked)


def test_models_over_other_tokens_are_not_subtracted(make_tiny: Make) -> None:
    models = {"base": make_tiny("ner", "learned"), "shift": make_tiny("ner", "learned", heads=4)}
    result = api.attend_loaded("ner", models, api.typed_sample("ner", "Ada reads ."), strength=3)
    value = lab(Reader(), result, "ner")
    assert value["maps"][0]["missing"] and list(value["maps"][0]["arms"]) == ["base"]
    assert "base" in told(Reader(), result)


def test_a_corpus_gives_profiles_and_an_alignment_error_rate(make_tiny: Make) -> None:
    models = {
        arm: make_tiny("translation", "learned", seed=i, max_positions=200)
        for i, arm in enumerate(("base", "shift"))
    }
    found = api.attend_corpus_loaded("translation", models, strength=4, n=12)
    assert found.n == 12 and found.alignment is not None
    for arms in (found.alignment.arms, found.profiles):
        assert set(arms) == {"base", "shift"}
    for one in (aligner.error for own in found.alignment.arms.values() for aligner in own):
        assert one.n == 6 and 0 <= one.low <= one.value <= one.high <= 100 and one.signature
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["n"] == 12 and plain["alignment"]["differences"][0]["p_value"] is not None
    view = json.loads(json.dumps(corpus_view(Reader(), found), allow_nan=False))
    assert [one["kind"] for one in view["kinds"]] == ["encoder", "decoder", "cross"]
    assert len(view["tables"]) == 1 and len(view["tables"][0]["rows"]) == 4
    stopped = api.attend_corpus_loaded("translation", models, n=12, cancel=lambda: True)
    assert stopped.n == 0
    questions = {"base": make_tiny("question_answering", "learned", max_positions=400)}
    answered = api.attend_corpus_loaded("question_answering", questions, n=8)
    assert answered.alignment is None and "base" in answered.answers and answered.by_chance
    [table] = corpus_view(Reader("zh"), answered)["tables"]
    assert "%" in table["caption"] and len(table["rows"]) == 1
