"""The check of how a lesson looks finds what is wrong, also far below the screen."""

from __future__ import annotations

import pytest

from tests.helpers import axe, looks
from tests.helpers.browser import Screen

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="en"><title>x</title>
  <style>body { margin: 0 } main { height: 100vh; overflow: auto; background: #fff }</style>
  <main data-testid="stMain"><h1>Lesson</h1><p>words</p><p style="height: 3000px">more words</p><section>FAULT</section></main>
  </html>"""
FAULTS = {
    "text that is hard to read": "<p style='color: #eee'>faint</p>",
    "controls without a name": "<button></button>",
    "pictures without words": "<canvas></canvas>",
    "wider than the screen": "<p style='width: 1500px'>wide</p>",
    "the page scrolls sideways": "<p style='width: 1500px'>wide</p>",
    "list: ": "<ul><p>no item</p></ul>",
}


def check(page) -> int:
    screen = Screen(page, "", lambda *_: None)
    looks.fits(screen, "a page")
    return looks.whole(screen, "a page")


@pytest.fixture
def page(tab, monkeypatch):
    monkeypatch.setattr(looks, "SETTLED", 0.2)  # nothing comes late here
    return tab(fresh=True)


def test_a_page_without_fault_passes_and_its_texts_are_counted(page):
    page.set_content(PAGE.replace("FAULT", "<p>the last words</p>"))
    assert check(page) == 4


@pytest.mark.parametrize("said", FAULTS)
def test_a_fault_below_the_screen_is_found(page, said):
    page.set_content(PAGE.replace("FAULT", FAULTS[said]))
    with pytest.raises(AssertionError, match=said):
        check(page)


def test_axe_can_be_asked_about_a_part(page):
    page.set_content(PAGE.replace("FAULT", FAULTS["list: "]))
    assert axe.violations(page, part="h1") == []
    [found] = axe.violations(page, part="section", again=True)
    assert found.startswith("list: ul | <ul>")


def test_what_moves_is_waited_for(page):
    page.set_content(PAGE.replace("FAULT", "<p>the last words</p>"))
    page.evaluate("""() => {
      const words = document.querySelector("section p")
      for (let i = 1; i <= 5; i++) setTimeout(() => { words.textContent = `word ${i}` }, 100 * i)
      setTimeout(() => { words.style.color = "#eee" }, 600)
    }""")
    with pytest.raises(AssertionError, match="word 5"):
        check(page)
