"""Attention as files: numbers (JSON, NumPy), the laboratory as a page, and pictures."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message, with_or
from shiftdemo.core.types import AttentionMap
from shiftdemo.publishing.attention.lab import lab
from shiftdemo.publishing.attention.page import attention_page
from shiftdemo.publishing.attention.results import AttentionResult, CorpusAttention
from shiftdemo.publishing.saved import public_ref
from shiftdemo.viz.reader import Reader
from shiftdemo.viz.style import get_theme

WIDTH = 1100  # CSS pixels of a picture; a PNG has twice as many
TITLE = "Attention"


def as_dict(result: AttentionResult, corpus: CorpusAttention | None = None) -> dict[str, Any]:
    """Returns the attention as plain JSON values.

    Returns:
        ``models`` and ``versions``, ``text``, ``target``, ``read`` (what the models read),
        ``shift``, ``side``, ``strength``, ``masked``, ``notes``, and ``arms``: by arm, ``now`` and
        ``before``, a list of maps with ``kind``, ``query_tokens``, ``key_tokens``,
        ``query_words``, ``key_words``, ``weights`` (nested lists ``[layer][head][query][key]``, 6
        digits), ``outside`` (what rows give to tokens that are not shown), and ``predicted`` and
        ``sure`` of the last. With a corpus, ``corpus``.
    """
    from shiftdemo.models.load import versions

    plain: dict[str, Any] = {
        "models": {arm: public_ref(ref) for arm, ref in result.models.items()},
        "versions": versions(),
        "text": result.sample.text,
        "target": result.target,
        "read": result.moved.shifted.read,
        "shift": result.condition.operator,
        "side": result.condition.side,
        "strength": result.strength,
        "masked": list(result.masked),
        "notes": [str(note) for note in result.notes],
        "arms": {
            arm: {
                name: {
                    "maps": [_map(one) for one in reading.maps],
                    "predicted": list(reading.predicted),
                    "sure": [round(p, 4) for p in reading.sure],
                }
                for name, reading in (("now", look.now), ("before", look.before))
                if name == "now" or look.changed
            }
            for arm, look in result.arms.items()
        },
    }
    return plain if corpus is None else {**plain, "corpus": corpus.to_dict()}


def _map(one: AttentionMap) -> dict[str, Any]:
    outside = None if one.outside is None else np.round(one.outside.astype(float), 6).tolist()
    return {
        "kind": one.kind,
        "query_tokens": list(one.query_tokens),
        "key_tokens": list(one.key_tokens),
        "query_words": list(one.query_words),
        "key_words": list(one.key_words),
        "weights": np.round(one.weights.astype(float), 6).tolist(),
        "outside": outside,
    }


def as_arrays(result: AttentionResult) -> dict[str, np.ndarray]:
    """Returns the attention as arrays by name.

    Returns:
        ``ARM/now/KIND`` and, after a shift, ``ARM/before/KIND``: float32 weights ``(n_layers,
        n_heads, query_len, key_len)``; with ``/queries`` and ``/keys`` after it, the tokens.
    """
    arrays: dict[str, np.ndarray] = {}
    for arm, look in result.arms.items():
        readings = {"now": look.now} | ({"before": look.before} if look.changed else {})
        for name, reading in readings.items():
            for one in reading.maps:
                key = f"{arm}/{name}/{one.kind}"
                arrays[key] = one.weights
                arrays[f"{key}/queries"] = np.array(one.query_tokens)
                arrays[f"{key}/keys"] = np.array(one.key_tokens)
    return arrays


def _json(result: AttentionResult, task: str, corpus: CorpusAttention | None) -> bytes:
    return (json.dumps(as_dict(result, corpus), ensure_ascii=False) + "\n").encode()


def _npz(result: AttentionResult, task: str, corpus: CorpusAttention | None) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **as_arrays(result))  # type: ignore[arg-type]
    return buffer.getvalue()


def _html(result: AttentionResult, task: str, corpus: CorpusAttention | None) -> bytes:
    from shiftdemo.models.load import versions

    made = [
        *(public_ref(ref) for ref in result.models.values()),
        *(" ".join(v) for v in versions().items()),
    ]
    return attention_page({**lab(Reader(), result, task), "made": ", ".join(made)}, TITLE).encode()


def picture(
    result: AttentionResult, form: str, kind: str = "", layer: int = -1, head: int | None = None
) -> bytes:
    """Returns one map as a picture: of one model, or of two with their difference.

    Args:
        form: ``png`` or ``svg``.
        kind: ``encoder``, ``decoder`` or ``cross``; empty: the last one there is.
        layer, head: as in :func:`shiftdemo.viz.attention.panel`.

    Raises:
        ConfigError: there is no such map, or kaleido or its browser is not installed.
    """
    from shiftdemo.viz.attention import compare, heatmap

    kinds = [one.kind for one in result.maps]
    if kind and kind not in kinds:
        raise ConfigError("export.there_no_attention_here", kind=kind, kinds=with_or(kinds))
    index = kinds.index(kind) if kind else len(kinds) - 1
    one = result.maps[index]
    title = f"{one.kind} attention, layer {layer % one.weights.shape[0]}"
    title += ", mean of heads" if head is None else f", head {head}"
    if result.versus:
        figure = compare(one, result.versus[index], layer, head)
    else:
        figure = heatmap(one, layer, head, title=title)
    figure.update_layout(paper_bgcolor=get_theme("light").background)
    mend = Message("export.install_kaleido")
    try:
        return bytes(figure.to_image(format=form, width=WIDTH, scale=2))
    except (ImportError, ValueError, RuntimeError) as error:  # plotly's words for "not there"
        raise ConfigError("export.picture_cannot_drawn", form=form, mend=mend) from error


def _picture(form: str) -> Callable[..., bytes]:
    return lambda result, task, corpus: picture(result, form)


FORMS: Mapping[str, Callable[..., bytes]] = {
    ".json": _json,
    ".html": _html,
    ".npz": _npz,
    ".png": _picture("png"),
    ".svg": _picture("svg"),
}


def check_ending(output: Path) -> None:
    """Raises :class:`ConfigError` where a file cannot be written by its ending."""
    if output.suffix.lower() not in FORMS:
        raise ConfigError("export.output_must_end", output=output.name, endings=with_or([*FORMS]))


def write_attention(
    result: AttentionResult, task: str, output: Path, corpus: CorpusAttention | None = None
) -> None:
    """Writes the attention in the form that the file's ending names; whole or not at all.

    Args:
        corpus: goes into ``.json`` too.

    Raises:
        ConfigError: there is no such form, or it cannot be written.
    """
    check_ending(output)
    content = FORMS[output.suffix.lower()](result, task, corpus)
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


def zipped(result: AttentionResult, task: str, corpus: CorpusAttention | None = None) -> bytes:
    """Returns page, JSON and NumPy arrays as one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending in (".html", ".json", ".npz"):
            archive.writestr(f"attention{ending}", FORMS[ending](result, task, corpus))
    return buffer.getvalue()
