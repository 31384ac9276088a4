"""Text to words and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shiftdemo.core import words as w


def joined(words: list[str]) -> str:
    """Words that did not stand together, with the gaps that are written between them."""
    gaps = [w.gap_between(left, word) for left, word in zip(["", *words], words, strict=False)]
    return w.join(w.Words(tuple(words), (*gaps, "")))


TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="aà lsdqu'’-.,(«»%1中文ー。，\u0301\u00a0\t\n", max_size=40),
)


@settings(max_examples=1000)
@given(TEXT)
def test_join_split_gives_the_text_back(text: str) -> None:
    parts = w.split(text)
    assert w.join(parts) == text
    assert len(parts.gaps) == len(parts.words) + 1
    assert all(not gap.strip() for gap in parts.gaps)
    assert all(word and not word[0].isspace() for word in parts.words)


@settings(max_examples=500)
@given(TEXT, TEXT)
def test_split_of_two_texts_with_a_space_is_the_two_splits(left: str, right: str) -> None:
    assert w.split(f"{left} {right}").words == w.split(left).words + w.split(right).words


@settings(max_examples=500)
@given(TEXT)
def test_every_word_splits_into_itself_at_the_end_of_a_text(text: str) -> None:
    for word in w.split(text).words:
        if not word.startswith(("'", "’")):
            assert w.split(f"x {word}").words == ("x", word)


@settings(max_examples=500)
@given(st.lists(TEXT, max_size=4))
def test_words_of_running_text_are_the_words_that_it_was_made_from(texts: list[str]) -> None:
    words = [word for text in texts for word in w.split(text).words]
    assert list(w.split(joined(words)).words) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("   ", ()),
        ("Hello, world!", ("Hello", ",", "world", "!")),
        ("l'homme qu’il voit", ("l'", "homme", "qu’", "il", "voit")),
        ("Jusqu'à lorsqu'on", ("Jusqu'", "à", "lorsqu'", "on")),
        ("aujourd'hui, presqu'île", ("aujourd'hui", ",", "presqu'île")),
        ("S'il n'y a", ("S'", "il", "n'", "y", "a")),
        ("Ada's book isn't here", ("Ada", "'s", "book", "isn't", "here")),
        ("the l's", ("the", "l", "'s")),
        ("plan d', plan d'", ("plan", "d'", ",", "plan", "d'")),
        ("vitamin-s x's中", ("vitamin-s", "x", "'s", "中")),
        ("a well-known one", ("a", "well-known", "one")),
        ("你好，世界。", ("你", "好", "，", "世", "界", "。")),
        ("GPT 和 BERT模型", ("GPT", "和", "BERT", "模", "型")),
        ("a...b", ("a", ".", ".", ".", "b")),
    ],
)
def test_split_finds_the_words(text: str, words: tuple[str, ...]) -> None:
    assert w.split(text).words == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["Hello", ",", "world", "!"], "Hello, world!"),
        (["l'", "homme"], "l'homme"),
        (["qu’", ",", "s'", "s"], "qu’ , s' s"),
        (["Ada", "'s", "book"], "Ada's book"),
        (["(", "a", ")"], "(a)"),
        (["你", "好", "，", "世", "界"], "你好，世界"),
        (["de", "模", "型"], "de 模型"),
    ],
)
def test_from_words_writes_running_text(words: list[str], text: str) -> None:
    assert joined(words) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cafe\u0301 noir", ["cafe\u0301", "noir"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("مُحَمَّد", ["مُحَمَّد"]),
        ("か\u3099き", ["か\u3099", "き"]),
        ("👩\u200d👩\u200d👧 ok", ["👩\u200d👩\u200d👧", "ok"]),
        ("It is 3.14, not 1,000.", ["It", "is", "3.14", ",", "not", "1,000", "."]),
    ],
)
def test_accents_signs_and_numbers_stay_with_their_word(text: str, words: list[str]) -> None:
    assert list(w.split(text).words) == words and w.join(w.split(text)) == text


def test_a_point_between_digits_that_stood_apart_is_kept_apart() -> None:
    assert w.gap_between("0", ".", "5") == w.gap_between("3.1", ",", "4") == " "
    assert w.gap_between("0", ".") == w.gap_between("0", ".", "x") == w.gap_between("x", ".", "5")
    assert w.gap_between("0", ".") == ""


def test_an_accent_by_itself_does_not_join_another_word() -> None:
    text = joined(["(", "\u0301", "a", "\u0301"])
    assert list(w.split(text).words) == ["(", "\u0301", "a", "\u0301"]
