"""A person's own folder of pictures: whatever the zip is, a clean data set comes out, or one sentence."""

from __future__ import annotations

import io
import random
import re
import struct
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.data import own_pictures, read_zip
from core.data.folder_classes import class_name
from core.data.read_picture import Unreadable, read_picture, to_square
from core.data.read_zip import Folder, read_folder

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(autouse=True)
def disk(tmp_path, monkeypatch) -> Path:
    """An empty folder to stand in; nothing may be written there, beside it, or where temporary files lie."""
    here = tmp_path / "deep" / "here"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("TMPDIR", str(here))
    yield here
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "deep", here], "something was written"


def encoded(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(seed: int, size: tuple[int, int] = (12, 12)) -> bytes:
    """A PNG that no other seed has."""
    return encoded(Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), np.uint8)))


PNGS = [noise(seed) for seed in range(45)]


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def numbered(count: int = 40, pattern: str = "{}.png", start: int = 0) -> dict[str, bytes]:
    return {pattern.format(i): PNGS[i] for i in range(start, start + count)}


def sizes(folder: Folder) -> dict[str, tuple[int, int]]:
    """Of each class how many pictures there are for training, and how many are held out."""
    raw = folder.raw
    counts = (torch.bincount(y, minlength=len(raw.classes)).tolist() for y in (raw.train_y, raw.test_y))
    return dict(zip(raw.classes, zip(*counts, strict=True), strict=True))


def totals(folder: Folder) -> dict[str, int]:
    return {name: sum(pair) for name, pair in sizes(folder).items()}


def squares(folder: Folder) -> set[bytes]:
    both = torch.cat([folder.raw.train_x, folder.raw.test_x]).permute(0, 2, 3, 1)
    return {square.numpy().tobytes() for square in both.contiguous()}


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read_folder(content)
    sentence = str(caught.value)
    assert sentence.endswith(".") and sentence.count(". ") == 0 and "\n" not in sentence and len(sentence) < 150
    assert caught.value.__cause__ is None
    return sentence


# What is taken -----------------------------------------------------------------------------------------------------


def test_pictures_become_small_squares_in_colour_and_a_fifth_is_held_out():
    folder = read_folder(zipped(numbered(45)))
    raw = folder.raw
    assert raw.train_x.shape == (36, 3, 32, 32) and raw.test_x.shape == (9, 3, 32, 32)
    assert raw.train_x.dtype == torch.uint8 and raw.train_y.dtype == raw.test_y.dtype == torch.int64
    assert squares(folder) == {to_square(read_picture(png), 32, 3).tobytes() for png in PNGS}
    assert raw.classes == ("picture",) and not raw.train_y.any() and not raw.test_y.any() and folder.notes == ()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_is_kept_can_be_read_as_it_was_brought(method, disk, monkeypatch, tmp_path_factory):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
    raw = read_folder(zipped(numbered(20, "a/{}.png") | numbered(25, "b/{}.png", 20), method)).raw
    kept = own_pictures.read(own_pictures.keep(raw))
    assert (
        torch.equal(kept.train_x, raw.train_x) and torch.equal(kept.test_y, raw.test_y) and kept.classes == ("a", "b")
    )


def test_neither_names_nor_the_order_in_the_zip_change_what_comes_out():
    files = numbered(20, "a/{}.png") | numbered(20, "b/{}.png", 20)
    shuffled = list(files.items())
    random.Random(0).shuffle(shuffled)
    renamed = {f"{name[0]}/deep/{i}.jpeg": content for i, (name, content) in enumerate(shuffled)}
    one, other = read_folder(zipped(files)).raw, read_folder(zipped(renamed, zipfile.ZIP_DEFLATED)).raw
    for key in ("train_x", "train_y", "test_x", "test_y"):
        assert torch.equal(getattr(one, key), getattr(other, key))
    assert own_pictures._hash(one) == own_pictures._hash(other)
    assert sorted(one.train_y.tolist()) != one.train_y.tolist(), "classes are mixed, as the first thousand shall be"


def test_each_class_has_its_fifth_held_out_and_at_least_one_of_two():
    files = numbered(25, "many/{}.png") | numbered(12, "some/{}.png", 25) | numbered(2, "two/{}.png", 37)
    folder = read_folder(zipped(files | {"one/x.png": PNGS[44]}))
    assert sizes(folder) == {"many": (20, 5), "one": (1, 0), "some": (10, 2), "two": (1, 1)}
    assert folder.notes == ("Of 1 class no picture is held out, because there are too few.",)


def test_at_least_32_are_left_to_learn_from():
    pairs = read_folder(zipped({f"{i // 2:02}/{i}.png": PNGS[i] for i in range(40)}))
    assert len(pairs.raw.train_x) == 32 and max(test for _, test in sizes(pairs).values()) == 1
    assert pairs.notes == ("Of 12 classes no picture is held out, because there are too few.",)
    mixed = read_folder(zipped(numbered(24, "a/{}.png") | {f"{i}/{i}.png": PNGS[i] for i in range(24, 40)} | {
        f"{i}/x{i}.png": PNGS[i + 16] for i in range(24, 28)
    }))  # fmt: skip
    assert {name: test for name, (_, test) in sizes(mixed).items() if test} == {
        "a": 5,
        "24": 1,
        "25": 1,
        "26": 1,
        "27": 1,
    }


def test_a_picture_held_out_is_not_among_those_to_learn_from():
    raw = read_folder(zipped(numbered(45))).raw
    train = {square.numpy().tobytes() for square in raw.train_x}
    assert not train & {square.numpy().tobytes() for square in raw.test_x} and len(train) == 36


# Kinds of pictures -------------------------------------------------------------------------------------------------


def halves(size: tuple[int, int] = (40, 40)) -> Image.Image:
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture


def palette() -> Image.Image:
    """The left half is transparent, the right one blue."""
    picture = Image.new("P", (40, 40), 0)
    picture.putpalette([*RED, *BLUE])
    picture.paste(1, (20, 0, 40, 40))
    return picture


def deep_gray() -> bytes:
    """16 bits a pixel; the left half is at a quarter of white, the right half white."""
    pixels = np.full((40, 40), 65535, np.uint16)
    pixels[:, :20] = 16384
    return encoded(Image.fromarray(pixels))


RED_BLUE = (RED, BLUE)
KINDS = {
    "CMYK": (encoded(halves().convert("CMYK"), "JPEG", quality=95, subsampling=0), RED_BLUE),
    "16 bits of gray": (deep_gray(), ((64, 64, 64), (255, 255, 255))),
    "animation": (encoded(halves(), "GIF", save_all=True, append_images=[Image.new("RGB", (40, 40))] * 3), RED_BLUE),
    "palette with transparency": (encoded(palette(), transparency=0), ((255, 255, 255), BLUE)),
    "WebP": (encoded(halves(), "WEBP", lossless=True), RED_BLUE),
    "BMP": (encoded(halves(), "BMP"), RED_BLUE),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_is_seen_as_it_looks(kind):
    """Under a name that lies about it, alone in its class."""
    content, colours = KINDS[kind]
    raw = read_folder(zipped(numbered(40, "others/{}.png") | {"one/picture.txt": content})).raw
    square = raw.train_x[raw.train_y == raw.classes.index("one")]
    assert square.shape == (1, 3, 32, 32)
    seen = square[0].float()[:, :, [8, 24]].mean(1).T.numpy()  # the colour in the middle of each half
    assert np.abs(seen - np.array(colours)).max() < 12


# Folders are classes -----------------------------------------------------------------------------------------------

ROOTS = (
    "",
    "all/",
    "all/of/them/",
    "/",
    "/all/",
    "../../",
    "C:/",
    "C:\\pictures\\",
    "./",
    "a//",
    "\\\\server\\share\\",
)


@pytest.mark.parametrize("root", ROOTS)
def test_what_all_pictures_lie_in_says_nothing(root):
    files = numbered(20, root + "cats/{}.png") | numbered(22, root + "dogs/old/{}.png", 20)
    assert totals(read_folder(zipped(files))) == {"cats": 20, "dogs": 22}


@pytest.mark.parametrize(
    "pattern", ["{}.png", "all/{}.png", "a/b/c/{}.png", "../../{}.png", "/{}.png", "C:\\x\\{}.png"]
)
def test_without_folders_that_differ_there_is_one_class(pattern):
    folder = read_folder(zipped(numbered(40, pattern)))
    assert totals(folder) == {"picture": 40} and folder.notes == ()


def test_deeper_folders_belong_to_the_topmost_that_differs():
    files = (
        numbered(20, "x/cats/{}.png") | numbered(10, "x/cats/dogs/{}.png", 20) | numbered(10, "x/dogs/cats/{}.png", 30)
    )
    assert totals(read_folder(zipped(files))) == {"cats": 30, "dogs": 10}


def test_only_pictures_decide_what_is_common():
    files = (
        numbered(20, "x/cats/{}.png") | numbered(20, "x/dogs/{}.png", 20) | {"readme.txt": b"hello", "y/n.txt": b"no"}
    )
    folder = read_folder(zipped(files))
    assert totals(folder) == {"cats": 20, "dogs": 20} and folder.notes == (
        "2 files are not pictures and were left out.",
    )


def test_pictures_beside_the_folders_are_a_class_of_their_own():
    files = numbered(20, "x/cats/{}.png") | numbered(18, "x/no folder/{}.png", 20) | numbered(2, "x/{}.png", 38)
    folder = read_folder(zipped(files))
    assert totals(folder) == {"cats": 20, "no folder": 18, "no folder 2": 2}
    assert folder.notes == ("2 pictures lie in no folder: they are a class of their own.",)


@pytest.mark.parametrize(("folders", "loose"), [(30, 0), (31, 0), (29, 1), (30, 1)])
def test_too_many_folders_are_no_classes(folders, loose):
    files = {f"{i % folders}/{i}.png": PNGS[i] for i in range(44)} | ({"x.png": PNGS[44]} if loose else {})
    folder = read_folder(zipped(files))
    if folders + loose <= 30:
        assert len(folder.raw.classes) == folders + loose and not any("classes;" in note for note in folder.notes)
    else:
        assert totals(folder) == {"picture": 44 + loose}
        assert folder.notes == ("The folders would be 31 classes; above 30 the pictures count as without classes.",)


NAMES = {
    "cats": "cats", "  two   words\t": "two words", "a\x00b\x07\x1b[31mc\u200b": "ab[31mc", "e\u0301te\u0301": "été",
    "<script>alert(1)</script>": "<script>alert(1)</script"[:24], "🐶🦊": "🐶🦊", "👩\u200d🚀": "👩\u200d🚀", "می\u200cخواهم": "می\u200cخواهم",
    "\u202egpj.exe": "gpj.exe", "x" * 300: "x" * 24, "e\u0301" * 300: "é" * 24, "a\u200b\u0301": "á", "\u200d": "folder",
    "": "folder", "\n": "folder", "=HYPERLINK(1)": "HYPERLINK(1)", "+ - @x": "x", "a=b": "a=b", "x" * 23 + " y": "x" * 23,
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_of_classes_are_one_clean_short_line(name):
    assert class_name(name) == NAMES[name]


@settings(max_examples=150, deadline=None, database=None)
@given(st.text(max_size=60))
def test_any_name_becomes_one_clean_short_line(name):
    clean = class_name(name)
    assert 0 < len(clean) <= 24 and clean == clean.strip() and unicodedata.is_normalized("NFC", clean)
    assert (
        clean[0] not in "=+-@"
        and "\n" not in clean
        and clean.isprintable()
        | any(s in clean for s in "\u200c\u200d")
        | ({unicodedata.category(sign) for sign in clean if not sign.isprintable()} <= {"Co", "Cn"})
    )
    assert class_name(clean) == clean


def test_folders_whose_names_look_alike_stay_two_classes():
    long = "a very long name of a folder, number "
    files = numbered(15, long + "1/{}.png") | numbered(15, long + "2/{}.png", 15) | numbered(12, "a\x07/{}.png", 30)
    found = totals(read_folder(zipped(files | {"a/1.png": PNGS[42], "a/2.png": PNGS[43]})))
    assert found == {"a very long name of a fo": 15, "a very long name of a 2": 15, "a": 2, "a 2": 12}


def test_the_two_ways_to_write_an_accent_are_one_class():
    files = numbered(20, "e\u0301/{}.png") | numbered(20, "é/{}.png", 20) | numbered(4, "b/{}.png", 40)
    assert totals(read_folder(zipped(files))) == {"é": 40, "b": 4}


def test_names_in_utf_8_that_are_not_marked_as_such_are_read():
    """As a Mac writes them."""
    files = numbered(20, "hünde/{}.png") | numbered(20, "katzen/{}.png", 20)
    marked = zipped(files)
    unmarked = bytearray(marked)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(signature), marked):
            flags = struct.unpack_from("<H", marked, found.start() + offset)[0]
            struct.pack_into("<H", unmarked, found.start() + offset, flags & ~0x800)
    assert bytes(unmarked) != marked and totals(read_folder(bytes(unmarked))) == {"hünde": 20, "katzen": 20}


def test_html_and_emoji_in_names_of_files_are_only_names():
    names = [
        "<img src=x onerror=alert(1)>.png",
        "🐶.png",
        "$(rm -rf x).png",
        "%s%n.png",
        "con.png",
        "a\nb.png",
        "\x01.png",
    ]
    files = numbered(36) | {name: PNGS[36 + i] for i, name in enumerate(names)}
    folder = read_folder(zipped(files))
    assert totals(folder) == {"picture": 43} and folder.notes == ()


# What is left out --------------------------------------------------------------------------------------------------


def test_what_systems_leave_in_folders_is_passed_over_in_silence():
    left = (
        "__MACOSX/x/._1.png",
        "x/.DS_Store",
        "x/Thumbs.db",
        "x/desktop.ini",
        ".git/1.png",
        "x/.hidden.png",
        "x/THUMBS.DB",
    )
    with io.BytesIO(zipped(numbered(40, "x/{}.png") | dict.fromkeys(left, PNGS[44]))) as buffer:
        with zipfile.ZipFile(buffer, "a") as archive:
            for directory in ("x/", "empty/", "back\\slash\\"):
                archive.writestr(directory, b"")
        folder = read_folder(buffer.getvalue())
    assert folder.notes == () and totals(folder) == {"picture": 40}


def test_what_is_left_out_is_counted_and_said():
    broken = noise(99, (64, 64))
    files = numbered(44, "x/{}.png") | {
        "x/notes.txt": b"hello", "x/page.png": b"<script>alert(1)</script>", "x/empty.png": b"",
        "x/drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>', "x/scan.tif": encoded(halves(), "TIFF"),
        "x/cut.png": broken[: len(broken) // 2],
        "x/point.png": noise(1, (1, 1)), "x/line.png": noise(2, (7, 200)), "x/flat.png": noise(3, (200, 7)),
        "y/again.png": PNGS[0], "x/again.bmp": encoded(Image.open(io.BytesIO(PNGS[1])), "BMP"),
    }  # fmt: skip
    folder = read_folder(zipped(files))
    assert folder.notes == (
        "5 files are not pictures and were left out.",
        "1 picture cannot be read and was left out.",
        "3 pictures have an edge below 8 pixels and were left out.",
        "2 pictures are the same as others and were left out.",
    )
    assert totals(folder) == {"picture": 44}, "the folder of a duplicate alone is no class"


def test_a_picture_that_ends_too_early_is_read_with_what_is_there_and_named():
    photos = {
        f"x/{i}.jpg": encoded(Image.open(io.BytesIO(noise(i, (48, 48)))), "JPEG")[: -2 if i < 2 else None]
        for i in range(3)
    }
    folder = read_folder(zipped(numbered(40, "x/{}.png") | photos))
    assert totals(folder) == {"picture": 43}
    assert folder.notes == ("2 pictures are truncated and were read as far as possible: 0.jpg, 1.jpg.",)


def test_one_of_each_is_said_in_the_singular():
    files = numbered(40) | {"a.txt": b"a", "b.png": noise(1, (1, 1)), "z.png": PNGS[0], "c.png": PNGS[1][:90]}
    assert read_folder(zipped(files)).notes == (
        "1 file is not a picture and was left out.",
        "1 picture cannot be read and was left out.",
        "1 picture has an edge below 8 pixels and was left out.",
        "1 picture is the same as another one and was left out.",
    )


def test_eight_pixels_are_enough():
    assert read_folder(zipped({f"{i}.png": noise(i, (8, 8 + i)) for i in range(40)})).notes == ()


def test_a_zip_in_a_zip_is_not_opened():
    inner = zipped(numbered(5, "{}.png", 40))
    folder = read_folder(zipped(numbered(40) | {"more.zip": inner, "more.png": inner}))
    assert totals(folder) == {"picture": 40} and folder.notes == ("2 files are not pictures and were left out.",)
    assert "holds no pictures" in refused(zipped({"pictures.zip": zipped(numbered(40))}))


def test_a_link_is_no_picture(disk):
    secret = zipfile.ZipInfo("link.png")
    secret.external_attr = 0o120777 << 16
    with io.BytesIO(zipped(numbered(40))) as buffer:
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr(secret, "/etc/passwd")
        assert read_folder(buffer.getvalue()).notes == ("1 file is not a picture and was left out.",)


# One bad member -----------------------------------------------------------------------------------------------------


def member_at(content: bytes, name: bytes) -> tuple[int, int]:
    """Where the header and the entry in the table of a member begin."""
    return next(
        m.start() for m in re.finditer(b"PK\x03\x04", content) if content[m.start() + 30 :].startswith(name)
    ), next(m.start() for m in re.finditer(b"PK\x01\x02", content) if content[m.start() + 46 :].startswith(name))


def changed(content: bytes, at: int, to: bytes) -> bytes:
    return content[:at] + to + content[at + len(to) :]


def other_name(content: bytes) -> bytes:
    return changed(content, member_at(content, b"x/07.png")[0] + 30, b"x/99.png")


def bad_checksum(content: bytes) -> bytes:
    return changed(content, member_at(content, b"x/07.png")[1] + 16, b"\1\2\3\4")


def other_bytes(content: bytes) -> bytes:
    return changed(content, member_at(content, b"x/07.png")[0] + 70, b"\x77\x77")


def no_header(content: bytes) -> bytes:
    return changed(content, member_at(content, b"x/07.png")[0], b"XX")


def far_away(content: bytes) -> bytes:
    return changed(content, member_at(content, b"x/07.png")[1] + 42, b"\xf0\xff\xff\x7f")


def cut_short(content: bytes) -> bytes:
    """The entry says one byte more than there is in the member."""
    entry = member_at(content, b"x/07.png")[1]
    (size,) = struct.unpack_from("<I", content, entry + 24)
    return changed(content, entry + 24, struct.pack("<I", size + 1))


def locked(content: bytes) -> bytes:
    return changed(content, member_at(content, b"x/07.png")[1] + 8, b"\1")


def rare(content: bytes) -> bytes:
    return changed(content, member_at(content, b"x/07.png")[1] + 10, struct.pack("<H", zipfile.ZIP_BZIP2))


BAD = {
    other_name: "damaged or cut off", bad_checksum: "damaged or cut off", other_bytes: "damaged or cut off", no_header: "damaged or cut off",
    far_away: "damaged or cut off", cut_short: "damaged or cut off", locked: "locked with a password", rare: "packed in a rare way",
}  # fmt: skip


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("damage", BAD, ids=lambda damage: damage.__name__)
def test_one_bad_member_is_left_out_and_named_and_the_rest_is_read(damage, method):
    folder = read_folder(damage(zipped(numbered(45, "x/{:02}.png"), method)))
    assert totals(folder) == {"picture": 44}
    assert folder.notes == (f"1 file is {BAD[damage]} and was left out: 07.png.",)


@pytest.mark.parametrize(
    "film", [bytes(12_000_000), np.random.default_rng(0).bytes(12_000_000)], ids=["packs", "noise"]
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_film_among_the_pictures_is_left_out_and_named(film, method):
    folder = read_folder(zipped(numbered(45, "x/{}.png") | {"x/IMG_0042.MOV": film}, method))
    (note,) = folder.notes
    assert totals(folder) == {"picture": 45} and note.endswith(" and was left out: IMG_0042.MOV.")
    assert ("larger than 10 MB" in note) == (method == zipfile.ZIP_STORED or film != bytes(12_000_000))


def test_a_black_screenshot_that_packs_like_a_bomb_costs_only_itself():
    black = encoded(Image.new("RGB", (1_500, 1_500)), "BMP")
    folder = read_folder(zipped(numbered(40, "x/{}.png") | {"x/screen.bmp": black}, zipfile.ZIP_DEFLATED))
    assert folder.notes == ("1 file is packed as tightly as a zip bomb and was left out: screen.bmp.",)


def test_of_many_bad_members_three_are_named():
    content = zipped(numbered(45, "x/{:02}.png"))
    for name in (b"x/03.png", b"x/01.png", b"x/02.png", b"x/04.png", b"x/05.png"):
        content = changed(content, member_at(content, name)[1] + 16, b"\1\2\3\4")
    assert read_folder(content).notes == (
        "5 files are damaged or cut off and were left out: 01.png, 02.png, 03.png and 2 more.",
    )


def test_the_name_of_what_is_left_out_is_one_clean_short_line():
    name = "x/\u202e<b>\n*a*\x07" + "y" * 90 + ".mov"
    folder = read_folder(zipped(numbered(40, "x/{}.png") | {name: np.random.default_rng(0).bytes(10_000_001)}))
    assert folder.notes == (f"1 file is larger than 10 MB and was left out: <b> *a*{'y' * 33}.",)


def test_sizes_in_the_field_for_large_zips_are_read():
    """As tools write it that do not know a size before they have packed it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i in range(40):
            with archive.open(f"x/{i}.png", "w", force_zip64=True) as file:
                file.write(PNGS[i])
    content = buffer.getvalue()
    entry = member_at(content, b"x/7.png")[1]
    sizes = struct.unpack_from("<II", content, entry + 20)
    extra = struct.pack("<HHQQ", 1, 16, sizes[1], sizes[0])
    (extra_length,) = struct.unpack_from("<H", content, entry + 30)
    assert extra_length == 0
    large = changed(content, entry + 20, struct.pack("<II", 2**32 - 1, 2**32 - 1))
    large = changed(large, entry + 30, struct.pack("<H", len(extra)))
    end = large.rfind(b"PK\x05\x06")
    (size,) = struct.unpack_from("<I", large, end + 12)
    large = changed(large, end + 12, struct.pack("<I", size + len(extra)))
    large = large[: entry + 46 + 7] + extra + large[entry + 46 + 7 :]
    assert read_folder(large).notes == () and squares(read_folder(large)) == squares(read_folder(content))
    assert read_folder(large + b"a comment").notes == ()


def test_extra_fields_that_are_cut_and_names_that_are_no_utf_8_cost_nothing():
    info = zipfile.ZipInfo("x/\xe4.png")
    info.extra = b"\x75\x70\xff\xff\x01\x02"
    with io.BytesIO() as buffer:
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, png in numbered(40, "x/{}.png").items():
                archive.writestr(name, png)
            archive.writestr(info, PNGS[41])
        content = buffer.getvalue().replace("ä.png".encode(), b"\xff\xfe.png")
    assert totals(read_folder(content)) == {"picture": 41}


# What is refused ---------------------------------------------------------------------------------------------------

GOOD = zipped(numbered(40, "x/{}.png"))
DEFLATED = zipped(numbered(40, "x/{}.png"), zipfile.ZIP_DEFLATED)


def with_flag(content: bytes, bit: int) -> bytes:
    """The zip with a flag set at its last entry, in the table of contents."""
    changed, at = bytearray(content), content.rfind(b"PK\x01\x02")
    changed[at + 8] |= bit
    return bytes(changed)


def corrupt(content: bytes) -> bytes:
    """One bit of the first picture is another one."""
    at = content.find(b"IDAT") + 8
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


REFUSED = {
    "empty": (b"", "is empty"),
    "text": (b"Dear lab, this is no zip.", "not a zip file"),
    "picture": (PNGS[0], "not a zip file"),
    "picture with a zip behind it": (PNGS[0] + GOOD, "not a zip file"),
    "RAR": (b"Rar!\x1a\x07\x01\x00" + bytes(99), "not a zip file"),
    "gzip": (b"\x1f\x8b\x08" + bytes(99), "not a zip file"),
    "noise": (np.random.default_rng(0).bytes(9_999), "not a zip file"),
    "more than 20 MB": (lambda: GOOD + bytes(20_000_001 - len(GOOD)), "20.1 MB; at most 20 MB"),
    "beginning of a zip before noise": (b"PK\x03\x04" + np.random.default_rng(0).bytes(9_999), "damaged or cut off"),
    "zip without its end": (GOOD[:-30], "damaged or cut off"),
    "half a zip": (GOOD[: len(GOOD) // 2], "damaged or cut off"),
    "zip that lacks a piece": (GOOD[:500] + GOOD[900:], "damaged or cut off"),
    "zip with another bit": (corrupt(GOOD), "damaged or cut off"),
    "packed zip that lacks a piece": (DEFLATED[:500] + DEFLATED[501:], "damaged or cut off"),
    "locked": (with_flag(GOOD, 1), "locked with a password"),
    "strongly locked": (with_flag(GOOD, 0x41), "locked with a password"),
    "LZMA": (lambda: zipped(numbered(), zipfile.ZIP_LZMA), "packed in a rare way"),
    "bzip2": (lambda: zipped(numbered(), zipfile.ZIP_BZIP2), "packed in a rare way"),
    "no entries": (zipped({}), "holds no pictures"),
    "no pictures": (zipped({"a.txt": b"a", "b/c.png": b"b"}), "holds no pictures"),
    "leftovers alone": (zipped({f"__MACOSX/{i}.png": PNGS[i] for i in range(40)}), "holds no pictures"),
    "one picture": (zipped(numbered(1)), "has 1 different picture that can be used; at least 40"),
    "39 pictures": (zipped(numbered(39)), "has 39 different pictures that can be used; at least 40"),
    "39 pictures and one twice": (zipped(numbered(39) | {"x/0.png": PNGS[0]}), "has 39 different pictures"),
    "one picture 50 times": (zipped({f"{i}.png": PNGS[0] for i in range(50)}), "has 1 different picture"),
    "points": (zipped({f"{i}.png": noise(i, (1, 1)) for i in range(50)}), "has 0 different pictures"),
    "5,001 files": (lambda: zipped({f"{i}.txt": b"" for i in range(5_001)}), "more than 5,000 files"),
    "20,001 leftovers": (lambda: zipped(dict.fromkeys((f".{i}" for i in range(20_001)), b"")), "more than 5,000 files"),
    "a file of 10 MB, and 39 pictures": (
        lambda: zipped(numbered(39) | {"film.avi": bytes(10_000_001)}), "has 39 different pictures that can be used (1 file is larger than 10 MB)"
    ),
    "films alone": (lambda: zipped({"film.avi": bytes(10_000_001)}), "(1 file is larger than 10 MB)"),
    "39 pictures and one locked": (with_flag(zipped(numbered(40)), 1), "has 39 different pictures that can be used (1 file is locked"),
    "201 MB of files": (
        lambda: zipped({f"{i}": np.random.default_rng(0).bytes(9_000) + bytes(981_000) for i in range(203)}, zipfile.ZIP_DEFLATED),
        "has 201.0 MB; at most 200 MB",
    ),
    "bomb": (lambda: zipped({"x.png": bytes(9_000_000)}, zipfile.ZIP_DEFLATED), "zip bomb"),
    "bomb among 39 pictures": (lambda: zipped(numbered(39) | {"x.png": bytes(9_000_000)}, zipfile.ZIP_DEFLATED), "zip bomb"),
    "bomb of 60 MB": (lambda: zipped({"x.png": bytes(60_000_000)}, zipfile.ZIP_DEFLATED), "zip bomb"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_said_in_one_sentence(name):
    content, says = REFUSED[name]
    assert says in refused(content() if callable(content) else content)


def test_the_limits_themselves_are_allowed(monkeypatch):
    monkeypatch.setattr(read_zip, "MOST_FILES", 40)
    monkeypatch.setattr(read_zip, "MOST_BYTES", len(GOOD))
    monkeypatch.setattr(read_zip, "MOST_UNPACKED", sum(map(len, PNGS[:40])))
    monkeypatch.setattr(read_zip, "MOST_OF_ONE", max(map(len, PNGS[:40])))
    monkeypatch.setattr(read_zip, "MOST_PIXELS", 40 * 12 * 12)
    assert len(read_folder(GOOD).raw.train_x) == 32
    for limit in ("MOST_FILES", "MOST_BYTES", "MOST_UNPACKED", "MOST_OF_ONE", "MOST_PIXELS"):
        with monkeypatch.context() as patch:
            patch.setattr(read_zip, limit, getattr(read_zip, limit) - 1)
            assert ("at least 40" in refused(GOOD)) == (limit == "MOST_OF_ONE"), "a large file is left out by itself"


def test_a_drawing_that_packs_well_is_no_bomb():
    plain = encoded(Image.new("RGB", (500, 500), RED), "BMP")  # 750 kB that become 2
    files = numbered(39) | {"plain.bmp": plain}
    assert len(zipped({"x": plain}, zipfile.ZIP_DEFLATED)) < len(plain) / 200
    assert totals(read_folder(zipped(files, zipfile.ZIP_DEFLATED))) == {"picture": 40}


def test_millions_of_pixels_in_a_few_bytes_are_counted_before_they_are_decoded(monkeypatch):
    """30 pictures of 20 million pixels each are 2 MB as a zip, and would take the processor for minutes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 5_000, 4_000, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    decoded = []
    monkeypatch.setattr(read_zip, "read_picture", lambda file: decoded.append(file) or Image.new("RGB", (9, 9)))
    assert "more than 300 million pixels together" in refused(zipped({f"{i}.png": png for i in range(30)}))
    assert not decoded


# Zips that lie -----------------------------------------------------------------------------------------------------


def lying(content: bytes, name: bytes, size: int, crc: int | None = None) -> bytes:
    """The zip with another unpacked size of one member in both of its headers."""
    changed = bytearray(content)
    for signature, at_crc, at_size, at_name in ((b"PK\x03\x04", 14, 22, 30), (b"PK\x01\x02", 16, 24, 46)):
        starts = [m.start() for m in re.finditer(re.escape(signature), content)]
        at = next(start for start in starts if content[start + at_name :].startswith(name))
        struct.pack_into("<I", changed, at + at_size, size)
        if crc is not None:
            struct.pack_into("<I", changed, at + at_crc, crc)
    return bytes(changed)


@pytest.mark.parametrize("honest_sum", [True, False])
def test_a_bomb_that_claims_to_be_small_is_never_unpacked(honest_sum):
    """100 MB of zeros whose header says 1,000 bytes; with or without the checksum of the first 1,000."""
    bomb = zipped(numbered(40, "p{}.png") | {"x.png": bytes(100_000_000)}, zipfile.ZIP_DEFLATED)
    bomb = lying(bomb, b"x.png", 1_000, zlib.crc32(bytes(1_000)) if honest_sum else None)
    tracemalloc.start()
    try:
        if honest_sum:  # then it is a file of 1,000 bytes
            assert read_folder(bomb).notes == ("1 file is not a picture and was left out.",)
        else:
            assert read_folder(bomb).notes == ("1 file is damaged or cut off and was left out: x.png.",)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30e6


def test_no_member_unpacks_to_more_than_its_entry_says(monkeypatch):
    """So the sum of what the entries say bounds what is unpacked, and a limit on it is checked before."""
    given = []
    unpacked = read_zip.zip_table.unpacked

    def watched(content: bytes, member) -> bytes:
        given.append((member.size, len(unpacked(content, member))))
        return unpacked(content, member)

    monkeypatch.setattr(read_zip.zip_table, "unpacked", watched)
    bomb = zipped(numbered(40) | {"x.png": bytes(30_000_000)}, zipfile.ZIP_DEFLATED)
    read_folder(lying(bomb, b"x.png", 999_999, zlib.crc32(bytes(999_999))))
    assert (999_999, 999_999) in given and all(said == came for said, came in given)
    monkeypatch.setattr(read_zip, "MOST_UNPACKED", sum(map(len, PNGS[:40])))
    given.clear()
    read_folder(GOOD)
    assert sum(came for _, came in given[:40]) == sum(map(len, PNGS[:40]))


def test_members_that_share_their_bytes_are_no_way_around_the_limits():
    """Entries that all point at the same bytes, as in the densest known bombs."""
    honest = zipped({"a.png": PNGS[0]})
    start = honest.find(b"PK\x01\x02")
    entry = honest[start : honest.find(b"PK\x05\x06")]
    table = entry * 50
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 50, 50, len(table), start, 0)
    assert re.search(r"damaged|1 different", refused(honest[:start] + table + end))


def test_a_table_of_contents_that_is_enormous_is_counted_before_it_is_read(monkeypatch):
    def fail(*args):
        raise AssertionError("read")

    monkeypatch.setattr(read_zip.zip_table, "members", fail)
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", *[0] * 18)
    assert len(entry) == 46
    table = entry * 400_000
    content = b"PK\x03\x04" + table + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(table), 4, 0)
    assert "more than 5,000 files" in refused(content)


def test_a_zip_cut_or_altered_anywhere_is_pictures_or_one_sentence():
    for content in (GOOD, DEFLATED):
        for at in range(0, len(content), len(content) // 20):
            for altered in (content[:at], content[:at] + b"\xff" + content[at + 1 :], content[:at] + content[at + 1 :]):
                try:
                    assert len(read_folder(altered).raw.train_x) >= 32
                except Unreadable as why:
                    assert str(why).endswith(".")
        for at in range(1, 140, 2):  # the table's last entry and the end, byte by byte
            altered = content[:-at] + bytes([content[-at] ^ 0x55]) + content[len(content) - at + 1 :]
            try:
                assert len(read_folder(altered).raw.train_x) >= 32
            except Unreadable as why:
                assert str(why).endswith(".")


@settings(max_examples=60, deadline=None, database=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", GOOD]))
def test_any_bytes_are_pictures_or_one_sentence(content, before):
    try:
        assert len(read_folder(before + content).raw.train_x) >= 32
    except Unreadable as why:
        assert str(why).endswith(".") and "\n" not in str(why)


@settings(max_examples=40, deadline=None, database=None)
@given(st.lists(st.text(min_size=1, max_size=20).filter(lambda t: t[0] != "\0"), min_size=3, max_size=3))
def test_any_names_are_names(names):
    """A name may make a picture hidden, never wrong, and never a path. (One that is cut to nothing, zipfile cannot write.)"""
    files = numbered(40) | {f"{name.encode('utf-8', 'replace').decode()}": PNGS[40 + i] for i, name in enumerate(names)}
    folder = read_folder(zipped(files))
    assert 40 <= len(folder.raw.train_x) + len(folder.raw.test_x) <= 43
    assert all(0 < len(name) <= 24 for name in folder.raw.classes)
