"""The dependencies are a contract: ranges with both ends, and one pin inside each of them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PLATFORMS = (("linux", "x86_64"), ("darwin", "arm64"), ("win32", "AMD64"))
PIN = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*(?: ; [^#@/]+)?")  # no address, no option


def lines(name: str) -> list[str]:
    """Returns the lines of a file of the root."""
    return (ROOT / name).read_text(encoding="utf-8").splitlines()


def extras() -> list[str]:
    """Returns what the extras of pyproject.toml ask for, less the package itself."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table = text.partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
    return [spec for spec in re.findall(r'"([^"]+)"', table) if not spec.startswith("shiftdemo")]


RUNTIME = lines("requirements.txt")
ASKED = [*RUNTIME, *extras()]


def pins(python: str, platform: str, machine: str) -> dict[str, list[str]]:
    """Returns the versions that constraints.txt pins there, by name."""
    there = {
        "python_version": python,
        "python_full_version": f"{python}.5",
        "sys_platform": platform,
        "platform_machine": machine,
    }
    found: dict[str, list[str]] = {}
    for line in lines("constraints.txt"):
        spec, _, marker = line.partition(" ; ")
        name, _, pinned = spec.partition("==")
        if not marker or Marker(marker).evaluate(there):
            found.setdefault(name, []).append(pinned)
    return found


@pytest.mark.parametrize("line", ASKED)
def test_a_range_has_both_ends(line: str) -> None:
    asked = Requirement(line)
    assert sorted(one.operator for one in asked.specifier) == ["<", ">="]
    assert not (asked.url or asked.extras or asked.marker)


def test_no_dependency_is_named_twice() -> None:
    names = [canonicalize_name(Requirement(line).name) for line in ASKED]
    assert sorted(names) == sorted(set(names))


def test_constraints_are_nothing_but_pins() -> None:
    assert [line for line in lines("constraints.txt") if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("platform", "machine"), PLATFORMS)
def test_each_dependency_has_one_pin_inside_its_range(
    python: str, platform: str, machine: str
) -> None:
    pinned = pins(python, platform, machine)
    assert {name: found for name, found in pinned.items() if len(found) > 1} == {}
    for asked in map(Requirement, ASKED):
        (found,) = pinned[canonicalize_name(asked.name)]
        assert found in asked.specifier, f"{asked} is pinned at {found}"


def test_a_space_gets_the_gradio_that_is_pinned() -> None:
    (pinned,) = pins("3.12", "linux", "x86_64")["gradio"]
    assert f"sdk_version: {pinned}" in lines("README.md")


def test_the_tools_of_the_makefile_are_pinned() -> None:
    (tools,) = (line for line in lines("Makefile") if line.startswith("TOOLS := "))
    assert set(tools.split()[2:]) <= set(pins("3.10", "linux", "x86_64"))


@pytest.mark.parametrize("line", ["torch>=2.8,<2.14", "torch<2.14,>=2.8"])
def test_the_newest_end_lifts_the_upper_end_alone(line: str) -> None:
    spec = importlib.util.spec_from_file_location("ends", ROOT / "tools" / "ends.py")
    assert spec is not None and spec.loader is not None
    ends = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ends)
    assert ends.without_upper_end(line) == "torch>=2.8"
