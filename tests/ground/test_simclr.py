"""SimCLR: batches and pairs, a small training against a plain loop, and whether what is said of it is true."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from torch.nn import functional as F

from core import data
from core.analysis.probes import Labelled, Split, linear_probe, nearest_neighbours
from core.compat import torchvision
from core.data import images, own_pictures
from core.data.kinds import Raw
from core.events import Outcome, Preview, Step
from core.experiment import Context
from core.experiments import simclr
from core.experiments.simclr import (
    AGES,
    EXPERIMENT,
    Config,
    Contrastive,
    augment_of,
    build,
    embed,
    endless_batches,
    few_labels,
    settle,
    step_loss,
)
from core.nn.views import Augment, views
from core.training import pace
from core.training.drive import as_float32
from core.training.schedule import warm_cosine

CPU = torch.device("cpu")
SMALL = Config(crop=0.25, colour=0.25, more=("blur",), width=8, batch=32, steps=40)
WATCHED = range(0, 41, 8)  # steps of the small training at which it is watched


pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def digits(name: str) -> data.Images:
    """900 real digits, white on black, 16 x 16; in the place of colour pictures 550, each in a colour, 8 x 8."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))[:900]
    x = torch.tensor(x[order]).view(-1, 1, 8, 8).mul(255 / 16)
    if name == "openmoji":
        x = x * torch.rand(900, 3, 1, 1, generator=seeded(3))
    else:
        x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    x, y, train = x.round().to(torch.uint8), torch.tensor(y[order]), 600
    if name == "openmoji":  # fewer, because colours take longer
        x, y, train = x[:550], y[:550], 400
    source = data.Source("digits", "scikit-learn", "none", "none")
    return data.Images(name, x[:train], y[:train], x[train:], y[train:], tuple("0123456789"), source, "0" * 16)


def finish(loop) -> tuple[list, object]:
    """All events of a generator, and what it returns."""
    events = []
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


def no_measure(*_):
    yield Step(1, 6, {}, phase="measuring")
    return {}


def run(config: Config, seed: int = 0) -> tuple[list, Outcome]:
    return finish(simclr.train(config, Context(CPU, seed)))


def losses(events: list) -> list[float]:
    return [e.metrics["loss"] for e in events if isinstance(e, Step) and e.phase == "training"]


@pytest.fixture(scope="module")
def sets():
    """Digits in the place of every data set: {name: Images}, to which a test may add."""
    patch = pytest.MonkeyPatch()
    made = {name: digits(name) for name in ("fashion", "openmoji")}
    patch.setattr(data, "load", lambda name: made[name])
    patch.setattr(pace, "STEP_SECONDS", 0.0)  # every step speaks
    simclr.raw_readings.cache_clear()
    yield made
    simclr.raw_readings.cache_clear()
    patch.undo()


@pytest.fixture(scope="module")
def trained(sets) -> tuple[list, Outcome]:
    """A small training that is watched at known steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simclr.Pace, "preview_due", lambda self, i: i in WATCHED)
        patch.setattr(simclr, "WATCH_SHARE", 1e9)
        return run(SMALL)


@pytest.fixture(scope="module")
def restored(trained) -> Contrastive:
    model = build(SMALL)
    model.load_state_dict(as_float32(trained[1].state))
    return model.eval().requires_grad_(False)


# (a) Batches, labels, the network ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "size"), [(96, 32), (100, 32), (7, 7), (5, 2)])
def test_a_round_has_each_picture_once_at_most_and_a_batch_none_twice(count, size):
    batches = endless_batches(count, size, seeded())
    missed = set()
    for _ in range(6):
        found = [next(batches) for _ in range(count // size)]
        assert all(len(batch) == size for batch in found)
        seen = torch.cat(found).tolist()
        assert len(set(seen)) == len(seen) == count // size * size and set(seen) <= set(range(count))
        missed |= set(range(count)) - set(seen)
    if count % size == 1:
        assert len(missed) > 1, "what does not fit is left out by chance, not always the same"
    first, again, other = (next(endless_batches(count, size, seeded(seed))) for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_few_labels_are_so_many_of_each_class_without_repetition():
    y = torch.tensor([0] * 50 + [1] * 12 + [3] * 4)[torch.randperm(66, generator=seeded())]
    draws = few_labels(y, 10, 5, seeded(1))
    assert len(draws) == 5
    for rows in draws:
        assert torch.bincount(y[rows], minlength=4).tolist() == [10, 10, 0, 4] and len(rows.unique()) == 24
    assert len({tuple(sorted(rows.tolist())) for rows in draws}) == 5, "each draw is another one"
    assert all(torch.equal(a, b) for a, b in zip(draws, few_labels(y, 10, 5, seeded(1)), strict=True))


@pytest.mark.parametrize(("projector", "numbers"), [("none", 128), ("linear", 64), ("mlp", 64)])
def test_the_loss_sees_h_through_the_projector(projector, numbers):
    model = build(dataclasses.replace(SMALL, projector=projector), seeded()).eval()
    with torch.no_grad():
        h, z = model(torch.rand(5, 1, 28, 28, generator=seeded(1)))
        if projector == "none":
            expected = h
        else:
            layers = [model.projector] if projector == "linear" else [model.projector[0], model.projector[2]]
            expected = h
            for i, layer in enumerate(layers):
                expected = (expected if i == 0 else expected.relu()) @ layer.weight.T + layer.bias
    assert h.shape == (5, 128) and z.shape == (5, numbers)
    torch.testing.assert_close(z, expected, rtol=1e-4, atol=1e-5)


def test_h_does_not_depend_on_where_a_pattern_lies():
    """The mean over all places: a picture that is moved by whole strides keeps its h, as far from the border."""
    model = build(SMALL, seeded()).eval()
    x = torch.zeros(2, 1, 64, 64)
    x[0, :, 24:32, 24:32] = x[1, :, 32:40, 24:32] = torch.rand(8, 8, generator=seeded(1))
    h = model.encode(x).detach()
    torch.testing.assert_close(h[0], h[1], rtol=1e-3, atol=1e-5)
    assert (h >= 0).all() and h.std() > 0


def test_with_equal_views_the_loss_is_that_of_pairs_in_their_order(sets):
    x, y = sets["fashion"].train_x[:32].float() / 255, sets["fashion"].train_y[:32]
    model = build(SMALL, seeded()).eval()
    loss = step_loss(model, x, y, SMALL, Augment(), seeded())
    unit = F.normalize(model(x)[1], dim=1)
    logits = (
        unit @ unit.T / SMALL.temperature
    )  # each picture twice: its partner is at 1 / t, and so are none of the others
    below = torch.log(2 * logits.exp().sum(dim=1) - math.exp(1 / SMALL.temperature))
    assert float(loss.detach()) == pytest.approx(float((below - 1 / SMALL.temperature).mean().detach()), rel=1e-4)


def test_both_views_of_a_batch_are_random_and_told_apart(sets, monkeypatch):
    x, y, seen = sets["fashion"].train_x[:8].float() / 255, sets["fashion"].train_y[:8], []
    monkeypatch.setattr(simclr, "views", lambda x, a, g: seen.append((x, views(x, a, g))) or seen[-1][1])
    model = build(SMALL, seeded())
    step_loss(model, x, y, SMALL, augment_of(SMALL), seeded())
    (asked, given), (one, two) = seen[0], seen[0][1].chunk(2)
    assert torch.equal(asked, torch.cat([x, x])) and len(given) == 16
    assert ((one - two).abs().amax(dim=(1, 2, 3)) > 0.01).all(), "no picture has the same view twice"


def test_which_changes_make_the_views():
    assert augment_of(Config(crop=0.0, colour=0.0, more=())) == Augment()
    found = augment_of(Config(crop=0.25, colour=0.5, more=("gray", "noise")))
    assert found == Augment(crop=0.25, colour=0.5, gray=0.2, noise=0.5)
    assert set(simclr.MORE) | {"crop", "colour"} == {field.name for field in dataclasses.fields(Augment)}
    assert all(getattr(simclr.FULL, name) > 0 for name in simclr.MORE)


# (b) Training -----------------------------------------------------------------------------------------------------


def test_every_step_is_told_once_and_the_loss_falls_below_chance(trained):
    steps = [e for e in trained[0] if isinstance(e, Step) and e.phase == "training"]
    assert [(e.i, e.total) for e in steps] == [(i, 40) for i in range(1, 41)]
    told, chance = losses(trained[0]), math.log(2 * 32 - 1)
    assert told[0] > 0.6 * chance and np.mean(told[-5:]) < 0.75 * chance
    assert np.mean(told[-5:]) < 0.85 * np.mean(told[:3])
    watched = {"loss", "embedding_std", "alignment", "uniformity", "knn", "probe"}
    assert all(set(e.metrics) == watched and np.isfinite(list(e.metrics.values())).all() for e in steps)


@pytest.mark.twin(
    "core/experiments/simclr.py",
    "core/nn/contrast.py",
    "core/nn/views.py",
    "core/training/loop.py",
    "core/analysis/contrastive.py",
)
def test_training_equals_a_plain_loop(sets, monkeypatch):
    """The experiment's own loop against one with a plain optimiser and lightly's loss, which is given its batches."""
    torchvision()
    from lightly.loss import NTXentLoss

    config, seen = dataclasses.replace(SMALL, steps=6), []
    monkeypatch.setattr(simclr, "views", lambda x, a, g: seen.append((len(x), views(x, a, g))) or seen[-1][1])
    monkeypatch.setattr(simclr, "measure", no_measure)
    events, outcome = run(config)
    # 64 views of 32 pictures are a step's; the watched ones are others.
    batches = [found for count, found in seen if count == 64]
    assert len(batches) == 6

    model, loss_of = (
        build(config, Context(CPU, 0).generator("init")).train(),
        NTXentLoss(temperature=config.temperature),
    )
    groups = [
        {"params": [p for p in model.parameters() if (p.ndim > 1) == many], "weight_decay": decay}
        for many, decay in ((True, simclr.WEIGHT_DECAY), (False, 0.0))
    ]
    optimiser = torch.optim.AdamW(groups, fused=False)
    for i, x in enumerate(batches):
        loss = loss_of(*model(x)[1].chunk(2))
        assert losses(events)[i] == pytest.approx(float(loss.detach()), rel=1e-3), i
        optimiser.zero_grad()
        loss.backward()
        for group in optimiser.param_groups:
            group["lr"] = simclr.LEARNING_RATE * warm_cosine(i / 6)
        optimiser.step()
    for name, value in model.state_dict().items():
        if value.is_floating_point():
            torch.testing.assert_close(
                outcome.state[name].float(), value, rtol=2e-3, atol=5e-4, msg=lambda m, n=name: f"{n}: {m}"
            )


def test_the_same_seed_trains_the_same_weights_watched_or_not(trained, sets, monkeypatch):
    monkeypatch.setattr(simclr, "measure", no_measure)
    again, other = (run(SMALL, seed)[1].state for seed in (0, 1))
    assert all(torch.equal(trained[1].state[name], again[name]) for name in again)
    assert not torch.equal(again["encoder.0.weight"], other["encoder.0.weight"])


def test_younger_models_begin_with_the_untrained_one(trained):
    ages = [step for step, _ in trained[1].checkpoints]
    assert ages == [math.ceil(40 * share) for share in AGES] and ages[0] == 0 and ages == sorted(set(ages))
    first = build(SMALL, Context(CPU, 0).generator("init")).state_dict()
    states = [state for _, state in trained[1].checkpoints] + [trained[1].state]
    assert all(torch.equal(states[0][name], value.half()) for name, value in first.items())
    for young, old in itertools.pairwise(states):
        assert any(not torch.equal(young[name], old[name]) for name in young)
    assert {value.dtype for state in states for value in state.values()} == {torch.float16}


def test_as_many_ages_as_steps_at_most(sets, monkeypatch):
    monkeypatch.setattr(simclr, "measure", no_measure)
    outcome = run(dataclasses.replace(SMALL, steps=3))[1]
    assert [step for step, _ in outcome.checkpoints] == [0, 1, 2]


def test_previews_are_maps_of_the_held_out_h(trained, restored, sets):
    previews = [e for e in trained[0] if isinstance(e, Preview)]
    assert [p.i for p in previews] == list(WATCHED)
    assert np.array_equal(previews[0].arrays["classes"], sets["fashion"].test_y.numpy())
    assert all(set(p.arrays) == {"points"} for p in previews[1:])
    for preview in previews:
        assert all(array.dtype == np.int32 for array in preview.arrays.values())
        points = preview.arrays["points"]
        assert points.shape == (300, 2) and np.abs(points).max() == 1000
    h = embed(restored, sets["fashion"].test_x, CPU)[0]
    expected = PCA(2).fit_transform(F.normalize(h, dim=1).double().numpy())
    shown = previews[-1].arrays["points"].astype(float)
    apart = [np.linalg.norm(x[:, None] - x, axis=2) for x in (shown - shown.mean(axis=0), expected)]
    apart = [x / x.max() for x in apart]
    assert np.abs(apart[0] - apart[1]).max() < 0.005, "up to a turn and a scale"


def test_maps_of_one_training_do_not_turn(trained):
    previews = [e.arrays["points"].astype(float) for e in trained[0] if isinstance(e, Preview)]
    for one, two in itertools.pairwise(previews):
        turn = np.linalg.svd(one.T @ two)
        angle = turn.U @ turn.Vh
        assert angle[0, 0] > 0.99 and angle[1, 1] > 0.99, "nothing is gained by turning the newer one"


# (c) What is said about it ----------------------------------------------------------------------------------------


def test_metrics_have_all_names(trained):
    metrics = trained[1].metrics
    assert set(EXPERIMENT.metric_names) <= set(metrics)
    assert all(math.isfinite(value) for value in metrics.values() if isinstance(value, int | float))
    assert (metrics["held_out"], metrics["labels"], metrics["few_labels"], trained[1].steps) == (300, 600, 100, 40)
    assert metrics["isotropic_std"] == pytest.approx(1 / 8) and metrics["chance_loss"] == pytest.approx(math.log(63))
    codes = ("h", "z", "raw", "random")
    assert {f"{what}_{code}{tail}" for what, tail in (("probe", ""), ("probe", "_10k"), ("probe", "_10"), ("knn", "")) for code in codes} <= set(metrics)  # fmt: skip
    assert "colour_rank" not in metrics, "gray pictures have no colours to share"
    for what, pairs in metrics["intervals"].items():
        for pair, (low, high) in pairs.items():
            one, other = (
                metrics["_".join(filter(None, (what.partition("_")[0], code, what.partition("_")[2])))]
                for code in pair.split("-")
            )
            assert low <= one - other <= high, (what, pair)
    assert {what: list(pairs) for what, pairs in metrics["intervals"].items()} == {
        what: ["h-raw", "h-z", "h-random"] for what in ("probe", "probe_10k", "probe_10", "knn")
    }


def test_measuring_is_told_too_and_never_goes_back(trained):
    events = trained[0]
    first = next(i for i, e in enumerate(events) if isinstance(e, Step) and e.phase == "measuring")
    assert {e.phase for e in events[first:]} == {"measuring"}
    shown = [e.i for e in events[first:]]
    assert shown == sorted(set(shown)) and shown[-1] <= events[-1].total


@pytest.mark.parametrize("code", ["h", "z", "raw"])
def test_probe_and_neighbours_are_scikit_learns(trained, restored, sets, code):
    metrics, pictures = trained[1].metrics, sets["fashion"]
    labelled = Labelled(pictures, 600)
    parts = (labelled.x[0], labelled.x[2])
    if code == "raw":
        train, test = (x.flatten(1).double().numpy() / 255 for x in parts)
    else:
        train, test = (embed(restored, x, CPU)[code == "z"].double().numpy() for x in parts)
    train_y, test_y, chosen = labelled.y[0].numpy(), labelled.y[2].numpy(), metrics["chosen"][code]
    scale = StandardScaler().fit(train)
    twin = LogisticRegression(C=1 / chosen["probe"]["penalty"], max_iter=5000).fit(scale.transform(train), train_y)
    one_picture = 1 / 300 + 1e-6
    assert metrics[f"probe_{code}"] == pytest.approx(twin.score(scale.transform(test), test_y), abs=2 * one_picture)
    assert metrics[f"probe_{code}_10k"] == metrics[f"probe_{code}"], "480 labels are all there are"

    neighbours = KNeighborsClassifier(chosen["knn"]["k"], metric=chosen["knn"]["distance"])
    votes = neighbours.fit(train - train.mean(axis=0), train_y).predict_proba(test - train.mean(axis=0))
    winners = votes == votes.max(axis=1, keepdims=True)
    right, alone = winners[np.arange(300), test_y], winners.sum(axis=1) == 1
    assert (right & alone).mean() - one_picture <= metrics[f"knn_{code}"] <= right.mean() + one_picture

    few = []
    for rows in few_labels(labelled.y[0], 10, simclr.DRAWS, Context(CPU, 0).generator("few labels")):
        scale = StandardScaler().fit(train[rows])
        twin = LogisticRegression(C=1 / chosen["probe_10"]["penalty"], max_iter=3000)
        twin.fit(scale.transform(train[rows]), train_y[rows])
        few.append(twin.score(scale.transform(test), test_y))
    assert metrics[f"probe_{code}_10"] == pytest.approx(np.mean(few), abs=one_picture)


@pytest.mark.twin(
    "core/experiments/simclr.py",
    "core/nn/contrast.py",
    "core/nn/views.py",
    "core/training/loop.py",
    "core/analysis/contrastive.py",
)
def test_loss_alignment_uniformity_and_spread_are_those_of_the_stored_weights(trained, restored, sets):
    torchvision()
    from lightly.loss import NTXentLoss

    x, context = sets["fashion"].test_x.float() / 255, Context(CPU, 0)
    one, two = (restored(views(x, augment_of(SMALL), context.generator(f"measured views {i}")))[1] for i in range(2))
    metrics = trained[1].metrics
    assert metrics["held_out_loss"] == pytest.approx(float(NTXentLoss(temperature=0.2)(one[:32], two[:32])), rel=1e-4)
    assert metrics["held_out_loss"] < metrics["chance_loss"]
    one, two, clean = (F.normalize(z, dim=1) for z in (one, two, restored(x)[1]))
    assert metrics["alignment"] == pytest.approx(float((one - two).square().sum(dim=1).mean()), rel=1e-4)
    assert metrics["uniformity"] == pytest.approx(
        float(torch.pdist(clean).square().mul(-2).exp().mean().log()), rel=1e-3
    )
    assert metrics["embedding_std"] == pytest.approx(float(clean.std(dim=0).mean()), rel=1e-4)


def test_the_last_step_says_what_was_watched_of_the_stored_weights(trained, restored, sets):
    last = [e for e in trained[0] if isinstance(e, Step) and e.phase == "training"][-1].metrics
    pictures = sets["fashion"]
    train, test = (embed(restored, x, CPU)[0] for x in (pictures.train_x, pictures.test_x))
    y = pictures.train_y
    seen = Split(train[:480], y[:480], train[480:], y[480:], test, pictures.test_y)
    assert last["knn"] == pytest.approx(nearest_neighbours(seen).accuracy, abs=1 / 300 + 1e-6)
    assert last["probe"] == pytest.approx(linear_probe(seen).accuracy, abs=0.02), "three penalties of ten"
    assert last["embedding_std"] == pytest.approx(trained[1].metrics["embedding_std"], rel=1e-4)
    assert last["uniformity"] == pytest.approx(trained[1].metrics["uniformity"], rel=1e-3)
    assert last["alignment"] == pytest.approx(trained[1].metrics["alignment"], rel=0.2), "of other views"


def test_the_encoder_to_compare_with_is_the_untrained_one_with_settled_statistics(trained, sets):
    pictures = sets["fashion"]
    model = build(SMALL, Context(CPU, 0).generator("init")).requires_grad_(False)
    before = {name: value.clone() for name, value in model.named_parameters()}
    settle(model, pictures.train_x)
    assert not model.training and all(torch.equal(before[name], value) for name, value in model.named_parameters())
    # After the momentum of 3 x 3 batches the running mean has 1 - 0.9^9 of the way to the batches' mean.
    first = model.encoder[0](pictures.train_x.float() / 255)
    expected = (1 - 0.9**9) * first.mean(dim=(0, 2, 3))
    torch.testing.assert_close(model.encoder[1].running_mean, expected, rtol=0.05, atol=5e-3)
    labelled = Labelled(pictures, 600)
    expected = linear_probe(labelled.split([embed(model, x, CPU)[0] for x in labelled.x])).accuracy
    assert trained[1].metrics["probe_random"] == pytest.approx(expected, abs=1e-6)
    assert expected > 0.5, "random filters see something, which is why they are shown"


def test_being_embedded_changes_no_picture_and_no_weight(restored, sets):
    pictures = sets["fashion"]
    model, x = build(SMALL, seeded()), pictures.test_x[:50]
    model.load_state_dict(restored.state_dict())
    model.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    copy, alone = x.clone(), embed(model, x[:1], CPU)[0]
    h, z = embed(model, x, CPU)
    assert torch.equal(x, copy) and h.shape == (50, 128) and z.shape == (50, 64)
    torch.testing.assert_close(
        alone, h[:1], rtol=1e-4, atol=1e-5, msg="h does not depend on its neighbours in the batch"
    )
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_training_changes_no_picture(trained, sets):
    made = digits("fashion")
    for name in ("train_x", "train_y", "test_x", "test_y"):
        assert torch.equal(getattr(sets["fashion"], name), getattr(made, name))


def test_what_views_do_not_share_can_be_read_off_h_but_not_off_a_z_that_forgot_it(restored, sets):
    """z is made to be the mean of h's first half: what is asked of it, it cannot know; of h, scikit-learn's ridge says the same."""
    x = sets["fashion"].test_x.float() / 255

    class Forgets(torch.nn.Module):
        def forward(self, x):
            brightness, size = x.mean(dim=(1, 2, 3)), (x > 0.1).float().mean(dim=(1, 2, 3))
            return torch.stack([brightness, size, brightness / (size + 0.1)], dim=1), torch.ones(len(x), 2)

    found = simclr.decoded(Forgets(), x, seeded())
    assert set(found) == {"crop", "brightness"}
    assert found["brightness"]["h"] > 0.3 and found["brightness"]["z"] < 0.05
    low, high = found["brightness"]["interval"]
    assert 0 < low < found["brightness"]["h"] - found["brightness"]["z"] < high


# (d) Other settings -----------------------------------------------------------------------------------------------


def test_pictures_in_colour_are_asked_for_shortcuts(sets):
    events, outcome = run(dataclasses.replace(SMALL, data="openmoji", steps=10, colour=0.0, more=()))
    assert np.isfinite(losses(events)).all()
    assert 0 <= outcome.metrics["colour_rank"] <= 1 and 0 <= outcome.metrics["shape_rank"] <= 1
    assert outcome.metrics["colour_rank"] < 0.45, "without jitter, views are told apart by colour"
    for name, values in outcome.metrics["each"].items():  # of each held-out picture, so that encoders can be compared
        assert len(values) == len(sets["openmoji"].test_x)
        assert np.mean(values) == pytest.approx(outcome.metrics[name], abs=1e-4)
    assert set(outcome.metrics["each"]) == {"probe_h", "probe_h_10", "colour_rank", "shape_rank"}
    assert all(math.isfinite(outcome.metrics[name]) for name in EXPERIMENT.metric_names)
    told = [e.i for e in events if isinstance(e, Step) and e.phase == "measuring"]
    assert told == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("projector", ["none", "linear"])
def test_other_projectors_train_too(sets, monkeypatch, projector):
    monkeypatch.setattr(simclr, "measure", no_measure)
    events, outcome = run(dataclasses.replace(SMALL, projector=projector))
    told = losses(events)
    assert np.mean(told[-5:]) < 0.9 * np.mean(told[:3])
    assert any(name.startswith("projector") for name in outcome.state) == (projector == "linear")


def test_labels_teach_the_same_encoder_and_are_not_compared_as_views(sets):
    config = dataclasses.replace(SMALL, objective="labels", crop=0.0, colour=0.0, more=())
    events, outcome = run(config)
    told = losses(events)
    assert np.mean(told[-5:]) < 0.5 * np.mean(told[:3]) and told[-1] < math.log(10)
    assert outcome.state["projector.weight"].shape == (10, 128)
    model = build(config)
    model.load_state_dict(as_float32(outcome.state))
    pictures = sets["fashion"]
    guesses = embed(model.eval().requires_grad_(False), pictures.test_x, CPU)[1].argmax(dim=1)
    assert float((guesses == pictures.test_y).float().mean()) > 0.6
    assert "held_out_loss" not in outcome.metrics and "chance_loss" not in outcome.metrics
    assert all(math.isfinite(outcome.metrics[name]) for name in EXPERIMENT.metric_names)
    watched = [e.metrics for e in events if isinstance(e, Step) and e.phase == "training"][-1]
    assert set(watched) == {"loss", "embedding_std", "knn", "probe"}


def test_a_batch_larger_than_the_data_is_all_of_it(sets, monkeypatch):
    monkeypatch.setattr(simclr, "measure", no_measure)
    pictures, seen = sets["fashion"], []
    monkeypatch.setitem(sets, "fashion", dataclasses.replace(pictures, train_x=pictures.train_x[:20], train_y=pictures.train_y[:20]))  # fmt: skip
    monkeypatch.setattr(simclr, "endless_batches", lambda *a: (seen.append(b) or b for b in endless_batches(*a)))
    events, _ = run(dataclasses.replace(SMALL, batch=512, steps=4))
    assert [sorted(batch.tolist()) for batch in seen] == [list(range(20))] * 4
    assert np.isfinite(losses(events)).all()


def test_pictures_of_one_class_have_no_probes(sets, monkeypatch):
    pictures = sets["openmoji"]
    one = dataclasses.replace(
        pictures, train_y=torch.zeros_like(pictures.train_y), test_y=torch.zeros_like(pictures.test_y), classes=("all",)
    )
    monkeypatch.setitem(sets, "openmoji", one)
    events, outcome = run(dataclasses.replace(SMALL, data="openmoji", steps=5))
    probes = {name for name in EXPERIMENT.metric_names if name.startswith("probe")}
    assert set(EXPERIMENT.metric_names) - set(outcome.metrics) == probes, "all else is said"
    assert not any(name.startswith(("probe", "knn", "few")) for name in outcome.metrics)
    assert all(math.isfinite(value) for value in outcome.metrics.values() if isinstance(value, int | float))
    assert set(outcome.metrics["each"]) == {"colour_rank", "shape_rank"}
    assert not any({"knn", "probe"} & set(e.metrics) for e in events if isinstance(e, Step))


@pytest.fixture
def my_pictures(tmp_path, monkeypatch) -> str:
    """The name of own pictures in a cache of this test's: 60 in colour, of two classes."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    pictures = digits("openmoji")
    two = [(x[y < 2], y[y < 2]) for x, y in ((pictures.train_x, pictures.train_y), (pictures.test_x, pictures.test_y))]
    (train_x, train_y), (test_x, test_y) = two
    raw = Raw(train_x[:60], train_y[:60], test_x[:20], test_y[:20], ("none", "one"), own_pictures.SOURCE)
    monkeypatch.setattr(data, "load", images.load)
    images._load.cache_clear()
    yield own_pictures.keep(raw)
    images._load.cache_clear()
    simclr.raw_readings.cache_clear()


def test_own_pictures_train_like_others(my_pictures):
    config = dataclasses.replace(EXPERIMENT.strict({"data": my_pictures}), width=8, batch=32, steps=6)
    assert config.data == my_pictures and EXPERIMENT.lenient({"data": my_pictures})[0].data == my_pictures
    _, outcome = run(config)
    assert (outcome.metrics["labels"], outcome.metrics["held_out"], outcome.metrics["few_labels"]) == (60, 20, 20)
    assert all(math.isfinite(outcome.metrics[name]) for name in EXPERIMENT.metric_names)
    assert outcome.state["encoder.0.weight"].shape[1] == 3
    model = build(config)
    model.load_state_dict(as_float32(outcome.state))
    simclr.warm(model.eval(), config)
    assert EXPERIMENT.key(config, 0) != EXPERIMENT.key(dataclasses.replace(config, steps=40), 0)


def test_own_pictures_that_are_gone_are_missing(my_pictures):
    with pytest.raises(data.Missing, match="not on this machine"):
        build(Config(data="pictures-" + "0" * 32))


# (e) Maps ---------------------------------------------------------------------------------------------------------


def test_maps_show_each_age_and_what_they_are_compared_with(trained, restored, sets):
    young = build(SMALL)
    young.load_state_dict(as_float32(trained[1].checkpoints[0][1]))
    found = list(simclr.maps(restored, SMALL, {0: young.eval().requires_grad_(False)}))
    names = [(one.name, one.method, one.settings.get("seed")) for one in found]
    assert len(set(names)) == len(names)
    by_name = {one.name: one for one in found}
    assert set(by_name) == {"h@0", "h", "z", "raw", "h-small", "noise-small"}
    h, z = embed(restored, sets["fashion"].test_x, CPU)
    for name, code in (("h", h), ("z", z), ("h@0", embed(young, sets["fashion"].test_x, CPU)[0])):
        torch.testing.assert_close(by_name[name].x, code / code.norm(dim=1, keepdim=True))
    assert torch.equal(by_name["raw"].x, sets["fashion"].test_x.flatten(1) / 255)
    assert by_name["raw"].key == simclr.raw_key(sets["fashion"]) and by_name["h"].key is None
    assert by_name["noise-small"].x.shape == by_name["h-small"].x.shape
    assert torch.equal(by_name["noise-small"].x, simclr.structureless_like(by_name["h-small"].x)), "the same every time"


def test_only_defaults_and_labelled_networks_ship_maps():
    assert simclr.shown_as_map(Config()) and simclr.shown_as_map(Config(data="shapes"))
    assert simclr.shown_as_map(simclr.labelled("fashion")) and not simclr.shown_as_map(simclr.small(0.5, 0.5))
    baked = [EXPERIMENT.strict(dict(raw)) for raw in EXPERIMENT.baked]
    assert {simclr.small(crop, colour) for crop in simclr.CROPS for colour in simclr.COLOURS} <= set(baked)
    with_ages = [config for config in baked if EXPERIMENT.keeps_ages(config)]
    assert with_ages and all(config == Config(data=config.data) for config in with_ages), "one a set of pictures"
