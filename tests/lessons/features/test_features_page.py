"""The lesson "What does a neuron see?" in AppTest: the unit on the stage, and the acts that follow it."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.analysis import units
from core.experiment import get
from core.lessons.features import card, climb, looking, measured, stage, strips, subject
from core.nn.seeing import LAYERS
from tests.helpers.pages import fine, open_page, pick, press, settle, words

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not data.available("fashion"), reason="no pictures on this machine"),
]


def page(**query: str) -> AppTest:
    return fine(open_page("features", **{f"fe_{name}": value for name, value in query.items()}))


def grid(at: AppTest) -> dict:
    """What the grid was sent."""
    [element] = [e for e in at.get("bidi_component") if e.key == "fe_box_units"]
    return json.loads(element.proto.json)


def choose(at: AppTest, unit: int, stamp: str = "hand-1") -> AppTest:
    """What the grid says after a click."""
    at.session_state["fe_box_units"] = {"held": {"value": unit, "puts": grid(at)["held"]["puts"], "stamp": stamp}}
    return fine(at.run())


def headings(at: AppTest) -> str:
    return "\n".join(one.value for one in at.subheader)


@pytest.fixture(scope="module")
def record():
    view = lab.view("features", get("features").default(), 0)
    assert isinstance(view, lab.Ready)
    return view.record


def test_the_page_opens_on_a_baked_model_and_a_click_chooses_a_unit(record):
    at = page()
    assert "Unit 0 of the 4th layer" in headings(at) and len(grid(at)["names"]) == 48
    at = choose(at, 7)
    assert "Unit 7 of the 4th layer" in headings(at) and at.query_params["fe_unit"] == "7"
    found = record.metrics["each"]["plain"]["conv4"]
    assert f"{found['made'][7] / found['best'][7]:.3g} ×" in headings(at)
    at = pick(at, "fe_layer", "conv1")
    assert "Unit 7 of the 1st layer" in headings(at) and len(grid(at)["names"]) == 12
    at = pick(choose(at, 11, "hand-2"), "fe_layer", "classes")
    assert "The class “Ankle boot”" in headings(at), "the last unit that this layer has"
    press(at, "fe_reset")
    assert "Unit 0 of the 4th layer" in headings(at)


def test_a_link_opens_the_unit_that_it_names():
    at = page(network="noise", layer="conv2", unit="5")
    assert "Unit 5 of the 2nd layer" in headings(at) and grid(at)["held"]["value"] == 5
    assert grid(at)["about"] == "2nd of the network that is trained on noise"


@pytest.mark.parametrize("raw", [-1, 64, 2.0, True, "3", None, [1], {"unit": 3}])
def test_a_message_that_is_no_unit_changes_nothing(raw):
    at = choose(page(unit="3"), raw)
    assert "Unit 3 of the 4th layer" in headings(at)


@pytest.mark.parametrize("network", ["untrained", "plain", "noise"])
def test_what_the_stage_says_of_a_unit_follows_from_the_weights(record, network):
    """The strongest pictures and the ratio, computed again from the network."""
    unit = subject.Unit(record, "conv3", 4)
    net = subject.network_of(record, network)
    x = units.shown(data.load("fashion"))
    with torch.no_grad():
        maps = torch.cat([net.maps(part.float() / 255, "conv3")[:, 4] for part in x.split(500)])
        made = net.maps(torch.from_numpy(unit.made(network)).permute(2, 0, 1)[None].float() / 255, "conv3")[0, 4]
    levels = maps.relu().mean(dim=(1, 2))
    assert unit.measured(network)["strongest"][:3] == levels.argsort(descending=True)[:3].tolist()
    assert unit.ratio(network) == pytest.approx(float(made.relu().mean() / levels.max()), rel=2e-3)
    pictures, boxes = unit.strongest(network)
    first = int(levels.argmax())
    assert np.array_equal(pictures[0], x[first].permute(1, 2, 0).numpy())
    row, column = divmod(int(maps[first].argmax()), maps.shape[2])
    top, left, bottom, right = boxes[0]
    assert top <= 2 * row < bottom and left <= 2 * column < right  # the layer's places are two pixels apart


def test_dead_units_are_named_as_dead(record):
    found = json.loads(json.dumps(record.metrics))
    for name, value in (("made", 0.0), ("best", 0.0), ("percentile", 0.0), ("strongest", []), ("places", [])):
        found["each"]["plain"]["conv2"][name][3] = value
    dead = lab.Record(**{**vars(record), "metrics": found})
    unit = subject.Unit(dead, "conv2", 3)
    assert subject.dead(dead, "plain", "conv2") == [3]
    assert (
        stage.headline(unit, "plain")
        == "Unit 3 of the 2nd layer is silent on every picture; nothing that was tried wakes it"
    )
    assert strips.said(unit, "plain") == "dead"
    assert all(
        row["unit"] != 3 for row in measured.unit_rows(found) if (row["network"], row["layer"]) == ("trained", "2nd")
    )


def test_a_picture_climbs_and_ends_where_the_network_says(record):
    asked = climb.Asked(record, "plain", "conv2", 1, steps=40, count=4)
    found = climb.climb(asked, lambda done, total: None)
    assert found.frames.shape == (8, 28, 28, 1) and found.final.shape == (4, 28, 28, 1)
    assert found.steps[0] == 0 and found.steps[-1] == 40 and found.levels[-1] > found.levels[0]
    net = subject.network_of(record, "plain")
    x = torch.from_numpy(found.final[:1]).permute(0, 3, 1, 2).float() / 255
    assert found.levels[-1] == pytest.approx(float(net.maps(x, "conv2")[0, 1].relu().mean()), rel=1e-4)
    assert found.best == record.metrics["each"]["plain"]["conv2"]["best"][1]
    start = data.load("fashion").test_x[0].permute(1, 2, 0).numpy()
    dream = climb.climb(climb.Asked(record, "plain", "conv2", 1, steps=16, start=start.tobytes()), lambda *_: None)
    assert np.abs(dream.frames[0].astype(int) - start.astype(int)).max() <= 6, "it begins with the picture"
    middle = climb.climb(climb.Asked(record, "plain", "conv1", 2, goal="middle", steps=16), lambda *_: None)
    assert middle.best == pytest.approx(climb.middles(record, "plain", "conv1")[2])


def test_every_act_is_drawn_and_follows_the_stage(record):
    at = page(layer="conv1", unit="2", network="noise")
    settle()
    at = fine(at.run())
    said = words(at)
    assert said.count("Unit 2 of the 1st layer") >= 2 or "unit 2 of the 1st layer" in said
    assert "could not be drawn" not in said
    assert "It reaches" in said and "The network that is trained says" in headings(at)
    at = pick(at, "fe_moves", "still")
    settle()
    assert "It reaches" in words(fine(at.run()))


@pytest.mark.parametrize("case", [0, 1, 2])
def test_cards_of_try_this_set_all_that_they_need(case):
    at = page(network="noise", layer="conv2", unit="9")
    keys = [button.key for button in at.button if button.key and button.key.startswith("fe_try")]
    at = press(at, keys[case])
    wanted = ("Unit 0 of the 4th layer", "Unit 0 of the 1st layer", "The class “T-shirt”")[case]
    assert wanted in headings(at)


def test_what_is_said_of_hiding():
    flat = torch.zeros(3, 3)
    assert "no single part decides" in looking.said(flat, 0.9, "bag")
    flat[1, 2] = 0.4
    assert looking.said(flat, 0.9, "bag").startswith(
        "A gray 7 × 7 square at row 2, column 4 costs bag **40 points** of 90"
    )
    assert "adds 20" in looking.said(-flat / 2, 0.5, "bag")


def test_the_verdict_says_no_more_than_the_intervals(record):
    found = json.loads(json.dumps(record.metrics))
    found["gains"] = {"clean": [-0.01, 0.02], "noisy": [0.05, 0.06]}
    found["accuracy"] = {"clean": {"plain": 0.9, "noise": 0.905}, "noisy": {"plain": 0.8, "noise": 0.855}}
    said = measured.verdict(found)
    assert "training on noise neither gains nor loses" in said and "it gains **5.5 points**" in said


def test_the_card_shows_a_picture():
    assert card.picture().startswith('<img class="ll-card"')


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0%"), (100, "100%"), (99.98, "100.0%"), (0.02, "0.0%"), (42.4, "42%")]
)
def test_percent(value, said):
    assert strips.percent(value) == said


def test_every_layer_of_the_record_fits(record):
    for layer in LAYERS:
        for network in ("untrained", "plain", "noise"):
            assert len(subject.drawings(record, network, layer)) == subject.units_of(record, layer)
