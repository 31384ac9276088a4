"""A verdict in words, by fixed rules on corrected tests. The rules are shown beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shiftdemo.evaluation.conditions import OFFSET, Condition
from shiftdemo.evaluation.control_results import Controls
from shiftdemo.evaluation.significance import Difference, holm

FEW_SENTENCES = 100  # below it percentile intervals cover less than they say: 91.5 % at 30
LEVEL = 0.05  # a corrected p-value below it counts
TOKENS_APART = 0.05  # arms whose steps differ by more tokens did not train equally
RULES = (
    "All differences are the shift-trained score minus the base score on the same sentences.",
    "One training seed: the verdict is about these two models, which differ by chance too; the "
    "interval is a paired bootstrap over the sentences, the p-value comes from exchanging the two "
    "outputs of a sentence at random (1,000 times each). Several seeds: the verdict is about the "
    "training; interval and p-value are Student's t over seeds and sentences together.",
    f"A verdict makes up to three tests, and their p-values are corrected together (Holm); one "
    f"below {LEVEL:g} counts, any other reads: no measurable difference.",
    "More robust (less robust): the mean difference over the trained strengths above 0 (over all "
    "above 0 where none is known) counts and is above 0 (below 0).",
    "Gain or cost on clean data: the same for strength 0. Outside: the same for the mean over the "
    "strengths outside the trained range.",
    "A control that fails is named. No word on robustness where the offset does not reach one of "
    "the models, or where the shift-trained model hardly looks at its source.",
    f"Where one arm read over {TOKENS_APART:.0%} more tokens a step in training, that is said.",
    f"With fewer than {FEW_SENTENCES} sentences the intervals are called rough.",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say.

    Attributes:
        findings: one code for each sentence, such as ``"robust_gain"``; fixed, so that a page
            can say them in another language. The first says what the verdict is about.
        text: the sentences.
        corrected: p-value of each test (``clean``, ``inside``, ``outside``), corrected together.
    """

    findings: tuple[str, ...]
    text: str
    corrected: Mapping[str, float]


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
        found = {"inside": self.inside, "clean": self.clean, "outside": self.outside}
        return {name: test for name, test in found.items() if test is not None}


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
        (name, 0 if name == "clean" else place): test.p_value
        for place, case in enumerate(cases)
        if case is not None
        for name, test in case.tests.items()
    }
    corrected = dict(zip(tests, holm(list(tests.values())), strict=True))
    return [
        {name: corrected[name, 0 if name == "clean" else place] for name in case.tests}
        if case is not None
        else {}
        for place, case in enumerate(cases)
    ]


def judge(case: Case, corrected: Mapping[str, float] | None = None) -> Verdict:
    """Returns the verdict by :data:`RULES`.

    Args:
        corrected: p-values where several comparisons are read together; otherwise this one's.
    """
    differences, readable = case.differences, _is_readable(case.controls, case.arm)
    if corrected is None:
        corrected = corrected_together([differences])[0]
    said: list[tuple[str, str]] = []
    if differences is not None:
        said.append(_scope(case.n_seeds))
    if not case.n:
        said.append(("no_reference", "Nothing to score against: the outputs alone are shown."))
    said += _warnings(case.controls)
    if differences is not None:
        for name, test in differences.tests.items():
            if readable or name == "clean":
                said.append(_finding(name, test, corrected[name], case))
    if _all_flat(case.controls):
        text = "These models cannot see a constant offset: their curves are flat by construction."
        said.append(("flat_encoding", text))
    if case.more_tokens is not None and abs(case.more_tokens) > TOKENS_APART:
        said.append(_tokens(case.more_tokens))
    if 0 < case.n < FEW_SENTENCES:
        said.append(("few_sentences", f"Only {case.n} sentences: the intervals are rough."))
    codes = tuple(code for code, _ in said)
    return Verdict(codes, " ".join(text for _, text in said), dict(corrected))


def _scope(n_seeds: int) -> tuple[str, str]:
    if n_seeds == 1:
        text = "About these two models (one training seed), not about the training itself:"
        return "these_models", text
    return "over_seeds", f"About the training, over {n_seeds} seeds and the sentences together:"


def _warnings(controls: Mapping[str, Controls]) -> list[tuple[str, str]]:
    found = []
    for arm, control in controls.items():
        if control.offset is not None and not control.offset.ok:
            found.append(("offset_control_failed", f"Warning ({arm}): {control.offset.message}"))
        if control.source is not None and not control.source.ok:
            found.append(("source_control_failed", f"Warning ({arm}): {control.source.message}"))
    return found


def _is_readable(controls: Mapping[str, Controls], arm: str) -> bool:
    """Whether the curves say anything about the robustness of ``arm``."""
    reached = all(c.offset is None or c.offset.ok for c in controls.values())
    source = controls[arm].source if arm in controls else None
    return reached and (source is None or source.ok)


def _all_flat(controls: Mapping[str, Controls]) -> bool:
    effects = [control.offset for control in controls.values()]
    return bool(effects) and all(e is not None and e.ok and e.expected == "flat" for e in effects)


_SENTENCES = {
    ("inside", 1): ("robust_gain", "More robust {where}"),
    ("inside", -1): ("robust_loss", "Less robust {where}"),
    ("inside", 0): ("no_robust_difference", "No measurable difference in robustness {where}"),
    ("clean", 1): ("clean_gain", "Better on clean data"),
    ("clean", -1): ("clean_cost", "It costs accuracy on clean data"),
    ("clean", 0): ("no_clean_difference", "No measurable difference on clean data"),
    ("outside", 1): ("outside_gain", "Better outside the trained range too"),
    ("outside", -1): ("outside_loss", "Worse outside the trained range"),
    ("outside", 0): (
        "no_outside_difference",
        "No measurable difference outside the trained range",
    ),
}


def _finding(name: str, test: Difference, p_value: float, case: Case) -> tuple[str, str]:
    sign = 0 if p_value >= LEVEL else 1 if test.value > 0 else -1
    code, text = _SENTENCES[name, sign]
    where = "inside the trained range" if case.condition.trained else f"to {_named(case.condition)}"
    figures = (
        f"{test.value:+.1f} {case.score_name}, 95 % interval {test.low:+.1f} to {test.high:+.1f}, "
        f"p {p_text(p_value)} corrected"
    )
    return code, f"{text.format(where=where)} ({figures})."


def _named(condition: Condition) -> str:
    return "position offsets" if condition.operator == OFFSET else condition.operator


def p_text(value: float) -> str:
    """Returns a p-value as it is written behind its letter: ``= 0.031`` or ``< 0.001``."""
    return f"= {value:.3f}" if value >= 0.001 else "< 0.001"


def _tokens(more: float) -> tuple[str, str]:
    code = "more_tokens" if more > 0 else "fewer_tokens"
    text = "more" if more > 0 else "fewer"
    return code, (
        f"In training the shift-trained arm read {abs(more):.0%} {text} tokens a step than base: "
        "part of a difference may come from that."
    )
