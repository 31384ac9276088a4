"""The built-in corpus: a bilingual grammar with tags, a sentiment label and gold alignments."""

from __future__ import annotations

from shiftdemo.data.grammar.documents import corpus_samples
from shiftdemo.data.grammar.generator import generate, keep
from shiftdemo.data.grammar.skeletons import shared_skeletons, skeleton
from shiftdemo.data.grammar.spec import SPLITS, GrammarSentence, GrammarSpec

__all__ = [
    "SPLITS",
    "GrammarSentence",
    "GrammarSpec",
    "corpus_samples",
    "generate",
    "keep",
    "shared_skeletons",
    "skeleton",
]
