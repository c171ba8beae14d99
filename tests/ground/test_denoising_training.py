"""Ways to spoil a picture, the three networks that draw it again, and what is said about them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch.nn import functional as F

from core import data
from core.analysis.probes import Labelled
from core.events import Outcome, Preview, Step
from core.experiment import Context
from core.experiments import denoising
from core.experiments.denoising import (
    EXPERIMENT,
    NETWORKS,
    Config,
    ConvAutoencoder,
    Three,
    build,
    curve,
    jacobian_norm,
    losses,
    noise_images,
)
from core.nn.corruption import KINDS, corrupt
from core.training import pace
from core.training.schedule import warm_cosine

CPU = torch.device("cpu")
SMALL = Config(data="mnist", bottleneck=8, steps=30)


pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# (a) Corruption ---------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    level=st.floats(0, 1),
    shape=st.tuples(st.integers(1, 4), st.sampled_from([1, 3]), st.integers(1, 9), st.integers(1, 9)),
    seed=st.integers(0, 99),
)
def test_corruption_keeps_shape_and_type_and_hits_all_colours_of_a_pixel(kind, level, shape, seed):
    x = 0.1 + 0.8 * torch.rand(shape, generator=seeded(seed))
    before = x.clone()
    spoiled = corrupt(x, kind, level, seeded(seed + 1))
    assert spoiled.shape == x.shape and spoiled.dtype == x.dtype and torch.equal(x, before)
    assert torch.equal(spoiled, corrupt(x, kind, level, seeded(seed + 1)))
    if kind != "gaussian":
        hit = spoiled != x
        assert (hit == hit[:, :1]).all()
        values = spoiled.masked_fill(~hit, -1)
        assert (values == values[:, :1]).all(), "and with one value"
        assert set(values.unique().tolist()) <= {-1.0, 0.0, *([1.0] if kind == "salt-and-pepper" else [])}


@pytest.mark.parametrize("kind", KINDS)
def test_level_zero_changes_nothing_and_seeds_matter(kind):
    x = torch.rand(3, 3, 16, 16, generator=seeded())
    assert torch.equal(corrupt(x, kind, 0.0, seeded(1)), x)
    assert not torch.equal(corrupt(x, kind, 0.5, seeded(1)), corrupt(x, kind, 0.5, seeded(2)))


@pytest.mark.parametrize("level", [0.1, 0.5, 0.75])
def test_gaussian_noise_has_the_deviation_asked_for_and_is_not_clipped(level):
    x = torch.rand(40, 3, 32, 32, generator=seeded())
    noise = (corrupt(x, "gaussian", level, seeded(1)) - x).double()
    n = noise.numel()
    assert abs(float(noise.mean())) < 5 * level / math.sqrt(n)
    assert float(noise.std()) == pytest.approx(level, rel=5 / math.sqrt(2 * n))
    assert float((noise.abs() < level).double().mean()) == pytest.approx(0.6827, abs=0.005), "one standard deviation"
    colours = noise.transpose(0, 1).flatten(1)
    off = torch.corrcoef(colours) - torch.eye(3)
    assert off.abs().max() < 0.03, "each colour has noise of its own"
    assert (corrupt(x, "gaussian", level, seeded(1)) < 0).any() and (corrupt(x, "gaussian", level, seeded(1)) > 1).any()


@pytest.mark.parametrize("level", [0.1, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("kind", ["salt-and-pepper", "masking"])
def test_the_share_asked_for_is_hit_anywhere(kind, level):
    x = torch.full((200, 1, 20, 20), 0.5)
    spoiled = corrupt(x, kind, level, seeded(1))
    black, white = (spoiled == 0).double(), (spoiled == 1).double()
    if kind == "masking":
        assert white.sum() == 0 and float(black.mean()) == pytest.approx(level, abs=0.01)
    else:
        for one in (black, white):
            assert float(one.mean()) == pytest.approx(level / 2, abs=0.01)
    hit = black + white
    five = 5 * math.sqrt(level * (1 - level) / 200) + 1e-9
    assert (hit.mean(dim=0) - level).abs().max() < five, "no place is spared"
    five = 5 * math.sqrt(level * (1 - level) / 400) + 1e-9
    assert (hit.flatten(1).mean(dim=1) - level).abs().max() < five, "and no picture"


def test_an_unknown_corruption_is_refused():
    with pytest.raises(ValueError, match=r"blur.*gaussian, salt-and-pepper, masking"):
        corrupt(torch.rand(1, 1, 4, 4), "blur", 0.5)


# (b) The networks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32)])
@pytest.mark.parametrize("squeeze", [None, 8])
def test_the_network_is_the_one_of_the_docstring(channels, side, squeeze):
    model = ConvAutoencoder(channels, side, squeeze)
    x = torch.rand(2, channels, side, side, generator=seeded())
    with torch.no_grad():
        code = model.encode(x)
        maps = F.conv2d(x, model.enter.weight, model.enter.bias, padding=1).relu()
        maps = F.conv2d(maps, model.to_code.weight, model.to_code.bias, padding=1)
        assert maps.shape == (2, 8, side, side)
        if squeeze is None:
            assert code.shape[1] == 8 * side * side > channels * side * side, "more numbers than pixels"
            expected = maps.flatten(1)
        else:
            expected = maps.flatten(1).relu() @ model.narrow.weight.T + model.narrow.bias
            maps = (expected @ model.widen.weight.T + model.widen.bias).unflatten(1, (8, side, side))
        torch.testing.assert_close(code, expected, rtol=1e-4, atol=1e-5)
        back = F.conv2d(maps.relu(), model.from_code.weight, model.from_code.bias, padding=1).relu()
        back = F.conv2d(back, model.leave.weight, model.leave.bias, padding=1)
        torch.testing.assert_close(model(x), back, rtol=1e-4, atol=1e-5)


def test_the_over_complete_and_the_denoising_network_begin_as_twins():
    model = build(SMALL, seeded())
    twin = model.denoising.state_dict()
    assert all(torch.equal(value, twin[name]) for name, value in model.overcomplete.state_dict().items())
    assert not torch.equal(model.bottleneck.enter.weight, model.denoising.enter.weight)
    assert {p.data_ptr() for p in model.overcomplete.parameters()}.isdisjoint(
        p.data_ptr() for p in model.denoising.parameters()
    )


def test_first_weights_are_xavier_uniform_and_biases_zero():
    state = build(Config(data="shapes"), seeded()).state_dict()
    for name, value in state.items():
        if name.endswith("bias"):
            assert (value == 0).all()
        elif value.numel() > 400:
            taps = 9 if value.ndim == 4 else 1
            bound = (6 / (taps * (value.shape[0] + value.shape[1]))) ** 0.5
            assert value.abs().max() <= bound and value.std() == pytest.approx(bound / 3**0.5, rel=0.08), name


def test_the_global_seed_decides_nothing():
    torch.manual_seed(0)
    first = build(SMALL, seeded()).state_dict()
    torch.manual_seed(1)
    second = build(SMALL, seeded()).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_only_the_denoising_network_is_shown_the_spoiled_picture():
    model = build(SMALL, seeded())
    x, spoiled = (torch.rand(4, 1, 28, 28, generator=seeded(s)) for s in (1, 2))
    with torch.no_grad():
        found = losses(model, x, spoiled)
        for name in NETWORKS:
            y = getattr(model, name)(spoiled if name == "denoising" else x)
            assert float(found[name]) == pytest.approx(float(((y - x) ** 2).mean()), rel=1e-5)
    assert tuple(found) == NETWORKS


# (c) The Jacobian, the noise, the spiral --------------------------------------------------------------------------


@pytest.mark.parametrize("squeeze", [None, 3])
def test_the_jacobian_norm_is_that_of_the_exact_jacobian(squeeze):
    model = ConvAutoencoder(1, 4, squeeze).requires_grad_(False)
    x = torch.rand(6, 1, 4, 4, generator=seeded())
    exact = torch.func.vmap(torch.func.jacrev(lambda one: model.encode(one[None])[0]))(x).flatten(1).detach()
    codes = model.encode(x).detach()
    spread = ((codes - codes.mean(dim=0)) ** 2).sum(dim=1).mean()
    expected = float((exact.square().sum(dim=1).mean() / spread).sqrt())
    assert jacobian_norm(model, x, seeded(1), draws=1500) == pytest.approx(expected, rel=0.03)
    assert jacobian_norm(model, x, seeded(1)) == pytest.approx(expected, rel=0.3), "with the draws of the metrics"


def test_the_jacobian_norm_does_not_depend_on_the_scale_of_the_code():
    model = ConvAutoencoder(1, 4, 3).requires_grad_(False)
    x = torch.rand(6, 1, 4, 4, generator=seeded())
    before = jacobian_norm(model, x, seeded(1))
    with torch.no_grad():
        model.narrow.weight *= 10
        model.narrow.bias += 5
    assert jacobian_norm(model, x, seeded(1)) == pytest.approx(before, rel=1e-3)
    with torch.no_grad():
        model.narrow.weight.zero_()
    assert jacobian_norm(model, x, seeded(1)) == 0.0, "a dead code answers to nothing"


def test_noise_images_are_even_and_each_pixel_is_drawn_by_itself():
    x = noise_images(300, (1, 12, 12), seeded())
    assert x.shape == (300, 1, 12, 12) and x.min() >= 0 and x.max() < 1
    assert float(x.mean()) == pytest.approx(0.5, abs=0.01) and float(x.var()) == pytest.approx(1 / 12, rel=0.02)
    pixels = torch.corrcoef(x.flatten(1).T) - torch.eye(144)
    assert pixels.abs().max() < 0.4 and float(pixels.square().mean()) == pytest.approx(1 / 300, rel=0.1)


def test_the_spiral_is_evenly_dense_along_its_length():
    points = curve(200_000, seeded()).double().numpy()
    assert points.shape == (200_000, 2) and np.abs(points).max() <= 0.9 + 1e-6
    # A table of the arc length of the same spiral by the radius, made of short chords.
    radius = np.hypot(*points.T)
    t = np.linspace(radius.min(), radius.max(), 20_001) / 0.9
    line = 0.9 * t[:, None] * np.stack([np.cos(3 * np.pi * t), np.sin(3 * np.pi * t)], axis=1)
    on_it = 0.9 * np.interp(radius, 0.9 * t, t)
    angle = 3 * np.pi * on_it / 0.9
    np.testing.assert_allclose(points, on_it[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), atol=1e-5)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    counts, _ = np.histogram(np.interp(radius, 0.9 * t, length), bins=20, range=(0, length[-1]))
    assert np.abs(counts / 10_000 - 1).max() < 0.15, counts


# (d) Training -----------------------------------------------------------------------------------------------------


def stripes(name: str) -> data.Images:
    """Three classes of smooth stripes in the shape of the data set `name`."""
    channels, side = denoising.CHANNELS_AND_SIDE[name]
    g, n = seeded(11), 120
    y = torch.arange(n) % 3
    phase, tilt = torch.rand(n, channels, 1, 1, generator=g) * 6, torch.rand(n, 1, 1, 1, generator=g)
    row, column = torch.arange(float(side))[:, None] / 9, torch.arange(float(side))[None] / 9
    wave = torch.sin((1 + y.view(-1, 1, 1, 1)) * (row * tilt + column * (1 - tilt)) + phase)
    x = ((wave + 1) * 127.5).round().to(torch.uint8)
    source = data.Source("stripes", "made by the test", "none", "none")
    return data.Images(name, x[:80], y[:80], x[80:], y[80:], ("a", "b", "c"), source, "0" * 16)


def finish(loop) -> tuple[list, object]:
    """All events of a generator, and what it returns."""
    events = []
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


@pytest.fixture(scope="module")
def stripes_of():
    """stripes_of(name) puts stripes in the place of every data set, and returns those of `name`."""
    patch = pytest.MonkeyPatch()
    made = {name: stripes(name) for name in ("mnist", "shapes", "openmoji")}
    patch.setattr(data, "load", lambda name: made[name])
    patch.setattr(pace, "STEP_SECONDS", 0.0)  # every step speaks
    patch.setattr(denoising, "NOISE_IMAGES", 30)
    yield made.get
    patch.undo()


@pytest.fixture(scope="module")
def trained(stripes_of) -> tuple[list, Outcome]:
    return finish(denoising.train(SMALL, Context(CPU, 0)))


@pytest.fixture(scope="module")
def restored(trained) -> Three:
    model = build(SMALL)
    model.load_state_dict({name: value.float() for name, value in trained[1].state.items()})
    return model.eval().requires_grad_(False)


def test_every_step_is_told_and_each_loss_falls(trained):
    steps = [e for e in trained[0] if isinstance(e, Step) and e.phase == "training"]
    assert [(e.i, e.total) for e in steps] == [(i, 30) for i in range(1, 31)]
    assert set(steps[0].metrics) == {"loss", *(f"loss_{name}" for name in NETWORKS)}
    assert all(e.metrics["loss"] == e.metrics["loss_denoising"] for e in steps)
    for name in NETWORKS:
        loss = [e.metrics[f"loss_{name}"] for e in steps]
        assert np.isfinite(loss).all() and np.mean(loss[-5:]) < 0.7 * np.mean(loss[:5])


@pytest.mark.parametrize("kind", KINDS)
def test_training_equals_three_plain_loops_and_one_in_the_plane(stripes_of, monkeypatch, kind):
    """The experiment's own loop against four optimisers, one a network, that are given its batches."""
    config = dataclasses.replace(SMALL, noise=kind, level=0.25, steps=6)
    batches, points = [], []
    monkeypatch.setattr(denoising, "losses", lambda m, x, s: batches.append((x.clone(), s.clone())) or losses(m, x, s))
    monkeypatch.setattr(denoising, "curve", lambda *a: points.append(curve(*a)) or points[-1])
    monkeypatch.setattr(denoising, "measure", no_measure)
    events, outcome = finish(denoising.train(config, Context(CPU, 0)))
    told = [e.metrics for e in events if isinstance(e, Step) and e.phase == "training"]

    twin = build(config, Context(CPU, 0).generator("init"))
    parts = {**twin.networks(), "plane": twin.plane}
    optimisers = {n: torch.optim.Adam(p.parameters(), betas=(0.9, 0.99), fused=False) for n, p in parts.items()}
    noise = Context(CPU, 0).generator("plane")
    for i, (x, spoiled) in enumerate(batches):
        corrupted = (spoiled - x).abs().mean()
        assert corrupted > 0.02 and x.shape == (16, 1, 28, 28)
        there = curve(128, noise)
        assert torch.equal(there, points[i])
        away = there + 0.15 * torch.randn(there.shape, generator=noise)
        for name, network in parts.items():
            asked = {"denoising": (spoiled, x), "plane": (away, there)}.get(name, (x, x))
            error = F.mse_loss(network(asked[0]), asked[1])
            if name != "plane":
                assert told[i][f"loss_{name}"] == pytest.approx(float(error.detach()), rel=1e-4), (name, i)
            optimisers[name].zero_grad()
            error.backward()
            optimisers[name].param_groups[0]["lr"] = denoising.LEARNING_RATE * warm_cosine(i / 6)
            optimisers[name].step()
    for name, value in twin.state_dict().items():
        torch.testing.assert_close(
            outcome.state[name].float(), value, rtol=2e-3, atol=2e-4, msg=lambda m, n=name: f"{n}: {m}"
        )


def test_previews_show_what_is_asked_the_truth_and_the_answers(trained, restored, stripes_of):
    previews = [e for e in trained[0] if isinstance(e, Preview)]
    assert (previews[0].i, previews[-1].i) == (0, 30)
    assert set(previews[0].arrays) == {*NETWORKS, "original", "corrupted"}
    assert all(set(p.arrays) == set(NETWORKS) for p in previews[1:])
    for preview in previews:
        for picture in preview.arrays.values():
            assert picture.dtype == np.uint8 and picture.shape == (8, 28, 28, 1) and picture.flags.c_contiguous
    x = stripes_of("mnist").test_x[:8]
    assert np.array_equal(previews[0].arrays["original"], x.permute(0, 2, 3, 1).numpy())
    spoiled = corrupt(x.float() / 255, "gaussian", 0.5, Context(CPU, 0).generator("exhibit"))
    pictures = {"corrupted": (previews[0], spoiled)}
    pictures |= {name: (previews[-1], network(spoiled)) for name, network in restored.networks().items()}
    for name, (preview, expected) in pictures.items():
        shown = preview.arrays[name][..., 0]
        assert np.abs(shown - expected[:, 0].clamp(0, 1).numpy() * 255).max() < 0.51, name


def test_metrics_have_all_names(trained):
    metrics = trained[1].metrics
    asked = {f"{name}.{metric}" for name in NETWORKS for metric in ("noise_copy_ratio", "probe_accuracy")}
    assert asked <= set(EXPERIMENT.metric_names) <= set(metrics)
    numbers = {name: value for name, value in metrics.items() if isinstance(value, int | float)}
    assert set(metrics) - set(numbers) == {"by_level", "probe_gains", "knn_gains", "probe_penalty", "knn_chosen"}
    pairs = ["raw-overcomplete", "raw-bottleneck", "raw-denoising", "overcomplete-bottleneck", "overcomplete-denoising", "bottleneck-denoising"]  # fmt: skip
    assert list(metrics["probe_gains"]) == list(metrics["knn_gains"]) == pairs
    for pair, (low, high) in metrics["probe_gains"].items():
        one, other = (metrics["probe_accuracy_raw" if n == "raw" else f"{n}.probe_accuracy"] for n in pair.split("-"))
        assert low <= other - one <= high
    assert all(np.isfinite(value) for value in numbers.values())
    assert [row["level"] for row in metrics["by_level"]] == list(denoising.LEVELS)
    assert all(set(row) == {"level", "untouched", *NETWORKS} for row in metrics["by_level"])
    assert [metrics[f"{name}.code_size"] for name in NETWORKS] == [6272, 8, 6272]
    assert (trained[1].steps, metrics["held_out"], metrics["probe_labels"]) == (30, 40, 64)


def test_the_noise_copy_ratio_is_what_a_slow_loop_over_the_stored_weights_finds(trained, restored):
    pictures = noise_images(30, (1, 28, 28), Context(CPU, 0).generator("noise images"))
    values = pictures.double().flatten().tolist()
    mean = sum(values) / len(values)
    variance = sum((v - mean) ** 2 for v in values) / len(values)
    for name, network in restored.networks().items():
        total = 0.0
        for one in pictures:
            drawn = network(one[None])[0]
            total += sum((a - b) ** 2 for a, b in zip(drawn.flatten().tolist(), one.flatten().tolist(), strict=True))
        ratio = total / len(values) / variance
        assert trained[1].metrics[f"{name}.noise_copy_ratio"] == pytest.approx(ratio, rel=1e-3)


def test_errors_are_those_of_the_stored_weights(trained, restored, stripes_of):
    metrics, pictures = trained[1].metrics, stripes_of("mnist")
    assert {value.dtype for value in trained[1].state.values()} == {torch.float16}
    x = pictures.test_x.float() / 255
    spoiled = corrupt(x, "gaussian", 0.5, Context(CPU, 0).generator("test noise"))
    mean = pictures.train_x.double().mean(dim=0) / 255
    assert metrics["mean_image_mse"] == pytest.approx(float((x - mean).square().mean()), rel=1e-5)
    assert metrics["noise_mse"] == pytest.approx(float((spoiled - x).square().mean()), rel=1e-4)
    for name, network in restored.networks().items():
        assert metrics[f"{name}.test_mse"] == pytest.approx(float((network(x) - x).square().mean()), rel=1e-3)
        assert metrics[f"{name}.denoised_mse"] == pytest.approx(float((network(spoiled) - x).square().mean()), rel=1e-3)
    for row in metrics["by_level"]:
        noisy = corrupt(x, "gaussian", row["level"], Context(CPU, 0).generator(f"level {row['level']}"))
        assert row["untouched"] == pytest.approx(float((noisy - x).square().mean()), rel=1e-4, abs=1e-9)
        for name, network in restored.networks().items():
            assert row[name] == pytest.approx(float((network(noisy) - x).square().mean()), rel=1e-3)
    assert metrics["by_level"][0]["untouched"] == 0


def test_the_probe_equals_scikit_learn(trained, restored, stripes_of):
    pictures = stripes_of("mnist")
    labelled, metrics = Labelled(pictures, denoising.PROBED, denoising.TESTED), trained[1].metrics
    train, _, test = (restored.bottleneck.encode(x.float() / 255).double().numpy() for x in labelled.x)
    scale = StandardScaler().fit(train)
    strength = metrics["probe_penalty"]["bottleneck"]
    twin = LogisticRegression(C=1 / strength, max_iter=3000).fit(scale.transform(train), labelled.y[0].numpy())
    expected = twin.score(scale.transform(test), labelled.y[2].numpy())
    assert metrics["bottleneck.probe_accuracy"] == pytest.approx(expected, abs=0.026)  # one picture of 40


def test_measuring_is_told_too_and_never_goes_back(trained):
    events = trained[0]
    first = next(i for i, e in enumerate(events) if isinstance(e, Step) and e.phase == "measuring")
    assert {e.phase for e in events[first:]} == {"measuring"}
    shown = [e.i for e in events[first:]]
    assert shown == sorted(shown) and shown[-1] <= events[-1].total


def test_the_same_seed_trains_the_same_weights_and_another_seed_others(trained, stripes_of, monkeypatch):
    monkeypatch.setattr(denoising, "measure", no_measure)
    again, other = (finish(denoising.train(SMALL, Context(CPU, seed)))[1].state for seed in (0, 1))
    assert all(torch.equal(trained[1].state[name], again[name]) for name in again)
    assert not torch.equal(again["denoising.enter.weight"], other["denoising.enter.weight"])


def no_measure(model: Three, config: Config, pictures: data.Images, context: Context):
    yield Step(1, 1, {}, phase="measuring")
    return {}


@pytest.mark.parametrize("name", ["shapes", "openmoji"])
def test_pictures_in_colour_train_too(stripes_of, monkeypatch, name):
    monkeypatch.setattr(denoising, "measure", no_measure)
    events, _ = finish(denoising.train(dataclasses.replace(SMALL, data=name, steps=20), Context(CPU, 0)))
    loss = [e.metrics["loss"] for e in events if isinstance(e, Step) and e.phase == "training"]
    assert np.mean(loss[-4:]) < 0.8 * np.mean(loss[:4])


def test_warm_goes_through_each_network(stripes_of):
    model, seen = build(SMALL, seeded()), []
    for name, network in model.networks().items():
        network.register_forward_hook(lambda *_, name=name: seen.append(name))
    EXPERIMENT.warm(model, SMALL)
    assert tuple(seen) == NETWORKS
