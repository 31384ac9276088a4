"""What a comparison tells beyond its curve: information, consistency, slices, power, noise."""

from __future__ import annotations

import dataclasses
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starting import at

from shiftdemo import api
from shiftdemo.core.config import CompareConfig
from shiftdemo.core.errors import LimitError
from shiftdemo.core.progress import Cancelled
from shiftdemo.core.samples import Sample, TaggedSample, TextSample, TranslationSample
from shiftdemo.evaluation.comparing import Comparison, compare_models, over_seeds
from shiftdemo.evaluation.conditions import Condition
from shiftdemo.evaluation.consistency import consistency_of, stayed
from shiftdemo.evaluation.controls import source_use
from shiftdemo.evaluation.information import entropy, information_of, label_fit
from shiftdemo.evaluation.seed_interval import further_seed
from shiftdemo.evaluation.significance import benjamini_hochberg, paired
from shiftdemo.evaluation.slices import Known, sentence_parts
from shiftdemo.evaluation.telling import MOST, telling_rows
from shiftdemo.evaluation.training_words import TrainingWords, read_words, training_words
from shiftdemo.shifts import apply_shifts, make_shifts

ROW = Condition("row", (0, 16))


@pytest.fixture(scope="module")
def compared(base_tagger, shift_tagger, ner, tagged: list[Sample]) -> Comparison:
    models = {"base": base_tagger, "shift": shift_tagger}
    words = training_words(tagged[:3])
    return compare_models(models, ner, tagged, (8, 16, 40), conditions=[ROW], words=words)


def test_information_is_the_loss_that_the_control_finds(base_tagger, ner, tagged) -> None:
    fit = label_fit(base_tagger, ner, at(tagged, 0))
    found = information_of(fit, 0)
    assert found is not None
    loss = source_use(base_tagger, ner, tagged).loss
    assert found.nats.value == pytest.approx(-loss, rel=1e-4)
    assert found.bits.value == pytest.approx(-loss / math.log(2), rel=1e-4)
    assert found.bound.value == pytest.approx(found.entropy - loss, rel=1e-4)
    assert found.labels == sum(len(sample.words) for sample in tagged)


def test_entropy_of_equal_labels_checked_by_hand() -> None:
    assert entropy(Counter({1: 500, 2: 500})) == pytest.approx(math.log(2) + 1 / 2000)
    assert entropy(Counter({1: 9})) == 0.0 and entropy(Counter()) == 0.0


def test_a_bound_is_below_the_information_of_a_known_channel() -> None:
    """A label that is passed on whole has its entropy of information; the bound stays below."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 2000)
    stats = np.stack([np.full(2000, -math.log(0.9)), np.ones(2000)], axis=1)
    from shiftdemo.evaluation.measure import LabelFit

    found = information_of(LabelFit(stats, Counter(labels.tolist())), 0)
    assert found is not None and found.bound.value <= math.log(4)
    assert found.bound.value == pytest.approx(math.log(4) + math.log(0.9), abs=0.01)


def test_what_stays_follows_the_words_through_the_shift() -> None:
    sample = TaggedSample("a", ("Ada", "met", "Bo"), ("B-PER", "O", "B-PER"))
    (shift,) = make_shifts(["rotate:k=1"], "ner")
    moved = [apply_shifts([shift], sample, 0, always=True)]
    assert moved[0].shifted.words == ("Bo", "Ada", "met") or moved[0].alignment != (0, 1, 2)
    before = [("B-PER", "O", "B-PER")]
    after = [tuple(before[0][moved[0].alignment.index(new)] for new in range(3))]
    stats = stayed(before, after, moved)
    assert stats is not None and stats.tolist() == [[3, 3, 2, 2]]
    lost = stayed(before, [("O", "O", "O")], moved)
    assert lost is not None and lost[0, 0] == 1 and lost[0, 2] == 0


def test_what_stays_of_a_text_is_counted_in_words() -> None:
    pair = TranslationSample("a", "x", "y")
    moved = Condition("both").moved([pair], 0)
    stats = stayed(["le chat noir dort"], ["le chien noir dort"], moved)
    assert stats is not None and stats.tolist() == [[3, 4, 0, 0]]
    share = consistency_of(stats, 0)
    assert share.tokens.value == 75.0 and share.entities is None


def test_an_arm_is_wholly_consistent_with_itself(compared: Comparison) -> None:
    for arm in compared.arms:
        first = compared.consistency[arm][0]
        assert (first.tokens.value, first.tokens.low) == (100.0, 100.0)
    base, shift = (compared.consistency[arm][2].tokens.value for arm in ("base", "shift"))
    assert shift > base


def test_slices_say_where_the_gain_comes_from(compared: Comparison) -> None:
    assert compared.details[-1].strength == 16
    kinds = {one.kind for one in compared.slices}
    assert {"type", "place"} <= kinds
    values = [one.difference.p_value for one in compared.slices]
    assert [one.corrected for one in compared.slices] == benjamini_hochberg(values)
    by_type = [one for one in compared.slices if one.kind == "type"]
    assert {str(one.name) for one in by_type} <= {"type LOC", "type PER"}
    keys = {one.key for one in compared.slices}
    assert {key for row in compared.outputs for key in row.slices} <= keys


def test_the_mentions_of_all_types_are_the_mentions(compared: Comparison) -> None:
    """Counts by type add up to the counts that the main score is made of."""
    whole = compared.stats["base"][2][:, :3].sum(0)
    parts = [one.stats["base"].sum(0) for one in compared.slices if one.kind == "place"]
    assert np.sum(parts, axis=0).tolist() == whole.tolist()


def test_sentences_are_parted_by_what_training_had() -> None:
    words = TrainingWords.of({"common": 50, "rare": 2})
    texts = ["common"] * 10 + ["common rare"] * 10 + ["common new"] * 10
    samples = [TextSample(f"{n}", text, "x") for n, text in enumerate(texts)]
    parts = {str(name): len(own) for kind, name, own in sentence_parts(samples, Known(words))}
    assert parts["with a word that training never had"] == 10
    assert parts["rarest word fewer than 10 times in training"] == 10
    assert parts["every word 10 times or more in training"] == 10
    unsure = TrainingWords(words.words, words.names, complete=False)
    left = {str(name) for _, name, _ in sentence_parts(samples, Known(unsure))}
    assert "with a word that training never had" not in left


def test_words_of_training_are_kept_as_digests(tmp_path: Path) -> None:
    sentence = ("Ada", "left", "New", "York")
    words = training_words([TaggedSample("0", sentence, ("B-PER", "O", "B-LOC", "I-LOC"))])
    path = tmp_path / "words.json"
    path.write_text(json.dumps(words.to_dict()))
    assert read_words(path) == words and words.count("ada") == 1 and words.count("Ada") == 0
    assert words.knows("New York") and not words.knows("York")
    assert not any(word in path.read_text().lower() for word in ("ada", "left", "york"))
    path.write_text('{"words": {"ada": 3}, "names": ["New York"], "complete": true}')  # as before
    before = read_words(path)
    assert before is not None and before.count("ada") == 3 and before.knows("New York")
    assert read_words(tmp_path / "none.json") is None
    assert TrainingWords.of({"\ud800": 1}).count("\ud800") == 1  # half a character, as files have


def test_false_discoveries_are_corrected_as_published() -> None:
    """The fifteen p-values of Benjamini and Hochberg (1995), section 3: four are found."""
    values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    values += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert sum(value < 0.05 for value in benjamini_hochberg(values)) == 4
    assert benjamini_hochberg([]) == []


def test_a_difference_as_large_as_is_told_is_found_in_four_of_five() -> None:
    rng = np.random.default_rng(1)

    def drawn(shift: float) -> Any:
        before = rng.random((200, 1)) < 0.5
        gain = (rng.random((200, 1)) < shift) & ~before
        loss = (rng.random((200, 1)) < 0.05) & before
        stats = [
            np.concatenate([one, np.ones((200, 1))], 1)
            for one in (before, before + gain - 1.0 * loss)
        ]
        return paired(*stats, lambda s: 100 * s[..., 0] / s[..., 1], 0)

    found = [drawn(0.20) for _ in range(60)]
    told = float(np.median([one.detectable for one in found]))
    true = float(np.mean([one.value for one in found]))
    share = np.mean([one.p_value < 0.05 for one in found])
    assert told == pytest.approx(true, rel=0.35) and 0.6 < share < 0.97


def test_a_further_seed_falls_into_the_band_in_95_of_100_cases() -> None:
    rng = np.random.default_rng(0)
    for n in (3, 5, 10):
        drawn = rng.normal(70, 2, (4000, n + 1))
        inside = [low <= row[-1] <= high for row in drawn for low, high in [further_seed(row[:-1])]]
        assert np.mean(inside) == pytest.approx(0.95, abs=0.012)


def test_three_seeds_give_a_noise_band_and_two_give_none(compared: Comparison) -> None:
    assert over_seeds([compared, compared]).noise == ()
    band = over_seeds([compared] * 3).noise
    assert [score.n for score in band] == [3] * len(compared.strengths)
    assert "prediction" in band[0].signature


def _estimates(values: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(values, dict):
        if "value" in values:
            yield where, values
        for key, item in values.items():
            yield from _estimates(item, f"{where}/{key}")
    elif isinstance(values, list):
        for item in values:
            yield from _estimates(item, where)


# Numbers that are no estimates: settings, counts, tests, checks and single observations.
_PLAIN = {
    "n",
    "seed",
    "strengths",
    "offsets",
    "strength",
    "support",
    "predicted",
    "counts",
    "labels",
    "entropy",
    "corrected",
    "p_value",
    "detectable",
    "low",
    "high",
    "value",
    "trained",
    "params",
    "max_logit_change",
    "loss",
    "shuffled_loss",
    "n_seeds",
    "gains",
    "more_tokens",
    "messages",
    "config",
    "costs",
    "outputs",
    "read",
}


def _bare(values: Any, name: str = "") -> Iterator[str]:
    if isinstance(values, dict):
        for key, item in values.items():
            if key not in _PLAIN:
                yield from _bare(item, key)
    elif isinstance(values, list):
        for item in values:
            yield from _bare(item, name)
    elif isinstance(values, (int, float)) and not isinstance(values, bool):
        yield name


@pytest.mark.parametrize("seeds", [1, 3])
def test_every_number_has_its_interval_n_and_signature(compared: Comparison, seeds: int) -> None:
    values = json.loads(json.dumps(over_seeds([compared] * seeds).to_dict(), allow_nan=False))
    found = list(_estimates(values))
    assert len(found) > 100
    for where, one in found:
        if "/messages/" in where:
            continue
        assert one["low"] is not None and one["high"] is not None and one["n"], where
        assert "interval:" in one["signature"], where
    assert list(_bare(values)) == []


def test_nothing_is_called_better_that_is_not_significant(compared: Comparison) -> None:
    from shiftdemo.publishing.comparison import breakdown
    from shiftdemo.viz.reader import Reader

    table = breakdown.slices(Reader(), compared)
    assert table is not None
    by_key = {one.key: one for one in compared.slices}
    for key, row in zip(table["keys"], table["rows"], strict=True):
        assert (row[-1] in ("better", "worse")) == (by_key[key].corrected < 0.05)


def test_a_stopped_comparison_keeps_what_it_has(base_tagger, shift_tagger, ner, tagged) -> None:
    models = {"base": base_tagger, "shift": shift_tagger}
    asked = [0]

    def after_two_strengths() -> bool:
        asked[0] += 1
        return asked[0] > 14

    found = compare_models(
        models, ner, tagged, (2, 4, 8, 16), conditions=[ROW], cancel=after_two_strengths
    )
    assert found.partial and 0 < len(found.strengths) < 5
    assert found.strengths[0] == 0 and len(found.curves["shift"]) == len(found.strengths)
    assert any("It was stopped" in note for note in found.notes)
    with pytest.raises(Cancelled):
        compare_models(models, ner, tagged, (2, 4), conditions=[ROW], cancel=lambda: True)


def test_the_sentences_that_are_shown_differ_both_ways(compared: Comparison) -> None:
    """Few sentences on which base is better are not crowded out by many of the other kind."""
    row = compared.outputs[0]
    gains = [*(float(n) for n in range(10, 70)), -1.0, -2.0]
    rows = tuple(
        dataclasses.replace(row, id=f"{n}", gains=(gain,) * len(compared.strengths))
        for n, gain in enumerate(gains)
    )
    shown = telling_rows(dataclasses.replace(compared, outputs=rows), 1)
    assert len(shown) == MOST
    assert {one.gains[1] for one in shown if one.gains[1] < 0} == {-1.0, -2.0}
    assert shown[0].gains[1] == 69.0


def test_more_operators_than_a_comparison_measures_are_refused() -> None:
    asked = CompareConfig("ner", "bundled:tagger", "bundled:tagger/shift", shifts=("drop",) * 5)
    with pytest.raises(LimitError, match="5 operators"):
        api.compare(asked)
