"""The one visual language."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftdemo.core.errors import ConfigError
from shiftdemo.viz.style import (
    ARMS,
    arm_label,
    arm_style,
    arm_styles,
    escape,
    faded,
    get_theme,
    lines_of,
)


def test_arms_have_their_fixed_names_colours_and_markers():
    assert [arm_label(a) for a in ("start", "base", "shift")] == [
        "untrained",
        "base",
        "shift-trained",
    ]
    assert [s.color for s in ARMS.values()] == ["#7F7F7F", "#0072B2", "#D55E00", "#009E73"]
    assert [s.symbol for s in ARMS.values()] == ["square", "circle", "triangle-up", "diamond"]


def test_arm_style_of_another_arm_keeps_its_name_and_takes_no_arms_colour():
    other = arm_style("rotary")
    assert other.label == "rotary" and other == arm_style("rotary")
    assert other.color not in {style.color for style in ARMS.values()}


def test_arms_of_one_run_all_look_different():
    styles = arm_styles(("base", "a", "b", "c")), arm_styles(("w", "x", "y", "z"))
    for found in styles:
        assert len({s.color for s in found.values()}) == len({s.mark for s in found.values()}) == 4
    assert styles[0]["base"] == ARMS["base"] and styles[0]["a"].label == "a"


def test_escape_shows_markup_literally():
    assert escape("<b>A & B</b>\n") == "&lt;b&gt;A &amp; B&lt;/b&gt;\ufffd"
    assert escape("\u202eabc") == "abc" and escape("\u200b") == "\ufffd"


@given(st.text())
def test_escape_leaves_no_markup_and_no_line_end(text: str):
    found = escape(text)
    assert found and not re.search(r"[<>\n\r]", found)
    assert not re.search(r"&(?!amp;|lt;|gt;)", found)


def test_lines_break_at_spaces_and_between_chinese_letters():
    assert lines_of("a bb ccc", 4) == ["a bb", "ccc"]
    assert lines_of("abcdef g", 3) == ["abcdef", "g"]
    assert lines_of("one two three four", 17) == ["one two", "three four"]
    assert lines_of("偏移偏移：a", 8) == ["偏移偏", "移：a"]
    assert lines_of("间隔 G（位置数），源侧", 16) == ["间隔 G（位置", "数），源侧"]
    assert lines_of("", 5) == [""] and lines_of("a", 9) == ["a"]


def test_faded_and_themes():
    assert faded("#0072B2", 0.5) == "rgba(0, 114, 178, 0.5)"
    with pytest.raises(ConfigError, match="light or dark"):
        get_theme("pink")


def test_tables_and_views_need_neither_plotly_nor_torch():
    code = (
        "import sys, shiftdemo.viz.sample_view, shiftdemo.viz.loss, shiftdemo.viz.diff\n"
        "assert not {'plotly', 'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
