"""The controls of a shift: an operator, its parameters and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from shiftdemo.core.params import ShiftSpec
from shiftdemo.shifts import SHIFTS, Shift, by_stage, make_shift
from shiftdemo.ui.common.form import Form, clip, control
from shiftdemo.ui.common.handlers import drawn
from shiftdemo.ui.common.i18n import Visit, t


def shift_names(task: str) -> list[str]:
    """Returns the operators that are defined for ``task``."""
    return [shift.name for shift in by_stage(task)]


class ShiftForm(Form):
    """The picker of an operator, its parameters and its explanation.

    Attributes:
        picker: named ``name``; a parameter is named ``OPERATOR.PARAMETER``.
    """

    def __init__(
        self,
        form: str,
        task: str,
        name: str,
        values: dict[str, Any] | None = None,
        hidden: Sequence[str] = (),
        none: bool = False,
        dials: bool = False,
        apart: bool = False,
    ) -> None:
        """Draws the form.

        Args:
            form: begins the ids of its controls.
            task: whose operators are offered.
            name: of the operator that is chosen at first.
            values: defaults of ``name``'s parameters that differ from the declared ones.
            hidden: parameters that are not shown; they keep their declared defaults.
            none: whether "no shift" may be chosen.
            dials: whether :meth:`draw_dials` draws the operators' dials elsewhere.
            apart: the picker alone is drawn here; the rest follows by :meth:`draw_settings`.
        """
        super().__init__()
        self.none, self.form, self.chosen = none, form, name
        self.hidden, self.dials = set(hidden), dials
        # An event may meet the old operator and the choices of a new task, which is an error to
        # Gradio where only choices are allowed; the request checks what is asked for.
        self.picker = gr.Dropdown(
            self.choices(task),
            value=name,
            label=t("Shift operator"),
            elem_classes="sd-operator",
            allow_custom_value=True,
        )
        self.add("name", self.picker)
        # What each control but the picker sets: parameters of an operator.
        self._sets: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._hides: dict[str, gr.Column] = {}  # what is hidden in a control's place
        self.about = drawn("about", render=False)
        if not apart:
            self.draw_settings(values)

    def draw_settings(self, values: dict[str, Any] | None = None) -> None:
        """Draws each operator's parameters, and what is known of it unless dials are elsewhere.

        Args:
            values: defaults of the chosen operator's parameters that differ from the declared ones.
        """
        # All in one column, shown and hidden one by one: a column for each operator would bring a
        # frame along, and the page takes its time for every component, seen or not.
        with gr.Column(elem_classes="sd-params"):
            for shift in SHIFTS:
                self._draw(shift, values or {} if shift.name == self.chosen else {})
        if not self.dials:
            self.about.render()

    def _draw(self, shift: type[Shift], values: dict[str, Any]) -> None:
        for param in shift.params:
            fixed = param.low is not None and param.low == param.high
            dialled = self.dials and param.name in shift.dial.params
            if param.name in self.hidden or fixed or dialled:
                continue
            elem_id = f"{self.form}-{shift.name}-{param.name}"
            component = control(param, values.get(param.name), elem_id)
            component.visible = shift.name == self.chosen
            self._add(shift.name, (param.name,), component)

    def _add(self, shift: str, params: tuple[str, ...], component: Any) -> None:
        name = f"{shift}.{params[0]}"
        self.add(name, component)
        self._sets[name] = shift, params

    def draw_dials(self) -> None:
        """Draws, where it is called, one slider an operator: what makes it stronger.

        The explanation is then drawn by ``about.render()``, where that is called.
        """
        for shift in SHIFTS:
            # Each in a column, which is hidden in its place: a control that is updated is made anew
            # by Gradio for the session, and would no longer bring a typed number within its range.
            chosen = shift.name == self.chosen
            with gr.Column(visible=chosen, elem_classes="sd-params sd-dial") as column:
                self._add(shift.name, shift.dial.params, self._dial(shift))
            self._hides[f"{shift.name}.{shift.dial.params[0]}"] = column

    def _dial(self, shift: type[Shift]) -> gr.Slider:
        dial = shift.dial
        param = next(param for param in shift.params if param.name == dial.params[0])
        text = param.help if len(dial.params) == 1 else DIAL_OF_SEVERAL
        slider = gr.Slider(
            dial.low,
            dial.high,
            value=dial.start,
            step=dial.step,
            label=" = ".join(dial.params),
            info=t(text),
            elem_id=f"{self.form}-{shift.name}-{dial.params[0]}",
        )
        clip(slider)
        return slider

    def choices(self, task: str) -> list[tuple[Any, str]]:
        """Returns the picker's choices for a task."""
        first = [(t("no shift"), "")] if self.none else []
        return [*first, *((name, name) for name in shift_names(task))]

    def spec(self, values: Mapping[str, Any], **forced: Any) -> str:
        """Returns the specification that the form shows, or ``""`` for no shift.

        Args:
            forced: parameters that take these values, brought within their bounds.
        """
        name = values["name"]
        if not name:
            return ""
        shown = {
            param: values[key]
            for key, (owner, params) in self._sets.items()
            for param in params
            if owner == name and values[key] is not None
        }
        bounds = {param.name: (param.low, param.high) for param in SHIFTS.get(name).params}
        inside = {key: _within(value, *bounds[key]) for key, value in forced.items()}
        return str(ShiftSpec(name, {**shown, **inside}))

    def filled(self, task: str, spec: str) -> dict[str, Any]:
        """Returns the updates with which the form shows ``spec``."""
        wanted = make_shift(spec)
        picker = gr.update(choices=self.choices(task), value=wanted.name)
        values = {
            key: wanted.values[params[0]]
            for key, (owner, params) in self._sets.items()
            if owner == wanted.name
        }
        return {"name": picker, **values}

    def show(self, visit: Visit, name: str, encoding: str = "") -> dict[str, Any]:
        """Returns the updates of ``shown`` for the operator ``name``.

        Args:
            encoding: the position encoding of the model that it is for, where that is known.
        """
        controls = {key: gr.update(visible=of == name) for key, (of, _) in self._sets.items()}
        return {**controls, "about": about(visit, name, encoding)}

    @property
    def shown(self) -> dict[str, Any]:
        """The components that :meth:`show` updates."""
        return {**{key: self[key] for key in self._sets}, **self._hides, "about": self.about}


def extra_operators_box(form: str) -> gr.Textbox:
    """Returns a box for operators that follow the picked one; ``form`` begins its id."""
    return gr.Textbox(
        "",
        label=t("Then also"),
        info=t("Further operators, as on the command line, a space between them."),
        placeholder="position_offset:fixed=4",
        max_lines=4,
        max_length=1000,
        elem_id=f"{form}-then",
    )


def extra_operators(text: str) -> list[str]:
    """Returns the specifications in such a box: spaces or line ends between them."""
    return str(text or "").split()


def _within(value: Any, low: float | None, high: float | None) -> Any:
    if isinstance(value, str) or low is None or high is None:
        return value
    return min(max(value, low), high)


DIAL_OF_SEVERAL = "Target tokens that a step sees; in a set they are drawn from min to max."


def about(visit: Visit, name: str, encoding: str = "") -> dict[str, Any] | None:
    """Returns the explanation of an operator: summary, formula, source, known effect.

    Where it can have no effect on models with this position encoding, ``warning`` says so.
    """
    if name not in SHIFTS:
        return None
    shift = SHIFTS.get(name)
    reason = shift().without_effect(encoding) if shift.stage == "position" else ""
    return {
        "warning": f"{visit('No effect on this model:')} {visit(reason)}" if reason else "",
        "summary": visit(shift.summary),
        "formula": visit(shift.formula),
        "rows": [
            [visit("Known effect"), visit(shift.effect)],
            [visit("Origin"), visit(shift.source)],
            [visit("Acts on"), visit(STAGES[shift.stage])],
        ],
    }


STAGES = {
    "sample": "the words (and target or tags) of a sample",
    "position": "the position ids; the words stay",
    "length": "how much of the target a step sees",
    "decoder": "what the model is fed, or computes last",
    "control": "nothing useful: a control",
}
