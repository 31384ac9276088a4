"""Starts the page; what a Space runs."""

import os

if __name__ == "__main__":
    # Training workers import this file again: what is slow to import stays in here.
    from shiftdemo.limits import Limits
    from shiftdemo.ui.app import serve

    on_a_space = bool(os.environ.get("SPACE_ID"))
    serve(
        os.environ.get("GRADIO_SERVER_NAME", "0.0.0.0" if on_a_space else "127.0.0.1"),
        int(os.environ.get("GRADIO_SERVER_PORT", "7860")),
        Limits.public() if on_a_space else Limits(),
    )
