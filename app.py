"""Starts the page; what a Space runs."""

import os

if os.environ.get("SPACES_ZERO_GPU"):
    import spaces  # noqa: F401 - before torch, so that it can lend the GPU

if __name__ == "__main__":
    from shiftdemo.core.limits import Limits
    from shiftdemo.ui.app import serve

    on_a_space = bool(os.environ.get("SPACE_ID"))
    serve(
        os.environ.get("GRADIO_SERVER_NAME", "0.0.0.0" if on_a_space else "127.0.0.1"),
        int(os.environ.get("GRADIO_SERVER_PORT", "7860")),
        Limits.public() if on_a_space else Limits(),
    )
