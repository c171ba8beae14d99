"""The stacked auto-encoders: the same as separate networks, beside a PCA that is scikit-learn's."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional as F

from core import data
from core.analysis.probes import PENALTIES, Labelled
from core.data.augment import shift_and_mirror
from core.events import Outcome, Preview, Step
from core.experiment import Context
from core.experiments import autoencoder
from core.experiments.autoencoder import EXPERIMENT, SIZES, Autoencoders, Config, build, loss, loss_by_size
from core.nn.stacked import Codes, StackedConv, StackedLinear, fold, unfold
from core.nn.weights import round_to_stored
from core.store import preview_rows as rows_of
from core.training import pace
from core.training.schedule import warm_cosine

CPU = torch.device("cpu")
SMALL = Config(data="mnist", encoder="mlp", sizes=(1, 2, 8, 128), width=32, steps=60)
KINDS = pytest.mark.parametrize("kind", ["conv", "mlp"])
PICTURES = pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32)])


pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network(kind: str, channels: int, side: int, sizes: tuple[int, ...] = SIZES) -> Autoencoders:
    """Every parameter is random, biases too, so that a forgotten one is noticed."""
    name = "mnist" if channels == 1 else "shapes"
    model = build(Config(data=name, encoder=kind, sizes=sizes, width=32), seeded(7))
    assert model.shape == (channels, side, side)
    g = seeded(8)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn(p.shape, generator=g) * 0.05)
    return model


# (a) The same networks, one by one --------------------------------------------------------------------------------


class Alone(nn.Module):
    """One auto-encoder of ordinary layers, as the docstring of `Autoencoders` draws it."""

    def __init__(self, kind: str, size: int, channels: int, side: int, width: int):
        super().__init__()
        if kind == "mlp":
            pixels = channels * side * side
            self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(pixels, width), nn.ReLU(), nn.Linear(width, size))
            self.decoder = nn.Sequential(
                nn.Linear(size, width), nn.ReLU(), nn.Linear(width, pixels), nn.Sigmoid(),
                nn.Unflatten(1, (channels, side, side)),
            )  # fmt: skip
        else:
            few, many, small = width // 16, width // 8, side // 4
            self.encoder = nn.Sequential(
                nn.Conv2d(channels, few, 4, stride=2, padding=1), nn.ReLU(),
                nn.Conv2d(few, many, 4, stride=2, padding=1), nn.ReLU(),
                nn.Flatten(), nn.Linear(many * small * small, size),
            )  # fmt: skip
            self.decoder = nn.Sequential(
                nn.Linear(size, many * small * small), nn.ReLU(), nn.Unflatten(1, (many, small, small)),
                nn.ConvTranspose2d(many, few, 4, stride=2, padding=1), nn.ReLU(),
                nn.ConvTranspose2d(few, channels, 4, stride=2, padding=1), nn.Sigmoid(),
            )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.encoder(x))


def share(model: Autoencoders, size: int, of_gradients: bool = False) -> list[torch.Tensor]:
    """One network's part of each stacked weight (or of its gradient), as `Alone(...).parameters()` lists them."""
    i, start = model.sizes.index(size), sum(model.sizes[: model.sizes.index(size)])
    own = slice(start, start + size)

    def value(p: torch.Tensor) -> torch.Tensor:
        return p.grad if of_gradients else p.detach()

    def layer(one: nn.Module) -> list[torch.Tensor]:
        weight, bias = value(one.weight)[i], value(one.bias)[i]
        return [weight.T, bias[0]] if isinstance(one, StackedLinear) else [weight, bias]

    codes = model.codes
    enter = [layer(model.first), *([] if model.kind == "mlp" else [layer(model.second)])]
    leave = [*([] if model.kind == "mlp" else [layer(model.third)]), layer(model.last)]
    narrow = [value(codes.encode_weight)[own], value(codes.encode_bias)[own]]
    widen = [value(codes.decode_weight)[own].T, value(codes.decode_bias)[i, 0]]
    return [p for part in (*enter, narrow, widen, *leave) for p in part]


def twins_of(model: Autoencoders, width: int = 32) -> list[Alone]:
    channels, side, _ = model.shape
    twins = [Alone(model.kind, size, channels, side, width) for size in model.sizes]
    with torch.no_grad():
        for size, twin in zip(model.sizes, twins, strict=True):
            for theirs, ours in zip(twin.parameters(), share(model, size), strict=True):
                assert theirs.shape == ours.shape
                theirs.copy_(ours)
    return twins


@KINDS
@PICTURES
def test_codes_pictures_and_every_gradient_equal_separate_networks(kind, channels, side):
    model = network(kind, channels, side)
    twins = twins_of(model)
    x = torch.rand(5, channels, side, side, generator=seeded(1))
    drawn, codes = model(x), model.encode(x)
    theirs = [twin(x) for twin in twins]
    for z, twin in zip(codes, twins, strict=True):
        torch.testing.assert_close(z, twin.encoder(x), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(drawn, torch.stack(theirs), rtol=0, atol=1e-5)

    (1000 * loss(drawn, x)).backward()  # the gradients of so few pixels are small, the tolerance is not
    alone = [F.mse_loss(y, x) for y in theirs]
    assert loss_by_size(drawn, x) == pytest.approx([float(one.detach()) for one in alone], rel=1e-5)
    for one in alone:
        (1000 * one).backward()
    for size, twin in zip(SIZES, twins, strict=True):
        for ours, p in zip(share(model, size, of_gradients=True), twin.parameters(), strict=True):
            torch.testing.assert_close(ours, p.grad, rtol=1e-4, atol=1e-5)
            assert p.grad.abs().max() > 1e-3, "no gradient, so the comparison says nothing"


@KINDS
@pytest.mark.parametrize("name", ["mnist", "shapes", "openmoji"])
def test_training_equals_separate_trainings_loss_for_loss(kind, name, wave_of, monkeypatch):
    """The experiment's own loop against eight plain loops that are given its batches."""
    pictures = wave_of(name)
    config = Config(data=name, encoder=kind, width=32, steps=10)
    batches = []
    monkeypatch.setattr(autoencoder, "loss", lambda y, x: batches.append(x.clone()) or loss(y, x))
    loop = autoencoder.train(config, Context(CPU, 3))
    told, final = [], None
    for event in loop:
        if isinstance(event, Step):
            told.append(event.metrics)
        if len(told) == config.steps:
            final = loop.gi_frame.f_locals["model"]
            loop.close()
    assert len(batches) == 10 and len({float(x.sum()) for x in batches}) == 10

    twins = twins_of(build(config, Context(CPU, 3).generator("init")))
    for size, twin in zip(SIZES, twins, strict=True):
        optimiser = torch.optim.Adam(twin.parameters(), betas=(0.9, 0.99), fused=False)
        for i, x in enumerate(batches):
            error = F.mse_loss(twin(x), x)
            optimiser.zero_grad()
            error.backward()
            optimiser.param_groups[0]["lr"] = autoencoder.LEARNING_RATE * warm_cosine(i / 10)
            optimiser.step()
            assert told[i][f"loss_{size}"] == pytest.approx(float(error.detach()), rel=1e-4), (size, i)
        for ours, theirs in zip(share(final, size), twin.parameters(), strict=True):
            torch.testing.assert_close(ours, theirs.detach(), rtol=1e-3, atol=1e-4)
    assert [row["loss"] for row in told] == pytest.approx(
        [np.mean([row[f"loss_{size}"] for size in SIZES]) for row in told], rel=1e-6
    )
    if name != "openmoji":  # its pictures are shifted and mirrored, so they are not to be found as they are
        known = {bytes(p.numpy().tobytes()) for p in pictures.train_x}
        assert all((x * 255).round().to(torch.uint8)[0].numpy().tobytes() in known for x in batches)


@KINDS
def test_a_network_learns_the_same_in_any_company(kind, wave_of):
    wave_of("mnist")

    def losses(sizes: tuple[int, ...]) -> list[float]:
        config = Config(data="mnist", encoder=kind, sizes=sizes, width=32, steps=10)
        events = autoencoder.train(config, Context(CPU, 0))
        return [e.metrics["loss_4"] for e in take_training(events, 10)]

    alone = losses((4,))
    assert losses((1, 4, 128)) == pytest.approx(alone, rel=1e-4)
    assert len(set(alone)) == 10


@KINDS
def test_first_weights_do_not_depend_on_the_sizes_asked_for(kind):
    config = Config(data="shapes", encoder=kind, width=32)
    everyone = build(config, seeded())
    some = build(dataclasses.replace(config, sizes=(2, 64)), seeded())
    for size in (2, 64):
        for ours, theirs in zip(share(some, size), share(everyone, size), strict=True):
            assert torch.equal(ours, theirs)
    first, second = share(everyone, 2)[0], share(everyone, 4)[0]
    assert first.abs().max() > 0 and not torch.equal(first, second), "each network begins elsewhere"


@KINDS
@PICTURES
@pytest.mark.parametrize("which", [slice(3, 4), slice(1, 6), slice(0, 8, 3)])
def test_some_networks_compute_what_all_compute(kind, channels, side, which):
    model = network(kind, channels, side)
    x = torch.rand(4, channels, side, side, generator=seeded(1))
    with torch.no_grad():
        codes, drawn = model.encode(x), model(x)
        for ours, theirs in zip(model.encode(x, which), codes[which], strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(model.decode(codes[which], which), drawn[which], rtol=0, atol=1e-5)
    assert [z.shape[1] for z in codes] == list(SIZES) and drawn.shape == (8, *x.shape)


def test_a_size_finds_its_network():
    model = network("mlp", 1, 28, (2, 16, 64))
    assert [model.at(size) for size in (2, 16, 64)] == [slice(0, 1), slice(1, 2), slice(2, 3)]
    with pytest.raises(ValueError):
        model.at(8)


def test_a_gradient_reaches_its_own_network_alone():
    model = network("conv", 1, 28, (2, 8, 16))
    x = torch.rand(3, 1, 28, 28, generator=seeded(1))
    F.mse_loss(model(x)[1], x).backward()
    assert all(g.abs().max() > 0 for g in share(model, 8, of_gradients=True))
    assert all((g == 0).all() for size in (2, 16) for g in share(model, size, of_gradients=True))


# The stacked parts ------------------------------------------------------------------------------------------------


def test_fold_and_unfold_are_inverses_and_keep_networks_together():
    x = torch.rand(3, 2, 4, 5, 6, generator=seeded())
    folded = fold(x)
    assert folded.shape == (2, 12, 5, 6)
    assert torch.equal(folded[:, 4:8], x[1]) and torch.equal(unfold(folded, 3), x)


def test_stacked_linear_takes_one_input_for_all_or_one_each():
    layer = StackedLinear(3, 4, 5)
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(torch.randn(p.shape, generator=seeded(2)))
        shared, each = torch.rand(6, 4, generator=seeded()), torch.rand(3, 6, 4, generator=seeded(1))
        for i in range(3):
            weight, bias = layer.weight[i].T, layer.bias[i, 0]
            torch.testing.assert_close(layer(shared)[i], F.linear(shared, weight, bias))
            torch.testing.assert_close(layer(each)[i], F.linear(each[i], weight, bias))


@pytest.mark.parametrize("up", [False, True])
def test_stacked_convolutions_change_the_side_by_two(up):
    layer = StackedConv(3, 2, 5, up=up)
    assert layer(torch.rand(4, 6, 8, 8)).shape == (4, 15, 16, 16) if up else (4, 15, 4, 4)
    assert layer.weight.numel() == 3 * 2 * 5 * 16


def test_codes_hold_no_padding():
    codes = Codes((1, 3, 10), 20)
    assert sum(p.numel() for p in codes.parameters()) == 2 * 14 * 20 + 14 + 3 * 20


def test_first_weights_are_xavier_uniform_and_biases_zero():
    model = build(Config(data="shapes", encoder="mlp", width=128), seeded())
    for size in (16, 128):
        for p, (fan_in, fan_out) in zip(
            share(model, size)[::2], [(3072, 128), (128, size), (size, 128), (128, 3072)], strict=True
        ):
            bound = (6 / (fan_in + fan_out)) ** 0.5
            assert p.abs().max() <= bound and p.std() == pytest.approx(bound / 3**0.5, rel=0.05)
        assert all((p == 0).all() for p in share(model, size)[1::2])
    model = build(Config(data="shapes", encoder="conv", width=256), seeded())
    layers = (model.first, model.second, model.third, model.last)
    for layer, maps in zip(layers, (3 + 16, 16 + 32, 32 + 16, 16 + 3), strict=True):
        weight, bound = layer.weight.detach(), (6 / (16 * maps)) ** 0.5  # 4 x 4 taps
        assert weight.abs().max() <= bound and weight.std() == pytest.approx(bound / 3**0.5, rel=0.05)


# (b) Training -----------------------------------------------------------------------------------------------------


def waves(name: str) -> data.Images:
    """Three classes of smooth stripes in the shape of the data set `name`; more than 128 of them, as PCA wants."""
    channels, side = autoencoder.CHANNELS_AND_SIDE[name]
    g, n = seeded(11), 300
    y = torch.arange(n) % 3
    phase, tilt = torch.rand(n, channels, 1, 1, generator=g) * 6, torch.rand(n, 1, 1, 1, generator=g)
    row, column = torch.arange(float(side))[:, None] / 9, torch.arange(float(side))[None] / 9
    wave = torch.sin((1 + y.view(-1, 1, 1, 1)) * (row * tilt + column * (1 - tilt)) + phase)
    x = ((wave + 1) * 120 + 10 * torch.rand(wave.shape, generator=g)).round().to(torch.uint8)
    source = data.Source("stripes", "made by the test", "none", "none")
    return data.Images(name, x[:200], y[:200], x[200:], y[200:], ("a", "b", "c"), source, "0" * 16)


def take_training(events, count: int) -> list[Step]:
    """The first `count` steps of training; what comes after them is not run."""
    found = []
    for event in events:
        if isinstance(event, Step):
            found.append(event)
            if len(found) == count:
                events.close()
                break
    return found


def finish(loop) -> tuple[list, object]:
    """All events of a generator, and what it returns."""
    events = []
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


@pytest.fixture(scope="module")
def wave_of():
    """wave_of(name) puts stripes in the place of every data set, and returns those of `name`."""
    patch = pytest.MonkeyPatch()
    made = {name: waves(name) for name in ("mnist", "shapes", "openmoji")}
    patch.setattr(data, "load", lambda name: made[name])
    patch.setattr(pace, "STEP_SECONDS", 0.0)  # every step speaks
    autoencoder.linear_code.cache_clear()
    yield made.get
    patch.undo()
    autoencoder.linear_code.cache_clear()


@pytest.fixture(scope="module")
def trained(wave_of) -> tuple[list, Outcome]:
    return finish(autoencoder.train(SMALL, Context(CPU, 0)))


@pytest.fixture(scope="module")
def restored(trained) -> Autoencoders:
    model = build(SMALL)
    model.load_state_dict({name: value.float() for name, value in trained[1].state.items()})
    return model.eval().requires_grad_(False)


def flat(x: torch.Tensor) -> np.ndarray:
    return x.flatten(1).double().numpy() / 255


def test_every_step_is_told_and_each_loss_falls(trained):
    steps = [e for e in trained[0] if isinstance(e, Step) and e.phase == "training"]
    assert [(e.i, e.total) for e in steps] == [(i, 60) for i in range(1, 61)]
    assert set(steps[0].metrics) == {"loss", *(f"loss_{size}" for size in SMALL.sizes)}
    for size in SMALL.sizes:
        loss = [e.metrics[f"loss_{size}"] for e in steps]
        assert np.isfinite(loss).all() and np.mean(loss[-10:]) < 0.95 * np.mean(loss[:10])


def test_measuring_is_told_too_and_never_goes_back(trained):
    events = trained[0]
    first = next(i for i, e in enumerate(events) if isinstance(e, Step) and e.phase == "measuring")
    measuring = events[first:]
    assert {e.phase for e in measuring} == {"measuring"}
    shown = [e.i for e in measuring]
    assert shown == sorted(shown) and shown[0] >= 0 and shown[-1] <= measuring[-1].total


def test_previews_show_each_size_the_truth_and_pca(trained, restored, wave_of):
    previews = [e for e in trained[0] if isinstance(e, Preview)]
    answers = {"1 number", "2 numbers", "8 numbers", "128 numbers"}
    assert (previews[0].i, previews[-1].i) == (0, 60)
    assert set(previews[0].arrays) == {*answers, "original", "PCA, 8 numbers"}
    assert all(set(p.arrays) == answers for p in previews[1:])
    for preview in previews:
        for picture in preview.arrays.values():
            assert picture.dtype == np.uint8 and picture.shape == (6, 28, 28, 1) and picture.flags.c_contiguous
    x = wave_of("mnist").test_x[:6]
    assert np.array_equal(previews[0].arrays["original"], x.permute(0, 2, 3, 1).numpy())
    twin = PCA(8, svd_solver="full").fit(flat(wave_of("mnist").train_x))
    expected = twin.inverse_transform(twin.transform(flat(x))).clip(0, 1) * 255
    shown = previews[0].arrays["PCA, 8 numbers"].reshape(6, -1)
    assert np.abs(shown - expected).max() < 0.51
    drawn = (restored(x.float() / 255) * 255).numpy()
    for i, size in enumerate(SMALL.sizes):
        shown = previews[-1].arrays[f"{size} number{'s' * (size > 1)}"][..., 0]
        assert np.abs(shown - drawn[i, :, 0]).max() < 0.51, "the last preview is made by the stored weights"


def test_rows_of_previews_stand_in_the_order_of_the_sizes(trained):
    previews = tuple(e for e in trained[0] if isinstance(e, Preview))
    answers = rows_of.answers(previews)
    names = [name for name, _ in rows_of.rows(previews[0], previews[-1], answers)]
    assert names == ["PCA, 8 numbers", "1 number", "2 numbers", "8 numbers", "128 numbers", "original"]
    one = Preview(0, {f"{n} numbers": np.zeros((1, 2, 2, 1), np.uint8) for n in (128, 16, 8, 64, 32, 2, 4)})
    names = [name for name, _ in rows_of.rows(one, one, rows_of.answers((one,)))]
    assert names == [f"{n} numbers" for n in (2, 4, 8, 16, 32, 64, 128)]


def test_metrics_have_all_names(trained):
    metrics = trained[1].metrics
    assert set(EXPERIMENT.metric_names) <= set(metrics)
    assert set(EXPERIMENT.metric_names) >= {
        "sizes", "test_mse", "pca_mse", "mean_image_mse", "probe_accuracy", "knn_accuracy",
    }  # fmt: skip
    assert metrics["sizes"] == [1, 2, 8, 128]
    for name in ("test_mse", "pca_mse", "probe_accuracy", "knn_accuracy", "pca_probe_accuracy"):
        assert list(metrics[name]) == ["1", "2", "8", "128"] and np.isfinite(list(metrics[name].values())).all()
    assert (trained[1].steps, metrics["held_out"], metrics["probe_labels"]) == (60, 100, 160)


def test_what_is_measured_is_what_is_stored(trained, restored, wave_of):
    metrics, pictures = trained[1].metrics, wave_of("mnist")
    assert {value.dtype for value in trained[1].state.values()} == {torch.float16}
    x = pictures.test_x.float() / 255
    for i, size in enumerate(SMALL.sizes):
        error = np.mean([float((restored(one[None])[i, 0] - one).square().mean()) for one in x])
        assert metrics["test_mse"][str(size)] == pytest.approx(error, rel=1e-4)


def test_the_errors_of_pca_and_of_the_mean_image_equal_scikit_learn(trained, wave_of):
    metrics, pictures = trained[1].metrics, wave_of("mnist")
    train, test = flat(pictures.train_x), flat(pictures.test_x)
    for size in SMALL.sizes:
        twin = PCA(size, svd_solver="full").fit(train)
        drawn = twin.inverse_transform(twin.transform(test)).clip(0, 1)  # as pictures are drawn
        expected = ((drawn - test) ** 2).mean()
        assert metrics["pca_mse"][str(size)] == pytest.approx(expected, abs=1e-5)
        assert metrics["pca_mse"][str(size)] == pytest.approx(expected, rel=1e-3)
    assert metrics["mean_image_mse"] == pytest.approx(((test - train.mean(axis=0)) ** 2).mean(), abs=1e-5)


def test_the_pca_in_the_model_equals_scikit_learn(wave_of):
    """As it is put there; how it is stored is the next test."""
    pictures = wave_of("shapes")
    loop = autoencoder.train(Config(data="shapes", encoder="mlp", sizes=(2,), width=32, steps=1), Context(CPU, 0))
    next(loop)
    model = loop.gi_frame.f_locals["model"]
    loop.close()
    train, test = flat(pictures.train_x), flat(pictures.test_x)
    np.testing.assert_allclose(model.pca_mean.numpy(), train.mean(axis=0), atol=1e-6)
    for size in (1, 8, 128):
        twin = PCA(size, svd_solver="full").fit(train)
        expected = twin.inverse_transform(twin.transform(test))
        found = model.linear(pictures.test_x.float() / 255, size)
        assert found.shape == pictures.test_x.shape
        np.testing.assert_allclose(found.flatten(1).numpy(), expected, atol=1e-5)
        assert np.abs(expected - test).max() > 0.01, "not the pictures themselves"


def test_stored_pca_still_rebuilds_pictures_as_well_as_the_metrics_say(trained, restored, wave_of):
    x = wave_of("mnist").test_x.float() / 255
    for size in SMALL.sizes:
        error = (restored.linear(x, size).clamp(0, 1) - x).square().mean()
        assert float(error) == pytest.approx(trained[1].metrics["pca_mse"][str(size)], abs=1e-5)


@pytest.mark.parametrize("size", [2, 8])
def test_the_probe_equals_scikit_learn(trained, restored, wave_of, size):
    pictures, i = wave_of("mnist"), SMALL.sizes.index(size)
    metrics, labelled = trained[1].metrics, Labelled(pictures, autoencoder.PROBED)
    train, _, test = (restored.encode(x.float() / 255)[i].double().numpy() for x in labelled.x)
    scale = StandardScaler().fit(train)
    strength = metrics["probe_penalty"][str(size)]
    twin = LogisticRegression(C=1 / strength, max_iter=3000).fit(scale.transform(train), labelled.y[0].numpy())
    expected = twin.score(scale.transform(test), labelled.y[2].numpy())
    assert metrics["probe_accuracy"][str(size)] == pytest.approx(expected, abs=0.02)
    pca = PCA(size, svd_solver="full").fit(flat(pictures.train_x))
    train, _, test = (pca.transform(flat(x)) for x in labelled.x)
    scale = StandardScaler().fit(train)
    scores = [
        LogisticRegression(C=1 / p, max_iter=3000)
        .fit(scale.transform(train), labelled.y[0].numpy())
        .score(scale.transform(test), labelled.y[2].numpy())
        for p in PENALTIES
    ]
    assert min(scores) - 0.02 <= metrics["pca_probe_accuracy"][str(size)] <= max(scores) + 0.02


def test_intervals_hold_the_differences_that_they_are_of(trained):
    metrics = trained[1].metrics
    sizes = [str(size) for size in SMALL.sizes]
    for size in sizes:
        low, high = metrics["over_pca"][size]
        assert low < metrics["test_mse"][size] / metrics["pca_mse"][size] < high
        for kind in ("probe", "knn"):
            low, high = metrics[f"{kind}_interval"][size]
            assert low <= metrics[f"{kind}_accuracy"][size] - metrics[f"{kind}_accuracy_raw"] <= high
    assert list(metrics["probe_gains"]) == ["1-2", "1-8", "1-128", "2-8", "2-128", "8-128"]
    for pair, (low, high) in metrics["probe_gains"].items():
        small, large = pair.split("-")
        assert low <= metrics["probe_accuracy"][large] - metrics["probe_accuracy"][small] <= high


class LookedUp(nn.Module):
    """Stands in for a model with one size: the first two pixels of a picture name its code."""

    def __init__(self, codes: torch.Tensor):
        super().__init__()
        self.codes = nn.Parameter(codes)

    def encode(self, x: torch.Tensor) -> list[torch.Tensor]:
        high, low = (x[:, 0, 0, :2] * 255).round().long().unbind(dim=1)
        return [self.codes[high * 256 + low]]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.zeros(1, *x.shape)

    def linear(self, x: torch.Tensor, size: int) -> torch.Tensor:
        return torch.zeros_like(x)

    pca_mean = torch.zeros(28 * 28)


def test_neighbours_in_a_code_of_one_number_are_the_numbers_near_it(wave_of, monkeypatch):
    """Four classes in a row. A cosine would see the sign alone, and so tell two groups apart."""
    index, plain = torch.arange(300), wave_of("mnist")
    codes = (index % 4)[:, None] + 0.2 * torch.rand(300, 1, generator=seeded())
    x = torch.cat([plain.train_x, plain.test_x]).clone()
    x[:, 0, 0, 0], x[:, 0, 0, 1] = (index // 256).to(torch.uint8), (index % 256).to(torch.uint8)
    pictures = dataclasses.replace(
        plain, train_x=x[:200], test_x=x[200:], train_y=index[:200] % 4, test_y=index[200:] % 4
    )
    _, metrics = finish(
        autoencoder.measure(LookedUp(codes), dataclasses.replace(SMALL, sizes=(1,)), pictures, Context(CPU, 0))
    )
    assert metrics["probe_accuracy"]["1"] > 0.95, "the codes are as they should be"
    assert metrics["knn_accuracy"]["1"] > 0.95


def test_the_same_seed_trains_the_same_weights_and_another_seed_others(trained, wave_of, monkeypatch):
    monkeypatch.setattr(autoencoder, "measure", no_measure)

    again, other = (finish(autoencoder.train(SMALL, Context(CPU, seed)))[1].state for seed in (0, 1))
    assert all(torch.equal(trained[1].state[name], again[name]) for name in again)
    assert not torch.equal(again["first.weight"], other["first.weight"])


def no_measure(model: nn.Module, config: Config, pictures: data.Images, context: Context):
    yield Step(1, 1, {}, phase="measuring")
    return {}


def test_only_emoji_are_shifted_and_mirrored(wave_of, monkeypatch):
    asked = []
    monkeypatch.setattr(
        autoencoder, "shift_and_mirror", lambda x, g, mirror: asked.append(mirror) or shift_and_mirror(x, g, mirror)
    )
    for name, expected in (("mnist", []), ("shapes", []), ("openmoji", [True, True])):
        asked.clear()
        config = dataclasses.replace(SMALL, data=name, sizes=(2,), steps=2)
        take_training(autoencoder.train(config, Context(CPU, 0)), 2)
        assert asked == expected, name


def test_weights_are_rounded_before_they_are_measured():
    model = network("mlp", 1, 28, (2,))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = round_to_stored(model)
    for name, value in model.state_dict().items():
        assert value.dtype == torch.float32 and torch.equal(value, state[name].float())
    assert any(not torch.equal(before[name], value) for name, value in model.state_dict().items())
    with torch.no_grad():
        model.first.weight.zero_()
    assert state["first.weight"].abs().max() > 0, "what is stored does not follow the model"


@KINDS
def test_warm_goes_through_all_sizes_and_through_one(kind, wave_of, monkeypatch):
    model = network(kind, 1, 28, (2, 8))
    asked = []
    plain = model.decode
    monkeypatch.setattr(
        model, "decode", lambda codes, which=slice(None): asked.append(len(codes)) or plain(codes, which)
    )
    EXPERIMENT.warm(model, Config(data="mnist", encoder=kind, sizes=(2, 8), width=32))
    assert asked == [2, 1]
