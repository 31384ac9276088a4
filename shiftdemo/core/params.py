"""One parameter of an operator: name, kind, default, bounds, help; and how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of an operator: the form control, the flag and the docs are made from it.

    Attributes:
        kind: ``"int"``, ``"float"``, ``"bool"``, ``"str"`` or ``"choice"``.
        default: value when it is not given.
        low, high: inclusive bounds of numbers; for ``"str"`` ``high`` is the greatest length.
        choices: the admitted values of a ``"choice"``.
        help: one English sentence with the unit.
    """

    name: str
    kind: str
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def parse(self, value: Any, where: str) -> Any:
        """Returns ``value`` in this parameter's type, within its bounds.

        Raises:
            ConfigError: it is not of the type, or out of bounds; names ``where``.
        """
        try:
            parsed = _CASTS[self.kind](value)
        except (TypeError, ValueError, OverflowError):
            kinds = {"int": "whole_number", "float": "number", "bool": "true_or_false"}
            raise ConfigError(
                "params.no_parameters_have_commas",
                where=where,
                name=self.name,
                value=value,
                kind=Message(f"params.{kinds.get(self.kind, 'text')}"),
            ) from None
        if self.kind == "choice" and parsed not in self.choices:
            raise ConfigError(
                "params.choose_one",
                where=where,
                name=self.name,
                value=value,
                choices=", ".join(self.choices),
            )
        size = len(parsed) if self.kind == "str" else parsed
        if self.kind in ("int", "float", "str") and (
            not (size == size)
            or (self.low is not None and size < self.low)
            or (self.high is not None and size > self.high)
        ):
            raise ConfigError(
                "params.out_bounds_give_value",
                where=where,
                name=self.name,
                value=value,
                low=self.low,
                high=self.high,
            )
        return parsed


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("1", "true", "yes"):
        return True
    if str(value).lower() in ("0", "false", "no"):
        return False
    raise ValueError(value)


def _to_int(value: Any) -> int:
    if isinstance(value, bool) or float(value) != int(float(value)):
        raise ValueError(value)
    return int(float(value))


_CASTS: dict[str, Callable[[Any], Any]] = {
    "int": _to_int,
    "float": float,
    "bool": _to_bool,
    "str": str,
    "choice": str,
}

SHARE = Param(
    "p",
    "float",
    1.0,
    "Share of the samples that are shifted (0 to 1).",
    0.0,
    1.0,
)


@dataclass(frozen=True, slots=True)
class ShiftSpec:
    """An operator's name and the parameters that were given, as in ``name:key=value,key=value``."""

    name: str
    params: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> ShiftSpec:
        """Returns the specification written as ``text``.

        Raises:
            ConfigError: a part of it is not ``key=value``.
        """
        name, _, rest = text.strip().partition(":")
        params: dict[str, str] = {}
        # A comma inside a value is kept: only one before another ``key=`` separates.
        for part in re.split(r",(?=\s*\w+=)", rest) if rest.strip() else []:
            key, equals, value = part.partition("=")
            if not equals:
                raise ConfigError("params.shift_not_key_value", text=text, part=part, name=name)
            params[key.strip()] = value
        return cls(name.strip(), params)

    def __str__(self) -> str:
        rest = ",".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.name}:{rest}" if rest else self.name
