"""``check``, and what every verb says of the files that it reads."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import chinese_files
import pytest
from commandline import run
from schemes import drawn, written

from shiftdemo.cli.main import main

PAIRS = "Sit.\tAssis !\nUp.\t\nStop.\tArrête.\n"


def test_check_says_what_is_read_and_trains_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(PAIRS, encoding="utf-8")
    assert main(["check", str(path), "--task", "translation"]) == 0
    shown = capsys.readouterr().out
    assert shown == (
        "Read a.tsv (TSV, UTF-8): samples 2, rows 3. Columns: source = 1, target = 2.\n"
        "Pairs with an empty side left out: 1; first: a.tsv, line 2.\n"
    )
    assert main(["check", str(path), "--task", "translation", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["left_out"] == {"empty_side": {"count": 1, "first": "a.tsv, line 2"}}
    assert (report["samples"], report["rows"], report["complete"]) == (2, 3, True)
    assert list(tmp_path.iterdir()) == [path]


def test_check_ends_with_2_where_the_user_can_mend_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.conll"
    path.write_text("Mia B-PER O\nruns O O\n", encoding="utf-8")
    assert main(["check", str(path), "--task", "ner"]) == 2
    assert "columns 2 and 3 all hold tags" in capsys.readouterr().err
    assert main(["check", str(path), "--task", "ner", "--columns", "tags=2"]) == 0
    assert capsys.readouterr().out.endswith("Words: 2.\nLabels: PER 1.\n")


@pytest.fixture
def conll(tmp_path: Path) -> Callable[..., Path]:
    """Writes tagged sentences in a scheme; the words tell the tags."""

    def write(name: str, scheme: str, seed: int, n: int, types: tuple[str, ...] = ("PER",)) -> Path:
        rng, lines = random.Random(seed), []
        for number in range(n):
            tags = drawn(rng, types, 6)
            for tag, shown in zip(tags, written(tags, scheme), strict=True):
                lines.append(f"{tag.replace('-', '').lower()}{seed}x{number} {shown}\n")
            lines.append("\n")
        path = tmp_path / name
        path.write_text("".join(lines), encoding="utf-8")
        return path

    return write


TINY = ("--model", "scratch:learned", "--steps", 4, "--batch-size", 8)


def test_a_run_and_a_comparison_keep_what_was_read(
    conll: Callable[..., Path], tmp_path: Path
) -> None:
    train = conll("train.conll", "bioes", 1, 40)
    held_out = conll("held.conll", "bilou", 2, 12, ("PER", "LOC"))
    files = ("--train", train, "--eval", held_out, "--output", "run")
    done = run("finetune", "--task", "ner", *TINY, *files, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for said in (
        "Note: train.conll: the tags are BIOES (recognised from the file), converted to IOB2.",
        "Note: held.conll: the tags are BILOU (recognised from the file), converted to IOB2.",
        "Note: Labels that the held-out file alone has: 1 (LOC)",
    ):
        assert said in done.stderr
    started = json.loads(done.stdout.splitlines()[0])
    assert started["config"]["read"]["train"]["scheme"] == "BIOES"
    assert started["config"]["read"]["eval"]["samples"] == 12
    where = ("--base", "run", "--shifted", "run", "--input", held_out, "--n", 20)
    options = ("--offsets", "0,4", "--json")
    compared = run("compare", "--task", "ner", *where, *options, cwd=tmp_path)
    assert compared.returncode == 0, compared.stderr
    comparison = json.loads(compared.stdout)
    assert comparison["read"]["scheme"] == "BILOU"
    assert any(note.startswith("Read held.conll") for note in comparison["notes"])


def test_tags_that_are_no_entities_are_trained_and_scored_word_by_word(tmp_path: Path) -> None:
    rows = [
        {"words": ["it", f"w{n}", "runs"], "pos": ["PRON", "NOUN", "VERB"][:3]} for n in range(40)
    ]
    for name, part in (("train", rows[:30]), ("held", rows[30:])):
        text = "".join(json.dumps(row) + "\n" for row in part)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    files = ("--train", "train.jsonl", "--eval", "held.jsonl", "--scheme", "none")
    done = run("finetune", "--task", "ner", *TINY, *files, "--output", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "macro F1" in done.stderr
    where = ("--base", "run", "--shifted", "run", "--input", "held.jsonl", "--scheme", "none")
    compared = run(
        "compare", "--task", "ner", *where, "--n", 8, "--offsets", "0,2", "--json", cwd=tmp_path
    )
    comparison = json.loads(compared.stdout)
    assert comparison["score_name"] == "macro F1"
    assert [row["type"] for row in comparison["types"]["base"]] == ["NOUN", "PRON", "VERB"]


def test_dialogues_are_learned_from_their_replies(tmp_path: Path) -> None:
    for name, first in (("train", 0), ("held", 30)):
        turns = [f"A: say {n}\nB: so {n} it is\n\n" for n in range(first, first + 30)]
        (tmp_path / f"{name}.txt").write_text("".join(turns), encoding="utf-8")
    files = ("--train", "train.txt", "--eval", "held.txt", "--reply-only", "--output", "run")
    done = run("finetune", "--task", "language_modeling", *TINY, *files, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Note: Read train.txt (dialogues, UTF-8): samples 30, rows 60." in done.stderr


def test_chinese_pairs_are_scored_by_characters(tmp_path: Path) -> None:
    chinese_files.write_pairs(tmp_path)
    columns = ("--columns", "source=en,target=zh")
    files = ("--train", "train.csv", "--eval", "held.csv", *columns)
    done = run("finetune", "--task", "translation", *TINY, *files, "--output", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    where = ("--base", "run", "--shifted", "run", "--input", "held.csv", *columns)
    compared = run(
        "compare",
        "--task",
        "translation",
        *where,
        "--n",
        8,
        "--offsets",
        "0,2",
        "--json",
        cwd=tmp_path,
    )
    score = json.loads(compared.stdout)["scores"]["base"]["BLEU"]
    assert "tok:zh" in score["signature"] and "lang:zh" in score["signature"]


def test_a_chinese_tagging_file_is_read_by_its_characters(tmp_path: Path) -> None:
    chinese_files.write_tags(tmp_path)
    files = ("--train", "train.bio", "--eval", "held.bio", "--output", "run")
    done = run("finetune", "--task", "ner", *TINY, *files, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "the tags are BMES" in done.stderr
    built = run(
        "build",
        "--task",
        "ner",
        "--input",
        "held.bio",
        "--shift",
        "rotate:k=2",
        "--n",
        1,
        cwd=tmp_path,
    )
    assert built.returncode == 0 and len(json.loads(built.stdout)["words"]) >= 5


def test_a_run_on_a_file_is_resumed(conll: Callable[..., Path], tmp_path: Path) -> None:
    train, held_out = conll("train.conll", "iob1", 3, 30), conll("held.conll", "io", 4, 10)
    files = ("--train", train, "--eval", held_out, "--output", "run")
    short = ("--model", "scratch:learned", "--steps", 400, "--batch-size", 8, "--seconds", 1)
    assert run("finetune", "--task", "ner", *short, *files, cwd=tmp_path).returncode == 0
    done = run("finetune", "--resume", "run", "--seconds", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("task", "flag"),
    [
        ("translation", "--strict-tags"),
        ("translation", "--scheme=iob1"),
        ("summarization", "--labels=a,b"),
    ],
)
def test_a_flag_without_effect_is_refused(
    task: str, flag: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.tsv"
    file.write_text(PAIRS, encoding="utf-8")
    assert main(["check", str(file), "--task", task, flag]) == 2
    named = flag.partition("=")[0]
    assert f"{named} has no effect for {task}; leave it out." in capsys.readouterr().err
