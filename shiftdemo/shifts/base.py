"""What a shift operator is, and how several are applied in order."""

from __future__ import annotations

import dataclasses
import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from shiftdemo import words as w
from shiftdemo.config import SHARE, Param, ShiftSpec
from shiftdemo.errors import ConfigError, NotApplicable
from shiftdemo.registry import Registry
from shiftdemo.types import Sample, ShiftedSample, TaggedSample, TranslationSample


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of an operator: it is shown, and the contract tests replay it."""

    sample: Sample
    params: dict[str, Any]
    expected: Sample


class Shift(ABC):
    """One operator. A new one is one file with one such class.

    Attributes:
        name: as written in a specification.
        stage: ``"sample"``, ``"position"``, ``"length"`` or ``"decoder"``: where it acts.
        tasks: the tasks that it is defined for.
        summary, summary_zh: what it does, in two sentences.
        formula: its definition.
        source: the paper that it comes from.
        effect: what effect is known, on which position encoding.
        params: its parameters; the form, the flags and the docs are made from them.
        examples: worked examples.
    """

    name: ClassVar[str]
    stage: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]]
    summary: ClassVar[str]
    summary_zh: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[str]
    effect: ClassVar[str]
    params: ClassVar[tuple[Param, ...]] = (SHARE,)
    examples: ClassVar[tuple[Example, ...]] = ()

    def __init__(self, **values: Any) -> None:
        """Checks the parameters.

        Raises:
            ConfigError: one is unknown or out of its bounds.
        """
        known = {param.name: param for param in self.params}
        for name in values:
            if name not in known:
                raise ConfigError(
                    f"Shift {self.name} has no parameter {name!r}; it has {', '.join(known)}."
                )
        self.values: dict[str, Any] = {
            name: param.parse(values.get(name, param.default), f"Shift {self.name}")
            for name, param in known.items()
        }

    @property
    def spec(self) -> str:
        """The specification that makes this operator again, with every parameter written out."""
        return str(ShiftSpec(self.name, self.values))

    @abstractmethod
    def apply(
        self, current: ShiftedSample, rng: random.Random, context: Sequence[Sample]
    ) -> ShiftedSample:
        """Returns ``current`` shifted once more.

        Args:
            current: the sample so far; it is not changed.
            rng: the only source of randomness.
            context: other samples of the same set, for operators that join samples.

        Raises:
            NotApplicable: there is nothing to shift; the message says why.
        """


SHIFTS: Registry[Shift] = Registry("shift")


def make_shift(spec: str | ShiftSpec) -> Shift:
    """Returns the operator of a specification such as ``"position_offset:max_offset=32"``.

    Raises:
        ConfigError: the name or a parameter is unknown, or a value is out of bounds.
    """
    parsed = ShiftSpec.parse(spec) if isinstance(spec, str) else spec
    return SHIFTS.get(parsed.name)(**parsed.params)


def make_shifts(specs: Iterable[str | ShiftSpec], task: str) -> list[Shift]:
    """Returns the operators of several specifications.

    Raises:
        ConfigError: one is not defined for ``task``.
    """
    shifts = [make_shift(spec) for spec in specs]
    for shift in shifts:
        if task not in shift.tasks:
            raise ConfigError(
                f"Shift {shift.name} is not defined for {task}; it is for {', '.join(shift.tasks)}."
            )
    return shifts


def unshifted(sample: Sample, seed: int) -> ShiftedSample:
    """Returns the sample as it is, with identity alignments."""
    if isinstance(sample, TranslationSample):
        source = tuple(range(len(w.split(sample.source).words)))
        target: tuple[int | None, ...] | None = tuple(range(len(w.split(sample.target).words)))
    else:
        words = sample.words if isinstance(sample, TaggedSample) else w.split(sample.text).words
        source, target = tuple(range(len(words))), None
    return ShiftedSample(sample, sample, "", {}, seed, source, target, applied=False)


def apply_shifts(
    shifts: Sequence[Shift],
    sample: Sample,
    seed: int,
    context: Sequence[Sample] = (),
    epoch: int = 0,
    always: bool = False,
) -> ShiftedSample:
    """Returns ``sample`` after every shift in order, each for its own share ``p``.

    The draws depend on ``(seed, epoch, sample.id)`` alone. Where an operator does not apply, the
    sample goes on as it was and ``note`` says why. With ``always`` every share counts as 1.
    """
    rng = random.Random(f"{seed}/{epoch}/{sample.id}")
    current = unshifted(sample, seed)
    notes: list[str] = []
    for shift in shifts:
        if rng.random() >= shift.values["p"] and not always:
            notes.append(f"{shift.name}: not drawn (p = {shift.values['p']:g})")
            continue
        try:
            after = shift.apply(current, rng, context)
        except NotApplicable as reason:
            notes.append(f"{shift.name}: {reason}")
            continue
        params = {f"{shift.name}.{key}": value for key, value in after.params.items()}
        current = replace(
            after,
            shift=f"{current.shift} + {shift.spec}" if current.shift else shift.spec,
            params={**current.params, **params},
            applied=True,
        )
    return replace(current, note="; ".join(notes))


def drawn(shift: Shift, **draws: Any) -> dict[str, Any]:
    """Returns the parameters of a shift together with what was drawn."""
    return {**shift.values, **{f"drawn_{key}": value for key, value in draws.items()}}


def compose(
    old: tuple[int | None, ...], move: dict[int, int] | Sequence[int | None]
) -> tuple[int | None, ...]:
    """Returns the alignment ``old`` followed by ``move`` (index before to index after)."""
    get = move.get if isinstance(move, dict) else (lambda i: move[i])
    return tuple(None if place is None else get(place) for place in old)


def with_tags(sample: TaggedSample, words: Sequence[str], tags: Sequence[str]) -> TaggedSample:
    """Returns the tagged sample with other words and tags."""
    return dataclasses.replace(sample, words=tuple(words), tags=tuple(tags))
