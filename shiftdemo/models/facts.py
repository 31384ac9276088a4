"""What a model is, in a few facts, before anything is done with it."""

from __future__ import annotations

from dataclasses import dataclass

from shiftdemo.models.load import LoadedModel


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What was found in a model's files.

    Attributes:
        architecture: transformers' name of its class.
        encoding: of its positions: ``learned``, ``sinusoidal``, ``rotary``, ``relative`` or
            ``unknown``.
        most_positions: rows of its position table; ``None`` where positions are computed.
        n_params: its weights.
        labels: its tags or classes; empty where it has none, or where its head is new.
        fresh_head: whether it has no head for the task, so that one would be made and trained.
    """

    ref: str
    task: str
    architecture: str
    encoding: str
    most_positions: int | None
    n_params: int
    labels: tuple[str, ...]
    fresh_head: bool


def facts_of(loaded: LoadedModel) -> ModelFacts:
    """Returns the facts of a model that is loaded."""
    return ModelFacts(
        ref=loaded.ref,
        task=loaded.task,
        architecture=type(loaded.model).__name__,
        encoding=loaded.positions.encoding,
        most_positions=loaded.positions.table_size,
        n_params=sum(weights.numel() for weights in loaded.model.parameters()),
        labels=() if loaded.fresh_head else loaded.labels,
        fresh_head=loaded.fresh_head,
    )
