"""The texts of the attention laboratory, in the reader's language."""

from __future__ import annotations

from shiftdemo.publishing.attention.words import STAT_NAMES
from shiftdemo.viz.reader import Reader

# By the names that ``attention.js`` knows them by.
TEXTS = {
    "operator": "Shift operator",
    "strength": "Strength",
    "trained": "shift-trained saw {low} to {high}",
    "computing": "Computing…",
    "computed": "computed now",
    "unreachable": "The server cannot be reached; change something to try again.",
    "attention": "Attention",
    "views": "View",
    "heat": "Heatmap",
    "lines": "Lines",
    "heads": "All heads",
    "profile": "Profile",
    "compared": "Compared",
    "pair_arms": "the two models",
    "pair_own": "{arm}, before and now",
    "pair_one": "one model",
    "map_arms": "How far apart the two models are",
    "map_own": "How far {arm} moved, head by head",
    "map": "Heads",
    "most_arms": "Here the two models differ most.",
    "most_own": "This head moved most.",
    "after_before": "now − before",
    "map_note": (
        "Jensen-Shannon distance, mean of the rows, 0 to 1. Click a head; Shift-click adds one."
    ),
    "dots": "How far from its map {before}",
    "dots_none": "Move the slider, and this shows how far each head follows.",
    "layer": "layer {n}",
    "head": "head {n}",
    "mean": "mean of {n} heads",
    "special": "special tokens",
    "merge": "whole words",
    "renormalise": "rows sum to 1",
    "threshold": "hide below",
    "difference": "difference",
    "query": "from (query)",
    "key": "to (key)",
    "weight": "weight",
    "change": "change",
    "outside": "on tokens that are not shown",
    "predicts": "predicts",
    "reads": "A row reads its token and predicts the next; what comes later is not seen.",
    "cross_reads": (
        "Rows: the step that reads a token of the output and predicts the next. Columns: the "
        "source."
    ),
    "merge_note": "Whole words: the sum over a word's pieces as keys, the mean as queries.",
    "hidden_note": "Rows no longer sum to 1: tokens are hidden, or weights cut.",
    "pin": "Click a row to pin it.",
    "pinned": "Row {token}",
    "unpin": "let go",
    "strongest": "strongest keys",
    "gradient": "gradient × input",
    "side_source": "source",
    "side_target": "output so far",
    "gradient_note": (
        "What each token adds to the prediction, to first order. Attention is not explanation "
        "(Jain and Wallace 2019): where the two disagree, trust neither alone."
    ),
    "mask": "mask this word",
    "unmask": "unmask {word}",
    "outputs": "predictions that changed",
    "no_change": "No prediction changed.",
    "window": "{first} to {last} of {n} tokens",
    "overview": "All tokens: how much attention each gets. Click to look there.",
    "offset_axis": "key minus query (tokens)",
    "place_axis": "place of the key in the sentence (tokens)",
    "weight_axis": "mean weight",
    "save": "Save this figure:",
    "png": "PNG",
    "svg": "SVG",
    "sentence": "The models read: {text}",
    "missing": (
        "The second model reads other tokens or has other layers, so it is not shown beside "
        "the first; choose models with one tokenizer and one shape."
    ),
    "figures": "Figures of this head",
}


def labels(reader: Reader) -> dict[str, str]:
    """Returns every text that the laboratory writes, by name; those of a head's figures too."""
    stats = {f"stat_{name}": reader(text) for name, text in STAT_NAMES.items()}
    return {**stats, **{name: reader(text) for name, text in TEXTS.items()}}
