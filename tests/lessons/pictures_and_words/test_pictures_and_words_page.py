"""The lesson "Pictures and words" in AppTest: the words on the stage, three scores, and the acts below."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.data import captions
from core.experiment import get
from core.experiments import clip
from core.lessons.pictures_and_words import (
    card,
    charts,
    clouds,
    diagonal,
    links,
    measured,
    other_style,
    preview,
    scores,
    search,
    stage,
    subject,
)
from tests.helpers.pages import component, drawn, fine, open_page, pick, press, put, words
from tests.helpers.pictures import message, pad_pixels

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not data.available("openmoji"), reason="no emoji on this machine"),
]


def page(**query: str) -> AppTest:
    return fine(open_page("pictures_and_words", **{f"pw_{name}": value for name, value in query.items()}))


def record_of(name: str):
    view = lab.view("clip", get("clip").strict({"data": name}), 0)
    assert isinstance(view, lab.Ready)
    return view.record


@pytest.fixture(scope="module")
def record():
    return record_of("openmoji")


def test_it_opens_with_a_picture_words_and_three_scores():
    at = page()
    shown = words(at)
    assert "ll-pwanswer" in shown and all(name in shown for name in ("cosine", "softmax", "sigmoid"))
    assert pad_pixels(component(at, links.PAD)).shape == (32, 32, 3)
    assert (
        "CC BY-SA 4.0" in shown and "None of these" in shown and "Search both ways" in [one.value for one in at.header]
    )


def test_the_scores_are_those_of_the_encoders(record):
    part = captions.part("openmoji", "test")
    model = lab.model(record)
    texts = ("cat", "tree", "car")
    found = scores.of(record, subject.seen(record, part.x[3].permute(1, 2, 0).numpy()), subject.said(record, texts))
    with torch.no_grad():
        cosines = clip.encode_pictures(model, part.x[3:4]) @ clip.encode_texts(model, texts).T
    assert found.cosines == pytest.approx(cosines[0].tolist(), abs=1e-6)
    assert found.softmax == pytest.approx((cosines[0] * float(model.scale)).softmax(0).tolist(), abs=1e-5)
    fitted = record.metrics["calibration"]
    assert found.sigmoid[0] == pytest.approx(
        1 / (1 + math.exp(-fitted["slope"] * found.cosines[0] - fitted["intercept"])), rel=1e-5
    )
    assert sum(found.softmax) == pytest.approx(1) and found.best == max(range(3), key=found.cosines.__getitem__)
    assert scores.of(record, -subject.said(record, texts).vectors.mean(0), subject.said(record, texts)).is_none


def test_words_that_nobody_knows_are_said_and_long_texts_are_cut():
    at = page(words="cat, qqzzxy, " + "tree " * 300)
    shown = words(at)
    assert "qqzzxy" in shown and "no word of it is known" in shown and "Only the first" in shown
    at = page(words=",".join(f"cat {i}" for i in range(30)))
    assert "are left out" in words(at)
    assert "no word here to choose from" in words(put(at, "pw_words", " , ,"))
    assert "None of the words can be read" in words(put(at, "pw_words", "qqzzxy"))
    markup = words(put(at, "pw_words", "<b>cat</b>, *dog*"))
    assert "<b>cat</b>" not in markup and "&lt;b&gt;cat" in markup


def test_a_drawing_changes_the_scores_and_travels_in_the_link():
    at = page()
    before, shown = words(at), component(at, links.PAD)
    pixels = pad_pixels(shown).copy()
    pixels[:16] = (230, 64, 51)
    at.session_state[links.PAD] = message(pixels, shown)
    fine(at.run())
    after = words(at)
    assert after != before and "A drawing." in after
    link = at.query_params["pw_drawn"]
    again = page(drawn=link)
    assert np.array_equal(pad_pixels(component(again, links.PAD)), pixels)
    assert "not available" in words(page(drawn="damaged"))


def test_an_empty_page_and_templates():
    at = page(show="blank")
    assert (pad_pixels(component(at, links.PAD)) == 255).all()
    before = words(at)
    assert words(pick(at, "pw_say", "ensemble")) != before
    other = page(show="other", other_from="mnist", other_picture="3")
    assert "Held-out picture 3" in words(other)


def test_scenes_have_words_of_their_own():
    at = page(data="shapes")
    assert (
        "a violet disc" in at.text_input(key="pw_captions").value
        and (pad_pixels(component(at, links.PAD))[0, 0] == 0).all()
    )
    shown = words(at)
    assert "captions" in shown and "order of words" in shown and "nearest other scene has the new colour" in shown


def test_the_matrix_is_that_of_the_moment(record):
    looks = lab.previews(record)
    assert len(looks) > 2 and looks[0].i == 0
    at = page(step=str(looks[0].i))
    first = drawn(at, "row", "column", "cosine")
    assert len(first) == clip.EXHIBITED**2
    with torch.no_grad():
        model, part = lab.model(record), clip.exhibit(captions.part("openmoji", "test"))
        exact = (clip.encode_pictures(model, part.x) @ clip.encode_texts(model, part.names).T).numpy()
    np.testing.assert_allclose(diagonal.of_bytes(looks[-1], "held_out"), exact, atol=0.006)
    assert diagonal.verdict(record, looks[-1], "trained") != diagonal.verdict(record, looks[0], "trained")
    assert f"ln {clip.EXHIBITED}" in diagonal.verdict(record, looks[0], "held_out")


def test_the_panel_shows_the_batch_as_it_was_and_as_it_is(record):
    looks = lab.previews(record)
    first, last = (preview.as_picture(look.arrays["trained"][0, :, :, 0]) for look in (looks[0], looks[-1]))
    assert first.shape == (preview.CELL * clip.EXHIBITED, preview.CELL * clip.EXHIBITED, 3)
    assert not np.array_equal(first, last)


def test_search_finds_and_sums_move(record):
    at = page(ask="qqzzxy")
    assert "None of these words is known" in words(at)
    assert "Write what you look for" in words(put(at, "pw_ask", ""))
    space = subject.space(record)
    near = subject.said(record, ("a red heart",)).vectors[0] @ space.pictures.T
    assert search.cards(space, near, 3).count("<figure") == 3
    assert f"{record.metrics['captions']:,}" in search.recalled(record)
    before = words(page(of="4"))
    assert words(page(of="4", minus="", plus="")) != before
    assert press(at, "pw_of_another").text_input(key="pw_minus").value == "blue"


def test_the_clouds_before_and_after(record):
    at = page(age="untrained")
    points = drawn(at, "x", "y", "kind", "pair")
    assert set(points["kind"]) == {"picture", "caption"} and len(points) == 2 * clouds.SHOWN
    said = clouds.verdict(subject.space(record))
    assert f"{record.metrics['modality_gap']:.2f}" in said and f"{record.metrics['modality_gap_untrained']:.2f}" in said


def test_what_is_said_of_the_claims_follows_from_the_numbers():
    row = {"gap": 0.9, "untrained": 1.0, "recall": 0.3, "how": "fixed"}
    falling = [{**row, "temperature": 0.01}, {**row, "temperature": 1.0, "gap": 0.2}]
    assert "as in the paper" in clouds.of_temperatures(falling)
    rising = [{**row, "temperature": 0.01}, {**row, "temperature": 1.0, "gap": 1.2}]
    assert "Not here" in clouds.of_temperatures(rising)
    one = {"balanced": 0.8, "interval": [0.7, 0.9], "kept": 0.8, "refused": 0.8, "threshold": 0.3}
    none = {"candidates": 8, "nearest": 0.6, "cosine": one, "softmax": {**one, "balanced": 0.6}}
    assert "cosine knows better" in measured.none_said({**none, "cosine_over_softmax": [0.1, 0.3]})
    assert "softmax knows better" in measured.none_said({**none, "cosine_over_softmax": [-0.3, -0.1]})
    assert "is open here" in measured.none_said({**none, "cosine_over_softmax": [-0.1, 0.1]})
    shots = [
        {"shots": k, "accuracy": 0.5, "zero_shot_ahead": edge}
        for k, edge in ((1, [0.1, 0.2]), (2, [-0.1, 0.1]), (4, [-0.2, -0.1]))
    ]
    few = {"zero_shot": 0.5, "most_common": 0.2, "by_shots": shots}
    assert "one labelled picture a class, and worse than one with 4" in measured.worth(few)
    order = {"right": 0.54, "interval": [0.51, 0.57], "tested": 900}
    assert "hardly does" in measured.order_said(order, "transformer") and "cannot do better" in measured.order_said(
        order, "bag of words"
    )


def test_another_style_is_read_or_its_absence_said(record, monkeypatch):
    monkeypatch.setattr(other_style, "font", lambda: None)
    assert "not on this machine" in other_style.said(record)
    monkeypatch.undo()
    if (path := other_style.font()) is None:
        pytest.skip("no Noto emoji on this machine")
    found = other_style.recall(record, path)
    assert found["count"] > 300 and 0 < found["noto"] < 1


def test_cases_of_try_this_set_all_they_need(record):
    at = page(say="ensemble", show="blank")
    at = press(at, "pw_try0")
    assert "None of these: the nearest" in words(at) and at.query_params["pw_words"] == "house, tree, clock, flag"
    at = press(at, "pw_try2")
    assert at.text_input(key="pw_captions").value.startswith("a green star")


def test_the_card_shows_pictures_and_a_link_with_nonsense_opens():
    assert card.words().count("<img") == 3
    at = page(picture="99999", age="young", step="7", say="sung", pick="99999")
    assert "not available" in words(at)
    assert stage.WAYS.keys() == {"name", "template", "ensemble"} and charts.CELL > 10
