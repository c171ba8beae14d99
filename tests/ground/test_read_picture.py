"""A person's own picture: whatever the file is, a small upright square comes out, or one sentence."""

from __future__ import annotations

import base64
import contextlib
import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from core.data import read_picture as reader
from core.data.read_picture import Unreadable, pack, read_picture, to_square, unpack

RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def halves(left=RED, right=BLUE, size=(40, 20)) -> Image.Image:
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(side: int) -> bytes:
    """A PNG of a few kB that claims side x side pixels; its data end after a few rows."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 + 3 * side) * 4, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# What cannot be read ---------------------------------------------------------------------------------------------

PNG = encoded(halves(), "PNG")
UNREADABLE = {
    "empty": b"",
    "one byte": b"\x89",
    "truncated PNG": PNG[: len(PNG) // 2],
    "header of a PNG alone": PNG[:40],
    "truncated JPEG without any row": encoded(halves(), "JPEG")[:60],
    "text": b"Dear lab, this is no picture.",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "HTML": b"<script>alert(1)</script>",
    "TIFF": encoded(halves(), "TIFF"),
    "PDF": encoded(halves(), "PDF"),
    "EPS": encoded(halves(), "EPS"),
    "ICO": encoded(halves(size=(32, 32)), "ICO"),
    "noise": np.random.default_rng(0).bytes(5000),
    "signature of a PNG before noise": PNG[:8] + np.random.default_rng(1).bytes(5000),
    "more than 10 MB": PNG + bytes(reader.MOST_BYTES),
    "bomb of 900 million pixels": bomb(30_000),
    "bomb of 49 million pixels": bomb(7_000),
    "GIF that claims 65,535 pixels a side": b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b";",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_one_sentence_that_says_what_to_do(name):
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as raised:
            read_picture(UNREADABLE[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    sentence = str(raised.value)
    assert "choose" in sentence and sentence.endswith(".") and "\n" not in sentence
    assert sentence.count(". ") == 0, "one sentence"
    assert len(sentence) < 150
    assert peak < 50e6


def test_a_picture_cut_off_anywhere_is_a_picture_or_one_sentence():
    for kind in reader.FORMATS:
        whole = encoded(halves(), kind)
        for end in range(0, len(whole), max(1, len(whole) // 60)):
            with contextlib.suppress(Unreadable):
                assert read_picture(whole[:end]).mode == "RGB"


# Files that end too early ----------------------------------------------------------------------------------------


def landscape() -> Image.Image:
    """No row is of one colour, and each looks as it does in no other place."""
    down, across = np.mgrid[0:300, 0:200]
    return Image.fromarray(np.stack([across * 255 // 200, down * 255 // 300, across * down % 256], 2).astype(np.uint8))


SAVED = {
    "JPEG": encoded(landscape(), "JPEG"), "progressive JPEG": encoded(landscape(), "JPEG", progressive=True),
    "gray JPEG": encoded(landscape().convert("L"), "JPEG"), "CMYK JPEG": encoded(landscape().convert("CMYK"), "JPEG"),
    "PNG": encoded(landscape(), "PNG"), "gray PNG": encoded(landscape().convert("L"), "PNG"),
    "palette PNG": encoded(landscape().convert("P"), "PNG"), "GIF": encoded(landscape(), "GIF"),
    "BMP": encoded(landscape(), "BMP"), "DIB": encoded(landscape(), "DIB"),
}  # fmt: skip


def rows_there(kind: str, content: bytes) -> np.ndarray:
    """Which rows look as in the whole file, bool (300,)."""
    whole, found = (np.asarray(read_picture(c)).astype(int) for c in (SAVED[kind], content))
    return np.abs(whole - found).max((1, 2)) < 40


@pytest.mark.parametrize("kind", ["JPEG", "progressive JPEG", "gray JPEG", "CMYK JPEG"])
@pytest.mark.parametrize("lost", [1, 2, 5])
def test_a_jpeg_without_its_last_bytes_is_read(kind, lost):
    content = SAVED[kind][:-lost]
    assert rows_there(kind, content).mean() > 0.95
    assert read_picture(content).info["cut"] or rows_there(kind, content).all(), "what has all its rows is not cut"


@pytest.mark.parametrize("kind", SAVED)
def test_a_file_that_lacks_its_last_tenth_is_read_with_what_is_there(kind):
    content = SAVED[kind][: len(SAVED[kind]) * 9 // 10]
    assert read_picture(content).info["cut"] and read_picture(content).size == (200, 300)
    there = rows_there(kind, content)
    assert there.mean() > 0.65 and (there[-80:].any() if kind in ("BMP", "DIB") else there[:190].all())


@pytest.mark.parametrize("kind", SAVED)
def test_of_a_file_with_fewer_than_half_of_its_rows_one_sentence_is_left(kind):
    with pytest.raises(Unreadable):
        read_picture(SAVED[kind][: len(SAVED[kind]) // (12 if "progressive" in kind else 4)])


@pytest.mark.parametrize("kind", SAVED)
def test_a_whole_file_is_not_said_to_be_cut(kind):
    assert not read_picture(SAVED[kind]).info["cut"] and not read_picture(SAVED[kind] + b"\0more").info["cut"]


def test_a_photograph_that_was_cut_is_still_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_picture(encoded(landscape(), "JPEG", exif=exif)[:-2])
    assert picture.info["cut"] and picture.size == (300, 200)


# What can be read ------------------------------------------------------------------------------------------------


def animated() -> bytes:
    return encoded(halves(), "GIF", save_all=True, append_images=[halves(BLUE, RED)] * 3, duration=100)


def rotated() -> bytes:
    """Stored lying on its side, with the note that says so: upright it is red on the left."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    return encoded(halves().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95, subsampling=0)


def palette_with_alpha() -> bytes:
    """Colour 0 is fully transparent, colour 1 is blue."""
    picture = Image.new("P", (40, 20), 0)
    picture.putpalette([*RED, *BLUE])
    picture.paste(1, (20, 0, 40, 20))
    return encoded(picture, "PNG", transparency=0)


def deep_gray() -> bytes:
    """16 bits a pixel; the left half is at a quarter of white, the right half white."""
    pixels = np.full((20, 40), 65535, np.uint16)
    pixels[:, :20] = 16384
    return encoded(Image.fromarray(pixels), "PNG")


def deep_colour() -> bytes:
    """A PNG with 16 bits a channel, written by hand: red on the left, blue on the right."""
    row = b"\0" + (b"\xff\xff" + bytes(4)) * 20 + (bytes(4) + b"\xff\xff") * 20
    header = struct.pack(">IIBBBBB", 40, 20, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * 20)) + chunk(b"IEND", b"")


def cmyk() -> bytes:
    return encoded(halves().convert("CMYK"), "JPEG", quality=95, subsampling=0)


def same_as_rgb(content: bytes) -> None:
    left, right = sides(content)
    assert np.abs(left - RED).max() < 12 and np.abs(right - BLUE).max() < 12


def sides(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Mean colours of the left and the right half, away from the seam."""
    picture = read_picture(content)
    assert picture.mode == "RGB"
    assert picture.size == (40, 20)
    pixels = np.asarray(picture).astype(float)
    return pixels[:, :14].mean((0, 1)), pixels[:, 26:].mean((0, 1))


@pytest.mark.parametrize("kind", reader.FORMATS)
def test_every_format_that_is_offered_can_be_read(kind):
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    same_as_rgb(encoded(halves(), kind, **options))


def test_the_endings_offered_are_those_of_the_formats():
    assert {Image.registered_extensions()[f".{ending}"] for ending in reader.ENDINGS} == set(reader.FORMATS)


def test_of_an_animation_the_first_picture_counts():
    same_as_rgb(animated())


def test_a_photograph_is_turned_upright():
    same_as_rgb(rotated())


def test_cmyk_is_read_in_its_colours():
    same_as_rgb(cmyk())


def test_sixteen_bits_a_channel():
    same_as_rgb(deep_colour())


def test_sixteen_bits_of_gray_keep_their_brightness():
    left, right = sides(deep_gray())
    assert np.allclose(left, 64, atol=2), left
    assert np.allclose(right, 255, atol=2), right


def test_what_is_transparent_lies_on_white_paper():
    left, right = sides(palette_with_alpha())
    assert (left == 255).all() and (right == BLUE).all()
    clear = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    left, right = sides(encoded(clear, "PNG"))
    assert (left == 255).all() and (right == 255).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (2, 3)])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_any_size_and_mode_become_squares(size, mode):
    picture = read_picture(encoded(Image.new(mode, size), "PNG"))
    for side, channels in ((28, 1), (32, 3), (1, 1)):
        square = to_square(picture, side, channels)
        assert square.shape == (side, side, channels)
        assert square.dtype == np.uint8


def test_a_large_photograph_is_read_small_enough_for_memory():
    content = encoded(Image.new("RGB", (6000, 4000), RED), "JPEG")
    assert max(read_picture(content).size) <= 1600


# To the network's own square -------------------------------------------------------------------------------------


def test_the_middle_square_is_what_counts():
    picture = Image.new("RGB", (300, 100), RED)
    picture.paste(BLUE, (100, 0, 200, 100))
    assert (to_square(picture, 20, 3)[3:-3, 3:-3] == BLUE).all()


def test_dark_on_bright_is_inverted_for_the_gray_sets_alone():
    paper = Image.new("RGB", (60, 60), "white")
    paper.paste((0, 0, 0), (20, 20, 40, 40))
    gray = to_square(paper, 30, 1)
    assert gray[0, 0, 0] == 0 and gray[15, 15, 0] == 255
    night = to_square(Image.fromarray(255 - np.asarray(paper)), 30, 1)
    assert (night == gray).all(), "bright on black stays as it is"
    assert to_square(paper, 30, 3)[0, 0].tolist() == [255, 255, 255]


# In the link -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "channels"), [(32, 3), (28, 1), (2, 3)])
def test_what_is_packed_comes_back_exactly(side, channels):
    pixels = np.random.default_rng(2).integers(0, 256, (side, side, channels), np.uint8)
    text = pack(pixels)
    assert text.isascii() and all(c.isalnum() or c in "-_" for c in text), "fit for a link as it is"
    assert (unpack(text, side, channels) == pixels).all()


def test_even_noise_fits_into_a_link():
    from core.ui.link_kinds import LONGEST
    from core.ui.pictures import KEPT

    noise = np.random.default_rng(3).integers(0, 256, (KEPT, KEPT, 3), np.uint8)
    assert len(pack(noise)) <= LONGEST


def test_another_size_is_nobodys_picture():
    text = pack(np.zeros((32, 32, 3), np.uint8))
    for side in (31, 33, 1, 0):
        assert unpack(text, side, 3) is None


@pytest.mark.parametrize("text", ["", "=", "A", "AAAA", "é", "💥", "../etc", " ", "\0", "UklGRg", "%00", "a" * 6000])
def test_any_other_text_is_nobodys_picture(text):
    assert unpack(text, 32, 3) is None


def test_a_cut_or_altered_text_never_raises():
    text = pack(np.random.default_rng(4).integers(0, 256, (32, 32, 3), np.uint8))
    for end in range(0, len(text), 97):
        assert unpack(text[:end], 32, 3) is None
        altered = unpack(text[:end] + "A" + text[end + 1 :], 32, 3)
        assert altered is None or altered.shape == (32, 32, 3)


def test_a_link_with_an_enormous_picture_is_refused_before_it_is_decoded(monkeypatch):
    """A few kB hold 40 million white pixels, and a link is read with each run."""
    buffer = io.BytesIO()
    Image.new("L", (6300, 6300)).save(buffer, "PNG")
    text = base64.urlsafe_b64encode(buffer.getvalue()).decode().rstrip("=")
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("it was decoded"))
    assert reader.unpack(text, 32, 1) is None


def test_a_jpeg_of_a_thousand_scans_is_one_sentence():
    """Each scan visits the whole picture: 2 MB of repeated ones take minutes."""
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG", progressive=True)
    content = buffer.getvalue()
    assert reader.read_picture(content).size == (64, 64)
    last = content.rindex(b"\xff\xda")
    with pytest.raises(reader.Unreadable, match="takes too long"):
        reader.read_picture(content[:last] + 1000 * content[last:-2] + content[-2:])


@pytest.mark.parametrize("kind", ["zTXt", "tEXt", "iTXt", "iCCP"])
def test_a_png_with_long_words_in_it_is_a_picture(kind):
    """Editing programs write megabytes of them."""
    buffer = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(buffer, "PNG")
    content, words = buffer.getvalue(), zlib.compress(bytes(2_000_000))
    body = {
        "zTXt": b"a\0\0" + words,
        "tEXt": b"a\0" + b"x" * 1_500_000,
        "iTXt": b"a\0\1\0\0\0" + words,
        "iCCP": b"a\0\0" + words,
    }[kind]
    name = kind.encode()
    chunk = len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
    picture = reader.read_picture(content[:33] + chunk + content[33:])
    assert picture.size == (30, 20) and picture.getpixel((3, 3)) == (255, 0, 0)
