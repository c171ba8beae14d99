"""Cards on the home page: what a lesson says comes first, and else the film of its default model."""

from __future__ import annotations

import base64
import html
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core import data, lab
from core.course import LESSONS, by_slug
from core.events import Preview
from core.experiment import get
from core.ui import cards, lesson

pytestmark = pytest.mark.usefixtures("lab_cache")


@pytest.fixture
def record(monkeypatch):
    """A trained model's record, whose previews a test makes up."""
    if not data.available(get("mae").default().data):
        pytest.skip("no pictures on this machine")
    cards._film.cache_clear()
    yield lab.view("mae", get("mae").default(), 0).record
    cards._film.cache_clear()


def picture(value: int) -> np.ndarray:
    return np.full((2, 8, 8, 1), value, np.uint8)


def previews(monkeypatch, *made: dict[str, np.ndarray]) -> None:
    found = tuple(Preview(i, arrays) for i, arrays in enumerate(made))
    monkeypatch.setattr(lab, "previews", lambda record: found)


def test_a_film_has_a_frame_an_age_with_what_was_asked_the_answer_and_the_truth(record, monkeypatch):
    still = {"original": picture(250), "asked": picture(10)}
    previews(monkeypatch, {**still, "answer": picture(100)}, {"answer": picture(180)}, {"answer": picture(220)})
    shown = cards.film(record, "Half & half")
    assert "A network of the lesson Half &amp; half at several ages" in shown
    moving = Image.open(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", shown)[1])))
    assert moving.n_frames == 3 and moving.info["loop"] == 1, "it plays once"
    rows = []
    for frame in range(3):
        moving.seek(frame)
        pixels = np.asarray(moving.convert("RGB"))
        rows.append([int(pixels[y, 6, 0]) for y in range(6, len(pixels), len(pixels) // 3)])
    assert rows == [[10, 100, 250], [10, 180, 250], [10, 220, 250]]
    still = Image.open(io.BytesIO(base64.b64decode(re.findall(r"base64,([^\"]+)", shown)[1])))
    assert still.n_frames == 1 and np.array_equal(still.convert("RGB"), moving.convert("RGB")), (
        "for those who want no motion"
    )


def test_previews_that_are_no_pictures_make_no_film(record, monkeypatch):
    previews(monkeypatch, {"points": np.zeros((3, 2), np.float32)})
    assert cards.film(record, "Maps") is None
    cards._film.cache_clear()
    previews(monkeypatch)
    assert cards.film(record, "Nothing kept") is None


def test_words_on_a_card_are_text():
    shown = cards.said([("<b>", "a & b"), ("2", "3")])
    assert html.unescape(re.sub(r"<(?!b>)[^>]*>", "|", shown.replace("&lt;b&gt;", "[b]"))) == "||[b]||a & b||2||3||"


def test_what_a_lesson_says_stands_on_its_card_and_else_its_model(record, monkeypatch):
    at = by_slug("masked_images")
    drawn = []
    monkeypatch.setattr(cards.st, "html", drawn.append)
    monkeypatch.setattr(cards.st, "page_link", lambda *a, **k: None)
    own = lesson.slice_of("masked_images")
    monkeypatch.setattr(cards, "slice_of", lambda slug: replace(own, card=lambda: "<i>own words</i>"))
    cards.card(at, "2 · Masking")
    monkeypatch.setattr(cards, "slice_of", lambda slug: own)
    cards.card(at, "2 · Masking")
    assert [text.partition("</div>")[0] for text in drawn[::2]] == [
        '<div class="ll-face"><i>own words</i>',
        f'<div class="ll-face">{cards._of_models(at)}',
    ]
    assert "2 · Masking" in drawn[0] and at.question in drawn[1] and f"{at.minutes} min" in drawn[1]


def test_every_card_of_a_film_has_about_the_same_shape():
    for rows, columns in ((9, 6), (4, 8), (3, 6), (4, 4), (20, 1)):
        strip = cards._few([np.zeros((columns, 4, 4, 1), np.uint8)] * rows)
        assert len(strip) <= cards.MOST_ROWS and len(strip[0]) <= 1.7 * len(strip)
    whole = [np.full((6, 1, 1, 1), i, np.uint8) for i in range(9)]
    assert [int(row[0, 0, 0, 0]) for row in cards._few(whole)] == [0, 3, 5, 8], "from what was asked to the truth"


def test_a_lesson_whose_model_is_damaged_or_not_there_has_a_card_without_a_picture(record, monkeypatch):
    def damaged(record):
        raise lab.Damaged("a file is cut")

    monkeypatch.setattr(lab, "previews", damaged)
    assert cards._of_models(by_slug("masked_images")) is None
    monkeypatch.setattr(data, "available", lambda name: False)
    assert cards._of_models(by_slug("masked_images")) is None


@pytest.mark.parametrize("fault", [lab.Damaged("x"), data.Missing("x")], ids=["damaged", "missing"])
def test_what_cannot_be_read_has_no_card(fault, record):
    def draw(record) -> str:
        raise fault

    assert cards.of_default("mae", draw) is None
    assert cards.of_default("mae", lambda record: record.name) == "mae"


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.slug)
def test_each_card_stands_without_weights(one, empty_memory, monkeypatch):
    def damaged(*about):
        raise lab.Damaged("x")

    for name in ("model", "checkpoint", "previews"):
        monkeypatch.setattr(lab, name, damaged)
    lesson.slice_of(one.slug).card()  # some are drawn of no weights; none raises
