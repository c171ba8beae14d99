"""Every page in AppTest, without a browser: it opens, is found, and needs no writable disk."""

from __future__ import annotations

import pytest

from core import data
from core.course import LESSONS
from tests.helpers.pages import fine, open_page, words

PAGES = ("home", "models", *(lesson.slug for lesson in LESSONS))
FIRST = {lesson.slug: lesson.first for lesson in LESSONS}

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not any(map(data.available, data.names())), reason="no pictures on this machine"),
]


@pytest.mark.parametrize("slug", PAGES)
def test_every_page_opens(slug):
    at = fine(open_page(slug))
    assert len(at.title) == 1
    assert not at.error
    if slug in FIRST:
        assert FIRST[slug] in words(at), "what to do first"


def test_the_start_links_to_every_lesson():
    links = {element.proto.page for element in fine(open_page("home")).get("page_link")}
    assert {lesson.slug for lesson in LESSONS} <= links


def test_pages_open_where_the_cache_cannot_be_written(tmp_path, monkeypatch):
    """A file in the way of the folder stops even an administrator, whom permissions do not stop."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "file" / "cache"))
    for slug in PAGES:
        fine(open_page(slug))
    fine(open_page("masked_images", mi_steps="100", mi_seed="4242"))


@pytest.mark.parametrize(
    ("query", "said", "gone"),
    [
        (
            {"mi_from": "own", "mi_own": "bm8gcGljdHVyZQ"},
            "Picture: the link asks for a value that is not available here. Choose",
            "mi_own",
        ),
        (
            {"mi_from": "own", "mi_own": "A" * 6_001},
            "Your own picture: the link's value is longer",
            "mi_own",
        ),
        ({"mi_mask": "7x" + "0" * 7_000}, "the link's value is longer", "mi_mask"),
    ],
)
def test_what_a_link_holds_and_nobody_can_read_is_said_and_left_out(query, said, gone):
    at = fine(open_page("masked_images", **query))
    told = words(at) + words(fine(at.run()))  # a part that runs by itself keeps its note for the next run
    assert said in told
    assert at.query_params.get(gone) != [query[gone]] and at.query_params.get(gone) != query[gone]
