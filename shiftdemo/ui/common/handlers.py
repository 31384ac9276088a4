"""Events of the page: handlers speak of controls by name, and errors become one sentence."""

from __future__ import annotations

import inspect
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.routes import ORJSONResponse
from gradio.utils import is_prop_update

from shiftdemo.core.errors import NoEffectError, OverlapError, ShiftDemoError
from shiftdemo.ui.common.i18n import Visit, t, visit_of
from shiftdemo.ui.shell import asset

log = logging.getLogger(__name__)

_problems = itertools.count()
FAULT = "This is a fault of ours, not of yours; it was logged. Please try again."


def drawn(
    name: str, classes: str = "", value: Any = None, scripts: Sequence[str] = (), **props: Any
) -> gr.HTML:
    """Returns a component whose value, as JSON, is drawn by ``assets/ui/NAME.js``.

    The template is static; the script writes every text with ``textContent``, so that nothing
    that a user typed is ever read as HTML.

    Args:
        scripts: what that script needs, of ``assets/ui/``, in this order.
    """
    needed = ("common", *scripts, name)
    return gr.HTML(
        _json(value),
        html_template='<div class="sd-drawn"></div>',
        js_on_load="".join(asset(f"ui/{script}.js") for script in needed),
        elem_classes=["sd", f"sd-draws-{name}", *classes.split()],
        container=False,
        apply_default_css=False,
        **props,
    )


def _json(value: Any) -> str | None:
    """Returns a drawn component's value as the page gets it.

    Gradio's page wraps every part of a nested value into a proxy and compares whole values part by
    part: of a comparison that took it a second. With a text it does nothing of the kind.
    """
    return None if value is None else bytes(ORJSONResponse(value).body).decode()


def _for_page(component: Any, update: Any) -> Any:
    """Returns the update of a component as Gradio takes it."""
    if not isinstance(component, gr.HTML):  # all of them are drawn
        return update
    if not is_prop_update(update):
        return _json(update)
    return {**update, "value": _json(update["value"])} if "value" in update else update


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
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    message: gr.HTML,
    clears: bool = False,
    quiet: bool = False,
    **options: Any,
) -> Any:
    """Calls ``handler(visit, **values)`` on every trigger and shows its errors in ``message``.

    Args:
        triggers: one event listener or several, such as ``button.click``.
        handler: a function or a generator function, which gets the value of each input by its
            name; it returns or yields updates by the names of the outputs, and what it leaves out
            stays as it is.
        inputs, outputs: components by name, a :class:`shiftdemo.ui.common.form.Form` for one.
        clears: an error empties the outputs, where an old result beside it would mislead.
        quiet: nobody asked for the event, so it leaves the message of one that somebody asked for.
        options: passed on to ``gr.on``.
    """
    named = _Names(inputs, outputs, message, clears, quiet)
    kinds: dict[Callable[[Any], bool], Callable[..., Any]] = {
        inspect.isgeneratorfunction: _stream,
        inspect.isasyncgenfunction: _astream,
    }
    guard = next((make for test, make in kinds.items() if test(handler)), _once)
    if "show_progress" not in options:
        # Each message of an event costs the page time for every component that could show
        # Gradio's spinner, of this event and of all before it: one component stands for all.
        options.update(show_progress="hidden", show_progress_on=_first(message))
    return gr.on(
        triggers=triggers if isinstance(triggers, list) else [triggers],
        fn=guard(handler, named),
        inputs=set(inputs.values()),  # of a set Gradio gives one dictionary, by component
        outputs=[*outputs.values(), message],
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


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of the controls of one event, in front of Gradio's dictionaries by component."""

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    message: gr.HTML
    clears: bool
    quiet: bool

    def values(self, given: Mapping[Any, Any]) -> dict[str, Any]:
        """Returns the values of the inputs by name."""
        return {name: given[component] for name, component in self.inputs.items()}

    def updates(self, changes: Mapping[str, Any], first: bool = True) -> dict[Any, Any]:
        """Returns the updates by component; the first of an event empties the message."""
        updates = {
            self.outputs[name]: _for_page(self.outputs[name], update)
            for name, update in changes.items()
        }
        # An error of another event that comes meanwhile stays.
        says = first and not self.quiet
        return {**updates, self.message: None if says else gr.skip()}

    def failed(self, error: Exception, visit: Visit) -> dict[Any, Any]:
        """Returns the updates after an error."""
        emptied = dict.fromkeys(self.outputs.values()) if self.clears else {}
        return {**emptied, self.message: _json(problem(error, visit))}


def _once(handler: Callable[..., Any], named: _Names) -> Callable[..., Any]:
    def run(request: gr.Request, given: dict[Any, Any]) -> Any:
        visit = visit_of(request)
        try:
            return named.updates(handler(visit, **named.values(given)))
        except Exception as error:
            return named.failed(error, visit)

    return run


def _stream(handler: Callable[..., Iterator[Any]], named: _Names) -> Callable[..., Any]:
    def run(request: gr.Request, given: dict[Any, Any]) -> Iterator[Any]:
        visit = visit_of(request)
        try:
            for number, changes in enumerate(handler(visit, **named.values(given))):
                yield named.updates(changes, first=number == 0)
        except Exception as error:
            yield named.failed(error, visit)

    return run


def _astream(handler: Callable[..., AsyncIterator[Any]], named: _Names) -> Callable[..., Any]:
    async def run(request: gr.Request, given: dict[Any, Any]) -> AsyncIterator[Any]:
        visit = visit_of(request)
        try:
            first = True
            async for changes in handler(visit, **named.values(given)):
                yield named.updates(changes, first)
                first = False
        except Exception as error:
            yield named.failed(error, visit)

    return run
