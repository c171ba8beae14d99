"""Acts are drawn when they come into view; what a link asks of them waits for that, too."""

from __future__ import annotations

import pytest

from core import data
from core.course import by_slug
from core.ui import acts, lesson
from core.ui.lesson import slice_of
from tests.helpers.pages import fine, open_page
from tests.helpers.recorded_links import Link, load
from tests.helpers.screens import address

pytestmark = [
    pytest.mark.usefixtures("module_cache"),
    pytest.mark.skipif(not data.available("fashion"), reason="Fashion-MNIST is not on this machine"),
]
SPACE = "look-at-the-space"


@pytest.fixture(autouse=True)
def somebody_scrolls(monkeypatch):
    monkeypatch.setattr(acts, "browser", lambda: True)
    monkeypatch.setattr(lesson, "first_paint", lambda prefix: False)


def waiting(at, prefix: str = "c") -> set[str]:
    start = f"{prefix}_watch_"
    return {e.key.removeprefix(start) for e in at.get("bidi_component") if e.key.startswith(start)}


def maps(at) -> list[str]:
    return [e.key for e in at.get("bidi_component") if e.key.startswith("c_map")]


def see(at, anchor: str, prefix: str = "c"):
    at.session_state[f"_seen/{prefix}/{anchor}"] = True
    return fine(at.run())


def test_an_act_that_nobody_has_seen_is_a_title_and_a_place():
    at = fine(open_page("contrastive"))
    titles = [header.value for header in at.header]
    assert "Look at the space" in titles and "This model" in titles
    before = waiting(at)
    assert {SPACE, "how-honest-is-the-map", "this-model"} <= before
    assert not maps(at), "no act was drawn"
    assert maps(see(at, SPACE)) and waiting(at) == before - {SPACE}


def test_another_page_makes_all_acts_wait_again():
    at = see(fine(open_page("contrastive")), SPACE)
    assert SPACE not in waiting(fine(at.run()))
    fine(at.switch_page("../../pages/models.py").run())
    assert SPACE in waiting(fine(at.switch_page("../../pages/contrastive.py").run()))


def richest() -> list[Link]:
    """Of each lesson the recorded link that asks for most."""
    links: dict[str, Link] = {}
    for link in load():
        links[link.slug] = max(links.get(link.slug, link), link, key=lambda one: len(one.address))
    return list(links.values())


@pytest.mark.parametrize("link", richest(), ids=lambda link: link.slug)
def test_an_address_holds_what_it_asks_of_acts_that_nobody_has_seen(link):
    """Also over another page; and once all is seen, it is what it was when all was drawn at once."""
    at = fine(open_page(link.slug, **link.query))
    fine(at.switch_page("../../pages/models.py").run())
    at.query_params.clear()  # as Streamlit's front end does
    fine(at.switch_page(f"../../pages/{link.slug}.py").run())
    prefix = by_slug(link.slug).prefix
    while places := waiting(at, prefix):
        for anchor in places:
            at.session_state[f"_seen/{prefix}/{anchor}"] = True
        fine(at.run())
    free = {link.key for link in slice_of(link.slug).links.all().values() if link.by == "gesture"}
    told = {key: value for key, value in link.address.items() if key not in free}
    assert {key: value for key, value in address(at).items() if key not in free} == told
