"""The verdict of a comparison in words: in one line, whole, and what could not have been seen."""

from __future__ import annotations

from shiftdemo.core.messages import Message, Text
from shiftdemo.evaluation.results import Comparison
from shiftdemo.evaluation.verdict import LEVEL
from shiftdemo.publishing.comparison.figures import WHERE, strength_name
from shiftdemo.viz.reader import Reader

SEED_BY_SEED = "Seed by seed, {what}: {values} ({score})."
_SCOPES = ("verdict.these_models", "verdict.over_seeds")  # told by the number of seeds


def brief(visit: Reader, result: Comparison) -> str:
    """Returns the verdict in one line: what was found, with its values, and every warning."""
    panels = [result, *result.also]
    parts: list[str] = []
    for panel in panels:
        found = [_short(visit, sentence) for sentence in panel.verdict_detail.sentences]
        axis = f"{visit.translate(panel.condition.axis)}: " if len(panels) > 1 else ""
        parts.append(axis + ("；" if visit.lang == "zh" else "; ").join(filter(None, found)))
    seeds = panels[0].n_seeds
    head = visit("One seed: ") if seeds == 1 else visit("{n} seeds: ", n=seeds)
    return head + ("。" if visit.lang == "zh" else ". ").join(parts)


def whole(visit: Reader, result: Comparison) -> str:
    """Returns the verdict in full, each condition's."""
    panels = [result, *result.also]
    said = [_text(visit, panel) for panel in panels]
    if len(panels) > 1:
        said = [
            f"{visit.translate(panel.condition.axis)}: {text}"
            for panel, text in zip(panels, said, strict=True)
        ]
    return " ".join(said)


def _text(visit: Reader, result: Comparison) -> str:
    said = map(visit.translate, result.verdict_detail.sentences)
    return ("" if visit.lang == "zh" else " ").join(said)


def _short(visit: Reader, sentence: str) -> str:
    if not isinstance(sentence, Message) or sentence.key in _SCOPES:
        return "" if isinstance(sentence, Message) else sentence
    if sentence.key == "verdict.finding":
        return visit.translate(Message("verdict.short", **sentence.values))
    return visit.translate(sentence)


def plain(visit: Reader, result: Comparison) -> str:
    """Returns what the two arms score, clean and at the strongest trained shift, in one sentence.

    Empty where nothing was scored or there is one arm.
    """
    arm, last = result.judged, result.details[-1] if result.details else None
    if not arm or last is None or not last.strength:
        return ""
    arms = (result.reference_arm, arm)
    shifted = [last.scores[name][result.score_name].value for name in arms]
    clean = [result.scores[name][result.score_name].value for name in arms]
    return visit(
        "At {at}: {base} {shifted[0]:.1f}, {arm} {shifted[1]:.1f} {score}; without a shift "
        "{clean[0]:.1f} and {clean[1]:.1f}.",
        at=strength_name(visit, result, last.strength),
        base=visit.arm(arms[0]),
        arm=visit.arm(arms[1]),
        score=visit(result.score_name),
        shifted=shifted,
        clean=clean,
    )


def power(visit: Reader, result: Comparison) -> str:
    """Returns how small a difference may be and still be seen, of what was not found.

    Empty where everything was found, and of a record that does not tell.
    """
    differences = result.differences.get(result.judged)
    corrected = result.verdict_detail.corrected
    if differences is None:
        return ""
    missed = [t for name, t in differences.tests.items() if corrected.get(name, 0.0) >= LEVEL]
    least = [test.detectable for test in missed if test.detectable > 0]
    if not least:
        return ""
    values = {"n": result.n, "score": Text(result.score_name), "least": max(least)}
    key = "power.sentences" if result.n_seeds == 1 else "power.seeds"
    return visit.translate(Message(key, seeds=result.n_seeds, **values))


def seed_by_seed(visit: Reader, result: Comparison) -> str:
    """Returns the differences of the single seeds, where it matters most."""
    arm = result.judged
    where = "inside" if result.differences[arm].inside else "clean"
    tests = (seed.differences[arm].tests[where] for seed in result.of_seeds)
    return visit(
        SEED_BY_SEED,
        what=visit(WHERE[where]),
        values=", ".join(f"{test.value:+.1f}" for test in tests),
        score=visit(result.score_name),
    )
