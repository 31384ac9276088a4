"""Reads random files under random specifications, and says what went wrong.

A file must give samples or one of our errors; anything else is a fault. What is tried are small
files of all formats, cut, mixed and spoilt at random, with random columns, schemes and encodings.

    python tools/fuzz_reading.py [--n 200000] [--seed 0]
"""

from __future__ import annotations

import argparse
import gzip
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from shiftdemo.core.errors import ShiftDemoError
from shiftdemo.core.task_spec import TASKS, task_names, task_specs
from shiftdemo.data.reading.columns import parse_columns
from shiftdemo.data.reading.files import iter_samples
from shiftdemo.data.reading.preview import preview
from shiftdemo.data.reading.report import ReadReport
from shiftdemo.data.reading.schemes import parse_scheme
from shiftdemo.data.reading.tagging import ReadOptions

PIECES = (
    *("Ada", "lives", "in", "Oslo", ".", "O", "B-PER", "I-PER", "S-LOC", "E-LOC", "PER-B", "PER"),
    *("B_x", "U-LOC", "1", "2", "1-2", "2.1", "0", "-DOCSTART-", "# id = x", "#", "_", "words"),
    *("tags", "source", "target", "text", "label", "question", "context", "answers", "sep=;"),
    *("Sentence #", "Word", "Tag", "[", "]", "{", "}", '"', "'", ",", ";", ":", "\t", " ", "\n"),
    *("\n\n", "\r\n", "\u00a0", "\u2028", "\ufeff", "\0", "é", "我", "\ud800", "\\", "null", "NaN"),
    *('{"words": ["a"], "tags": ["O"]}', '{"source": "a", "target": "b"}', "['a', 'b']", "[0, 1]"),
    *('{"text": "a b", "label": [[0, 1, "X"]]}', '["a b", {"entities": [[0, 1, "X"]]}]'),
    *(
        '{"data": [{"paragraphs": [{"context": "a b", "qas": [{"question": "q", "answers": [',
        "]}]}",
    ),
    *("A: hi", "array(['a'], dtype=object)", '{"messages": [{"role": "u", "content": "x"}]}'),
)
# Whole files to begin with, and their suffixes.
WHOLE = (
    (".conll", "Ada I-PER\nin O\nOslo I-LOC\n\nBob B-PER\n. O\n"),
    (".conll", "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nsays VBZ B-VP O\n"),
    (
        ".conllu",
        "# id = x\n1\tAda\tAda\tX\t_\t_\t0\troot\t_\tB-PER\n2\tis\tbe\tX\t_\t_\t1\tx\t_\tO\n",
    ),
    (".tsv", "#\thttp://x [2010]\n1\tAda\tB-PER\tO\n2\tis\tO\tO\n"),
    (
        ".csv",
        "Sentence #,Word,POS,Tag\nSentence: 1,Ada,NNP,B-per\n,is,V,O\nSentence: 2,Bo,N,B-per\n",
    ),
    (".csv", "tokens,tags\n\"['Ada', 'is']\",\"['B-PER', 'O']\"\n"),
    (".csv", "sep=;\nsource;target\nGo.;Va !\nsource;target\nRun.;\n"),
    (".tsv", "1\tGo.\t2\tVa !\n3\tRun.\t4\tCours !\n"),
    (".jsonl", '{"text": "Ada is in Oslo", "label": [[0, 3, "PER"], [10, 14, "LOC"]]}\n'),
    (".jsonl", '["Ada is", {"entities": [[0, 3, "PER"]]}]\n{"words": ["a"], "tags": ["O"]}\n'),
    (".json", '[\n {"source": "a", "target": "b"},\n {"source": "c", "target": null}\n]\n'),
    (
        ".json",
        '{"version": 1, "data": [{"paragraphs": [{"context": "a b", "qas": [{"id": "1", '
        '"question": "q", "answers": [{"text": "b", "answer_start": 2}]}]}]}]}',
    ),
    (".txt", "A: hi\nB: ho\n\nA: x\nB: y\n"),
    (".csv", "text,label\ngood film,1\nbad film,0\n"),
)
SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".conll", ".conllu", ".bio", ".en", "")
COLUMNS = ("", "", "", "words=1,tags=2", "source=2,target=1", "tags=9", "text=words", "words=0")
SCHEMES = ("", "", "", "iob1", "iob2", "bioes", "bilou", "io", "none", "bmes")
ENCODINGS = ("", "", "", "latin-1", "cp1252", "utf-16", "gb18030")


def content(rng: random.Random) -> tuple[str, bytes]:
    """Returns suffix and bytes of a file."""
    if rng.random() < 0.7:
        suffix, text = rng.choice(WHOLE)
        for _ in range(rng.choice((0, 1, 1, 2, 4))):
            at = rng.randint(0, len(text))
            text = text[:at] + rng.choice(PIECES) + text[at + rng.choice((0, 0, 1, 3)) :]
    else:
        suffix = rng.choice(SUFFIXES)
        text = "".join(
            rng.choice(PIECES) + rng.choice(("", "", " ", "\t", "\n", ","))
            for _ in range(rng.randint(0, 40))
        )
    data = text.encode(rng.choice(("utf-8", "utf-8", "utf-8", "utf-16", "latin-1")), "replace")
    if rng.random() < 0.2 and data:
        at = rng.randrange(len(data))
        data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    return suffix, gzip.compress(data) if rng.random() < 0.05 else data


def _meant(data: bytes) -> str:
    """Returns the kind of task that a file looks made for, by the columns of its samples."""
    kinds = {spec.columns[0]: spec.name for spec in reversed(task_specs())}
    if b"question" in data:
        return kinds["question"]
    if b"source" in data or b"Va !" in data:
        return kinds["source"]
    texts = [spec.name for spec in task_specs() if spec.columns[0] == "text"]
    if b"film" in data:
        return next(name for name in texts if "label" in TASKS.get(name).columns)
    return texts[0] if data.startswith(b"A: ") else kinds["words"]


def tried(rng: random.Random, folder: Path) -> str:
    """Reads one random file; returns how it ended."""
    suffix, data = content(rng)
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    usual = rng.random() < 0.6  # how the file is meant, and not anyhow
    task = _meant(data) if usual else rng.choice((*task_names(), ""))
    encoding, report = "" if usual else rng.choice(ENCODINGS), ReadReport()
    labels = () if usual else rng.choice(((), ("O", "B-X")))
    scheme = "" if usual else rng.choice(SCHEMES)
    options = ReadOptions(parse_scheme(scheme), rng.random() < 0.1, labels, rng.random() < 0.2)
    try:
        columns = parse_columns("" if usual else rng.choice(COLUMNS))
        n = sum(
            1 for _ in iter_samples(path, task, columns, encoding, None, 10**6, options, report)
        )
        report.to_dict()
        if report.samples != n or not report.complete:
            return "FAULT: a wrong count"
        ended = "read"
    except ShiftDemoError as error:
        error.message.text("zh")
        ended = "refused"
    try:
        if task:
            preview(path, task, 3, encoding)
    except ShiftDemoError:
        pass
    finally:
        path.unlink()
    return ended


def main() -> int:
    """Tries, and prints counts and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    ends: Counter[str] = Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        for number in range(arguments.n):
            rng = random.Random(f"{arguments.seed}/{number}")
            try:
                ends[tried(rng, Path(name))] += 1
            except Exception:
                ends["FAULT"] += 1
                print(f"file {number}:\n{traceback.format_exc()}", flush=True)
            if number in (arguments.n // 10, arguments.n - 1):
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(f"after {number + 1:,} files: {peak:.0f} MiB at most", flush=True)
    print(f"{dict(ends)} in {time.monotonic() - began:.0f} s")
    return int(any("FAULT" in end for end in ends))


if __name__ == "__main__":
    sys.exit(main())
