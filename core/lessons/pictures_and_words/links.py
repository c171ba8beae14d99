"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui import drawn, pictures
from core.ui.links import table

LABELS = {"openmoji": "Emoji and their names", "shapes": "Shapes and captions"}
OPENS_ON = {
    "openmoji": "a camera, a phone, a book, a car, a cat",
    "shapes": "a violet disc, a red disc, a violet square, a blue square, a green star",
}
FIRST = {"openmoji": 240, "shapes": 2}  # the held-out picture that the lesson opens on: of the emoji a camera
ASKED = {"openmoji": "a face with smiling eyes", "shapes": "a small green star left of a large blue disc"}
CLOUD, NO_BICYCLES = 76, 298  # held-out emoji
SUMS = {"openmoji": (226, "blue", "red"), "shapes": (0, "green", "red")}  # a held-out picture, minus, plus

TABLE = table("pictures_and_words")
PREFIX = TABLE.prefix
PAD = f"{PREFIX}_pad"  # session key of the sketch pad

# The stage
WORDS = {
    "openmoji": TABLE.text("words", "Words", OPENS_ON["openmoji"], 2_000),
    "shapes": TABLE.text("captions", "Words", OPENS_ON["shapes"], 2_000),
}
SHOW = TABLE.choice("show", "Picture", ("held-out", "blank", "other"), "held-out")
NUMBER = {
    "openmoji": TABLE.whole("picture", "Number", default=FIRST["openmoji"]),
    "shapes": TABLE.whole("scene", "Number", default=FIRST["shapes"]),
}
OTHER = pictures.declare(TABLE, "other")
DRAWN = drawn.declare(TABLE)
SAY = TABLE.choice("say", "Each word as", ("name", "template", "ensemble"), "name")

# The acts
PAIRS = TABLE.choice("pairs", "Pairs", ("trained", "held_out"), "trained")
STEP = TABLE.choice("step", "After step")
ASK = {
    "openmoji": TABLE.text("ask", "Search for", ASKED["openmoji"], 1_000),
    "shapes": TABLE.text("asks", "Search for", ASKED["shapes"], 1_000),
}
PICK = TABLE.whole("pick", "Held-out picture", default=CLOUD)
OF = {
    "openmoji": TABLE.whole("of", "Held-out picture", default=SUMS["openmoji"][0]),
    "shapes": TABLE.whole("ofscene", "Held-out picture", default=SUMS["shapes"][0]),
}
MINUS = {
    "openmoji": TABLE.text("minus", "Take away", SUMS["openmoji"][1], 200),
    "shapes": TABLE.text("less", "Take away", SUMS["shapes"][1], 200),
}
PLUS = {
    "openmoji": TABLE.text("plus", "Add", SUMS["openmoji"][2], 200),
    "shapes": TABLE.text("more", "Add", SUMS["shapes"][2], 200),
}
AGE = TABLE.choice("age", "The encoders are", ("trained", "untrained"), "trained")
