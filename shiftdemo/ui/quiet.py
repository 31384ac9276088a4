"""The page's server without what Gradio would write into the terminal beside it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import gradio as gr
from gradio import http_server

_LOOK_SECONDS = 0.1


@contextlib.contextmanager
def without_hot_reload() -> Iterator[None]:
    """Lets a server start without the thread that would exchange the page's code.

    On a Space Gradio (6.31) starts it always, and no setting says otherwise. Without the package
    ``spaces`` it dies with a traceback; with it, it looks for a global ``demo`` in ``app.py``,
    which is not there: the page is made with its server's limits and worker. The server asks for
    the Space for nothing but this thread.
    """
    asked = http_server.get_space
    http_server.get_space = lambda: None
    try:
        yield
    finally:
        http_server.get_space = asked


def wait(page: gr.Blocks) -> None:
    """Returns when the server of ``page`` has ended; Ctrl-C ends it."""
    try:
        while page.is_running:
            time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt:
        page.close(verbose=False)
