"""What a shift did to a sample, as plain JSON; the page draws it with ``textContent``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shiftdemo.core import words as w
from shiftdemo.core.samples import (
    QuestionSample,
    Sample,
    TaggedSample,
    TextSample,
    TranslationSample,
)
from shiftdemo.core.types import PositionPlan, ShiftedSample
from shiftdemo.shifts.teacher_forcing import decoder_input, teacher_forced

MOST_DRAWN = 150  # words of a row
START, END, PAD, NO_LABEL = "<s>", "</s>", "<pad>", "–"


def build_view(
    shifted: ShiftedSample, target_tokens: Sequence[str] | None = None, causal: bool = False
) -> dict[str, Any]:
    """Returns the difference between a sample before and after its shifts.

    Args:
        target_tokens: the sub-word tokens of the shifted target with their end token, where a
            tokenizer is at hand; without them the decoder view counts words.
        causal: whether a plain text is what a decoder is asked for, as in language modelling.

    Returns:
        A JSON-able dict: ``id``, ``kind`` (:attr:`Sample.kind`), ``shift``,
        ``params``, ``seed``, ``applied``, ``note``; ``sides``, one (``source`` or ``words``) or
        two (``source``, ``target``) dicts of :func:`side_view`; ``steps``, the dict of
        :func:`decoder_view` or :func:`label_view`, or ``None``; with a delay layer each step has
        ``seen``, the input whose state it sees too, ``reach`` steps before; ``hidden``, how many
        words of the longest row are left out, because only the first 150 are drawn.
    """
    before, after = shifted.original, shifted.shifted
    sides, steps = _sides(shifted), _asked(after, shifted, target_tokens, causal)
    hidden = max(len(words) - MOST_DRAWN for side in sides for words in _rows(side))
    return {
        "id": before.id,
        "kind": before.kind,
        "shift": shifted.shift,
        "params": dict(shifted.params),
        "seed": shifted.seed,
        "applied": shifted.applied,
        "note": shifted.note,
        "sides": [_cut(side) for side in sides],
        "steps": steps and {**steps, "steps": steps["steps"][:MOST_DRAWN]},
        "hidden": max(0, hidden),
    }


def _rows(side: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return side["before"], side["after"]


def _cut(side: dict[str, Any]) -> dict[str, Any]:
    """Returns a side's first words; a page that draws thousands of them would stand still."""
    before, after = (words[:MOST_DRAWN] for words in _rows(side))
    for word in before:
        if word["to"] is not None and word["to"] >= MOST_DRAWN:
            word["to"] = None
    return {**side, "before": before, "after": after}


def _asked(
    after: Sample, shifted: ShiftedSample, target_tokens: Sequence[str] | None, causal: bool
) -> dict[str, Any] | None:
    if isinstance(after, TaggedSample):
        view = label_view(shifted)
    elif target_tokens or _decoded(after, causal).strip():
        view = decoder_view(shifted, target_tokens)
    else:
        return None
    reach = int(shifted.drawn("reach") or 0)
    if reach:  # the state of so many steps before; there is none before the first
        inputs = [step["input"] for step in view["steps"]]
        for index, step in enumerate(view["steps"]):
            step["seen"] = inputs[index - reach] if index >= reach else "0"
    return view | {"reach": reach}


def _decoded(sample: Sample, causal: bool = True) -> str:
    """Returns what a decoder is asked for: a target, or in language modelling the text itself."""
    if isinstance(sample, TranslationSample):
        return sample.target
    return sample.text if isinstance(sample, TextSample) and causal else ""


def _sides(shifted: ShiftedSample) -> list[dict[str, Any]]:
    before, after, feed = shifted.original, shifted.shifted, shifted.feed
    copied = shifted.drawn("index")
    if isinstance(before, TaggedSample) and isinstance(after, TaggedSample):
        old, new = _spaced(before.words), _spaced(after.words)
        view = side_view("words", old, new, shifted.alignment, feed.source, copied)
        for words, tags in ((view["before"], before.tags), (view["after"], after.tags)):
            for word, tag in zip(words, tags, strict=True):
                word["tag"] = tag
        for word in view["after"]:
            old_index = word["from"]
            word["retagged"] = old_index is not None and before.tags[old_index] != word["tag"]
        return [view]
    if isinstance(before, TranslationSample) and isinstance(after, TranslationSample):
        old, new = w.split(before.source), w.split(after.source)
        sides = [side_view("source", old, new, shifted.alignment, feed.source, copied)]
        if before.target.strip() or after.target.strip():
            moves = shifted.target_alignment or ()
            old, new = w.split(before.target), w.split(after.target)
            copied = shifted.drawn("target_index")
            sides.append(side_view("target", old, new, moves, feed.target, copied))
        return sides
    old, new = w.split(before.text), w.split(after.text)
    view = side_view("source", old, new, shifted.alignment, feed.source, copied)
    for words, text, sample in ((view["before"], old, before), (view["after"], new, after)):
        if isinstance(sample, QuestionSample):
            for index in _answering(text, sample):
                words[index]["answers"] = True
    return [view]


def _answering(text: w.Words, sample: QuestionSample) -> list[int]:
    """Returns the indices of the context's words that are part of a gold answer."""
    found, end = [], 0
    spans = [
        (start, start + len(a)) for a, start in zip(sample.answers, sample.starts, strict=True)
    ]
    for index, (gap, word) in enumerate(zip(text.gaps, text.words, strict=False)):
        start, end = end + len(gap), end + len(gap) + len(word)
        if any(start < last and end > first for first, last in spans):
            found.append(index)
    return found


def _spaced(words: Sequence[str]) -> w.Words:
    """Returns words that came as a list, with the spaces that running text would have."""
    gaps = [w.gap_between(left, word) for left, word in zip(("", *words), words, strict=False)]
    return w.Words(tuple(words), (*gaps, ""))


def side_view(
    side: str,
    old: w.Words,
    new: w.Words,
    alignment: Sequence[int | None],
    plan: PositionPlan,
    copied_from: int | None = None,
) -> dict[str, Any]:
    """Returns the words of one side before and after.

    Args:
        alignment: ``alignment[i]`` is the new index of old word ``i`` or ``None``.
        side: ``"source"``, ``"words"`` or ``"target"``.
        plan: the position ids after the shift.
        copied_from: where a copied word was taken from, where that is known.

    Returns:
        ``side``, ``before`` and ``after``: lists of words, each ``text``, ``gap`` (what stands in
        front of it), ``index``, ``position``, ``state``, ``tag`` (or ``None``). Before, ``state``
        is ``kept``, ``moved`` (another index), ``repositioned`` (the same index under another
        position id) or ``gone``, and ``to`` the new index; after, it is one of these, ``copied``
        or ``new``, ``from`` the old index and ``copy_of`` the index (after) of the word that was
        copied; for tagged words ``retagged`` says whether a word lost its tag for another.
    """
    back = {new_index: index for index, new_index in enumerate(alignment) if new_index is not None}
    # A target word has the position of the step that it is the label of; one more asks for the end.
    positions = plan.ids(len(new.words) + (side == "target"))
    before = []
    for index in range(len(old.words)):
        to = alignment[index] if index < len(alignment) else None
        state = "gone" if to is None else _state(index, to, positions)
        before.append(_word(old, index, index, state) | {"to": to})
    first = min(back, default=len(new.words))
    after = []
    for index in range(len(new.words)):
        source, copy_of = back.get(index), None
        if source is not None:
            state = _state(source, index, positions)
        else:
            copy_of = _copy_of(new.words, index, copied_from) if index > first else None
            state = "new" if copy_of is None else "copied"
        word = _word(new, index, positions[index], state)
        after.append(word | {"from": source, "copy_of": copy_of})
    return {"side": side, "before": before, "after": after}


def _state(index: int, to: int, positions: Sequence[int]) -> str:
    """Returns what became of a word that is still there."""
    if to != index:
        return "moved"
    return "kept" if positions[to] == index else "repositioned"


def _copy_of(words: Sequence[str], index: int, known: int | None) -> int | None:
    """Returns where the word that is copied to ``index`` stands, or ``None`` for a new word.

    Unless it is known, it is the nearest equal word in front: doubles follow what they double.
    """
    if known is not None and 0 <= known < index and words[known] == words[index]:
        return known
    return next((i for i in range(index - 1, -1, -1) if words[i] == words[index]), None)


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
    """Returns the right shift of a target or text: decoder input above labels, step by step.

    Returns:
        ``unit`` (``word`` or ``token``), ``lag`` (by how many steps the input lags behind),
        ``counted`` (labels that carry loss), ``total`` and ``steps``: ``input``, ``label``,
        ``position`` and ``state``, which is ``loss`` (the label counts), ``masked`` (computed, no
        loss) or ``cut`` (not computed at all).
    """
    sample, feed = shifted.shifted, shifted.feed
    if target_tokens is None:
        labels = [*w.split(_decoded(sample)).words, END]
    else:
        labels = list(target_tokens)
    given, counts = teacher_forced(labels, feed, START)
    cut = len(labels) - len(given)
    whole = [*given, *decoder_input(labels, START, feed.right_shift)[len(given) :]]
    states = ["loss" if counted else "masked" for counted in counts] + ["cut"] * cut
    # What is cut off has no position: the step never computes it.
    plan = feed.target if isinstance(sample, TranslationSample) else feed.source
    positions: list[int | str] = [*plan.ids(len(given)), *["–"] * cut]
    return {
        "unit": "word" if target_tokens is None else "token",
        "lag": feed.right_shift,
        "counted": sum(counts),
        "total": len(labels),
        "steps": _steps(whole, labels, positions, states),
    }


def label_view(shifted: ShiftedSample) -> dict[str, Any]:
    """Returns what a tagger is given and asked for, step by step.

    Returns:
        As :func:`decoder_view`; ``lag`` is the output delay, by which labels come late after as
        many padding tokens.
    """
    sample, delay = shifted.shifted, shifted.feed.output_delay
    words, tags = (sample.words, sample.tags) if isinstance(sample, TaggedSample) else ((), ())
    given = [*words, *[PAD] * delay]
    labels = [*[NO_LABEL] * delay, *tags]
    states = ["masked"] * delay + ["loss"] * len(tags)
    return {
        "unit": "word",
        "lag": delay,
        "counted": len(tags),
        "total": len(given),
        "steps": _steps(given, labels, shifted.feed.source.ids(len(given)), states),
    }


def _steps(
    given: Sequence[str], labels: Sequence[str], positions: Sequence[int | str], states: list[str]
) -> list[dict[str, Any]]:
    return [
        {"input": i, "label": label, "position": position, "state": state}
        for i, label, position, state in zip(given, labels, positions, states, strict=True)
    ]
