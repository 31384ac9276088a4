"""An arm goes to the hub: what is asked of a server of our own."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from hubserver import NAME, TOKEN, Hub

from shiftdemo import api
from shiftdemo.core.errors import ConfigError, DataError


@pytest.mark.parametrize("mode", ["regular", "lfs"])
def test_an_arm_goes_up_in_one_commit_as_the_zip_holds_it(
    runs: dict[str, Path], tmp_path: Path, hub: Hub, mode: str
) -> None:
    hub.mode = mode
    address = api.push_run(runs["ner"], "", NAME, 1, True, TOKEN, hub.url)
    assert address == f"{hub.url}/{NAME}"
    assert {token for _, path, token, _ in hub.asked if path != "/put"} == {f"Bearer {TOKEN}"}
    created = json.loads(hub.bodies("/api/repos/create")[0])
    assert (created["name"], created["organization"]) == ("shifted", "ada")
    assert created.get("type", "model") == "model"
    assert created.get("private") is True or created.get("visibility") == "private"
    files = hub.committed("model")
    with zipfile.ZipFile(api.export_run(runs["ner"], "shift", tmp_path / "a.zip", 1)) as packed:
        wanted = {name: packed.read(name) for name in packed.namelist()}
    assert set(files) == set(wanted)
    if mode == "lfs":
        (files["model.safetensors"],) = hub.bodies("/put")
    card = files.pop("README.md").decode()
    assert f"place = {NAME!r}" in card
    for name, content in files.items():
        assert hashlib.sha256(content).digest() == hashlib.sha256(wanted[name]).digest(), name


def test_a_model_that_exists_is_not_written_over(runs: dict[str, Path], hub: Hub) -> None:
    hub.refuse = {"/repos/create": 409}
    with pytest.raises(DataError, match=f"{NAME} was not pushed: it exists already") as error:
        api.push_run(runs["ner"], "", NAME, token=TOKEN, endpoint=hub.url)
    assert "is on the hub now" not in str(error.value)
    assert len(hub.asked) == 1


def test_a_commit_that_fails_says_what_is_there(runs: dict[str, Path], hub: Hub) -> None:
    hub.refuse = {"/commit/": 403}
    with pytest.raises(DataError, match="an empty model of this name is on the hub now"):
        api.push_run(runs["ner"], "", NAME, token=TOKEN, endpoint=hub.url)


def test_without_a_name_a_token_or_an_arm_nothing_is_asked(runs: dict[str, Path], hub: Hub) -> None:
    with pytest.raises(ConfigError, match=r"'ada' is no name of a model; write OWNER/NAME"):
        api.push_run(runs["ner"], "", "ada", token=TOKEN, endpoint=hub.url)
    with pytest.raises(ConfigError, match="no token for the hub"):
        api.push_run(runs["ner"], "", NAME, endpoint=hub.url)
    with pytest.raises(ConfigError, match="has no arm 'other'"):
        api.push_run(runs["ner"], "other", NAME, token=TOKEN, endpoint=hub.url)
    assert hub.asked == []
