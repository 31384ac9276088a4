"""Frozen dataclasses as plain JSON values, and back."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar, Union

T = TypeVar("T")


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def as_plain(value: Any) -> Any:
    """Returns a value made of dataclasses, mappings and sequences as plain JSON values.

    Numbers that JSON does not know become ``None``.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: as_plain(getattr(value, item.name)) for item in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def from_plain(kind: type[T], values: Mapping[str, Any]) -> T:
    """Returns a dataclass from what :func:`as_plain` made of it; its defaults fill what is missing.

    Values of other names are left out: they are derived, or of a later version.

    Raises:
        TypeError: a field without a default is missing.
    """
    hints = _hints(kind)  # type: ignore[arg-type]
    names = [item.name for item in dataclasses.fields(kind) if item.init]  # type: ignore[arg-type]
    return kind(**{name: _read(hints[name], values[name]) for name in names if name in values})


def _read(hint: Any, value: Any) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(_fitting(args, value), value)
    if value is None:
        return math.nan if hint is float else None
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return from_plain(hint, value)
    if origin is tuple:
        of = [args[0]] * len(value) if args[-1] is Ellipsis else args
        return tuple(_read(kind, item) for kind, item in zip(of, value, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {key: _read(args[1], item) for key, item in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _fitting(hints: tuple[Any, ...], value: Any) -> Any:
    """Returns which of several types a value was."""
    for hint in hints:
        listed = typing.get_origin(hint) is tuple
        if hint is not type(None) and listed == isinstance(value, list):
            return hint
    return hints[0]
