"""1,000 files of the cache, edited or cut: what is read is what was stored, or nothing; no other value, no other exception."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from core import lab
from core.data import Missing, images, own_pictures, texts, tokens
from core.data.kinds import Entry, Raw, Source
from core.events import Preview
from core.maps import stored
from core.store import artefacts, paths
from core.store.record import CHECKPOINTS, MODEL, PREVIEWS, Damaged, Record
from core.training.jobs import Board
from tests.helpers.pages import fine, open_page, words

EDITS = 1_000
KEY = "a" * 16
JUNK = (
    float("nan"),
    float("inf"),
    [],
    {},
    None,
    "",
    -1,
    0,
    1e308,
    10**30,
    "x" * 999,
    True,
    [[]],
    {"a": []},
    "../../x",
    "\ud800",
)
STORY = "The king and the queen walk.\n\n" * 40


def raw() -> Raw:
    draw = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (12, 3, 4, 4), dtype=torch.uint8, generator=draw)
    y = torch.arange(12) % 2
    return Raw(x[4:], y[4:], x[:4], y[:4], ("cats", "dogs"), Source("t", "o", "l", "u"), tuple("abcdefghijkl"))


def plain(value: Any) -> Any:
    """The value as something that can be compared: no arrays, no tensors."""
    if isinstance(value, torch.Tensor | np.ndarray):
        array = np.asarray(value)
        return (str(array.dtype), array.shape, array.tobytes())
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if hasattr(value, "__dict__"):
        return plain(vars(value))
    return value


@dataclass(frozen=True)
class Kind:
    """A kind of file: where it lies, and how it is read; None where it counts as absent."""

    path: Path
    read: Callable[[], Any]


def absent(*errors: type[Exception]) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def wrap(read: Callable[[], Any]) -> Callable[[], Any]:
        def reading() -> Any:
            try:
                return read()
            except errors as error:
                assert "\n" not in str(error) and len(str(error)) > 10, "one sentence"
                return None

        return reading

    return wrap


@pytest.fixture
def kinds(tmp_path, monkeypatch) -> dict[str, Kind]:
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(images, "ENTRIES", {"tiny": Entry("Tiny", raw, lambda: True, "")})
    images.forget(), texts.forget()
    root = paths.models_dir()
    record = Record("fake", KEY, 1, {"data": "none", "sizes": [1, 2]}, 0, "CPU", 1.5, 3, {"loss": 0.5, "each": [0.1, 0.2]}, ({"i": 1, "total": 2, "loss": 0.7}, {"i": 2, "total": 2, "loss": None}), "2026-01-01", 10)  # fmt: skip
    state = {"w": torch.ones(2, 3), "b": torch.zeros(3)}
    previews = [Preview(1, {"original": np.zeros((2, 4, 4, 1), np.uint8)})]
    record = artefacts.save(root, record, state, [(1, state)], previews)
    folder = root / "fake" / KEY
    points = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    text = texts.keep(STORY)
    pictures = own_pictures.keep(raw())
    images.load("tiny")
    loaded = texts.load(text)
    tokens._stored_merges(loaded, "bpe-512")
    [merges] = paths.data_dir().glob("merges-*")

    @absent(Missing)
    def own_text():
        texts.forget()
        return texts.load(text)

    damaged, missing = absent(Damaged), absent(Missing)
    map_path = stored.write(tmp_path / "maps", "m", points)
    yield {
        "record": Kind(folder / "record.json", lambda: artefacts.read_record(root, "fake", KEY)),
        "model": Kind(folder / MODEL, damaged(lambda: artefacts.load_state(root, record))),
        "checkpoints": Kind(folder / CHECKPOINTS, damaged(lambda: artefacts.load_checkpoints(root, record))),
        "previews": Kind(folder / PREVIEWS, damaged(lambda: artefacts.load_previews(root, record))),
        "map": Kind(map_path, lambda: stored.read(map_path, 20)),
        "text": Kind(paths.data_dir() / "own" / f"{text}.txt", own_text),
        "pictures": Kind(
            paths.data_dir() / "own" / f"{pictures}.safetensors", missing(lambda: own_pictures.read(pictures))
        ),
        "packaged": Kind(images._cache_file("tiny"), lambda: images._read_cache("tiny")),
        "merges": Kind(merges, lambda: tokens._stored_merges(loaded, "bpe-512")),
    }
    images.forget(), texts.forget()


# Damage ------------------------------------------------------------------------------------------------------------


def cut(path: Path, draw: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: draw.randrange(len(content))])


def flip(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(draw.choice((1, 1, 3, 50))):
        content[draw.randrange(len(content))] ^= draw.randrange(1, 256)
    path.write_bytes(content)


def garbage(path: Path, draw: random.Random) -> None:
    path.write_bytes(draw.randbytes(draw.choice((1, 8, 200))))


def longer(path: Path, draw: random.Random) -> None:
    path.write_bytes(path.read_bytes() + draw.randbytes(draw.choice((1, 100))))


def repeated(path: Path, draw: random.Random) -> None:
    content = path.read_bytes()
    at = draw.randrange(len(content))
    path.write_bytes(content[:at] + content[at // 2 : at] + content[at:])


def another(value: Any, draw: random.Random) -> Any:
    """The JSON value with one part of it replaced, removed, or with a part more."""
    if isinstance(value, dict) and value and draw.random() < 0.9:
        key = draw.choice(sorted(value))
        way = draw.random()
        if way < 0.1:
            return {name: one for name, one in value.items() if name != key}
        return {**value, **({"more": 1} if way < 0.2 else {key: another(value[key], draw)})}
    if isinstance(value, list) and value and draw.random() < 0.7:
        at = draw.randrange(len(value))
        return [*value[:at], *([another(value[at], draw)] if draw.random() < 0.8 else []), *value[at + 1 :]]
    return draw.choice(JUNK)


def edited(path: Path, draw: random.Random) -> None:
    """JSON with another value in it; in a file of tensors the JSON of its header or of its metadata."""
    content = path.read_bytes()
    if path.suffix == ".json":
        path.write_text(json.dumps(another(json.loads(content), draw)))
    elif path.suffix == ".safetensors":
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        inner = header.get("__metadata__", {}).get("images")
        if inner is not None and draw.random() < 0.7:
            header["__metadata__"]["images"] = json.dumps(another(json.loads(inner), draw))
        else:
            header = another(header, draw)
        new = json.dumps(header).encode()
        path.write_bytes(len(new).to_bytes(8, "little") + new + content[8 + length :])
    else:
        lines = content.decode().splitlines(keepends=True)
        draw.shuffle(lines)
        path.write_text("".join(lines[: draw.randrange(len(lines) + 1)]))


def other_tensor(path: Path, draw: random.Random) -> None:
    """One tensor of another shape, type or content."""
    if path.suffix != ".safetensors":
        return edited(path, draw)
    with safe_open(path, "pt") as file:
        tensors, meta = {name: file.get_tensor(name).clone() for name in file.keys()}, file.metadata()  # noqa: SIM118
    name = draw.choice(sorted(tensors))
    one = tensors[name]
    ways = (
        one[:0],
        one.flatten(),
        one.double(),
        one.float() * float("nan"),
        one.unsqueeze(0),
        one + 1,
        torch.zeros(()),
        one.flip(0),
    )
    tensors[name] = draw.choice(ways).contiguous()
    save_file(tensors, path, metadata=meta)


DAMAGES = (cut, flip, garbage, longer, repeated, edited, edited, edited, other_tensor)


def test_whatever_happens_to_a_file_what_is_read_is_what_was_stored_or_nothing(kinds):
    draw = random.Random(14)
    true = {name: plain(kind.read()) for name, kind in kinds.items()}
    assert None not in true.values()
    kept = {name: kind.path.read_bytes() for name, kind in kinds.items()}
    gone = dict.fromkeys(kinds, 0)
    for i in range(EDITS):
        name = list(kinds)[i % len(kinds)]
        kind, damage = kinds[name], draw.choice(DAMAGES)
        damage(kind.path, draw)
        content = kind.path.read_bytes()
        found = plain(kind.read())
        assert found in (None, true[name]), (i, name, damage.__name__)
        gone[name] += found is None
        if not kind.path.parent.exists():  # set aside
            [aside] = (paths.models_dir() / ".damaged").iterdir()
            assert (aside / kind.path.name).read_bytes() == content, "for a person to look at"
            assert artefacts.was_set_aside("fake", KEY)
            aside.rename(kind.path.parent)
        kind.path.write_bytes(kept[name])
        artefacts._parsed.clear()
        if i % 20 < len(kinds):  # often enough: reading costs most of this test
            assert plain(kind.read()) == true[name], (i, name, damage.__name__)
    assert all(count > 40 for name, count in gone.items() if name != "merges"), gone  # merges are learned anew


# Pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def board(lab_cache, monkeypatch):
    monkeypatch.setattr(lab, "_board", Board(devices=()))
    yield
    lab.board().close()


def test_the_models_page_opens_over_a_cache_full_of_damage(board):
    draw = random.Random(3)
    root = paths.models_dir()
    for i in range(30):
        key = f"{i:016x}"
        record = Record("mae", key, 1, {"data": "mnist"}, 0, "CPU", 1.0, 1, {"mse": 0.5}, (), "2026-01-01", 1)
        artefacts.save(root, record, {"w": torch.ones(2)})
        draw.choice(DAMAGES)(root / "mae" / key / draw.choice(("record.json", "record.json", MODEL)), draw)
    at = fine(open_page("models"))
    left = [found for found in artefacts.list_records() if found.source == "cache"]
    assert len(list((root / ".damaged").iterdir())) >= 20 and len(left) <= 10 and not at.error


@pytest.mark.parametrize("file", ["record.json", MODEL, PREVIEWS])
def test_a_lesson_opens_over_a_damaged_model_of_its_setting(board, file):
    found = next(found for found in artefacts.list_records() if found.record.name == "mae" and found.source == "baked")
    source = found.root / "mae" / found.record.key
    target = paths.models_dir() / "mae" / found.record.key
    target.parent.mkdir(parents=True)
    shutil.copytree(source, target)
    edited(target / file, random.Random(5)) if file == "record.json" else cut(target / file, random.Random(5))
    at = fine(open_page("masked_images", mi_data=found.record.config["data"]))
    assert not at.error and "could not be drawn" not in words(at)


def test_a_model_that_was_set_aside_is_said(board):
    from core.experiment import get

    config = get("mae").strict({"steps": 100, "data": "mnist"})
    key = get("mae").key(config, 77)
    record = Record("mae", key, 1, {"data": "mnist"}, 77, "CPU", 1.0, 1, {}, (), "2026-01-01", 1)
    artefacts.save(paths.models_dir(), record, {"w": torch.ones(2)})
    (paths.models_dir() / "mae" / key / "record.json").write_text("{}")
    at = fine(open_page("masked_images", mi_steps="100", mi_data="mnist", mi_seed="77"))
    assert "The stored model of this setting was damaged, and was set aside: train it again." in words(at)
