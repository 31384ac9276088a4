"""The tasks, one a file. Importing this package finds and registers them; it needs no torch.

What their models do stands in :mod:`shiftdemo.tasks.heads`.
"""

import importlib
import pkgutil

for _module in sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.ispkg):
    importlib.import_module(f"{__name__}.{_module}")
