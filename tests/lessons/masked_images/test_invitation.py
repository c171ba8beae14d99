"""The small stage on the home page."""

from __future__ import annotations

import math

import pytest

from core import data, lab
from core.experiment import get
from core.lessons.masked_images import invitation
from tests.helpers.pages import component, fine, open_page

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not data.available(get("mae").default().data), reason="no pictures on this machine"),
]


def test_the_home_page_opens_on_a_picture_that_the_shipped_network_fills_in():
    at = fine(open_page("home"))
    painter = component(at, invitation.PAINTER)
    assert painter["held"]["value"]["cells"] == list(invitation.HIDDEN) and painter["few"]
    ours, truth = painter["tiles"]
    assert ours["uri"] != truth["uri"] == painter["image"]
    network, neighbours = (float(word.strip(".")) for word in ours["note"].split() if word[0] == "0")
    assert 0 < network < neighbours, "the network beats a fill that learned nothing"


def test_without_its_model_the_home_page_has_the_course_alone(monkeypatch):
    monkeypatch.setattr(lab, "view", lambda *_: lab.Absent("not baked"))
    at = fine(open_page("home"))
    assert not at.error and [one.value for one in at.header] == ["The course"]
    assert all(one.key != invitation.PAINTER for one in at.get("bidi_component"))


def test_nothing_hidden_has_no_error():
    assert invitation.error(math.nan, math.nan) == "Nothing is hidden yet."
