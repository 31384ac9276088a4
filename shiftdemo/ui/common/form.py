"""Controls made from declarations: an operator's parameters and a config's bounded fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import gradio as gr

from shiftdemo.core.params import Param, ShiftSpec
from shiftdemo.shifts import SHIFTS, Shift, by_stage, make_shift
from shiftdemo.ui.common.handlers import drawn
from shiftdemo.ui.common.i18n import Visit, t

# Up to so many values a slider is easier than a number box.
_SLIDER_MOST = 128


def clip(slider: gr.Slider) -> None:
    """Makes a slider bring a typed number within its range, instead of refusing it."""
    low, high = slider.minimum, slider.maximum
    # On the object, because Gradio writes a file beside a module that has a component's class.
    slider.preprocess = lambda payload: min(max(payload, low), high)  # type: ignore[method-assign]


def control(param: Param, default: Any = None, elem_id: str = "") -> Any:
    """Returns the control of one parameter, with its bounds and its help in both languages."""
    value = param.default if default is None else default
    texts: dict[str, Any] = {"label": param.name, "info": t(param.help), "elem_id": elem_id}
    if param.kind == "choice":
        return gr.Dropdown(list(param.choices), value=value, **texts)
    if param.kind == "bool":
        return gr.Checkbox(value=bool(value), **texts)
    if param.kind == "str":
        most = int(param.high or 200)
        return gr.Textbox(value, **texts, max_length=most, lines=1)
    low, high = param.low, param.high
    if param.kind == "float" and low is not None and high is not None:
        return gr.Slider(low, high, value=value, step=0.05, **texts)
    whole = param.kind == "int"
    if whole and low is not None and high is not None and high - low <= _SLIDER_MOST:
        return gr.Slider(low, high, value=value, step=1, **texts)
    return gr.Number(value, **texts, minimum=low, maximum=high, precision=0 if whole else None)


def field_number(config: type, name: str, label: str, value: Any = None) -> Any:
    """Returns a number box for a bounded field of a config dataclass.

    Args:
        label: what the control is called, in English.
        value: instead of the field's default.

    Its bounds are those of the config and of the server's limits, which say what is wrong; Gradio's
    own would say it in passing, and not name the field.
    """
    item: Any = next(item for item in fields(config) if item.name == name)
    whole = isinstance(item.default, int)
    return gr.Number(
        item.default if value is None else value,
        label=t(label),
        info=t(item.metadata["help"]),
        precision=0 if whole else None,
        min_width=120,
    )


def shift_names(task: str) -> list[str]:
    """Returns the operators that are defined for ``task``."""
    return [shift.name for shift in by_stage(task)]


def prefixed(prefix: str, controls: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the controls of a part of a form, or what they hold, under the names of the whole."""
    return {f"{prefix}.{name}": item for name, item in controls.items()}


def part(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what :func:`prefixed` was given."""
    start = f"{prefix}."
    return {name[len(start) :]: item for name, item in values.items() if name.startswith(start)}


class ShiftForm:
    """The picker of an operator, its parameters and its explanation.

    Attributes:
        controls: the components whose values :meth:`spec` reads: the picker ``operator``, and
            ``OPERATOR.PARAMETER``; a dial of several parameters has their names joined by ``+``.
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
        """
        self.none, self.name, self.first = none, form, name
        self.hidden, self.dials = set(hidden), dials
        self.picker = gr.Dropdown(
            self.choices(task), value=name, label=t("Shift operator"), elem_classes="sd-operator"
        )
        self.controls: dict[str, Any] = {"operator": self.picker}
        self.groups: dict[str, gr.Column] = {}
        self.dial_groups: dict[str, gr.Column] = {}
        for shift in SHIFTS:
            with gr.Column(visible=shift.name == name, elem_classes="sd-params") as group:
                self._draw(shift, values or {} if shift.name == name else {})
            self.groups[shift.name] = group
        self.about = drawn("about", render=not dials)

    def _draw(self, shift: type[Shift], values: dict[str, Any]) -> None:
        for param in shift.params:
            fixed = param.low is not None and param.low == param.high
            dialled = self.dials and param.name in shift.dial.params
            if param.name in self.hidden or fixed or dialled:
                continue
            elem_id = f"{self.name}-{shift.name}-{param.name}"
            name = _name(shift.name, (param.name,))
            self.controls[name] = control(param, values.get(param.name), elem_id)

    def draw_dials(self) -> None:
        """Draws, where it is called, one slider an operator: what makes it stronger.

        The explanation is then drawn by ``about.render()``, where that is called.
        """
        for shift in SHIFTS:
            dial = shift.dial
            name = " = ".join(dial.params)
            param = next(param for param in shift.params if param.name == dial.params[0])
            text = param.help if len(dial.params) == 1 else DIAL_OF_SEVERAL
            with gr.Column(
                visible=shift.name == self.first, elem_classes="sd-params sd-dial"
            ) as group:
                slider = gr.Slider(
                    dial.low,
                    dial.high,
                    value=dial.start,
                    step=dial.step,
                    label=name,
                    info=t(text),
                    elem_id=f"{self.name}-{shift.name}-{dial.params[0]}",
                )
            clip(slider)
            self.dial_groups[shift.name] = group
            self.controls[_name(shift.name, dial.params)] = slider

    def control(self, shift: str, param: str) -> Any:
        """Returns the component of one operator's parameter."""
        return next(item for name, item in self.controls.items() if param in _params(name, shift))

    def choices(self, task: str) -> list[tuple[Any, str]]:
        """Returns the picker's choices for a task."""
        first = [(t("no shift"), "")] if self.none else []
        return [*first, *((name, name) for name in shift_names(task))]

    def spec(self, values: Mapping[str, Any], **forced: Any) -> str:
        """Returns the specification that the form shows, or ``""`` for no shift.

        Args:
            forced: parameters that take these values, brought within their bounds.
        """
        name = values["operator"]
        if not name:
            return ""
        shown = {
            param: values[slot]
            for slot in self.controls
            for param in _params(slot, name)
            if values[slot] is not None
        }
        bounds = {param.name: (param.low, param.high) for param in SHIFTS.get(name).params}
        inside = {key: _within(value, *bounds[key]) for key, value in forced.items()}
        return str(ShiftSpec(name, {**shown, **inside}))

    def filled(self, task: str, spec: str) -> dict[str, Any]:
        """Returns the updates of ``controls`` with which the form shows ``spec``."""
        wanted = make_shift(spec)
        picker = gr.update(choices=self.choices(task), value=wanted.name)
        values = {
            slot: wanted.values[params[0]]
            for slot in self.controls
            if (params := _params(slot, wanted.name))
        }
        return {"operator": picker, **values}

    def show(self, visit: Visit, name: str, encoding: str = "") -> list[Any]:
        """Returns the updates of ``shown`` for the operator ``name``.

        Args:
            encoding: the position encoding of the model that it is for, where that is known.
        """
        groups = [*self.groups, *self.dial_groups]
        return [*(gr.update(visible=key == name) for key in groups), about(visit, name, encoding)]

    @property
    def shown(self) -> list[Any]:
        """The components that :meth:`show` updates."""
        return [*self.groups.values(), *self.dial_groups.values(), self.about]


def _name(shift: str, params: Sequence[str]) -> str:
    return f"{shift}.{'+'.join(params)}"


def _params(name: str, shift: str) -> list[str]:
    """Returns the parameters of ``shift`` that a control sets; none where it is another's."""
    owner, _, params = name.partition(".")
    return params.split("+") if params and owner == shift else []


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
        "formula": shift.formula,
        "rows": [
            [visit("Known effect"), visit(shift.effect)],
            [visit("Origin"), shift.source],
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
