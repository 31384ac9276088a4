"""Scores equal those of the programs that papers use, to the last digit they print."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from shiftdemo.core.samples import TaggedSample, TranslationSample
from shiftdemo.evaluation.scores import extra_scores, measure, statistics
from shiftdemo.tasks.heads import Task

RECORDED = Path(__file__).with_name("seqeval_scores.json")
WORDS = {
    "fr": "le la chat chien noir dort mange sur table petite grande . , ! l'homme d'or".split(),
    "zh": list("我你他喜欢苹果面包地图书的了在北京上海。，"),
}


def _pairs(lang: str) -> tuple[list[str], list[str]]:
    rng, join = random.Random(lang), "" if lang == "zh" else " "
    references = [join.join(rng.choices(WORDS[lang], k=rng.randint(5, 14))) for _ in range(60)]
    outputs = []
    for text in references:
        words = list(text) if lang == "zh" else text.split()
        for _ in range(rng.randint(0, 4)):
            words[rng.randrange(len(words))] = rng.choice(WORDS[lang])
        if rng.random() < 0.4:
            words.insert(rng.randrange(len(words)), words.pop())
        outputs.append(join.join(words))
    return references, outputs


@pytest.mark.parametrize("lang", ["fr", "zh"])
def test_bleu_chrf_and_ter_are_those_of_sacrebleu_s_command(
    translation: Task, tmp_path: Path, lang: str
) -> None:
    references, outputs = _pairs(lang)
    for name, lines in (("ref", references), ("out", outputs)):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "sacrebleu", "ref", "-i", "out", "-m", "bleu", "chrf", "ter"]
    command += ["-f", "json", "-w", "6", "--tokenize", "zh" if lang == "zh" else "13a"]
    command += ["--ter-asian-support", "--ter-normalized"] if lang == "zh" else []
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    told = {row["name"].lower()[:4]: row["score"] for row in json.loads(done.stdout)}
    samples = [
        TranslationSample(f"{n}", "x", text, target_lang=lang) for n, text in enumerate(references)
    ]
    sums = statistics(translation, samples, outputs).sum(0)
    assert measure(translation, "BLEU", sums) == pytest.approx(told["bleu"], abs=1e-6)
    assert measure(translation, "chrF", sums) == pytest.approx(told["chrf"], abs=1e-6)
    ter = extra_scores(translation, samples, outputs, 0)["TER"]
    assert ter.value == pytest.approx(told["ter"], abs=1e-6)
    assert ter.low <= ter.value <= ter.high and "lower is better" in ter.signature


@pytest.mark.parametrize("number", range(8))
def test_entity_scores_are_seqeval_s_strict_and_conlleval_s(ner: Task, number: int) -> None:
    case = json.loads(RECORDED.read_text(encoding="utf-8"))["cases"][number]
    samples = [
        TaggedSample(f"{n}", ("w",) * len(tags), tuple(tags)) for n, tags in enumerate(case["gold"])
    ]
    sums = statistics(ner, samples, case["predicted"]).sum(0)
    for ending, key in (("", "strict"), (" (lenient)", "lenient")):
        names = (f"entity {name}{ending}" for name in ("precision", "recall", "F1"))
        found = [measure(ner, name, sums) / 100 for name in names]
        assert found == pytest.approx(case[key], abs=1e-9), key
