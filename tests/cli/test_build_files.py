"""``build`` on the user's files, folders in the hub's format and pipes, as a user runs it."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import commandline
import pyarrow.parquet as pq
import pytest

from shiftdemo import api
from shiftdemo.cli.sample_bar import SampleBar
from shiftdemo.core.config import DataSpec
from shiftdemo.data.reading.files import read_samples
from shiftdemo.data.reading.lines import Meter
from shiftdemo.data.writing.export import as_row

ROOT = Path(__file__).resolve().parents[2]
ENV = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
SHIFT = ("--shift", "append_copy")


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    if not environment:
        return commandline.run(*arguments, cwd=ROOT)
    return subprocess.run(
        [sys.executable, "-m", "shiftdemo", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        cwd=ROOT,
        env={**ENV, **environment},
        check=False,
    )


def build(task: str, path: object, *arguments: object) -> subprocess.CompletedProcess[str]:
    return run("build", "--task", task, *SHIFT, "--input", path, *arguments)


def test_cli_imports_none_of_the_slow_libraries() -> None:
    code = (
        "import sys, shiftdemo.cli.main\n"
        "slow = {'datasets', 'pyarrow', 'pandas', 'huggingface_hub', 'tqdm', 'torch'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class _Screen(io.StringIO):
    """Standard error that is, or is not, a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_tells_rate_and_time_left(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    screen = _Screen(terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    clock = iter(range(10**6))
    monkeypatch.setattr("shiftdemo.cli.sample_bar.time.monotonic", lambda: float(next(clock)))
    meter, done = Meter(), [0]
    meter.start(6400, lambda: done[0])
    progress = SampleBar(meter)
    for _ in progress.watch(range(6400)):
        done[0] += 1
    progress.close()
    assert "samples, " in screen.getvalue() and "/s" in screen.getvalue()
    if terminal:
        assert "\r" in screen.getvalue() and "<" in screen.getvalue()
    else:
        assert "\r" not in screen.getvalue() and "s left\n" in screen.getvalue()
        assert len(screen.getvalue().splitlines()) < 12


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_columns_encoding_and_format(tmp_path: Path, form: str) -> None:
    source, out = tmp_path / "in.csv", tmp_path / f"out.{form}"
    source.write_bytes("q;r\nété ici;“là”\n".encode("cp1252"))
    flags = ("--columns", "source=q,target=r", "--encoding", "cp1252", "--format", form)
    done = build("translation", source, *flags, "--output", out)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    read = "Read in.csv (CSV, CP1252): samples 1, rows 1. Columns: source = q, target = r.\n"
    assert done.stderr == f"{read}1 samples written to {out}.\n"
    sample = read_samples(out, "translation")[0]
    assert getattr(sample, "source", "").startswith("été ici")
    if form == "parquet":
        assert str(pq.read_schema(out).field("seed").type) == "int64"


def test_conll_goes_through_and_can_be_built_again(tmp_path: Path) -> None:
    source = tmp_path / "in.conll.gz"
    source.write_bytes(gzip.compress(b"# sent_id = s\nAda B-PER\nreads O\n\n"))
    first = build("ner", source, "--format", "conll")
    assert first.stdout.startswith("# id = s\n")
    (tmp_path / "again.conll").write_text(first.stdout, encoding="utf-8")
    again = build("ner", tmp_path / "again.conll")
    row = json.loads(again.stdout)
    assert row["id"] == "s" and len(row["words"]) == 4


def test_a_folder_in_the_hubs_format_is_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    rows = '{"translation": {"en": "Go.", "fr": "Va !"}}\n' * 3
    for split in ("train", "test"):
        (tmp_path / "data" / f"{split}.jsonl").write_text(rows, encoding="utf-8")
    done = build("translation", f"hub:{tmp_path}", "--split", "test", "--n", "2")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["original_source"] for line in done.stdout.splitlines()] == ["Go."] * 2
    bad = build("translation", f"hub:{tmp_path}", "--split", "dev")
    assert bad.returncode == 2 and "it has train, test" in bad.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--encoding", "rot13"], "There is no text encoding 'rot13'"),
        (["--columns", "source"], "is not ROLE=NAME"),
        (["--columns", "source=z"], "there is no column 'z'"),
        (["--format", "parquet"], "needs a file; name one with --output"),
        (["--format", "xml"], "invalid choice"),
        (["--push-to-hub", "name"], "write OWNER/NAME"),
        (["--push-to-hub", "owner/name"], "There is no token for the hub"),
        (["--n", "0"], "give at least 1"),
    ],
)
def test_bad_flags_are_one_line_and_exit_2(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("source,target\na,b\n", encoding="utf-8")
    done = run(
        *("build", "--task", "translation", *SHIFT, "--input", path, *arguments),
        HF_TOKEN="",
        HF_HOME=str(tmp_path),
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_the_network_may_be_away() -> None:
    done = build("ner", "hub:owner/name")
    assert done.returncode == 2
    assert done.stderr.startswith("shiftdemo: hub:owner/name: the hub cannot be reached")
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("a b c\td e f\n" * 50_000, encoding="utf-8")
    command = [sys.executable, "-m", "shiftdemo", "build", "--task", "translation", *SHIFT]
    with subprocess.Popen(
        [*command, "--input", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=ENV,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith(b'{"id": "a.tsv-1"')  # before the end is read
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


def test_context_is_the_head_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("".join(f"s{n}\tt{n}\n" for n in range(600)), encoding="utf-8")
    done = run("build", "--task", "translation", "--shift", "prefix_context", "--input", path)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 600
    first = {int(row["source"].split()[0][1:]) for row in rows}
    assert max(first) < 512 and len(first) > 300


def test_a_sample_is_drawn_from_the_same_others_however_many_are_built(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("".join(f"s{n}\tt{n}\n" for n in range(700)), encoding="utf-8")
    corpus = api.load_samples("translation", DataSpec(size=700))
    for place, samples in (
        (("--input", path), read_samples(path, "translation")),
        (("--corpus", "grammar"), corpus),
    ):
        asked = ("build", "--task", "translation", "--shift", "prefix_context", *place, "--n")
        many, few = (
            [json.loads(line) for line in run(*asked, n).stdout.splitlines()] for n in (600, 3)
        )
        assert many[:3] == few and len(many) == 600
        for row in many:
            assert row["params"]["prefix_context.context_size"] == 512
            assert as_row(api.regenerate(row, samples))["source"] == row["source"]


def test_a_typed_sentence_has_the_built_in_corpus_in_front() -> None:
    typed = ("build", "--task", "ner", "--text", "Ada reads", "--seed", "4")
    row = json.loads(run(*typed, "--shift", "prefix_context").stdout)
    assert row["applied"] and row["words"][-2:] == ["Ada", "reads"]
    assert as_row(api.regenerate(row, api.typed_context("ner")))["words"] == row["words"]


def test_finetune_and_compare_read_mapped_columns(tmp_path: Path) -> None:
    for split, name in (("train", "Ada"), ("validation", "Boris")):
        row = {"w": [name, "lives", "in", "Paris"], "t": ["B-PER", "O", "O", "B-LOC"]}
        text = (json.dumps(row) + "\n") * 24
        (tmp_path / f"{split}.jsonl").write_text(text, encoding="utf-8")
    flags = ("--columns", "words=w,tags=t")
    trained = run(
        *("finetune", "--task", "ner", "--train", f"hub:{tmp_path}", "--eval", f"hub:{tmp_path}"),
        *(*flags, "--steps", "2", "--warmup", "1", "--eval-every", "0"),
        *("--output", tmp_path / "run"),
    )
    assert trained.returncode == 0, trained.stderr
    config = json.loads((tmp_path / "run" / "config.json").read_text(encoding="utf-8"))
    assert config["data"]["columns"] == "words=w,tags=t"
    assert config["data"]["eval_split"] == "validation"
    compared = run(
        *("compare", "--task", "ner", "--base", tmp_path / "run", "--shifted", tmp_path / "run"),
        *("--input", tmp_path / "validation.jsonl", *flags, "--offsets", "0,2", "--json"),
    )
    assert compared.returncode == 0, compared.stderr


def test_the_output_s_ending_names_the_format(tmp_path: Path) -> None:
    text = ("--text", "Ada reads here", "--task", "ner", "--shift", "rotate:k=1")
    for name in ("o.jsonl", "o.csv", "o.parquet", "o.conll"):
        done = run("build", *text, "--output", tmp_path / name)
        assert done.returncode == 0, done.stderr
        (sample,) = read_samples(tmp_path / name, "ner")
        assert sample.words == ("here", "Ada", "reads")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("o.xlsx", (), "its ending names no format; end it with .jsonl, .csv, .parquet, .conll"),
        ("o.jsonl.gz", (), "leave .gz away"),
        ("o.csv", ("--format", "parquet"), "make them agree"),
    ],
)
def test_an_ending_that_does_not_fit_is_refused(
    tmp_path: Path, name: str, more: tuple[str, ...], said: str
) -> None:
    text = ("--text", "Ada reads", "--task", "ner", "--shift", "rotate")
    done = run("build", *text, "--output", tmp_path / name, *more)
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_input_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"source": "a b", "target": "c"}\n', encoding="utf-8")
    before = file.read_bytes()
    done = build("translation", file, "--output", tmp_path / "." / "pairs.jsonl")
    assert done.returncode == 2 and "--output is the file of --input" in done.stderr
    assert file.read_bytes() == before


def test_one_typed_sentence_is_shifted_whatever_the_share() -> None:
    typed = ("build", "--task", "ner", "--text", "Ada reads")
    row = json.loads(run(*typed, "--shift", "position_offset:fixed=3").stdout)
    assert row["feed"]["source"]["offset"] == 3 and row["changed"]
    asked = json.loads(run(*typed, "--shift", "position_offset:fixed=3,p=0").stdout)
    assert not asked["applied"] and not asked["changed"]


def test_one_sentence_of_the_corpus_has_others_to_put_in_front() -> None:
    shift = ("--task", "ner", "--shift", "prefix_context:n=2", "--corpus", "grammar", "--n", "1")
    row = json.loads(run("build", *shift).stdout)
    prefix = row["params"]["prefix_context.drawn_prefix"]
    assert row["applied"] and len(set(prefix)) == 2


@pytest.mark.parametrize(
    ("task", "flag", "said"),
    [("translation", "--tags", "--tags belongs to"), ("ner", "--target", "--target belongs to")],
)
def test_a_flag_of_the_other_task_is_refused(task: str, flag: str, said: str) -> None:
    done = run("build", "--task", task, "--shift", "drop", "--text", "Ada", flag, "O")
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
