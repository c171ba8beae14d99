"""The masked auto-encoder of sound: its loss against a slow loop, masks of exact counts, and a training that tells the truth."""

from __future__ import annotations

import pytest
import torch

from core.data import sounds
from core.events import Outcome, Preview, Step
from core.experiment import Context
from core.experiments import spectrogram_mae
from core.experiments.mae import fill_in, loss_and_prediction
from core.experiments.spectrogram_mae import EXPERIMENT, PATCH, Config, N, build, shifted
from core.nn.masks import hidden_count, hide
from core.nn.mel import BANDS
from core.nn.patches import mask_to_pixels

CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("one_thread")
SMALL = {"width": 32, "depth": 1, "decoder_depth": 1, "steps": 40}


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(sounds, "COUNTS", {"train": 60, "test": 20})
    spectrogram_mae.spectrograms.cache_clear()
    yield
    spectrogram_mae.spectrograms.cache_clear()


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def trained(config: Config, seed: int = 0) -> tuple[list, Outcome]:
    loop, events = spectrogram_mae.train(config, Context(CPU, seed)), []
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


def test_the_loss_is_the_mean_square_over_the_hidden_patches_written_as_loops():
    model = build(Config(**SMALL), seeded())
    x, noise = torch.rand(2, 1, BANDS, BANDS, generator=seeded(1)), torch.rand(2, N * N, generator=seeded(2))
    with torch.no_grad():
        loss, prediction = loss_and_prediction(model, x, noise, 16, "pixels")
    total, count = 0.0, 0
    for b in range(2):
        ranked = sorted(range(N * N), key=lambda p, b=b: -float(noise[b, p]))
        for p in ranked[16:]:
            top, left = p // N * PATCH, p % N * PATCH
            for i in range(PATCH):
                for j in range(PATCH):
                    truth = 2 * float(x[b, 0, top + i, left + j]) - 1
                    total += (float(prediction[b, p, i * PATCH + j]) - truth) ** 2
                    count += 1
    assert count == 2 * 48 * PATCH**2
    assert float(loss) == pytest.approx(total / count, rel=1e-5)


@pytest.mark.parametrize("ratio", spectrogram_mae.RATIOS)
def test_masks_hide_exactly_so_many_patches_and_the_network_never_sees_them(ratio):
    hidden = hide("random", ratio, 3, N, seeded())
    assert hidden.sum(dim=1).tolist() == [hidden_count(ratio, N * N)] * 3
    model, x = build(Config(**SMALL), seeded()), torch.rand(3, 1, BANDS, BANDS, generator=seeded(1))
    other = torch.where(mask_to_pixels(hidden, PATCH), torch.rand(x.shape, generator=seeded(2)), x)
    assert torch.equal(fill_in(model, x, hidden, "pixels"), fill_in(model, other, hidden, "pixels"))


def test_a_shift_is_later_with_silence_before_it():
    x = torch.rand(30, 1, BANDS, BANDS, generator=seeded()) + 0.1
    found, seen = shifted(x, seeded(1)), set()
    for before, after in zip(x[:, 0], found[:, 0], strict=True):
        by = int((after == 0).all(dim=0).sum())
        assert (after[:, :by] == 0).all() and torch.equal(after[:, by:], before[:, : BANDS - by])
        seen.add(by)
    assert min(seen) == 0 and max(seen) <= 12 and len(seen) > 6


def test_the_same_seed_trains_to_the_same_weights_and_measure_gives_the_same_metrics_again():
    config = EXPERIMENT.strict(SMALL)
    events, first = trained(config)
    _, second = trained(config)
    assert all(torch.equal(first.state[name], second.state[name]) for name in first.state)
    assert first.metrics == second.metrics and set(EXPERIMENT.metric_names) <= set(first.metrics)
    assert first.steps == 40 and any(isinstance(e, Preview) for e in events)
    assert {e.phase for e in events if isinstance(e, Step)} == {"training", "measuring"}
    model = build(config)
    model.load_state_dict({name: value.float() for name, value in first.state.items()})
    loop = EXPERIMENT.measure(model.eval().requires_grad_(False), config, Context(CPU, 0), ())
    with pytest.raises(StopIteration) as end:
        while True:
            next(loop)
    assert end.value.value == first.metrics


def test_spectrograms_are_bytes_of_all_sounds_of_a_part():
    train, test = (spectrogram_mae.spectrograms(part) for part in ("train", "test"))
    assert train.shape == (60, 1, BANDS, BANDS) and test.shape == (20, 1, BANDS, BANDS) and train.dtype == torch.uint8
    assert spectrogram_mae.spectrograms("train") is train, "made once"
    assert train.float().std() > 20
