"""The Start tab: one sentence, one slider, both arms of both pairs, and three doors."""

from __future__ import annotations

import functools
import threading
from typing import Any

import gradio as gr

from shiftdemo.core.messages import languages
from shiftdemo.experiments.first_look import LAST, Answers
from shiftdemo.ui.common import texts
from shiftdemo.ui.common.handlers import drawn, message_box, problem, wire
from shiftdemo.ui.common.i18n import Visit, t
from shiftdemo.ui.common.page_parts import PageParts
from shiftdemo.ui.start.view import answers_view, first_view

KEPT = 64  # sentences whose answers at position 0 are kept
# What a door tells the next tab: the sentence, and where it stands.
NOW = "() => [JSON.stringify(window.shiftdemoStart || {})]"


class StartTab:
    """The components and handlers of the tab.

    Attributes:
        doors: the buttons that lead to the other tabs, by the tab's name.
        now: the sentence and its position as JSON; what a press on a door sends.
        message: where it is said what went wrong.
    """

    def __init__(self, parts: PageParts) -> None:
        """Draws the tab."""
        self.context = parts.context
        self._turn = threading.Semaphore(1)  # models compute for one visitor at a time
        # Every move of the slider is told apart from position 0, which is computed once.
        self._first = functools.lru_cache(maxsize=KEPT)(self._at_first)
        gr.Markdown(t(texts.START_LEAD), elem_classes="sd-lead")
        self.message = message_box()
        asks = [self._server_function()]
        self.look = drawn("start", "sd-start", scripts=["svg"], server_functions=asks)
        self.now = gr.Textbox("", visible="hidden", elem_classes="sd-hidden")
        with gr.Row(elem_classes="sd-doors"):
            self.doors = {
                "build": gr.Button(t("Build such samples"), size="md", elem_id="door-build"),
                "train": gr.Button(t("Train it yourself"), size="md", elem_id="door-train"),
                "attention": gr.Button(t("Look inside"), size="md", elem_id="door-attention"),
            }
        shown = {"look": self.look}
        wire(parts.page.load, self._opening, {}, shown, self.message, quiet=True, queue=False)

    def _opening(self, visit: Visit) -> dict[str, Any]:
        return {"look": first_view(visit)}

    def _server_function(self) -> Any:
        """Returns what the page's script asks for a sentence that was typed."""

        def answer(asked: Any) -> dict[str, Any]:
            return self.answer(asked)

        return answer

    def answer(self, asked: Any) -> dict[str, Any]:
        """Returns the live answers to a sentence, or ``problem``: what is wrong with it.

        Args:
            asked: ``text``, ``position`` and ``lang``, from anybody.
        """
        values = asked if isinstance(asked, dict) else {}
        lang = values.get("lang")
        visit = Visit(lang if lang in languages() else "en")
        try:
            position = min(max(int(values.get("position") or 0), 0), LAST)
            with self._turn:
                answers = self._answers(str(values.get("text") or ""), position)
            return {"answers": answers_view(answers)}
        except Exception as error:
            return {"problem": problem(error, visit)["text"]}

    def _at_first(self, text: str) -> Answers:
        return self.context.backend.answer(text, [0])

    def _answers(self, text: str, position: int) -> Answers:
        """Returns the answers at position 0 and at ``position``."""
        first, now = self._first(text), self.context.backend.answer(text, [position])
        outputs = {
            task: {arm: (*first.outputs[task][arm], *of) for arm, of in arms.items()}
            for task, arms in now.outputs.items()
        }
        return Answers(now.text, now.words, (0, position), outputs)
