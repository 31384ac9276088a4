"""What a server remembers of each visitor's session."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

_SESSIONS_KEPT = 64


class Sessions:
    """Files, ways of looking and results of the sessions seen last; those of older ones go.

    Attributes:
        views: how a session wants to see its curves.
        looking: sessions that have asked for attention.
        comparisons: the comparison that a session has last made, and what was asked for.
    """

    def __init__(self) -> None:
        """Starts with none."""
        self.views: OrderedDict[str, Any] = OrderedDict()
        self.looking: OrderedDict[str, bool] = OrderedDict()
        self.comparisons: OrderedDict[str, tuple[Any, Any]] = OrderedDict()
        self._folders: OrderedDict[str, Path] = OrderedDict()
        self._lock = threading.Lock()

    def files_of(self, session: str) -> Path:
        """Returns an empty folder for the files of a session; its last one is removed."""
        folder = Path(tempfile.mkdtemp(prefix="shiftdemo-"))
        with self._lock:
            old = [self._folders.pop(session, None)]
            self._folders[session] = folder
            while len(self._folders) > _SESSIONS_KEPT:
                old.append(self._folders.popitem(last=False)[1])
        for path in filter(None, old):
            shutil.rmtree(path, ignore_errors=True)
        return folder

    def keep_view(self, session: str, view: Any) -> None:
        """Remembers how a session wants to see its curves."""
        self._keep(self.views, session, view)

    def keep_looking(self, session: str) -> None:
        """Remembers that a session has asked for attention, so that its tab asks for none anew."""
        self._keep(self.looking, session, True)

    def keep_comparison(self, session: str, result: Any, config: Any) -> None:
        """Remembers the comparison that a session has made, so that it can have a report of it."""
        self._keep(self.comparisons, session, (result, config))

    def _keep(self, store: OrderedDict[str, Any], session: str, value: Any) -> None:
        with self._lock:
            store[session] = value
            store.move_to_end(session)
            while len(store) > _SESSIONS_KEPT:
                store.popitem(last=False)
