"""Attention as pictures: one head of a layer, and two models with their difference.

Rows are queries (what attends) and columns are keys (what is attended to). Every token has an
axis position of its own, so a word that occurs twice stays two. Hiding the special tokens leaves
the other weights as they are; rows then sum to less than 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.messages import Message
from shiftdemo.core.types import AttentionMap
from shiftdemo.viz.grid import Panel, Say, grid
from shiftdemo.viz.style import arm_label

_SPECIAL = re.compile(r"<(?!unk|mask)[^<>\s]+>|\[(?!UNK|MASK)[A-Z]+\]")
DIFFERENCE = "difference"


def is_special(token: str) -> bool:
    """Whether a token is a mark (``</s>``, ``[CLS]``) and not a piece of the sentence."""
    return _SPECIAL.fullmatch(token) is not None


def panel(
    attention: AttentionMap, layer: int, head: int | None, special: bool = True, title: str = ""
) -> Panel:
    """Returns one head of one layer.

    Args:
        layer: from 0; negative ones count from the last.
        head: from 0; ``None`` for the mean over the layer's heads.
        special: whether special tokens are shown.

    Raises:
        ConfigError: the model has no such layer or head.
    """
    n_layers, n_heads = attention.weights.shape[:2]
    if not -n_layers <= layer < n_layers:
        raise ConfigError("attention.there_no_layer_model", layer=layer, n_layers=n_layers - 1)
    if head is not None and not -n_heads <= head < n_heads:
        raise ConfigError("attention.there_no_head_layer", head=head, n_heads=n_heads - 1)
    weights = attention.weights[layer]
    matrix = weights.mean(0) if head is None else weights[head]
    rows = _shown(attention.query_tokens, special)
    columns = _shown(attention.key_tokens, special)
    return Panel(
        matrix[np.ix_(rows, columns)],
        tuple(attention.query_tokens[i] for i in rows),
        tuple(attention.key_tokens[i] for i in columns),
        title,
    )


def _shown(tokens: Sequence[str], special: bool) -> list[int]:
    kept = [i for i, token in enumerate(tokens) if special or not is_special(token)]
    return kept or list(range(len(tokens)))


def difference(base: Panel, shift: Panel, title: str = DIFFERENCE) -> Panel:
    """Returns shift-trained minus base.

    Raises:
        DataError: the two are not over the same tokens.
    """
    if (base.queries, base.keys) != (shift.queries, shift.keys):
        raise DataError("attention.two_models_read_different")
    return replace(base, values=shift.values - base.values, title=title, change=True)


def heatmap(
    attention: AttentionMap,
    layer: int,
    head: int | None,
    theme: str = "light",
    special: bool = True,
    title: str = "",
    say: Say = str,
) -> go.Figure:
    """Returns the heatmap of one head (``None``: the mean of the layer's heads).

    Args:
        say: puts what the figure says into the reader's language.
    """
    return grid([panel(attention, layer, head, special, title)], theme, say=say)


def three(
    base: AttentionMap,
    shift: AttentionMap,
    layer: int,
    head: int | None,
    special: bool = True,
    say: Say = str,
    label: Callable[[str], str] = arm_label,
) -> list[Panel]:
    """Returns base, shift-trained and their difference.

    Args:
        say, label: as in :func:`compare`.

    Raises:
        DataError: the two maps are not over the same tokens.
    """
    left = panel(base, layer, head, special, label("base"))
    right = panel(shift, layer, head, special, label("shift"))
    return [left, right, difference(left, right, say(Message("attention.difference")))]


def compare(
    base: AttentionMap,
    shift: AttentionMap,
    layer: int,
    head: int | None,
    theme: str = "light",
    special: bool = True,
    columns: int = 3,
    say: Say = str,
    label: Callable[[str], str] = arm_label,
) -> go.Figure:
    """Returns base, shift-trained and their difference; the first two share one scale.

    Args:
        columns: 3 side by side; 1 below one another, for a narrow page.
        say: as in :func:`heatmap`.
        label: puts the name of an arm into the reader's language.
    """
    shown = three(base, shift, layer, head, special, say, label)
    side = 212.0 if columns > 1 else 0.0  # the figure is whole on a small laptop's screen
    return grid(shown, theme, columns, side, say=say)
