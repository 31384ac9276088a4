"""A model of the visitor's own: looked at first, then among the models of every tab."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from shiftdemo.core.errors import ModelError
from shiftdemo.core.limits import Limits
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.handlers import drawn, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.page_parts import PageParts

if TYPE_CHECKING:
    from shiftdemo.models.facts import ModelFacts

MOST = 8  # models of one's own that a visit keeps
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+(@[\w.-]+)?")


def may_load(limits: Limits) -> bool:
    """Whether a server loads any model that a visitor names."""
    return limits.local_models or limits.hub_models is None or bool(limits.hub_models)


class OwnModel:
    """A box for the name of a model, and what was found in it."""

    def __init__(self, parts: PageParts, task: Any, message: gr.HTML, trainable: bool) -> None:
        """Draws it.

        Args:
            task: the control that says for which task.
            trainable: whether the model is to be trained, so that its head may be missing.
        """
        self.context, self.trainable = parts.context, trainable
        with gr.Accordion(t("A model of your own"), open=False):
            if not may_load(parts.context.limits):
                gr.Markdown(t(texts.NO_OWN_MODELS), elem_classes="sd-note")
                return
            ref = gr.Textbox(
                "",
                label=t("Folder, hub id or package"),
                info=t(texts.OWN_MODEL_HELP),
                placeholder="hub:OWNER/NAME",
                max_length=300,
                elem_classes="sd-own-model",
            )
            check = gr.Button(t("Look at it and add it"), size="sm")
            found = drawn("about")
        asked = {"ref": ref, "task": task, "own": parts.own}
        shown = {"own": parts.own, "found": found, "check": check}
        wire([check.click, ref.submit], self._look, asked, shown, message)

    async def _look(
        self, visit: Visit, ref: str, task: str, own: list[list[Any]]
    ) -> AsyncIterator[dict[str, Any]]:
        name = reference(ref)

        def work(report: Any, cancel: Any) -> ModelFacts:
            return self.context.backend.look(name, task, self.trainable)

        yield {"check": gr.update(interactive=False), "found": None}
        async for job in self.context.jobs.follow(visit.session, work):
            if not job.done.is_set():
                yield {}
        yield {"check": gr.update(interactive=True)}
        if job.error:
            raise job.error
        if job.result is None:
            return
        others = [known for known in own or [] if known[:2] != [task, name]]
        found = facts_view(visit, job.result)
        yield {"found": found, "own": [[task, name, self.trainable], *others][:MOST]}


def reference(text: str) -> str:
    """Returns the reference that a visitor means: a hub id may come without ``hub:``.

    Raises:
        ModelError: there is none.
    """
    name = (text or "").strip()
    if not name:
        raise ModelError("own_model.name_one")
    is_hub = _HUB_ID.fullmatch(name) and not Path(name).exists()
    return f"hub:{name}" if is_hub else name


def facts_view(visit: Visit, facts: ModelFacts) -> dict[str, Any]:
    """Returns what ``about.js`` draws of a model."""
    positions = facts.encoding
    if facts.most_positions is not None:
        positions += ", " + visit("{n} positions", n=facts.most_positions)
    rows = [
        [visit("Architecture"), facts.architecture],
        [visit("Position encoding"), positions],
        [visit("Weights"), f"{facts.n_params:,}"],
    ]
    if facts.labels:
        rows.append([visit("Tags or labels"), ", ".join(facts.labels)])
    if facts.fresh_head:
        rows.append([visit("Output layer"), visit(texts.FRESH_HEAD)])
    return {"summary": visit("Found; it is in the lists of models now."), "rows": rows}
