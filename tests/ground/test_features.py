"""The networks whose units are looked at, and what is measured of their units."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core import data
from core.analysis import attribution, units
from core.experiment import Context
from core.experiments import features
from core.nn import seeing
from core.rng import generator


@pytest.fixture(scope="module")
def network():
    made = seeing.Seeing(1, 10)
    made.start(generator(3, "init"))
    return made.eval().requires_grad_(False)


THIRDS = ((0, 3), (2, 5), (4, 7))  # of seven places, as adaptive pooling cuts them


def test_a_layer_is_what_plain_torch_computes(network):
    x = torch.rand(2, 1, 28, 28, generator=generator(0, "x"))
    h = x - 0.5
    for i, convolution in enumerate(network.convolutions):
        h = F.conv2d(h, convolution.weight, convolution.bias, convolution.stride, convolution.padding)
        torch.testing.assert_close(network.maps(x, seeing.CONVOLUTIONS[i].name), h, atol=1e-5, rtol=1e-5)
        h = F.relu(h)
    parts = [h[:, :, a:b, c:d].mean(dim=(2, 3)) for a, b in THIRDS for c, d in THIRDS]
    wanted = network.head(torch.stack(parts, dim=2).flatten(1))
    torch.testing.assert_close(network(x), wanted, atol=1e-5, rtol=1e-5)
    with pytest.raises(KeyError):
        network.maps(x, "conv9")


@pytest.mark.parametrize("layer", seeing.LAYERS)
def test_a_place_sees_exactly_its_field(network, layer):
    x = torch.rand(1, 1, 28, 28, generator=generator(1, "x")).requires_grad_(True)
    maps = network.maps(x, layer)
    for row, column in {(0, 0), (maps.shape[2] // 2, maps.shape[3] // 3), (maps.shape[2] - 1, maps.shape[3] - 1)}:
        # absolute weights: nothing may cancel
        (gradient,) = torch.autograd.grad(maps[0, :, row, column].square().sum(), x, retain_graph=True)
        rows, columns = gradient[0, 0].nonzero().T
        top, left, bottom, right = seeing.field(layer, row, column, 28)
        assert top <= rows.min() and rows.max() < bottom and left <= columns.min() and columns.max() < right
        if layer != seeing.CLASSES:
            assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == (top, bottom, left, right)


def test_answers_are_means_after_the_relu_and_their_strongest_place(network):
    x = torch.randint(0, 256, (7, 1, 28, 28), generator=generator(2, "x"), dtype=torch.uint8)
    found = units.answers(network, "conv3", x, torch.device("cpu"))
    maps = network.maps(x.float() / 255, "conv3").numpy()
    np.testing.assert_allclose(found.level.numpy(), np.maximum(maps, 0).mean(axis=(2, 3)), atol=1e-5)
    np.testing.assert_allclose(found.peak.numpy(), maps.max(axis=(0, 2, 3)), atol=1e-5)
    row, column = divmod(int(found.place[4, 5]), found.across)
    assert maps[4, 5, row, column] == pytest.approx(maps[4, 5].max(), abs=1e-5)
    assert found.strongest(5, 3).tolist() == np.argsort(-found.level[:, 5].numpy(), kind="stable")[:3].tolist()
    assert found.percentile(5, float(found.level[:, 5].median())) == pytest.approx(100 * 3 / 7)


def test_a_unit_that_no_picture_excites_is_dead(network):
    dead = seeing.Seeing(1, 10)
    dead.load_state_dict(network.state_dict())
    with torch.no_grad():
        dead.convolutions[1].bias[4] = -1e3
    x = torch.randint(0, 256, (5, 1, 28, 28), generator=generator(2, "x"), dtype=torch.uint8)
    found = units.answers(dead, "conv2", x, torch.device("cpu"))
    assert found.dead().nonzero().flatten().tolist() == [4]
    assert len(found.strongest(4, 9)) == 0
    assert found.percentile(4, 0.0) == 0.0


def test_occlusion_finds_what_decides():
    class Corner(nn.Module):
        def forward(self, x):
            bright = x[:, 0, :7, :7].mean(dim=(1, 2))
            return torch.stack([10 * (bright - 0.5), -10 * (bright - 0.5)], dim=1)

    x = torch.ones(1, 28, 28)
    found = attribution.occlusion(Corner(), x, 0)
    assert divmod(int(found.argmax()), found.shape[1]) == (0, 0)
    assert found[0, 0] == pytest.approx(float(torch.tensor([5.0, -5.0]).softmax(0)[0]) - 0.5, abs=1e-4)
    assert found[4:, 4:].abs().max() < 1e-6
    gradient = attribution.saliency(Corner(), x, 0)
    assert (gradient[:7, :7] > 0).all() and gradient[7:].abs().max() == 0


def test_training_measures_each_unit_of_three_networks(monkeypatch):
    x = torch.randint(0, 256, (800, 3, 32, 32), generator=generator(5, "x"), dtype=torch.uint8)
    y, source = torch.arange(800) % 6, data.Source("noise", "made by the test", "none", "none")
    few = data.Images("shapes", x[:500], y[:500], x[500:], y[500:], tuple("012345"), source, "0" * 16)
    monkeypatch.setattr(data, "load", lambda name: few)
    monkeypatch.setattr(features, "ASCENT", 5)
    config = features.EXPERIMENT.strict({"steps": 40, "data": "shapes"})
    context = Context(torch.device("cpu"), 0)
    loop, last = features.train(config, context), None
    while True:
        try:
            event = next(loop)
        except StopIteration as end:
            outcome = end.value
            break
        last = event if hasattr(event, "arrays") else last
    metrics = outcome.metrics
    assert set(features.EXPERIMENT.metric_names) <= set(metrics)
    assert metrics["units"] == seeing.UNITS == 108
    model = features.build(config)
    model.load_state_dict({name: value.float() for name, value in outcome.state.items()})
    # by other code: the activation of the stored picture and the share of the pictures below it
    x = torch.cat([few.test_x, few.train_x]).float() / 255
    drawn = torch.from_numpy(last.arrays["made-noise"]).permute(0, 3, 1, 2).float() / 255
    assert drawn.shape == (seeing.UNITS + 6, 3, 32, 32)
    with torch.no_grad():
        unit = 12 + 5
        level = float(model.noise.maps(drawn[unit : unit + 1], "conv2")[0, 5].relu().mean())
        levels = model.noise.maps(x, "conv2")[:, 5].relu().mean(dim=(1, 2))
    row = metrics["each"]["noise"]["conv2"]
    assert row["made"][5] == pytest.approx(level, abs=1e-3)
    assert row["best"][5] == pytest.approx(float(levels.max()), abs=1e-3)
    assert row["percentile"][5] == pytest.approx(100 * float((levels < level).float().mean()), abs=0.1)
