"""A named collection of classes, from which forms, flags, docs and contract tests are made."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Generic, TypeVar

from shiftdemo.core.errors import ConfigError

T = TypeVar("T")


class Registry(Generic[T]):
    """Classes by name, in the order of registration."""

    def __init__(self, kind: str) -> None:
        """Args: kind: what the entries are called in error messages, for example ``"shift"``."""
        self.kind = kind
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
        if name in self._entries:
            return self._entries[name]
        near = difflib.get_close_matches(name, self._entries, n=3, cutoff=0.4) or self.names()
        raise ConfigError(
            f"There is no {self.kind} called {name!r}; did you mean {', '.join(near)}?"
        )

    def names(self) -> list[str]:
        """Returns the names in the order of registration."""
        return list(self._entries)

    def __iter__(self) -> Iterator[type[T]]:
        return iter(self._entries.values())

    def __contains__(self, name: object) -> bool:
        return name in self._entries
