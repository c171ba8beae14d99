"""What the table of the steps sends to the browser."""

from __future__ import annotations

import pytest

from core.lessons.attention import attention_steps as component
from core.lessons.attention.attention_steps import Others, Row, Steps, Token, attention_steps

PICTURES = dict.fromkeys("kvqs", "data:image/png;base64,AAAA")
TITLES = ("key", "k", "q·k", "÷ √8", "softmax", "weight × v")


def mounted(monkeypatch, **changes) -> tuple[str, dict]:
    """The key and the data that the component was mounted with."""
    sent = []
    monkeypatch.setattr(component, "STEPS", lambda *, key, data: sent.append((key, data)))
    told = {
        "titles": TITLES,
        "asks": Token("<b>"),
        "rows": [Row(Token("<b>"), 1, "0.10", "0.04", 0.75), Row(Token("later"), 2, "−0.20", "", None)],
        "others": Others("3 others", 0.25),
        "says": "the head says",
        "total": 1.0,
        "count": 5,
        "seen": 2,
        "pictures": PICTURES,
    }
    attention_steps("steps", Steps(**(told | changes)))
    [found] = sent
    return found


def test_all_of_it_is_sent_as_data_and_tokens_as_they_are(monkeypatch):
    key, data = mounted(monkeypatch)
    assert key == "steps" and data["titles"] == list(TITLES) and data["asks"] == {"text": "<b>", "long": False}
    assert data["rows"][0] == {
        "token": {"text": "<b>", "long": False}, "at": 1, "product": "0.10", "scaled": "0.04", "weight": 0.75,
    }  # fmt: skip
    assert data["rows"][1]["weight"] is None and data["others"] == {"text": "3 others", "together": 0.25}
    assert (data["says"], data["sum"], data["count"], data["seen"]) == ("the head says", 1.0, 5, 2)
    assert mounted(monkeypatch, others=None)[1]["others"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"titles": TITLES[:5]},
        {"pictures": PICTURES | {"k": "https://example.org/k.png"}},
        {"pictures": PICTURES | {"x": PICTURES["k"]}},
        {"pictures": {"k": PICTURES["k"]}},
    ],
)
def test_other_columns_and_other_pictures_are_refused(monkeypatch, changes):
    with pytest.raises(ValueError, match=r"six columns|PNGs"):
        mounted(monkeypatch, **changes)
