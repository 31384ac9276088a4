"""A named, bounded value with help: an operator's parameter or a field of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message


@dataclass(frozen=True, slots=True)
class Param:
    """A named value with bounds: its control, its flag and its docs are made from it.

    Operators list theirs in ``params``; a dataclass declares its own by :func:`setting`.

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

    def check(self, value: Any, where: str) -> Any:
        """Returns a number that stands in a request already; a 3.0 of JSON becomes 3.

        Stricter than :meth:`parse`, which reads what was typed: a text is no number here.

        Raises:
            ConfigError: it is no number of the kind, or out of bounds; names ``where``.
        """
        whole = self.kind == "int"
        if whole and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON and sliders may give 3.0 for 3
        low, high = self.low or 0, self.high or 0
        if (
            not isinstance(value, (int, float))
            or isinstance(value, bool)
            or (whole and not isinstance(value, int))
            or not low <= value <= high
        ):
            kind = Message("params.whole_number" if whole else "params.number")
            raise ConfigError(
                "params.give_from",
                where=Message(_REQUESTS[where]) if where in _REQUESTS else where,
                item=self.name,
                value=value,
                kind=kind,
                low=low,
                high=high,
            )
        return value


def setting(default: Any, low: float, high: float, text: str) -> Any:
    """Returns a dataclass field that is a :class:`Param`, whole where its default is."""
    kind = "int" if isinstance(default, int) else "float"
    param = Param("", kind, default, text, low, high)
    return field(default=default, metadata={"param": param})


def params_of(request: Any) -> dict[str, Param]:
    """Returns the bounded fields of a dataclass, or of one made of it, by name."""
    return {
        item.name: replace(item.metadata["param"], name=item.name)
        for item in fields(request)
        if "param" in item.metadata
    }


def check_settings(request: Any, where: str) -> None:
    """Checks every bounded field of a dataclass.

    Raises:
        ConfigError: one is out of its bounds.
    """
    for name, param in params_of(request).items():
        value = getattr(request, name)
        checked = param.check(value, where)
        if checked is not value:
            object.__setattr__(request, name, checked)


def one_of(value: str, choices: tuple[str, ...], where: str) -> None:
    """Raises :class:`ConfigError` where ``value`` is none of ``choices``."""
    if value not in choices:
        raise ConfigError(
            "params.choose_one_of", where=where, value=value, choices=", ".join(choices)
        )


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


# Keys of what the requests are called whose settings are checked.
_REQUESTS = {
    "build": "params.build",
    "data": "params.data",
    "training": "params.training",
    "compare": "params.compare",
}
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
        name, _, settings = text.strip().partition(":")
        params: dict[str, str] = {}
        # A comma inside a value is kept: only one before another ``key=`` separates.
        for part in re.split(r",(?=\s*\w+=)", settings) if settings.strip() else []:
            key, equals, value = part.partition("=")
            if not equals:
                raise ConfigError("params.shift_not_key_value", text=text, part=part, name=name)
            params[key.strip()] = value
        return cls(name.strip(), params)

    def __str__(self) -> str:
        settings = ",".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.name}:{settings}" if settings else self.name
