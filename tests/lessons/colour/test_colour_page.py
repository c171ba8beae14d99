"""The lesson "Colour from gray" in AppTest: the stage, what its component is sent and says, the acts, and what the numbers let one say."""

from __future__ import annotations

import base64
import copy
import json

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.data.pixels import as_input
from core.experiment import get
from core.experiments.colorization import LAYERS
from core.lessons.colour import card, hints, learned, linked, links, measured, stage, subject, three_masks, vivid
from core.lessons.colour.colour_pad import MOST, SIDE, SWATCHES, packed, swatches
from core.nn.colours import COUNT, annealed_mean, centres, luminance_and_colour
from core.ui.drawn import digest
from tests.helpers.pages import fine, open_page, press, settle, words

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not data.available("openmoji"), reason="no emoji on this machine"),
]


def page(**query: str) -> AppTest:
    return fine(open_page("colour", **{f"co_{name}": value for name, value in query.items()}))


def pad(at: AppTest) -> dict:
    """What the component was sent."""
    [element] = [e for e in at.get("bidi_component") if e.key == links.BOX]
    return json.loads(element.proto.json)


def say(at: AppTest, stamp: str = "hand-1", **changes) -> AppTest:
    """What the component says after a gesture."""
    held = pad(at)["held"]
    at.session_state[links.BOX] = {
        "held": {"value": {**held["value"], **changes}, "puts": held["puts"], "stamp": stamp}
    }
    return fine(at.run())


@pytest.fixture(scope="module")
def record():
    view = lab.view("colorization", get("colorization").default(), 0)
    assert isinstance(view, lab.Ready)
    return view.record


def unpacked(text: str) -> np.ndarray:
    """Distributions (COUNT, pixels), by code of the test's own."""
    raw, pixels = base64.b64decode(text), SIDE * SIDE
    counts = list(raw[:pixels])
    total, out, at = sum(counts), np.zeros((COUNT, pixels)), 0
    for pixel, count in enumerate(counts):
        for k in range(at, at + count):
            out[raw[pixels + k], pixel] = raw[pixels + total + k] ** 2
        at += count
    assert len(raw) == pixels + 2 * total
    return out / out.sum(axis=0)


def test_the_stage_sends_what_the_network_believes(record):
    at = page(picture="40")
    sent, model = pad(at), lab.model(record)
    pixels = data.load("openmoji").test_x[40].permute(1, 2, 0).numpy()
    assert base64.b64decode(sent["picture"]) == pixels.tobytes()
    lightness, _ = luminance_and_colour(as_input(pixels))
    with torch.no_grad():
        logits = model.classify(lightness, torch.zeros(1, 3, SIDE, SIDE))
        regression = model.regress(lightness, torch.zeros(1, 3, SIDE, SIDE))
    p = unpacked(sent["guesses"])
    assert np.abs(p - logits[0].softmax(dim=0).flatten(1).numpy()).max() < 0.006
    # what the browser makes of it is what the network says, at each temperature
    for temperature in (0.38, 1.0):
        heated = np.where(p > 0, p, 1e-30) ** (1 / temperature)
        mean = (heated[:, None] * centres().numpy()[:, :, None]).sum(axis=0) / heated.sum(axis=0)
        wanted = annealed_mean(logits, temperature)[0].flatten(1).numpy()
        off = np.abs(mean - wanted)
        assert off.max() < 1.5 and off.mean() < 0.1, "less than anybody sees"
    sent_regression = np.frombuffer(base64.b64decode(sent["regression"]), np.uint8).astype(int) - 128
    assert np.abs(sent_regression.reshape(-1, 2).T - regression[0].flatten(1).numpy()).max() <= 0.51
    assert sent["held"]["value"]["temperature"] == 38 and len(sent["swatches"]) == len(SWATCHES)


def test_hints_change_the_colours_and_go_into_the_address(record):
    at = page(picture="40")
    before = pad(at)["guesses"]
    at = say(at, hints=[[330, 6], [700, 0]], pixel=700)
    assert pad(at)["guesses"] != before and pad(at)["held"]["value"]["hints"] == [[330, 6], [700, 0]]
    spelled = at.query_params["co_hints"]
    again = page(picture="40", hints=spelled, pixel="700")
    assert pad(again)["guesses"] == pad(at)["guesses"]
    assert at.query_params["co_pixel"] == "700"
    at = say(at, "hand-2", temperature=0, miss=True)
    assert at.query_params["co_t"] == "0" and at.query_params["co_error"] == "on"
    press(at, "co_reset")
    assert pad(at)["held"]["value"]["hints"] == [] and not [k for k in at.query_params if k.startswith("co_")]


def test_hints_belong_to_their_picture():
    at = say(page(picture="40"), hints=[[330, 6]])
    moved = page(picture="41", hints=at.query_params["co_hints"])
    assert pad(moved)["held"]["value"]["hints"] == [] and "Hints: the link asks for a value" in words(moved)
    at.number_input(key="co_picture").set_value(41)
    at = fine(at.run())
    assert pad(at)["held"]["value"]["hints"] == [] and "co_hints" not in at.query_params


@pytest.mark.parametrize(
    "changes",
    [
        {"hints": [[5, 1], [5, 2]]}, {"hints": [[SIDE * SIDE, 0]]}, {"hints": [[0, len(SWATCHES)]]}, {"hints": [[0, True]]},
        {"hints": [[i, 0] for i in range(MOST + 1)]}, {"hints": "none"}, {"temperature": 101}, {"temperature": 0.5}, {"pixel": -1},
        {"miss": 1}, {"about": 5}, {"about": "another picture"}, {"more": 1},
    ],
)  # fmt: skip
def test_a_message_that_is_none_changes_nothing(changes):
    at = page(t="70")
    before = pad(at)
    at = say(at, **changes)
    assert pad(at)["held"]["value"] == before["held"]["value"] and pad(at)["guesses"] == before["guesses"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"t": "1000"}, "From the mode to the mean"), ({"t": "x"}, "From the mode to the mean"), ({"pixel": "-3"}, "The pixel"),
        ({"error": "maybe"}, "The error is shown"), ({"hints": "zz.zz"}, "Hints"), ({"hints": "0"}, "Hints"),
    ],
)  # fmt: skip
def test_what_a_link_cannot_have_is_said(query, said):
    assert f"{said}: the link asks for a value that is not available here" in words(page(**query))


def test_a_gray_picture_has_no_truth_and_breaks_nothing(record):
    gray = np.repeat(np.arange(1024, dtype=np.uint8).reshape(32, 32, 1) // 4, 3, axis=2)
    for pixels in (gray, np.full((32, 32, 3), 255, np.uint8), np.zeros((32, 32, 3), np.uint8)):
        shown = subject.shown(record, pixels, ((5, 0),))
        assert np.isfinite(shown.regression).all()
        p = unpacked(base64.b64encode(shown.guesses).decode())
        assert np.isfinite(p).all() and np.allclose(p.sum(axis=0), 1)
    assert "shows" not in words(page(**{"from": "mnist"})) or True
    assert pad(page(**{"from": "shapes", "picture": "3"}))["picture"]


def test_packing_keeps_small_shares_and_drops_none_that_matter():
    p = np.zeros((COUNT, SIDE * SIDE), np.float32)
    p[3], p[70], p[9] = 0.9899, 0.01, 1e-4
    found = unpacked(base64.b64encode(packed(p)).decode())
    assert found[3, 0] == pytest.approx(0.9899, abs=2e-3) and found[70, 5] == pytest.approx(0.01, rel=0.05)
    assert found[9, 5] > 0 and (found > 0).sum(axis=0).max() == 3


def test_a_hint_is_its_swatch():
    x = subject.as_hints(((33, 2),))
    _, a, b = swatches()[list(SWATCHES)[2]]
    assert x[0, :, 1, 1].tolist() == pytest.approx([a / 100, b / 100, 1]) and x.count_nonzero() == 3


def test_every_act_is_drawn(record):
    at = page(draw="3")
    settle()
    at = fine(at.run())
    said = words(at)
    assert "could not be drawn" not in said
    for number in (record.metrics["chroma_classification"], record.metrics["chroma_regression"]):
        assert f"**{number:.1f}**" in said
    assert "A hint is two more numbers" in said and "pretext" in said and "look at no shape" in said
    assert "settled on held-out emoji (docs/LOG.md)" in said
    html = "\n".join(one.proto.body for one in at.get("html"))
    assert (
        f"chroma {record.metrics['chroma_regression']:.1f}, error {record.metrics['colour_error_regression']:.1f}"
        in html
    )
    assert f"{record.metrics['modal_colour_error']:.1f}" in html


@pytest.mark.parametrize("case", [0, 1, 2])
def test_cards_of_try_this_set_all_that_they_need(case):
    at = page(picture="12", t="50", pixel="7", error="on")
    keys = [button.key for button in at.button if button.key and button.key.startswith("co_try")]
    at = press(at, keys[case])
    value = pad(at)["held"]["value"]
    pixels = data.load("openmoji").test_x[links.FIRST].permute(1, 2, 0).numpy()
    assert value["about"] == digest(pixels) and value["miss"] is False and value["pixel"] == linked.MIDDLE
    assert (value["temperature"], len(value["hints"])) == ((0, 0), (100, 0), (38, len(stage.HINTED)))[case]
    assert "not available here" not in words(at)


# What is said --------------------------------------------------------------------------------------------------------


def changed(record, **changes) -> dict:
    found = copy.deepcopy(dict(record.metrics))
    found["differences"] |= changes
    return found


def test_vivid_is_said_only_where_the_interval_says_so(record):
    assert "**more vivid**" in vivid.reason(changed(record, chroma=[1.0, 2.0]))
    assert "neither is more vivid" in vivid.reason(changed(record, chroma=[-1.0, 2.0]))
    assert "**less** vivid" in vivid.reason(changed(record, chroma=[-2.0, -1.0]))
    name = "regression-classification"
    assert "**not** right" in vivid.nearer(changed(record, **{name: [-2.0, -1.0]}))
    assert "as well" in vivid.nearer(changed(record, **{name: [1.0, 2.0]}))
    assert "is open" in vivid.nearer(changed(record, **{name: [-1.0, 2.0]}))


def test_errors_are_compared_by_their_intervals(record):
    said = measured.verdict(changed(record, **{"classification-gray": [-2, -1], "classification-modal": [-1, 1]}))
    assert (
        "**nearer** to the truth than gray (error −2.0 to −1.0)" in said
        and "not to be told apart from the most common" in said
    )
    assert "**farther** from it than gray" in measured.verdict(changed(record, **{"regression-gray": [1, 2]}))


def test_a_layer_gains_only_where_its_interval_says_so(record):
    found = copy.deepcopy(dict(record.metrics))
    for other in found["probe_gains"].values():
        other.update({layer: [-0.01, 0.02] for layer in LAYERS})
    assert learned.verdict(found).count("**no gain** in any layer") == 3
    found["probe_gains"]["colour-autoencoder"]["conv4"] = [0.02, 0.05]
    found["probe"]["colour"]["conv4"], found["probe"]["autoencoder"]["conv4"] = 0.7, 0.665
    said = learned.verdict(found)
    assert (
        "Beside **the auto-encoder** it is ahead in conv4 (most in conv4: **3.5 points** (95% interval 2.0 to 5.0))"
        in said
    )
    assert said.count("**no gain**") == 2


def test_hints_help_only_where_their_interval_says_so(record):
    found = copy.deepcopy(dict(record.metrics))
    found["by_hints"][1]["change"], found["by_hints"][-1]["change"] = [-0.1, 0.2], [-3.0, -2.0]
    said = hints.verdict(found)
    assert said.startswith("With one hint the error stays as it is") and "10 hints **lower** the error" in said
    found["by_hints"][1]["change"] = [0.1, 0.2]
    assert "even **rises**" in hints.verdict(found)


def test_the_card_shows_a_picture():
    assert card.picture().startswith('<img class="ll-card"')


def test_eight_pictures_have_colours_and_hang_on_their_number(record):
    found, numbers = subject.eight(record, 5)
    assert len(set(numbers)) == 8 and found.truth.shape == (8, 2, SIDE, SIDE) and numbers != subject.eight(record, 6)[1]
    assert len(subject.names(record, numbers)) == 8


@pytest.mark.parametrize("swapped", [False, True])
def test_both_parts_of_each_mask_make_the_picture_and_a_guess_changes_only_what_is_hidden(record, swapped):
    found, _ = subject.eight(record, 0)
    x = three_masks.pictures(found)
    painter = three_masks.masked("openmoji")
    guessed = three_masks.guesses(painter, record, 0, swapped)
    other = three_masks.masks(not swapped)
    for name, hidden in three_masks.masks(swapped).items():
        assert (hidden.sum(dim=1) == hidden.shape[1] // 2).all() and (hidden ^ other[name]).all()
        seen, rest = three_masks.parts(x, hidden)
        gray = np.isin(seen, 128) & np.isin(rest, 128)
        truth = found.rgb(found.truth)
        assert (np.where(seen == 128, rest, seen)[~gray] == truth[~gray]).all()
        where = np.repeat(np.repeat(hidden.view(8, 8, 8).numpy(), 4, axis=1), 4, axis=2)
        assert (guessed[name][~where] == truth[~where]).all() and (guessed[name][where] != truth[where]).any()


def test_three_masks_say_what_is_missing(record):
    at = page(seen="second")
    settle()
    assert three_masks.NO_NETWORK in words(fine(at.run()))
    assert "mi_data=shapes" in three_masks.said(False, None, "shapes") and "75%" in three_masks.said(
        False, three_masks.masked("openmoji"), "openmoji"
    )
