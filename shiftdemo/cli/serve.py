"""``serve``: opens the page."""

from __future__ import annotations

import argparse
import os

from shiftdemo.core.errors import ShiftDemoError
from shiftdemo.core.limits import Limits

HELP = "open the page"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of ``serve``."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--open", action="store_true", help="open it in a browser")
    parser.add_argument("--public", action="store_true", help="the limits of a public server")
    parser.add_argument("--offline", action="store_true", help="load nothing from the hub")


def run(arguments: argparse.Namespace) -> int:
    """``serve``"""
    if arguments.offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        from shiftdemo.ui.app import serve
    except ModuleNotFoundError as error:
        raise ShiftDemoError("serve.page_needs_run_pip", error=error.name) from None
    limits = Limits.public() if arguments.public else Limits()
    serve(arguments.host, arguments.port, limits, open_browser=arguments.open)
    return 0
