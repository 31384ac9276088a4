"""Characters: UTF-8, UTF-16 with its mark, what the user names, and nothing that is no text."""

from __future__ import annotations

from pathlib import Path

import pytest
from chinese import english_in

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import TranslationSample
from shiftdemo.data.reading.files import read_samples
from shiftdemo.data.reading.lines import check_encoding

TEXT = "source\ttarget\nétat\tÉtat\nnaïf\tœuvre"


def _read(path: Path, encoding: str = "") -> list[tuple[str, str]]:
    found = read_samples(path, "translation", encoding=encoding)
    return [(s.source, s.target) for s in found if isinstance(s, TranslationSample)]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_unicode_needs_no_name(tmp_path: Path, codec: str, end: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(TEXT.replace("\n", end).encode(codec))
    assert _read(path) == [("état", "État"), ("naïf", "œuvre")]


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("latin-1", "été\tà"),
        ("cp1252", "œuf\t“oui”"),
        ("gb18030", "你好𠀀\t世界"),
        ("shift_jis", "こんにちは\t世界"),
        ("big5", "你好\t世界"),
        ("euc_kr", "안녕\t세계"),
        ("utf-16-le", "été\tà"),
        ("cp500", "abc\tdef"),
    ],
)
def test_other_characters_are_named(tmp_path: Path, codec: str, text: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(f"{text}\n{text}\n".encode(codec))
    assert _read(path, codec) == [tuple(text.split("\t"))] * 2


@pytest.mark.parametrize(
    "name",
    [
        *"rot13 zip zlib hex base64 uu bz2 idna punycode unicode_escape undefined utf-7".split(),
        *("raw_unicode_escape", "none such", "../os", "a\0b", "été", "x" * 999),
    ],
)
def test_a_codec_that_is_no_character_set_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="There is no text encoding"):
        check_encoding(name)


def test_mixed_encodings_name_the_line_and_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes("été\tà\n".encode() * 3 + "été\tà\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"^a\.tsv, line 4 is not UTF-8; .*--encoding cp1252") as e:
        _read(path)
    assert english_in(e.value.message.text("zh"), "cp1252") == []


def test_a_wrong_name_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes("été\tà\n".encode("latin-1"))
    with pytest.raises(
        DataError, match="line 1 is not ASCII; name another one with --encoding"
    ) as e:
        _read(path, "ascii")
    assert english_in(e.value.message.text("zh"), "ASCII") == []


def test_broken_utf_16_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes("a\tb\nc\td\n".encode("utf-16") + b"\x00\xd8a\x00\n\x00")
    with pytest.raises(DataError, match="line 3 is not UTF-16"):
        _read(path)
