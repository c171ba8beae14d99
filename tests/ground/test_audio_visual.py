"""Sight and sound: what is found, against slow loops; changes to pictures and sounds; and a training that tells the truth."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import data
from core.analysis import probes
from core.analysis.hearing import across, by_chance, few_of_each, responses, retrieved, right_share
from core.data.sounds import SAMPLES
from core.data.spoken import Heard
from core.events import Outcome, Preview, Step
from core.experiment import Context
from core.experiments import audio_visual
from core.experiments.audio_visual import EXPERIMENT, HEARD, Config, altered, batches, build, coarse, moved
from tests.helpers.recordings import few_melodies

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# What is found -----------------------------------------------------------------------------------------------------


@pytest.fixture
def space():
    g = seeded()
    seen, said = (F.normalize(torch.randn(n, 6, generator=g), dim=1) for n in (40, 30))
    heard = Heard(
        torch.zeros(30, SAMPLES, dtype=torch.int16),
        torch.arange(30) % 10,
        torch.arange(30) // 10,
        ("a", "b", "c"),
        ("",) * 30,
    )
    return seen, said, torch.randint(10, (40,), generator=g), heard


def test_shares_are_those_of_loops(space):
    seen, said, y, heard = space
    found = across(seen, said, y, heard)
    right, near, confusion, voices = [], [], np.zeros((10, 10), int), {0: [], 1: [], 2: []}
    for i in range(30):
        order = sorted(range(40), key=lambda j: -float(said[i] @ seen[j]))
        digit = int(heard.digit[i])
        right.append(int(y[order[0]]) == digit)
        near.append(np.mean([int(y[j]) == digit for j in order[:10]]))
        confusion[digit, int(y[order[0]])] += 1
        voices[i // 10].append(right[-1])
    assert found["hear"] == pytest.approx(np.mean(right)) and found["hear_near"] == pytest.approx(np.mean(near))
    assert found["confusion"] == confusion.tolist()
    assert found["by_voice"] == [round(float(np.mean(v)), 4) for v in voices.values()]
    back = [int(heard.digit[max(range(30), key=lambda i: float(said[i] @ seen[j]))]) == int(y[j]) for j in range(40)]
    assert found["see"] == pytest.approx(np.mean(back))
    assert right_share(said, heard.digit, seen, y) == found["hear"]
    assert by_chance(heard.digit, y) == pytest.approx(np.mean([[int(a) == int(b) for b in y] for a in heard.digit]))
    assert retrieved(said, seen, 99).shape == (30, 40)


def test_a_unit_answers_to_the_commonest_digit_of_its_strongest_pictures():
    y = torch.arange(200) % 10
    h = torch.rand(200, 3, generator=seeded())
    h[:, 0] += 5 * (y == 4)
    h[:, 2] = 0
    found = responses(h, y)
    assert (found["digit"][0], found["of_20"][0]) == (4, 20) and (found["digit"][2], found["of_20"][2]) == (-1, 0)
    order = sorted(range(200), key=lambda i: -float(h[i, 1]))[:20]
    assert found["of_20"][1] == np.bincount([int(y[i]) for i in order]).max()
    draws = few_of_each(y, 3, 2, seeded())
    assert all(torch.bincount(y[rows]).tolist() == [3] * 10 for rows in draws) and not torch.equal(*draws)


# Changes -----------------------------------------------------------------------------------------------------------


def test_changed_pictures_and_sounds_stay_what_they_are():
    x = torch.zeros(8, 1, 28, 28)
    x[:, :, 8:20, 10:18] = 1
    found = moved(x, seeded())
    assert found.shape == x.shape and found.min() >= 0 and found.max() <= 1 + 1e-6
    assert (found.sum(dim=(1, 2, 3)) / x.sum(dim=(1, 2, 3)) - 1).abs().max() < 0.35 and not torch.allclose(
        found[0], found[1]
    )
    sound = torch.zeros(64, 1, HEARD, HEARD)
    sound[:, :, 10:14, 4:12] = 0.8
    found = altered(sound, seeded(1))
    assert found.shape == sound.shape and found.min() >= 0 and found.max() <= 1
    loud = found[:, 0] > 0.5
    first = [int(row.any(dim=0).nonzero()[0]) for row in loud]
    top = [int(row.any(dim=1).nonzero()[0]) for row in loud]
    assert min(first) == 4 and max(first) == 4 + audio_visual.MOST_LATE
    assert set(top) == set(range(10 - audio_visual.MOST_SHIFTED, 11 + audio_visual.MOST_SHIFTED))
    assert found[:, 0, -1].max() <= audio_visual.NOISE, "noise stays below what is said"


def test_each_pair_is_in_a_round_once():
    stream = batches(10, 3, seeded())
    rounds = [torch.cat([next(stream) for _ in range(3)]) for _ in range(4)]
    assert all(len(set(one.tolist())) == 9 for one in rounds)


def test_coarse_is_the_mean_of_four():
    x = torch.randint(256, (2, 1, 64, 64), generator=seeded(), dtype=torch.uint8)
    assert coarse(x)[1, 0, 3, 5].item() == pytest.approx(float(x[1, 0, 6:8, 10:12].float().mean()) / 255)


# Training ----------------------------------------------------------------------------------------------------------

SMALL = {"data": "melodies", "batch": 16, "steps": 10}


@pytest.fixture(scope="module")
def few(new_cache, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_LAB_CACHE", str(new_cache(tmp_path_factory.mktemp("av") / "cache")))
        for name, value in {"PROBED": 200, "DRAWS": 2, "FEW": 3, "WATCHED": 10}.items():
            patch.setattr(audio_visual, name, value)
        patch.setattr(audio_visual, "linear_probe", lambda split: probes.linear_probe(split, [100.0]))
        patch.setattr(
            audio_visual, "few_label_probe", lambda split, draws: probes.few_label_probe(split, draws, [10.0])
        )
        audio_visual.spectra.cache_clear()
        with few_melodies(train=3, validation=1, test=3):
            yield
    audio_visual.spectra.cache_clear()


def trained(config: Config, seed: int = 0) -> tuple[list, Outcome]:
    loop, events = audio_visual.train(config, Context(CPU, seed)), []
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


@pytest.fixture(scope="module")
def run(few):
    if not data.available("mnist"):
        pytest.skip("no digits on this machine")
    return trained(Config(**SMALL))


def test_a_training_speaks_and_measures(run):
    events, outcome = run
    steps, previews = ([e for e in events if isinstance(e, kind)] for kind in (Step, Preview))
    assert {"loss", "loss, shuffled pairs"} <= steps[0].metrics.keys() and steps[-1].i == steps[-1].total
    assert previews[-1].arrays["similarity_paired"].shape == (10, 10) and previews[-1].arrays["right_shuffled"][1] == 10
    assert set(EXPERIMENT.metric_names) <= outcome.metrics.keys() and outcome.metrics["chance"] == pytest.approx(0.1)
    assert "accent_accuracy" not in outcome.metrics, "melodies have no accent"
    assert len(outcome.metrics["by_voice"]) == 3 and sum(map(sum, outcome.metrics["confusion"])) == 30


def test_the_same_seed_is_the_same_model_and_both_pairs_begin_alike(run):
    again = trained(Config(**SMALL))[1]
    assert (
        all(torch.equal(value, again.state[name]) for name, value in run[1].state.items())
        and again.metrics == run[1].metrics
    )
    fresh = build(Config(), seeded())
    assert all(torch.equal(a, b) for a, b in zip(fresh.paired.parameters(), fresh.shuffled.parameters(), strict=True))
    assert not torch.equal(run[1].state["paired.sight.units.weight"], run[1].state["shuffled.sight.units.weight"])


def test_measuring_again_gives_the_same_numbers(run):
    config = Config(**SMALL)
    model = build(config)
    model.load_state_dict({name: value.float() for name, value in run[1].state.items()})
    loop = EXPERIMENT.measure(model.eval().requires_grad_(False), config, Context(CPU, 0), {})
    while True:
        try:
            next(loop)
        except StopIteration as end:
            assert end.value == run[1].metrics
            break


def test_the_null_has_the_same_pictures_and_sounds_in_another_order(few, monkeypatch):
    """And leaving out equal digits asks the loss for it."""
    seen = []
    original = audio_visual.symmetric
    monkeypatch.setattr(
        audio_visual, "symmetric", lambda a, b, scale, same=None: seen.append(same) or original(a, b, scale, same)
    )
    monkeypatch.setattr(audio_visual, "measure", lambda *arguments: iter(()))
    loop = audio_visual.train(Config(**SMALL | {"negatives": "other digits"}), Context(CPU, 0))
    for event in loop:
        if isinstance(event, Step) and event.i >= 1:
            break
    same = seen[0]
    assert same.shape == (16, 16) and same.diagonal().all() and torch.equal(same, same.T) and same is seen[1]
