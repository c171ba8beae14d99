"""The cards of "Try this": each sets all that its case needs, and the page is told where it is."""

from __future__ import annotations

import pytest

from core.course import LESSONS
from core.ui import acts, lesson
from tests.helpers.browser import is_trained
from tests.helpers.pages import component, fine, open_page, press
from tests.helpers.screens import address

ORDERS = (0, 1, 0, 2, 1, 2, 0)  # each of three cards after each other one


@pytest.mark.usefixtures("module_cache")
@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.slug)
def test_a_card_shows_the_same_after_any_other_card_and_leads_to_what_it_changed(one, monkeypatch):
    if not all(map(is_trained, one.experiments)):
        pytest.skip("its default model is not in assets/trained")
    monkeypatch.setattr(acts, "browser", lambda: True)
    monkeypatch.setattr(lesson, "first_paint", lambda prefix: False)
    at = fine(open_page(one.slug))
    shown: dict[int, tuple] = {}
    fourth = (3, 1, 3, 0, 3, 2) if any(button.key == f"{one.prefix}_try3" for button in at.button) else ()
    for times, card in enumerate((*ORDERS, *fourth), start=1):
        press(at, f"{one.prefix}_try{card}")
        told = component(at, f".*{one.prefix}_toc")
        pointed, known = told["pointed"], {act["anchor"] for act in told["acts"]}
        assert pointed["count"] == times and pointed["act"] in known
        found = (address(at), pointed["act"])
        assert shown.setdefault(card, found) == found
