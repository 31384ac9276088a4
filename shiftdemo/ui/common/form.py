"""Controls that have names: a form is a mapping from the name of a setting to its component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr

from shiftdemo.core.params import Param, params_of
from shiftdemo.ui.common.i18n import t

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


class Form(Mapping[str, Any]):
    """The controls of one request by name, in the order in which they were added.

    A name is that of the request's field, or of an operator's parameter; those of a form within a
    form follow its own name and a dot, as in ``data.seed`` and ``shift.rotate.k``. By these names
    handlers get values (:func:`shiftdemo.ui.common.handlers.wire`), and ``filled`` of a form
    returns the updates that show a request.
    """

    def __init__(self, first: Any = None) -> None:
        """Begins without controls; ``first`` is the request that numbers show at first."""
        self.first = first
        self._components: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        return self._components[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._components)

    def __len__(self) -> int:
        return len(self._components)

    def add(self, name: str, component: Any) -> Any:
        """Returns ``component``, which belongs to the form from now on."""
        self._components[name] = component
        return component

    def number(self, name: str, label: str, **props: Any) -> Any:
        """Adds the number box of a bounded field of the request, and returns it.

        Args:
            label: what it is called, in English.
            props: of the box, as Gradio's own.

        Its bounds are those of the request and of the server's limits, which say what is wrong;
        Gradio's own would say it in passing, and not name the field.
        """
        param = params_of(self.first)[name]
        given: dict[str, Any] = {"info": t(param.help), "min_width": 120, **props}
        precision = 0 if param.kind == "int" else None
        value = getattr(self.first, name)
        return self.add(name, gr.Number(value, label=t(label), precision=precision, **given))

    def some(self, *names: str) -> dict[str, Any]:
        """Returns a few of the controls by name; an event costs the page time for each."""
        return {name: self[name] for name in names}

    def include(self, name: str, form: Mapping[str, Any]) -> None:
        """Adds the controls of another form, whose names then follow ``name`` and a dot."""
        self._components.update(under(name, form))


def begun_with(controls: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values of controls before anybody has touched them.

    What a page shows first is made of them: to ask the page for each of its controls takes it
    longer than the answer.
    """
    return {name: control.value for name, control in controls.items()}


def under(name: str, entries: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what stands in a form for a form within another, under the other's names."""
    return {f"{name}.{key}": value for key, value in entries.items()}


def part(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what belongs to the form ``name`` within a form, under its own names."""
    start = f"{name}."
    return {
        key.removeprefix(start): value for key, value in values.items() if key.startswith(start)
    }


def whole(value: Any) -> int:
    """Returns the whole number in a box; an empty box is 0."""
    return int(value or 0)
