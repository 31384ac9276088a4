"""Translation: a sentence in, its translation out."""

from __future__ import annotations

from shiftdemo.tasks.base import TASKS
from shiftdemo.tasks.seq2seq import Seq2Seq


@TASKS.register
class Translation(Seq2Seq):
    """Source sentence in, target sentence out."""

    name = "translation"
    score_name = "BLEU"
    title = "Translation"
    pair = "a translation pair"
    source_tokens = 256
