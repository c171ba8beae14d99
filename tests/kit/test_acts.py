"""Acts are drawn when they come into view; what a link asks of them waits for that, too."""

from __future__ import annotations

import pytest

from core import data
from core.course import by_slug
from core.ui import acts, lesson
from core.ui.components.contents import Act, read
from core.ui.lesson import slice_of
from tests.helpers.pages import component, fine, open_page
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


def test_who_asks_for_all_gets_all_until_another_page():
    at = see(fine(open_page("contrastive")), "*")
    assert waiting(at) == set() and maps(at)
    fine(at.switch_page("../../pages/models.py").run())
    assert SPACE in waiting(fine(at.switch_page("../../pages/contrastive.py").run()))


def test_another_page_makes_all_acts_wait_again():
    at = see(fine(open_page("contrastive")), SPACE)
    assert SPACE not in waiting(fine(at.run()))
    fine(at.switch_page("../../pages/models.py").run())
    assert SPACE in waiting(fine(at.switch_page("../../pages/contrastive.py").run()))


def contents(at) -> dict:
    return component(at, ".*c_toc")


def test_the_contents_list_every_act_and_know_the_one_that_the_address_names():
    at = fine(open_page("contrastive", act=SPACE))
    told = contents(at)
    titles = {header.value for header in at.header}
    assert titles <= {act["title"] for act in told["acts"]} and told["acts"][0]["anchor"] == ""
    assert [act["title"] for act in told["acts"] if act["prose"]] == ["Try this", "How it works"]
    assert (told["act"], told["presenting"]) == (SPACE, False)
    assert maps(at) and SPACE not in waiting(at), "it is drawn at once"
    assert "how-honest-is-the-map" in waiting(at), "and no other one for it"


def test_a_link_to_an_act_is_no_first_paint(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(acts, "browser", lambda: True)
    assert maps(fine(open_page("contrastive", act=SPACE)))


def test_an_act_that_does_not_exist_is_said_once():
    at = fine(open_page("contrastive", act="x" * 7_000))
    assert [note.value for note in at.info] == [
        "The link asks for an act that this lesson does not have; it opens at its stage."
    ]
    assert "act" not in at.query_params and contents(at)["act"] == ""
    assert not fine(at.run()).info


@pytest.mark.parametrize(
    "said",
    [None, "space", {}, {"act": "nowhere", "count": 1, "over": False}, {"act": SPACE, "count": True, "over": False},
     {"act": SPACE, "count": 0, "over": False}, {"act": SPACE, "count": 2**60, "over": False}, {"act": [], "count": 1, "over": False},
     {"act": SPACE, "count": 1, "over": 1}],
)  # fmt: skip
def test_what_no_contents_would_say_is_not_heard(said):
    listed = (Act(SPACE, "Look at the space", "c_act_space"),)
    assert read(said, listed) is None
    assert read({"act": SPACE, "count": 3, "over": True}, listed) == (SPACE, 3, True)


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
