"""Attention as a file: numbers (``.json``), a page (``.html``) or a picture (``.png``)."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message, with_and, with_or
from shiftdemo.core.types import AttentionMap
from shiftdemo.viz.attention import compare, difference, heatmap, panel
from shiftdemo.viz.page import attention_page
from shiftdemo.viz.style import arm_label, get_theme

PNG_WIDTH = 1100  # CSS pixels; the file has twice as many


def attention_json(
    maps: Sequence[AttentionMap], versus: Sequence[AttentionMap] = ()
) -> dict[str, Any]:
    """Returns the maps as plain JSON values.

    Returns:
        ``arms`` (labels of the models) and ``maps``: a list of ``kind``, ``n_layers``,
        ``n_heads``, ``query_tokens``, ``key_tokens``, and ``weights``: by arm label nested lists
        ``[layer][head][query][key]``, rounded to 5 digits.
    """
    labels = [arm_label("base"), arm_label("shift")] if versus else [arm_label("base")]
    records = []
    for index, first in enumerate(maps):
        arms = [first, versus[index]] if versus else [first]
        if versus:
            difference(panel(first, 0, None), panel(versus[index], 0, None))  # same tokens
            _same_shape(first, versus[index])
        weights = {
            label: np.round(arm.weights.astype(float), 5).tolist()
            for label, arm in zip(labels, arms, strict=True)
        }
        records.append(
            {
                "kind": first.kind,
                "n_layers": first.weights.shape[0],
                "n_heads": first.weights.shape[1],
                "query_tokens": list(first.query_tokens),
                "key_tokens": list(first.key_tokens),
                "weights": weights,
            }
        )
    return {"arms": labels, "maps": records}


def _same_shape(first: AttentionMap, second: AttentionMap) -> None:
    if first.weights.shape != second.weights.shape:
        layers = with_and([str(one.weights.shape[:2]) for one in (first, second)])
        raise ConfigError("export.two_models_have_layers", layers=layers)


def attention_html(maps: Sequence[AttentionMap], versus: Sequence[AttentionMap] = ()) -> str:
    """Returns a page that needs nothing else: pickers for map, layer and head, light and dark."""
    return attention_page(attention_json(maps, versus), _templates(maps, versus))


def _templates(
    maps: Sequence[AttentionMap], versus: Sequence[AttentionMap]
) -> dict[str, dict[str, Any]]:
    """Returns figures without weights, by ``KIND/THEME/COLUMNS``; the page fills them in."""
    templates = {}
    for index, first in enumerate(maps):
        for theme in ("light", "dark"):
            for columns in (3, 1):
                if versus:
                    figure = compare(first, versus[index], 0, None, theme, columns=columns)
                else:
                    figure = heatmap(first, 0, None, theme, title=arm_label("base"))
                plain = json.loads(figure.to_json())
                for trace in plain["data"]:
                    trace["z"] = []
                templates[f"{first.kind}/{theme}/{columns}"] = plain
    return templates


def attention_png(
    maps: Sequence[AttentionMap],
    versus: Sequence[AttentionMap] = (),
    kind: str = "",
    layer: int = -1,
    head: int | None = None,
) -> bytes:
    """Returns one map as a picture.

    Args:
        kind: ``encoder``, ``decoder`` or ``cross``; empty: the last one there is.
        layer, head: as in :func:`shiftdemo.viz.attention.panel`.

    Raises:
        ConfigError: there is no such map, or kaleido or its browser is not installed.
    """
    kinds = [attention.kind for attention in maps]
    if kind and kind not in kinds:
        raise ConfigError("export.there_no_attention_here", kind=kind, kinds=with_or(kinds))
    index = kinds.index(kind) if kind else len(kinds) - 1
    title = f"{kinds[index]} attention, layer {layer % maps[index].weights.shape[0]}"
    title += ", mean of heads" if head is None else f", head {head}"
    if versus:
        figure = compare(maps[index], versus[index], layer, head)
    else:
        figure = heatmap(maps[index], layer, head, title=title)
    figure.update_layout(paper_bgcolor=get_theme("light").background)
    mend = Message("export.install_kaleido")
    try:
        return bytes(figure.to_image(format="png", width=PNG_WIDTH, scale=2))
    except (ImportError, ValueError, RuntimeError) as error:  # plotly's words for "not there"
        raise ConfigError("export.png_cannot_drawn_here", mend=mend) from error


def write_attention(
    maps: Sequence[AttentionMap], versus: Sequence[AttentionMap], output: Path
) -> None:
    """Writes the maps to ``output``, in the form that its ending names; whole or not at all.

    Raises:
        ConfigError: the ending is not ``.json``, ``.html`` or ``.png``, or it cannot be written.
    """
    ending = output.suffix.lower()
    if ending == ".json":
        content = json.dumps(attention_json(maps, versus), ensure_ascii=False).encode()
    elif ending == ".html":
        content = attention_html(maps, versus).encode()
    elif ending == ".png":
        content = attention_png(maps, versus)
    else:
        raise ConfigError("export.output_must_end_json", output=output.name)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        temporary = output.with_name(f".{output.name}.part")
        try:
            temporary.write_bytes(content)
            os.replace(temporary, output)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(
            "export.cannot_written_name_another", output=output, strerror=error.strerror
        ) from None
