"""The verdict of a comparison in words: in one line, whole, and what could not have been seen."""

from __future__ import annotations

from shiftdemo.core.messages import Message, Text
from shiftdemo.evaluation.results import Comparison
from shiftdemo.publishing.comparison.figures import WHERE
from shiftdemo.viz.reader import Reader

SEED_BY_SEED = "Seed by seed, {what}: {values} ({score})."
_SCOPES = ("verdict.these_models", "verdict.over_seeds")  # told by the number of seeds
_SIGNIFICANT = ("robust_gain", "robust_loss", "clean_gain", "clean_cost")


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


def power(visit: Reader, result: Comparison) -> str:
    """Returns how small a difference may be and still be seen, where something was not found.

    Empty where everything was found, and of a record that does not tell.
    """
    differences = result.differences.get(result.judged)
    if differences is None or set(result.findings) >= {*_SIGNIFICANT[:1], *_SIGNIFICANT[2:3]}:
        return ""
    least = [test.detectable for test in differences.tests.values() if test.detectable > 0]
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
