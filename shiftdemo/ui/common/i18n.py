"""English and 简体中文: the English text is the key, ``assets/ui/zh.json`` holds the Chinese.

Texts of the page are translated in the browser; what a handler composes is translated here, in
the language of the request. Help of operators and settings comes from their own declarations.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

from shiftdemo.api.requests import BuildRequest
from shiftdemo.core.assets import ASSETS
from shiftdemo.core.config import CompareConfig, DataSpec, TrainConfig
from shiftdemo.core.params import params_of
from shiftdemo.shifts import SHIFTS
from shiftdemo.ui.common.sentences import in_chinese

LANGUAGES = ("en", "zh")
CHINESE = "zh-CN"
# Gradio's own texts have short keys such as "file"; ours must not meet them.
_PREFIX = "shiftdemo/"


@functools.lru_cache(maxsize=1)
def catalogue() -> dict[str, str]:
    """Returns English to Chinese, of every text of the page."""
    texts: dict[str, str] = json.loads((ASSETS / "ui" / "zh.json").read_text(encoding="utf-8"))
    return {**{text: known for text, known in _declared() if known}, **texts}


def _declared() -> Iterator[tuple[str, str]]:
    for shift in SHIFTS:
        yield shift.summary, shift.summary_zh
        for param in shift.params:
            yield param.help, param.help_zh
    for request in (DataSpec, TrainConfig, CompareConfig, BuildRequest):
        for param in params_of(request).values():
            yield param.help, param.help_zh


def t(text: str) -> I18nData:
    """Returns ``text`` so that the browser shows it in its own language."""
    return I18nData(_PREFIX + text)


def translations() -> gr.I18n:
    """Returns what ``launch`` takes: every text in both languages."""
    chinese = catalogue()
    return gr.I18n(
        en={_PREFIX + text: text for text in chinese},
        **{CHINESE: {_PREFIX + text: known for text, known in chinese.items()}},
    )


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks: the language of the page and the session.

    Calling it translates: ``visit("Step {n} of {all}", n=3, all=10)``.
    """

    lang: str = "en"
    session: str = ""

    def __call__(self, text: str, /, **values: Any) -> str:
        """Returns ``text`` in the visitor's language with the values put in."""
        known = catalogue().get(text, text) if self.lang == "zh" else text
        return known.format(**values) if values else known

    def said(self, sentence: str) -> str:
        """Returns a sentence of the library, an error for one, in the visitor's language."""
        return in_chinese(sentence) if self.lang == "zh" else sentence


def visit_of(request: gr.Request | None) -> Visit:
    """Returns the language (``?lang=``, else the browser's first) and session of a request."""
    if request is None:
        return Visit()
    asked = str(dict(request.query_params or {}).get("lang", ""))
    headers = {str(k).lower(): str(v) for k, v in dict(request.headers or {}).items()}
    if asked not in LANGUAGES:
        asked = headers.get("accept-language", "")[:2].lower()
    return Visit("zh" if asked == "zh" else "en", request.session_hash or "")
