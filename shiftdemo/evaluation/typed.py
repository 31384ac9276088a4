"""What several models make of a few typed sentences under a shift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shiftdemo.core.plain import as_plain
from shiftdemo.core.samples import Sample, TaggedSample


@dataclass(frozen=True, slots=True)
class TypedOutput:
    """A sentence under a shift, and what every arm made of it.

    Attributes:
        original, moved: as it was typed, and as the models read it.
        outputs: by arm, text or tags.
        probabilities: by arm, of each word of the output; empty where a task does not tell.
        note: why the operator left the sentence as it is; empty: it did not.
    """

    original: Sample
    moved: Sample
    outputs: Mapping[str, Any]
    probabilities: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    note: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of a tagged sentence as the models read it; otherwise empty."""
        return self.moved.words if isinstance(self.moved, TaggedSample) else ()

    def to_dict(self) -> dict[str, Any]:
        """Returns it as plain JSON values."""
        return {
            "original": self.original.read,
            "read": self.moved.read,
            "outputs": as_plain(self.outputs),
            "probabilities": {
                arm: [round(p, 4) for p in own] for arm, own in self.probabilities.items()
            },
            "note": self.note,
        }
