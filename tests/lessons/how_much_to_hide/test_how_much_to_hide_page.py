"""The lesson "How much to hide?" in AppTest: the stage, the guesses, the curves and their sentences, sounds, and the club."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import lab
from core.data.sentences import SPECIAL, vocabulary
from core.experiment import get
from core.experiments.masked_lm import how_many
from core.experiments.spectrogram_mae import N
from core.lessons.how_much_to_hide import (
    card,
    charts,
    curves,
    examples,
    friends,
    graph,
    heard,
    links,
    measured,
    own_points,
    own_sound,
    painter,
    painting,
)  # fmt: skip
from core.lessons.how_much_to_hide.links import SHARES
from core.nn import mel
from tests.helpers.pages import component, fine, open_page, pick, press, settle, words
from tests.helpers.recordings import tone, wav

EXPERIMENTS = ("mae", "masked_lm", "video_mae", "spectrogram_mae")
pytestmark = pytest.mark.usefixtures("lab_cache")


def page(**query: str) -> AppTest:
    return fine(open_page("how_much_to_hide", **{f"hm_{name}": value for name, value in query.items()}))


def have(name: str) -> bool:
    return isinstance(lab.view(name, get(name).default(), 0), lab.Ready)


def points(best: float, kind: str = "images", seeds: int = 3) -> list[dict]:
    """Made points of which one share is the best by far."""
    names = {"images": ("probe_accuracy", "fine_tuned_accuracy"), "text": ("blank_accuracy",)}[kind]
    found = []
    for ratio in (0.15, 0.4, 0.75, 0.9):
        for seed in range(seeds):
            value = 0.8 - abs(ratio - best) + 0.002 * seed
            metrics = {n: value for name in names for n in (name, f"{name}_choosing")}
            metrics |= {"held_out_loss": 1 - value, "held_out_loss_choosing": 1 - value}
            found.append({
                "kind": kind, "ratio": ratio, "seed": seed, "metrics": metrics, "steps": 10, "seconds": 2.0, "processor_seconds": 1.5, "parameters": 1000,
            })  # fmt: skip
    return found


@pytest.fixture
def made(monkeypatch):
    """made(points) puts these points in the place of those that ship."""
    return lambda some: monkeypatch.setattr(curves, "baked", lambda: {"points": some})


# The stage --------------------------------------------------------------------------------------------------------


def test_the_stage_hides_the_same_share_of_four_kinds_of_data_and_asks_first():
    at = page()
    shown = words(at)
    for title in ("A picture", "A sentence", "A clip", "A sound"):
        assert f"<h4>{title}</h4>" in shown
    assert [b.label for b in at.button if b.key.endswith("_say")] == ["I say 75%"] * 3
    assert not [e for e in at.get("vega_lite_chart") if "hm_curve" in str(e.key)], "no curve before a guess"
    at = fine(at.select_slider(key="hm_share").set_value(40).run())
    assert [b.label for b in at.button if b.key.endswith("_say")] == ["I say 40%"] * 3 and at.query_params[
        "hm_share"
    ] == "40"


def test_a_guess_brings_the_curve_of_its_kind_and_can_be_taken_back(made):
    made(points(0.4) + points(0.4, "text"))
    at = press(page(share="60"), "hm_guess_text_say")
    assert at.query_params["hm_guess_text"] == "60" and "You said 60%" in words(at)
    assert {b.key for b in at.button if b.key.endswith("_say")} == {"hm_guess_images_say", "hm_guess_video_say"}
    at = press(at, "hm_show_all")
    assert not [b for b in at.button if b.key.endswith("_say")] and words(at).count("The best share is **40%**") >= 2
    at = press(at, "hm_again")
    assert len([b for b in at.button if b.key.endswith("_say")]) == 3 and "hm_guess_text" not in at.query_params


@pytest.mark.parametrize("number", [0, 5, links.EXAMPLE.high])
def test_every_share_hides_exactly_so_much_and_a_larger_one_hides_more(number):
    if not have("masked_lm"):
        pytest.skip("no baked network")
    record = examples.nearest(examples.SHOWN["text"], 15)
    known = vocabulary(record.config["data"], record.config["words"])
    ids = known.encode(known.split(examples.SENTENCES[number]))
    before: frozenset[int] = frozenset()
    for share in SHARES:
        hidden = examples.hidden_words(ids, share / 100, number)
        count = sum(word >= len(SPECIAL) for word in ids)
        assert len(hidden) == int(how_many(torch.tensor([count]), share / 100)) and before <= hidden
        before = hidden


@pytest.mark.parametrize("kind", list(examples.SHOWN))
def test_examples_are_filled_in_at_both_ends_of_the_slider(kind):
    shown = examples.SHOWN[kind]
    if not have(shown.experiment):
        assert "not trained yet" in examples.cell(shown, 75, 0).said
        pytest.skip("no baked network")
    for share in (SHARES[0], SHARES[-1]):
        found = examples.cell(shown, share, 3)
        assert found.asked and found.filled and found.asked != found.filled and "% network" in found.said
    assert examples.nearest(shown, 98).config[shown.knob] >= examples.nearest(shown, 5).config[shown.knob]


def test_a_damaged_network_is_one_sentence_in_its_own_place(monkeypatch):
    def broken(record):
        raise lab.Damaged("It is <damaged>.")

    monkeypatch.setattr(lab, "model", broken)
    found = examples.cell(examples.SHOWN["sound"], 37, 2)
    assert "&lt;damaged&gt;" in found.said or "not trained yet" in found.said
    fine(open_page("how_much_to_hide"))


# Curves -----------------------------------------------------------------------------------------------------------


def test_what_ships_has_every_share_of_every_kind_with_seeds():
    shipped = curves.points()
    if not shipped:
        pytest.skip("no sweep is baked")
    for kind in {p["kind"] for p in shipped}:
        assert curves.seeds(kind) >= (1 if kind == "video" else 3)
        for measure in curves.MEASURES:
            found = curves.measured(kind, measure)
            if found is not None:
                rows = curves.rows(found, "40", 75)
                assert len(rows) >= 4 and all(row["low"] <= row["value"] <= row["high"] for row in rows)
    assert all(p["seconds"] > 0 and p["threads"] >= 1 and p["history"] for p in shipped)


def test_sentences_follow_the_data_whichever_way_it_came_out(made):
    made(points(0.4) + points(0.9, "text"))
    assert (
        curves.said(curves.measured("images", "probe"))
        == "The best share is **40%**, and every other one is worse for certain."
    )
    told = measured.across()
    assert "the 75% of He et al. 2021 is **not** best here: it is behind 40% by 35.0 points" in told
    assert "the 15% of BERT is **not** best here" in told and "as steep as" in told
    made(points(0.75) + points(0.15, "text"))
    told = measured.across()
    assert (
        "the 75% of He et al. 2021 is among the best here" in told and "the 15% of BERT is among the best here" in told
    )
    made(points(0.75, seeds=1))
    assert "With a single seed" in curves.said(curves.measured("images", "probe"))
    assert "1 seeds" in curves.how_long() or "1 seed" in curves.how_long()


def test_without_a_sweep_the_page_says_which_command_makes_it(made):
    made([])
    at = page(guess_images="75", guess_text="-", guess_video="90")
    assert "python -m core claims mask-ratio" in words(at) and "84.2 → 84.5" in words(at)


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"points": 3}'])
def test_a_damaged_file_counts_as_none(broken, tmp_path, monkeypatch):
    file = tmp_path / "mask_ratio.json"
    file.write_text(broken)
    monkeypatch.setattr(curves, "FILE", file)
    assert curves.baked.__wrapped__() == {"points": []}


def test_own_points_are_counted_trained_and_kept(monkeypatch):
    started = []
    monkeypatch.setattr(lab, "train", lambda name, config, seed, **more: started.append((name, config, seed)))
    at = page(kind="text", own_seed="11")
    press(at, "hm_points")
    assert [(name, config.ratio, seed) for name, config, seed in started] == [
        ("mask_ratio", ratio, 11) for ratio in own_points.SWEPT["text"]
    ]  # fmt: skip
    assert {config.kind for _, config, _ in started} == {"text"} and {config.length for _, config, _ in started} == {
        "tiny"
    }


# Sounds -----------------------------------------------------------------------------------------------------------

needs_sound = pytest.mark.skipif(not have("spectrogram_mae"), reason="no baked network of sounds")


@needs_sound
def test_the_network_fills_in_what_is_hidden_and_it_can_be_played():
    record = lab.view("spectrogram_mae", get("spectrogram_mae").default(), 0).record
    x, mask = heard.spectrum(3), painting.first_mask()
    found = heard.filled(record, x, mask)
    hidden = torch.zeros(N, N, dtype=torch.bool)
    hidden.view(-1)[list(mask)] = True
    holes = hidden.repeat_interleave(8, 0).repeat_interleave(8, 1)
    assert torch.equal(found.levels["model"][0, 0][~holes], x[0, 0][~holes])
    assert found.errors["model"] == pytest.approx(
        float(((found.levels["model"] - x)[0, 0][holes] ** 2).mean()), rel=1e-4
    )
    assert np.isnan(heard.filled(record, x, ()).errors["model"])
    assert all(np.isfinite(v) for v in heard.filled(record, x, tuple(range(N * N))).errors.values())
    with wave.open(io.BytesIO(heard.played(x))) as file:
        assert (file.getframerate(), file.getnframes(), file.getnchannels()) == (mel.RATE, mel.SAMPLES, 1)
    metrics = record.metrics
    assert metrics["masked_mse"] < metrics["mean_fill_mse"] and "held-out sounds" in heard.verdict(record)


@needs_sound
def test_the_painter_holds_its_mask_and_the_link_reproduces_it():
    at = page(sound="8")
    assert "Sound 8: syllables" in words(at) and len(at.get("audio")) == 3
    at = press(at, "hm_fill_later")
    text = at.query_params["hm_mask"]
    assert painting.from_text(text) == tuple(i for i in range(N * N) if i % N >= N // 2)
    again = page(sound="8", mask=text)
    assert again.query_params["hm_mask"] == text and "32 of 64 patches" in words(again)
    assert "damaged" in words(page(mask="8xzz"))


def act(**query: str) -> AppTest:
    """The act by itself: a page draws all the others, too, at every gesture."""
    script = (
        "from core import lab\nfrom core.experiment import get\nfrom core.lessons.how_much_to_hide import heard\n"
        "heard.show(lab.view('spectrogram_mae', get('spectrogram_mae').default(), 0).record)\n"
    )
    at = AppTest.from_string(script, default_timeout=60)
    at.query_params.update({f"hm_{name}": value for name, value in query.items()})
    return fine(at.run())


def bring(at: AppTest, content: bytes) -> AppTest:
    [uploader] = [one for one in at.file_uploader if one.key.startswith("hm_sound_file_")]
    return fine(uploader.set_value(("mine.wav", content, "audio/wav")).run())


def glide(rate: int = 16_000) -> np.ndarray:
    """Three seconds, of which the last one and a half are loud."""
    return np.concatenate([tone(1.5, rate, 300.0, 0.02), tone(1.5, rate, 500.0, 0.4)])


@needs_sound
def test_a_sound_of_ones_own_is_masked_filled_in_played_and_measured():
    at = pick(act(), "hm_whose", "own")
    assert "a link never carries one: sound 3 of the program's" in words(at)
    before = component(at, links.PAINTER)
    at = bring(at, wav(glide()))
    shown, sent = words(at), component(at, links.PAINTER)
    assert "the loudest second of 3.0 s, from 1.5 s to 2.5 s" in shown and not at.error
    assert sent["image"] != before["image"] and len(at.get("audio")) == 3 and "Sound 3:" not in shown
    assert "never heard a recording or anybody speak" in shown and "400 held-out sounds of the program" in shown
    record = lab.view("spectrogram_mae", get("spectrogram_mae").default(), 0).record
    found = own_sound.measured(record, own_sound.read(wav(glide())).levels)
    assert f"**{found.model:.4f}** | {found.neighbour:.4f} | {found.mean:.4f} | **{found.share:.2f}**" in shown
    assert f"{record.metrics['masked_mse']:.4f}" in shown and f"{record.metrics['mean_fill_mse']:.4f}" in shown
    # It stays while the mask changes and while the program's sounds are on show; the link holds where it came from alone.
    at = press(at, "hm_fill_later")
    assert "from 1.5 s to 2.5 s" in words(at) and "32 of 64 patches" in words(at)
    assert at.query_params["hm_whose"] in ("own", ["own"]) and not [k for k in at.query_params if "own_sound" in k]
    at = pick(at, "hm_whose", "program")
    assert "Sound 3:" in words(at) and "never heard a recording" not in words(at)
    at = pick(at, "hm_whose", "own")
    assert "from 1.5 s to 2.5 s" in words(at)


@needs_sound
def test_a_link_to_a_sound_of_ones_own_opens_one_of_the_programs_and_says_so():
    shown = words(page(whose="own", sound="8"))
    assert "a link never carries one: sound 8 of the program's is shown" in shown and "Sound 8: syllables" in shown


@needs_sound
@pytest.mark.parametrize("gone", ["hm_reset", "hm_forget"])
def test_a_sound_of_ones_own_is_forgotten(gone):
    at = press(bring(page(whose="own"), wav(glide())), gone)
    assert own_sound._HELD not in at.session_state and own_sound._PLAYED not in at.session_state
    assert own_sound._MEASURED not in at.session_state
    at = at if gone == "hm_forget" else pick(at, "hm_whose", "own")
    assert "There is no sound of yours here yet" in words(at)


@needs_sound
def test_what_cannot_be_used_is_one_sentence_and_the_sound_before_it_stays():
    at = bring(act(whose="own"), wav(glide()))
    bad = np.full(16_000, 0.1)
    bad[7] = np.nan
    for said, content in {
        "Nothing is heard": wav(np.zeros(16_000)),
        "30 minutes long": wav(np.zeros(4_000 * 1_800), rate=4_000, form="u1"),
        "damaged": wav(tone(0.5))[:30],
        "This WAV file is damaged": wav(bad, form="<f4", kind=3),
        "an MP3 file": b"ID3" * 100,
    }.items():
        at = bring(at, content)
        [error] = at.error
        assert said in error.value and error.value.endswith(".") and "from 1.5 s to 2.5 s" in words(at)
    at = bring(at, wav(tone(0.5, 16_000)))
    assert not at.error and "all of its 0.5 seconds" in words(at)


@pytest.mark.parametrize(("form", "channels", "rate"), [("u1", 1, 11_025), ("3", 2, 48_000), ("3", 1, 96_000)])
def test_every_form_of_file_works(form, channels, rate):
    own = own_sound.read(wav(glide(rate), rate, form, channels))
    assert "from 1.5 s to 2.5 s" in own_sound.said(own) and 0 < own.levels.max() <= 1
    with wave.open(io.BytesIO(own_sound.sound_of(own.levels))) as file:
        assert (file.getframerate(), file.getnframes()) == (mel.RATE, mel.SAMPLES)


def test_the_verdict_on_ones_own_sound_follows_the_intervals():
    def said(low: float, high: float, over_neighbour: tuple[float, float] = (0.4, 0.6)) -> str:
        found = own_sound.Measured(0, 0, 0, (low + high) / 2, [low, high], list(over_neighbour))
        return own_sound.verdict(found, [0.40, 0.44])

    assert "worse than the mean fill" in said(1.1, 1.3) and "gains **less**" in said(0.6, 0.8)
    assert "not distinguishable from the mean fill, and gains **less**" in said(0.9, 1.1)
    assert "neighbour fill does better" in said(0.6, 0.8, (1.1, 1.4)) and "neighbour" not in said(0.6, 0.8, (0.9, 1.1))
    assert "**easier**" in said(0.1, 0.2) and "more or less than on held-out sounds cannot be told" in said(0.3, 0.6)


def test_masks_as_text():
    for mask in ((), (0,), (63,), tuple(range(64)), painting.first_mask()):
        assert painting.from_text(painting.to_text(mask)) == mask
    for wrong in (None, "", "8x", "7x1", "8x" + "f" * 17, "8x-1", "8x1_0", "8x٣"):
        assert painting.from_text(wrong) is None
    assert painter._held("k").decode({"n": 8, "cells": [3, 1, 3], "pinned": None}) == (1, 3)
    for wrong in ({"n": 8, "cells": [64], "pinned": None}, {"n": 7, "cells": [], "pinned": None}, {"n": 8, "cells": [True], "pinned": None}, [], None,
                  {"n": 8, "cells": [], "pinned": None, "more": 1}):  # fmt: skip
        assert painter._held("k").decode(wrong) is None


# The club ---------------------------------------------------------------------------------------------------------


def test_ways_to_fill_in_a_club_written_as_loops():
    the = graph.club()
    assert len(the) == 34 and int(the.friends.sum()) == 2 * 78 and the.side.bincount().tolist() == [17, 17]
    hidden = graph.drawn(34, 0.5, 3)
    assert int(hidden.sum()) == 17
    seen = [int(the.side[i]) for i in range(34) if not hidden[i]]
    most = int(seen.count(1) > seen.count(0))
    assert graph.majority(the, hidden).tolist() == [most] * 34
    told = graph.by_friends(the, hidden)
    for i in range(34):
        votes = [int(the.side[j]) for j in range(34) if the.friends[i, j] and not hidden[j]]
        ones, zeros = votes.count(1), votes.count(0)
        assert int(told[i]) == (most if ones == zeros else int(ones > zeros))


def test_a_layer_of_the_graph_network_is_kipf_and_wellings_formula():
    the = graph.club()
    x = torch.randn(1, 34, 4, generator=torch.Generator().manual_seed(0))
    weights = [
        torch.randn(shape, generator=torch.Generator().manual_seed(i)) for i, shape in enumerate(((4, 3), (3, 2)))
    ]

    def slow(rows: list[list[float]], matrix: torch.Tensor, rectified: bool) -> list[list[float]]:
        found = []
        degree = [1 + int(the.friends[i].sum()) for i in range(34)]
        for i in range(34):
            near = [j for j in range(34) if j == i or the.friends[i, j]]
            mixed = [sum(rows[j][k] / (degree[i] * degree[j]) ** 0.5 for j in near) for k in range(len(rows[0]))]
            out = [sum(mixed[k] * float(matrix[k, c]) for k in range(len(mixed))) for c in range(matrix.shape[1])]
            found.append([max(0.0, v) if rectified else v for v in out])
        return found

    expected = slow(slow(x[0].tolist(), weights[0], True), weights[1], False)
    torch.testing.assert_close(
        graph.network(x, the.smoothing, weights)[0], torch.tensor(expected), rtol=1e-4, atol=1e-4
    )


def test_the_graph_network_sees_no_hidden_side_and_is_the_same_again():
    the, hidden = graph.club(), graph.drawn(34, 0.5, 1)
    told = graph.by_network(the, hidden)
    other = graph.Club(the.friends, torch.where(hidden, 1 - the.side, the.side), the.place)
    assert torch.equal(told, graph.by_network(the, hidden)) and torch.equal(told, graph.by_network(other, hidden))
    assert graph.accuracy(the, hidden, told) > 0.7
    alone = torch.ones(34, dtype=torch.bool)
    alone[0] = False
    assert graph.by_network(the, alone).unique().numel() == 1


def test_many_draws_have_gains_with_intervals(monkeypatch):
    monkeypatch.setattr(graph, "DRAWS", 6)
    found = graph.compare(0.5)
    assert set(found["mean"]) == set(graph.WAYS) and all(
        low <= gain <= high for gain, (low, high) in found["gain"].values()
    )
    assert "random draws with 50% hidden" in friends.verdict(found, 0.5)


def test_a_click_hides_a_member_and_the_link_has_it(monkeypatch):
    monkeypatch.setattr(graph, "DRAWS", 2)
    at = page(nodes="0-5")
    assert "**2 of 34 are hidden.**" in words(at)
    at.session_state[friends.CHART] = {"selection": {charts.NODE: [{"number": 7}]}}
    at = fine(at.run())
    settle()
    assert at.query_params["hm_nodes"] == "0-5-7"
    at = press(at, "hm_hide_90")
    assert "**31 of 34 are hidden.**" in words(at)
    assert "Nobody is hidden" in words(page(nodes="none"))
    assert "left out" in words(page(nodes="3-99"))


def test_malformed_clicks_are_none(monkeypatch):
    import streamlit as st

    for state in (
        3,
        {},
        {"selection": 3},
        {"selection": {charts.NODE: "x"}},
        {"selection": {charts.NODE: [3, {"number": "7"}, {"number": float("nan")}, {"number": 99}]}},
    ):
        monkeypatch.setattr(st, "session_state", {friends.CHART: state})
        assert friends._clicked(34) is None


# All of it --------------------------------------------------------------------------------------------------------


def test_the_card_shows_what_is_there():
    found = card.picture()
    assert found is None or "75%" in found
