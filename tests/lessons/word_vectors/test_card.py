"""The lesson's card on the home page."""

from __future__ import annotations

import re

import pytest

from core import data, lab
from core.events import Preview
from core.lessons.word_vectors import card

pytestmark = [
    pytest.mark.usefixtures("lab_cache", "empty_memory"),
    pytest.mark.skipif(not data.available("kjv"), reason="the King James Bible is not on this machine"),
]


@pytest.fixture(autouse=True)
def nothing_kept():
    card._nearest.cache_clear()
    yield
    card._nearest.cache_clear()


def test_the_card_names_watched_words_of_the_default_model_and_their_nearest():
    lines = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", card.nearest())
    assert [word for word, _ in lines][:2] == ["king", "woman"] and len(lines) == card.WORDS
    for word, near in lines:
        assert len(near.split(" · ")) == card.NEAR and word not in near.split(" · ")


@pytest.mark.parametrize("kept", [(), None])
def test_a_model_without_previews_or_with_a_damaged_file_has_no_card(monkeypatch, kept: tuple[Preview, ...] | None):
    def previews(record):
        if kept is None:
            raise lab.Damaged("a file is cut")
        return kept

    monkeypatch.setattr(lab, "previews", previews)
    assert card.nearest() is None
