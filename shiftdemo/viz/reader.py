"""The language in which a page or a report says what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shiftdemo.core.messages import ENGLISH, Message, Text, texts
from shiftdemo.viz.style import ARMS, arm_label, arm_style


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, by language.

    Calling it translates: ``reader("Step {n} of {all}", n=3, all=10)``.
    """

    lang: str = ENGLISH

    def __call__(self, text: str, /, **values: Any) -> str:
        """Returns ``text`` in the reader's language with the values put in."""
        known = text if self.lang == ENGLISH else texts(self.lang).get(text, text)
        return known.format(**values) if values else known

    def arm(self, arm: str) -> str:
        """Returns what an arm is called; one that a visitor named stays as it is."""
        return self(arm_label(arm)) if arm in ARMS else arm

    def marked(self, arm: str) -> str:
        """Returns an arm's marker and what it is called."""
        return f"{arm_style(arm).mark} {self.arm(arm)}"

    def translate(self, sentence: str) -> str:
        """Returns a sentence of the library, an error for one, in the reader's language.

        One that has no key, out of a record of an older version, stays English.
        """
        return sentence.text(self.lang) if isinstance(sentence, (Message, Text)) else sentence
