"""The doors of the Start tab: each opens another tab with the sentence in it, ready to go on."""

from __future__ import annotations

import json
import time
from typing import Any

import gradio as gr

from shiftdemo.api.requests import AttendRequest, BuildRequest
from shiftdemo.core.model_refs import bundled_refs
from shiftdemo.experiments.first_look import EXAMPLES, LAST
from shiftdemo.experiments.presets import TRANSLATION
from shiftdemo.ui.attention.tab import AttentionTab
from shiftdemo.ui.build.tab import BuildTab
from shiftdemo.ui.common.handlers import wire
from shiftdemo.ui.common.i18n import Visit
from shiftdemo.ui.start.tab import NOW, StartTab
from shiftdemo.ui.train.tab import TrainTab

MOST_LETTERS = 300  # as in the box of the Start tab


class Doors:
    """What a press on each of them does."""

    def __init__(
        self,
        tabs: gr.Tabs,
        start: StartTab,
        build: BuildTab,
        train: TrainTab,
        attention: AttentionTab,
    ) -> None:
        """Wires the doors."""
        self.build, self.train, self.attention = build, train, attention
        now, opened = {"now": start.now}, {"tabs": tabs}
        doors, message = start.doors, start.message
        filled = {**opened, **build.form}
        wire(doors["build"].click, self._to_build, now, filled, message, js=NOW)
        followed = {"followed": train.followed}
        shown = {**opened, **train.form, **followed}
        wire(doors["train"].click, self._to_train, followed, shown, message)
        asked = {**opened, "asked": attention.asked, **attention.form}
        asked["target_box"] = attention.form.target_box
        wire(doors["attention"].click, self._to_attention, now, asked, message, js=NOW)

    def _to_build(self, visit: Visit, now: str) -> dict[str, Any]:
        text, position = _now(now)
        shift = f"position_offset:fixed={position},p=1"
        request = BuildRequest(origin="typed", text=text, shifts=(shift,))
        return {"tabs": gr.Tabs(selected="build"), **self.build.form.filled(request)}

    def _to_train(self, visit: Visit, followed: tuple[str, int]) -> dict[str, Any]:
        shown = self.train.shows(TRANSLATION, visit, followed)
        return {"tabs": gr.Tabs(selected="train"), **shown}

    def _to_attention(self, visit: Visit, now: str) -> dict[str, Any]:
        text, position = _now(now)
        base, shifted = bundled_refs(AttendRequest().task)
        request = AttendRequest(model=base, versus=shifted, text=text)
        form = self.attention.form.filled(request)
        form["target_box"] = self.attention.form.box(request.task)
        self.attention.expects(visit)
        asked = (time.monotonic(), float(position))
        return {"tabs": gr.Tabs(selected="attention"), "asked": asked, **form}


def _now(text: str) -> tuple[str, int]:
    """Returns the sentence and its position, from whatever a browser has sent."""
    try:
        values: Any = json.loads(text)
        sentence, position = str(values["text"]).strip()[:MOST_LETTERS], int(values["position"])
    except (ValueError, TypeError, KeyError):
        sentence, position = "", 0
    return sentence or next(iter(EXAMPLES.values())), min(max(position, 0), LAST)
