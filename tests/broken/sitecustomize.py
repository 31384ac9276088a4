"""Makes a Python in which no lookup in a table of positions is recognised.

Tests put this folder on the path of a process, to see that nothing is trained or scored in it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

TARGET = "shiftdemo.models.moving"


class _Breaking(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> Any:
        if name != TARGET:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None and spec.loader is not None
        self.real: Any = spec.loader
        spec.loader = self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        self.real.exec_module(module)
        module.READS.clear()  # type: ignore[attr-defined]


sys.meta_path.insert(0, _Breaking())
