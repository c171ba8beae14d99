"""The curve "how much to hide": its points, its intervals, its sentences; and a sweep that goes on where it was interrupted."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from scipy import stats
from torch import nn

from core import data
from core.analysis import fine_tuning
from core.analysis.fine_tuning import Settings, fine_tune
from core.analysis.mask_ratio import STUDENT, curve, mean, range_of, verdict
from core.analysis.probes import Labelled
from core.claims import mask_ratio as claim
from core.experiments import mask_ratio
from core.experiments.mask_ratio import EXPERIMENT, MEASURES, RATIOS, STEPS, SWEPT, Config, halves, inner
from core.store.paths import REPOSITORY

pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# Curves -----------------------------------------------------------------------------------------------------------


def point(
    ratio: float, seed: int, value: float, choosing: float | None = None, measure: str = "probe_accuracy"
) -> dict:
    choosing = value if choosing is None else choosing
    return {
        "kind": "images",
        "ratio": ratio,
        "seed": seed,
        "metrics": {measure: value, f"{measure}_choosing": choosing},
    }


def test_a_mean_over_seeds_has_students_interval():
    values = [0.5, 0.53, 0.58]
    found = mean(values)
    low, high = stats.t.interval(0.95, 2, loc=sum(values) / 3, scale=stats.sem(values))
    assert (found.low, found.high, found.count) == (pytest.approx(low, rel=1e-3), pytest.approx(high, rel=1e-3), 3)
    assert mean([0.5]).interval == [0.5, 0.5]
    for i, quantile in enumerate(STUDENT):
        assert quantile == pytest.approx(stats.t.ppf(0.975, i + 1), rel=1e-3)
    with pytest.raises(ValueError, match="needs a value"):
        mean([])


def test_differences_are_paired_by_seed_so_that_seeds_that_are_all_better_do_not_hide_them():
    points = [
        point(r, s, 0.5 + 0.1 * s + bonus + 0.001 * ((s * 7) % 3))
        for s in range(3)
        for r, bonus in ((0.15, 0.0), (0.75, 0.05))
    ]
    found = curve(points, "images", "probe_accuracy")
    assert found.best == 0.75 and found.certain, "the means overlap by far, the pairs do not"
    assert found.means[0.15].high > found.means[0.75].low
    assert found.gaps[0.15].value == pytest.approx(0.05) and found.gaps[0.15].low > 0
    assert "the best share is **75%**" in verdict(found) and range_of(found) == pytest.approx(0.05)


def test_an_optimum_that_no_interval_excludes_is_not_said():
    noise = {0.4: (0.0, 0.02, -0.01), 0.6: (0.01, -0.02, 0.02), 0.75: (-0.2, -0.21, -0.19)}
    found = curve([point(r, s, 0.8 + v[s]) for r, v in noise.items() for s in range(3)], "images", "probe_accuracy")
    assert set(found.same) == {0.4, 0.6} and "anything from **40% to 60%** is the same" in verdict(found)
    single = curve([point(r, 0, 0.8 + v[0]) for r, v in noise.items()], "images", "probe_accuracy")
    assert set(single.same) == set(noise) and "a single seed" in verdict(single)
    apart = curve(
        [point(r, s, v) for r, v in ((0.15, 0.8), (0.4, 0.5), (0.6, 0.8)) for s in range(3)], "images", "probe_accuracy"
    )
    assert "**15% and 60%** are the same" in verdict(apart)


def test_of_a_loss_lower_is_better_and_the_best_is_chosen_on_the_other_half():
    points = [
        point(r, s, loss, choosing, "held_out_loss")
        for s in range(3)
        for r, loss, choosing in ((0.15, 2.0, 1.9), (0.75, 1.0, 2.5))
    ]
    found = curve(points, "images", "held_out_loss")
    assert found.best == 0.15, "the choosing half prefers it"
    assert found.gaps[0.75].value == pytest.approx(-1.0), "and on the printed half the other one is better"
    assert 0.75 in found.same and "do not agree on a best share" in verdict(found)
    assert curve(points[:1], "images", "held_out_loss") is None and curve(points, "text", "held_out_loss") is None


def test_halves_are_disjoint_and_are_all_there_is():
    found = halves("x", torch.tensor([1.0, 10.0, 3.0, 30.0, 5.0]))
    assert found == {"x": 20.0, "x_choosing": 3.0}


# Fine-tuning ------------------------------------------------------------------------------------------------------


def striped(count: int, g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures whose class is where a bright column stands."""
    y = torch.arange(count) % 3
    x = torch.randint(60, (count, 1, 6, 6), generator=g)
    x[torch.arange(count), 0, :, 2 * y] = 200
    return x.to(torch.uint8), y


def labelled(wrong_test: bool = False) -> Labelled:
    g = seeded(3)
    train, test = striped(200, g), striped(60, g)
    if wrong_test:
        test = (test[0], (test[1] + 1) % 3)
    source = data.Source("", "", "", "")
    images = data.Images("stripes", *train, *test, ("a", "b", "c"), source, "0" * 16)
    return Labelled(images, 100)


def tuned(encoder: nn.Module, what: Labelled, settings: Settings = Settings((1e-2, 1e-5), 4)):  # noqa: B008
    loop, pauses = fine_tune(encoder, lambda model, x: model(x.flatten(1)), what, seeded(), settings), 0
    while True:
        try:
            next(loop)
            pauses += 1
        except StopIteration as end:
            return end.value, pauses


def test_fine_tuning_learns_chooses_on_validation_and_leaves_the_encoder_as_it_was():
    encoder = nn.Linear(36, 8)
    nn.init.normal_(encoder.weight, std=0.1, generator=seeded())
    before = copy.deepcopy(encoder.state_dict())
    found, pauses = tuned(encoder.requires_grad_(False), labelled())
    assert found.accuracy > 0.95 and found.chosen["rate"] == 1e-2 and pauses == 8
    assert all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())
    assert not encoder.weight.requires_grad
    again, _ = tuned(encoder, labelled())
    assert torch.equal(found.right, again.right) and found.chosen == again.chosen
    other, _ = tuned(encoder, labelled(wrong_test=True))
    assert other.chosen == found.chosen, "the test pictures choose nothing"
    assert other.accuracy < 0.05


def test_a_head_begins_without_an_opinion_and_the_rate_rises_then_falls():
    model = fine_tuning.Tuned(
        nn.Linear(36, 8), lambda m, x: m(x.flatten(1)), 3, torch.zeros(1, 1, 6, 6, dtype=torch.uint8)
    )
    assert torch.equal(model(torch.rand(2, 1, 6, 6, generator=seeded())), torch.zeros(2, 3))
    rates = [fine_tuning.falling(i / 100) for i in range(101)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == pytest.approx(rates[9], abs=0.02) and rates[-1] == 0


# Points -----------------------------------------------------------------------------------------------------------


def test_all_points_of_a_kind_differ_in_the_share_alone():
    for kind, ratios in SWEPT.items():
        settings = [vars(inner(Config(kind, ratio))) for ratio in ratios]
        differ = {name for name in settings[0] if len({str(one[name]) for one in settings}) > 1}
        assert differ == {"share" if kind == "text" else "mask_ratio"}
        assert set(ratios) <= set(RATIOS) and len(STEPS[kind]) == 3
    assert {config for config, _ in claim.Sweep(("images",), (0.15, 0.9), (0, 1)).points()} == {
        Config("images", 0.15), Config("images", 0.9)
    }  # fmt: skip


@pytest.fixture
def tiny(monkeypatch):
    """Measuring of a second or two."""
    monkeypatch.setattr(mask_ratio, "PROBED", 40)
    monkeypatch.setattr(mask_ratio, "TESTED", 60)
    monkeypatch.setattr(mask_ratio, "PLACES", 40)
    for name, value in (("CLIPS", 40), ("CLIPS_PROBED", 20), ("CLIPS_TESTED", 20)):
        monkeypatch.setattr(mask_ratio, name, value)


@pytest.mark.parametrize("kind", list(MEASURES))
def test_a_point_has_its_measures_and_they_follow_from_its_weights(kind, tiny, lab_cache):
    if not data.available(mask_ratio.DATA[kind]):
        pytest.skip("its data are not on this machine")
    from core.training import drive

    config = EXPERIMENT.strict({"kind": kind, "ratio": 0.75, "length": "tiny"})
    finished = drive.run(EXPERIMENT, config, 0, torch.device("cpu"))
    metrics = finished.record.metrics
    assert all({name, f"{name}_choosing"} <= set(metrics) for name in MEASURES[kind])
    model = EXPERIMENT.build(config)
    model.load_state_dict(drive.as_float32(finished.state))
    loop = EXPERIMENT.measure(
        model.eval().requires_grad_(False), config, mask_ratio.Context(torch.device("cpu"), 0), ()
    )
    with pytest.raises(StopIteration) as end:
        while True:
            next(loop)
    for name in MEASURES[kind]:
        assert end.value.value[name] == pytest.approx(metrics[name], abs=1e-6), name


# The sweep --------------------------------------------------------------------------------------------------------

RUN = """
import os, sys
from core import device
from core.analysis.fine_tuning import Settings
from core.experiments import mask_ratio
from core.__main__ import main
mask_ratio.PROBED, mask_ratio.TESTED, mask_ratio.TUNING = 40, 60, Settings((1e-3,), 1)
device.core_count, os.nice = lambda: 1, lambda by: 0  # beside other tests a second thread waits for a core
sys.exit(main(["claims", "mask-ratio", "--kinds", "images", "--ratios", "0.15,0.4,0.9", "--seeds", "1", "--length", "tiny", *sys.argv[1:]]))
"""


@pytest.mark.skipif(not data.available("fashion"), reason="no pictures on this machine")
def test_a_sweep_that_was_killed_goes_on_where_it_was(lab_cache):
    folder = lab_cache / "claims" / "mask_ratio"
    command = [sys.executable, "-c", RUN]
    first = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while not list(folder.glob("*.json")) and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    kept = {file.name: file.stat().st_mtime_ns for file in folder.glob("*.json")}
    assert 1 <= len(kept) < 3, "it was killed half way"
    done = subprocess.run([*command, "--json"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    points = json.loads(done.stdout)
    assert [p["ratio"] for p in points] == [0.15, 0.4, 0.9] and {p["kind"] for p in points} == {"images"}
    assert len(list(folder.glob("*.json"))) == 3
    for name, written in kept.items():
        assert (folder / name).stat().st_mtime_ns == written, "what was there was not trained again"
    table = claim.table(points)
    assert "images, held out loss" in table and "15%" in table and "a single seed" in table


def test_what_ships_is_what_a_sweep_writes(tmp_path, lab_cache):
    sweep = claim.Sweep(("images",), (0.15, 0.75), (0,), "tiny")
    points = [point(0.15, 0, 0.5), point(0.75, 0, 0.6)]
    claim.bake(points, sweep, tmp_path / "a" / "mask_ratio.json")
    found = json.loads((tmp_path / "a" / "mask_ratio.json").read_text())
    assert found["points"] == points and found["length"] == "tiny" and found["steps"] == {"images": 20}
