"""A named collection, from which forms, flags, docs and contract tests are made."""

from __future__ import annotations

import difflib
import importlib
import warnings
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message

T = TypeVar("T")
_KINDS = {"shift": "registry.shift", "task": "registry.task"}  # keys of what entries are called


class Registry(Generic[T]):
    """Things with a ``name``, in the order of registration; other packages' come last."""

    def __init__(self, kind: str, group: str = "", package: str = "") -> None:
        """Makes it empty.

        Args:
            kind: what the entries are called in error messages, for example ``"shift"``.
            group: of the entry points by which other packages bring theirs, found when the registry
                is first read; importing one registers its entries.
            package: our own one whose import registers ours, in the same way.
        """
        self.kind, self._group, self._package = kind, group, package
        self._entries: dict[str, T] = {}

    def register(self, entry: T) -> T:
        """Adds a class or a value under its ``name``; a decorator for classes."""
        name = str(getattr(entry, "name"))  # noqa: B009 - T has no static ``name``
        if name in self._entries:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self._entries[name] = entry
        return entry

    def get(self, name: str) -> T:
        """Returns what is called ``name``.

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

    def __iter__(self) -> Iterator[T]:
        self._discover()
        return iter(list(self._entries.values()))

    def __contains__(self, name: object) -> bool:
        if name not in self._entries:
            self._discover()
        return name in self._entries

    def _discover(self) -> None:
        """Imports ours and what other packages bring; of those one that fails is left out."""
        package, self._package = self._package, ""
        if package:
            importlib.import_module(package)
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
