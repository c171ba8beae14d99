"""Data: real pictures as described, a cache that cannot hurt, and a sentence where something is missing."""

from __future__ import annotations

import dataclasses
import gzip
import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from core import compat, data
from core.data import fashion, images, mnist, openmoji
from core.data.kinds import Entry, Missing, Raw, Source

REAL = {"fashion": fashion, "mnist": mnist, "openmoji": openmoji}


def fresh() -> None:
    images._load.cache_clear()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty user's cache, and nothing in memory before or after."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    fresh()
    yield tmp_path / "cache"
    fresh()
    shutil.rmtree(tmp_path, ignore_errors=True)


def same(a: data.Images, b: data.Images) -> bool:
    return all(
        torch.equal(v, getattr(b, name)) if isinstance(v, torch.Tensor) else v == getattr(b, name)
        for name, v in vars(a).items()
        if name != "mapped"  # where they lie
    )


# Real sources -----------------------------------------------------------------------------------------------------

EXPECTED = {  # pictures (train, held out), shape of one, counts of a class (train, held out) where all are equal
    "fashion": (60_000, 10_000, (1, 28, 28), 6_000, 1_000),
    "mnist": (4_000, 1_000, (1, 28, 28), 400, 100),
    "openmoji": (3_338, 484, (3, 32, 32), None, None),
}
FINGERPRINTS = {"fashion": "c2df23e9d135ade7", "mnist": "782308c1a761374a"}  # of files that will never change


@pytest.mark.parametrize("name", EXPECTED)
def test_real_pictures_and_their_cache(name, cache, monkeypatch):
    if not data.available(name):
        pytest.skip(f"{name} is not on this machine: {REAL[name].ENTRY.how_to_get}")
    train, test, shape, each_train, each_test = EXPECTED[name]
    found = data.load(name)
    assert (found.name, found.channels, found.side) == (name, shape[0], shape[1])
    if name == "openmoji":  # another version of the font or of the list may have a few more
        assert abs(len(found.train_x) - train) < 200 and abs(len(found.test_x) - test) < 60
    else:
        assert (len(found.train_x), len(found.test_x)) == (train, test)
    for x, y, each in ((found.train_x, found.train_y, each_train), (found.test_x, found.test_y, each_test)):
        assert x.shape == (len(y), *shape) and (x.dtype, y.dtype) == (torch.uint8, torch.int64)
        counts = torch.bincount(y, minlength=10).tolist()
        assert len(counts) == len(found.classes) == 10
        assert min(counts) > 0 and (each is None or counts == [each] * 10)
        assert x.min() == 0 and x.max() == 255 and x.flatten(1).float().std(dim=1).min() > 0, "no picture is blank"
    assert len(found.captions) in (0, len(found.train_x) + len(found.test_x))
    assert found.fingerprint == FINGERPRINTS.get(name, found.fingerprint) and len(found.fingerprint) == 16

    file = data.cached(name)
    assert file is not None and cache in file.parents and data.load(name) is found, "shared by all callers"
    with monkeypatch.context() as patch:
        patch.setattr(images, "ENTRIES", {name: dataclasses.replace(REAL[name].ENTRY, read=must_not_read)})
        fresh()
        again = data.load(name)
    assert again is not found and same(again, found)

    file.unlink()
    fresh()
    assert data.cached(name) is None and data.load(name).fingerprint == found.fingerprint, "reading is deterministic"


def must_not_read() -> Raw:
    raise AssertionError("the reader was called although the cache exists")


@pytest.fixture
def emoji_pictures(new_cache, tmp_path, monkeypatch) -> data.Images:
    if not openmoji.ENTRY.present():
        pytest.skip(f"openmoji is not on this machine: {openmoji.ENTRY.how_to_get}")
    monkeypatch.setenv("LATENT_LAB_CACHE", str(new_cache(tmp_path / "linked")))
    return data.load("openmoji")


def test_no_family_of_emoji_is_in_both_parts(emoji_pictures):
    """Families are told apart by code points here: an emoji without its skin tones, whatever its name says."""
    import emoji

    part = {}
    for i, caption in enumerate(emoji_pictures.captions):
        part.setdefault(caption, set()).add("train" if i < len(emoji_pictures.train_x) else "held out")
    assert all(len(parts) == 1 for parts in part.values())
    families = {}
    for text, entry in emoji.EMOJI_DATA.items():
        caption = openmoji.caption_of(entry["en"])
        if caption in part:
            without_tone = "".join(c for c in text if not (0x1F3FB <= ord(c) <= 0x1F3FF or ord(c) == 0xFE0F))
            families.setdefault(without_tone, set()).update(part[caption])
    assert len(families) > 1000
    assert [f for f, parts in families.items() if len(parts) > 1] == []


def test_no_emoji_picture_is_there_twice(emoji_pictures):
    pictures = torch.cat([emoji_pictures.train_x, emoji_pictures.test_x])
    assert len({p.numpy().tobytes() for p in pictures}) == len(pictures) == len(emoji_pictures.captions)


@pytest.mark.parametrize(
    ("caption", "family"),
    [
        ("waving hand", "waving hand"),
        ("waving hand medium-dark skin tone", "waving hand"),
        ("man running light skin tone", "man running"),
        ("kiss man, man, dark skin tone, medium skin tone", "kiss man, man"),
        ("handshake light skin tone, medium skin tone", "handshake"),
    ],
)
def test_a_family_is_the_caption_without_its_tones(caption, family):
    assert openmoji.family_of(caption) == family


@pytest.mark.parametrize(
    ("text", "caption", "expected"),
    [
        ("😀", "grinning face", "face"),
        ("👩", "woman", "person"),
        ("🐕", "dog", "animal"),
        ("🍎", "red apple", "food"),
        ("🇫🇷", "France", "flag"),
        ("🚗", "automobile", "travel"),
        ("👋", "waving hand", "hand"),
        ("🧦", "socks", "object"),
    ],
)
def test_the_class_of_an_emoji(text, caption, expected):
    assert openmoji.class_of(text, caption) == expected


# The cache --------------------------------------------------------------------------------------------------------


class Reader:
    """A data set of six tiny pictures that counts how often it is read."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Raw:
        self.calls += 1
        x = torch.arange(6 * 4, dtype=torch.uint8).view(6, 1, 2, 2)
        y = torch.tensor([0, 1, 0, 1, 1, 0])
        source = Source("tiny", "made here", "none", "about:blank")
        return Raw(x[:4], y[:4], x[4:], y[4:], ("a", "b"), source, tuple("abcdéf"))


@pytest.fixture
def reader(monkeypatch) -> Reader:
    reader = Reader()
    monkeypatch.setattr(images, "ENTRIES", {"tiny": Entry("Tiny", reader, lambda: True, "nothing to do")})
    return reader


def test_the_cache_gives_back_what_was_read(reader):
    first = data.load("tiny")
    fresh()
    assert same(data.load("tiny"), first) and reader.calls == 1
    assert first.captions == tuple("abcdéf") and first.classes == ("a", "b") and first.source.licence == "none"


def test_a_newer_reader_does_not_trust_the_older_cache(reader, monkeypatch):
    data.load("tiny")
    fresh()
    monkeypatch.setattr(images, "ENTRIES", {"tiny": Entry("Tiny", reader, lambda: True, "", version=2)})
    data.load("tiny")
    assert reader.calls == 2


DAMAGE = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-5]),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(b"\xff" * 200),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "no metadata": lambda path: save_file({"train_x": torch.zeros(1)}, path),
    "no tensors": lambda path: save_file({"a": torch.zeros(1)}, path, metadata={"images": json.dumps(META)}),
    "metadata is a list": lambda path: save_file({"a": torch.zeros(1)}, path, metadata={"images": "[]"}),
    "metadata is no JSON": lambda path: save_file({"a": torch.zeros(1)}, path, metadata={"images": "{"}),
}
META = {
    "classes": ["a"], "captions": [], "fingerprint": "0" * 16,
    "source": {"title": "", "origin": "", "licence": "", "url": ""},
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_cache_file_is_read_afresh(reader, case):
    first = data.load("tiny")
    DAMAGE[case](images._cache_file("tiny"))
    fresh()
    assert same(data.load("tiny"), first) and reader.calls == 2
    if case != "a folder":  # nothing of the user's is removed to make place
        fresh()
        data.load("tiny")
        assert reader.calls == 2, "the cache was written anew"


def test_a_cache_folder_that_cannot_be_made_costs_only_the_cache(reader, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "file"))
    assert data.load("tiny").train_x.shape == (4, 1, 2, 2)
    assert data.cached("tiny") is None and data.available("tiny")


@pytest.mark.parametrize("step", ["mkstemp", "save_file", "replace"])
def test_a_full_or_read_only_disk_costs_only_the_cache(reader, monkeypatch, cache, step):
    def refused(*args, **kwargs):
        raise OSError(30, "Read-only file system")

    where = {
        "mkstemp": (images.tempfile, "mkstemp"),
        "save_file": (images, "save_file"),
        "replace": (images.os, "replace"),
    }
    monkeypatch.setattr(*where[step], refused)
    assert data.load("tiny").train_x.shape == (4, 1, 2, 2)
    assert list((cache / "data").iterdir()) == [], "nothing half written is left"


def test_fingerprint_changes_with_pictures_labels_captions_and_their_part(reader):
    raw = reader()
    variants = [
        raw,
        dataclasses.replace(raw, train_x=raw.train_x.flip(0)),
        dataclasses.replace(raw, test_y=raw.test_y.flip(0)),
        dataclasses.replace(raw, captions=()),
        dataclasses.replace(raw, train_x=raw.train_x.view(2, 2, 2, 2)),
        dataclasses.replace(raw, train_x=raw.train_x[:3], test_x=torch.cat([raw.train_x[3:], raw.test_x])),
    ]
    prints = [images._fingerprinted("tiny", v).fingerprint for v in variants]
    assert len(set(prints)) == len(prints)
    assert prints[0] == images._fingerprinted("tiny", reader()).fingerprint


def test_the_registry_answers_for_doctor(reader):
    [row] = data.sources()
    assert (row["name"], row["found"], row["cached"], row["bytes"]) == ("tiny", True, None, 0)
    data.load("tiny")
    [row] = data.sources()
    assert Path(row["cached"]).stat().st_size == row["bytes"] > 0


def test_no_data_at_all_is_a_name_too():
    assert data.available("none") and data.fingerprint("none") == "none"
    assert not data.available("wrong")
    with pytest.raises(Missing, match=r"no data set called wrong; choose one of fashion, mnist, openmoji"):
        data.load("wrong")


# Fashion-MNIST's two formats --------------------------------------------------------------------------------------


def idx_bytes(array: np.ndarray) -> bytes:
    """The idx format of LeCun's page: two zero bytes, the type (8: unsigned byte), the rank, sizes, content."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def small_parts() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {
        "train-images-idx3-ubyte": random.integers(0, 256, (7, 28, 28), np.uint8),
        "train-labels-idx1-ubyte": np.array([0, 9, 1, 2, 3, 4, 5], np.uint8),
        "t10k-images-idx3-ubyte": random.integers(0, 256, (3, 28, 28), np.uint8),
        "t10k-labels-idx1-ubyte": np.array([8, 7, 6], np.uint8),
    }


def assert_is(raw: Raw, parts: dict[str, np.ndarray]) -> None:
    got = (raw.train_x[:, 0], raw.train_y, raw.test_x[:, 0], raw.test_y)
    for tensor, expected in zip(got, parts.values(), strict=True):
        assert np.array_equal(tensor.numpy(), expected)
    assert (raw.train_x.shape, raw.train_x.dtype) == ((7, 1, 28, 28), torch.uint8)
    assert raw.train_y.dtype == torch.int64 and raw.classes[9] == "Ankle boot"


@pytest.mark.parametrize("shape", [(5,), (3, 2), (2, 3, 4)])
def test_an_idx_file_of_any_rank_is_read(tmp_path, shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape) + 200
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(idx_bytes(array)))
    assert np.array_equal(fashion._idx(path), array)


def test_fashion_is_read_from_the_debian_package(tmp_path, monkeypatch):
    for name, array in small_parts().items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array)))
    monkeypatch.setattr(fashion, "DEBIAN", tmp_path)
    raw = fashion.read()
    assert_is(raw, small_parts())
    assert "dataset-fashion-mnist" in raw.source.origin
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    assert not fashion._in_debian()


def test_fashion_is_read_from_what_torchvision_downloaded(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(fashion, "DEBIAN", tmp_path / "nowhere")
    assert not data.available("fashion")
    raw_folder = cache / "data" / "torchvision" / "FashionMNIST" / "raw"
    raw_folder.mkdir(parents=True)
    for name, array in small_parts().items():
        (raw_folder / name).write_bytes(idx_bytes(array))
    assert data.available("fashion")
    raw = fashion.read()
    assert_is(raw, small_parts())
    assert "torchvision" in raw.source.origin


@pytest.mark.parametrize("error", [RuntimeError("Error downloading train-images"), OSError("no network")])
def test_missing_fashion_says_what_to_install(tmp_path, monkeypatch, error):
    class NoNetwork:
        class datasets:
            @staticmethod
            def FashionMNIST(*args, **kwargs):
                raise error

    monkeypatch.setattr(fashion, "DEBIAN", tmp_path / "nowhere")
    monkeypatch.setattr(compat, "torchvision", lambda: NoNetwork)
    assert not data.available("fashion")
    with pytest.raises(Missing, match="Debian package dataset-fashion-mnist") as caught:
        data.load("fashion")
    assert "\n" not in str(caught.value)
    row = next(row for row in data.sources() if row["name"] == "fashion")
    assert not row["found"] and "dataset-fashion-mnist" in row["how_to_get"]
