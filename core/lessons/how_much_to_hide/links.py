"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui.links import table

TABLE = table("how_much_to_hide")
PREFIX = TABLE.prefix
PAINTER = f"{PREFIX}_painter"  # the session key of the spectrogram's painter

KINDS = ("images", "text", "video")
NAMES = {"images": "pictures", "text": "sentences", "video": "clips"}
SHARES = (5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 98)  # per cent

SHARE = TABLE.choice("share", "How much to hide", SHARES, 75)
EXAMPLE = TABLE.whole("example", "Example", 0, 11)
GUESSES = {kind: TABLE.free(f"guess_{kind}", f"Your guess for {NAMES[kind]}", "per cent, or -") for kind in KINDS}
MEASURE = TABLE.choice("measure", "Measured by", ("probe", "tuned", "loss"), "probe")
OWN_KIND = TABLE.choice("kind", "Kind of data", KINDS, "images")
OWN_LENGTH = TABLE.choice("length", "Steps of each training", ("tiny", "short", "long"), "tiny")
OWN_SEED = TABLE.whole("own_seed", "Seed of your points", 0, 9999, 7)
WHOSE = TABLE.choice(
    "whose", "Sounds", ("program", "own"), "program"
)  # a link says that it was one's own, and has no sound
SOUND = TABLE.whole("sound", "Sound", 0, 399, 3)
MASK = TABLE.free("mask", "The mask of the spectrogram", "the patches a side, x, and one bit a patch in hexadecimal")
NODES = TABLE.free("nodes", "Hidden members of the club", "their numbers, joined by -")
DRAW = TABLE.whole("draw", "Which members", 0, 9999)
