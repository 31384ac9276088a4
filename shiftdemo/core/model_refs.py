"""References to the models that come with the package: each is a pair of arms of one run.

``bundled:NAME`` is the arm ``base`` of it, ``bundled:NAME/ARM`` names one.
"""

from __future__ import annotations

from pathlib import Path

from shiftdemo.core.assets import ASSETS
from shiftdemo.core.task_spec import TASKS, task_specs

BUNDLED = "bundled:"
PAIR = ("base", "shift")


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
