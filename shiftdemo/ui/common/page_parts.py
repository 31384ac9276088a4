"""What every tab is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from shiftdemo.ui.common.context import Context


@dataclass(frozen=True)
class PageParts:
    """What stands outside the tabs, where it is there before a tab is opened.

    Attributes:
        page: the whole page.
        context: of the server.
        tasks: label and name of those that the page offers.
        remembered: the visitor's run ids, the newest first; kept by the browser.
        ended: changes when a run has ended, so that other tabs learn of its models.
        own: task and reference of each model that the visitor has named, the newest first, and
            whether it was named on Train.
        page_look: ``light`` or ``dark`` and the width of the page, set by the browser.
    """

    page: gr.Blocks
    context: Context
    tasks: Sequence[tuple[Any, str]]
    remembered: gr.BrowserState
    ended: gr.State
    own: gr.State
    page_look: gr.Textbox
