"""The languages of the page, one file each (see :mod:`shiftdemo.core.messages`).

The English text is the key of a text of the page. These are translated in the browser; what a
handler composes is translated here, in the language of the request.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from gradio.i18n import I18nData

from shiftdemo.core.messages import ENGLISH, languages, texts
from shiftdemo.viz.reader import Reader

_CODES = {"zh": "zh-CN"}  # by which the browser asks for a language
# Gradio's own texts have short keys such as "file"; ours must not meet them.
_PREFIX = "shiftdemo/"


def t(text: str) -> I18nData:
    """Returns ``text`` so that the browser shows it in its own language."""
    return I18nData(_PREFIX + text)


def translations() -> gr.I18n:
    """Returns what ``launch`` takes: every text in every language."""
    others = {lang: texts(lang) for lang in languages() if lang != ENGLISH}
    english = {_PREFIX + text: text for known in others.values() for text in known}
    return gr.I18n(
        en=english,
        **{
            _CODES.get(lang, lang): {_PREFIX + text: known[text] for text in known}
            for lang, known in others.items()
        },
    )


@dataclass(frozen=True, slots=True)
class Visit(Reader):
    """Who asks: the language of the page and the session."""

    session: str = ""


def visit_of(request: gr.Request | None) -> Visit:
    """Returns the language (``?lang=``, else the browser's first) and session of a request."""
    if request is None:
        return Visit()
    asked = str(dict(request.query_params or {}).get("lang", ""))
    headers = {str(k).lower(): str(v) for k, v in dict(request.headers or {}).items()}
    if asked not in languages():
        asked = headers.get("accept-language", "")[:2].lower()
    return Visit(asked if asked in languages() else ENGLISH, request.session_hash or "")
