"""The lesson "Masked images" in AppTest: what a visitor sees, also where models, data or a writable disk are missing."""

from __future__ import annotations

import itertools
import json
import math
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.experiment import get
from core.lessons.masked_images import painting
from core.nn.masks import SAMPLINGS
from core.store import artefacts, paths
from core.store.record import CHECKPOINTS, MODEL
from core.training.jobs import Board
from tests.helpers import quick_mae
from tests.helpers.pages import DAMAGES, PATIENCE, buttons, fine, open_page, press, with_another_byte, words

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not any(map(data.available, data.names())), reason="no pictures on this machine"),
]


def lesson(**query: str) -> AppTest:
    return open_page("masked_images", **query)


STAMPS = itertools.count(1)  # of messages as the browser sends them


def painter(at: AppTest) -> dict:
    """What the painter was given: mask, tiles, result_id..."""
    [element] = [e for e in at.get("bidi_component") if e.key == "mi_painter"]
    data = json.loads(element.proto.json)
    value = data["held"]["value"]
    return data | {"mask": value["cells"], "n": value["n"]}


def tiles(at: AppTest) -> list[str]:
    return [tile["title"] for tile in painter(at)["tiles"]]


def errors(at: AppTest) -> dict[str, float]:
    """The bars: label -> error on the hidden pixels."""
    bars = "".join(e.proto.body for e in at.get("html") if "ll-bars" in e.proto.body and "<dt" in e.proto.body)
    found = re.findall(r"<dt[^>]*>(.*?)</dt><dd.*?<span>([^< ]*)", bars)
    return {label: float(value) if value != "–" else math.nan for label, value in found}


def paint(at: AppTest, cells: list[int]) -> AppTest:
    shown = painter(at)
    value = {"n": shown["n"], "cells": cells, "pinned": None}
    message = {"value": value, "puts": shown["held"]["puts"], "stamp": f"hand-{next(STAMPS)}"}
    at.session_state["mi_painter"] = {"held": message}
    return fine(at.run())


def default_model() -> artefacts.Record:
    """The model on which the lesson opens; a checkout without any trained model has nothing to open on."""
    shown = lab.view("mae", get("mae").default(), 0)
    if not isinstance(shown, lab.Ready):
        pytest.skip("the default model is not in assets/trained")
    return shown.record


# What there is ---------------------------------------------------------------------------------------------------


def test_the_lesson_opens_on_a_trained_network():
    record = default_model()
    at = fine(lesson())
    assert f"<code>{record.key}</code>" in words(at)
    assert len(tiles(at)) >= 6, "the network's four pictures and the two naive fills"
    measured = errors(at)
    assert len(measured) >= 3
    assert all(math.isfinite(error) for error in measured.values())
    assert min(measured, key=measured.get) != "Mean fill"
    assert len(at.get("vega_lite_chart")) == 2
    assert {"mi_train", "mi_reset"} <= buttons(at)


# What a visitor does ---------------------------------------------------------------------------------------------


def test_a_painted_mask_changes_the_errors_and_the_link():
    default_model()
    at = fine(lesson())
    first, link = errors(at), at.query_params["mi_mask"]
    paint(at, [0, 1, 2, 24])
    assert errors(at).keys() == first.keys()
    assert errors(at) != first
    assert at.query_params["mi_mask"] != link
    assert painter(at)["mask"] == [0, 1, 2, 24]

    n = painter(at)["n"]
    paint(at, list(range(n * n)))
    assert all(math.isfinite(error) for error in errors(at).values()), "the network draws even from nothing"
    paint(at, [])
    assert not errors(at)
    assert len(tiles(at)) >= 6


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_sampling_button_draws_a_mask_of_the_size_asked_for_and_then_another(sampling):
    at = fine(lesson())
    n = painter(at)["n"]
    first = painter(press(at, f"mi_{sampling}"))["mask"]
    assert abs(len(first) - 0.75 * n * n) <= 1
    if sampling != "grid":
        assert painter(press(at, f"mi_{sampling}"))["mask"] != first
    at.slider(key="mi_hidden").set_value(25).run()
    assert abs(len(painter(fine(at))["mask"]) - 0.25 * n * n) <= 1


def test_an_echo_of_the_slider_does_not_draw_over_what_was_painted(monkeypatch):
    """After quick gestures the browser still sends what the slider showed before."""
    monkeypatch.setattr(painting, "ECHO_SECONDS", 600.0)
    at = lesson()
    before = at.slider(key="mi_hidden").value
    paint(at, [0, 1, 2])
    at.slider(key="mi_hidden").set_value(before).run()
    assert painter(fine(at))["mask"] == [0, 1, 2]
    at.slider(key="mi_hidden").set_value(50).run()
    assert len(painter(fine(at))["mask"]) == 24, "a value that it never showed is the person's own"


def test_what_the_slider_was_set_to_draws_nothing_either(monkeypatch):
    """Another act has sent along the value from before, so that the one the slider was set to comes as news."""
    drawn, state = [], {painting.HIDDEN: 0, painting._SAID: 0, painting._REPLACED: [(75, time.monotonic())]}
    monkeypatch.setattr(painting, "st", SimpleNamespace(session_state=state))
    monkeypatch.setattr(painting, "draw_mask", lambda n, sampling, percent: drawn.append(percent))
    painting.slide(7)
    state[painting.HIDDEN] = 75
    painting.slide(7)
    assert drawn == []
    state[painting.HIDDEN] = 50
    painting.slide(7)
    assert drawn == [50]


def test_the_age_slider_shows_younger_networks():
    record = default_model()
    at = fine(lesson())
    trained = painter(at)["result_id"]
    at.select_slider(key="mi_age").set_value(record.checkpoints[0]).run()
    fine(at)
    assert painter(at)["result_id"] != trained
    assert any(f"step {record.checkpoints[0]:,}" in label for label in errors(at))


@pytest.mark.parametrize("card", range(3))
def test_each_card_sets_up_another_case(card):
    at = fine(lesson())
    before = painter(at)
    after = painter(press(at, f"mi_try{card}"))
    assert after["mask"] != before["mask"]
    assert after["result_id"] != before["result_id"]


def test_reset_puts_everything_back():
    record = default_model()
    at = fine(lesson())
    before, fresh, link = errors(at), painter(at), dict(at.query_params)
    paint(at, [3, 4, 5])
    at.select_slider(key="mi_age").set_value(record.checkpoints[0]).run()
    at.selectbox(key="mi_width").set_value(32).run()
    at.number_input(key="mi_seed").set_value(7).run()
    press(at, "mi_try2")
    press(at, "mi_another")
    assert painter(at)["result_id"] != fresh["result_id"]

    press(at, "mi_reset")
    assert errors(at) == before
    for part in ("mask", "n", "image", "tiles", "result_id"):
        assert painter(at)[part] == fresh[part], part
    assert dict(at.query_params) == link
    fine(at.run())
    assert painter(at)["mask"] == fresh["mask"], "it stays so"


@pytest.mark.parametrize("text", ["7xzz", "71f3", "7x", "x1f", "7x" + "f" * 20, "7x-1"])
def test_a_mask_that_lost_a_character_is_said(text):
    assert "The mask of the link is damaged" in words(fine(lesson(mi_mask=text)))


@pytest.mark.parametrize("text", ["7x1f3", "14x1f3", ""])
def test_a_mask_of_this_grid_or_of_another_one_is_no_damage(text):
    assert "damaged" not in words(fine(lesson(mi_mask=text)))


def test_a_link_shows_the_same_screen_to_somebody_else():
    at = fine(lesson())
    paint(at, [1, 2, 3, 10, 11])
    at.number_input(key="mi_picture").set_value(12).run()
    sent = {"mi_mask": at.query_params["mi_mask"], "mi_picture": "12"}
    other = fine(lesson(**sent))
    assert errors(other) == errors(at)
    assert painter(other)["tiles"] == painter(at)["tiles"]


def test_quick_and_default_settings_move_the_menus():
    at = fine(lesson(mi_width="32"))
    press(at, "mi_quick")
    for name, value in get("mae").presets["quick"].items():
        assert at.selectbox(key=f"mi_{name}").value == value
    press(at, "mi_default")
    default = get("mae").default()
    for name in ("width", "depth", "decoder_depth", "steps", "mask_ratio"):
        assert at.selectbox(key=f"mi_{name}").value == getattr(default, name)


# What is missing or broken ---------------------------------------------------------------------------------------


def test_a_setting_without_a_model_says_so_and_offers_the_training():
    at = fine(lesson(mi_steps="100", mi_seed="4242"))
    assert "not been trained yet" in words(at)
    assert "seed 4242" in words(at)
    assert not at.error
    assert not at.button(key="mi_train").disabled
    assert "What was there" in tiles(at) and len(tiles(at)) >= 3, "the naive fills need no training"
    assert "This network" not in errors(at)


def test_without_any_pictures_the_lesson_says_how_to_get_them(monkeypatch):
    monkeypatch.setattr(data, "available", lambda name: name == "none")
    at = fine(lesson())
    assert len(at.error) == 1
    assert "nstall" in at.error[0].value
    for slug in ("home", "models"):
        fine(open_page(slug))


def test_without_the_default_pictures_the_lesson_opens_on_others(monkeypatch):
    default, available = get("mae").default().data, data.available
    if sum(map(available, data.names())) < 2:
        pytest.skip("needs two data sets")
    monkeypatch.setattr(data, "available", lambda name: name != default and available(name))
    for query in ({}, {"mi_data": default}, {"mi_from": default}):
        at = fine(lesson(**query))
        assert painter(at)["tiles"]
    fine(open_page("home"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_that_came_with_the_lab_is_one_sentence(baked, damage):
    record = default_model()
    file, do = DAMAGES[damage]
    do(baked / "mae" / record.key / file)
    at = fine(lesson())
    assert "comes with the program cannot be used" in words(at)
    assert "mi_train" in buttons(at)
    assert "Mean fill" in errors(at), "the rest of the page works"
    for slug in ("home", "models"):
        fine(open_page(slug))


def test_a_damaged_younger_network_is_one_sentence(baked):
    record = default_model()
    with_another_byte(baked / "mae" / record.key / CHECKPOINTS)
    at = fine(lesson())
    assert not at.error
    at.select_slider(key="mi_age").set_value(record.checkpoints[0]).run()
    assert len(fine(at).error) == 1
    at.select_slider(key="mi_age").set_value(record.steps).run()
    assert not fine(at).error


def test_a_damaged_network_beside_the_chosen_one_does_not_break_the_page(baked):
    record = default_model()
    others = [path for path in (baked / "mae").iterdir() if path.name != record.key]
    if not others:
        pytest.skip("no other trained model")
    for folder in others:
        with_another_byte(folder / MODEL)
    at = fine(lesson())
    assert "Mean fill" in errors(at)
    assert painter(at)["tiles"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_of_ones_own_is_set_aside_and_can_be_trained_again(lab_cache, damage):
    """A setting that was trained on this machine: whole, the lesson shows it; damaged, it counts as not trained."""
    config, _ = get("mae").lenient({"steps": 400})
    key = put_in_cache(lab_cache, config, seed=5)
    query = {"mi_steps": "400", "mi_seed": "5"}
    assert f"<code>{key}</code> · trained on this machine" in words(fine(lesson(**query)))

    file, do = DAMAGES[damage]
    do(lab_cache / "models" / "mae" / key / file)
    lab.model_cache().drop(next(r.key for r in lab.model_cache().resident() if key in r.key))
    at = fine(lesson(**query))
    fine(at.run())
    assert "trained on this machine" not in words(at)
    assert "The stored model of this setting was damaged" in words(at), "also in the run after"
    assert not at.button(key="mi_train").disabled
    assert list((lab_cache / "models" / ".damaged").iterdir())
    fine(open_page("models"))


def put_in_cache(cache: Path, config, seed: int) -> str:
    """The default model once more, as if it had been trained here under another setting."""
    record = default_model()
    key = get("mae").key(config, seed)
    folder = cache / "models" / "mae" / key
    shutil.copytree(paths.baked_dir() / "mae" / record.key, folder)
    other = replace(record, key=key, seed=seed, config={**record.config, "steps": config.steps})
    (folder / "record.json").write_text(other.to_json())
    return key


# Training --------------------------------------------------------------------------------------------------------


@pytest.fixture
def measured_quickly(monkeypatch):
    """What a network is measured on when its training ends: few pictures."""
    monkeypatch.setenv("LATENT_LAB_EXPERIMENTS", quick_mae.OFFER)
    get.cache_clear()
    yield
    get.cache_clear()


@pytest.mark.usefixtures("measured_quickly")
def test_training_from_the_page_where_the_cache_cannot_be_written(new_cache, tmp_path, monkeypatch):
    """Pressed, watched, done: the page then shows the new network, and says that it is in memory only."""
    cache = new_cache(tmp_path / "full")
    (cache / "models").write_text(
        ""
    )  # in the way, also of an administrator; pictures would be read anew by each process
    monkeypatch.setenv("LATENT_LAB_CACHE", str(cache))
    monkeypatch.setattr(lab, "_board", Board(devices=("cpu",), grace=PATIENCE))
    tiny = {
        "steps": "100",
        "depth": "1",
        "decoder_depth": "1",
        "width": "32",
        "data": "mnist",
    }  # the set that is measured soonest
    at = fine(lesson(mi_seed="4243", **{f"mi_{name}": value for name, value in tiny.items()}))
    config, _ = get("mae").lenient(tiny)
    key = get("mae").key(config, 4243)
    press(at, "mi_train")
    assert "mi_stop" in buttons(at) and "mi_train" not in buttons(at)

    lab.board().wait(key, 3 * PATIENCE)
    fine(at.run())
    end = time.monotonic() + PATIENCE
    while "mi_stop" in buttons(at) and time.monotonic() < end:
        fine(at.run())
    assert f"<code>{key}</code> · in memory only" in words(at)
    assert "This network" in errors(at)
    assert lab.delete("mae", key)
    assert "not been trained yet" in words(fine(at.run()))
    monkeypatch.setenv("LATENT_LAB_CACHE", str(cache / "models" / "none"))  # not even pictures can be kept
    fine(lesson())


def test_visitors_who_press_train_share_one_run_and_its_end():
    at = [fine(lesson(mi_steps="20000", mi_seed="4244")) for _ in range(3)]
    config, _ = get("mae").lenient({"steps": 20000})
    key = get("mae").key(config, 4244)
    for visitor in at:
        press(visitor, "mi_train")
    assert [job.key for job in lab.models().jobs] == [key]
    press(at[0], "mi_stop")
    assert lab.job(key).live and "mi_stop_all" in buttons(at[0]), "the others watch: nobody stops it for them unasked"
    press(at[0], "mi_stop_all")
    assert lab.board().wait(key, PATIENCE).state == "stopped"
    for visitor in at:
        assert "stopped" in words(fine(visitor.run()))


@pytest.mark.usefixtures("measured_quickly")
def test_stop_keeps_the_model_as_it_is_and_says_so():
    tiny = {"steps": "20000", "depth": "1", "decoder_depth": "1", "width": "32", "data": "mnist"}
    at = fine(lesson(mi_seed="4245", **{f"mi_{name}": value for name, value in tiny.items()}))
    key = get("mae").key(get("mae").lenient(tiny)[0], 4245)
    press(at, "mi_train")
    end = time.monotonic() + PATIENCE
    while "mi_keep" not in buttons(at) and time.monotonic() < end:
        fine(at.run())
    press(at, "mi_keep")
    said, end = "", time.monotonic() + 3 * PATIENCE
    while lab.job(key).live and time.monotonic() < end:
        said += words(fine(at.run()))  # somebody watches
        time.sleep(0.3)
    assert "Trained, and still being measured" in said, "it is on the stage before its measuring is over"
    assert lab.job(key).early
    fine(at.run())
    assert "stopped before its end" in words(at) and "of 20,000, for you alone" in words(at) and painter(at)
    press(at, "mi_drop")
    assert "not been trained yet" in words(at) and "stopped before its end" not in words(at)


def test_random_after_clear_hides_as_much_as_before():
    at = fine(open_page("masked_images", mi_mask="7x" + f"{(1 << 20) - 1:x}"))
    paint(at, [])
    press(at, "mi_random")
    assert len(painter(at)["mask"]) == pytest.approx(20, abs=1)
