"""What a shift did to a sample, as plain JSON; the page draws it with ``textContent``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shiftdemo import words as w
from shiftdemo.shifts.right_shift import decoder_input
from shiftdemo.types import Sample, ShiftedSample, TaggedSample, TranslationSample

START, END = "<s>", "</s>"


def build_view(
    shifted: ShiftedSample, target_tokens: Sequence[str] | None = None
) -> dict[str, Any]:
    """Returns the difference between a sample before and after its shifts.

    Args:
        target_tokens: the sub-word tokens of the shifted target with their end token, where a
            tokenizer is at hand; without them the decoder view counts words.

    Returns:
        A JSON-able dict: ``id``, ``kind`` (``translation``, ``ner`` or ``text``), ``shift``,
        ``params``, ``seed``, ``applied``, ``note``; ``sides``, one (``source`` or ``words``) or
        two (``source``, ``target``) dicts of :func:`side_view`; ``decoder``, the dict of
        :func:`decoder_view` or ``None``.
    """
    before, after = shifted.original, shifted.shifted
    return {
        "id": before.id,
        "kind": _kind(before),
        "shift": shifted.shift,
        "params": dict(shifted.params),
        "seed": shifted.seed,
        "applied": shifted.applied,
        "note": shifted.note,
        "sides": _sides(shifted),
        "decoder": decoder_view(shifted, target_tokens)
        if isinstance(after, TranslationSample) and (after.target.strip() or target_tokens)
        else None,
    }


def _kind(sample: Sample) -> str:
    if isinstance(sample, TranslationSample):
        return "translation"
    return "ner" if isinstance(sample, TaggedSample) else "text"


def _sides(shifted: ShiftedSample) -> list[dict[str, Any]]:
    before, after = shifted.original, shifted.shifted
    copied = shifted.params.get("append_copy.drawn_index")
    if isinstance(before, TaggedSample) and isinstance(after, TaggedSample):
        old, new = _spaced(before.words), _spaced(after.words)
        view = side_view("words", old, new, shifted.alignment, shifted.source_offset, copied)
        for words, tags in ((view["before"], before.tags), (view["after"], after.tags)):
            for word, tag in zip(words, tags, strict=True):
                word["tag"] = tag
        return [view]
    if isinstance(before, TranslationSample) and isinstance(after, TranslationSample):
        old, new = w.split(before.source), w.split(after.source)
        sides = [side_view("source", old, new, shifted.alignment, shifted.source_offset, copied)]
        if before.target.strip() or after.target.strip():
            moves = shifted.target_alignment or ()
            old, new = w.split(before.target), w.split(after.target)
            copied = shifted.params.get("append_copy.drawn_target_index")
            sides.append(side_view("target", old, new, moves, shifted.target_offset, copied))
        return sides
    old, new = w.split(getattr(before, "text", "")), w.split(getattr(after, "text", ""))
    return [side_view("source", old, new, shifted.alignment, shifted.source_offset, copied)]


def _spaced(words: Sequence[str]) -> w.Words:
    """Returns words that came as a list, with the spaces that running text would have."""
    gaps = [w.gap_between(left, word) for left, word in zip(("", *words), words, strict=False)]
    return w.Words(tuple(words), (*gaps, ""))


def side_view(
    side: str,
    old: w.Words,
    new: w.Words,
    alignment: Sequence[int | None],
    offset: int,
    copied_from: int | None = None,
) -> dict[str, Any]:
    """Returns the words of one side before and after.

    Args:
        alignment: ``alignment[i]`` is the new index of old word ``i`` or ``None``.
        offset: absolute position of the first word after the shift.
        copied_from: where a copied word was taken from, where that is known.

    Returns:
        ``side``, ``offset``, ``before`` and ``after``: lists of words, each ``text``, ``gap``
        (what stands in front of it), ``index``, ``position``, ``state``, ``tag`` (or ``None``).
        Before, ``state`` is ``kept``, ``moved`` or ``gone`` and ``to`` the new index; after, it
        is ``kept``, ``moved``, ``copied`` or ``new``, ``from`` the old index and ``copy_of``
        the index (after) of the word that was copied.
    """
    back = {new_place: place for place, new_place in enumerate(alignment) if new_place is not None}
    before = [
        _word(old, i, i, _moved(i, alignment[i] if i < len(alignment) else None))
        | {"to": alignment[i] if i < len(alignment) else None}
        for i in range(len(old.words))
    ]
    first = min(back, default=len(new.words))
    after = []
    for place in range(len(new.words)):
        source = back.get(place)
        copy_of = None
        if source is not None:
            state = "kept" if source == place else "moved"
        else:
            copy_of = _copy_of(new.words, place, copied_from) if place > first else None
            state = "new" if copy_of is None else "copied"
        after.append(
            _word(new, place, offset + place, state) | {"from": source, "copy_of": copy_of}
        )
    return {"side": side, "offset": offset, "before": before, "after": after}


def _moved(place: int, to: int | None) -> str:
    if to is None:
        return "gone"
    return "kept" if to == place else "moved"


def _copy_of(words: Sequence[str], place: int, known: int | None) -> int | None:
    """Returns where the word that is copied to ``place`` stands, or ``None`` for a new word."""
    if known is not None and 0 <= known < place and words[known] == words[place]:
        return known
    return next((i for i in range(place) if words[i] == words[place]), None)


def _word(text: w.Words, index: int, position: int, state: str) -> dict[str, Any]:
    return {
        "text": text.words[index],
        "gap": text.gaps[index],
        "index": index,
        "position": position,
        "state": state,
        "tag": None,
    }


def decoder_view(
    shifted: ShiftedSample, target_tokens: Sequence[str] | None = None
) -> dict[str, Any]:
    """Returns the right shift of a translation: decoder input above labels, step by step.

    Returns:
        ``unit`` (``word`` or ``token``), ``mode`` (``all``, ``truncate`` or ``mask``),
        ``length`` (labels that count), ``total``, ``offset`` and ``steps``: ``input``,
        ``label``, ``position`` and ``state``, which is ``loss`` (the label counts), ``masked``
        (computed, no loss) or ``cut`` (not computed at all).
    """
    sample = shifted.shifted
    if target_tokens is None:
        target = sample.target if isinstance(sample, TranslationSample) else ""
        labels = [*w.split(target).words, END]
    else:
        labels = list(target_tokens)
    length = len(labels)
    if shifted.target_length is not None:
        length = min(length, shifted.target_length)
    hidden = "masked" if shifted.target_mode == "mask" else "cut"
    steps = [
        {
            "input": given,
            "label": label,
            "position": shifted.target_offset + i,
            "state": "loss" if i < length else hidden,
        }
        for i, (given, label) in enumerate(zip(decoder_input(labels, START), labels, strict=True))
    ]
    return {
        "unit": "word" if target_tokens is None else "token",
        "mode": shifted.target_mode if length < len(labels) else "all",
        "length": length,
        "total": len(labels),
        "offset": shifted.target_offset,
        "steps": steps,
    }
