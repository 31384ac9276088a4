"""Events of the page: errors become one sentence, and the page stays up."""

from __future__ import annotations

import inspect
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

import gradio as gr
from gradio.blocks import Block

from shiftdemo.core.errors import NoEffectError, OverlapError, ShiftDemoError
from shiftdemo.ui.common.i18n import Visit, t, visit_of
from shiftdemo.ui.shell import asset

log = logging.getLogger(__name__)

_problems = itertools.count()
FAULT = "This is a fault of ours, not of yours; it was logged. Please try again."


def drawn(name: str, classes: str = "", value: Any = None, **props: Any) -> gr.HTML:
    """Returns a component whose JSON value is drawn by ``assets/ui/NAME.js``.

    The template is static; the script writes every text with ``textContent``, so that nothing
    that a user typed is ever read as HTML.
    """
    return gr.HTML(
        value,
        html_template='<div class="sd-drawn"></div>',
        js_on_load=asset("ui/common.js") + asset(f"ui/{name}.js"),
        elem_classes=["sd", f"sd-draws-{name}", *classes.split()],
        container=False,
        apply_default_css=False,
        **props,
    )


def message_box() -> gr.HTML:
    """Returns the place where a tab says what went wrong."""
    return drawn("message")


_GO_ON = {
    NoEffectError: "Go on as a control, although positions do not reach the model",
    OverlapError: "Go on, although held-out sentences are in training too",
}


def go_on_tick(error: type[ShiftDemoError]) -> gr.Checkbox:
    """Returns the tick that appears with an error that a visitor may go on against."""
    return gr.Checkbox(
        False,
        label=t(_GO_ON[error]),
        visible=False,
        elem_classes="sd-control-tick",
    )


def problem(error: Exception, visit: Visit) -> dict[str, str]:
    """Returns what the message box shows for an error; a fault of ours is logged."""
    number = str(next(_problems))  # the same mistake made again is said again
    if isinstance(error, ShiftDemoError):
        return {"kind": "problem", "text": visit.translate(error.message), "number": number}
    log.error("a handler of the page failed", exc_info=error)
    return {"kind": "fault", "text": visit(FAULT), "number": number}


def wire(
    triggers: Any,
    handler: Callable[..., Any],
    inputs: Sequence[Any] | Mapping[str, Any],
    outputs: Sequence[Any] | Mapping[str, Any],
    message: gr.HTML,
    clears: bool = False,
    quiet: bool = False,
    **options: Any,
) -> Any:
    """Calls ``handler(visit, …)`` on every trigger and shows its errors in ``message``.

    Args:
        triggers: one event listener or several, such as ``button.click``.
        handler: a function or a generator function; returns or yields one value an output, or,
            where outputs have names, a mapping of those that change.
        inputs: components; the handler gets their values one by one, or, where they have names, one
            mapping of these.
        clears: an error empties the outputs, where an old result beside it would mislead.
        quiet: nobody asked for the event, so it leaves the message of one that somebody asked for.
        options: passed on to ``gr.on``.
    """
    kinds: dict[Callable[[Any], bool], Callable[..., Any]] = {
        inspect.isgeneratorfunction: _stream,
        inspect.isasyncgenfunction: _astream,
    }
    guard = next((make for test, make in kinds.items() if test(handler)), _once)
    said = gr.skip if quiet else _nothing
    shape = _Shape(inputs, outputs)
    if "show_progress" not in options:
        # Each message of an event costs the page time for every component that could show
        # Gradio's spinner, of this event and of all before it: one component stands for all.
        options.update(show_progress="hidden", show_progress_on=_first(message))
    return gr.on(
        triggers=triggers if isinstance(triggers, list) else [triggers],
        fn=_once(handler, shape, said, failed=None) if clears else guard(handler, shape, said),
        inputs=shape.inputs,
        outputs=[*shape.outputs, message],
        api_visibility="private",
        **options,
    )


def _first(component: Block) -> Block:
    """Returns the first component of the component's page; the browser finds it at once."""
    while component.parent is not None:
        component = component.parent
    while children := getattr(component, "children", None):
        component = children[0]
    return component


_KEPT = object()  # the outputs stay as they are


class _Shape:
    """How a handler takes its inputs and gives its outputs: in a row, or by name."""

    def __init__(
        self,
        inputs: Sequence[Any] | Mapping[str, Any],
        outputs: Sequence[Any] | Mapping[str, Any],
    ) -> None:
        self._given = list(inputs) if isinstance(inputs, Mapping) else None
        self._changed = list(outputs) if isinstance(outputs, Mapping) else None
        self.inputs = [*inputs.values()] if isinstance(inputs, Mapping) else [*inputs]
        self.outputs = [*outputs.values()] if isinstance(outputs, Mapping) else [*outputs]

    def arguments(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Returns what the handler is called with behind the visit."""
        if self._given is None:
            return tuple(values)
        return (dict(zip(self._given, values, strict=True)),)

    def row(self, result: Any) -> tuple[Any, ...]:
        """Returns a value for each output.

        Raises:
            KeyError: the handler names an output that there is not.
        """
        if self._changed is None:
            return tuple(result) if len(self.outputs) != 1 else (result,)
        unknown = set(result) - set(self._changed)
        if unknown:
            raise KeyError(f"there is no output {sorted(unknown)[0]!r}")
        return tuple(result[name] if name in result else gr.skip() for name in self._changed)

    def all(self, value: Callable[[], Any]) -> list[Any]:
        """Returns a new value for each output."""
        return [value() for _ in self.outputs]


def _nothing() -> None:
    """Returns what empties the message."""


def _once(
    handler: Callable[..., Any], shape: _Shape, said: Callable[[], Any], failed: Any = _KEPT
) -> Callable[..., Any]:
    def run(request: gr.Request, *values: Any) -> Any:
        visit = visit_of(request)
        try:
            return (*shape.row(handler(visit, *shape.arguments(values))), said())
        except Exception as error:
            outputs = shape.all(gr.skip if failed is _KEPT else lambda: failed)
            return (*outputs, problem(error, visit))

    return run


def _stream(
    handler: Callable[..., Iterator[Any]], shape: _Shape, said: Callable[[], Any]
) -> Callable[..., Any]:
    def run(request: gr.Request, *values: Any) -> Iterator[Any]:
        visit = visit_of(request)
        try:
            for number, result in enumerate(handler(visit, *shape.arguments(values))):
                # An error of another event that comes meanwhile stays.
                yield (*shape.row(result), gr.skip() if number else said())
        except Exception as error:
            yield (*shape.all(gr.skip), problem(error, visit))

    return run


def _astream(
    handler: Callable[..., AsyncIterator[Any]], shape: _Shape, said: Callable[[], Any]
) -> Callable[..., Any]:
    async def run(request: gr.Request, *values: Any) -> AsyncIterator[Any]:
        visit = visit_of(request)
        try:
            first = True
            async for result in handler(visit, *shape.arguments(values)):
                yield (*shape.row(result), said() if first else gr.skip())
                first = False
        except Exception as error:
            yield (*shape.all(gr.skip), problem(error, visit))

    return run
