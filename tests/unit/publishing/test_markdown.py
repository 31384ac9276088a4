"""Whatever a text holds, a card shows it as code and stays whole: judged by a real parser."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from shiftdemo.publishing.markdown import code, fenced, front_matter, printable, table

TEXTS = st.text(st.sampled_from("a`|\\ *<>\n\t\x00é~#-_[]()!&;\u2028"), max_size=12)


def parse(lines: list[str]) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse("\n".join(lines))


@given(TEXTS.filter(str.strip))
def test_code_shows_its_text_and_nothing_else(text: str) -> None:
    *_, inline, _ = parse([f"x {code(text)} y"])
    assert inline.children is not None
    kinds = [(child.type, child.content) for child in inline.children]
    assert kinds == [("text", "x "), ("code_inline", printable(text)), ("text", " y")]


@given(TEXTS.filter(str.strip), TEXTS.filter(str.strip))
def test_a_table_keeps_every_cell(one: str, two: str) -> None:
    tokens = parse(table(("a", "b"), [(code(one), "1"), ("2", code(two))]))
    cells = [token for token in tokens if token.type == "inline"]
    spans = [[child.content for child in cell.children or ()] for cell in cells]
    assert spans == [["a"], ["b"], [printable(one)], ["1"], ["2"], [printable(two)]]


@given(TEXTS)
def test_a_fenced_block_is_not_ended_by_its_text(text: str) -> None:
    shown = text.replace("\x00", "").replace("\u2028", "")
    tokens = parse(["before", "", *fenced(shown, "sh"), "", "after"])
    (block,) = [token for token in tokens if token.type == "fence"]
    assert (block.content, block.info) == (f"{shown}\n", "sh")
    assert tokens[-2].content == "after"


def test_front_matter_is_yaml() -> None:
    fields = {"license": "other", "tags": ["a: b", "é # c"], "configs": [{"n": 1, "x": 'q"\n---'}]}
    text = "\n".join([*front_matter(fields), "", "# body"])
    assert text.count("\n---\n") == 1
    assert yaml.safe_load(text.split("\n---\n")[0].removeprefix("---\n")) == fields


def test_printable_leaves_one_line() -> None:
    assert printable("a\n\x1b[31mé") == "a??[31mé"
