"""Pictures that excite units of a network that others trained, and what is said of them."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.data import Missing, efficientnet, gallery
from core.events import Outcome, Preview, Step
from core.experiment import Context
from core.experiments import pretrained_features as features
from core.experiments.pretrained_features import Config, Inputs, answers, columns, joined, median, of_units, recipe
from core.nn.efficientnet import LAYERS, Lite0
from core.training import pace

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.skipif(not (efficientnet.available() and gallery.available()), reason=efficientnet.HOW_TO_GET),
]
SMALL = Config(layer="stem", steps=32)


def run(config: Config = SMALL, seed: int = 0, enough=lambda: False) -> tuple[list, Outcome]:
    events, loop = [], features.train(config, Context(torch.device("cpu"), seed, enough))
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


@pytest.fixture(scope="module")
def few():
    """Few pictures are shown, and every step speaks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(features, "SHOWN_QUICKLY", 60)
        patch.setattr(features, "COLOURS_FROM", 30)
        patch.setattr(pace, "STEP_SECONDS", 0.0)
        yield


@pytest.fixture(scope="module")
def trained(few) -> tuple[list, Outcome]:
    return run()


@pytest.fixture(scope="module")
def network() -> Lite0:
    return Lite0.from_state(efficientnet.load())


def test_a_training_tells_its_steps_and_shows_its_pictures(trained):
    events, outcome = trained
    steps = [e for e in events if isinstance(e, Step) and e.phase == "training"]
    assert [(e.i, e.total) for e in steps] == [(i, 32) for i in range(1, 33)] and outcome.steps == 32
    assert np.mean([e.metrics["loss"] for e in steps[-5:]]) < steps[0].metrics["loss"] - 0.5
    shown = [e for e in events if isinstance(e, Preview)]
    assert (shown[0].i, shown[-1].i) == (0, 32)
    assert all(e.arrays["pictures"].shape == (12, 48, 48, 3) and e.arrays["pictures"].dtype == np.uint8 for e in shown)
    assert {"measuring"} == {e.phase for e in events[-2:]}
    x = outcome.state["pictures"]
    assert x.shape == (12, 3, 96, 96) and 0 <= float(x.min()) < float(x.max()) <= 1 and x.float().std() > 0.1


def test_what_is_said_is_what_the_network_says(trained, network):
    """Read again, one picture at a time."""
    metrics, x = trained[1].metrics, trained[1].state["pictures"].float()
    each, numbers = metrics["each"], gallery.spread(60)
    shown = torch.stack([gallery.picture(i) for i in numbers]).float() / 255
    for i in (0, 3, 7):
        maps = torch.cat([network.activations(one[None], "stem")[:, i] for one in shown])
        levels = F.relu6(maps).mean(dim=(1, 2))
        made = float(F.relu6(network.activations(x[i : i + 1], "stem")[0, i]).mean())
        best = levels.max().item()
        assert each["made"][i] == pytest.approx(made, abs=1e-3) and each["best"][i] == pytest.approx(best, abs=1e-3)
        assert each["ratio"][i] == pytest.approx(made / best, rel=1e-3)
        assert each["possible"][i] == pytest.approx(6 / best, rel=1e-3)
        assert each["percentile"][i] == pytest.approx(100 * float((levels < made).float().mean()), abs=2)
        assert (each["quantiles"][i][0], each["quantiles"][i][-1]) == pytest.approx(
            (float(levels.min()), best), abs=1e-3
        )
        order = [numbers.index(picture) for picture in each["strongest"][i]]
        assert levels[order].tolist() == pytest.approx(sorted(levels.tolist(), reverse=True)[:9], abs=1e-3)
        assert each["levels"][i] == pytest.approx(levels[order].tolist(), abs=1e-3)
        for picture, place in zip(order, each["places"][i], strict=True):
            row, column = divmod(place, each["across"])
            assert float(maps[picture, row, column]) == pytest.approx(float(maps[picture].max()), abs=1e-4)
    assert each["across"] == 48 and metrics["shown"] == 60 and metrics["width"] == 32
    assert metrics["median_ratio_optimised"] == metrics["medians"]["ratio"] == median(each["ratio"])


def test_a_silent_unit_has_no_ratio(trained):
    """Unit 11 of the stem is zero on whatever it is shown."""
    metrics = trained[1].metrics
    assert metrics["dead"] == 1 and metrics["each"]["units"] == list(range(12))
    assert metrics["each"]["best"][11] == 0 and metrics["each"]["ratio"][11] is None
    assert metrics["each"]["strongest"][11] == [] and metrics["each"]["places"][11] == []


def test_the_ceiling_is_told_apart_from_the_unit(network):
    """Two units at two positions: one reaches the ceiling, the other is halfway."""
    shown = joined([answers(torch.tensor([[[[3.0]], [[9.0]]]])), answers(torch.tensor([[[[-1.0]], [[2.0]]]]))])
    made = answers(torch.tensor([[[[12.0]], [[18.0]]]]))
    found = columns(made, shown)
    assert (found["made"], found["best"]) == ([6, 6], [3, 6])
    assert (found["ratio"], found["possible"], found["open_ratio"]) == ([2, 1], [2, 1], [4, 2])
    assert found["percentile"] == [100, 50]
    assert median([None, 1.0, 3.0]) == 2 and median([None]) is None


def test_each_picture_climbs_for_its_own_unit_and_the_second_dozen_follows_the_first(network):
    maps = torch.arange(12 * 30).view(12, 30, 1, 1).float()
    assert of_units(maps, features.units_of(Config(units=12))).flatten().tolist() == [
        30 * i + 12 + i for i in range(12)
    ]
    assert all(width >= 24 for width in LAYERS.values()), "each layer has a second dozen"


@pytest.fixture
def three_steps(few, monkeypatch):
    monkeypatch.setattr(features, "SHOWN_QUICKLY", 2)
    monkeypatch.setattr(features, "recipe", lambda config: dataclasses.replace(recipe(config), steps=3))


def test_a_seed_means_the_same_pictures(three_steps):
    first, again, other = (run(seed=seed)[1].state["pictures"] for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_training_that_is_enough_ends_with_the_pictures_of_that_moment(few, monkeypatch):
    monkeypatch.setattr(features, "SHOWN_QUICKLY", 2)
    events, outcome = run(enough=lambda: True)
    assert outcome.steps == 1 and [e for e in events if isinstance(e, Preview)][-1].i == 1
    assert outcome.metrics["shown"] == 2


def test_a_longer_training_is_compared_with_all_pictures(monkeypatch, network):
    asked = []
    monkeypatch.setattr(gallery, "batches", lambda size, count: asked.append(count) or iter(()))
    loop = features.measure(Inputs(torch.zeros(12, 3, 96, 96)), Config(steps=128), Context(torch.device("cpu"), 0))
    with pytest.raises(ValueError):  # nothing was shown
        next(loop)
    assert asked == [5_000]


@pytest.mark.parametrize(
    ("layer", "jitter"), [("stem", 1), ("stage 2", 2), ("stage 3", 4), ("stage 5", 8), ("head", 8)]
)
def test_shifts_reach_half_a_step_of_the_layer(layer, jitter):
    assert recipe(Config(layer=layer, steps=128)).jitter == jitter and recipe(Config(steps=128)).steps == 128


def test_without_the_network_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(efficientnet, "PACKAGE", "no_such_package_of_a_network")
    with pytest.raises(Missing, match=re.escape(efficientnet.HOW_TO_GET)):
        run()
