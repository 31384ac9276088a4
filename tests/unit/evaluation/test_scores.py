from __future__ import annotations

import random

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import TaggedSample, TextSample, TranslationSample
from shiftdemo.evaluation.scorers.entities import spans
from shiftdemo.evaluation.scores import (
    class_tables,
    measure,
    measures,
    scorable,
    score,
    score_names,
    signature,
    statistics,
)
from shiftdemo.tasks.heads import Task, make_task

WORDS = ("le", "chat", "rouge", "dort", "sur", "la", "table", ",", "et", "boit", "l'eau", "Ça")


def pairs_of(references: list[str], lang: str = "fr") -> list[TranslationSample]:
    return [TranslationSample(str(i), "x", r, "en", lang) for i, r in enumerate(references)]


def noisy_corpus(n: int, seed: int) -> tuple[list[str], list[str]]:
    rng = random.Random(seed)
    references = [" ".join(rng.choices(WORDS, k=rng.randint(1, 14))) for _ in range(n)]
    outputs = []
    for reference in references:
        words = [rng.choice(WORDS) if rng.random() < 0.3 else w for w in reference.split()]
        outputs.append(
            " ".join(words[: rng.randint(0, len(words))]) if seed % 2 else " ".join(words)
        )
    return references, outputs


@pytest.mark.parametrize("seed", range(6))
def test_bleu_and_chrf_equal_sacrebleu(translation: Task, seed: int) -> None:
    references, outputs = noisy_corpus(40, seed)
    sums = statistics(translation, pairs_of(references), outputs).sum(0)
    expected = sacrebleu.corpus_bleu(outputs, [references]).score
    assert measure(translation, "BLEU", sums) == pytest.approx(expected, abs=1e-9)
    expected = sacrebleu.corpus_chrf(outputs, [references]).score
    assert measure(translation, "chrF", sums) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.text("ab c.", max_size=12), st.text("ab c.", max_size=12)),
        min_size=1,
        max_size=4,
    )
)
def test_bleu_and_chrf_equal_sacrebleu_on_degenerate_text(rows: list[tuple[str, str]]) -> None:
    task = make_task("translation")
    references, outputs = [r for r, _ in rows], [o for _, o in rows]
    sums = statistics(task, pairs_of(references), outputs).sum(0)
    bleu = sacrebleu.corpus_bleu(outputs, [references], force=True).score
    chrf = sacrebleu.corpus_chrf(outputs, [references]).score
    assert measure(task, "BLEU", sums) == pytest.approx(bleu, abs=1e-9)
    assert measure(task, "chrF", sums) == pytest.approx(chrf, abs=1e-9)


def test_measures_of_many_sums_equal_one_at_a_time(translation: Task) -> None:
    stats = statistics(translation, pairs_of(noisy_corpus(30, 1)[0]), noisy_corpus(30, 1)[1])
    together = measures(translation, "BLEU", stats)
    assert together.shape == (30,)
    assert together == pytest.approx([measure(translation, "BLEU", row) for row in stats])


def test_statistics_of_a_large_corpus_equal_those_of_its_parts(translation: Task) -> None:
    references, outputs = noisy_corpus(1100, 2)
    samples = pairs_of(references)
    whole = statistics(translation, samples, outputs)
    parts = [statistics(translation, samples[i : i + 550], outputs[i : i + 550]) for i in (0, 550)]
    assert (whole == np.concatenate(parts)).all()


def test_translation_signature_is_sacrebleus(translation: Task) -> None:
    metric = sacrebleu.BLEU()
    metric.corpus_score(["a"], [["a"]])
    text = signature(translation, "BLEU", pairs_of(["un chat"]), 7)
    assert text.startswith(f"{metric.get_signature()}|")
    assert text.endswith("bs:1000|seed:7")
    assert "tok:zh" in signature(translation, "BLEU", pairs_of(["猫睡觉"], "zh"), 7)


def test_score_of_perfect_and_of_empty_output(translation: Task) -> None:
    references = ["le chat rouge dort sur la table", "nous habitons à Paris depuis hier"]
    perfect = score(translation, "BLEU", pairs_of(references), references, 0)
    assert (perfect.value, perfect.low, perfect.high, perfect.n) == pytest.approx(
        (100, 100, 100, 2)
    )
    assert score(translation, "chrF", pairs_of(references), ["", ""], 0).value == 0


@pytest.mark.parametrize(
    ("tags", "strict", "lenient"),
    [
        ("O B-PER I-PER O", {("PER", 1, 3)}, {("PER", 1, 3)}),
        ("I-PER I-PER O", set(), {("PER", 0, 2)}),
        ("B-PER I-LOC", {("PER", 0, 1)}, {("PER", 0, 1), ("LOC", 1, 2)}),
        ("B-PER B-PER", {("PER", 0, 1), ("PER", 1, 2)}, {("PER", 0, 1), ("PER", 1, 2)}),
        ("B-LOC O I-LOC", {("LOC", 0, 1)}, {("LOC", 0, 1), ("LOC", 2, 3)}),
        ("B-LOC I-PER I-LOC", {("LOC", 0, 1)}, {("LOC", 0, 1), ("PER", 1, 2), ("LOC", 2, 3)}),
        ("", set(), set()),
    ],
)
def test_spans_strict_and_lenient(tags: str, strict: set, lenient: set) -> None:
    assert spans(tags.split()) == strict
    assert spans(tags.split(), lenient=True) == lenient


def gold() -> list[TaggedSample]:
    return [
        TaggedSample("a", ("Ada", "Bell", "saw", "Rome"), ("B-PER", "I-PER", "O", "B-LOC")),
        TaggedSample("b", ("in", "Oslo"), ("O", "B-LOC")),
    ]


OUTPUTS = [("B-PER", "I-PER", "O", "I-LOC"), ("B-LOC", "O")]


def test_entity_scores_checked_by_hand(ner: Task) -> None:
    # Strict: right {PER 0-2}; predicted that and LOC 0-1 in b (I-LOC begins nothing); 3 gold.
    sums = statistics(ner, gold(), OUTPUTS).sum(0)
    assert measure(ner, "entity precision", sums) == pytest.approx(50.0)
    assert measure(ner, "entity recall", sums) == pytest.approx(100 / 3)
    assert measure(ner, "entity F1", sums) == pytest.approx(40.0)
    # Lenient: I-LOC begins a mention, so 2 right of 3 predicted and 3 gold.
    assert measure(ner, "entity F1 (lenient)", sums) == pytest.approx(200 / 3)
    assert measure(ner, "token accuracy", sums) == pytest.approx(50.0)


def test_per_type_table(ner: Task) -> None:
    loc, per = class_tables(ner, gold(), OUTPUTS, 0)
    assert (loc.type, loc.support, loc.predicted, loc.f1.value) == ("LOC", 2, 1, 0.0)
    assert (per.type, per.support, per.predicted, per.f1.value) == ("PER", 1, 1, 100.0)
    assert per.f1.n == 2 and "class:PER|interval:95%" in per.f1.signature


def test_entity_signatures_name_the_repair_rule(ner: Task) -> None:
    assert "repair:none" in signature(ner, "entity F1", gold(), 0)
    assert "repair:conlleval" in signature(ner, "entity F1 (lenient)", gold(), 0)


def test_the_main_score_comes_first(translation: Task, ner: Task) -> None:
    assert score_names(translation)[0] == translation.spec.score_name
    assert score_names(ner)[0] == ner.spec.score_name


def test_unknown_score_and_missing_outputs_are_refused(translation: Task) -> None:
    samples = pairs_of(["un", "deux"])
    with pytest.raises(ConfigError, match="BLEU, chrF"):
        score(translation, "METEOR", samples, ["un", "deux"], 0)
    with pytest.raises(DataError, match="one output for each"):
        statistics(translation, samples, ["un"])
    with pytest.raises(DataError):
        statistics(translation, [], [])


def test_scorable_leaves_out_what_has_no_reference(translation: Task, ner: Task) -> None:
    assert scorable(translation, [*pairs_of(["un", " ", "deux"]), TextSample("t", "x", "y")]) == [
        0,
        2,
    ]
    assert scorable(ner, gold()) == [0, 1]
    assert scorable(ner, [TaggedSample("a", ("in", "Oslo"), ("O", "O"))]) == []
