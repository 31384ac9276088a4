"""Tag schemes: what is written in one comes back, is recognised, and scores as seqeval's."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schemes import SCHEMES, TYPES, drawn, written

from shiftdemo.core.errors import DataError
from shiftdemo.core.samples import TaggedSample
from shiftdemo.data.reading.files import iter_samples
from shiftdemo.data.reading.recognising import Evidence, recognised
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.schemes import TagScheme
from shiftdemo.evaluation.scorers import entities

NAMES = {"bmes": "bioes"}
TYPED = TYPES[:3]  # of a type called B or S one cannot tell the mark from the type


def recognise(sentences: list[list[str]]) -> TagScheme:
    evidence = Evidence()
    for tags in sentences:
        evidence.add(tags)
    return recognised(evidence)


def _merged(tags: list[str]) -> list[str]:
    """Returns IOB2 tags as IO can tell them: mentions that touch are one."""
    before, out = "O", []
    for tag in tags:
        out.append(f"I-{tag[2:]}" if tag != "O" and before[2:] == tag[2:] else tag)
        before = tag
    return out


@given(
    seed=st.integers(0, 10**6),
    scheme=st.sampled_from(SCHEMES),
    suffix=st.booleans(),
    mark=st.sampled_from("-_:/"),
)
@settings(max_examples=200, deadline=None)
def test_a_scheme_comes_back_to_iob2(seed: int, scheme: str, suffix: bool, mark: str) -> None:
    tags = drawn(random.Random(seed), TYPES, 30)
    style = "suffix" if suffix else "prefix"
    read = TagScheme(NAMES.get(scheme, scheme), style).read(written(tags, scheme, suffix, mark))
    assert list(read.tags) == (_merged(tags) if scheme == "io" else tags)
    assert read.broken == []


@given(
    seed=st.integers(0, 10**6),
    scheme=st.sampled_from(SCHEMES),
    suffix=st.booleans(),
    mark=st.sampled_from("-_:/"),
)
@settings(max_examples=200, deadline=None)
def test_a_scheme_is_recognised(seed: int, scheme: str, suffix: bool, mark: str) -> None:
    rng = random.Random(seed)
    sentences = [drawn(rng, TYPED, rng.randint(1, 25)) for _ in range(50)]
    found = recognise([written(tags, scheme, suffix, mark) for tags in sentences])
    assert found.style == ("suffix" if suffix else "prefix")
    if scheme == "io":
        assert not found.sure  # without a B- it may be IOB1 as well
    else:
        assert found.sure
        assert found.title == {"bmes": "BMES"}.get(scheme, scheme.upper())
        assert not any(found.read(written(s, scheme, suffix, mark)).broken for s in sentences)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_without_a_b_one_cannot_tell(seed: int) -> None:
    rng = random.Random(seed)
    sentences = [_apart(drawn(rng, TYPED, 20)) for _ in range(50)]
    found = recognise([written(tags, "iob1") for tags in sentences])
    assert not found.sure
    assert [list(found.read(written(tags, "iob1")).tags) for tags in sentences] == sentences


def _apart(tags: list[str]) -> list[str]:
    """Returns the tags with an ``O`` between mentions that touch."""
    out: list[str] = []
    for tag in tags:
        if tag.startswith("B-") and out and out[-1] != "O":
            out.append("O")
        out.append(tag)
    return out


def test_nothing_but_o_tells_no_scheme() -> None:
    assert not recognise([["O", "O"]]).sure


@pytest.mark.parametrize(
    ("name", "tags", "broken"),
    [
        ("iob2", "O I-PER O", [1]),
        ("iob2", "B-PER I-LOC", [1]),
        ("iob1", "B-PER O", [0]),
        ("iob1", "I-PER B-PER B-PER", []),
        ("bioes", "B-PER O", [0]),
        ("bioes", "B-PER", [0]),
        ("bioes", "E-PER S-PER", [0]),
        ("bioes", "B-PER I-PER E-LOC", [1]),
        ("bilou", "U-PER L-PER", [1]),
        ("io", "I-PER I-LOC", []),
    ],
)
def test_what_breaks_a_scheme_is_counted(name: str, tags: str, broken: list[int]) -> None:
    assert TagScheme(name).read(tags.split()).broken == broken


def test_a_tag_of_no_scheme_is_named_with_its_word() -> None:
    with pytest.raises(DataError, match=r"word 2: 'E-PER' is not a tag of IOB2"):
        TagScheme("iob2").read(["B-PER", "E-PER"])


def test_two_schemes_at_once_are_told() -> None:
    assert recognise([["B-PER", "L-PER", "S-LOC"]]).title == "BILOU/BIOES"


def test_scores_are_those_of_seqeval_in_the_same_scheme() -> None:
    """The answers are seqeval 1.2.2's: ``mode="strict"`` with the scheme, micro-averaged."""
    for case in json.loads((Path(__file__).parent / "seqeval.json").read_text(encoding="utf-8")):
        scheme = TagScheme(case["scheme"])
        gold = [scheme.read(tags).tags for tags in case["gold"]]
        guess = [scheme.read(tags).tags for tags in case["predicted"]]
        samples = [TaggedSample(str(i), ("w",) * len(t), t) for i, t in enumerate(gold)]
        sums = entities.count(samples, guess).sum(0)
        for name in ("precision", "recall", "F1"):
            columns, formula, _ = entities.MEASURES[f"entity {name}"]
            assert np.isclose(formula(sums[columns]), 100 * case[name], atol=1e-9)


def test_conll_2003_gives_the_same_samples_in_iob1_and_in_iob2(tmp_path: Path) -> None:
    rng = random.Random(3)
    corpus = [drawn(rng, ("PER", "LOC", "ORG", "MISC"), rng.randint(3, 20)) for _ in range(200)]
    read = []
    for scheme in ("iob1", "iob2"):
        lines = ["-DOCSTART- -X- -X- O", ""]
        for number, tags in enumerate(corpus):
            shown = written(tags, scheme)
            lines += [f"w{number}x{at} NN I-NP {tag}" for at, tag in enumerate(shown)]
            lines.append("")
        path = tmp_path / "eng.conll"
        path.write_text("\n".join(lines), encoding="utf-8")
        report = ReadReport()
        read.append(list(iter_samples(path, "ner", report=report)))
        assert report.scheme is not None and report.scheme.name == scheme
        assert (report.unused, report.documents) == (["2", "3"], 1)
    assert read[0] == read[1] and [list(sample.tags) for sample in read[0]] == corpus
