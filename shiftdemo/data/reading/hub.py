"""Data sets of the hub, and folders in its format, streamed by the ``datasets`` library.

A reference is ``hub:OWNER/NAME`` or ``hub:/path/of/a/folder``. Nothing that a data set brings is
ever run: ``datasets`` has had no loading scripts since version 4, and none is asked for.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.limits import Limits
from shiftdemo.core.messages import Message
from shiftdemo.core.messages import Row as RowPlace
from shiftdemo.core.samples import Sample
from shiftdemo.data.reading.columns import feature_classes, feature_names, flat_names, resolve
from shiftdemo.data.reading.lines import Meter
from shiftdemo.data.reading.report import ReadReport, told
from shiftdemo.data.reading.rows import Roles, Row
from shiftdemo.data.reading.tagging import ReadOptions

PREFIX = "hub:"
_ID = re.compile(r"[\w][\w.-]*/[\w.-]+")


def is_hub(ref: str) -> bool:
    """Tells whether a reference is one of the hub's."""
    return ref.startswith(PREFIX)


def hub_samples(
    ref: str,
    task: str = "",
    split: str = "train",
    subset: str = "",
    revision: str = "",
    columns: Mapping[str, str] | None = None,
    meter: Meter | None = None,
    limits: Limits | None = None,
    tags: ReadOptions | None = None,
    report: ReadReport | None = None,
) -> Iterator[Sample]:
    """Yields the samples of one split, one at a time.

    What is read ahead is the ``datasets`` library's choice: of large Parquet shards it is much
    (1.5 GB was measured for one of a million rows); such a file itself is read in 0.13 GB.

    Args:
        ref: ``hub:OWNER/NAME``, or ``hub:`` and the path of a folder in the hub's format.
        subset: the configuration's name; empty: the only or the default one.
        revision: branch, tag or commit; empty: the main branch.
        columns: role -> column name; other columns are inferred.
        tags: how tags are to be read.
        report: is told what was read.

    Raises:
        LimitError: this server does not read that data set.
        DataError: there is no such data set, subset, split or column; says which there are.
    """
    (limits or Limits()).check_reference(ref)
    name = f"{ref} ({split})"
    dataset = _open(ref, split, subset, revision)
    features = dataset.features.to_dict() if dataset.features is not None else None
    rows = _rows(dataset, name, meter, split)
    if features is None:  # the files do not say; the first row does
        first = next(rows, None)
        if first is None:
            raise DataError("hub.holds_no_samples", name=name)
        names = flat_names(first[1])
        rows = _again(first, rows)
    else:
        names = feature_names(features)
    by_role = resolve(names, task, columns, name)
    report = report or ReadReport()
    report.name, report.format = name, "hub"
    report.use(names, by_role)
    classes = feature_classes(features or {})
    roles = Roles(by_role, name, task, classes, RowPlace, tags, report)
    yield from told(roles.samples(rows), name, task, report)


def _again(first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rows


def _rows(dataset: Any, name: str, meter: Meter | None, split: str) -> Iterator[Row]:
    done = [0]
    size = (dataset.info.splits or {}).get(split)
    if meter is not None:
        meter.start(getattr(size, "num_examples", 0) or 0, lambda: done[0])
    stream = iter(dataset)
    while True:
        try:
            row = next(stream, None)
        except Exception as error:  # readers of a dozen formats, each with errors of its own
            what = Message("hub.cannot_read", row=done[0] + 1)
            raise _fault(name, error, what) from None
        if row is None:
            return
        done[0] += 1
        yield done[0], row


def _open(ref: str, split: str, subset: str, revision: str) -> Any:
    """Returns the iterable data set of one split."""
    path = _path(ref)
    try:
        import datasets
    except ModuleNotFoundError:
        raise DataError("hub.needs_datasets_library_run", ref=ref) from None
    try:
        with _quiet():
            builder = datasets.load_dataset_builder(path, subset or None, revision=revision or None)
            splits = builder.as_streaming_dataset()
    except Exception as error:
        names = _subsets(path, revision) if isinstance(error, ValueError) else []
        if subset not in names and (subset or len(names) > 1):
            given = Message("hub.several_subsets")
            if subset:
                given = Message("hub.no_subset", subset=subset[:40])
            known = ", ".join(names[:20]) + ("…" if len(names) > 20 else "")
            raise DataError("hub.name_one_with_subset", ref=ref, given=given, known=known) from None
        raise _fault(ref, error, Message("hub.cannot_open")) from None
    if split not in splits:
        raise DataError("hub.has_no_split_has", ref=ref, split=split[:40], splits=", ".join(splits))
    return splits[split]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps retries and warnings off standard error: the user gets one sentence of ours."""
    loggers = [logging.getLogger(name) for name in ("datasets", "huggingface_hub")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _path(ref: str) -> str:
    """Returns what ``datasets`` calls the data set; only a path that looks like one is local."""
    name = ref.removeprefix(PREFIX)
    if name.startswith((".", "/", "~")) or os.path.isabs(name):
        path = os.path.expanduser(name)
        if not os.path.isdir(path):
            raise DataError("hub.there_no_folder_check", name=name[:120])
        return os.path.abspath(path)
    if not _ID.fullmatch(name):
        raise ConfigError("hub.no_data_set_write", ref=ref[:120])
    return f"hf://datasets/{name}"  # never a folder that happens to have this name


def _subsets(path: str, revision: str) -> list[str]:
    import datasets

    try:
        return list(datasets.get_dataset_config_names(path, revision=revision or None))
    except Exception:  # then the first error is the one to tell
        return []


def _fault(name: str, error: Exception, what: str) -> DataError:
    """Returns one sentence for what ``datasets`` raised."""
    from datasets.exceptions import DataFilesNotFoundError, DatasetNotFoundError

    text = " ".join(str(error).split())
    if _is_offline(error):
        return DataError("hub.hub_cannot_reached_no", name=name)
    if isinstance(error, DatasetNotFoundError):
        if "Revision" in text:
            return DataError("hub.has_no_such_revision", name=name)
        return DataError("hub.hub_has_no_such", name=name)
    if isinstance(error, DataFilesNotFoundError) or type(error).__name__ == "EmptyDatasetError":
        return DataError("hub.holds_no_data_files", name=name)
    if "scripts are no longer supported" in text:
        return DataError("hub.loading_script_which_never", name=name)
    return DataError("hub.text", name=name, what=what, name_2=type(error).__name__, text=text[:120])


def _is_offline(error: BaseException | None) -> bool:
    while error is not None:
        name = type(error).__name__
        if isinstance(error, ConnectionError) or name in ("ConnectError", "OfflineModeIsEnabled"):
            return True
        if "Timeout" in name:
            return True
        error = error.__cause__ or error.__context__
    return False
