"""Defaults that were trained again: what a lesson shows is theirs, also where they could not be stored.

A default that was just trained has the key of the model that ships with the lab. Whoever looks a model up by its key again
finds the shipped one beside it, and shows its codes, maps or cards; or finds nothing where none ships.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import course, experiment, lab
from core.maps import service
from core.queue import View
from core.store import artefacts, paths
from core.store.record import Record
from tests.helpers.pages import PATIENCE, fine, open_page, words
from tests.helpers.retrained import offer

# Experiment -> the lesson, and links that together open all of its acts.
LESSONS: dict[str, tuple[str, tuple[dict[str, str], ...]]] = {
    "autoencoder": ("bottleneck", (
        {"b_do": "walk", "b_guess": "-"}, {"b_do": "walk", "b_size": "1"}, {"b_do": "walk", "b_size": "8", "b_view": "umap"},
        {"b_do": "numbers"}, {"b_do": "between"}, {"b_do": "new"}, {"b_do": "draw"},
    )),
    "denoising": ("denoising", ({}, {"d_feed": "noise"})),
    "colorization": ("colour", ({}, {"co_t": "0", "co_draw": "3"})),
    "features": ("features", ({}, {"fe_network": "noise", "fe_layer": "conv2"})),
    "spectrogram_mae": ("how_much_to_hide", ({}, {"hm_sound": "5", "hm_share": "50"})),
    "text_to_image": ("text_to_picture", ({}, {"tp_guidance": "3.0", "tp_moment": "4"})),
    "audio_visual": ("sight_and_sound", ({}, {"ss_learned": "shuffled", "ss_map": "pca"})),
    "masked_lm": ("fill_in_the_blank", ({}, {"fb_hide": "3-5", "fb_into": "prophet"})),
    "clip": ("pictures_and_words", ({}, {"pw_say": "ensemble", "pw_age": "untrained"})),
    "video_mae": ("video", ({}, {"vi_hide": "time", "vi_share": "75"})),
    "mae": ("masked_images", ({}, {"mi_age": "1"})),
    "simclr": ("contrastive", ({"c_point": "5", "c_b_age": "untrained", "c_placed": "on"}, {"c_space": "z", "c_method": "pca"})),
    "word2vec": ("word_vectors", (
        {"wv_from": "kjv"}, {"wv_from": "kjv", "wv_see": "axis"}, {"wv_from": "kjv", "wv_see": "parallel"},
    )),
    "language_model": ("attention", (
        {"a_from": "kjv", "a_see": "circuits", "a_written": "3"}, {"a_from": "kjv", "a_age": "1", "a_see": "tokens"},
    )),
}  # fmt: skip


@pytest.fixture(scope="module")
def retrained(new_cache, tmp_path_factory) -> Iterator[dict[str, lab.Ready]]:
    """Each default, trained again with a folder of models that cannot be written: a file stands in its place, which stops
    even an administrator."""
    if not all(isinstance(lab.view(name, experiment.get(name).default(), 0), lab.Ready) for name in LESSONS):
        pytest.skip("not all defaults and their data are on this machine")
    cache = new_cache(tmp_path_factory.mktemp("retrained") / "cache")
    (cache / "models").write_text("in the way")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_LAB_CACHE", str(cache))
        patch.setattr(lab, "_board", None)
        offer(tuple(LESSONS), tmp_path_factory.mktemp("modules"), patch)
        found = {}
        for name in LESSONS:
            config = experiment.get(name).default()
            lab.train(name, config, 0, keep=True, again=True)
        for name in LESSONS:
            config = experiment.get(name).default()
            ended = lab.board().wait(experiment.get(name).key(config, 0), 5 * PATIENCE)
            assert ended.state == "done", ended.message
            assert not ended.stored and "stays in memory until the app restarts" in ended.message
            found[name] = lab.view(name, config, 0)
        yield found
        lab.board().close()
    experiment.get.cache_clear()


class Spied:
    """What was read from disk, and which maps were asked for. shipped: the models whose weights nobody may read."""

    def __init__(self, patch: pytest.MonkeyPatch, shipped: dict[str, Record]) -> None:
        self.shipped, self.read, self.maps = shipped, [], []
        for name in ("load_state", "load_checkpoints", "load_previews"):
            patch.setattr(artefacts, name, self._reader(getattr(artefacts, name)))
        patch.setattr(service, "found", self._map)
        patch.setattr(
            service, "projection", lambda method, x, *, key, **_: View("done", self._map(method, x.shape, key))
        )

    def _reader(self, load: Callable[..., Any]) -> Callable[..., Any]:
        def reads(root: Path, record: Record) -> Any:
            self.read.append((Path(root), record))
            return load(root, record)

        return reads

    def _map(self, method: str, shape: tuple[int, ...], key: str, **settings: Any) -> np.ndarray:
        """Some places, always the same of one key: real maps take long."""
        self.maps.append(key)
        return np.random.default_rng(zlib.crc32(key.encode())).normal(size=(shape[0], 2)).astype(np.float32)

    def only(self, record: Record) -> None:
        """All that was read and mapped of this model is its own."""
        own = [(root, one) for root, one in self.read if (one.name, one.key) == (record.name, record.key)]
        assert own and all(one.fingerprint == record.fingerprint for _, one in own)
        assert not any(root == paths.baked_dir() for root, _ in own)
        other = self.shipped[record.name].fingerprint
        assert other != record.fingerprint
        assert not any(key.startswith(other[:12]) for key in self.maps)


@pytest.fixture
def spied(retrained, monkeypatch) -> Spied:
    """An empty memory, so that all is read anew."""
    monkeypatch.setattr("core.store.cache._shared", None)
    shipped = {
        name: artefacts.read_record(paths.baked_dir(), name, ready.record.key) for name, ready in retrained.items()
    }
    return Spied(monkeypatch, shipped)


def opened(slug: str, **query: str) -> str:
    """The words of a page that shows no error."""
    at = fine(open_page(slug, **query))
    fine(at.run())  # a browser's second run draws what the first one leaves out
    assert not at.error, [e.value for e in at.error]
    return words(at)


@pytest.mark.parametrize("name", LESSONS)
def test_a_model_that_could_not_be_stored_is_shown_in_all_acts(retrained, spied, name):
    ready = retrained[name]
    assert ready.source == "memory" and ready.record.fingerprint
    slug, links = LESSONS[name]
    for query in links:
        said = opened(slug, **query)
        assert f"<code>{ready.record.key}</code> · in memory only" in said
    spied.only(ready.record)
    if name in ("autoencoder", "simclr"):
        assert any(key.startswith(ready.record.fingerprint[:12]) for key in spied.maps)


def test_cards_show_the_models_that_were_just_trained(retrained, spied):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lab, "_board", None)
        patch.setattr("core.store.cache._shared", None)
        shipped = cards()
        lab.board().close()
    spied.read.clear()
    now = cards()
    assert len(now) == len(shipped) >= 5
    changed = [a != b for a, b in zip(now, shipped, strict=True)]
    trains_nothing = [not lesson.experiments for lesson in course.LESSONS]
    assert [not one for one in changed] == trains_nothing
    for name in ("autoencoder", "denoising", "mae", "word2vec"):
        spied.only(retrained[name].record)


def cards() -> list[str]:
    at = fine(open_page("home"))
    return [e.proto.body for e in at.get("html") if e.proto.body.startswith('<div class="ll-face">')]


@pytest.mark.parametrize("name", LESSONS)
def test_a_default_that_was_trained_again_and_stored_is_shown(retrained, spied, new_cache, tmp_path, monkeypatch, name):
    """The same from the user's cache, on a server that has just started."""
    record, slug = retrained[name].record, LESSONS[name][0]
    cache = new_cache(tmp_path / "cache")
    root = Path(lab.board().snapshot(record.key).root)
    shutil.copytree(root / name, cache / "models" / name)
    monkeypatch.setenv("LATENT_LAB_CACHE", str(cache))
    monkeypatch.setattr(lab, "_board", None)
    assert lab.view(name, experiment.get(name).default(), 0) == lab.Ready(record, "cache", None)
    assert f"<code>{record.key}</code> · trained on this machine" in opened(slug, **LESSONS[name][1][0])
    spied.only(record)


def test_the_shipped_weights_stand_in_for_no_others(retrained, spied, tmp_path, monkeypatch):
    """A model that is gone is an error, and not the shipped one of the same key."""
    record = retrained["mae"].record
    monkeypatch.setattr(lab, "_board", None)
    for read in (lab.model, lab.previews, lab.package, lambda one: lab.checkpoint(one, record.checkpoints[0])):
        with pytest.raises(lab.Damaged, match="damaged or deleted"):
            read(record)
    shipped = lab.view("mae", experiment.get("mae").default(), 0).record
    assert shipped.fingerprint == spied.shipped["mae"].fingerprint and lab.model(shipped) is not None
