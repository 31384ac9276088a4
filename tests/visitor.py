"""What a visitor does on the page, at a visitor's pace.

Gradio gives every box of a tab or a section that has just opened its first value once more, some
30 ms later, and longer on a busy machine. What is done to the box in between is lost; no person is
so quick.
"""

from __future__ import annotations

from playwright.sync_api import Locator, Page

SETTLES_MS = 800


def open_section(page: Page, name: str) -> None:
    """Opens the first closed section called ``name``."""
    page.get_by_role("button", name=name).first.click()
    page.wait_for_timeout(SETTLES_MS)


def fill(box: Locator, text: str) -> None:
    """Types ``text`` into a box that may have come this moment."""
    box.wait_for()
    box.page.wait_for_timeout(SETTLES_MS)
    box.fill(text)


def choose(box: Locator, option: str) -> None:
    """Chooses an option of a list that may have come this moment."""
    box.wait_for()
    box.page.wait_for_timeout(SETTLES_MS)
    box.click()
    box.page.get_by_role("option", name=option, exact=True).click()


def start_run(page: Page, steps: int, seconds: int = 120) -> None:
    """Fills in a short run on the Train tab and starts it."""
    fill(page.get_by_label("Steps", exact=True), str(steps))
    fill(page.get_by_label("Time limit"), str(seconds))
    open_section(page, "Data")
    fill(page.get_by_label("Training sentences", exact=True), "600")
    page.locator("#train-start").click()
