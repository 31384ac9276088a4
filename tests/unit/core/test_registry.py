"""Names to classes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import texts
from shiftdemo.core.registry import Registry
from shiftdemo.core.task_spec import TASKS, task_names
from shiftdemo.shifts import SHIFTS


class _Apple:
    name = "apple"


class _Pear:
    name = "pear"


def test_registry_keeps_the_order_of_registration() -> None:
    fruit: Registry[object] = Registry("fruit")
    assert fruit.register(_Pear) is _Pear
    fruit.register(_Apple)
    assert fruit.names() == ["pear", "apple"]
    assert list(fruit) == [_Pear, _Apple]
    assert fruit.get("apple") is _Apple
    assert "pear" in fruit and "plum" not in fruit


def test_registry_names_the_nearest_for_a_misspelt_name() -> None:
    fruit: Registry[object] = Registry("fruit")
    fruit.register(_Pear)
    fruit.register(_Apple)
    with pytest.raises(ConfigError, match=r"no fruit called 'aple'; did you mean apple"):
        fruit.get("aple")
    with pytest.raises(ConfigError, match="pear, apple"):
        fruit.get("xyz")


def test_registry_refuses_a_second_class_of_one_name() -> None:
    fruit: Registry[object] = Registry("fruit")
    fruit.register(_Pear)
    with pytest.raises(ValueError, match="twice"):
        fruit.register(_Pear)


def _package(folder: Path, name: str, group: str, text: str) -> None:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    facts = folder / f"{name}-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[{group}]\n{name} = {name}\n")


def test_a_broken_package_is_named_and_the_others_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _package(tmp_path, "fruit_broken", "test.fruit", "raise RuntimeError('rotten')")
    _package(tmp_path, "fruit_sound", "test.fruit", "eaten = True")
    monkeypatch.syspath_prepend(str(tmp_path))
    fruit: Registry[object] = Registry("fruit", "test.fruit")
    fruit.register(_Pear)
    with pytest.warns(UserWarning, match=r"'fruit_broken' of another package.*rotten"):
        assert fruit.names() == ["pear"]
    assert sys.modules["fruit_sound"].eaten
    assert list(fruit) == [_Pear]  # looked for once


def test_the_two_registries_hold_what_is_documented() -> None:
    assert set(task_names()) == set(TASKS.names())
    assert {"append_copy", "prefix_context", "position_offset", "length_crop"} <= set(
        SHIFTS.names()
    )
    for shift in SHIFTS:
        assert set(shift.tasks()) <= set(TASKS.names())
        assert shift.stage in ("sample", "position", "length", "decoder", "control")
        for text in (shift.summary, shift.formula, shift.source, shift.effect):
            assert text.strip(), shift.name
        ours = shift.__module__.startswith("shiftdemo.")
        assert shift.summary in texts("zh") or not ours, shift.name
        assert any(param.name == "p" for param in shift.params), shift.name
        assert shift.examples, f"{shift.name} has no worked example"
        for param in shift.params:
            assert param.help and (param.help in texts("zh") or not ours)
            assert param.parse(param.default, shift.name) == param.default
