"""A person's own picture, read on the server with every care: size, type, pixels."""

from __future__ import annotations

import base64
import binascii
import io
import math
import warnings

import numpy as np
from PIL import Image, ImageOps

MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000
MOST_SCANS, MOST_WORK = (
    100,
    600_000_000,
)  # of a progressive JPEG: scans, and pixels times scans; each scan visits all of it
ENOUGH_PIXELS = 2_000_000  # a picture with more is reduced before it is worked on
_PNG = b"\x89PNG\r\n\x1a\n"
_END_OF_JPEG = b"\xff\xd9"
_SCAN = b"\xff\xda"  # begins a scan; inside of one a byte 255 has another one behind it
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB")
ENDINGS = ("png", "jpg", "jpeg", "jfif", "jpe", "webp", "gif", "bmp", "dib")


class Unreadable(Exception):
    """The file cannot be used; the message is one sentence that says what to do."""


def megabytes(size: int) -> str:
    """ "20.1 MB" for a size in bytes, rounded up: what is above a limit must not be said to be the limit."""
    return f"{math.ceil(size / 1e5) / 10:,} MB"


def read_picture(content: bytes, size: tuple[int, int] | None = None) -> Image.Image:
    """The picture in `content`, upright, as RGB on white. Raises Unreadable.

    The type is decided by the content, never by the file's name; pixels and scans are counted before anything is decoded.
    Of a file that ends too early at least half of the rows must be there; then `info["cut"]` of the picture is true.
    size: (width, height) that it must have.
    """
    if not content:
        raise Unreadable("The file is empty: choose another picture.")
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The file has {megabytes(len(content))}: choose one under {MOST_BYTES / 1e6:.0f} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(_without_words(content)), formats=FORMATS)
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise Unreadable(
                    f"The picture has {width:,} × {height:,} pixels: choose one under {MOST_PIXELS // 10**6} million."
                )
            if size not in (None, picture.size):
                raise Unreadable(f"The picture has {width:,} × {height:,} pixels, not {size[0]} × {size[1]}.")
            scans = content.count(_SCAN) if picture.format == "JPEG" else 1
            if scans > MOST_SCANS or scans * width * height > MOST_WORK:
                raise Unreadable("The picture takes too long to read: save it as a PNG or as a plain JPEG.")
            picture, cut = _loaded(picture, content)
            picture = ImageOps.exif_transpose(picture)
            if picture.mode.startswith("I"):  # 16 bits of gray: convert() would clip all above 255 to white
                picture = Image.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8))
            factor = int((width * height / ENOUGH_PIXELS) ** 0.5)
            if factor > 1:  # what follows makes several copies
                picture = (picture if picture.mode in ("L", "RGB") else picture.convert("RGBA")).reduce(factor)
            picture = picture.convert("RGBA")
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable(f"The picture is enormous: choose one under {MOST_PIXELS // 10**6} million pixels.") from None
    except Exception:  # a broken file can fail anywhere inside a decoder, and each failure means the same
        raise Unreadable("This is not a picture that can be read: choose a PNG, JPEG, WebP, GIF or BMP file.") from None
    paper = Image.new("RGBA", picture.size, "white")
    seen = Image.alpha_composite(paper, picture).convert("RGB")
    seen.info["cut"] = cut
    return seen


def _loaded(picture: Image.Image, content: bytes) -> tuple[Image.Image, bool]:
    """The picture decoded, and whether its file ends too early. Raises OSError where less than half of the rows are there."""
    picture.draft("RGB", (512, 512))  # a JPEG need not be decoded at full size
    try:
        picture.load()
        return picture, False
    except OSError as error:
        if "truncated" not in str(error):
            raise
    if picture.format == "JPEG":  # with an end behind it the decoder gives all that it has, of each scan
        picture = Image.open(io.BytesIO(content + _END_OF_JPEG), formats=("JPEG",))
        picture.draft("RGB", (512, 512))
        picture.load()
    else:
        picture.tile = []  # what was decoded is in its place; without this each look would try to decode it again
    rows = np.asarray(picture.convert("RGB"))
    if picture.format in ("BMP", "DIB"):  # stored from the bottom upwards
        rows = rows[::-1]
    filled = np.flatnonzero(
        (rows != rows[-1, -1]).any((1, 2))
    )  # the last row is missing, and all that are missing look alike
    there = (
        len(filled) if picture.format == "GIF" else filled.max(initial=-1) + 1
    )  # a GIF may have its rows in another order
    if there < len(rows) / 2:
        raise OSError("less than half of the picture is there")
    return picture, True


def _without_words(content: bytes) -> bytes:
    """A PNG without its texts and colour profile: a decoder refuses the file where they are long. Any other content as it is."""
    if not content.startswith(_PNG):
        return content
    kept, at = [_PNG], len(_PNG)
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] not in (b"tEXt", b"zTXt", b"iTXt", b"iCCP"):
            kept.append(content[at:end])
        at = end
    return b"".join([*kept, content[at:]])


def to_square(picture: Image.Image, side: int, channels: int) -> np.ndarray:
    """The picture's middle square at side x side: uint8 (side, side, channels).

    In gray (channels = 1) a picture on a bright ground is inverted, because the gray data sets are bright on black.
    """
    small = ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
    if channels == 3:
        return np.asarray(small.convert("RGB"))
    gray = np.asarray(small.convert("L"))
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    return (255 - gray if border.mean() > 127 else gray)[:, :, None].copy()


def pack(pixels: np.ndarray) -> str:
    """A small square as text for a URL; lossless, so that a link shows exactly this picture."""
    buffer = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(buffer, "WEBP", lossless=True, quality=100, method=6)
    return base64.urlsafe_b64encode(buffer.getvalue()).decode().rstrip("=")


def unpack(text: str, side: int, channels: int) -> np.ndarray | None:
    """The square that `pack` wrote, or None where the text is anything else; its size is looked at before it is decoded."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return to_square_as_is(read_picture(content, (side, side)), side, channels)
    except (binascii.Error, ValueError, Unreadable):
        return None


def to_square_as_is(picture: Image.Image, side: int, channels: int) -> np.ndarray | None:
    """Pixels of a picture that already has the right size; None where it has not."""
    if picture.size != (side, side):
        return None
    pixels = np.asarray(picture.convert("RGB" if channels == 3 else "L"))
    return pixels.reshape(side, side, channels)
