"""What the Build tab shows of one sentence is what its sets hold of it, without a browser."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from shiftdemo import api
from shiftdemo.api.requests import BuildRequest
from shiftdemo.core.config import DataSpec
from shiftdemo.core.limits import Limits
from shiftdemo.core.samples import Sample
from shiftdemo.data.writing.export import as_row
from shiftdemo.ui.build.set_work import build_files, read_all, to_read
from shiftdemo.ui.build.sources import BuildData, sized
from shiftdemo.ui.common.i18n import Visit

PREFIX = ["prefix_context:n=2", "position_offset:max_offset=9,p=1"]


def _built(
    samples: list[Sample], folder: Path, n: int | None = None, specs: list[str] = PREFIX
) -> list[dict[str, Any]]:
    told = folder, lambda fraction, text: None, lambda: False, Visit()
    built = build_files("translation", samples, specs, 5, *told, n=n)
    lines = built.files["jsonl"].read_text(encoding="utf-8").splitlines()
    assert built.summary.n == len(lines)
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("n", [300, 700])
def test_every_row_of_a_set_is_made_again(tmp_path: Path, n: int) -> None:
    samples = api.load_samples("translation", DataSpec(size=n))
    rows = _built(samples, tmp_path)
    assert len(rows) == n
    for row in rows:
        assert json.loads(json.dumps(as_row(api.regenerate(row, samples)))) == row


def _request(data: BuildData, origin: str, index: int, **places: Any) -> BuildRequest:
    """Returns the request that the form describes, of a file or of a hub data set in a place."""
    values = {name: one.value for name, one in data.items()}
    values |= {"origin": origin, "text": "She reads.", "target": "Elle lit.", "seed": 3}
    values |= {"file.file": places.get("file"), "hub.name": places.get("hub", "")}
    spec, shown = data.spec("translation", values), {"text": "She reads.", "target": "Elle lit."}
    return BuildRequest("translation", origin, data=spec, index=index, **shown)


@pytest.mark.parametrize("origin", ["corpus", "file", "hub"])
@pytest.mark.parametrize("n", [20, 700])
def test_the_sentence_that_is_shown_is_the_row_of_the_set(
    tmp_path: Path, origin: str, n: int
) -> None:
    with gr.Blocks():
        data = BuildData(Limits())
    places: dict[str, Any] = {}
    if origin != "corpus":
        samples = api.load_samples("translation", DataSpec(size=900, seed=9))
        pairs = [{"source": s["source"], "target": s["target"]} for s in map(asdict, samples)]
        path = tmp_path / "data" / "train.jsonl"
        path.parent.mkdir()
        path.write_text("".join(json.dumps(pair) + "\n" for pair in pairs), encoding="utf-8")
        places = {"file": str(path)} if origin == "file" else {"hub": str(path.parent)}
    size = to_read("translation", PREFIX, n)
    spec = sized(_request(data, origin, 0, **places).data, size)
    found = api.each_sample("translation", spec, "train", size, data.limits)
    read = read_all(found, size, lambda fraction, text: None, lambda: False, Visit())
    rows = _built(read, tmp_path, n)
    assert len(rows) == n
    for index in {0, 1, 19, min(31, n - 1), n - 2, n - 1}:
        sample, context = data.sample(_request(data, origin, index, **places), joins=True)
        (one,) = api.build_shifted("translation", [sample], PREFIX, 5, context, always=True)
        row = as_row(one)
        assert row["params"]["prefix_context.context_size"] == 512
        assert json.loads(json.dumps(row)) == rows[index]


def test_a_typed_sentence_draws_from_what_the_command_line_draws_from() -> None:
    with gr.Blocks():
        data = BuildData(Limits())
    for origin in ("typed", "worked"):
        _, context = data.sample(_request(data, origin, 0), joins=True)
        assert list(context) == api.load_samples("translation", DataSpec(size=512))


def test_nothing_is_read_that_no_operator_draws_from(tmp_path: Path) -> None:
    assert to_read("translation", ["append_copy"], 20) == 20
    assert to_read("translation", ["drop", "prefix_context"], 20) == 512
    with gr.Blocks():
        data = BuildData(Limits())
    path = tmp_path / "a.tsv"
    path.write_text("a\tb\n" * 100 + "no target\n", encoding="utf-8")
    sample, context = data.sample(_request(data, "file", 40, file=str(path)), False)
    assert sample.id == "a.tsv-41" and context == ()
