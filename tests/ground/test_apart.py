"""Files are read in a process of their own: same result, one sentence for each fault, and the next file is read again."""

from __future__ import annotations

import io
import sys
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from core.data import apart
from core.data.read_picture import Unreadable, read_picture, to_square
from core.data.read_text import read_text
from core.data.read_zip import read_folder

WORDS = " ".join(f"wort{i % 90}" for i in range(2000))


@pytest.fixture(scope="module", autouse=True)
def one_process():
    yield
    apart._READER.close()


@pytest.fixture
def reader(monkeypatch):
    """reader(program) -> a process that runs this instead of the real one."""
    made = apart.Reader()
    monkeypatch.setattr(apart, "_READER", made)
    monkeypatch.setattr(apart, "START", 0.0)  # these programs start at once
    yield lambda program: monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", program))
    made.close()


def png(seed: int, side: int = 12) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def test_it_reads_what_the_readers_read():
    pixels, cut = apart.picture(png(0), 32)
    assert np.array_equal(pixels, to_square(read_picture(png(0)), 32, 3)) and not cut
    assert apart.picture(png(0, 60)[:-2000], 32)[1], "it ended too early"
    assert apart.text(WORDS.encode("utf-16")) == read_text(WORDS.encode("utf-16"))
    assert apart.pasted(WORDS) == read_text(WORDS.encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i in range(44):
            archive.writestr(f"pets/{'ab'[i % 2]}/{i}.png", png(i))
        archive.writestr("pets/a/none.png", b"no picture")
    here, there = read_folder(buffer.getvalue()), apart.folder(buffer.getvalue())
    assert there.notes == here.notes and there.raw.classes == here.raw.classes and there.raw.source == here.raw.source
    for name in ("train_x", "train_y", "test_x", "test_y"):
        assert torch.equal(getattr(there.raw, name), getattr(here.raw, name))


@pytest.mark.parametrize(("read", "content", "said"), [
    (lambda content: apart.picture(content, 32), b"GIF89a", "not a picture"),
    (lambda content: apart.picture(content, 32), b"x" * 10_000_002, "choose one under 10 MB"),
    (apart.text, b"%PDF-1.7", "a PDF document"),
    (apart.folder, b"PK\x03\x04", "zip"),
])  # fmt: skip
def test_what_a_reader_says_is_said(read, content, said):
    with pytest.raises(Unreadable, match=said):
        read(content)
    assert apart.text(WORDS.encode()), "and the process reads on"


@pytest.mark.parametrize(("program", "said"), [
    ("import time; time.sleep(60)", apart.SLOW),
    ("import sys; sys.stdin.buffer.readline(); raise SystemExit(9)", apart.DIED),
    ("print('no frame', flush=True); import time; time.sleep(60)", apart.DIED),
    ("import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 20, 1 << 20)); b = bytearray(1 << 30)", apart.DIED),
])  # fmt: skip
def test_a_file_that_costs_too_much_ends_its_process_alone(reader, monkeypatch, program, said):
    monkeypatch.setitem(apart.LIMITS, "text", 2.0)
    real = apart.COMMAND
    reader(program)
    with pytest.raises(Unreadable) as error:
        apart.text(WORDS.encode())
    assert str(error.value) == said
    monkeypatch.setattr(apart, "COMMAND", real)
    monkeypatch.setitem(apart.LIMITS, "text", 60.0)
    assert apart.text(WORDS.encode()), "the next file gets a new process"


def test_a_process_that_only_starts_has_more_time(reader, monkeypatch):
    """Its imports alone take longer than this limit."""
    monkeypatch.setattr(apart, "START", 120.0)
    monkeypatch.setitem(apart.LIMITS, "text", 0.05)
    assert apart.text(WORDS.encode())


def test_a_process_that_was_killed_between_two_files_is_replaced():
    apart.text(WORDS.encode())
    apart._READER._process.kill()
    apart._READER._process.wait()
    assert apart.text(WORDS.encode())


def test_memory_of_the_process_is_bounded():
    """A mark of the system, read from the process itself."""
    apart.text(WORDS.encode())
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems have no such file")
    with open(f"/proc/{apart._READER._process.pid}/limits") as file:
        [line] = [line for line in file if line.startswith("Max data size")]
    assert int(line.split()[3]) == 2 << 30
