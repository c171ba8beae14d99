"""Sound to spectrogram and back: the filters and the transform against slow loops, and what the way back keeps."""

from __future__ import annotations

import math

import pytest
import torch

from core.data import sounds
from core.nn import mel

pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_sounds_and_spectrograms_speak_of_the_same_samples():
    assert (sounds.RATE, sounds.SAMPLES) == (mel.RATE, mel.SAMPLES)


def test_filters_are_triangles_between_their_neighbours_peaks():
    """Written as loops from the definition."""
    low, high = (2595 * math.log10(1 + f / 700) for f in (mel.LOW, mel.HIGH))
    corners = [700 * (10 ** ((low + i * (high - low) / (mel.BANDS + 1)) / 2595) - 1) for i in range(mel.BANDS + 2)]
    bank = mel.filter_bank()
    assert bank.shape == (mel.BANDS, mel.WINDOW // 2 + 1) and (bank.sum(dim=1) > 0).all()
    for band in range(mel.BANDS):
        left, peak, right = corners[band : band + 3]
        for k in range(mel.WINDOW // 2 + 1):
            f = k * mel.RATE / mel.WINDOW
            inside = (f - left) / (peak - left) if f <= peak else (right - f) / (right - peak)
            assert float(bank[band, k]) == pytest.approx(max(0.0, inside), abs=1e-5), (band, k)


def test_a_frame_is_the_discrete_transform_of_a_window_of_samples():
    wave = torch.randn(1, mel.SAMPLES, generator=seeded(), dtype=torch.float64)
    frame, half = 20, mel.WINDOW // 2
    start = frame * mel.HOP - half
    for k in (0, 3, 100, 256):
        total = 0j
        for t in range(mel.WINDOW):
            window = 0.5 - 0.5 * math.cos(2 * math.pi * t / mel.WINDOW)
            turn = -2 * math.pi * k * t / mel.WINDOW
            total += window * float(wave[0, start + t]) * complex(math.cos(turn), math.sin(turn))
        assert abs(complex(mel.transform(wave)[0, k, frame]) - total) < 1e-8


def test_a_pure_tone_is_loudest_in_its_own_band_and_louder_means_higher():
    time = torch.arange(mel.SAMPLES) / mel.RATE
    tone = torch.sin(2 * math.pi * 1000 * time)[None]
    level = mel.spectrogram(tone)
    assert level.shape == (1, 1, mel.BANDS, mel.FRAMES) and level.min() >= 0 and level.max() <= 1
    band = mel.BANDS - 1 - int(level[0, 0, :, 30].argmax())
    assert int(mel.filter_bank()[:, 64].argmax()) == band  # 64 * 15.625 Hz = 1 kHz
    softer = mel.spectrogram(0.1 * tone)
    assert float(level.max() - softer.max()) == pytest.approx(20 / mel.RANGE, abs=1e-3), "a tenth is 20 dB"


def test_silence_stays_silence_and_a_sound_comes_back_with_nearly_its_levels():
    silence = mel.sound(torch.zeros(1, 1, mel.BANDS, mel.FRAMES), seeded())
    assert silence.abs().max() == 0
    levels = mel.spectrogram(sounds.waves("test", [0, 3]))
    back = mel.spectrogram(mel.sound(levels, seeded()))
    assert (back - levels).abs().mean() < 0.04
    once, twice = (mel.sound(levels[:1], seeded(1)) for _ in range(2))
    assert torch.equal(once, twice) and once.shape == (1, mel.SAMPLES)


def test_griffin_lim_comes_nearer_to_the_magnitudes_with_each_round():
    magnitude = mel.transform(sounds.waves("test", [3])).abs()

    def miss(iterations: int) -> float:
        wave = mel.griffin_lim(magnitude, seeded(), iterations)
        return float((mel.transform(wave).abs() - magnitude).square().mean())

    assert miss(32) < 0.5 * miss(4) < 0.5 * miss(0)


# Sounds -----------------------------------------------------------------------------------------------------------


def test_a_sound_is_the_same_whatever_stands_beside_it():
    alone = sounds.waves("test", [13])
    torch.testing.assert_close(sounds.waves("test", [2, 13, 8])[1:2], alone, rtol=0, atol=1e-6)
    assert alone.abs().max() <= 0.8001 and not torch.allclose(alone, sounds.waves("train", [13]), atol=0.01)
    with pytest.raises(IndexError):
        sounds.waves("test", [sounds.COUNTS["test"]])


def test_every_kind_makes_a_sound_within_its_bounds():
    found = sounds.waves("test", range(20))
    assert found.isfinite().all() and found.shape == (20, sounds.SAMPLES)
    assert (found.abs().amax(dim=1) > 0.7).all() and (found.square().mean(dim=1) > 1e-4).all()
    assert [sounds.kind_of(i) for i in range(5)] == list(sounds.KINDS)


def test_harmonics_are_sines_of_whole_multiples():
    pitch = torch.full((1, sounds.SAMPLES), 200.0, dtype=torch.float64)
    found = sounds.harmonics(pitch, lambda k, f: 1000 / (k * f))
    phase = 2 * math.pi * 200 * (torch.arange(sounds.SAMPLES, dtype=torch.float64) + 1) / sounds.RATE
    slow = sum(1000 / (200 * k) * torch.sin(k * phase) for k in range(1, 19))  # 19 * 200 Hz is HIGHEST
    torch.testing.assert_close(found[0], slow, rtol=0, atol=1e-8)
