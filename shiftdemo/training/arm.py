"""One arm of a run: its model, optimiser, shifts and private randomness."""

from __future__ import annotations

import contextlib
import math
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from shiftdemo.core.config import TrainConfig
from shiftdemo.core.events import EvalLogged
from shiftdemo.core.samples import Sample
from shiftdemo.evaluation.cost import StepCost
from shiftdemo.models.delay import keep_settings
from shiftdemo.models.load import LoadedModel, save_model
from shiftdemo.shifts import Shift, apply_shifts
from shiftdemo.tasks.heads import Batch, Task
from shiftdemo.tasks.heads.loss import IGNORED
from shiftdemo.training.dropout import fast_dropout
from shiftdemo.training.heldout import measure_held_out
from shiftdemo.training.lora import add_lora, merged_state
from shiftdemo.training.optim import (
    add_l2,
    make_optimizer,
    optimizer_tensors,
    rate,
    restore_optimizer,
)
from shiftdemo.training.process_group import ProcessGroup
from shiftdemo.training.randomness import Stream


class StepFigures(NamedTuple):
    """What one step came to; see :class:`shiftdemo.core.events.StepLogged`."""

    loss: float
    tokens: int
    flops: int
    seconds: float
    learning_rate: float
    objective: float


class Arm:
    """A model in training. All arms of a seed start from the same weights and random state."""

    def __init__(
        self,
        name: str,
        seed: int,
        task: Task,
        loaded: LoadedModel,
        shifts: Sequence[Shift],
        config: TrainConfig,
        process_group: ProcessGroup | None = None,
        budget: Sequence[Shift] = (),
    ) -> None:
        """Prepares the model for training.

        Args:
            shifts: applied to the training samples of this arm; none for the base arm.
            budget: of an arm that trains plainly on as many tokens as one with these operators.
            process_group: the processes that each take a part of every batch; ``None``: this one.
        """
        self.name, self.seed, self.task, self.loaded = name, seed, task, loaded
        self.shifts, self.budget, self.config = list(shifts), list(budget), config
        self.process_group = process_group or ProcessGroup()
        model = loaded.model
        for shift in self.shifts:
            keep_settings(model, shift.model_settings)
        if config.lora_rank:
            add_lora(model, config.lora_rank, config.dropout, seed)
        self.optimizer = make_optimizer(model, config)
        self.cost = StepCost(model)
        self.average: dict[str, torch.Tensor] = {}
        if config.average:
            self.average = {n: p.detach().clone() for n, p in model.named_parameters()}
        self._random = Stream(seed, loaded.device)

    def step(
        self, number: int, epoch: int, samples: Sequence[Sample], context: Sequence[Sample]
    ) -> StepFigures:
        """Makes one optimiser step."""
        began = time.perf_counter()
        if self.budget:
            samples = self._matched(number, epoch, samples, context)
        mine = self.process_group.slice(samples)
        moved = [apply_shifts(self.shifts, s, self.seed, context, epoch) for s in mine]
        model, config = self.loaded.model, self.config
        if not model.training:
            model.train()
        loss, objective, tokens, flops = 0.0, 0.0, 0, 0
        n_labels = 0
        if moved:
            with self._random(), self._bpe_dropout(), fast_dropout():
                batch = self.task.collate(self.loaded, moved)
                self._drop_words(batch)
                tokens, flops = batch.n_tokens, self.cost(batch)
                n_labels = int((batch.labels != IGNORED).sum())
                batch = batch.to(self.loaded.device)
                with self._autocast():
                    mean, plain = self.task.losses(self.loaded, batch, config.label_smoothing)
                whole = self.process_group.total(n_labels)
                share = n_labels / whole if whole else 0.0
                (mean if self.process_group.size == 1 else mean * share).backward()
                objective, loss = torch.stack([mean.detach(), plain]).tolist()  # one wait
        else:  # fewer samples than processes
            whole = self.process_group.total(0)
        if self.process_group.size > 1:
            loss, objective = (
                self.process_group.total(value * n_labels) / max(1.0, whole)
                for value in (loss, objective)
            )
            tokens, flops = (
                int(self.process_group.total(tokens)),
                int(self.process_group.total(flops)),
            )
            self.process_group.sum_gradients(model)
        add_l2(model, config.l2)
        if config.clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        learning_rate = rate(config, number)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._update_average(number)
        seconds = time.perf_counter() - began
        return StepFigures(loss, tokens, flops, seconds, learning_rate, objective)

    def _matched(
        self, number: int, epoch: int, samples: Sequence[Sample], context: Sequence[Sample]
    ) -> Sequence[Sample]:
        """Returns so many of the samples, or so many more, that they have the budget's tokens.

        Further ones are drawn from all the training samples, by seed and step.
        """
        moved = [apply_shifts(self.budget, s, self.seed, context, epoch) for s in samples]
        wanted = self.task.collate(self.loaded, moved).n_tokens
        rng = random.Random(f"{self.seed}/{number}/matched")
        chosen: list[Sample] = []
        total = 0
        lengths = iter(self.task.lengths(self.loaded, samples))
        rest = iter(samples)
        while total < wanted:
            sample = next(rest, None)
            if sample is None:
                sample = context[rng.randrange(len(context))]
                own = sum(self.task.lengths(self.loaded, [sample])[0])
            else:
                own = sum(next(lengths))
            if chosen and total + own / 2 > wanted:  # nearer without it
                break
            chosen.append(sample)
            total += own
        return chosen or samples[:1]

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
            clean, shifted = (
                measure_held_out(self.task, self.loaded, samples, applied, self.seed)
                for applied in ((), shifts)
            )
        return EvalLogged(
            self.name,
            self.seed,
            number,
            clean.loss,
            shifted.loss,
            clean.accuracy,
            shifted.accuracy,
            score_name=clean.score_name,
            clean_score=clean.score,
            shifted_score=shifted.score,
            n=len(samples),
        )

    def save(self, folder: Path, half: bool = False) -> None:
        """Writes the (averaged) weights; the folder appears whole or not at all."""
        temporary = folder.with_name(f".{folder.name}.part")
        with self.averaged():
            save_model(self.loaded, temporary, half, merged_state(self.loaded.model))
        old = folder.with_name(f".{folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)  # a run that was killed may have left it
        if folder.exists():
            folder.rename(old)
        temporary.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    def tensors(self) -> dict[str, torch.Tensor]:
        """Returns everything that the next step depends on, besides the shifts' progress."""
        parts: dict[str, dict[str, torch.Tensor]] = {
            "model": {n: p.detach() for n, p in self.loaded.model.named_parameters()},
            "buffer": dict(self.loaded.model.named_buffers()),
            "optimizer": optimizer_tensors(self.optimizer),
            "average": self.average,
            "random": self._random.tensors(),
        }
        return {f"{part}/{n}": t for part, tensors in parts.items() for n, t in tensors.items()}

    def restore(self, tensors: dict[str, torch.Tensor]) -> None:
        """Goes back to where :meth:`tensors` was taken."""
        parts: dict[str, dict[str, torch.Tensor]] = {}
        for key, tensor in tensors.items():
            part, _, name = key.partition("/")
            parts.setdefault(part, {})[name] = tensor
        model = self.loaded.model
        with torch.no_grad():
            for kind, own in (
                ("model", model.named_parameters()),
                ("buffer", model.named_buffers()),
            ):
                for name, tensor in own:
                    tensor.copy_(parts[kind][name])
            for name, tensor in self.average.items():
                tensor.copy_(parts["average"][name])
        restore_optimizer(self.optimizer, parts.get("optimizer", {}))
        self._random.restore(parts["random"])


def is_finite(loss: float) -> bool:
    """Whether a loss can be learnt from."""
    return math.isfinite(loss)
