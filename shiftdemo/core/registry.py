"""A named collection of classes, from which forms, flags, docs and contract tests are made."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message

T = TypeVar("T")
_KINDS = {"shift": "registry.shift", "task": "registry.task"}  # keys of what entries are called


class Registry(Generic[T]):
    """Classes by name, in the order of registration; those of other packages come last."""

    def __init__(self, kind: str, group: str = "") -> None:
        """Makes it empty.

        Args:
            kind: what the entries are called in error messages, for example ``"shift"``.
            group: of the entry points by which other packages bring theirs, found when the registry
                is first read; importing one registers its classes.
        """
        self.kind, self._group = kind, group
        self._entries: dict[str, type[T]] = {}

    def register(self, cls: type[T]) -> type[T]:
        """Adds a class under its ``name`` attribute; used as a decorator."""
        name = str(getattr(cls, "name"))  # noqa: B009 - T has no static ``name``
        if name in self._entries:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self._entries[name] = cls
        return cls

    def get(self, name: str) -> type[T]:
        """Returns the class called ``name``.

        Raises:
            ConfigError: there is none; the message names the nearest ones.
        """
        if name in self:
            return self._entries[name]
        near = difflib.get_close_matches(name, self._entries, n=3, cutoff=0.4) or self.names()
        kind = Message(_KINDS[self.kind]) if self.kind in _KINDS else self.kind
        raise ConfigError(
            "registry.there_no_called_did", kind=kind, name=name, near=", ".join(near)
        )

    def names(self) -> list[str]:
        """Returns the names in the order of registration."""
        self._discover()
        return list(self._entries)

    def __iter__(self) -> Iterator[type[T]]:
        self._discover()
        return iter(list(self._entries.values()))

    def __contains__(self, name: object) -> bool:
        if name not in self._entries:
            self._discover()
        return name in self._entries

    def _discover(self) -> None:
        """Imports what other packages bring; one that fails is left out with a warning."""
        group, self._group = self._group, ""
        for point in entry_points(group=group) if group else ():
            try:
                point.load()
            except Exception as error:
                warnings.warn(
                    f"The {self.kind} {point.name!r} of another package is left out "
                    f"({type(error).__name__}: {error}); mend or remove that package.",
                    stacklevel=2,
                )
