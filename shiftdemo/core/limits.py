"""What a server allows: one place for every limit."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from shiftdemo.core.config import DataSpec, TrainConfig
from shiftdemo.core.errors import LimitError
from shiftdemo.core.messages import Message


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask of a server; the public ones are the tighter ones.

    Attributes:
        unpacked_bytes: how large a gzipped or a Parquet file may become.
        hub_datasets: the ids that ``hub:`` may name; ``None``: any, and local folders too.
    """

    steps: int = 100_000
    seconds: float = 86_400.0
    batch_size: int = 1024
    batch_tokens: int = 65_536
    threads: int = 64
    train_samples: int = 200_000
    eval_samples: int = 20_000
    compare_samples: int = 20_000
    attention_tokens: int = 64
    text_chars: int = 20_000
    file_bytes: int = 200 * 2**20
    unpacked_bytes: int | None = None
    hub_models: tuple[str, ...] | None = None
    local_models: bool = True
    hub_datasets: tuple[str, ...] | None = None

    @classmethod
    def public(cls) -> Limits:
        """Returns the limits of a server that is open to anyone."""
        return cls(
            steps=3000,
            seconds=300.0,
            batch_size=128,
            batch_tokens=8192,
            threads=4,
            train_samples=20_000,
            eval_samples=1000,
            compare_samples=1000,
            attention_tokens=48,
            text_chars=2000,
            file_bytes=5 * 2**20,
            unpacked_bytes=50 * 2**20,
            hub_models=(),
            local_models=False,
            hub_datasets=(),
        )

    def check_run(self, config: TrainConfig) -> TrainConfig:
        """Returns ``config`` with the server's time limit; refuses what is too large.

        Raises:
            LimitError: a setting is over the limit; the message says the limit.
        """
        for name in ("steps", "batch_size", "batch_tokens", "threads"):
            if getattr(config, name) > getattr(self, name):
                raise LimitError(
                    "limits.server_allows_at_most_3",
                    value=getattr(self, name),
                    name=name,
                    value_2=getattr(config, name),
                )
        if config.data.size > self.train_samples:
            raise LimitError(
                "limits.server_allows_at_most",
                train_samples=self.train_samples,
                size=config.data.size,
            )
        if config.data.eval_size > self.eval_samples:
            raise LimitError(
                "limits.server_allows_at_most_2",
                eval_samples=self.eval_samples,
                eval_size=config.data.eval_size,
            )
        self.check_data(config.data)
        if len(config.seeds) > 5:
            raise LimitError("limits.at_most_seeds_run", n_seeds=len(config.seeds))
        if not config.seconds and self.seconds >= Limits().seconds:
            return config  # nothing to add: no limit was asked for, and this server has none
        seconds = min(config.seconds or self.seconds, self.seconds)
        return dataclasses.replace(config, seconds=seconds)

    def check_data(self, data: DataSpec) -> None:
        """Checks every reference of ``data``; see :meth:`check_reference`."""
        self.check_reference(data.train)
        self.check_reference(data.eval)

    def check_reference(self, ref: str) -> None:
        """Checks a file name or ``hub:OWNER/NAME``.

        Raises:
            LimitError: this server does not read that data set, or no folders.
        """
        kind, colon, name = ref.partition(":")
        if self.hub_datasets is None or not colon or kind != "hub" or name in self.hub_datasets:
            return
        allowed = ", ".join(self.hub_datasets) or Message("limits.none")
        raise LimitError("limits.server_does_not_read", name=name[:80], allowed=allowed)
