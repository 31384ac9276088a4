"""Differences between outputs, word by word, as plain JSON; the page draws it as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from shiftdemo.core import words as w
from shiftdemo.viz.style import arm_label

Segment: TypeAlias = tuple[str, str]
"""A piece of text and its mark."""

SAME, DIFFERENT = "same", "different"
_OUTSIDE = "O"


def mark_words(text: str, other: str) -> list[Segment]:
    """Returns ``text`` in pieces, each ``same`` or ``different`` from ``other``.

    Words are compared, not characters; the pieces joined give ``text`` again. A longest common
    run of words is kept (Ratcliff and Obershelp 1988, :class:`difflib.SequenceMatcher`).
    """
    parts, others = w.split(text), w.split(other)
    same = [False] * len(parts.words)
    for block in SequenceMatcher(
        None, parts.words, others.words, autojunk=False
    ).get_matching_blocks():
        same[block.a : block.a + block.size] = [True] * block.size
    pieces: list[Segment] = []
    for i, (gap, word) in enumerate(zip(parts.gaps, parts.words, strict=False)):
        inside = i > 0 and not same[i - 1] and not same[i]
        _add(pieces, gap, DIFFERENT if inside else SAME)
        _add(pieces, word, SAME if same[i] else DIFFERENT)
    _add(pieces, parts.gaps[-1], SAME)
    return pieces


def _add(pieces: list[Segment], text: str, mark: str) -> None:
    """Appends text, joined to the last piece where that has the same mark."""
    if not text:
        return
    if pieces and pieces[-1][1] == mark:
        pieces[-1] = (pieces[-1][0] + text, mark)
    else:
        pieces.append((text, mark))


def mark_tags(
    words: Sequence[str], tags: Sequence[str], gold: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Returns one dict a word: ``text``, ``tag``, ``gold`` (or ``None``) and ``mark``.

    ``mark`` is ``right``, ``wrong`` (another tag), ``missed`` (gold is in a mention, the output
    is not) or ``extra`` (the other way round); ``plain`` where no gold tags are known.
    """
    marked = []
    for index, (word, tag) in enumerate(zip(words, tags, strict=True)):
        wanted = gold[index] if gold else None
        marked.append({"text": word, "tag": tag, "gold": wanted, "mark": _tag_mark(tag, wanted)})
    return marked


def _tag_mark(tag: str, gold: str | None) -> str:
    if gold is None:
        return "plain"
    if tag == gold:
        return "right"
    if tag == _OUTSIDE:
        return "missed"
    return "extra" if gold == _OUTSIDE else "wrong"


def output_view(
    row: Mapping[str, Any],
    index: int = 0,
    reference_arm: str = "base",
    label: Callable[[str], str] = arm_label,
) -> dict[str, Any]:
    """Returns one sentence of a comparison with the outputs of all arms, differences marked.

    Args:
        row: one of ``outputs`` of a comparison's dict: ``id``, ``source``, ``words``,
            ``reference`` and ``outputs`` (arm to one output an offset).
        index: which offset, as its index in the comparison's ``offsets``.
        reference_arm: whose output the others are marked against.
        label: puts the name of an arm into the reader's language.

    Returns:
        ``id``, ``kind`` (``text`` or ``tags``), ``source``, ``reference`` (text, or the tags of
        :func:`mark_tags`) and ``arms``: a list of ``arm``, ``label``, ``same`` (as the reference
        arm's output) and ``pieces`` (``text``, ``mark``) or ``words`` (:func:`mark_tags` with
        ``changed``: whether the tag differs from the reference arm's).
    """
    outputs = {arm: values[index] for arm, values in row["outputs"].items()}
    first = reference_arm if reference_arm in outputs else next(iter(outputs))
    words = tuple(row.get("words") or ())
    view: dict[str, Any] = {"id": row["id"], "source": row["source"]}
    if words:
        gold = list(row["reference"]) or None
        view |= {"kind": "tags", "reference": mark_tags(words, gold, gold) if gold else []}
        view["arms"] = [
            _tag_arm(arm, words, tags, outputs[first], gold) | {"label": label(arm)}
            for arm, tags in outputs.items()
        ]
        return view
    others = [text for arm, text in outputs.items() if arm != first]
    view |= {"kind": "text", "reference": row["reference"]}
    view["arms"] = [
        _text_arm(
            arm, text, others[0] if arm == first and others else outputs[first], outputs[first]
        )
        | {"label": label(arm)}
        for arm, text in outputs.items()
    ]
    return view


def _text_arm(arm: str, text: str, against: str, first: str) -> dict[str, Any]:
    pieces = [{"text": piece, "mark": mark} for piece, mark in mark_words(text, against)]
    return {"arm": arm, "same": text == first, "pieces": pieces}


def _tag_arm(
    arm: str,
    words: Sequence[str],
    tags: Sequence[str],
    first: Sequence[str],
    gold: Sequence[str] | None,
) -> dict[str, Any]:
    marked = mark_tags(words, tags, gold)
    for word, other in zip(marked, first, strict=True):
        word["changed"] = word["tag"] != other
    return {"arm": arm, "same": list(tags) == list(first), "words": marked}


def changed_words(before: str, after: str) -> list[dict[str, str]]:
    """Returns ``after`` in pieces of ``text`` and ``mark``, what was not in ``before`` marked."""
    return [{"text": text, "mark": mark} for text, mark in mark_words(after, before)]


def sure_of(view: dict[str, Any], probabilities: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Returns a view of :func:`output_view` whose words carry their probability as ``p``.

    Args:
        probabilities: by arm, one for each word of its output; none where it does not tell.
    """
    arms = []
    for arm in view["arms"]:
        own = probabilities.get(arm["arm"], ())
        if "words" in arm and len(own) == len(arm["words"]):
            words = [{**word, "p": p} for word, p in zip(arm["words"], own, strict=True)]
            arm = {**arm, "words": words}
        elif "pieces" in arm:
            arm = {**arm, "pieces": _by_word(arm["pieces"], own)}
        arms.append(arm)
    return {**view, "arms": arms}


def _by_word(pieces: Sequence[Mapping[str, str]], own: Sequence[float]) -> list[dict[str, Any]]:
    """Returns pieces parted at every word, each with its probability."""
    parted = [(piece, w.split(piece["text"])) for piece in pieces]
    if sum(len(parts.words) for _, parts in parted) != len(own):
        return [dict(piece) for piece in pieces]
    found: list[dict[str, Any]] = []
    left = iter(own)
    for piece, parts in parted:
        for gap, word in zip(parts.gaps, parts.words, strict=False):
            found += [{"text": gap, "mark": piece["mark"]}] if gap else []
            found.append({"text": word, "mark": piece["mark"], "p": next(left)})
        if parts.gaps[-1]:
            found.append({"text": parts.gaps[-1], "mark": piece["mark"]})
    return found
