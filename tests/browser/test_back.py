"""The browser's Back: it leaves a lesson at once, whatever was changed on it, and the address says what the screen shows."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

APP = Path(__file__).parent / "apps" / "back_app.py"
PATIENCE = 60_000


class Lab:
    def __init__(self, page, address, wait_idle):
        self.page, self.idle = page, lambda: wait_idle(page)
        self.go(address)
        self.shows("home")

    def go(self, address: str) -> None:
        self.page.goto(address)
        self.idle()

    def shows(self, screen: str) -> None:
        """Wait until the page shows that, and see that the address says so, too."""
        self.page.get_by_text(f"screen: {screen}", exact=True).wait_for(timeout=PATIENCE)
        self.idle()
        name, *values = screen.split()
        at = urlsplit(self.page.url)
        assert at.path.strip("/") == ("" if name == "home" else name)
        query = {key: value for key, (value,) in parse_qs(at.query).items()}
        assert query == {f"{name}_{key}": v for key, v in zip(("draw", "point"), values, strict=False) if v != "0"}

    def open(self, title: str) -> None:
        self.page.get_by_role("link", name=title, exact=True).click()
        self.idle()

    def draw(self, number: int) -> None:
        field = self.page.get_by_label("Draw")
        field.fill(str(number))
        field.press("Enter")
        self.idle()

    def point(self) -> None:
        self.page.get_by_role("button", name="Another point").click()
        self.idle()


@pytest.fixture
def lab(server, tab, wait_idle):
    return Lab(tab(fresh=True), server(APP), wait_idle)


def test_back_leaves_the_lesson_at_once(lab):
    lab.open("One")
    lab.shows("one 0 0")
    entries = lab.page.evaluate("history.length")
    for number in (3, 4, 5, 6):
        lab.draw(number)
        lab.shows(f"one {number} 0")
    lab.point()
    lab.shows("one 6 1")
    assert lab.page.evaluate("history.length") == entries
    lab.page.go_back()
    lab.shows("home")


def test_back_to_a_lesson_shows_what_the_address_says(lab):
    lab.open("One")
    lab.draw(3)
    lab.shows("one 3 0")
    lab.open("Two")
    lab.shows("two 0 0")
    lab.draw(8)
    lab.shows("two 8 0")
    lab.page.go_back()
    lab.page.get_by_text("screen: one", exact=False).wait_for(timeout=PATIENCE)
    lab.shows("one 3 0")
    lab.page.go_forward()
    lab.shows("two 8 0")
    lab.page.go_back()
    lab.shows("one 3 0")
    lab.page.go_back()
    lab.shows("home")
