"""The newest value of each session, for as many sessions as there is room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")
SESSIONS = 64


class Kept(Generic[T]):
    """One value a session; the session that was heard of longest ago is forgotten first."""

    def __init__(self, sessions: int = SESSIONS) -> None:
        """Begins empty, with room for so many sessions."""
        self._values: OrderedDict[str, T] = OrderedDict()
        self._sessions = sessions
        self._lock = threading.Lock()

    def keep(self, session: str, value: T) -> None:
        """Keeps the value in the place of the session's last one."""
        with self._lock:
            self._values[session] = value
            self._values.move_to_end(session)
            while len(self._values) > self._sessions:
                self._values.popitem(last=False)

    def get(self, session: str) -> T | None:
        """Returns the value of a session, ``None`` where it has none any more."""
        with self._lock:
            if session in self._values:
                self._values.move_to_end(session)
            return self._values.get(session)
