"""A core for each worker; the hub's stand-in, for what pushes to it."""

from __future__ import annotations

from collections.abc import Iterator

import huggingface_hub
import pytest
from cores import stay_on_one_core
from hubserver import Hub, serving
from huggingface_hub import constants


@pytest.fixture(scope="session", autouse=True)
def _one_core() -> None:
    stay_on_one_core()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The server, and a client that may use the network and knows no token."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
    with serving() as found:
        yield found
