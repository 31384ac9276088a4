"""What stands around the page: its first scripts, its security headers, its theme."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import gradio as gr

from shiftdemo.core.assets import ASSETS

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# The page can load and call nothing outside its own host. Gradio's own code is made of inline
# scripts, and its HTML component compiles its script with the Function constructor.
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)

SYSTEM_FONTS = (
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Noto Sans",
    "Noto Sans CJK SC",
    "PingFang SC",
    "Microsoft YaHei",
    "sans-serif",
)
MONOSPACED = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Returns a quiet theme with the fonts of the visitor's system."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.slate,
        font=list(SYSTEM_FONTS),
        font_mono=list(MONOSPACED),
        radius_size=gr.themes.sizes.radius_md,
        text_size=gr.themes.sizes.text_md,
    ).set(  # dark enough to be read: 4.5 to 1 (WCAG 2.2, level AA)
        body_text_color_subdued="*neutral_600",
        block_info_text_color="*neutral_600",
        block_label_text_color="*neutral_600",
        block_title_text_color="*neutral_600",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
    )


def asset(name: str) -> str:
    """Returns a text file of ``assets/``."""
    return (ASSETS / name).read_text(encoding="utf-8")


class Shell:
    """ASGI middleware: runs scripts before the page starts, and adds security headers."""

    def __init__(self, app: Any) -> None:
        """Args: app: the application inside."""
        self.app = app
        scripts = [
            asset(f"ui/{name}.js") for name in ("quiet", "language", "big", "frames", "tabs")
        ]
        self._scripts = "".join(f"<script>{script}</script>" for script in scripts).encode()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handles one request; only HTML pages are changed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_page = False

        async def changed(message: Message) -> None:
            nonlocal is_page
            if message["type"] == "http.response.start":
                headers = [(k.lower(), v) for k, v in message["headers"]]
                is_page = any(
                    k == b"content-type" and v.startswith(b"text/html") for k, v in headers
                )
                if is_page:
                    headers = [(k, v) for k, v in headers if k != b"content-length"]
                    headers.append((b"content-security-policy", POLICY.encode()))
                headers.append((b"x-content-type-options", b"nosniff"))
                headers.append((b"referrer-policy", b"no-referrer"))
                message = {**message, "headers": headers}
            elif is_page and b"<head>" in message.get("body", b""):
                body = message["body"].replace(b"<head>", b"<head>" + self._scripts, 1)
                message = {**message, "body": body}
            await send(message)

        await self.app(scope, receive, changed)
