"""Colours as classes, hints, the losses against slow loops, and what is measured of a short training."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import data
from core.analysis.probes import Labelled
from core.data.pixels import silhouettes
from core.experiment import Context
from core.experiments import colorization
from core.nn import colours

pytestmark = pytest.mark.usefixtures("one_thread")
CPU = torch.device("cpu")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_colours(*shape: int, seed: int = 0) -> torch.Tensor:
    """a and b of random sRGB colours: (B, 2, H, W)."""
    B, H, W = shape
    return colours.luminance_and_colour(torch.rand(B, 3, H, W, generator=seeded(seed)))[1]


# Cells ---------------------------------------------------------------------------------------------------------------


def test_every_colour_lies_in_a_cell_and_every_cell_holds_one():
    axis = torch.linspace(0, 1, 33)
    x = torch.cartesian_prod(axis, axis, axis).T[None, :, :, None]
    ab = colours.luminance_and_colour(x)[1]
    found = {tuple(v) for v in (ab / colours.SPACING).round().mul(colours.SPACING).int()[0, :, :, 0].T.tolist()}
    assert found == {tuple(v) for v in colours.centres().int().tolist()}
    assert len(colours.centres()) == colours.COUNT == 75
    away = (colours.centres()[colours.nearest(ab)].permute(0, 3, 1, 2) - ab).abs().amax()
    assert away <= colours.SPACING / 2 + 0.5  # a and b are rounded before


def test_soft_labels_against_a_loop():
    ab = random_colours(2, 3, 4)
    cells, shares = colours.spread(ab)
    for b in range(2):
        for y in range(3):
            for x in range(4):
                here = [float(round(v)) for v in ab[b, :, y, x].tolist()]
                distances = sorted((math.dist(here, c), i) for i, c in enumerate(colours.centres().tolist()))[:5]
                weights = [math.exp(-(d**2) / (2 * 10**2)) for d, _ in distances]
                wanted = {i: w / sum(weights) for (_, i), w in zip(distances, weights, strict=True)}
                got = dict(zip(cells[b, :, y, x].tolist(), shares[b, :, y, x].tolist(), strict=True))
                assert sorted(got.values()) == pytest.approx(sorted(wanted.values()), abs=1e-5)
                assert set(got) == set(wanted) or len({round(d, 4) for d, _ in distances}) < 5, (
                    "or cells at one distance"
                )


def test_the_table_is_the_exact_label_of_whole_numbers():
    ab = random_colours(1, 8, 8).round()
    cells, shares = colours.spread(ab)
    exact_cells, exact_shares = colours.exact_spread(ab[0].flatten(1).T)
    assert torch.equal(cells[0].flatten(1).T, exact_cells)
    torch.testing.assert_close(shares[0].flatten(1).T, exact_shares)


@pytest.mark.parametrize("mix", [0.0, 0.5, 1.0])
def test_rebalancing_against_a_loop(mix):
    p = torch.tensor([0.7, 0.2, 0.1, 0.0])
    raw = [1 / max((1 - mix) * v + mix / 4, 1e-6) for v in p.tolist()]
    scale = sum(v * w for v, w in zip(p.tolist(), raw, strict=True))
    weights = colours.rebalancing(p, mix)
    assert weights.tolist() == pytest.approx([w / scale for w in raw], rel=1e-5)
    assert float((p * weights).sum()) == pytest.approx(1)
    if mix == 1:
        assert weights.tolist() == pytest.approx([1] * 4)
    if mix == 0:
        assert float(weights[0] * p[0]) == pytest.approx(float(weights[2] * p[2])), "each colour has the same say"


def test_losses_against_loops():
    ab = random_colours(2, 3, 3)
    logits = torch.randn(2, colours.COUNT, 3, 3, generator=seeded(1)).requires_grad_(True)
    weights = 0.5 + torch.rand(colours.COUNT, generator=seeded(2))
    loss = colours.class_loss(logits, ab, weights)
    cells, shares = colours.spread(ab)
    total = 0.0
    for b in range(2):
        for y in range(3):
            for x in range(3):
                row = logits[b, :, y, x].tolist()
                norm = math.log(sum(math.exp(v) for v in row))
                label = zip(cells[b, :, y, x].tolist(), shares[b, :, y, x].tolist(), strict=True)
                cross = -sum(share * (row[cell] - norm) for cell, share in label)
                total += float(weights[cells[b, 0, y, x]]) * cross
    assert float(loss.detach()) == pytest.approx(total / 18, rel=1e-5)
    (gradient,) = torch.autograd.grad(loss, logits)
    dense = torch.zeros(2, colours.COUNT, 3, 3).scatter_(1, cells, shares)
    wanted = weights[cells[:, :1]] * (logits.softmax(dim=1) - dense) / 18
    torch.testing.assert_close(gradient, wanted)
    plain = F.cross_entropy(logits, dense)  # PyTorch's own, where all weigh alike
    torch.testing.assert_close(colours.class_loss(logits, ab, torch.ones(colours.COUNT)), plain)
    guess = random_colours(2, 3, 3, seed=3)
    squares = [(guess - ab)[b, c, y, x] ** 2 for b in range(2) for c in range(2) for y in range(3) for x in range(3)]
    assert float(colours.regression_loss(guess, ab)) == pytest.approx(float(sum(squares)) / 2 / 18 / 100**2, rel=1e-5)


@pytest.mark.parametrize("temperature", [0.0, 0.05, 0.38, 1.0])
def test_the_annealed_mean_against_a_loop(temperature):
    logits = 3 * torch.randn(1, colours.COUNT, 2, 2, generator=seeded(4))
    found = colours.annealed_mean(logits, temperature)
    where = colours.centres().tolist()
    for y in range(2):
        for x in range(2):
            p = logits[0, :, y, x].double().softmax(dim=0).tolist()
            if temperature == 0:
                wanted = where[p.index(max(p))]
            else:
                heated = [v ** (1 / temperature) for v in p]
                wanted = [sum(h * c[i] for h, c in zip(heated, where, strict=True)) / sum(heated) for i in (0, 1)]
            assert found[0, :, y, x].tolist() == pytest.approx(wanted, abs=1e-3)


def test_cells_without_a_colour_of_the_lightness_are_struck_out_and_no_others():
    x = torch.rand(4, 3, 32, 32, generator=seeded(5))
    lightness, ab = colours.luminance_and_colour(x)
    left = colours.struck_out(torch.zeros(4, colours.COUNT, 32, 32), lightness)
    assert left.gather(1, colours.nearest(ab)[:, None]).isfinite().all(), "what is there can be said"
    white = colours.struck_out(torch.zeros(1, colours.COUNT, 1, 1), torch.full((1, 1, 1, 1), 100.0))
    kept = colours.centres()[white[0, :, 0, 0].isfinite()]
    assert len(kept) <= 5 and kept.norm(dim=1).max() < 50, "white is not yellow, whose cell lies at 80"
    assert colours.annealed_mean(white, 1.0).isfinite().all()


# Hints ---------------------------------------------------------------------------------------------------------------


def test_hints_are_as_many_as_asked_for_on_drawn_pixels_and_tell_the_truth():
    ab = random_colours(5, 32, 32, seed=6)
    drawn = torch.zeros(5, 32, 32, dtype=torch.bool)
    drawn[:, 8:20, 8:20] = True
    counts = torch.tensor([0, 1, 3, 10, 10])
    hints = colours.random_hints(ab, drawn, counts, seeded(7))
    assert hints.shape == (5, 3, 32, 32) and set(hints[:, 2].unique().tolist()) <= {0.0, 1.0}
    given = hints[:, 2].flatten(1).sum(dim=1).int().tolist()
    assert given[0] == 0 and 1 <= given[1] <= 9 and given[1] in (1, 4, 9) and given[3] <= 90
    assert (hints[:, :2].abs().sum(dim=1)[hints[:, 2] == 0] == 0).all()
    rows, columns = hints[3, 2].nonzero().T
    assert rows.min() >= 8 and rows.max() < 22 and columns.min() >= 8 and columns.max() < 22, "a square may stick out"
    one = hints[1, 2].nonzero()
    size = math.isqrt(len(one))
    top, left = one.min(dim=0).values.tolist()
    mean = ab[1, :, top : top + size, left : left + size].mean(dim=(1, 2)) / 100
    torch.testing.assert_close(hints[1, :2, top, left], mean)
    assert torch.equal(hints, colours.random_hints(ab, drawn, counts, seeded(7)))


def test_turned_hues_keep_chroma_and_gray():
    ab, lightness = random_colours(3, 6, 6, seed=8), 100 * torch.rand(3, 1, 6, 6, generator=seeded(9))
    ab[:, :, 0, 0] = 0
    found = colours.turned(ab, lightness, seeded(10))
    torch.testing.assert_close(found.norm(dim=1), ab.norm(dim=1), atol=1e-3, rtol=1e-4)
    assert found[:, :, 0, 0].abs().max() == 0 and (found - ab).norm(dim=1).mean() > 5
    angle = torch.atan2(found[:, 1], found[:, 0]) - torch.atan2(ab[:, 1], ab[:, 0])
    turns = {round(math.cos(a), 3) for a in angle[0][ab[0].norm(dim=0) > 1].tolist()}
    assert len(turns) <= 2, "one angle for the dark pixels, one for the others"


# Baselines and measures ----------------------------------------------------------------------------------------------


def test_the_most_common_colour_of_a_luminance_against_a_loop():
    x = data.load("shapes").train_x[:40]
    table = colorization.most_common(x)
    lightness, ab = colours.luminance_and_colour(x.float() / 255)
    cells, drawn = colours.nearest(ab), silhouettes(x)
    pixels: dict[int, dict[int, list[list[float]]]] = {}
    for i, y, z in drawn.nonzero().tolist():
        level = int(lightness[i, 0, y, z].round())
        pixels.setdefault(level, {}).setdefault(int(cells[i, y, z]), []).append(ab[i, :, y, z].tolist())
    for level, by_cell in pixels.items():
        counts = sorted((len(values) for values in by_cell.values()), reverse=True)
        if len(counts) > 1 and counts[0] == counts[1]:
            continue  # either may be taken
        most = max(by_cell.values(), key=len)
        assert table[level].tolist() == pytest.approx(np.mean(most, axis=0).tolist(), abs=1e-3)
    assert table[[level not in pixels for level in range(101)]].abs().max() == 0
    assert torch.equal(colorization.modal(table, lightness)[3, :, 5, 6], table[int(lightness[3, 0, 5, 6].round())])


def test_a_mean_over_drawn_pixels_leaves_the_ground_out():
    values = torch.tensor([[[1.0, 2.0], [3.0, 6.0]], [[1.0, 2.0], [3.0, 6.0]]])
    drawn = torch.tensor([[[False, True], [False, True]], [[False, False], [False, False]]])
    assert colorization.over_drawn(values, drawn).tolist() == [4.0, 3.0]


def few(name: str = "shapes") -> data.Images:
    """Few of the shapes."""
    images = data.images.load(name)
    return replace(images, **{part: getattr(images, part)[:140] for part in data.images.TENSORS})


def made_small(patch: pytest.MonkeyPatch) -> None:
    """Few pictures, and one penalty of the probes."""
    patch.setattr(colorization, "linear_probe", quick_probe)
    patch.setattr(colorization.data, "load", few)


@pytest.fixture(scope="module")
def trained():
    config = colorization.EXPERIMENT.strict({"steps": 40, "data": "shapes"})
    context = Context(CPU, 0)
    with pytest.MonkeyPatch.context() as patch:
        made_small(patch)
        loop = colorization.train(config, context)
        while True:
            try:
                next(loop)
            except StopIteration as end:
                outcome = end.value
                break
    model = colorization.build(config)
    model.load_state_dict({name: value.float() for name, value in outcome.state.items()})
    return config, outcome, model.eval().requires_grad_(False)


def quick_probe(split):
    from core.analysis import probes

    return probes.linear_probe(split, [100.0])


def test_both_colour_networks_begin_alike():
    model = colorization.build(colorization.Config(), seeded())
    ours, other = model.classification.state_dict(), model.regression.state_dict()
    assert all(torch.equal(ours[name], other[name]) for name in ours if not name.startswith("head"))
    x = torch.zeros(1, 1, 32, 32)
    assert [tuple(m.shape[1:]) for m in model.classification.maps(x)] == [
        (16, 32, 32), (32, 16, 16), (48, 8, 8), (64, 4, 4), (64, 4, 4),
    ]  # fmt: skip
    assert [m.shape for m in model.autoencoder.maps(x)] == [m.shape for m in model.classification.maps(x)]


def test_a_hint_reaches_the_answer_and_none_is_a_mask_of_zeros(trained):
    _, _, model = trained
    lightness = colours.luminance_and_colour(data.load("shapes").test_x[:1].float() / 255)[0]
    none = torch.zeros(1, 3, 32, 32)
    hint = none.clone()
    hint[0, :, 16, 16] = torch.tensor([0.6, 0.3, 1.0])
    with torch.no_grad():
        assert not torch.equal(model.regress(lightness, none), model.regress(lightness, hint))
        maps = model.classification.maps(lightness)
        again = model.classification.encoder(torch.cat([lightness / 50 - 1, none], dim=1))
    torch.testing.assert_close(maps[-1], again[-1])


def test_the_metrics_follow_from_the_weights(trained):
    """By other code: the error of regression, of gray and of the mode, over the drawn pixels of all held-out pictures."""
    _, outcome, model = trained
    metrics = outcome.metrics
    assert set(colorization.EXPERIMENT.metric_names) <= set(metrics)
    x = few().test_x
    errors: dict[str, list[float]] = {"regression": [], "gray": [], "mode": [], "vivid": []}
    chroma = []
    for part in x.split(150):
        lightness, ab = colours.luminance_and_colour(part.float() / 255)
        none = torch.zeros(len(part), 3, 32, 32)
        with torch.no_grad():
            regression, logits = model.regress(lightness, none), model.classify(lightness, none)
        corner = part[:, :, :1, :1].float()
        drawn = ((part.float() - corner).abs().amax(dim=1) / 255 > 0.08).numpy()
        answers = {
            "regression": regression,
            "gray": torch.zeros_like(ab),
            "mode": colours.annealed_mean(logits, 0.0),
            "vivid": colours.annealed_mean(logits, 0.38),
        }
        for name, guess in answers.items():
            distance = np.sqrt(((guess - ab).numpy() ** 2).sum(axis=1))
            errors[name] += [float(d[m].mean()) for d, m in zip(distance, drawn, strict=True)]
        size = np.sqrt((answers["vivid"].numpy() ** 2).sum(axis=1))
        chroma += [float(d[m].mean()) for d, m in zip(size, drawn, strict=True)]
    assert metrics["colour_error_regression"] == pytest.approx(np.mean(errors["regression"]), rel=1e-4)
    assert metrics["gray_error"] == pytest.approx(np.mean(errors["gray"]), rel=1e-4)
    assert metrics["colour_error_mode"] == pytest.approx(np.mean(errors["mode"]), rel=1e-3)
    assert metrics["colour_error"] == pytest.approx(np.mean(errors["vivid"]), rel=1e-4)
    assert metrics["chroma_classification"] == pytest.approx(np.mean(chroma), rel=1e-4)
    assert metrics["held_out"] == len(x) and metrics["by_hints"][0]["change"] == [0.0, 0.0]


def test_measure_gives_the_metrics_again(trained, monkeypatch):
    config, outcome, model = trained
    made_small(monkeypatch)
    loop = colorization.measure(model, config, few(), Context(CPU, 0))
    while True:
        try:
            next(loop)
        except StopIteration as end:
            assert end.value == outcome.metrics
            break


def test_what_is_probed_sees_luminance_alone(trained):
    config, _, model = trained
    x = data.load("shapes").test_x[:4].float() / 255
    lightness, _ = colours.luminance_and_colour(x)
    networks = colorization.encoders(model, config, Context(CPU, 0))
    assert set(networks) == {"colour", "autoencoder", "untrained"}
    for network in networks.values():
        pooled = [colorization.pooled(m) for m in network.maps(lightness)]
        assert [p.shape[1] for p in pooled] == [256, 512, 768, 1024, 1024]
    first = colorization.build(config, Context(CPU, 0).generator("init")).classification
    torch.testing.assert_close(networks["untrained"].maps(lightness)[2], first.maps(lightness)[2])
    assert len(Labelled(data.load("shapes"), 200, 200).x[2]) == 200
