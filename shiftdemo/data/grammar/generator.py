"""Draws sentences until a split has the size asked for."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from itertools import islice
from zlib import crc32

from shiftdemo.core.errors import ConfigError
from shiftdemo.data.grammar.compose import compose
from shiftdemo.data.grammar.frames import permitted
from shiftdemo.data.grammar.lexicon import lexicon
from shiftdemo.data.grammar.phrase import Draft, Phrase
from shiftdemo.data.grammar.realise import links, surface, text_of
from shiftdemo.data.grammar.spec import LONGEST, SHORTEST, SPLITS, GrammarSentence, GrammarSpec

# of five sentences three belong to training, one to validation, one to test
_SHARES = ("train", "train", "train", "val", "test")
# so many fruitless draws in a row mean that there are no more sentences of this kind
PATIENCE = 30_000

_kept: dict[tuple[GrammarSpec, str], tuple[GrammarSentence, ...]] = {}


def split_of(text_fr: str) -> str:
    """Returns the one split that a sentence belongs to.

    The French text decides: every English sentence has exactly one translation here, so neither
    side of a sentence can occur in two splits, whatever seed, size or control it was drawn with.
    """
    return _SHARES[crc32(text_fr.encode("utf-8")) % len(_SHARES)]


def generate(spec: GrammarSpec, split: str = "train") -> Iterator[GrammarSentence]:
    """Returns the sentences of a split, one at a time.

    Args:
        spec: what is asked for.
        split: ``train``, ``val`` or ``test``; held-out names occur in the last two only.

    Raises:
        ConfigError: the split is unknown, or (while iterating) fewer sentences exist than asked.
    """
    if split not in SPLITS:
        raise ConfigError(
            "generator.split_unknown_choose_from", split=split, splits=", ".join(SPLITS)
        )
    kept = _kept.get(_key(spec, split), ())
    if spec.size <= len(kept):
        return islice(kept, spec.size)
    return _sentences(spec, split)


def keep(spec: GrammarSpec, split: str = "train") -> None:
    """Keeps sentences in memory; :func:`generate` then gives them, or fewer of them, at once.

    8,000 sentences take 25 MB.
    """
    _kept[_key(spec, split)] = tuple(generate(spec, split))


def _key(spec: GrammarSpec, split: str) -> tuple[GrammarSpec, str]:
    """Returns what sentences are kept by: a smaller set is the beginning of a larger one."""
    return dataclasses.replace(spec, size=1), split


def _sentences(spec: GrammarSpec, split: str) -> Iterator[GrammarSentence]:
    rng = random.Random(f"{split}/{spec.seed}")
    weights = _cumulative_lengths(spec)
    seen: set[str] = set()
    index = misses = 0
    while index < spec.size:
        sentence = _attempt(rng, spec, split, weights, index)
        if sentence is None or sentence.text_fr in seen or sentence.text_en in seen:
            misses += 1
            if misses > PATIENCE:
                raise ConfigError(
                    "generator.only_sentences_were_found", index=index, spec=spec, split=split
                )
            continue
        seen.update((sentence.text_en, sentence.text_fr))
        misses = 0
        index += 1
        yield sentence


def _cumulative_lengths(spec: GrammarSpec) -> list[tuple[float, int]]:
    """Returns lengths with growing weights: most sentences have 6 to 20 words, some up to 60."""
    total, table = 0.0, []
    for words in range(spec.min_words, spec.max_words + 1):
        total += 1.0 if 6 <= words <= 16 else 0.4 if words < 6 else 0.9 ** (words - 16) + 0.015
        table.append((total, words))
    return table


def _attempt(
    rng: random.Random,
    spec: GrammarSpec,
    split: str,
    weights: list[tuple[float, int]],
    index: int,
) -> GrammarSentence | None:
    drawn = rng.random() * weights[-1][0]
    target = next(words for weight, words in weights if drawn < weight)
    held_out = split != "train"
    draft = Draft(rng, lexicon(), held_out, permitted(held_out, spec.new_frames))
    made = compose(draft, target, spec.names)
    if made is None:
        return None
    phrase, label = made
    if not spec.min_words <= len(phrase.en) <= spec.max_words:
        return None
    if not names_stand_right(phrase, spec.names):
        return None
    return _finish(phrase, label, tuple(dict.fromkeys(draft.built)), spec, split, index)


def names_stand_right(phrase: Phrase, names: str) -> bool:
    """Returns whether names stand where :attr:`GrammarSpec.names` allows, by the English words."""
    places = [at / len(phrase.en) for at, token in enumerate(phrase.en) if token[1][0] == "B"]
    if names == "none":
        return not places
    if names == "any":
        return True
    if not places:
        return False
    return max(places) < 1 / 3 if names == "start" else min(places) >= 2 / 3


def _finish(
    phrase: Phrase, label: str, frames: tuple[str, ...], spec: GrammarSpec, split: str, index: int
) -> GrammarSentence | None:
    en, fr = surface(phrase)
    if len(fr) > 2 * LONGEST or len(fr) < SHORTEST:
        return None
    text_fr = text_of(fr, True)
    if split_of(text_fr) != split:
        return None
    if spec.names in ("start", "end") and not names_stand_right(Phrase(fr), spec.names):
        return None
    return GrammarSentence(
        f"grammar-{split}-{spec.seed}-{index}",
        tuple(token[0] for token in en),
        tuple(token[1] for token in en),
        tuple(token[0] for token in fr),
        tuple(token[1] for token in fr),
        links(en, fr),
        label,
        text_of(en, False),
        text_fr,
        frames,
    )
