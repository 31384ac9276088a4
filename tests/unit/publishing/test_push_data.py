"""A built set goes to the hub: what is asked of a server of our own, and what its refusals say."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from chinese import english_in
from hubserver import NAME, TOKEN, Hub

from shiftdemo import api
from shiftdemo.core.errors import ConfigError, DataError
from shiftdemo.core.samples import TaggedSample
from shiftdemo.core.types import ShiftedSample
from shiftdemo.data.writing.export import as_row
from shiftdemo.publishing.data_set import DATA_PATH, make_card


def _rows(n: int = 5) -> list[ShiftedSample]:
    samples = [TaggedSample(f"t{i}", ("Ada", "reads"), ("B-PER", "O")) for i in range(n)]
    return list(api.build_shifted("ner", samples, ["append_copy"], seed=3))


def _push(hub: Hub, private: bool = False, token: str | None = TOKEN) -> tuple[str, int]:
    made = {"command": "shiftdemo build --seed 3", "seed": 3, "odd": "a\n---\nb"}
    return api.push_shifted(_rows(), NAME, "ner", private, made, token=token, endpoint=hub.url)


@pytest.mark.parametrize("mode", ["regular", "lfs"])
def test_card_and_data_go_up_in_one_commit(hub: Hub, mode: str) -> None:
    hub.mode = mode
    assert _push(hub, private=True) == (f"{hub.url}/datasets/{NAME}", 5)
    assert {token for _, path, token, _ in hub.asked if path != "/put"} == {f"Bearer {TOKEN}"}
    created = json.loads(hub.bodies("/api/repos/create")[0])
    assert (created["name"], created["type"], created["organization"]) == (
        "shifted",
        "dataset",
        "ada",
    )
    assert created.get("private") is True or created.get("visibility") == "private"
    assert any(path == f"/api/datasets/{NAME}/preupload/main" for _, path, _, _ in hub.asked)
    (commit,) = hub.bodies(f"/api/datasets/{NAME}/commit/main")
    lines = [json.loads(line) for line in commit.decode().splitlines()]
    assert lines[0]["key"] == "header"
    files = {line["value"]["path"]: line for line in lines[1:]}
    assert set(files) == {"README.md", DATA_PATH}
    if mode == "regular":
        data = base64.b64decode(files[DATA_PATH]["value"]["content"])
    else:
        (data,) = hub.bodies("/put")
        assert files[DATA_PATH]["key"] == "lfsFile"
        assert files[DATA_PATH]["value"]["oid"] == hashlib.sha256(data).hexdigest()
    found = pq.read_table(io.BytesIO(data)).to_pylist()
    wanted = [as_row(row) for row in _rows()]
    assert [row["words"] for row in found] == [row["words"] for row in wanted]
    assert [json.loads(row["params"]) for row in found] == [row["params"] for row in wanted]
    card = base64.b64decode(files["README.md"]["value"]["content"]).decode()
    assert "5 shifted samples" in card and "shiftdemo build --seed 3" in card
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["configs"][0]["data_files"] == [{"split": "train", "path": DATA_PATH}]
    assert head["task_categories"] == ["token-classification"]
    for column in wanted[0]:
        assert f"| `{column}` |" in card


def test_a_card_has_one_front_matter_whatever_is_in_it() -> None:
    text = make_card(NAME, "translation", 10**6, {"id": "string"}, {"a": "---\n\n# x", "b": "y"})
    assert text.count("\n---\n") == 1
    assert "1M<n<10M" in text and "    b: y" in text


@pytest.mark.parametrize(
    ("part", "status", "match"),
    [
        ("/repos/create", 401, "was not pushed: the hub does not know the token; run hf auth"),
        ("/repos/create", 403, "was not pushed: the token may not write to ada"),
        ("/repos/create", 409, "was not pushed: it exists already"),
        ("/repos/create", 418, "was not pushed: the hub answered 418"),
        ("/preupload/", 403, "may not write to ada.*; an empty data set of this name is on the"),
        ("/commit/", 409, "changed meanwhile.*; an empty data set of this name is on the hub"),
    ],
)
def test_a_refusal_is_one_sentence(hub: Hub, part: str, status: int, match: str) -> None:
    hub.refuse = {part: status}
    with pytest.raises(DataError, match=match) as error:
        _push(hub)
    assert "\n" not in str(error.value) and str(error.value).endswith(".")
    assert english_in(error.value.message.text("zh"), NAME.replace("/", " "), "hf auth login") == []
    if part == "/repos/create":
        assert "an empty data set" not in str(error.value)
        assert len(hub.asked) == 1


def test_a_server_that_is_not_there_is_one_sentence(hub: Hub) -> None:
    hub.url = "http://127.0.0.1:9"
    with pytest.raises(
        DataError, match="was not pushed: the hub cannot be reached; check"
    ) as error:
        _push(hub)
    assert "无法连接 Hub；请检查网络" in error.value.message.text("zh")


def test_without_a_token_nothing_is_asked(hub: Hub) -> None:
    with pytest.raises(ConfigError, match="no token for the hub; set HF_TOKEN"):
        _push(hub, token=None)
    assert hub.asked == []


@pytest.mark.parametrize("name", ["shifted", "a/b/c", "../x", "a/ b", "a--b/c", "", "a/.."])
def test_a_name_that_is_none_is_refused(hub: Hub, name: str) -> None:
    with pytest.raises(ConfigError, match="write OWNER/NAME") as error:
        api.push_shifted(_rows(1), name, "ner", token=TOKEN, endpoint=hub.url)
    assert hub.asked == [] and "不是数据集的名称" in error.value.message.text("zh")


def test_a_fault_in_the_rows_pushes_nothing(hub: Hub, tmp_path: Path) -> None:
    def broken() -> Iterator[ShiftedSample]:
        yield from _rows(2)
        raise DataError("lines.text", name="It", kind="broken")

    with pytest.raises(DataError, match="broken"):
        api.push_shifted(broken(), NAME, "ner", token=TOKEN, endpoint=hub.url)
    assert hub.asked == []
