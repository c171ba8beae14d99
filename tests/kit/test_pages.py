"""Every page in AppTest, without a browser: it opens, is found, and needs no writable disk."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from core import data, lab
from core.course import LESSONS
from core.experiment import get
from core.ui import training
from tests.helpers.browser import is_trained
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


ASKS = "the link asks for a value that is not available here. Showing"


@pytest.mark.parametrize(
    ("slug", "query", "said", "gone"),
    [
        ("masked_images", {"mi_from": "own", "mi_own": "bm8gcGljdHVyZQ"}, "Picture: the link asks for a value that is not available here. Choose", "mi_own"),
        ("masked_images", {"mi_from": "own", "mi_own": "A" * 6_001}, "Your own picture: the link's value is longer", "mi_own"),
        ("masked_images", {"mi_mask": "7x" + "0" * 7_000}, "the link's value is longer", "mi_mask"),
        ("masked_images", {"mi_pin": "1O"}, f"attention is kept on show: {ASKS} none.", "mi_pin"),
        ("contrastive", {"c_point": "12a"}, f"The chosen point: {ASKS} none.", "c_point"),
        ("bottleneck", {"b_z": "0:1;1"}, f"The code in hand: {ASKS} the code of the picture.", "b_z"),
        ("attention", {"a_t": "a" * 4_001}, f"{ASKS} its first 4,000 characters.", "a_t"),
    ],
)  # fmt: skip
def test_what_a_link_holds_and_nobody_can_read_is_said_and_left_out(slug, query, said, gone):
    at = fine(open_page(slug, **query))
    told = words(at) + words(fine(at.run()))  # a part that runs by itself keeps its note for the next run
    assert said in told
    assert at.query_params.get(gone) != [query[gone]] and at.query_params.get(gone) != query[gone]


@pytest.mark.parametrize(
    "one", [one for one in LESSONS if one.experiments and one.slug != "features"], ids=lambda one: one.slug
)
def test_a_stage_has_its_model_while_that_is_measured(one, monkeypatch):
    """And while it learns: without a single metric and younger self the stage is whole, and what is measured is left out below."""
    if not all(map(is_trained, one.experiments)):
        pytest.skip("its default model is not in assets/trained")
    view = lab.view

    def measuring(experiment, config, seed, session_id=""):
        found = view(experiment, config, seed)
        there = isinstance(found, lab.Ready) and session_id
        return lab.Ready(replace(found.record, metrics={}, checkpoints=()), "learning") if there else found

    monkeypatch.setattr(lab, "view", measuring)
    query = {"wv_from": "kjv"} if one.slug == "word_vectors" else {}
    at = fine(open_page(one.slug, **query))
    said = words(at)
    assert "and still learning: what is measured follows" in said and "could not be drawn" not in said and not at.error
    assert "not been trained yet" not in said
    assert "ll-gallery" in said or [e for e in at.get("bidi_component") if one.prefix in e.key and "toc" not in e.key]
    headers = {header.value for header in at.header}
    assert any(title.startswith("Th") for title in headers), "its training is there"
    assert not any(title.startswith("Measured") for title in headers)
    assert "Try this" in headers or one.slug == "bottleneck", "but for cards that lead to what is not there"


def test_a_model_that_was_just_learned_brings_the_page_along(monkeypatch):
    """The panel looks again each second; when the model is there the page runs once, and then no more for that."""

    class Again(Exception):
        pass

    def again():
        raise Again

    monkeypatch.setattr(training.st, "rerun", again)
    monkeypatch.setattr(training, "_headline", lambda *about: None)
    monkeypatch.setattr(training, "_stop_buttons", lambda *about: None)
    monkeypatch.setattr(training, "_progress", lambda *about: None)
    mae = get("mae")
    setting = training.Setting("mi", mae, mae.default(), 4242, "")
    now = SimpleNamespace(learned=("folder",))
    with pytest.raises(Again):
        training._live(setting, training.Shown(), (), now)
    training._live(setting, training.Shown(), ("folder",), now)
    monkeypatch.setattr(lab, "view", lambda *about: lab.Ready(None, "baked"))
    training._live(setting, training.Shown(), (), now)  # the model that is there stays on the stage
