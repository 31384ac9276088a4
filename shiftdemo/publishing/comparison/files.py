"""A comparison as files: numbers (JSON), the same as a table (CSV), and the report (HTML)."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shiftdemo.core.config import CompareConfig
from shiftdemo.core.errors import ConfigError
from shiftdemo.data.writing.writers import csv_lines
from shiftdemo.evaluation.results import Comparison
from shiftdemo.publishing.comparison.report import report
from shiftdemo.publishing.saved import public_ref

JSON, CSV, HTML = "comparison.json", "scores.csv", "report.html"


def estimates(values: Any, where: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Yields a row for every estimate in a comparison's plain values.

    Returns:
        ``where`` (the names and numbers that lead to it, as ``curves/base/3``), ``name``,
        ``value``, ``low``, ``high``, ``n``, ``p_value`` (of differences) and ``signature``.
    """
    if isinstance(values, Mapping):
        if {"value", "low", "high"} <= set(values):
            keys = ("name", "value", "low", "high", "n", "p_value", "signature")
            yield {"where": "/".join(where), **{key: values.get(key) for key in keys}}
            return
        for key, item in values.items():
            # Scores and types are those of the first detail, which are there already.
            if where or key not in ("scores", "types"):
                yield from estimates(item, (*where, str(key)))
    elif isinstance(values, (list, tuple)):
        for number, item in enumerate(values):
            yield from estimates(item, (*where, str(number)))


def contents(result: Comparison, config: CompareConfig) -> dict[str, bytes]:
    """Returns the files of a comparison by name."""
    values = result.to_dict()
    return {
        HTML: report(result, config).encode(),
        JSON: (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode(),
        CSV: "".join(csv_lines(estimates(values))).encode(),
    }


def write_comparison(result: Comparison, config: CompareConfig, folder: Path) -> list[Path]:
    """Writes the files of a comparison into a folder, each whole or not at all.

    Raises:
        ConfigError: they cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents(result, config).items():
            temporary = folder / f".{name}.part"
            try:
                temporary.write_bytes(content)
                os.replace(temporary, folder / name)
            finally:
                temporary.unlink(missing_ok=True)
            written.append(folder / name)
    except OSError as error:
        raise ConfigError(
            "export.cannot_written_name_another", output=folder, strerror=error.strerror
        ) from None
    return written


def without_paths(result: Comparison, config: CompareConfig) -> tuple[Comparison, CompareConfig]:
    """Returns both with names in place of the paths of the machine, for whoever is not on it."""
    data = dataclasses.replace(
        config.data,
        train=public_ref(config.data.train) if config.data.train else "",
        eval=public_ref(config.data.eval) if config.data.eval else "",
    )
    others = tuple(
        f"{name}={public_ref(ref)}" for name, _, ref in (o.partition("=") for o in config.others)
    )
    base, shifted = public_ref(config.base), public_ref(config.shifted)
    config = dataclasses.replace(config, data=data, others=others, base=base, shifted=shifted)
    return _without_paths(result, config), config


def _without_paths(result: Comparison, config: CompareConfig) -> Comparison:
    return dataclasses.replace(
        result,
        arms={arm: public_ref(ref) for arm, ref in result.arms.items()},
        config=dataclasses.asdict(config),
        of_seeds=tuple(_without_paths(one, config) for one in result.of_seeds),
        also=tuple(_without_paths(one, config) for one in result.also),
    )


def zipped(result: Comparison, config: CompareConfig) -> bytes:
    """Returns the same files as one zip, without the paths of the machine."""
    result, config = without_paths(result, config)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents(result, config).items():
            archive.writestr(name, content)
    return buffer.getvalue()
