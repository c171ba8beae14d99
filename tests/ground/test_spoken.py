"""Spoken digits: who says what, one word out of a wave, pairs, the cache, and recordings that people bring."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
import torch
from scipy.signal import resample_poly

from core import data
from core.data import apart, melodies, one_word, spoken, voices
from core.data.kinds import Missing
from core.data.one_word import Silent, at_rate, cut, loudest_second
from core.data.read_picture import Unreadable
from core.data.read_sound import MOST_BYTES, read_second, read_sound
from core.data.sounds import RATE, SAMPLES, edges
from tests.helpers.recordings import few_melodies, tone, wav

needs_voices = pytest.mark.skipif(not voices.available(), reason="eSpeak NG is not on this machine")
needs_digits = pytest.mark.skipif(not data.available("mnist"), reason="no digits on this machine")


@pytest.fixture
def few(lab_cache):
    with few_melodies(train=3, validation=1, test=2):
        yield lab_cache


# One word ----------------------------------------------------------------------------------------------------------


def test_the_loudest_stretch_is_cut_out_and_made_as_loud_as_every_other():
    noise = 0.002 * np.random.default_rng(0).standard_normal(4 * RATE)
    wave = noise.copy()
    wave[8000:8400] += tone(0.05, loud=0.05)  # a click before the word
    wave[16000:20000] += tone(0.5, loud=0.3)
    found = cut(wave)
    assert found.shape == (SAMPLES,) and found.dtype == np.float32 and np.abs(found).max() == pytest.approx(0.8)
    loud = np.flatnonzero(np.abs(found) > 0.2)
    assert abs(loud[0] - one_word.BEFORE) < 200 and abs(loud[-1] - loud[0] - 4000) < 200, (
        "the word, from a tenth of a second before it"
    )
    assert np.array_equal(cut(wave), cut(10 * wave)) or np.allclose(cut(wave), cut(10 * wave), atol=1e-6)


def test_a_stop_within_a_word_does_not_end_it_and_a_long_one_loses_its_end():
    word = np.concatenate([tone(0.2), np.zeros(round(0.15 * RATE)), tone(0.1)])
    found = cut(np.concatenate([np.zeros(RATE), word, np.zeros(RATE)]))
    loud = np.flatnonzero(np.abs(found) > 0.2)
    assert loud[-1] - loud[0] > 0.4 * RATE
    assert np.abs(cut(tone(3.0))[-SAMPLES // 2 :]).max() > 0.5


@pytest.mark.parametrize("wave", [np.zeros(0), np.zeros(4000), np.full(4000, 0.3), 1e-4 * tone(0.5)])
def test_silence_has_no_word(wave):
    for find in (cut, loudest_second):
        with pytest.raises(Silent):
            find(wave)


@pytest.mark.parametrize("rate", [RATE, 16_000, 22_050, 44_100, 48_000, 11_025])
def test_another_rate_is_what_scipy_makes_of_it(rate):
    wave = np.random.default_rng(1).standard_normal(rate // 4)
    common = math.gcd(rate, RATE)
    expected = wave if rate == RATE else resample_poly(wave, RATE // common, rate // common)
    assert np.allclose(at_rate(wave, rate), expected)


# The loudest second ------------------------------------------------------------------------------------------------


def test_the_loudest_second_written_as_a_loop():
    wave = 0.05 * np.random.default_rng(2).standard_normal(3 * RATE)
    wave[13_000:19_000] *= 6
    found, first = loudest_second(wave)
    wave = wave - wave.mean()
    energy = {
        start: sum(v * v for v in wave[start : start + SAMPLES])
        for start in range(0, len(wave) - SAMPLES + 1, one_word.FRAME)
    }
    assert first == min(start for start, total in energy.items() if total >= 0.999 * max(energy.values()))
    expected = wave[first : first + SAMPLES] * edges().numpy()
    assert np.allclose(found, 0.8 * expected / np.abs(expected).max(), atol=1e-6) and found.dtype == np.float32


def test_of_equally_loud_seconds_the_first_one_counts_and_silence_follows_a_short_sound():
    assert loudest_second(tone(5.0))[1] == 0
    found, first = loudest_second(0.1 + tone(0.4))
    assert first == 0 and found.shape == (SAMPLES,) and not found[round(0.4 * RATE) :].any()
    assert np.abs(found).max() == pytest.approx(0.8)
    click = np.zeros(RATE)
    click[0] = 0.5
    assert np.isfinite(loudest_second(click)[0]).all()


# Voices and melodies -----------------------------------------------------------------------------------------------


def family(name: str) -> str:
    """ "iven" of "iven3"; f1 to f5 and m1 to m8 are people of their own."""
    return name.lower().rstrip("0123456789") if len(name) > 2 else name


def test_no_voice_is_in_two_parts_and_its_variants_stand_with_it():
    names = [name for part in voices.VOICES.values() for name in part]
    assert len(set(names)) == len(names) and [len(part) for part in voices.VOICES.values()] == [64, 16, 20]
    for part, others in voices.VOICES.items():
        for name in others:
            assert not any(
                family(name) == family(other) for p, o in voices.VOICES.items() if p != part for other in o
            ), name
    heard = {accent for *_, accent, _ in voices.requests("train")}
    assert heard == set(voices.ACCENTS) and {accent for *_, accent, _ in voices.requests("accent")} == set(
        voices.NEW_ACCENT
    )


@needs_voices
def test_every_voice_says_a_word_and_the_same_every_time():
    asked = [row for *_, row in voices.requests("test")][::57]
    one, other = voices.speak(asked), voices.speak(asked)
    assert one.shape == (len(asked), SAMPLES) and torch.equal(one, other)
    assert torch.allclose(one.abs().amax(dim=1), torch.tensor(0.8))
    assert (one[:, RATE:].abs() < 0.3).all(), "digits are shorter than a second"
    with pytest.raises(Missing, match="is damaged"):
        voices.speak([["nowhere+m1", "one", 150, 50, 50]])


def test_without_the_package_there_is_a_sentence(monkeypatch):
    monkeypatch.setattr(voices, "find_spec", lambda name: None)
    assert not voices.available()
    with pytest.raises(Missing, match="pip install espeakng-loader"):
        voices.speak([["en", "one", 150, 50, 50]])


def test_a_melody_has_the_tones_of_its_digit_on_every_instrument():
    g = torch.Generator().manual_seed(0)
    digit = torch.arange(10)
    plain = torch.rand(10, 6, generator=g, dtype=torch.float64)
    plain[:, 3:5] = 0  # neither fading nor breath
    waves = melodies.played(
        digit, plain, torch.full((10, 2), 0.5, dtype=torch.float64), torch.zeros(10, SAMPLES, dtype=torch.float64)
    )
    for d, (tones, parts) in enumerate(melodies.TUNES):
        ends = np.cumsum(np.array(parts) / sum(parts)) * 0.7 * RATE
        starts = np.concatenate([[0], ends[:-1]])
        pitches = [_pitch(waves[d].numpy()[int(a) + 200 : int(b) - 200]) for a, b in zip(starts, ends, strict=True)]
        steps = [12 * math.log2(p / pitches[0]) for p in pitches]
        assert np.allclose(steps, [t - tones[0] for t in tones], atol=0.6), d
    assert len(set(melodies.TUNES)) == 10


def _pitch(wave: np.ndarray) -> float:
    """The pitch in Hz between 100 and 1,200, by the peak of the product of the spectrum and its first overtones."""
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 16))
    low, high = (round(hertz * (1 << 16) / RATE) for hertz in (100, 1200))
    at = np.arange(low, high)
    return float(at[np.argmax(np.log(power[at] + 1e-9) + 0.5 * np.log(power[3 * at] + 1e-9))] * RATE / (1 << 16))


# Pairs, and the cache ----------------------------------------------------------------------------------------------


@needs_digits
def test_each_picture_has_one_sound_of_its_digit_by_one_of_so_many_voices(few):
    label = data.load("mnist").train_y[: spoken.PICTURES]
    heard = spoken.load("melodies", "train")
    for count in (1, 3):
        found = spoken.pairs("melodies", count)
        assert torch.equal(heard.digit[found], label) and int(heard.voice[found].max()) == count - 1
    assert torch.equal(found, spoken.pairs("melodies", 3))


@needs_digits
def test_what_is_cached_is_the_same_and_what_is_damaged_is_made_again(few, caplog):
    made = spoken.load("melodies", "test")
    assert (
        made.waves.shape == (20, SAMPLES)
        and made.waves.dtype == torch.int16
        and made.voices == ("instrument 1", "instrument 2")
    )
    file = spoken._file("melodies", "test")
    spoken.load.cache_clear()
    assert torch.equal(spoken.load("melodies", "test").waves, made.waves) and not caplog.records
    content = bytearray(file.read_bytes())
    content[-100] ^= 1
    for damaged in (bytes(content), b"", b"\xff" * 100, bytes(content[:-50])):
        file.unlink()
        file.write_bytes(damaged)
        spoken.load.cache_clear()
        assert torch.equal(spoken.load("melodies", "test").waves, made.waves)
        assert "made anew" in caplog.text
        caplog.clear()
    assert file.stat().st_size == len(content)


@pytest.mark.parametrize(("name", "part"), [("melodies", "accent"), ("melodies", "other"), ("whales", "test")])
def test_sounds_that_do_not_exist(name, part):
    with pytest.raises(Missing):
        spoken.load(name, part)


# Recordings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "kind", "channels"),
    [("u1", 1, 1), ("<i2", 1, 1), ("<i2", 1, 2), ("3", 1, 1), ("<i4", 1, 1), ("<f4", 3, 1), ("<f8", 3, 2)],
)
def test_every_form_of_samples_is_the_same_word(form, kind, channels):
    wave = np.concatenate([np.zeros(8000), tone(0.4, 16_000), np.zeros(8000)])
    word, seconds = read_sound(wav(wave, form=form, kind=kind, channels=channels))
    assert seconds == pytest.approx(1.4)
    assert np.abs(word - cut(at_rate(wave, 16_000))).max() < (0.02 if form == "u1" else 1e-3)


@pytest.mark.parametrize(
    ("form", "kind", "channels", "rate"),
    [
        ("u1", 1, 1, 11_025),
        ("<i2", 1, 2, 44_100),
        ("3", 1, 1, 48_000),
        ("3", 1, 2, 96_000),
        ("<f4", 3, 1, 16_000),
        ("<i2", 1, 1, 8_000),
    ],
)
def test_the_loudest_second_of_every_form_and_rate(form, kind, channels, rate):
    quiet, loud = tone(2.0, rate, loud=0.05), tone(1.5, rate, hertz=880.0)
    found = read_second(wav(np.concatenate([quiet, loud, quiet]), rate, form, channels, kind))
    assert found.seconds == pytest.approx(5.5, abs=0.01) and 1.99 <= found.start <= 2.51
    heard = np.abs(np.fft.rfft(found.samples))
    assert abs(int(heard.argmax()) * RATE / SAMPLES - 880) < 2, "it is the louder tone, at its own pitch"


def test_what_cannot_be_used_is_said_in_one_sentence():
    good = wav(tone(0.5, 16_000))
    cases = {
        "empty": b"",
        "Nothing is heard": wav(np.zeros(16_000)),
        "30 minutes": wav(np.zeros(4_000 * 1_800), rate=4_000, form="u1"),
        "31 seconds": wav(np.zeros(8_000 * 31), rate=8_000),
        "too short": wav(tone(0.05, 16_000)),
        "more than 10 MB": b"RIFF" + bytes(MOST_BYTES),
        "an MP3 file": b"ID3\x04" + bytes(500),
        "a WebM file": b"\x1aE\xdf\xa3" + bytes(500),
        "something else": b"hello" * 100,
        "damaged": good[:30],
        "compressed": good[:20] + struct.pack("<H", 7) + good[22:],
    }
    for said, content in cases.items():
        for read in (read_sound, read_second):
            with pytest.raises(Unreadable, match=said):
                read(content)
    for bad in (np.nan, np.inf, 1e30):
        wave = tone(0.5, 16_000)
        wave[100] = bad
        for read in (read_sound, read_second):
            with pytest.raises(Unreadable, match="damaged"):
                read(wav(wave, form="<f4", kind=3))


def test_a_file_that_was_cut_or_spoiled_is_a_word_or_a_sentence():
    good, draw = wav(tone(0.3, 16_000)), np.random.default_rng(0)
    for _ in range(300):
        content = bytearray(good[: draw.integers(len(good) + 1)])
        for _ in range(draw.integers(6)):
            if content:
                content[draw.integers(min(len(content), 60))] = draw.integers(256)
        try:
            word, second = read_sound(bytes(content))[0], read_second(bytes(content)).samples
        except Unreadable as error:
            assert str(error).endswith(".") and "\n" not in str(error)
        else:
            for found in (word, second):
                assert found.shape == (SAMPLES,) and np.isfinite(found).all()


def test_recordings_are_read_in_a_process_apart():
    content = wav(tone(0.4, 16_000))
    word, seconds = apart.sound(content)
    assert np.array_equal(word, read_sound(content)[0]) and seconds == pytest.approx(0.4)
    second, here = apart.second(content), read_second(content)
    assert np.array_equal(second.samples, here.samples) and (second.start, second.seconds) == (here.start, here.seconds)
    for said, bad in (
        ("more than 10 MB", b"RIFF" + bytes(MOST_BYTES + 5)),
        ("Nothing is heard", wav(np.zeros(16_000))),
    ):
        for read in (apart.sound, apart.second):
            with pytest.raises(Unreadable, match=said):
                read(bad)
