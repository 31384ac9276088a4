"""What axe-core finds on every tab: nothing serious or critical, light, dark or for a projector."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from visitor import SETTLES_MS

TABS = ("Start", "Build", "Train", "Compare", "Attention")
DRAWN = {
    "Train": "#held-plot path[stroke]",
    "Compare": "#curve .main-svg",
    "Attention": "#attention-lab .sd-attention-figure svg",
}
LOOKS = {"light": "", "dark": "?__theme=dark", "big": "?big=1", "Chinese": "?lang=zh"}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious(open_page: Callable[..., Page], look: str) -> None:
    page = open_page(LOOKS[look], tab="Start")
    found = []
    for number, tab in enumerate(TABS):
        page.get_by_role("tab").nth(number).click()
        if tab in DRAWN:
            page.locator(DRAWN[tab]).first.wait_for(state="attached")
        page.wait_for_timeout(SETTLES_MS)
        for rule in Axe().run(page).response["violations"]:
            if rule["impact"] in ("serious", "critical"):
                places = [node["target"][0] for node in rule["nodes"]]
                found.append(f"{tab}: {rule['id']} at {places}")
    assert not found


def test_a_projector_shows_it_larger_and_leads_back(open_page: Callable[..., Page]) -> None:
    page = open_page("?lang=en", tab="Train")
    usual = page.locator("#train-start").bounding_box()
    page.get_by_role("link", name="Projector").click()
    page.wait_for_url("**/?lang=en&big=1")
    page.locator("#train-start").wait_for()
    large = page.locator("#train-start").bounding_box()
    assert usual is not None and large is not None and large["height"] > 1.2 * usual["height"]
    assert page.get_by_text("More settings").locator("visible=true").count() == 0
    page.get_by_role("link", name="Usual size").click()
    page.wait_for_url("**/?lang=en")
