"""Old links open the same screen: what each of them showed when it was recorded is compared with what it shows now.

After a change that was meant: `python -m tests.contract.record_links`.
"""

from __future__ import annotations

import pytest

from core import data
from tests.helpers import recorded_links, screens
from tests.helpers.recorded_links import RECORDER, Link

LINKS = recorded_links.load()
SHOWN = 12  # differences that a failure lists
HERE = (
    all(map(data.available, (*data.names(), "kjv", "wordnet"))) and data.glove.available() and data.minilm.available()
)

pytestmark = [
    pytest.mark.usefixtures("module_cache"),
    pytest.mark.skipif(not HERE, reason="a data set or a published model is not on this machine"),
]


@pytest.mark.parametrize("link", LINKS, ids=lambda link: f"{link.slug}: {link.name}")
def test_a_link_opens_the_screen_that_was_recorded(link: Link, pytestconfig) -> None:
    at = screens.open_link(link.slug, link.query)
    facts, address = screens.lean(screens.facts(at)), screens.address(at)
    assert not at.exception, [error.message for error in at.exception]
    if RECORDER in pytestconfig.stash:
        pytestconfig.stash[RECORDER].keep(link, address, facts)
        return
    assert address == dict(link.address)
    gone, came = screens.differences(link.facts, facts)
    if gone or came:
        lines = [
            *(f"- {kind}: {text}" for kind, text in gone[:SHOWN]),
            *(f"+ {kind}: {text}" for kind, text in came[:SHOWN]),
        ]
        head = f"{len(gone)} facts of the screen are gone (-), {len(came)} are new (+):"
        pytest.fail("\n".join([head, *lines]), pytrace=False)


def test_the_list_of_links_is_long_enough() -> None:
    """Lessons that have recorded links have several, their defaults first."""
    slugs = [link.slug for link in LINKS]
    assert len(LINKS) >= 36 and len(set(slugs)) >= 7
    assert all(slugs.count(slug) >= 5 for slug in slugs)
    assert all(not link.query for link in LINKS if link.slug not in slugs[: LINKS.index(link)])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("69% of its weight", "70% of its weight", True),
        ("69% of its weight", "71% of its weight", False),
        ("error 0.0461, 8 numbers", "error 0.0462, 8 numbers", True),
        ("error 0.0461, 8 numbers", "error 0.0461, 9 numbers", False),
        ("164.7 bits", "164.8 bits", True),
        ("agree in 6 digits, 4 at best", "agree in 7 digits, 4 at best", True),
        ("agree in 6 digits, 4 at best", "agree in 8 digits, 4 at best", False),
        ("**2.5 ×** the best", "**2.4 ×** the best", True),
        ("**2.5 ×** the best", "**2.3 ×** the best", False),
        ("without head 1.2", "without head 1.3", False),
        ("12,345 tokens", "12,346 tokens", False),
        ("the walk", "the talk", False),
    ],
)
def test_measured_numbers_may_be_rounded_otherwise_and_nothing_else(one: str, other: str, same: bool) -> None:
    constant = ("header", "This model")
    gone, came = screens.differences([constant, ("text", one)], [("text", other), constant])
    assert (gone, came) == (([], []) if same else ([("text", one)], [("text", other)]))


def test_how_often_something_stands_on_the_screen_counts_and_where_does_not() -> None:
    a, b = ("text", "a"), ("text", "b")
    assert screens.differences([a, b, a], [a, a, b]) == ([], [])
    assert screens.differences([a, b, a], [b, a, b]) == ([a], [b])
    assert screens.differences([a], [("caption", "a")]) == ([a], [("caption", "a")])
