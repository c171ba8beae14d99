"""The lesson "Forward and backward" in AppTest: its links, its component's messages, its acts and its cards."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import background
from core.lessons.backpropagation import card, three_ways
from core.lessons.backpropagation.forward_backward import RATES
from core.lessons.backpropagation.network import forward, gradients_of, net, starts
from tests.helpers.pages import fine, open_page, press, words

pytestmark = pytest.mark.usefixtures("lab_cache")


def page(**query: str) -> AppTest:
    """The lesson at a link without the prefix."""
    return fine(open_page("backpropagation", **{f"bp_{name}": value for name, value in query.items()}))


def shown(at: AppTest) -> dict[str, Any]:
    """What the component was sent."""
    [element] = [e for e in at.get("bidi_component") if e.key == "bp_box"]
    return json.loads(element.proto.json)


def state(at: AppTest) -> dict[str, Any]:
    return shown(at)["held"]["value"]


def send(app: AppTest, stamp: str = "hand-1", **changes: Any) -> AppTest:
    """What the browser says after a gesture."""
    message = {"value": state(app) | changes, "puts": shown(app)["held"]["puts"], "stamp": stamp}
    app.session_state["bp_box"] = {"held": message}
    return fine(app.run())


def headings(app: AppTest) -> str:
    return "\n".join(one.value for one in app.subheader)


def query(at: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}


def test_it_opens_on_the_first_weights_with_everything_computed():
    at = page()
    assert state(at) == {"start": 0, "activation": "tanh", "rate": 2, "at": 14, "reuse": False, "values": starts()[0]}
    assert shown(at)["starts"] == starts() and shown(at)["rates"] == list(RATES)
    assert not query(at)


def test_what_the_browser_says_is_in_the_link_and_the_link_opens_it_again():
    values = [round(v + 0.1, 4) for v in starts()[2]]
    at = send(page(), start=2, activation="relu", rate=4, at=9, reuse=True, values=values)
    link = query(at)
    assert link["bp_f"] == "relu" and link["bp_rate"] == "1" and link["bp_at"] == "9" and link["bp_start"] == "2"
    again = fine(open_page("backpropagation", **link))
    assert state(again) == state(at)
    assert send(again, "hand-2", values=starts()[2]).query_params.get("bp_v") is None, "first weights need no numbers"


def test_a_number_of_many_digits_is_short_in_the_link_and_whole_in_the_session():
    values = [0.123456789, *starts()[0][1:]]
    at = send(page(), values=values)
    assert state(at)["values"] == values
    assert query(at)["bp_v"].startswith("0.1235_")


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": 15}, {"at": -1}, {"at": True}, {"start": 8}, {"rate": 5}, {"rate": 0.1}, {"activation": "step"}, {"activation": []},
        {"reuse": 1}, {"values": []}, {"values": [0.0] * 27}, {"values": [float("nan")] * 28}, {"values": [9.5] * 28},
        {"values": ["1"] * 28}, {"values": [10**400] * 28},
    ],
)  # fmt: skip
def test_a_message_that_is_none_is_not_taken(wrong):
    at = page()
    before = state(at)
    assert state(send(at, **wrong)) == before


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        ({"v": "1_2"}, "not those of this network"),
        ({"v": "_".join(["x"] * 28)}, "not those of this network"),
        ({"v": "_".join(["99"] * 28)}, "they end at 9"),
        ({"at": "20"}, "Showing 14"),
        ({"f": "step"}, "Showing tanh"),
        ({"rate": "0.2"}, "Showing 0.3"),
        ({"start": "x"}, "Showing 0"),
        ({"reuse": "maybe"}, "Showing off"),
    ],
)
def test_what_a_link_cannot_have_is_said(asked, note):
    at = page(**asked)
    assert note in words(at)
    assert all(abs(v) <= 9 for v in state(at)["values"])


def test_the_headings_are_the_counts():
    assert "20 layers of 3 units take 393 products reused, 5.9 times as many" in headings(page())
    assert "20 layers of 1 unit take" in headings(page(width="1"))


def test_nothing_is_measured_before_somebody_asks(monkeypatch):
    asked = []
    monkeypatch.setattr(background, "ask", lambda key, function: asked.append(key))
    at = page()
    assert asked == ["backpropagation/agreement"] and "Measure" in [button.label for button in at.button]


def test_the_measurement_says_how_often_and_on_what(monkeypatch):
    from core.lessons.backpropagation import compared
    from core.queue import View

    found = three_ways.Times(2, 25, {way: (0.001 * (i + 1),) * 7 for i, way in enumerate(three_ways.WAYS)})
    done = View("done", value=(found,))
    monkeypatch.setattr(compared.background, "ask", lambda key, function: done)
    at = press(page(), "bp_measure")
    assert "with 25 weights, forward mode 2 times (2 to 2) and finite differences 3 times (3 to 3)" in headings(at)
    assert re.search(r"median of 7 repeats.*98%", words(at)) and "cores" in words(at)


def test_reset_puts_everything_back():
    at = send(page(width="10", scale="2.0"), at=3, values=[0.5] * 28)
    at = press(at, "bp_reset")
    assert state(at) == state(page()) and not query(at)


def test_the_dead_layer_of_the_card_is_dead():
    at = press(page(), "bp_try1")
    found = state(at)
    assert found["activation"] == "relu"
    given = net(found["values"])
    gradients = gradients_of(given, forward(given, "relu"))
    assert all(not gradients[0][i].any() for i in (0, 1)) and not gradients[1][0].any()
    assert gradients[2][1].any()


def test_the_rate_of_the_card_is_too_fast_and_a_tenth_of_it_is_not():
    at = press(page(), "bp_try0")
    found = state(at)
    rate = RATES[found["rate"]]

    def losses(rate: float) -> list[float]:
        values, seen = list(found["values"]), []
        for _ in range(11):
            given = net(values)
            trace = forward(given, found["activation"])
            seen.append(float(trace.loss))
            flat = [g for pair in gradients_of(given, trace) for part in pair for g in part.flatten().tolist()]
            values[3:] = [v - rate * g for v, g in zip(values[3:], flat, strict=True)]
        return seen

    fast, slow = losses(rate), losses(rate / 10)
    assert fast[-1] > 10 * fast[0]
    assert all(b < a for a, b in pairwise(slow)) and slow[-1] < 0.5 * slow[0]


def test_the_card_on_the_home_page_is_a_picture_with_words():
    made = card.graph()
    assert 'src="data:image/webp;base64,' in made and "A network of 2, 3, 3 and 1 units" in made
