"""The lesson "Sight and sound" in AppTest: what the component is told, links, a recording, and the acts."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.data import voices
from core.experiment import get
from core.experiments import audio_visual
from core.lessons.sight_and_sound import (
    card,
    false_negatives,
    learned,
    links,
    measured,
    say_it,
    space,
    stage,
    subject,
)
from core.lessons.sight_and_sound.hear_see import mu_law
from core.nn.pair_losses import symmetric
from tests.helpers.pages import drawn, fine, open_page, pick, press, words

have = isinstance(lab.view("audio_visual", get("audio_visual").default(), 0), lab.Ready)
pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not have or not voices.available(), reason="no baked network, or no voices on this machine"),
]


def page(**query: str) -> AppTest:
    return fine(open_page("sight_and_sound", **{f"ss_{name}": value for name, value in query.items()}))


def box(at: AppTest) -> dict:
    """What the component was sent."""
    [element] = [e for e in at.get("bidi_component") if e.key == links.BOX]
    return json.loads(element.proto.json)


def click(at: AppTest, value: object, stamp: str = "hand-1") -> AppTest:
    at.session_state[links.BOX] = {"held": {"value": value, "puts": box(at)["held"]["puts"], "stamp": stamp}}
    return fine(at.run())


def headings(at: AppTest) -> str:
    return "\n".join(one.value for one in at.subheader)


@pytest.fixture(scope="module")
def record():
    return lab.view("audio_visual", get("audio_visual").default(), 0).record


# The stage ---------------------------------------------------------------------------------------------------------


def test_the_component_is_told_what_the_networks_say(record):
    at = page()
    sent, found, digits = box(at), subject.heard(record), data.load("mnist")
    assert sent["held"]["value"] == {"side": "sound", "index": 7} and "ss_chosen" not in at.query_params
    sounds = [next(i for i in range(600) if found.voice[i] == 0 and found.digit[i] == d) for d in range(10)]
    pictures = subject.gallery(0)
    assert (
        sorted(sent["shows"]) == sorted([*range(10)] * 10)
        and [int(digits.test_y[i]) for i in pictures] == sent["shows"]
    )
    model = lab.model(record)
    with torch.no_grad():
        seen = model.paired.sight(digits.test_x[list(pictures)].float() / 255)
        said = model.paired.sound(audio_visual.coarse(audio_visual.levels(found.waves[sounds])))
    assert np.abs(np.array(sent["similarity"]) - 1000 * (said @ seen.T).numpy()).max() <= 1.5
    wave = found.waves[sounds[7]].numpy()
    packed = base64.b64decode(sent["audio"][7])
    assert (
        mu_law(wave[: len(packed)]) == packed
        and np.abs(wave[len(packed) :]).max() <= 60
        and len(json.dumps(sent)) < 200_000
    )


def test_mu_law_is_that_of_the_standard():
    known = {0: 0xFF, 32124: 0x80, -32124: 0x00, 120: 0xF0, 132: 0xEF, -1: 0x7F, 32767: 0x80, -32768: 0x00}
    assert mu_law(np.array(list(known), np.int16)) == bytes(known.values())


def test_a_click_travels_in_the_link_and_reset_takes_it_back():
    at = click(page(), {"side": "picture", "index": 42})
    assert at.query_params["ss_chosen"] == ["p42"] or at.query_params["ss_chosen"] == "p42"
    assert box(at)["held"]["value"] == {"side": "picture", "index": 42}
    press(at, "ss_reset")
    assert box(at)["held"]["value"] == {"side": "sound", "index": 7} and "ss_chosen" not in at.query_params


@pytest.mark.parametrize("raw", ["s10", "p100", "x3", "s", "p-1", "s3.5", "p٣", "s" * 50])
def test_a_link_that_names_nothing_is_said(raw):
    at = page(chosen=raw)
    assert box(at)["held"]["value"] == {"side": "sound", "index": 7} and "not available here" in words(at)


def test_links_choose_and_other_networks_stand_on_the_stage():
    plain, other = box(page(chosen="s3", voice="zac", draw="5")), box(page(chosen="p9", learned="shuffled"))
    assert plain["held"]["value"] == {"side": "sound", "index": 3} and plain["who"].startswith("zac")
    assert (
        other["held"]["value"] == {"side": "picture", "index": 9} and other["similarity"] != box(page())["similarity"]
    )


@pytest.mark.parametrize(
    "raw", [None, 3, "s3", {"side": "sound"}, {"side": "sound", "index": True}, {"side": "sound", "index": -1}, {"side": "other", "index": 1},
            {"side": "picture", "index": 400}, {"side": "picture", "index": 3, "more": 1}, {"side": ["sound"], "index": 1}],
)  # fmt: skip
def test_a_message_that_is_no_choice_changes_nothing(raw):
    assert box(click(page(), raw))["held"]["value"] == {"side": "sound", "index": 7}


def test_a_sound_that_is_not_there_is_the_first_one():
    assert box(click(page(), {"side": "sound", "index": 55}))["held"]["value"] == {"side": "sound", "index": 7}


# A recording -------------------------------------------------------------------------------------------------------


def test_a_recording_finds_pictures_and_is_counted(record):
    found = subject.heard(record)
    row = subject.said_by(found, "f2")[3]
    word = say_it.read(say_it.wav(found.waves[row].numpy() / 32767))
    rows, shares = say_it.found(record, word)
    where = subject.codes(record, "paired")
    expected = (where.seen @ where.said[row]).topk(10).indices
    assert len(set(rows) & set(expected.tolist())) >= 8, "what is read back is nearly what was said"
    assert sum(shares) == pytest.approx(1) and len(rows) == 10


def test_bad_recordings_are_one_sentence_on_the_page(record):
    script = (
        "from core.lessons.sight_and_sound import say_it\nimport numpy as np\nimport streamlit as st\n"
        "say_it._read(say_it.wav(np.zeros(8000)))\nsay_it._read(b'ID3' * 100)\n"
        "word = say_it._read(say_it.wav(0.5 * np.sin(np.arange(4000) / 3)))\nst.text(str(word.levels.shape))\n"
    )
    at = fine(AppTest.from_string(script, default_timeout=60).run())
    assert [e.value.split(":")[0] for e in at.error] == [
        "Nothing is heard in this recording",
        "This is no WAV file but an MP3 file",
    ]
    assert at.text[0].value == "torch.Size([1, 1, 64, 64])"


# The acts ----------------------------------------------------------------------------------------------------------


def test_acts_say_what_was_measured(record):
    at, metrics = page(), record.metrics
    said = headings(at) + words(at)
    assert "could not be drawn" not in said
    for name in ("retrieval_accuracy", "shuffled_accuracy"):
        assert f"{metrics[name]:.1%}" in said
    assert f"{metrics['few']['paired']:.1%}" in said and f"{metrics['few']['raw']:.1%}" in said
    assert metrics["retrieval_accuracy"] >= 0.8 and metrics["intervals"]["paired-shuffled"][0] > 0.4
    assert drawn(at, "who", "accuracy")["accuracy"].iloc[0] == metrics["retrieval_accuracy"]
    assert "could not be drawn" not in words(
        page(map="pca", unit="63", pairs="64", told="other digits", learned="untrained")
    )


def test_units_and_meeting_are_counted_from_the_network(record):
    h = learned.activations(record, "paired")
    y = data.load("mnist").test_y
    unit = next(i for i, d in enumerate(record.metrics["units"]["paired"]["digit"]) if d >= 0)
    top = y[h[:, unit].topk(20).indices].tolist()
    assert max(map(top.count, range(10))) == record.metrics["units"]["paired"]["of_20"][unit]
    found, where = space.meeting(record), subject.codes(record, "paired")
    assert (
        found.gap == pytest.approx(float((where.seen.mean(0) - where.said.mean(0)).norm()), rel=1e-5)
        and found.same > found.other + 0.3
    )


def test_false_negatives_are_counted_in_the_batch(record):
    found = false_negatives.batch(record, 32, 0, "all")
    same = found.digit[:, None] == found.digit
    assert found.false == int(same.sum()) - 32 and found.false > 0
    slow = sum(float(found.pushes[i, j]) for i in range(32) for j in range(32) if same[i, j] and i != j) / float(
        found.pushes.sum()
    )
    assert found.wrong == pytest.approx(slow, rel=1e-4) and (found.pushes.diagonal() == 0).all()
    assert found.floor == pytest.approx(float(torch.log(same.sum(dim=1).double()).mean()))
    told = false_negatives.batch(record, 32, 0, "other digits")
    assert told.wrong == 0 and told.loss < found.loss and torch.equal(told.cosine, found.cosine)
    # The floor is that of the loss: a network that knows digits and nothing else.
    codes = torch.eye(10)[found.digit]
    assert float(symmetric(codes, codes, 100.0)) == pytest.approx(found.floor, abs=1e-3)
    assert "cannot come below" in false_negatives.explained(found, "all")


def test_sentences_follow_the_numbers():
    metrics = {"by_voice": [0.5, 0.6, 0.7], "retrieval_accuracy": 0.6}
    better = {"by_voice": [0.9, 0.9, 1.0], "retrieval_accuracy": 0.93}
    assert "They cost something" in false_negatives.difference_said(metrics, better)
    assert "They even help" in false_negatives.difference_said(better, metrics)
    assert "too small to be sure" in false_negatives.difference_said(metrics, metrics)
    assert measured.mistaken({"confusion": np.eye(10, dtype=int).tolist()}).endswith("no mistake.")


def test_the_card_and_the_melodies(record):
    assert "data:image/png" in (card.picture() or "")
    at = page(data="melodies")
    assert "melod" in words(at).lower() and "could not be drawn" not in words(at)
    assert stage.facts(audio_visual.Config(negatives="other digits")).count("no negatives") == 1
    at = pick(page(), "ss_learned", "untrained")
    assert "before their first step" in words(at)
