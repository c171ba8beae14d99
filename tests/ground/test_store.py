"""Artefacts on disk: whole or absent, whatever happens to the files."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import shutil
import threading
import time

import numpy as np
import pytest
import torch

from core import experiment as experiments
from core import lab
from core.store import artefacts, paths
from core.store.record import FILES, Record, json_ready
from core.training import drive
from tests.fake_experiment import EXPERIMENT, Config


@pytest.fixture(scope="module")
def finished() -> drive.Finished:
    return drive.run(EXPERIMENT, Config(), 0, torch.device("cpu"))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty user's cache and an empty folder of baked models; gives the former."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(paths, "baked_dir", lambda: tmp_path / "baked")
    monkeypatch.setenv("LATENT_LAB_EXPERIMENTS", "fake=tests.fake_experiment")
    experiments.get.cache_clear()
    return paths.models_dir()


def folder(root, finished):
    return root / finished.record.name / finished.record.key


def same(a, b) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_round_trip(cache, finished):
    assert not cache.exists(), "nothing is created before the first write"
    stored = drive.store(finished, cache)
    record = artefacts.read_record(cache, "fake", finished.record.key)
    assert record == stored.record
    assert record.checkpoints == (1,) and record.bytes == sum(
        f.stat().st_size for f in folder(cache, finished).glob("*.safetensors")
    )
    assert same(artefacts.load_state(cache, record), dict(finished.state))
    [(step, younger)] = artefacts.load_checkpoints(cache, record)
    assert step == 1 and same(younger, dict(finished.checkpoints[0][1]))
    pictures = artefacts.load_previews(cache, record)
    assert [p.i for p in pictures] == [p.i for p in finished.previews]
    assert all(
        np.array_equal(a.arrays["picture"], b.arrays["picture"])
        for a, b in zip(pictures, finished.previews, strict=True)
    )
    assert not list(cache.glob("*/.*")), "no temporary folders are left"


def test_without_checkpoints_and_previews(cache, finished):
    record = artefacts.save(cache, finished.record, finished.state)
    assert list(record.files) == ["model.safetensors"]
    assert artefacts.load_checkpoints(cache, record) == () == artefacts.load_previews(cache, record)


def test_tied_weights_can_be_stored(cache, finished):
    tied = torch.ones(3)
    record = artefacts.save(cache, finished.record, {"a": tied, "b": tied, "c": torch.eye(3).T})
    assert same(artefacts.load_state(cache, record), {"a": tied, "b": tied, "c": torch.eye(3)})


def truncate(path):
    path.write_bytes(path.read_bytes()[:-10])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def garbage(path):
    path.write_bytes(b"\x80\x04pickle? no")


def change(**values):
    def edit(path):
        """By somebody who took the checksum out, too: the fields are checked all the same."""
        raw = {name: value for name, value in json.loads(path.read_text()).items() if name != "seal"}
        path.write_text(json.dumps(raw | values))

    return edit


SEEN_BY_THE_RECORD = {
    "truncated model": ("model.safetensors", truncate),
    "model gone": ("model.safetensors", os.remove),
    "checkpoints gone": ("checkpoints.safetensors", os.remove),
    "record gone": ("record.json", os.remove),
    "record garbage": ("record.json", garbage),
    "record deep": ("record.json", lambda p: p.write_text("[" * 100_000)),
    "record too long": ("record.json", lambda p: p.write_bytes(b" " * (artefacts.RECORD_BYTES + 1))),
    "record a list": ("record.json", lambda p: p.write_text("[]")),
    "record lacks fields": ("record.json", lambda p: p.write_text("{}")),
    "wrong type": ("record.json", change(steps="many")),
    "other model": ("record.json", change(key="0" * 16)),
    "no threads": ("record.json", change(threads=-1)),
    "no time": ("record.json", change(processor_seconds="long")),
    "unknown field": ("record.json", change(colour="red")),
    "path in files": ("record.json", change(files={"../../x": {"sha256": "0" * 64, "bytes": 1}})),
    "negative size": ("record.json", change(files={"model.safetensors": {"sha256": "0" * 64, "bytes": -1}})),
}


@pytest.mark.parametrize("case", SEEN_BY_THE_RECORD)
def test_damage_seen_by_the_record(cache, finished, case):
    name, damage = SEEN_BY_THE_RECORD[case]
    drive.store(finished, cache)
    damage(folder(cache, finished) / name)
    assert artefacts.find("fake", finished.record.key) is None
    assert not folder(cache, finished).exists()
    [aside] = (cache / ".damaged").iterdir()
    assert aside.name.startswith(f"fake-{finished.record.key}-")
    drive.store(finished, cache)  # trained again
    assert artefacts.find("fake", finished.record.key).source == "cache"


@pytest.mark.parametrize("file", ["model.safetensors", "checkpoints.safetensors", "previews.safetensors"])
def test_a_flipped_byte_is_seen_when_loading(cache, finished, file):
    record = drive.store(finished, cache).record
    flip(folder(cache, finished) / file)
    loaders = (artefacts.load_state, artefacts.load_checkpoints, artefacts.load_previews)
    load = dict(zip(FILES, loaders, strict=True))[file]
    with pytest.raises(artefacts.Damaged, match="checksum"):
        load(cache, record)
    assert artefacts.find("fake", record.key) is None and len(list((cache / ".damaged").iterdir())) == 1


def test_a_file_that_only_claims_to_be_safetensors(cache, finished):
    """The checksum fits, the content does not: an error of ours, and nothing is unpickled."""
    drive.store(finished, cache)
    content = b"\x80\x04K\x01."
    (folder(cache, finished) / "model.safetensors").write_bytes(content)
    entry = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    change(files={"model.safetensors": entry})(folder(cache, finished) / "record.json")
    with pytest.raises(artefacts.Damaged):
        artefacts.load_state(cache, artefacts.read_record(cache, "fake", finished.record.key))


@pytest.mark.parametrize(
    "name,key", [("../x", "0" * 16), ("fake", ".."), ("fake", "A" * 16), ("", "0" * 16), ("a/b", "")]
)
def test_names_and_keys_are_checked_before_they_touch_a_path(cache, finished, name, key):
    for call in (artefacts.find, artefacts.delete):
        with pytest.raises(ValueError):
            call(name, key)
    with pytest.raises(ValueError):
        artefacts.save(cache, dataclasses.replace(finished.record, name=name, key=key), finished.state)
    assert not cache.exists()


def test_a_cache_that_cannot_be_written(tmp_path, finished):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(artefacts.CannotStore, match="cannot be written, so the model stays in memory until"):
        drive.store(finished, tmp_path / "file" / "models")
    assert artefacts.read_record(tmp_path / "file" / "models", "fake", finished.record.key) is None


def test_damage_in_a_read_only_cache_is_passed_over(cache, finished, monkeypatch):
    drive.store(finished, cache)
    truncate(folder(cache, finished) / "model.safetensors")

    def refuse(self, *args, **kwargs):
        raise PermissionError(errno.EACCES, "read-only")

    for name in ("mkdir", "rename"):
        monkeypatch.setattr(artefacts.Path, name, refuse)
    assert artefacts.find("fake", finished.record.key) is None
    assert folder(cache, finished).exists()


def test_a_full_disk_leaves_the_older_model(cache, finished, monkeypatch):
    drive.store(finished, cache)

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(artefacts.CannotStore, match=r"disk .* is full"):
            drive.store(finished, cache)
    assert [f.name for f in (cache / "fake").iterdir()] == [finished.record.key], "nothing half written is left"
    assert same(artefacts.load_state(cache, finished.record), dict(finished.state))


def test_concurrent_writers_and_readers_of_one_key(cache, finished):
    """Eight writers replace the model while readers load it: a reader gets a whole model, never a mixture."""
    key, stop, errors, loads = finished.record.key, threading.Event(), [], []
    states = [{name: t + n for name, t in finished.state.items()} for n in range(8)]
    drive.store(finished, cache)

    def write(n):
        try:
            for _ in range(4):
                artefacts.save(cache, finished.record, states[n], finished.checkpoints)
        except Exception as error:
            errors.append(error)

    def read():
        while not stop.is_set():
            state = artefacts.load_state(cache, finished.record)
            loads.append(any(same(state, s) for s in (*states, dict(finished.state))))
            time.sleep(0.01)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    reader = threading.Thread(target=read)
    [t.start() for t in (*writers, reader)]
    [t.join() for t in writers]
    stop.set()
    reader.join()
    assert not errors and loads and all(loads)
    state = artefacts.load_state(cache, artefacts.read_record(cache, "fake", key))
    assert any(same(state, s) for s in states)
    assert [f.name for f in (cache / "fake").iterdir()] == [key]


def test_the_users_cache_comes_before_the_baked_model(cache, finished):
    drive.store(finished, paths.baked_dir())
    assert artefacts.find("fake", finished.record.key).source == "baked"
    assert not artefacts.delete("fake", finished.record.key), "baked models are not deleted"
    drive.store(finished, cache)
    assert artefacts.find("fake", finished.record.key).source == "cache"
    assert [f.source for f in artefacts.list_records()] == ["cache", "baked"]
    assert artefacts.delete("fake", finished.record.key) and not artefacts.delete("fake", finished.record.key)
    assert artefacts.find("fake", finished.record.key).source == "baked"


def test_a_killed_writers_leftovers_are_swept_after_a_day(cache, finished):
    old, young = (cache / "fake" / f".tmp-{finished.record.key}-{n}" for n in "ab")
    for path in (old, young):
        path.mkdir(parents=True)
    os.utime(old, (time.time() - 90_000,) * 2)
    drive.store(finished, cache)
    assert not old.exists() and young.exists()
    assert len(artefacts.list_records()) == 1


def test_a_record_survives_json_and_nan_does_not(finished):
    record = dataclasses.replace(finished.record, files={"model.safetensors": {"sha256": "0" * 64, "bytes": 3}})
    assert Record.from_json(record.to_json()) == record
    assert json_ready({"a": (float("nan"), 1.0, float("-inf"))}) == {"a": [None, 1.0, None]}


# The lab over the same folders


def test_a_record_of_before_threads_were_recorded_is_read(cache, finished):
    drive.store(finished, cache)
    path = folder(cache, finished) / "record.json"
    old = json.loads(path.read_text())
    del old["seal"]
    assert old.pop("threads") >= 1 and old.pop("processor_seconds") >= 0
    path.write_text(json.dumps(old))
    record = artefacts.find("fake", finished.record.key).record
    assert (record.threads, record.machine) == (0, finished.record.device), "what was not recorded is not said"


def test_the_lab_gives_one_shared_module(cache, finished):
    drive.store(finished, cache)
    shown = lab.view("fake", Config(), 0)
    assert isinstance(shown, lab.Ready) and shown.source == "cache"
    module = lab.model(shown.record)
    assert module is lab.model(shown.record) and not module.training
    assert torch.equal(module[0].weight.cpu(), finished.state["0.weight"].cpu())
    younger = lab.checkpoint(shown.record, 1)
    assert torch.equal(younger[0].weight.cpu(), finished.checkpoints[0][1]["0.weight"].cpu())
    with pytest.raises(KeyError, match="no checkpoint of step 2"):
        lab.checkpoint(shown.record, 2)
    assert len(lab.previews(shown.record)) == 3
    assert lab.package(shown.record)[:2] == b"PK"
    assert lab.delete("fake", finished.record.key)
    assert not [r for r in lab.model_cache().resident() if r.key.startswith(f"fake/{finished.record.key}")]
    assert isinstance(lab.view("fake", Config(), 0), lab.Absent)


def test_half_precision_weights_load_as_float32(cache, finished):
    half = {name: t.half() if t.is_floating_point() else t for name, t in finished.state.items()}
    record = artefacts.save(cache, finished.record, half)
    assert lab.model(record)[0].weight.dtype == torch.float32


def test_a_damaged_baked_model_is_absent_with_a_sentence(cache, finished):
    drive.store(finished, paths.baked_dir())
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    (folder(paths.baked_dir(), finished) / "model.safetensors").write_text(pointer)
    shown = lab.view("fake", Config(), 0)
    assert isinstance(shown, lab.Absent) and "git-lfs pointer" in shown.message and shown.can_train
    assert folder(paths.baked_dir(), finished).exists(), "what ships with the program is not moved"


def test_weights_of_another_architecture_are_set_aside(cache, finished):
    record = artefacts.save(cache, finished.record, {"other.weight": torch.zeros(1)})
    with pytest.raises(lab.Damaged, match="train this setting again"):
        lab.model(record)
    assert isinstance(lab.view("fake", Config(), 0), lab.Absent)


@pytest.mark.parametrize("code", artefacts.RACES)
def test_a_model_that_another_app_stores_in_the_same_moment_is_a_success(cache, finished, monkeypatch, code):
    def other_wins(temporary, final):
        shutil.copytree(temporary, final)
        raise OSError(code, "moved meanwhile")

    monkeypatch.setattr(artefacts.atomic, "put_in_place", other_wins)
    stored = drive.store(finished, cache)
    assert artefacts.read_record(cache, "fake", stored.record.key) == stored.record
    assert not list(cache.glob("*/.tmp-*"))


def test_where_nobody_stored_it_a_race_is_an_error(cache, finished, monkeypatch):
    def lost(temporary, final):
        raise OSError(errno.ENOENT, "moved meanwhile")

    monkeypatch.setattr(artefacts.atomic, "put_in_place", lost)
    with pytest.raises(artefacts.CannotStore):
        drive.store(finished, cache)
