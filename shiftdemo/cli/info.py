"""``info``: what there is, tasks, shifts and models."""

from __future__ import annotations

import argparse
import dataclasses
import textwrap
from typing import Any

from shiftdemo import api
from shiftdemo.cli.flags import json_flag, task_flag
from shiftdemo.cli.output import print_json
from shiftdemo.core.errors import ConfigError

HELP = "what there is: tasks, shifts, models"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``info``."""
    json_flag(parser)
    parser.add_argument(
        "--model", metavar="MODEL", help="what is found in this model instead; needs --task"
    )
    task_flag(parser, required=False)
    parser.add_argument("--markdown", action="store_true", help="the operators as a table")


def run(arguments: argparse.Namespace) -> int:
    """``info``"""
    if arguments.model:
        return _print_model(arguments)
    description = api.describe()
    if arguments.json:
        print_json(description)
        return 0
    if arguments.markdown:
        print("\n".join(operator_table(description)))
        return 0
    print("  ".join(f"{name} {version}" for name, version in description["versions"].items()))
    print("\nTasks:  " + ", ".join(task["name"] for task in description["tasks"]))
    print("\nShifts (name:key=value,key=value):")
    for shift in description["shifts"]:
        _print_shift(shift)
    print("\nModels:")
    for model in description["models"]:
        print(f"  {model['ref']:<22} {model['task']}")
    print("\nPresets (finetune --preset NAME):")
    for one in description["presets"]:
        print(f"  {one['name']:<12} {one['about']}")
    return 0


def _print_model(arguments: argparse.Namespace) -> int:
    if not arguments.task:
        raise ConfigError("info.model_needs_task")
    facts = dataclasses.asdict(api.look(arguments.model, arguments.task, trainable=True))
    if arguments.json:
        print_json(facts)
        return 0
    for name, value in facts.items():
        shown = ", ".join(value) if isinstance(value, tuple) else value
        print(
            f"{name.replace('_', ' '):<15} {shown:,}"
            if type(value) is int
            else f"{name.replace('_', ' '):<15} {shown}"
        )
    return 0


def operator_table(described: dict[str, Any]) -> list[str]:
    """Returns the lines of a Markdown table of all operators, from what they say of themselves."""
    everything = len(described["tasks"])
    rows = ["| name | stage | tasks | what it does |", "| --- | --- | --- | --- |"]
    for shift in described["shifts"]:
        tasks = "all" if len(shift["tasks"]) == everything else ", ".join(shift["tasks"])
        first = shift["summary"].split(". ")[0].rstrip(".").replace("|", "\\|")
        rows.append(f"| `{shift['name']}` | {shift['stage']} | {tasks} | {first} |")
    return rows


def _print_shift(shift: dict[str, Any]) -> None:
    print(f"\n  {shift['name']}  [{shift['stage']}; {', '.join(shift['tasks'])}]")
    facts = (
        ("", "summary"),
        ("formula: ", "formula"),
        ("effect: ", "effect"),
        ("source: ", "source"),
    )
    for name, key in facts:
        print(
            textwrap.fill(
                name + shift[key], 96, initial_indent="      ", subsequent_indent="      "
            )
        )
    for param in shift["params"]:
        print(f"      {param['name']}={param['default']!r} ({_bounds(param)}): {param['help']}")


def _bounds(param: dict[str, Any]) -> str:
    """Returns what a parameter may be, with its kind where numbers would mislead."""
    if param["choices"]:
        return ", ".join(param["choices"])
    if param["kind"] == "bool":
        return "true or false"
    bounds = f"{param['low']:g} to {param['high']:g}"
    return f"text of {bounds} characters" if param["kind"] == "str" else bounds
