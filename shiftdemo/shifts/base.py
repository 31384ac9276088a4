"""What a shift operator is, and how several are applied in order."""

from __future__ import annotations

import functools
import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from shiftdemo.core.errors import ConfigError
from shiftdemo.core.messages import Message
from shiftdemo.core.params import SHARE, Param, ShiftSpec
from shiftdemo.core.registry import Registry
from shiftdemo.core.samples import Sample
from shiftdemo.core.task_spec import task_specs
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
        needs: what a task has to allow (:data:`shiftdemo.core.task_spec.EDITS`); nothing: any task.
        summary: what it does, in two sentences.
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
    needs: ClassVar[tuple[str, ...]] = ()
    summary: ClassVar[str]
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
                    "shifts.shift_has_no_parameter",
                    name=self.name,
                    name_2=name,
                    known=", ".join(known),
                )
        where = Message("shifts.shift", name=self.name)
        self.values: dict[str, Any] = {
            name: param.parse(values.get(name, param.default), where)
            for name, param in known.items()
        }

    @classmethod
    def tasks(cls) -> tuple[str, ...]:
        """Returns the names of the tasks that it is defined for."""
        return tuple(spec.name for spec in task_specs() if set(cls.needs) <= spec.allows)

    @functools.cached_property
    def spec(self) -> str:
        """The specification that makes this operator again, with every parameter written out."""
        return str(ShiftSpec(self.name, self.values))

    @functools.cached_property
    def share(self) -> float:
        """The share of the samples that are shifted, 0 to 1."""
        return float(self.values["p"])

    @functools.cached_property
    def not_drawn(self) -> Message:
        """The note of a sample that is outside the share."""
        return Message("shifts.not_drawn", operator=self.name, share=self.share)

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
            raise ConfigError(
                "shifts.shift_over_swap_them",
                name=self.name,
                low=low,
                least=least,
                high=high,
                most=most,
            )

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
            raise ConfigError("shifts.shift_keeps_no_progress", name=self.name)

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


SHIFTS: Registry[type[Shift]] = Registry("shift", "shiftdemo.shifts")

STAGES = ("sample", "position", "length", "decoder", "control")
