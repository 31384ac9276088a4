"""Commands run on the core of their worker."""

from __future__ import annotations

import pytest
from cores import stay_on_one_core


@pytest.fixture(scope="session", autouse=True)
def _one_core() -> None:
    stay_on_one_core()
