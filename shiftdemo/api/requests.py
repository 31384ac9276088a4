"""What is asked of the verbs ``build`` and ``attend``; ``train`` and ``compare`` take configs."""

from __future__ import annotations

from dataclasses import dataclass, field

from shiftdemo.core.config import DataSpec
from shiftdemo.core.params import check_settings, one_of, setting
from shiftdemo.core.task_spec import first_task

ORIGINS = ("worked", "typed", "corpus", "file", "hub")
MOST_INDEX = 1_999  # looking at one is answered at once, so what is read for it stays small


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """Sentences to be shifted: one of them to look at, or a set.

    Attributes:
        origin: ``worked`` (an example), ``typed``, ``corpus``, ``file`` or ``hub``.
        text, target: of a typed sentence; for tagging one tag a word.
        data: the corpus, file or data set, and how it is read.
        index: the sentence of ``data`` that is looked at.
        shifts: operators in order.
        n: sentences of the set.
    """

    task: str = field(default_factory=first_task)
    origin: str = "worked"
    text: str = ""
    target: str = ""
    data: DataSpec = field(default_factory=DataSpec)
    index: int = setting(0, 0, MOST_INDEX, "Counted from 0.")
    shifts: tuple[str, ...] = ("append_copy",)
    seed: int = setting(0, 0, 2**31 - 1, "The same seed draws the same shift.")
    n: int = setting(200, 1, 200_000, "How many to build.")

    def __post_init__(self) -> None:
        check_settings(self, "build")
        one_of(self.origin, ORIGINS, "origin")


@dataclass(frozen=True, slots=True)
class AttendRequest:
    """One sentence whose attention is wanted, in one model or in two.

    Attributes:
        model, versus: references of the (base) model and of the other; none where empty.
        target: of a translation; empty: the first model's own.
    """

    task: str = field(default_factory=first_task)
    model: str = ""
    text: str = ""
    target: str = ""
    versus: str = ""
