"""Own pictures are kept under the name of their content, read back exactly or not at all, and never lead elsewhere."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from core.data import Missing, catalogue, images, own, own_pictures
from core.data.kinds import Raw, Source
from core.store import paths

SOURCE = Source("Your own pictures", "upload", "yours", "")
TENSORS = ("train_x", "train_y", "test_x", "test_y")
DIGITS = "0123456789abcdef" * 2
TRICKS = (
    f"pictures-../../{DIGITS}", f"pictures-{DIGITS}/../x", f"../pictures-{DIGITS}", f"pictures-{DIGITS}\n",
    f"pictures-{DIGITS[1:]}", f"pictures-{DIGITS}0", f"pictures-{DIGITS.upper()}", "pictures-", "", "/etc/passwd",
    f"pictures-{DIGITS[1:]}\u0661", f"text-{DIGITS}", f"pictures-{DIGITS[:16]}",
)  # fmt: skip


def raw(seed: int = 0, classes: tuple[str, ...] = ("cats", "“dogs” <b>é</b> 🐶"), count: int = 40) -> Raw:
    draw = torch.Generator().manual_seed(seed)
    x = torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8, generator=draw)
    y = torch.randint(0, len(classes), (count,), generator=draw)
    return Raw(x[8:], y[8:], x[:8], y[:8], classes, SOURCE)


def same(one: object, other: object) -> bool:
    return all(torch.equal(getattr(one, key), getattr(other, key)) for key in TENSORS) and (
        one.classes, one.captions, one.source) == (other.classes, other.captions, other.source)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """Where own pictures lie in this test; nothing of an earlier test is remembered, and nothing appears beside the cache."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    images._load.cache_clear()
    yield tmp_path / "cache" / "data" / "own"
    images._load.cache_clear()
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}


def test_what_is_kept_comes_back_exactly(folder):
    name = own_pictures.keep(raw())
    assert own_pictures.OWN.fullmatch(name) and own_pictures.exists(name)
    assert same(own_pictures.read(name), raw())
    assert [file.name for file in folder.iterdir()] == [f"{name}.safetensors"], "nothing temporary stays"


def test_captions_come_back_too():
    told = dataclasses.replace(raw(), captions=tuple(f"picture {i}" for i in range(40)))
    assert own_pictures.read(own_pictures.keep(told)).captions == told.captions


def test_a_view_into_other_memory_is_kept_as_what_it_shows():
    turned = dataclasses.replace(raw(), train_x=raw().train_x.transpose(2, 3))
    assert same(own_pictures.read(own_pictures.keep(turned)), turned)


def test_pictures_are_known_under_the_same_roof_as_the_packaged_ones():
    name = own_pictures.keep(raw())
    found = images.load(name)
    assert images.available(name) and catalogue.available(name) and found.name == name
    assert same(found, raw()) and (found.channels, found.side) == (3, 32)
    assert images.fingerprint(name) == catalogue.fingerprint(name) == found.fingerprint
    assert images.load(name) is found, "read once"
    assert name not in images.names() and name not in {row["name"] for row in images.sources()}
    assert not list(paths.data_dir().glob("*.safetensors")), "the cache of packaged sets has no copy"


def test_the_packaged_sets_are_what_they_were():
    assert images.names() == ("fashion", "mnist", "openmoji", "shapes")
    assert images.how_to_get("fashion") == catalogue.how_to_get("fashion") == images.ENTRIES["fashion"].how_to_get
    assert images.how_to_get("nothing of that name") == "" and not images.available("nothing of that name")


def test_the_same_content_is_the_same_name_and_any_difference_is_another():
    one = raw()
    changed = [
        raw(seed=1),
        raw(classes=("cats", "hens")),
        dataclasses.replace(one, train_y=1 - one.train_y),
        dataclasses.replace(one, test_x=one.train_x[:8], train_x=torch.cat([one.test_x, one.train_x[8:]])),
        dataclasses.replace(one, test_x=one.test_x.mT),
        dataclasses.replace(one, captions=("a",) * 40),
    ]
    names = [own_pictures.keep(each) for each in (one, *changed)]
    assert len(set(names)) == len(names) and own_pictures.keep(raw()) == names[0]
    assert same(own_pictures.read(names[2]), changed[1])


def test_another_process_reads_what_was_kept():
    name = own_pictures.keep(raw())
    script = f"from core.data import images; p = images.load({name!r}); print(p.fingerprint); print(ascii(p.classes))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=paths.REPOSITORY, check=True)
    assert said.stdout.decode().split("\n")[:2] == [images.load(name).fingerprint, ascii(raw().classes)]


def test_pictures_that_vanished_are_missing_and_can_be_brought_again(folder):
    name = own_pictures.keep(raw())
    (folder / f"{name}.safetensors").unlink()
    assert not images.available(name) and catalogue.how_to_get(name).endswith("bring them again.")
    for read in (images.load, images.fingerprint, own_pictures.read):
        with pytest.raises(Missing, match=r"^These pictures of yours are not on this machine\. .*bring them again\.$"):
            read(name)
    assert same(images.load(own_pictures.keep(raw())), raw())


def damaged(path: Path) -> dict[str, bytes]:
    whole = path.read_bytes()
    with safe_open(path, "pt") as file:
        tensors, meta = {key: file.get_tensor(key) for key in TENSORS}, file.metadata()
    other = path.with_name("other")
    made = {
        "empty": b"",
        "cut": whole[:-1],
        "text": b"hello",
        "one bit": whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
    }
    for what, kept, said in (
        ("no metadata", tensors, None),
        ("a tensor less", {key: tensors[key] for key in TENSORS[:3]}, meta),
        ("no JSON", tensors, {"images": "{"}),
        ("no classes", tensors, {"images": "{}"}),
        ("classes of another kind", tensors, {"images": '{"classes": 5, "captions": []}'}),
        ("other classes", tensors, {"images": '{"classes": ["a", "b"], "captions": []}'}),
        ("another shape", tensors | {"test_x": tensors["test_x"].flatten(1)}, meta),
        ("another type", tensors | {"test_y": tensors["test_y"].double()}, meta),
        ("a type that NumPy lacks", tensors | {"test_y": tensors["test_y"].bfloat16()}, meta),
        ("other labels", tensors | {"test_y": 1 - tensors["test_y"]}, meta),
    ):
        save_file(kept, other, metadata=said)
        made[what] = other.read_bytes()
    other.unlink()
    return made


def test_what_is_damaged_is_missing_and_can_be_brought_again(folder):
    name = own_pictures.keep(raw())
    path = folder / f"{name}.safetensors"
    for what, content in damaged(path).items():
        path.write_bytes(content)
        for read in (own_pictures.read, images.load):
            with pytest.raises(Missing, match=r"^These pictures of yours cannot be read \(.*\)\. Bring them again\.$"):
                read(name)
        assert own_pictures.keep(raw()) == name
        assert same(own_pictures.read(name), raw()), f"{what} does not stand in its own way"


@pytest.mark.parametrize("name", TRICKS)
def test_no_name_leads_to_another_file(name, folder):
    """Though there are pictures where the name would lead."""
    kept = folder / f"{own_pictures.keep(raw())}.safetensors"
    if not name.startswith("/"):
        path = folder / f"{name}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept.read_bytes())
    assert not own_pictures.exists(name) and not images.available(name)
    for read in (own_pictures.read, images.load):
        with pytest.raises(Missing):
            read(name)


# Room --------------------------------------------------------------------------------------------------------------


def aged(folder: Path, *names: str) -> None:
    """Used long ago, the first one longest."""
    for i, name in enumerate(names):
        os.utime(folder / f"{name}.safetensors", (1e9 + i, 1e9 + i))


def here(*names: str) -> list[bool]:
    return [own_pictures.exists(name) for name in names]


def test_those_not_used_for_longest_make_room(folder, monkeypatch):
    first, second = own_pictures.keep(raw(1)), own_pictures.keep(raw(2))
    monkeypatch.setattr(own_pictures, "OWN_BYTES", int(2.5 * (folder / f"{first}.safetensors").stat().st_size))
    aged(folder, first, second)
    own_pictures.read(first)  # what is read is used
    third = own_pictures.keep(raw(3))
    assert here(first, second, third) == [True, False, True]
    aged(folder, first, third)
    assert own_pictures.keep(raw(1)) == first  # so is what is brought again
    fourth = own_pictures.keep(raw(4))
    assert here(first, third, fourth) == [True, False, True]
    images.load(first)
    aged(folder, first, fourth)
    images.load(first)  # and so is what memory still holds
    fifth = own_pictures.keep(raw(5))
    assert here(first, fourth, fifth) == [True, False, True]


def test_the_newest_stay_whatever_their_size_and_what_is_no_picture_is_left_alone(folder, monkeypatch):
    first = own_pictures.keep(raw(1))
    (folder / "text-0123456789abcdef.txt").write_text("a person's own text")
    monkeypatch.setattr(own_pictures, "OWN_BYTES", 10)
    second = own_pictures.keep(raw(2))
    assert here(first, second) == [False, True]
    assert (folder / "text-0123456789abcdef.txt").is_file()


def test_a_file_that_goes_while_room_is_made_is_no_error(folder, monkeypatch):
    own_pictures.keep(raw(1))
    monkeypatch.setattr(own_pictures, "OWN_BYTES", 10)
    listed = Path.glob
    gone = "pictures-0123456789abcdef.safetensors"
    monkeypatch.setattr(Path, "glob", lambda self, pattern: [self / gone, *listed(self, pattern)])
    assert own_pictures.exists(own_pictures.keep(raw(2)))


def test_a_folder_that_cannot_be_written_is_said(folder):
    folder.parent.mkdir(parents=True)
    folder.write_text("a file in the place of the folder")
    with pytest.raises(own_pictures.CannotKeep, match=r"^The server's folder cannot be written.*\.$"):
        own_pictures.keep(raw())


def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch):
    def half(path, content):
        path.write_bytes(content[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(own.atomic, "write", half)
    with pytest.raises(own_pictures.CannotKeep):
        own_pictures.keep(raw())
    assert list(folder.iterdir()) == []
