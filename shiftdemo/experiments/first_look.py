"""What the page opens with: six sentences, what the bundled pairs make of them, and their curves.

The answers were recorded by ``tools/record_answers.py``; a test compares them with live models.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.model_refs import bundled_run
from shiftdemo.core.task_spec import TASKS, task_specs
from shiftdemo.evaluation.results import Comparison
from shiftdemo.training.run_folder import RunFolder

SHOWN = tuple(spec.name for spec in task_specs() if spec.first_look)
LAST = 64  # the furthest position that is shown
RECORDED = ASSETS / "answers.json"
# By the place that each names; chosen, of some thirty, so that both tasks have something to show.
EXAMPLES = {
    "Sydney": "Three girls are singing a song in Sydney.",
    "London": "A man is standing near the river in London.",
    "Madrid": "The children are playing near the river in Madrid.",
    "Berlin": "Anna wants to visit the museum in Berlin.",
    "Lisbon": "An old man is sitting on a bench in Lisbon.",
    "Chicago": "Three men are fixing a roof in Chicago.",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What both arms of every shown pair make of one sentence, wherever it stands.

    Attributes:
        text: the sentence.
        words: as they are tagged.
        positions: of its first word; encoder and decoder of a translator start there alike.
        outputs: by task and arm one output a position: a translation, or one tag a word.
    """

    text: str
    words: tuple[str, ...]
    positions: tuple[int, ...]
    outputs: Mapping[str, Mapping[str, tuple[Any, ...]]]

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values in which no output stands twice: ``distinct``, and which ``at``."""
        outputs: dict[str, dict[str, Any]] = {}
        for task, arms in self.outputs.items():
            outputs[task] = {}
            for arm, of in arms.items():
                distinct = list(dict.fromkeys(of))
                at = [distinct.index(output) for output in of]
                outputs[task][arm] = {"distinct": distinct, "at": at}
        return {
            "text": self.text,
            "words": self.words,
            "positions": self.positions,
            "outputs": outputs,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Answers:
        """Returns the answers that :meth:`to_dict` wrote."""
        outputs = {
            task: {
                arm: tuple(_frozen(of["distinct"][index]) for index in of["at"])
                for arm, of in arms.items()
            }
            for task, arms in values["outputs"].items()
        }
        return cls(values["text"], tuple(values["words"]), tuple(values["positions"]), outputs)


def _frozen(output: Any) -> Any:
    return tuple(output) if isinstance(output, list) else output


@functools.lru_cache(maxsize=1)
def recorded_answers() -> tuple[Answers, ...]:
    """Returns what was recorded of :data:`EXAMPLES`."""
    values = json.loads(RECORDED.read_text(encoding="utf-8"))
    return tuple(Answers.from_dict(entry) for entry in values["examples"])


@functools.lru_cache(maxsize=1)
def recorded_curves() -> Mapping[str, Comparison]:
    """Returns the comparison of each shown pair on its public test set, by task."""
    curves = {}
    for task in SHOWN:
        path = RunFolder(bundled_run(TASKS.get(task).bundled)).comparison
        curves[task] = Comparison.from_dict(json.loads(path.read_text(encoding="utf-8")))
    return curves


@functools.lru_cache(maxsize=1)
def curve_names() -> Mapping[str, str]:
    """Returns the name of each of these test sets, by task."""
    names = {}
    for task in SHOWN:
        recipe = bundled_run(TASKS.get(task).bundled) / "recipe.json"
        names[task] = json.loads(recipe.read_text(encoding="utf-8"))["curves"][0]
    return names
