"""What the folder of a finetune says about one of its arms, without the paths of the machine."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shiftdemo.core.config import DataSpec, TrainConfig, from_dict
from shiftdemo.core.errors import ConfigError, ModelError
from shiftdemo.core.events import (
    ArmSaved,
    EvalLogged,
    RunCancelled,
    RunEvent,
    RunFailed,
    RunFinished,
    StepLogged,
)
from shiftdemo.core.messages import Message
from shiftdemo.publishing.hub import is_repo_id
from shiftdemo.publishing.markdown import printable
from shiftdemo.training.record import read_events
from shiftdemo.training.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class SavedArm:
    """One arm of a run, as it lies on disk.

    Attributes:
        folder: its weights and tokenizer.
        config: the run's settings; of files and folders of the user the name alone.
        settings: the same as JSON values, with what the run added (``versions``).
        step: the step at which the weights were saved; 0: not known.
        held_out: the last held-out figures of every arm and seed.
        seconds: how long the run took so far.
        ending: how it ended; empty while it has not.
    """

    folder: Path
    arm: str
    seed: int
    config: TrainConfig
    settings: Mapping[str, Any]
    step: int
    held_out: tuple[EvalLogged, ...]
    seconds: float
    ending: str


def read_arm(run: Path, arm: str = "", seed_index: int = 0) -> SavedArm:
    """Returns what is known of an arm.

    Args:
        run: the folder of a finetune.
        arm: its name; empty: ``shift``, or the only one that there is.
        seed_index: which of the run's seeds, from 0.

    Raises:
        ConfigError: there is no run in the folder, or it has no such arm or seed.
        ModelError: that arm was not saved yet.
    """
    settings = _public(_settings(run))
    known = _known(TrainConfig, settings)
    if isinstance(known.get("data"), Mapping):
        known["data"] = _known(DataSpec, known["data"])
    config: TrainConfig = from_dict(TrainConfig, known, str(RunFolder(run).config))
    if not 0 <= seed_index < len(config.seeds):
        raise ConfigError(
            "saved.has_no_seed_number",
            run=run,
            seed_index=seed_index,
            n_seeds=len(config.seeds) - 1,
        )
    name = _choose(run, config, arm, seed_index)
    seed, events = config.seeds[seed_index], read_events(run)
    steps = [e.step for e in events if isinstance(e, ArmSaved) and (e.arm, e.seed) == (name, seed)]
    last = {(e.seed, e.arm): e for e in events if isinstance(e, EvalLogged)}
    return SavedArm(
        RunFolder(run).arm(name, seed_index),
        name,
        seed,
        config,
        settings,
        max(steps, default=0),
        tuple(last[key] for key in sorted(last)),
        _seconds(events),
        _ending(events),
    )


def _settings(run: Path) -> dict[str, Any]:
    try:
        settings = json.loads(RunFolder(run).config.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict) or not {"task", "arms", "seeds"} <= set(settings):
        raise ConfigError("saved.there_no_run_name", run=run)
    return settings


def _known(config: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values that are settings; a run adds others, and so may another version."""
    names = [item.name for item in dataclasses.fields(config)]
    return {name: values[name] for name in names if name in values}


def _choose(run: Path, config: TrainConfig, arm: str, seed_index: int) -> str:
    """Returns the name of an arm whose weights are there."""
    if arm and arm not in config.arms:
        raise ConfigError(
            "saved.has_no_arm_has", run=run, arm=printable(arm)[:40], arms=", ".join(config.arms)
        )
    saved = [name for name in config.arms if RunFolder(run).has_arm(name, seed_index)]
    wanted = arm or ("shift" if "shift" in saved or len(saved) != 1 else saved[0])
    if wanted in saved:
        return wanted
    there = Message("saved.nothing")
    if saved:
        there = Message("saved.these", saved=", ".join(saved))
    raise ModelError("saved.arm_run_not_saved", wanted=wanted, there=there)


def _seconds(events: Sequence[RunEvent]) -> float:
    timed = (StepLogged, RunFinished, RunCancelled, RunFailed)
    return max((event.seconds for event in events if isinstance(event, timed)), default=0.0)


def _ending(events: Sequence[RunEvent]) -> str:
    last = events[-1] if events else None
    if isinstance(last, RunFinished):
        return last.reason
    if isinstance(last, RunCancelled):
        return f"it was stopped at step {last.step}"
    return "it broke off" if isinstance(last, RunFailed) else ""


def _public(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a run's settings with names in place of paths."""
    public = {name: file_name(v) if _is_path(v) else v for name, v in settings.items()}
    model, data = settings.get("model"), settings.get("data")
    if isinstance(model, str):
        public["model"] = public_ref(model)
    if isinstance(data, Mapping):
        public["data"] = {
            name: public_ref(value)
            if name in ("train", "eval") and value and isinstance(value, str)
            else value
            for name, value in data.items()
        }
    return public


def public_ref(ref: str) -> str:
    """Returns a reference to a model or to data; of a path the last name alone."""
    kind, colon, name = ref.partition(":")
    if colon and kind in ("bundled", "scratch"):
        return ref
    if colon and kind == "hub":
        named = is_repo_id(name.partition("@")[0]) and not Path(name).is_dir()
        return ref if named else f"hub:{file_name(name)}"
    return file_name(ref)


def file_name(path: str) -> str:
    """Returns the last name of a path of any system, in one printable line."""
    return printable(re.split(r"[\\/]", path.rstrip("\\/"))[-1]) or "file"


def _is_path(value: Any) -> bool:
    """Whether a value is an absolute path, or one below a home folder."""
    return isinstance(value, str) and bool(re.match(r"/|~[\\/]|\\\\|[A-Za-z]:[\\/]", value))


def without_paths(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a model's JSON file without paths, under the keys where libraries keep them.

    Other values stay as they are: a tag or a token may begin with ``/``.
    """
    kept = re.compile(r"(_file|_path|_dir|name_or_path)$")
    return {
        key: file_name(value) if kept.search(key) and _is_path(value) else value
        for key, value in values.items()
    }
