"""The lesson "Space and time" in AppTest: the stage, what its component is sent and says, the acts, and what the numbers let one say."""

from __future__ import annotations

import base64
import copy
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.analysis.clip_fills import hidden_mse, previous_frame
from core.charts.written import number
from core.data import clips
from core.experiment import get
from core.experiments.video_mae import CUBES, PLACES, SHAPE, SLOTS, fill_in, holes_of
from core.lessons.video import card, kinds, learned, links, ratios, stage, subject, too_good
from core.lessons.video.clip_player import State, parse, spell
from core.nn.cubes import KINDS, exact_share
from tests.helpers.pages import drawn, fine, open_page, pick, press, words

NOTHING = "0" * (CUBES // 4)
pytestmark = pytest.mark.usefixtures("lab_cache")


def page(**query: str) -> AppTest:
    return fine(open_page("video", **{f"vi_{name}": value for name, value in query.items()}))


def player(at: AppTest) -> dict:
    """What the component was sent."""
    [element] = [e for e in at.get("bidi_component") if e.key == links.PLAYER]
    return json.loads(element.proto.json)


def say(at: AppTest, value: object, stamp: str = "hand-1") -> AppTest:
    """What the component says after a gesture."""
    at.session_state[links.PLAYER] = {"held": {"value": value, "puts": player(at)["held"]["puts"], "stamp": stamp}}
    return fine(at.run())


def pixels(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))


@pytest.fixture(scope="module")
def record():
    view = lab.view("video_mae", get("video_mae").default(), 0)
    assert isinstance(view, lab.Ready)
    return view.record


def slow(record, i: int, hidden: np.ndarray) -> tuple[np.ndarray, float, float]:
    """The sheet of frames filled in, the network's error and the copy's, from the network itself."""
    x = clips.load("shapes", "test", 10).frames[i : i + 1].float() / 255
    mask = torch.from_numpy(hidden)[None]
    filled = fill_in(lab.model(record), x, mask, "pixels")
    sheet = torch.cat(list((filled[0] * 255).round().permute(1, 2, 3, 0)), dim=1).numpy()
    errors = (float(hidden_mse(x, one, holes_of(mask))) for one in (filled, previous_frame(x, holes_of(mask))))
    return sheet, *errors


# The stage --------------------------------------------------------------------------------------------------------


def test_the_page_opens_on_a_baked_model_and_shows_what_it_makes_of_the_mask(record):
    at = page()
    sent = player(at)
    hidden = parse(sent["held"]["value"]["hidden"])
    assert hidden.sum() == 0.75 * CUBES and not {"vi_mask", "vi_hide", "vi_share"} & set(at.query_params)
    sheet, mse, copy_mse = slow(record, 0, hidden)
    assert np.abs(pixels(sent["filled"]).astype(float) - sheet).max() <= 1
    assert sent["note"] == f"error {number(mse)}, copy {number(copy_mse)}" and number(mse) in words(at)
    original = torch.cat(list(clips.load("shapes", "test", 1).frames[0].permute(1, 2, 3, 0)), dim=1).numpy()
    assert np.array_equal(pixels(sent["original"]), original)
    assert "going" in sent["about"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_hides_what_it_says(kind):
    at = page(hide=kind, share="75", clip="3", draw="5")
    hidden = parse(player(at)["held"]["value"]["hidden"])
    assert hidden.mean() == exact_share(kind, 0.75, SHAPE) == 0.75
    if kind == "space":
        assert (hidden.reshape(SLOTS, -1) == hidden[: PLACES**2]).all()
    assert at.query_params.get("vi_clip") == "3"


def test_a_painted_mask_is_filled_in_stands_in_the_link_and_ends_with_the_next_draw(record):
    at = page()
    about = player(at)["held"]["value"]["about"]
    mine = np.zeros(CUBES, bool)
    mine[60:90] = True
    at = say(at, {"about": about, "hidden": spell(mine)})
    sheet, mse, _ = slow(record, 0, mine)
    assert np.abs(pixels(player(at)["filled"]).astype(float) - sheet).max() <= 1 and number(mse) in words(at)
    assert "your own" in words(at) and at.query_params["vi_mask"] == f"{about}.{spell(mine)}"
    again = page(mask=at.query_params["vi_mask"])
    assert player(again)["held"]["value"]["hidden"] == spell(mine)
    at = pick(at, "vi_hide", "time")
    assert "vi_mask" not in at.query_params and parse(player(at)["held"]["value"]["hidden"]).sum() == 6 * PLACES**2
    assert "your own" not in words(at)


def test_nothing_hidden_and_everything_hidden_get_a_word():
    at = page()
    about = player(at)["held"]["value"]["about"]
    at = say(at, {"about": about, "hidden": NOTHING})
    assert "Nothing is hidden: drag" in words(at) and player(at)["note"] == "nothing is hidden"
    at = say(at, {"about": about, "hidden": "f" * len(NOTHING)}, "hand-2")
    assert "error" in player(at)["note"] and "could not be drawn" not in words(at)


@pytest.mark.parametrize(
    "raw",
    [
        "x",
        "shapes-0-agnostic-75-0.",
        "shapes-0-agnostic-75-0." + "g" * len(NOTHING),
        "shapes-1-agnostic-75-0." + NOTHING,
        "." * 200,
    ],
)
def test_a_mask_in_the_link_that_is_none_is_said_and_the_controls_decide(raw):
    at = page(mask=raw)
    assert "mask of the link is damaged" in words(at)
    assert parse(player(at)["held"]["value"]["hidden"]).sum() == 0.75 * CUBES
    assert "vi_mask" not in at.query_params


@pytest.mark.parametrize(
    "raw", [None, 3, {}, {"about": "x"}, {"about": "ABOUT", "hidden": NOTHING[1:]}, {"about": "ABOUT", "hidden": "G" * len(NOTHING)}, {"about": "ABOUT", "hidden": 3},
            {"about": 3, "hidden": NOTHING}, {"about": "other", "hidden": NOTHING}, {"about": "ABOUT", "hidden": NOTHING, "more": 1}],
)  # fmt: skip
def test_a_message_that_is_no_mask_changes_nothing(raw):
    at = page()
    before = player(at)["held"]["value"]
    raw = copy.deepcopy(raw)
    if isinstance(raw, dict) and raw.get("about") == "ABOUT":
        raw["about"] = before["about"]
    assert player(say(at, raw))["held"]["value"] == before


def test_reset_puts_all_back():
    at = page(hide="block", share="50", clip="9")
    at = say(at, {"about": player(at)["held"]["value"]["about"], "hidden": "0f" * (CUBES // 8)})
    at = press(at, "vi_reset")
    assert player(at)["held"]["value"] == player(page())["held"]["value"]
    assert not [name for name in at.query_params if name.startswith("vi_")]


def test_cards_of_try_this_put_their_case_on_the_stage():
    at = page()
    at = press(at, "vi_try1")
    hidden = parse(player(at)["held"]["value"]["hidden"]).reshape(SLOTS, PLACES, PLACES)
    assert hidden.sum() == CUBES // 2 and hidden[:, :, 1:3].all() and "your own" in words(at)
    at = press(at, "vi_try2")
    hidden = parse(player(at)["held"]["value"]["hidden"]).reshape(SLOTS, -1)
    assert hidden.all(axis=1).sum() == 6 and at.query_params["vi_hide"] == "time"


def test_digits_open_on_their_own_model():
    if not data.available("mnist"):
        pytest.skip("no digits on this machine")
    at = page(data="mnist", clip="2")
    assert player(at)["about"].startswith("The digit") and pixels(player(at)["filled"]).ndim == 2


def test_masks_travel_and_come_back():
    mask = np.random.default_rng(0).random(CUBES) < 0.5
    assert np.array_equal(parse(spell(mask)), mask)
    assert spell(np.eye(1, CUBES, 5, dtype=bool)[0])[:3] == "020"
    assert parse(NOTHING[1:]) is None and parse(NOTHING + "\n") is None


# Acts -------------------------------------------------------------------------------------------------------------


def test_the_chart_of_kinds_has_the_model_s_numbers_and_the_network_beats_the_copy_where_it_claims_to(record):
    found = record.metrics
    table = drawn(page(), "kind", "method", "error")
    for kind in KINDS:
        mine = table[(table["kind"] == subject.NAMES[kind]) & (table["method"] == "This network")]["error"]
        assert float(mine.iloc[0]) == pytest.approx(found[f"masked_mse.{kind}"])
    for kind in ("agnostic", "block"):
        assert found[f"masked_mse.{kind}"] < found[f"previous_frame_mse.{kind}"]
        assert found["over_previous"][kind][1] < 1
    assert found["previous_frame_mse.space"] == pytest.approx(found["mean_fill_mse.space"], rel=1e-4), (
        "never seen there"
    )


def test_sentences_about_kinds_follow_the_numbers(record):
    found = copy.deepcopy(dict(record.metrics))
    assert "contested" in kinds.CONTESTED and "84.4" in kinds.PAPERS and "69.6" in kinds.PAPERS
    found["over_previous"] = {kind: [1.2, 1.5] for kind in KINDS}
    assert "**worse** under any cubes" in kinds.verdict(found) and "better" not in kinds.verdict(found)
    found["over_previous"] = {kind: [0.9, 1.1] for kind in KINDS}
    assert "not to be told apart" in kinds.verdict(found)
    found["over_agnostic"] = {"space": [0.1, 0.2], "time": [-0.2, -0.1], "block": [-0.1, 0.1]}
    said = kinds.among(found)
    assert (
        "tubes are **harder**" in said and "whole frames are **easier**" in said and "a block is about as hard" in said
    )
    for cheap, expected in (
        ({"time", "block"}, "So whole frames **can** be cheated, and so can a block."),
        ({"agnostic"}, "**not** under whole frames"),
        (set(), "**no** kind"),
    ):
        found["previous_over_mean"] = {kind: [0.5, 0.6] if kind in cheap else [0.9, 1.1] for kind in KINDS}
        assert expected in kinds.cheating(found)


def test_the_chart_of_shares_shows_what_is_hidden_exactly(record):
    rows = ratios.rows(record.metrics)
    frames = [row["ratio"] for row in rows if row["kind"] == subject.NAMES["time"]]
    assert frames == [0.5, 0.75, 0.875], "of eight slots no more can be hidden"
    assert len({(row["kind"], row["ratio"]) for row in rows}) == len(rows)


def test_sentences_about_shares_follow_the_intervals(record):
    found = copy.deepcopy(dict(record.metrics))
    for row in found["by_ratio"]:
        row["over_previous"] = [0.5, 0.6]
    assert "better than the copy at every share" in ratios.against(found, "block")
    found["by_ratio"][0]["over_previous"], found["by_ratio"][1]["over_previous"] = [1.1, 1.3], [0.9, 1.1]
    said = ratios.against(found, "agnostic")
    assert "worse than the copy at 50%" in said and "better than the copy at 89.8, 95.3, 97.7%" in said
    assert "holds a tie" in said


def test_the_exhibit_shows_what_is_lent_and_what_it_is_worth(record):
    other = too_good.sibling(record)
    assert other is not None and other.config["target"] == "normalised"
    x, _ = subject.clip("shapes", 0)
    found = too_good.ways(other, 0)
    assert set(found) == {"masked", *too_good.WAYS}
    hidden = holes_of(subject.drawn("agnostic", 75, 0))[0, 0].numpy()
    truth = subject.frames_of(x)
    for name in too_good.WAYS:
        assert np.array_equal(found[name][~hidden], truth[~hidden]), "visible voxels stay"
    at = page()
    for name in too_good.WAYS.values():
        assert name in words(at)
    assert number(other.metrics["lent"]["truth"]) in words(at)


def test_sentences_about_the_exhibit_follow_the_intervals():
    said = {
        "truth": 0.01,
        "neighbours": 0.03,
        "nothing": 0.02,
        "truth-neighbours": [-0.03, -0.01],
        "nothing-neighbours": [-0.02, -0.01],
    }
    assert "**3.0 × less**" in too_good.verdict(said) and "no prediction at all" in too_good.verdict(said)
    assert "still farther" in too_good.verdict(said | {"nothing-neighbours": [0.01, 0.02]})
    assert "as well as" in too_good.verdict(said | {"nothing-neighbours": [-0.01, 0.02]})
    assert "**not** better" in too_good.verdict(said | {"truth-neighbours": [-0.01, 0.02]})


def test_probes_are_shown_with_their_intervals(record):
    rows = learned.rows(record.metrics, "shapes")
    assert len(rows) == 6 and sum(row["ours"] for row in rows) == 2
    found = copy.deepcopy(dict(record.metrics)) | {"probe_gains_class": {"raw": [0.1, 0.2], "untrained": [-0.1, 0.1]}}
    said = learned.verdict(found, "class", "shapes")
    assert "beside raw pixels it gains" in said and "neither gains nor loses" in said and "17%" in said


def test_a_network_that_is_not_trained_blocks_the_stage_with_a_word():
    at = page(steps="5000")
    assert not [e for e in at.get("bidi_component") if e.key == links.PLAYER and e.proto.json]
    assert "train" in words(at).lower()


def test_the_card_is_a_picture(record):
    assert 'class="ll-card"' in (card.picture() or "")
    assert stage.WALLED < links.CLIPS and isinstance(subject.named("shapes", 0, "time", 75, 0), State)
