"""Data in the one memory budget: they make room like everything else, nobody who reads them notices, and the page sees the sums."""

from __future__ import annotations

import mmap
import sys
import threading
import time

import numpy as np
import pytest
import torch

from core import lab
from core.analysis.vectors import WordVectors
from core.data import Images, images, kept, texts, tokens, words
from core.data.kinds import Source
from core.store import cache as store
from core.store.cache import GROUPS, Beside, ModelCache
from core.store.sizes import own_memory


@pytest.fixture(autouse=True)
def cache(monkeypatch) -> ModelCache:
    """The process's cache with a MB of room; data stand in it as on a server."""
    made = ModelCache(1 << 20)
    monkeypatch.setattr(store, "_shared", made)
    monkeypatch.setattr(kept, "store", store.shared)
    return made


def sums(cache: ModelCache) -> dict[str, int]:
    found = cache.resident()
    return {group: size for group in GROUPS if (size := sum(one.bytes for one in found if one.group == group))}


def test_data_and_results_make_room_for_each_other(cache):
    read = []

    @kept.kept("Numbers")
    def numbers(name: str) -> np.ndarray:
        read.append(name)
        return np.ones(400_000, np.uint8)

    @lab.memo
    def result(name: str) -> np.ndarray:
        return np.ones(400_000, np.uint8)

    held = numbers("a")
    assert numbers("a") is held and read == ["a"]
    result("b"), result("c")
    assert held.sum() == 400_000, "who holds it goes on with it"
    assert list(sums(cache)) == ["results"] and numbers("a") is not held and read == ["a", "a"]
    assert list(sums(cache)) == ["data", "results"] and sum(sums(cache).values()) <= cache.budget
    kept.forget()
    assert list(sums(cache)) == ["results"]


def test_readers_that_come_together_read_once_and_whatever_is_evicted_meanwhile_stays_whole(cache):
    """Eight threads read more than there is room for, again and again."""
    read, wrong, lock = [], [], threading.Lock()

    @kept.kept("Numbers")
    def numbers(value: int) -> np.ndarray:
        with lock:
            read.append(value)
        time.sleep(0.005)
        return np.full(300_000, value, np.uint8)

    def go(first: int) -> None:
        for i in range(12):
            value = (first + i) % 4
            if not (numbers(value) == value).all():
                wrong.append(value)

    numbers(0)
    assert read == [0]
    threads = [threading.Thread(target=go, args=(i // 2,)) for i in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not wrong and sums(cache)["data"] <= cache.budget and len(read) < 8 * 12


def test_texts_their_words_and_tokens_are_data(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    name = texts.keep("The king. The queen!\n\nA king")
    assert texts.load(name) is texts.load(name) and words.corpus(name, 1) is words.corpus(name, 1)
    assert tokens.vocabulary(name, "characters") is tokens.vocabulary(name, "characters")
    shown = {one.label: one.group for one in lab.models().resident}
    assert shown == dict.fromkeys(("Texts", "Texts as words", "Vocabularies of tokens"), "data")
    assert not any(name in str(one) for one in lab.models().resident), "the name is its owner's"
    texts.forget()
    assert "Texts" not in [one.label for one in cache.resident()]


@pytest.mark.parametrize("mapped", [False, True])
def test_pictures_of_a_mapped_file_take_nothing_of_their_own(mapped):
    x, y = torch.zeros(100, 1, 28, 28, dtype=torch.uint8), torch.zeros(100, dtype=torch.int64)
    found = Images("a", x, y, x.clone(), y, ("one",), Source("", "", "", ""), "0" * 16, ("a caption",) * 200, mapped)
    assert images._own_bytes(found) < 3_000 if mapped else images._own_bytes(found) > 2 * 78_400


def test_a_data_set_is_mapped_when_it_is_read_again(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    x, y = torch.zeros(4, 1, 28, 28, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64)
    raw = images.Raw(x, y, x.clone(), y.clone(), ("one",), Source("", "", "", ""))
    entry = images.ENTRIES["fashion"]
    monkeypatch.setitem(images.ENTRIES, "fashion", type(entry)(entry.title, lambda: raw, lambda: True, ""))
    assert not images.load("fashion").mapped
    images.forget()
    assert images.load("fashion").mapped


def test_vectors_count_with_their_words_and_the_table_of_their_rows():
    vectors = WordVectors([f"word{i}" for i in range(1_000)], np.ones((1_000, 2), np.float32))
    parts = [*vectors.words, vectors.words, vectors.index, *vectors.index.values()]
    assert lab._with_words(vectors) == pytest.approx(12_000 + sum(map(sys.getsizeof, parts)), rel=0.01)


def test_other_stores_take_their_room():
    others: dict[str, Beside] = {}
    cache = ModelCache(3_000, others)
    for name in "abc":
        cache.value(name, lambda: bytes(900), lambda: store.About("Bytes", kind="bytes", group="data"))
    assert sums(cache)["data"] > 2_700
    others["Maps"] = Beside("maps", lambda: 1_500)
    cache.value("d", lambda: bytes(900), lambda: store.About("Bytes", kind="bytes", group="data"))
    assert sums(cache) == {"data": sys.getsizeof(bytes(900)), "maps": 1_500}
    assert [line.label for line in cache.resident()] == ["Bytes", "Maps"]
    others["Maps"] = Beside("maps", lambda: 10_000)
    cache.value("e", lambda: bytes(900), lambda: store.About("Bytes", kind="bytes", group="data"))
    assert len(cache.resident()) == 2, "the newest stays, as always"


def test_the_one_cache_knows_of_records_and_maps(monkeypatch):
    monkeypatch.setattr(store, "_shared", None)
    from core.maps import service
    from core.store import artefacts

    artefacts._parsed.clear()  # what other tests have read
    service.service()
    assert store.shared() is store.shared() is lab.model_cache()
    artefacts.list_records()
    lines = {one.label: one for one in store.shared().resident()}
    assert lines["Records of models"].group == "models" and 0 < lines["Records of models"].bytes < 10 << 20
    assert "Maps, and points that wait for one" in store._others


@pytest.mark.skipif(own_memory() is None, reason="the system does not say")
def test_own_memory_grows_by_what_is_written_and_not_by_what_is_mapped(tmp_path):
    file = tmp_path / "large"
    file.write_bytes(bytes(30 << 20))
    before = own_memory()
    with open(file, "rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert np.frombuffer(mapped, np.uint8).sum() == 0
        assert own_memory() - before < 10 << 20
    private = {
        "flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    }  # not of the allocator, which may have that much to spare
    with mmap.mmap(-1, 30 << 20, **private) as anonymous:
        for start in range(0, 30 << 20, mmap.PAGESIZE):
            anonymous[start] = 1
        assert own_memory() - before > 25 << 20
