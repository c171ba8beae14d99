"""Clicks on charts as Streamlit keeps them: each is heard once."""

from __future__ import annotations

import math
from typing import Any

import pytest

from core.lessons.bottleneck import chart_click


@pytest.fixture
def state(monkeypatch) -> dict[str, Any]:
    held: dict[str, Any] = {}
    monkeypatch.setattr(chart_click.st, "session_state", held)
    return held


def selected(*sizes: Any) -> dict[str, Any]:
    """What Streamlit holds of a chart; an empty selection is a dict there."""
    return {"selection": {"size": [{"size": n} for n in sizes] or {}}}


def clicks(state: dict[str, Any], *selections: Any) -> list[Any]:
    heard = []
    for selection in selections:
        state["chart"] = selection
        heard.append(chart_click.clicked("chart", "size", "size"))
    return heard


def test_each_click_is_heard_once(state):
    assert chart_click.clicked("chart", "size", "size") is None  # not drawn yet
    assert clicks(state, selected(), selected(8), selected(8), selected(8, 2)) == [None, 8, None, 2]


def test_a_second_click_on_a_size_is_heard_too(state):
    assert clicks(state, selected(8), selected(8), selected(), selected(8)) == [8, None, 8, 8]
    assert clicks(state, selected(8, 2), selected(2)) == [2, 8]


def test_a_page_that_was_left_has_forgotten_its_clicks(state):
    assert clicks(state, selected(8)) == [8]
    del state["chart"]
    assert chart_click.clicked("chart", "size", "size") is None
    assert clicks(state, selected(), selected(8)) == [None, 8]


@pytest.mark.parametrize(
    "sent",
    [
        None, "x", [], {"selection": 1}, {"selection": {"size": "8"}}, {"selection": {"size": [8, None]}},
        {"selection": {"size": [{"size": {"size": 8}}]}}, selected(math.nan), selected(math.inf), selected(True),
        selected(None), selected([8]), selected(*range(1000)),
    ],
)  # fmt: skip
def test_what_is_no_click_is_not_heard(state, sent):
    assert clicks(state, sent) == [None]
