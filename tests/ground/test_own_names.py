"""Names of own data are secrets: not to be computed by others, not in logs, and bounded in time."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import stat
import subprocess
import sys
import time

import pytest

from core import data
from core.data import Missing, own, texts
from core.server import housekeeping, logs
from core.store import artefacts, paths
from core.store.record import Record

STORY = "The king and the queen. They walk.\n\nA second paragraph."
NAME = "text-" + "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("core.store.cache._shared", None)
    texts.forget()
    yield tmp_path / "cache"
    texts.forget()


def test_a_name_is_a_keyed_hash_of_128_bits_under_the_secret_of_the_cache(cache):
    name = texts.keep(STORY)
    secret = (cache / ".secret").read_bytes()
    digest = hashlib.sha256(STORY.encode()).digest()
    assert len(secret) == 32 and name == f"text-{hmac.new(secret, b'text' + digest, 'sha256').hexdigest()[:32]}"
    assert stat.S_IMODE(os.stat(cache / ".secret").st_mode) == 0o600 or os.name == "nt"


def test_two_servers_give_the_same_content_other_names_and_one_server_the_same(cache, tmp_path, monkeypatch):
    here = texts.keep(STORY)
    assert texts.keep(STORY) == here, "two people with the same file share one model"
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "other"))
    assert texts.keep(STORY) != here


TOGETHER = """
import os
from core.data import own
start, go = os.pipe()
for _ in range(8):  # copies of one process: each that is started anew would import torch first, and come late
    if not os.fork():
        os.read(start, 1)
        os.write(1, (own.name("text", b"x") + "\\n").encode())
        os._exit(0)
os.write(go, b"x" * 8)
for _ in range(8):
    os.wait()
"""


def test_processes_that_start_together_agree_on_one_secret(cache):
    done = subprocess.run([sys.executable, "-c", TOGETHER], capture_output=True, text=True, cwd=paths.REPOSITORY)
    names = done.stdout.split()
    assert len(names) == 8 and len({*names}) == 1, done.stderr[-500:]
    assert [file.name for file in cache.iterdir()] == [".secret"], "nothing temporary stays"


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33])
def test_a_damaged_secret_is_made_anew_and_what_was_kept_under_it_is_gone(cache, content):
    name = texts.keep(STORY)
    (cache / ".secret").write_bytes(content)
    texts.forget()
    with pytest.raises(Missing, match=r"^This text of yours cannot be read"):
        texts.load(name)
    assert texts.load(texts.keep(STORY)).passages


def test_names_are_hidden_in_text_also_old_and_cut_ones():
    said = f"{NAME} and pictures-0123456789abcdef, '{NAME[:15]}' but context-0123456789 and text-book"
    assert own.hidden(said) == "text-… and pictures-…, 'text-…' but context-0123456789 and text-book"


def test_no_log_holds_a_name_tracebacks_included(caplog, monkeypatch):
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    logs.keep_secrets()
    logs.keep_secrets()  # once is enough
    log = logging.getLogger("core.somewhere")
    log.warning("model of %s", NAME)
    try:
        raise KeyError(NAME)
    except KeyError:
        log.exception("%s failed", "it")
    log.warning("%d", 7)
    written = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert (
        "model of text-…" in written and "KeyError: 'text-…'" in written and "it failed" in written and "7" in written
    )
    assert NAME not in written and NAME[5:] not in written


def test_a_name_is_found_in_a_config_and_can_be_taken_out_of_it():
    assert own.named_in({"data": NAME, "width": 3}) == NAME and own.named_in({"data": "kjv", "width": 3}) is None
    assert own.without_names({"data": NAME, "width": 3}, "x") == {"data": "x", "width": 3}
    assert own.named_in({"data": "pictures-0123456789abcdef"}), "names of an older version, too"


# How long they stay ------------------------------------------------------------------------------------------------


def used(name: str, days_ago: float) -> None:
    at = time.time() - days_ago * 86_400
    os.utime(own.folder() / f"{name}.txt", (at, at))


def model_of(name: str, key: str) -> None:
    record = Record("fake", key, 1, {"data": name}, 0, "CPU", 1.0, 1, {}, (), "2026-01-01", 1)
    artefacts.save(paths.models_dir(), record, {})


def test_what_nobody_used_for_a_week_is_removed_with_the_models_that_learned_from_it(cache):
    old, new = texts.keep(STORY), texts.keep(STORY + " Another.")
    model_of(old, "a" * 16), model_of(new, "b" * 16), model_of("kjv", "c" * 16)
    used(old, own.DAYS + 0.1), used(new, own.DAYS - 0.1)
    texts.load(new)
    housekeeping.tidy()
    assert not data.available(old) and data.available(new)
    assert {found.record.key for found in artefacts.list_records() if found.source == "cache"} == {"b" * 16, "c" * 16}
    with pytest.raises(Missing):
        texts.load(old)


def test_what_is_used_stays_also_where_memory_holds_it(cache):
    name = texts.keep(STORY)
    texts.load(name)
    used(name, own.DAYS + 1)
    texts.load(name)
    assert own.sweep() == 0 and texts.available(name)
    assert own.sweep(now=time.time() + (own.DAYS + 0.1) * 86_400) == 1


def test_files_of_an_older_version_and_unfinished_ones_go_too(cache):
    own.folder().mkdir(parents=True)
    for name in ("pictures-0123456789abcdef.safetensors", ".tmp-1"):
        (own.folder() / name).write_bytes(b"x")
        os.utime(own.folder() / name, (1e9, 1e9))
    (own.folder() / "notes.txt").write_text("of the owner of the machine")
    assert own.sweep() == 2 and [file.name for file in own.folder().iterdir()] == ["notes.txt"]


def test_models_that_were_set_aside_go_after_as_long_and_newer_ones_stay(cache):
    aside = paths.models_dir() / ".damaged"
    for name in (
        "fake-a-20200101T000000000000",
        f"fake-b-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}000000",
        "other",
    ):
        (aside / name).mkdir(parents=True)
    housekeeping.tidy()
    assert sorted(folder.name[:6] for folder in aside.iterdir()) == ["fake-b", "other"]


def test_temporary_folders_of_a_server_that_is_gone_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(housekeeping.tempfile, "gettempdir", lambda: str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (f"latent-lab-{ended.pid}-abc", f"latent-lab-{os.getpid()}-abc", "latent-lab-x", "other"):
        (tmp_path / name).mkdir()
    housekeeping.tidy()
    left = {path.name for path in tmp_path.iterdir()}
    assert left >= {f"latent-lab-{os.getpid()}-abc", "latent-lab-x", "other"}
    assert f"latent-lab-{ended.pid}-abc" not in left
