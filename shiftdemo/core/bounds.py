"""Settings with bounds: how a dataclass declares them, and how they are checked."""

from __future__ import annotations

from dataclasses import field, fields
from typing import Any

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message


def bounded(default: Any, low: float, high: float, text: str) -> Any:
    """Returns a dataclass field with bounds and help; flags and forms are made from it."""
    return field(default=default, metadata={"low": low, "high": high, "help": text})


def one_of(value: str, choices: tuple[str, ...], where: str) -> None:
    """Raises :class:`ConfigError` where ``value`` is none of ``choices``."""
    if value not in choices:
        raise ConfigError("bounds.choose_one", where=where, value=value, choices=", ".join(choices))


def check_bounds(config: Any, where: str) -> None:
    """Checks every bounded field of a dataclass.

    Raises:
        ConfigError: one is out of its bounds.
    """
    for item in fields(config):
        if "low" not in item.metadata:
            continue
        value, low, high = getattr(config, item.name), item.metadata["low"], item.metadata["high"]
        if isinstance(item.default, int) and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON and sliders may give 3.0 for 3
            object.__setattr__(config, item.name, value)
        if (
            not isinstance(value, (int, float))
            or isinstance(value, bool)
            or (isinstance(item.default, int) and not isinstance(value, int))
            or not low <= value <= high
        ):
            whole = isinstance(item.default, int)
            kind = Message("params.whole_number" if whole else "params.number")
            raise ConfigError(
                "bounds.give_from",
                where=where,
                item=item.name,
                value=value,
                kind=kind,
                low=low,
                high=high,
            )
