"""A run's figures to TensorBoard or trackio, on this machine alone."""

from __future__ import annotations

import importlib
import logging
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.events import EvalLogged, RunEvent, RunStarted, StepLogged
from shiftdemo.core.messages import with_or

TRACKERS = ("tensorboard", "trackio")
PROJECT = "shiftdemo"  # under which trackio shows the runs
FLUSH_SECONDS = 2
_MODULES = {"tensorboard": "torch.utils.tensorboard", "trackio": "trackio.sqlite_storage"}
log = logging.getLogger(__name__)


class Writer(Protocol):
    """What a tracker has to do. A curve is one arm with one seed."""

    def write(self, curve: str, step: int, values: Mapping[str, float]) -> None:
        """Notes the values of one step."""

    def close(self) -> None:
        """Writes what is still held."""


def track(
    events: Iterable[RunEvent], tracker: str, folder: Path, run_name: str
) -> Iterator[RunEvent]:
    """Passes events on and writes their figures down; without a tracker it passes them on.

    Per arm and seed: training loss (nats per label, without label smoothing; with it, the objective
    too), learning rate and real tokens per second of every step, and the held-out figures. A
    tracker that fails is left with one warning.

    Args:
        tracker: ``"tensorboard"`` (into ``folder/tensorboard``), ``"trackio"`` (where trackio
            keeps its projects: ``$TRACKIO_DIR``, else in the hub's cache folder) or ``""``.
        folder: of the run.
        run_name: what trackio calls it.

    Raises:
        ConfigError: there is no such tracker, or it is not installed; raised at once.
    """
    if not tracker:
        return iter(events)
    if tracker not in TRACKERS:
        raise ConfigError(
            "trackers.there_no_tracker_choose", tracker=tracker, trackers=with_or(TRACKERS)
        )
    try:
        module = importlib.import_module(_MODULES[tracker])
    except ImportError:
        raise ConfigError("trackers.tracker_not_installed_run", tracker=tracker) from None
    return _tracked(events, _Guarded(tracker, module, folder, run_name))


def _tracked(events: Iterable[RunEvent], guarded: _Guarded) -> Iterator[RunEvent]:
    try:
        for event in events:
            guarded.note(event)
            yield event
    finally:
        guarded.close()


class _Guarded:
    """A writer that is dropped, with one warning, when it fails: a run is worth more."""

    def __init__(self, tracker: str, module: Any, folder: Path, run_name: str) -> None:
        self._tracker, self._module = tracker, module
        self._folder, self._run_name = folder, run_name
        self._config: Mapping[str, Any] = {}
        self._writer: Writer | None = None
        self._failed = False

    def note(self, event: RunEvent) -> None:
        """Writes what an event says."""
        if self._failed:
            return
        try:
            if isinstance(event, RunStarted):
                self._config = event.config
            elif isinstance(event, (StepLogged, EvalLogged)):
                self._writer = self._writer or self._open()
                curve = f"{event.arm}-seed{event.seed}"
                self._writer.write(curve, event.step, figures(event))
        except Exception as error:  # a full disk, a locked file, another version of the package
            self._give_up(error)

    def close(self) -> None:
        """Ends the log."""
        if self._writer is None or self._failed:
            return
        try:
            self._writer.close()
        except Exception as error:
            self._give_up(error)

    def _open(self) -> Writer:
        if self._tracker == "tensorboard":
            return _TensorBoard(self._module, self._folder / "tensorboard")
        return _Trackio(self._module, self._run_name, self._config)

    def _give_up(self, error: Exception) -> None:
        self._failed = True
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        log.warning(
            "The tracker %s failed (%s); the run goes on without it.", self._tracker, reason
        )


def figures(event: StepLogged | EvalLogged) -> dict[str, float]:
    """Returns what a tracker shows of an event, by name."""
    if isinstance(event, EvalLogged):
        names = ["clean_loss", "shifted_loss", "clean_accuracy", "shifted_accuracy"]
        names += ["clean_score", "shifted_score"] if event.score_name else []
        return {f"eval/{name}": getattr(event, name) for name in names}
    values = {"train/loss": event.loss, "train/learning_rate": event.learning_rate}
    if event.objective is not None:
        values["train/objective"] = event.objective
    if event.step_seconds:
        values["train/tokens_per_second"] = event.tokens / event.step_seconds
    return values


class _TensorBoard:
    """One folder a curve, so that the arms lie over one another in each chart."""

    def __init__(self, module: Any, folder: Path) -> None:
        self._module, self._folder = module, folder
        self._writers: dict[str, Any] = {}

    def write(self, curve: str, step: int, values: Mapping[str, float]) -> None:
        if curve not in self._writers:
            self._writers[curve] = self._module.SummaryWriter(
                str(self._folder / curve), flush_secs=FLUSH_SECONDS
            )
        for name, value in values.items():
            self._writers[curve].add_scalar(name, value, step)

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()


class _Trackio:
    """One run of trackio a curve, written straight into its local database.

    Not through ``trackio.init``: it asks the hub for the user's name, sends the figures to a Space
    where ``TRACKIO_SPACE_ID`` is set, and prints on standard output.
    """

    def __init__(self, module: Any, run_name: str, config: Mapping[str, Any]) -> None:
        self._storage, self._run_name, self._config = module.SQLiteStorage, run_name, dict(config)
        self._held: dict[str, list[tuple[int, dict[str, float]]]] = {}
        self._ids: dict[str, str] = {}
        self._written = time.monotonic()

    def write(self, curve: str, step: int, values: Mapping[str, float]) -> None:
        self._held.setdefault(curve, []).append((step, dict(values)))
        if time.monotonic() - self._written > FLUSH_SECONDS:
            self.close()

    def close(self) -> None:
        for curve, rows in self._held.items():
            fresh = curve not in self._ids
            # A name may be used again, in another folder; the id tells the runs apart.
            self._storage.bulk_log(
                project=PROJECT,
                run=f"{self._run_name}-{curve}",
                metrics_list=[values for _, values in rows],
                steps=[step for step, _ in rows],
                config=self._config if fresh else None,
                run_id=self._ids.setdefault(curve, uuid.uuid4().hex),
            )
        self._held.clear()
        self._written = time.monotonic()
