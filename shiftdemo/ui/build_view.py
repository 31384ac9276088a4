"""One shifted sample as what ``build.js`` draws, in the visitor's language."""

from __future__ import annotations

import itertools
from typing import Any

from shiftdemo.types import Sample, ShiftedSample, TaggedSample, TranslationSample
from shiftdemo.ui import texts
from shiftdemo.ui.i18n import Visit
from shiftdemo.viz.build import build_view
from shiftdemo.words import split


def plain(sample: Sample) -> str:
    """Returns a sample's (source) text."""
    if isinstance(sample, TranslationSample):
        return sample.source
    return " ".join(sample.words) if isinstance(sample, TaggedSample) else sample.text


def view_of(visit: Visit, shifted: ShiftedSample) -> dict[str, Any]:
    """Returns what ``build.js`` draws."""
    view = build_view(shifted)
    before, after = shifted.original, shifted.shifted
    lines = [["x", plain(before)], ["x′", plain(after)]]
    if isinstance(before, TranslationSample) and isinstance(after, TranslationSample):
        lines += [["y", before.target], ["y′", after.target]]
    elif isinstance(before, TaggedSample) and isinstance(after, TaggedSample):
        lines += [["y", " ".join(before.tags)], ["y′", " ".join(after.tags)]]
    words = itertools.chain.from_iterable(side["before"] + side["after"] for side in view["sides"])
    present = {word["state"] for word in words}
    states = [state for state in ("kept", "moved", "copied", "new", "gone") if state in present]
    note = _note(visit, shifted)
    return {**view, "texts": lines, "states": states, "labels": _labels(visit), "note": note}


def _note(visit: Visit, shifted: ShiftedSample) -> str:
    parts = [visit("Nothing was shifted:")] if not shifted.applied else []
    parts += [shifted.note] if shifted.note else []
    if shifted.source_offset or shifted.target_offset:
        drawn_now = visit(
            "Every position id moves: source by {source}.", source=shifted.source_offset
        )
        if isinstance(shifted.shifted, TranslationSample):
            drawn_now = visit(
                "Every position id moves: source by {source}, target by {target}.",
                source=shifted.source_offset,
                target=shifted.target_offset,
            )
        parts.append(drawn_now)
    if shifted.target_length is not None and isinstance(shifted.shifted, TranslationSample):
        whole = len(split(shifted.shifted.target).words) + 1
        if shifted.target_length >= whole:
            parts.append(
                visit(
                    "Length drawn: {n}; the target is shorter, so nothing is hidden.",
                    n=shifted.target_length,
                )
            )
        else:
            parts.append(visit("Length drawn: the first {n} labels.", n=shifted.target_length))
    return " ".join(parts)


def _labels(visit: Visit) -> dict[str, str]:
    return {
        "source": visit("Source"),
        "target": visit("Target"),
        "words": visit("Words and tags"),
        "original": visit("original"),
        "shifted": visit("shifted"),
        "kept": visit("kept in place"),
        "moved": visit("moved"),
        "copied": visit("copied"),
        "new": visit("new"),
        "gone": visit("gone"),
        "position": visit("position"),
        "decoder": visit("What the decoder sees"),
        "decoderNote": visit(texts.DECODER_NOTE),
        "input": visit("decoder input"),
        "label": visit("label"),
        "lossRow": visit("loss"),
        "step_loss": visit("yes"),
        "step_masked": visit("masked"),
        "step_cut": visit("cut off"),
        "positionNote": visit(texts.POSITION_NOTE),
    }
