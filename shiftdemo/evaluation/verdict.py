"""The verdict in words, by fixed rules on the intervals. The rules are shown beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shiftdemo.evaluation.controls import SourceUse
from shiftdemo.evaluation.effects import OffsetEffect
from shiftdemo.evaluation.significance import Difference

FEW_SENTENCES = 30  # below it percentile intervals are rough
RULES = (
    "All differences are the shift-trained score minus the base score on the same sentences, with "
    "a 95 % paired bootstrap interval (1,000 resamples).",
    "More robust: the mean difference over the offsets from 1 to the trained one (all offsets from "
    "1 where none is known) has its whole interval above 0; less robust: below 0.",
    "Cost on clean data: the difference at offset 0 has its whole interval below 0; gain: above 0.",
    "Outside: the same for the mean over the offsets beyond the trained one.",
    "An interval that contains 0 reads: no measurable difference.",
    "A control that fails is named first. No word on robustness where the offset does not reach "
    "one of the models, or where the shift-trained model hardly looks at its source.",
    f"With fewer than {FEW_SENTENCES} sentences the intervals are called rough.",
)


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of one arm; ``None`` where one does not apply (and ``notes`` says why)."""

    offset: OffsetEffect | None
    source: SourceUse | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say.

    Attributes:
        findings: one code for each sentence, such as ``"robust_gain"``; fixed, so that a page
            can say them in another language.
        text: the sentences.
    """

    findings: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Differences:
    """The paired differences of one arm against the reference arm.

    Attributes:
        by_offset: one for each offset.
        inside: of the mean over the trained offsets from 1; ``None`` without any.
        outside: of the mean over the offsets beyond the trained one; ``None`` without any.
    """

    by_offset: tuple[Difference, ...]
    inside: Difference | None
    outside: Difference | None

    @property
    def clean(self) -> Difference:
        """The difference at offset 0."""
        return self.by_offset[0]


def judge(
    score_name: str,
    n: int,
    differences: Differences | None,
    controls: Mapping[str, Controls],
    trained_offset: int | None,
    arm: str = "shift",
) -> Verdict:
    """Returns the verdict by :data:`RULES`.

    Args:
        score_name: the main score, in which the differences are given.
        n: number of sentences that were scored.
        differences: of ``arm``; ``None`` where there is no second arm or no score.
        controls: of every arm.
        trained_offset: the greatest offset in training, or ``None``.
        arm: the one that is judged against the reference arm.
    """
    said: list[tuple[str, str]] = []
    if not n:
        said.append(("no_reference", "Nothing to score against: the outputs alone are shown."))
    said += _warnings(controls)
    readable = _is_readable(controls, arm)
    if differences is not None:
        if differences.inside is not None and readable:
            said.append(_robustness(differences.inside, score_name, trained_offset))
        said.append(_clean(differences.clean, score_name))
        if differences.outside is not None and readable:
            said.append(_outside(differences.outside, score_name))
    if _all_flat(controls):
        text = "These models cannot see a constant offset: their curves are flat by construction."
        said.append(("flat_encoding", text))
    if 0 < n < FEW_SENTENCES:
        said.append(("few_sentences", f"Only {n} sentences: the intervals are rough."))
    return Verdict(tuple(code for code, _ in said), " ".join(text for _, text in said))


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


def _figures(difference: Difference, score_name: str) -> str:
    return (
        f"{difference.value:+.1f} {score_name}, "
        f"95 % interval {difference.low:+.1f} to {difference.high:+.1f}"
    )


def _robustness(inside: Difference, score_name: str, trained_offset: int | None) -> tuple[str, str]:
    where = "inside the trained range" if trained_offset is not None else "to position offsets"
    figures = _figures(inside, score_name)
    if inside.is_gain:
        return "robust_gain", f"More robust {where} ({figures})."
    if inside.is_loss:
        return "robust_loss", f"Less robust {where} ({figures})."
    return "no_robust_difference", f"No measurable difference in robustness {where} ({figures})."


def _clean(clean: Difference, score_name: str) -> tuple[str, str]:
    figures = _figures(clean, score_name)
    if clean.is_gain:
        return "clean_gain", f"Better on clean data ({figures})."
    if clean.is_loss:
        return "clean_cost", f"It costs accuracy on clean data ({figures})."
    return "no_clean_difference", f"No measurable difference on clean data ({figures})."


def _outside(outside: Difference, score_name: str) -> tuple[str, str]:
    figures = _figures(outside, score_name)
    if outside.is_gain:
        return "outside_gain", f"Better beyond the trained range too ({figures})."
    if outside.is_loss:
        return "outside_loss", f"Worse beyond the trained range ({figures})."
    text = f"No measurable difference beyond the trained range ({figures})."
    return "no_outside_difference", text
