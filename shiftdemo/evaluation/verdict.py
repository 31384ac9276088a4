"""A verdict in words, by fixed rules on corrected tests. The rules are shown beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shiftdemo.core.messages import Message, Text, arm_name
from shiftdemo.evaluation.conditions import OFFSET, Condition
from shiftdemo.evaluation.control_results import Controls
from shiftdemo.evaluation.significance import Difference, holm

FEW_SENTENCES = 100  # below it percentile intervals cover less than they say: 91.5 % at 30
LEVEL = 0.05  # a corrected p-value below it counts
TOKENS_APART = 0.05  # arms whose steps differ by more tokens did not train equally


def rules() -> tuple[Message, ...]:
    """Returns the rules by which a verdict is made."""
    return (
        Message("verdict.all_differences_shift_trained"),
        Message("verdict.one_training_seed_verdict"),
        Message("verdict.verdict_makes_up_three", level=LEVEL),
        Message("verdict.more_robust_less_robust"),
        Message("verdict.gain_cost_clean_data"),
        Message("verdict.control_fails_named_no"),
        Message("verdict.where_one_arm_read", tokens_apart=TOKENS_APART),
        Message("verdict.with_fewer_than_sentences", few_sentences=FEW_SENTENCES),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say.

    Attributes:
        findings: one code for each sentence, such as ``"robust_gain"``; fixed, so that a page
            can say them in another language. The first says what the verdict is about.
        sentences: one for each finding.
        corrected: p-value of each test (``clean``, ``inside``, ``outside``), corrected together.
    """

    findings: tuple[str, ...]
    sentences: tuple[str, ...]
    corrected: Mapping[str, float]

    @property
    def text(self) -> str:
        """The sentences in English."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Differences:
    """The paired differences of one arm against the reference arm.

    Attributes:
        by_offset: one for each offset.
        inside: of the mean over the trained offsets from 1; ``None`` without any.
        outside: of the mean over the offsets outside the trained range; ``None`` without any.
    """

    by_offset: tuple[Difference, ...]
    inside: Difference | None
    outside: Difference | None

    @property
    def clean(self) -> Difference:
        """The difference at offset 0."""
        return self.by_offset[0]

    @property
    def tests(self) -> dict[str, Difference]:
        """What a verdict rests on, by name."""
        tests = {"inside": self.inside, "clean": self.clean, "outside": self.outside}
        return {name: test for name, test in tests.items() if test is not None}


@dataclass(frozen=True, slots=True)
class Case:
    """What a verdict is given.

    Attributes:
        score_name: the main score, in which the differences are given.
        n: number of sentences that were scored.
        differences: of ``arm``; ``None`` where there is no second arm or no score.
        controls: of every arm.
        condition: what was moved.
        n_seeds: training seeds that the differences are over.
        more_tokens: share of tokens a step that ``arm`` read more in training than the reference
            arm; ``None`` where that is not known.
        arm: the one that is judged against the reference arm.
    """

    score_name: str
    n: int
    differences: Differences | None
    controls: Mapping[str, Controls]
    condition: Condition
    n_seeds: int = 1
    more_tokens: float | None = None
    arm: str = "shift"


def corrected_together(cases: Sequence[Differences | None]) -> list[dict[str, float]]:
    """Returns the corrected p-values of comparisons that are read together, as one family.

    The test on clean data is the same in all of them, and counts once.
    """
    tests = {
        (name, 0 if name == "clean" else index): test.p_value
        for index, case in enumerate(cases)
        if case is not None
        for name, test in case.tests.items()
    }
    corrected = dict(zip(tests, holm(list(tests.values())), strict=True))
    return [
        {name: corrected[name, 0 if name == "clean" else index] for name in case.tests}
        if case is not None
        else {}
        for index, case in enumerate(cases)
    ]


def judge(case: Case, corrected: Mapping[str, float] | None = None) -> Verdict:
    """Returns the verdict by :func:`rules`.

    Args:
        corrected: p-values where several comparisons are read together; otherwise this one's.
    """
    differences, readable = case.differences, _is_readable(case.controls, case.arm)
    if corrected is None:
        corrected = corrected_together([differences])[0]
    said: list[tuple[str, Message]] = []
    if differences is not None:
        scope = "these_models" if case.n_seeds == 1 else "over_seeds"
        said.append(_said(scope, n_seeds=case.n_seeds))
    if not case.n:
        said.append(_said("no_reference"))
    said += _warnings(case.controls)
    if differences is not None:
        for name, test in differences.tests.items():
            if readable or name == "clean":
                said.append(_finding(name, test, corrected[name], case))
    if _all_flat(case.controls):
        said.append(_said("flat_encoding"))
    if case.more_tokens is not None and abs(case.more_tokens) > TOKENS_APART:
        code = "more_tokens" if case.more_tokens > 0 else "fewer_tokens"
        said.append(_said(code, more=abs(case.more_tokens)))
    if 0 < case.n < FEW_SENTENCES:
        said.append(_said("few_sentences", n=case.n))
    codes, sentences = tuple(code for code, _ in said), tuple(text for _, text in said)
    return Verdict(codes, sentences, dict(corrected))


def _said(code: str, **values: Any) -> tuple[str, Message]:
    return code, Message(f"verdict.{code}", **values)


def _warnings(controls: Mapping[str, Controls]) -> list[tuple[str, Message]]:
    return [
        (
            f"{kind}_control_failed",
            Message("verdict.warning", arm=arm_name(arm), message=result.message),
        )
        for arm, control in controls.items()
        for kind, result in (("offset", control.offset), ("source", control.source))
        if result is not None and not result.ok
    ]


def _is_readable(controls: Mapping[str, Controls], arm: str) -> bool:
    """Whether the curves say anything about the robustness of ``arm``."""
    reached = all(c.offset is None or c.offset.ok for c in controls.values())
    source = controls[arm].source if arm in controls else None
    return reached and (source is None or source.ok)


def _all_flat(controls: Mapping[str, Controls]) -> bool:
    effects = [control.offset for control in controls.values()]
    return bool(effects) and all(e is not None and e.ok and e.expected == "flat" for e in effects)


_CODES = {
    ("inside", 1): "robust_gain",
    ("inside", -1): "robust_loss",
    ("inside", 0): "no_robust_difference",
    ("clean", 1): "clean_gain",
    ("clean", -1): "clean_cost",
    ("clean", 0): "no_clean_difference",
    ("outside", 1): "outside_gain",
    ("outside", -1): "outside_loss",
    ("outside", 0): "no_outside_difference",
}


def _finding(name: str, test: Difference, p_value: float, case: Case) -> tuple[str, Message]:
    code = _CODES[name, 0 if p_value >= LEVEL else 1 if test.value > 0 else -1]
    _, text = _said(code, where=_where(case.condition))
    figures = {"value": test.value, "low": test.low, "high": test.high}
    written = p_text(p_value)
    p = written if written.startswith("<") else f"= {written}"
    score = Text(case.score_name)
    return code, Message("verdict.finding", text=text, score=score, p=p, **figures)


def _where(condition: Condition) -> Message:
    if condition.trained:
        return Message("verdict.inside")
    if condition.operator == OFFSET:
        return Message("verdict.to_offsets")
    return Message("verdict.to_operator", operator=condition.operator)


def p_text(value: float) -> str:
    """Returns a p-value as it is written everywhere: ``0.031``, or ``< 0.001``."""
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"
