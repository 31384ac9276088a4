"""What a shift operator is, and how several are applied in order."""

from __future__ import annotations

import functools
import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from shiftdemo.core.errors import ConfigError, NotApplicable
from shiftdemo.core.params import SHARE, Param, ShiftSpec
from shiftdemo.core.registry import Registry
from shiftdemo.core.samples import Sample
from shiftdemo.core.types import PositionPlan, ShiftedSample, StepInputs
from shiftdemo.shifts.draws import HashRandom
from shiftdemo.shifts.editing import EditableSample


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of an operator: it is shown, and the contract tests replay it."""

    sample: Sample
    params: dict[str, Any]
    expected: Sample


@dataclass(frozen=True, slots=True)
class Dial:
    """The one control that shows an operator growing: its parameters set to one value together.

    Attributes:
        params: the parameters that take the value.
        low, high, step: the range that is worth looking at.
        start: the value at first.
        graded: whether a greater value is a stronger shift, so that a score can be drawn over it.
    """

    params: tuple[str, ...]
    low: float
    high: float
    start: float
    step: float = 1
    graded: bool = True


class Shift(ABC):
    """One operator. A new one is one file with one such class.

    Attributes:
        name: as written in a specification.
        stage: ``"sample"``, ``"position"``, ``"length"``, ``"decoder"`` or ``"control"``: where
            it acts.
        tasks: the tasks that it is defined for.
        summary, summary_zh: what it does, in two sentences; without Chinese it is shown in English.
        columnar: whether ``apply`` uses nothing of a draft but what ``EditableSamples`` has
            too, so that it serves many samples at once as it is.
        joins: whether it draws other samples of the set; the provenance then says from how many.
        formula: its definition.
        source: the paper that it comes from.
        effect: what effect is known, on which position encoding.
        params: its parameters; the form, the flags and the docs are made from them.
        dial: what makes it stronger.
        examples: worked examples.
        example_context: the other samples of the set in those examples.
    """

    name: ClassVar[str]
    stage: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]]
    summary: ClassVar[str]
    summary_zh: ClassVar[str] = ""
    columnar: ClassVar[bool] = False
    joins: ClassVar[bool] = False
    formula: ClassVar[str]
    source: ClassVar[str]
    effect: ClassVar[str]
    params: ClassVar[tuple[Param, ...]] = (SHARE,)
    dial: ClassVar[Dial]
    examples: ClassVar[tuple[Example, ...]] = ()
    example_context: ClassVar[tuple[Sample, ...]] = ()

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

    @functools.cached_property
    def spec(self) -> str:
        """The specification that makes this operator again, with every parameter written out."""
        return str(ShiftSpec(self.name, self.values))

    @functools.cached_property
    def share(self) -> float:
        """The share of the samples that are shifted, 0 to 1."""
        return float(self.values["p"])

    @functools.cached_property
    def written(self) -> dict[str, Any]:
        """The parameters as they stand in the provenance: ``name.parameter``."""
        return {f"{self.name}.{name}": value for name, value in self.values.items()}

    @property
    def model_settings(self) -> dict[str, Any]:
        """What the trained model has to keep in its ``config.json``, by name."""
        return {}

    @property
    def reach(self) -> int:
        """How many positions further a token may stand than it would without the operator."""
        return 0

    @property
    def strengths(self) -> tuple[float, float]:
        """Least and greatest value of its dial that samples are shifted by."""
        return 0, self.values[self.dial.params[-1]]

    def without_effect(self, encoding: str) -> str:
        """Returns why it can have no effect on models with this position encoding, or ``""``."""
        return ""

    def check_order(self, low: str, high: str) -> None:
        """Raises :class:`ConfigError` where one parameter is over the other."""
        least, most = self.values[low], self.values[high]
        if least > most:
            raise ConfigError(f"Shift {self.name}: {low}={least} is over {high}={most}; swap them.")

    def after_evaluation(self, accuracy: float) -> str:
        """Lets an operator change as the model learns; returns what it changed, or ``""``.

        Args:
            accuracy: held-out token accuracy on shifted data, in percent.
        """
        return ""

    def progress(self) -> dict[str, float]:
        """Returns what :meth:`after_evaluation` has changed, for a run that is resumed."""
        return {}

    def restore(self, progress: Mapping[str, float]) -> None:
        """Goes back to where :meth:`progress` was taken."""
        if progress:
            raise ConfigError(f"Shift {self.name} keeps no progress; the checkpoint is of another.")

    @abstractmethod
    def apply(
        self, draft: EditableSample, rng: random.Random, context: Sequence[Sample]
    ) -> dict[str, Any]:
        """Shifts ``draft`` once more, and returns what was drawn.

        Args:
            draft: the sample so far; where the operator does not apply it is left as it is.
            rng: the only source of randomness.
            context: other samples of the same set, for operators that join samples.

        Returns:
            The draws by ``name.drawn_…`` (see :meth:`drawn`), for the provenance.

        Raises:
            NotApplicable: there is nothing to shift; the message says why.
        """

    def drawn(self, **draws: Any) -> dict[str, Any]:
        """Returns draws under the names that they have in the provenance.

        Figures mark ``index`` and ``target_index``, a word that was copied, and ``reach``, by how
        many tokens each state looks back.
        """
        return {f"{self.name}.drawn_{key}": value for key, value in draws.items()}


SHIFTS: Registry[Shift] = Registry("shift", "shiftdemo.shifts")
MOST_SHIFTS = 16
STAGES = ("sample", "position", "length", "decoder", "control")


def by_stage(task: str = "") -> list[type[Shift]]:
    """Returns the operators (of a task) as they are listed: by where they act."""
    fitting = [shift for shift in SHIFTS if not task or task in shift.tasks]
    return sorted(fitting, key=lambda shift: STAGES.index(shift.stage))


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
        ConfigError: one is not defined for ``task``, or they are more than 16.
    """
    shifts = [make_shift(spec) for spec in specs]
    if len(shifts) > MOST_SHIFTS:
        raise ConfigError(f"There are {len(shifts)} shifts in a row; give at most {MOST_SHIFTS}.")
    for shift in shifts:
        if task not in shift.tasks:
            raise ConfigError(
                f"Shift {shift.name} is not defined for {task}; it is for {', '.join(shift.tasks)}."
            )
    return shifts


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
    rng = HashRandom(f"{seed}/{epoch}/{sample.id}")
    draft = EditableSample(sample)
    params: Mapping[str, Any] = {}
    done: list[str] = []
    notes: list[str] = []
    for shift in shifts:
        if rng.random() >= shift.share and not always:
            notes.append(f"{shift.name}: not drawn (p = {shift.share:g})")
            continue
        if shift.joins:  # also where it then does not apply: what it drew decides about that
            params = {**params, f"{shift.name}.context_size": len(context)}
        try:
            draws = shift.apply(draft, rng, context)
        except NotApplicable as reason:
            notes.append(f"{shift.name}: {reason}")
            continue
        params = {**params, **shift.written, **draws}
        done.append(shift.spec)
    target = draft.target
    return ShiftedSample(
        sample,
        draft.finish(),
        tuple([shift.spec for shift in shifts]),
        " + ".join(done),
        params,
        seed,
        epoch,
        tuple(draft.source.alignment),
        None if target is None else tuple(target.alignment),
        draft.feed,
        bool(done),
        "; ".join(notes + draft.notes),
    )


def unshifted(sample: Sample, seed: int = 0) -> ShiftedSample:
    """Returns the sample as it is, with identity alignments."""
    return apply_shifts((), sample, seed)


def starting_at(sample: Sample, source: int, target: int | None = None) -> ShiftedSample:
    """Returns the sample with its first token at a later position.

    Args:
        source: position of the source's (or only) first token, from 0.
        target: of the decoder's row; ``None``: as the source.
    """
    target = source if target is None else target
    feed = StepInputs(PositionPlan(offset=source), PositionPlan(offset=target))
    return replace(unshifted(sample), feed=feed)
