"""The lesson "From text to picture" in AppTest: captions, samples in the background, three ways, codes, and what was measured."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.analysis import attributes
from core.data import scenes
from core.experiment import get
from core.experiments import clip, text_to_image
from core.lessons.text_to_picture import card, charts, codes, links, measured, stage, subject, three_ways, tiles
from tests.helpers.pages import fine, open_page, pick, press, put, words

pytestmark = pytest.mark.usefixtures("lab_cache")


def page(**query: str) -> AppTest:
    return fine(open_page("text_to_picture", **{f"tp_{name}": value for name, value in query.items()}))


@pytest.fixture(scope="module")
def record():
    view = lab.view("text_to_image", get("text_to_image").default(), 0)
    assert isinstance(view, lab.Ready)
    return view.record


def done(asked: subject.Asked) -> subject.Drawn:
    """The samples, waited for."""
    end = time.monotonic() + 60
    while (view := subject.ask(asked)).live and time.monotonic() < end:
        time.sleep(0.02)
    assert view.state == "done", view.message
    return view.value


def settled(record, **query: str) -> AppTest:
    """The page when all samples of its caption are drawn."""
    text = stage.cut(query.get("caption", links.OPENS_ON["shapes"]))
    for way in three_ways.WAYS:
        done(subject.Asked(record, text, way, float(query.get("guidance", 2.0)), int(query.get("noise", 0))))
    return page(**query)


def test_it_opens_with_samples_of_a_caption_that_was_never_trained(record):
    shown = words(settled(record))
    assert "Never trained together" in shown and "samples are what the caption says" in shown
    assert shown.count("ll-tp") > 3 and "film" in shown
    assert "Prior + decoder" in shown and "Text code as a picture" in shown


def test_samples_are_what_prior_and_decoder_make_of_the_same_noise(record):
    asked = subject.Asked(record, "a large red square in the middle", guidance=1.5, noise=7)
    drawn = done(asked)
    model, noise = lab.model(record), subject.noise_of(7)
    with torch.no_grad():
        texts = clip.encode_texts(model.clip, [asked.text] * subject.SAMPLES)
        codes_now = text_to_image.by_diffusion(model, texts, noise.codes)
        exact = text_to_image.decode(model, codes_now, noise.pictures, weight=1.5).permute(0, 2, 3, 1).numpy()
    assert drawn.frames.shape == drawn.believed.shape == (text_to_image.STEPS + 1, subject.SAMPLES, 32, 32, 3)
    assert np.abs(drawn.pictures.astype(int) - exact).max() <= 1
    np.testing.assert_array_equal(drawn.frames[0], subject.as_array(noise.pictures))
    assert subject.now.get(asked.key) is None
    for way in three_ways.WAYS:
        assert (done(subject.Asked(record, asked.text, way, 1.5, 7)).frames[0] == drawn.frames[0]).all()


def test_an_empty_caption_unknown_words_and_ten_thousand_words(record):
    at = page(caption=" ")
    assert "Nothing to draw yet" in words(at)
    assert "No word of this caption is known" in words(put(at, "tp_caption", "qqzzxy"))
    shown = words(put(at, "tp_caption", "a red qqzzxy disc"))
    assert "Not read" in shown and "qqzzxy" in shown
    long = page(caption="red disc " * 5_000)
    assert "longer than any that this page writes" in words(long)
    assert "Only the first 24 words are read" in words(page(caption="red disc " * 100))
    markup = words(put(at, "tp_caption", "<b>red</b> *disc* <script>"))
    assert "<script>" not in markup and "<b>red</b>" not in markup


def test_a_caption_asks_for_what_it_names(record):
    assert subject.asked_for("a small red disc at the top").tolist() == [[0, 0, 0]]
    assert subject.asked_for("red").tolist() == [[-1, 0, -1]]
    assert subject.asked_for("a red disc left of a blue square").tolist() == [[-1, -1, -1]]
    for text, wanted in (
        ("a large green star", "pair"),
        ("a large yellow star", "triple"),
        ("a small yellow star", ""),
        ("green", ""),
    ):
        assert subject.novelty(record, text) == wanted
    assert (
        subject.in_words(torch.tensor([0, 0, 0])) == "small red disc"
        and subject.in_words(torch.tensor([-1, -1, -1])) == "no figure"
    )


def test_the_slider_shows_a_moment_and_what_is_believed_then(record):
    shown = words(settled(record, moment="4"))
    assert "After 4 of" in shown and "Believed picture" in shown and "film" not in shown.split("One noise")[0]
    assert "not available" in words(page(moment="99999", guidance="7", noise="-3", prior="magic"))


def test_readings_say_what_is_right(record):
    drawn, x = scenes.load("test")
    rows = [i for i, scene in enumerate(drawn) if len(scene.figures) == 1][:3]
    pixels = x[rows].permute(0, 2, 3, 1).numpy()
    said, summary = stage.readings(pixels, subject.Asked(record, drawn[rows[0]].caption()))
    assert said[0].startswith("✓") and "of 3" in summary
    said, summary = stage.readings(pixels, subject.Asked(record, "in the middle"))
    assert not said[0].startswith(("✓", "✗")) and "names neither" in summary


def test_least_squares_and_other_noise_draw_something_else(record):
    one = done(subject.Asked(record, "a red disc"))
    other = done(subject.Asked(record, "a red disc", "least_squares"))
    assert not np.array_equal(one.pictures, other.pictures)
    assert not np.array_equal(one.pictures, done(subject.Asked(record, "a red disc", noise=1)).pictures)
    at = settled(record)
    before = at.number_input(key="tp_noise").value
    assert press(at, "tp_other").number_input(key="tp_noise").value != before
    assert "tp_prior" in pick(at, "tp_prior", "linear").query_params


def test_codes_vary_meet_and_are_cut(record):
    found = codes.variations(record, 3, 0)
    assert found.shape == (subject.SAMPLES, 32, 32, 3) and not np.array_equal(found[0], found[1])
    path = codes.between(record, 0, 5, 0)
    assert len(path) == codes.BETWEEN
    ends = codes.shortened(record, 0, 0)
    assert np.abs(ends[-1].astype(int) - path[0]).max() <= 1  # all directions are the whole code
    assert "90%" in codes.order_said(record.metrics["by_directions"])
    at = page(of="2", to="7")
    assert at.number_input(key="tp_of").value == 2 and "along the arc" in words(at)


def test_numbers_on_the_page_are_those_of_the_record(record):
    found = record.metrics
    rows = measured.rows(found)
    assert {row["attribute"] for row in rows} == {"shape", "colour", "size", "all three"}
    for row in rows:
        assert row["low"] - 1e-6 <= row["right"] <= row["high"] + 1e-6
    assert f"{found['attribute_accuracy.prior_decoder.colour']:.0%}" in measured.verdict(record)
    assert "independently" in measured.multiplied(found) and "Smaller is better" in measured.distance_said(found)
    assert all(found["rule"][name] > 0.99 for name in attributes.NAMES)
    assert "16.55" in measured.distance_said(found)


def test_distance_and_guidance_say_only_what_the_intervals_allow(record):
    found = dict(record.metrics)
    found["frechet_difference"] = {"text_decoder": [-0.1, 0.2], "text_as_image": [-0.5, -0.2]}
    said = measured.distance_said(found)
    assert "is open" in said and "is nearer to real pictures than prior" in said
    rows = [
        {"weight": w, "apart": a, "shape": r, "colour": r, "size": r, "product": r}
        for w, a, r in ((1.0, 0.2, 0.3), (2.0, 0.1, 0.5))
    ]
    assert "less variety" in measured.guidance_said(rows)
    assert "less variety" not in measured.guidance_said([{**row, "apart": 0.2} for row in rows])


def test_of_emoji_the_encoders_find_the_caption_again():
    found = {f"found.{way}": 0.2 for way in measured.SHOWN} | {"found.real": 0.4, "chance": 0.03, "captions": 284}
    assert measured.found_rows(found)[0].ours and "284" in measured.found_said(found)


@pytest.mark.skipif(not data.available("openmoji"), reason="no emoji on this machine")
def test_emoji_can_be_trained_and_the_page_says_how():
    shown = words(page(data="openmoji"))
    assert "has not been trained yet" in shown or "CC BY-SA" in shown


def test_cards_of_try_this_set_their_case():
    at = page()
    for i, text in enumerate(
        ("a large green star in the middle", "red", "a small red disc left of a large blue square", "a violet figure")
    ):
        assert press(at, f"tp_try{i}").text_input(key="tp_caption").value == text


def test_the_card_shows_what_is_drawn():
    shown = card.pictures()
    assert shown.count("<img") == len(card.CAPTIONS) and "large blue ring" in shown


def test_a_film_has_all_frames_and_a_name():
    frames = np.zeros((5, 2, 32, 32, 3), np.uint8)
    shown = tiles.film(frames, ("✓ a <b>", "✗ c"))
    assert "--frames:5" in shown and "right, a &lt;b&gt;" in shown and "<b>" not in shown


def test_charts_are_valid():
    import pandas as pd

    from core.charts import theme

    look = theme.look(False)
    ways = pd.DataFrame(
        [{"attribute": "shape", "way": way, "right": 0.5, "low": 0.4, "high": 0.6, "chance": 0.2} for way in "ab"]
    )
    charts.ways(ways, look).to_dict(validate=True)
    for chart, column in ((charts.directions, "k"), (charts.guidance, "weight")):
        rows = pd.DataFrame([{column: value, "attribute": "shape", "right": 0.5} for value in (1, 2)])
        chart(rows, look).to_dict(validate=True)
