"""What an arm knows of the references, in nats and bits, clean and shifted.

Training maximises ``E[log p(y|x)]``, and shift training ``E[log p(y'|x')]``. Barber and Agakov
(2003, "The IM Algorithm"): whatever model ``q`` is put in, ``I(X;Y) >= H(Y) + E[log q(y|x)]``. Here
Y is a single label (a tag, a token, a class) drawn at random from the references, and X is what the
model sees there: the input, and before a decoder's token the tokens in front of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import torch

from shiftdemo.core.types import Score, ShiftedSample
from shiftdemo.evaluation.detail import Information
from shiftdemo.evaluation.measure import LabelFit, in_chunks
from shiftdemo.evaluation.significance import N_RESAMPLES, interval, resampled_sums
from shiftdemo.models.load import LoadedModel
from shiftdemo.tasks.heads import Task, token_loss
from shiftdemo.tasks.heads.loss import IGNORED

MOST = 400  # samples that are looked at: enough for two decimals
_ENTROPY = "entropy:labels of these references, each by itself, Miller-Madow"


def label_fit(
    loaded: LoadedModel,
    task: Task,
    moved: Sequence[ShiftedSample],
    cancel: Callable[[], bool] = lambda: False,
) -> LabelFit:
    """Returns how well a model predicts the references of shifted samples.

    Samples whose reference the model does not know count nothing, nor those after the first 400
    others.

    Raises:
        Cancelled: ``cancel`` said so.
    """
    known = [i for i, one in enumerate(moved) if task.has_reference(loaded, one.shifted)][:MOST]
    usable = [moved[i] for i in known]
    stats, counts = np.zeros((len(moved), 2)), Counter[int]()
    for rows in in_chunks(loaded, task, usable, cancel=cancel):
        with torch.inference_mode():
            batch = task.collate(loaded, [usable[i] for i in rows]).to(loaded.device)
            out = task.logits(loaded, batch)
            nats = token_loss(out, batch.labels, reduction="none").reshape(len(rows), -1)
        counted = batch.labels.reshape(len(rows), -1) != IGNORED
        counts.update(batch.labels.reshape(len(rows), -1)[counted].tolist())
        sums = torch.where(counted, nats, torch.zeros_like(nats)).sum(1).tolist()
        for row, total, n in zip(rows, sums, counted.sum(1).tolist(), strict=True):
            stats[known[row]] = total, n
    return LabelFit(stats, counts)


def entropy(counts: Counter[int]) -> float:
    """Returns the entropy of a label in nats, with the correction of Miller (1955).

    The plain estimate is too small, by about ``(classes - 1) / 2n``; a bound that rests on one
    that is still too small claims too little, not too much.
    """
    n = sum(counts.values())
    if not n:
        return 0.0
    plain = -sum(k / n * math.log(k / n) for k in counts.values())
    return plain + (len(counts) - 1) / (2 * n)


def information_of(fit: LabelFit, seed: int) -> Information | None:
    """Returns what the fit says, with intervals over the sentences; ``None`` without a label."""
    stats = fit.stats[fit.stats[:, 1] > 0]
    if not len(stats):
        return None
    drawn = resampled_sums(stats, seed)
    draws = -drawn[:, 0] / np.maximum(drawn[:, 1], 1)
    total, labels = stats.sum(0)
    value, n = -float(total / labels), len(stats)
    low, high = interval(draws, n)
    how = f"interval:95% percentile bootstrap|bs:{N_RESAMPLES}|seed:{seed}"

    def score(name: str, scale: float, add: float, what: str) -> Score:
        mean, least, most = (scale * at + add for at in (value, low, high))
        return Score(name, mean, least, most, n, f"{what}|unit:label|{how}")

    held = entropy(fit.counts)
    return Information(
        score("log p", 1.0, 0.0, "E[log p(y|x)], nats"),
        score("log p in bits", 1 / math.log(2), 0.0, "E[log p(y|x)], bits"),
        score("information", 1.0, held, f"H(Y) + E[log p(y|x)], nats|{_ENTROPY}, held"),
        held,
        int(labels),
    )
