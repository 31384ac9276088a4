"""How a run lies on the disk: the one place that knows its names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CHECKPOINT = "checkpoint-"
_SEEDS = "seeds"
_MODEL = "config.json"  # in a folder of weights as in that of a run


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of a run.

    ``config.json`` holds its settings, ``events.jsonl`` its log; ``ARM/`` the weights of each arm
    of the first seed, ``seeds/N/ARM/`` those of the others, N from 1. While it trains,
    ``checkpoint-SEED-STEP/`` holds all that it needs to go on.

    Attributes:
        path: where it lies; it need not be there yet.
    """

    path: Path

    @property
    def config(self) -> Path:
        """The file of its settings."""
        return self.path / "config.json"

    @property
    def events(self) -> Path:
        """The file of its log, one event a line."""
        return self.path / "events.jsonl"

    @property
    def comparison(self) -> Path:
        """The file of a comparison of its arms."""
        return self.path / "comparison.json"

    @property
    def words(self) -> Path:
        """The file of what words and names its training sentences have."""
        return self.path / "words.json"

    @property
    def stop_flag(self) -> Path:
        """The file that asks it to end."""
        return self.path / "cancel"

    @property
    def unfinished_checkpoint(self) -> Path:
        """Where a checkpoint lies until it is whole."""
        return self.path / ".checkpoint.part"

    def arm(self, name: str, seed_index: int = 0) -> Path:
        """Returns where the weights of an arm lie; the first seed's lie at the top."""
        return self._seed(seed_index) / name

    def _seed(self, index: int) -> Path:
        return self.path if index == 0 else self.path / _SEEDS / str(index)

    def has_arm(self, name: str, seed_index: int = 0) -> bool:
        """Whether the weights of an arm are there."""
        return bool(name) and (self.arm(name, seed_index) / _MODEL).is_file()

    def arms(self, seed_index: int = 0) -> list[str]:
        """Returns the arms whose weights are there: ``base`` and ``shift``, then the others."""
        names = {path.parent.name for path in self._seed(seed_index).glob(f"*/{_MODEL}")}
        first = [name for name in ("base", "shift") if name in names]
        return [*first, *sorted(names - {*first})]

    def seed_indices(self) -> list[int]:
        """Returns which of its seeds have a folder, the first one among them always."""
        others = (path.name for path in (self.path / _SEEDS).glob("*"))
        return [0, *sorted(int(name) for name in others if name.isdecimal() and int(name))]

    def pairs(self, base: str = "base", shifted: str = "shift") -> list[tuple[Path, Path]]:
        """Returns the weights of two arms, a pair for each seed that has both."""
        return [
            (self.arm(base, index), self.arm(shifted, index))
            for index in self.seed_indices()
            if self.has_arm(base, index) and self.has_arm(shifted, index)
        ]

    @classmethod
    def around(cls, arm: Path) -> Iterator[tuple[RunFolder, int]]:
        """Yields the runs that a folder of weights may belong to, and as which of their seeds."""
        seed, seeds = arm.parent, arm.parent.parent
        if seeds.name == _SEEDS and seed.name.isdecimal():
            yield cls(seeds.parent), int(seed.name)
        yield cls(arm.parent), 0

    def checkpoint(self, seed_index: int, step: int) -> Path:
        """Returns where the checkpoint of a step lies."""
        return self.path / f"{_CHECKPOINT}{seed_index}-{step}"

    def checkpoints(self) -> list[Path]:
        """Returns its checkpoints, the oldest first."""
        checkpoints = []
        for folder in self.path.glob(f"{_CHECKPOINT}*-*"):
            index, _, step = folder.name[len(_CHECKPOINT) :].partition("-")
            if index.isdigit() and step.isdigit():
                checkpoints.append((int(index), int(step), folder))
        return [folder for _, _, folder in sorted(checkpoints)]
