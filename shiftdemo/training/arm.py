"""One arm of a run: its model, optimiser, shifts and private randomness."""

from __future__ import annotations

import contextlib
import math
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from shiftdemo.config import TrainConfig
from shiftdemo.delay import keep_settings
from shiftdemo.events import EvalLogged
from shiftdemo.models import Loaded, save_model
from shiftdemo.shifts import Shift, apply_shifts
from shiftdemo.tasks import Batch, Task, token_loss
from shiftdemo.training.dropout import fast_dropout
from shiftdemo.types import Sample

EVAL_BATCH = 64


def rate(config: TrainConfig, step: int) -> float:
    """Returns the rate of ``step`` (from 1): linear warm-up, then linear to 0 or constant."""
    if step <= config.warmup:
        return config.learning_rate * step / config.warmup
    if config.schedule == "constant":
        return config.learning_rate
    left = (config.steps - step + 1) / max(1, config.steps - config.warmup)
    return config.learning_rate * max(0.0, left)


class Arm:
    """A model in training. All arms of a seed start from the same weights and random state."""

    def __init__(
        self,
        name: str,
        seed: int,
        task: Task,
        loaded: Loaded,
        shifts: Sequence[Shift],
        config: TrainConfig,
    ) -> None:
        """Args: shifts: applied to the training samples of this arm; none for the base arm."""
        self.name, self.seed, self.task, self.loaded = name, seed, task, loaded
        self.shifts, self.config = list(shifts), config
        model = loaded.model
        for shift in self.shifts:
            keep_settings(model, shift.model_settings)
        matrices = [p for p in model.parameters() if p.requires_grad and p.ndim >= 2]
        vectors = [p for p in model.parameters() if p.requires_grad and p.ndim < 2]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": config.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=config.learning_rate,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.average: dict[str, torch.Tensor] = {}
        if config.average:
            self.average = {n: p.detach().clone() for n, p in model.named_parameters()}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._random = torch.get_rng_state()

    def step(
        self, number: int, epoch: int, samples: Sequence[Sample], context: Sequence[Sample]
    ) -> tuple[float, int]:
        """Makes one optimiser step.

        Returns:
            The mean loss in nats per label, and the number of real tokens.
        """
        moved = [apply_shifts(self.shifts, s, self.seed, context, epoch) for s in samples]
        model, config = self.loaded.model, self.config
        model.train()
        with self._own_randomness(), self._bpe_dropout(), fast_dropout():
            batch = self.task.collate(self.loaded, moved)
            self._drop_words(batch)
            batch = batch.to(self.loaded.device)
            with self._autocast():
                loss = self.task.loss(self.loaded, batch, config.label_smoothing)
            loss.backward()
        if config.clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        for group in self.optimizer.param_groups:
            group["lr"] = rate(config, number)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._update_average(number)
        return float(loss.detach()), batch.n_tokens

    def _drop_words(self, batch: Batch) -> None:
        """Replaces a share of the source tokens by ``<unk>``, in place."""
        unk = self.loaded.tokenizer.unk_token_id
        if self.config.word_dropout and unk is not None:
            ids = batch.inputs["input_ids"]
            special = torch.tensor(self.loaded.tokenizer.all_special_ids)
            chosen = torch.rand(ids.shape) < self.config.word_dropout
            ids[chosen & ~torch.isin(ids, special)] = unk

    def _update_average(self, number: int) -> None:
        if not self.average:
            return
        # The young average forgets its random start quickly.
        decay = min(self.config.average, (1 + number) / (10 + number))
        with torch.no_grad():
            names = list(self.average)
            weights = dict(self.loaded.model.named_parameters())
            torch._foreach_lerp_(
                [self.average[n] for n in names], [weights[n] for n in names], 1 - decay
            )

    @contextlib.contextmanager
    def _own_randomness(self) -> Iterator[None]:
        """Dropout draws from this arm's own stream, so arms do not disturb one another."""
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._random)
            yield
            self._random = torch.get_rng_state()

    @contextlib.contextmanager
    def _bpe_dropout(self) -> Iterator[None]:
        backend: Any = getattr(self.loaded.tokenizer, "backend_tokenizer", None)
        if not self.config.subword_dropout or not hasattr(
            getattr(backend, "model", None), "dropout"
        ):
            yield
            return
        backend.model.dropout = self.config.subword_dropout
        try:
            yield
        finally:
            backend.model.dropout = None

    def _autocast(self) -> contextlib.AbstractContextManager[None]:
        if self.config.precision == "float32":
            return contextlib.nullcontext()
        return torch.autocast(self.loaded.device.type, dtype=torch.bfloat16)

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """Within it, the model has its averaged weights, where an average is kept."""
        if not self.average:
            yield
            return
        weights = dict(self.loaded.model.named_parameters())
        kept = {n: p.detach().clone() for n, p in weights.items()}
        with torch.no_grad():
            for name, mean in self.average.items():
                weights[name].copy_(mean)
            try:
                yield
            finally:
                for name, value in kept.items():
                    weights[name].copy_(value)

    def evaluate(
        self, number: int, samples: Sequence[Sample], shifts: Sequence[Shift]
    ) -> EvalLogged:
        """Returns held-out figures on ``samples`` as they are and with every shift applied."""
        with self.averaged():
            clean = self._measure(samples, [])
            shifted = self._measure(samples, shifts)
        return EvalLogged(self.name, self.seed, number, clean[0], shifted[0], clean[1], shifted[1])

    @torch.inference_mode()
    def _measure(self, samples: Sequence[Sample], shifts: Sequence[Shift]) -> tuple[float, float]:
        self.loaded.model.eval()
        total, right, count = 0.0, 0, 0
        ordered = sorted(samples, key=lambda s: self.task.size(self.loaded, s))
        for start in range(0, len(ordered), EVAL_BATCH):
            part = ordered[start : start + EVAL_BATCH]
            moved = [apply_shifts(shifts, s, self.seed, samples, always=True) for s in part]
            batch = self.task.collate(self.loaded, moved).to(self.loaded.device)
            out = self.task.logits(self.loaded, batch)
            counted = batch.labels >= 0
            total += float(token_loss(out, batch.labels, reduction="sum"))
            right += int((out.argmax(-1) == batch.labels)[counted].sum())
            count += int(counted.sum())
        return total / max(1, count), 100.0 * right / max(1, count)

    def save(self, folder: Path, half: bool = False) -> None:
        """Writes the (averaged) weights; the folder appears whole or not at all."""
        temporary = folder.with_name(f".{folder.name}.part")
        with self.averaged():
            save_model(self.loaded, temporary, half)
        old = folder.with_name(f".{folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)  # a run that was killed may have left it
        if folder.exists():
            folder.rename(old)
        temporary.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def is_finite(loss: float) -> bool:
    """Whether a loss can be learnt from."""
    return math.isfinite(loss)
