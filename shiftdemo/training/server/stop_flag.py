"""A flag that any process which knows a run's folder can raise."""

from __future__ import annotations

from pathlib import Path

from shiftdemo.training.run_folder import RunFolder


class FileFlag:
    """As ``threading.Event``, kept as a file in a run's folder."""

    def __init__(self, folder: Path) -> None:
        """Looks at the flag in ``folder``; it is down where there is no file."""
        self._path = RunFolder(folder).stop_flag

    def set(self) -> None:
        """Raises the flag."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch()

    def clear(self) -> None:
        """Lowers it."""
        self._path.unlink(missing_ok=True)

    def is_set(self) -> bool:
        """Whether it is raised."""
        return self._path.exists()
