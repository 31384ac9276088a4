"""What the laboratory's own script asks: another strength, a mask, a row to be explained."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from shiftdemo import api
from shiftdemo.core.messages import languages
from shiftdemo.publishing.attention.files import zipped
from shiftdemo.publishing.attention.lab import lab
from shiftdemo.ui.common.context import Context
from shiftdemo.ui.common.handlers import problem
from shiftdemo.ui.common.i18n import Visit

MOST_MASKED = 32
KEPT, LARGEST = 32, 1_000_000  # sentences whose unshifted maps are kept, and weights of one


class Laboratory:
    """Answers to moves of the slider; models compute for one visitor at a time."""

    def __init__(self, context: Context) -> None:
        """Takes the server."""
        self.context = context
        self._turn = threading.Semaphore(1)
        self._stills: OrderedDict[Any, dict[str, Any]] = OrderedDict()

    def answer(self, asked: Any) -> dict[str, Any]:
        """Returns ``lab`` (what is drawn), ``gradients`` of a row, or ``problem``: what is wrong.

        Args:
            asked: ``task``, ``refs``, ``text``, ``target``, ``shift``, ``strength``, ``masked``,
                ``window``, ``lang`` and perhaps ``query``, from anybody.
        """
        values = asked if isinstance(asked, dict) else {}
        lang = values.get("lang")
        visit = Visit(lang if lang in languages() else "en")
        try:
            with self._turn:
                return self._answer(visit, values)
        except Exception as error:
            return {"problem": problem(error, visit)["text"]}

    def _answer(self, visit: Visit, values: Mapping[str, Any]) -> dict[str, Any]:
        task, refs, models, result = self._looked_at(values)
        if "query" in values:
            return {"gradients": api.attribute(task, models, result, int(values["query"]))}
        return {"lab": shown(visit, result, task, refs)}

    def files(self, asked: Mapping[str, Any]) -> bytes:
        """Returns what was looked at as a zip of files.

        Raises:
            ShiftDemoError: it cannot be looked at.
        """
        with self._turn:
            task, _, _, result = self._looked_at(asked)
        return zipped(result, task)

    def _looked_at(
        self, values: Mapping[str, Any]
    ) -> tuple[str, list[str], dict[str, Any], api.AttentionResult]:
        """Returns the task, the references, the models and what they attend to."""
        backend = self.context.backend
        task, refs = str(values.get("task") or ""), [str(ref) for ref in values.get("refs") or ()]
        sample = backend.typed_sample(task, _text(values, "text"), _text(values, "target"))
        models = backend.attended(task, *refs[:2])
        source, target = (int(first) for first in values.get("window") or (0, 0))
        stills = self._known((task, *refs, sample), models)
        result = api.attend_loaded(
            task,
            models,
            sample,
            _text(values, "shift"),
            float(values.get("strength") or 0),
            [int(word) for word in values.get("masked") or ()][:MOST_MASKED],
            (source, target),
            self.context.limits,
            stills,
        )
        self._keep((task, *refs, sample), models, stills)
        return task, refs, models, result

    def _known(self, key: Any, models: Mapping[str, Any]) -> dict[str, Any]:
        """Returns what these models, and not others that were loaded since, made of a sentence."""
        kept = self._stills.get(key, {})
        return {arm: still for arm, (loaded, still) in kept.items() if loaded is models.get(arm)}

    def _keep(self, key: Any, models: Mapping[str, Any], stills: Mapping[str, Any]) -> None:
        if sum(one.weights.size for still in stills.values() for one in still.maps) > LARGEST:
            return
        self._stills[key] = {arm: (models[arm], still) for arm, still in stills.items()}
        self._stills.move_to_end(key)
        while len(self._stills) > KEPT:
            self._stills.popitem(last=False)


def shown(visit: Visit, result: api.AttentionResult, task: str, refs: list[str]) -> dict[str, Any]:
    """Returns what ``attention.js`` draws, and what it asks with."""
    return {**lab(visit, result, task), "refs": refs}


def _text(values: Mapping[str, Any], name: str) -> str:
    return str(values.get(name) or "")
