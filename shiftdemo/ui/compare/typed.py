"""Typed sentences on the Compare tab: every model's answer, live as a slider shifts them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import gradio as gr

from shiftdemo import api
from shiftdemo.core.config import CompareConfig
from shiftdemo.core.errors import DataError, LimitError, ModelError, NoEffectError
from shiftdemo.core.task_spec import TASKS, default_task
from shiftdemo.evaluation.conditions import OFFSET, Condition, measurable
from shiftdemo.evaluation.typed import TypedOutput
from shiftdemo.experiments.recorded import recorded_name
from shiftdemo.shifts import SHIFTS
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.form import Form, clip
from shiftdemo.ui.common.handlers import drawn, message_box, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.model_picker import other_arms
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.compare import view

MOST_LINES = 8
ONE_A_LINE = "One sentence a line"
ONE_A_PARAGRAPH = "The question on one line, its context on the next, an empty line between two"
BEGIN, MOST_OFFSET = 32, 64  # where typed sentences stand at first: where the bundled pair differs
STRENGTH = "Strength"


class TypedForm(Form):
    """The box of sentences, the operator and its strength.

    Attributes:
        run: the button.
        message: what went wrong with these sentences, beside them; the tab's own stands far above.
        outputs: where the answers are drawn.
        asked: whether answers are there, so that the slider asks anew.
    """

    def __init__(self) -> None:
        """Draws them."""
        super().__init__()
        task = default_task()
        gr.Markdown(t("Your own sentences"), elem_classes="sd-subtitle")
        text = gr.Textbox(
            typed_lines(task),
            label=t(ONE_A_LINE),
            lines=2,
            max_length=4000,
            elem_id="compare-text",
        )
        self.add("text", text)
        with gr.Row(elem_classes="sd-bar"):
            shift = gr.Dropdown(
                measurable(task),
                value=OFFSET,
                label=t("Shift operator"),
                min_width=160,
                allow_custom_value=True,
                elem_id="compare-typed-shift",
            )
            self.add("shift", shift)
            strength = gr.Slider(
                0,
                MOST_OFFSET,
                value=BEGIN,
                step=1,
                label=t(STRENGTH),
                info=t("First word at this position, or the main parameter; 0: as it is."),
                min_width=260,
                scale=2,
                elem_id="compare-typed-strength",
            )
            clip(strength)
            self.add("strength", strength)
            self.run = gr.Button(t("Show the outputs"), elem_id="compare-typed")
        self.message = message_box()
        self.asked = gr.State(False)
        self.outputs = drawn("outputs", elem_id="compare-typed-outputs")


def for_task(visit: Visit, task: str) -> dict[str, Any]:
    """Returns the updates with which the form shows a task's own sentences and operators."""
    form = ONE_A_PARAGRAPH if _by_paragraph(task) else ONE_A_LINE
    return {
        "text": gr.update(value=typed_lines(task), label=visit(form)),
        "shift": gr.update(choices=measurable(task), value=OFFSET),
        "strength": gr.update(minimum=0, maximum=MOST_OFFSET, step=1, value=BEGIN),
    }


class Typed:
    """What happens with typed sentences."""

    def __init__(self, parts: PageParts, form: TypedForm) -> None:
        """Takes the form."""
        self.context, self.form = parts.context, form

    def wire(self, pair: Mapping[str, Any], status: Mapping[str, Any]) -> None:
        """Lets a press and every move of the slider ask the models.

        Args:
            pair: the pickers of task and models and the tick that lets go on as a control.
            status: the place of the progress, and that tick.
        """
        form, message = self.form, self.form.message
        asked = {**pair, **form.some("text", "shift", "strength")}
        shown = {**status, "run_text": form.run, "typed_outputs": form.outputs, "asked": form.asked}
        wire(form.run.click, self._answer, asked, shown, message)
        again = {**asked, "asked": form.asked}
        moved = form["strength"].input
        wire(moved, self._again, again, shown, message, trigger_mode="always_last")
        dial = form.some("strength")
        wire(form["shift"].input, _dial, form.some("shift"), dial, message)

    async def _again(
        self, visit: Visit, asked: bool, **values: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """Answers anew where answers are shown."""
        if asked:
            async for updates in self._answer(visit, **values):
                yield updates

    async def _answer(self, visit: Visit, **values: Any) -> AsyncIterator[dict[str, Any]]:
        task, base, shifted = values["task"], values["base"], values["shifted"]
        lines = _lines(task, values["text"])
        check_pair(base, shifted)
        samples = [self.context.backend.typed_sample(task, line) for line in lines]
        refs = CompareConfig(task, base, shifted, others=other_arms(values["others"])).models

        def work(report: Any, cancel: Any) -> tuple[tuple[TypedOutput, ...], Condition]:
            models = {arm: self.context.backend.load(ref, task) for arm, ref in refs.items()}
            condition = api.typed_condition(task, models, values["shift"] or "")
            allow = values["allow_no_effect"]
            strength = values["strength"] or 0
            found = api.compare_typed(
                task, models, samples, condition, strength, allow_no_effect=allow
            )
            return found, condition

        async for job in self.context.jobs.follow(visit.session, work):
            if not job.done.is_set():
                status = {"state": visit("Computing…"), "fraction": None}
                yield {"status": status, "run_text": gr.update(interactive=False)}
        yield {**tick(job.error), "status": None, "run_text": gr.update(interactive=True)}
        if job.error:
            raise job.error
        if job.result is None:
            return
        found, condition = job.result
        lead = _lead(visit, condition, values["strength"] or 0)
        yield {"status": None, "typed_outputs": view.typed(visit, found, lead), "asked": True}


def _lead(visit: Visit, condition: Condition, strength: float) -> str:
    if condition.operator == OFFSET:
        return visit(texts.TYPED_LEADS[condition.side], k=strength)
    axis = visit.translate(condition.axis)
    return visit("{axis}; strength {k}. Differences are marked.", axis=axis, k=f"{strength:g}")


def _dial(visit: Visit, shift: str) -> dict[str, Any]:
    """Returns the slider of an operator."""
    if shift in ("", OFFSET) or shift not in SHIFTS:
        return {"strength": gr.update(minimum=0, maximum=MOST_OFFSET, step=1, value=BEGIN)}
    dial = SHIFTS.get(shift).dial
    return {"strength": gr.update(minimum=0, maximum=dial.high, step=dial.step, value=dial.start)}


def check_pair(base: str, shifted: str, different: bool = False) -> None:
    """Raises :class:`ModelError` where there are no two models, or no ``different`` ones."""
    if not base or not shifted:
        raise ModelError("compare.choose_two_models_run")
    if recorded_name(base) or recorded_name(shifted):
        raise ModelError("compare.recorded_without_weights")
    if different and base == shifted:
        raise ModelError("compare.both_models_choose_two", base=base)


def tick(error: Exception | None) -> dict[str, Any]:
    """Returns the update of the tick that lets a comparison go on as a control."""
    refused = isinstance(error, NoEffectError)
    return {"allow_no_effect": gr.update(visible=True)} if refused else {}


def _lines(task: str, text: str) -> Sequence[str]:
    lines = typed_parts(task, text)
    if not lines:
        raise DataError("api.text_empty_type_sentence")
    if len(lines) > MOST_LINES:
        raise LimitError("compare.there_lines_at_most", n_lines=len(lines), most_lines=MOST_LINES)
    return lines


def typed_lines(task: str) -> str:
    """Returns the samples that the box begins with, as :func:`typed_parts` takes them apart."""
    return ("\n\n" if _by_paragraph(task) else "\n").join(TASKS.get(task).typed)


def typed_parts(task: str, text: str) -> list[str]:
    """Returns the samples in the box: one a line, or one a paragraph where a line is no sample."""
    lines = [line.strip() for line in text.splitlines()]
    if _by_paragraph(task):
        lines = [part.strip() for part in "\n".join(lines).split("\n\n")]
    return [line for line in lines if line]


def _by_paragraph(task: str) -> bool:
    return "\n" in TASKS.get(task).typed[0]
