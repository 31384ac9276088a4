"""A page of its own with the attention laboratory: everything inlined, nothing fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from shiftdemo.core.assets import ASSETS
from shiftdemo.viz.style import FONT, THEMES

# In the order in which they need each other.
FIGURES = ("svg", "attention/numbers", "attention/figures", "attention/controls")
SCRIPTS = (*FIGURES, "attention/state", "attention/under")
_STYLE = """
body { margin: 0 auto; padding: 16px; max-width: 1320px; font: 15px/1.5 FONT; }
body { color: LIGHT_TEXT; background: LIGHT_BACK; }
body.dark { color: DARK_TEXT; background: DARK_BACK; }
button, select, input { font: inherit; color: inherit; }
button { background: none; cursor: pointer; }
h1 { font-size: 20px; font-weight: 600; margin: 0 0 8px; }
"""
_BEGIN = """
const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => document.body.classList.toggle("dark", dark.matches);
theme();
const element = document.body;
const server = null;
const props = { value: document.getElementById("data").textContent };
const watch = (name, draw) => dark.addEventListener("change", () => { theme(); draw(); });
"""


def _asset(name: str) -> str:
    """Returns a file without the indentation and comments that readers alone need."""
    lines = (line.strip() for line in (ASSETS / name).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


_RULE = re.compile(r"([^{}]+)\{(?:[^{}]|\{[^{}]*\})*\}")
_CLASS = re.compile(r"\.(sd-[\w-]+)")


def _rules(css: str, script: str) -> str:
    """Returns the rules that say something of what the script draws, or of colours."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    kept = []
    for rule in _RULE.finditer(css):
        classes = _CLASS.findall(rule[0])
        if ".gradio" in rule[1] or (not classes and rule[1].strip() not in (":root", ".dark")):
            continue
        if not classes or any(name in script for name in classes):
            kept.append(rule[0].strip())
    return "\n".join(kept)


def attention_page(value: Mapping[str, Any], title: str) -> str:
    """Returns the page.

    Args:
        value: from :func:`shiftdemo.publishing.attention.lab.lab`.
        title: of the page, without markup.
    """
    style = _STYLE.replace("FONT", FONT)
    for name, theme in THEMES.items():
        style = style.replace(f"{name.upper()}_TEXT", theme.text)
        style = style.replace(f"{name.upper()}_BACK", theme.background)
    script = _BEGIN + "".join(_asset(f"ui/{name}.js") for name in ("common", *SCRIPTS, "attention"))
    style = _rules(_asset("css/page.css"), script) + _asset("css/attention.css") + style
    # A token such as </script> must not end the element: "<" is written as its JSON escape.
    plain = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    data = plain.replace("<", "\\u003c")
    lang = value.get("lang", "en")
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style></head>"
        f'<body class="sd"><h1>{title}</h1><div class="sd-drawn"></div>'
        f'<script id="data" type="application/json">{data}</script>'
        f"<script>{script}</script></body></html>\n"
    )
