"""The shift operators, one a file. Importing this package finds and registers them."""

import importlib
import pkgutil

# In the order of their names, so that lists of operators do not depend on the file system.
for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")
