"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui import drawn, guess, pictures
from core.ui.links import table

TABLE = table("bottleneck")
PREFIX = TABLE.prefix

# The stage
PICTURE = TABLE.whole("picture", "Held-out picture")
SIZE = TABLE.choice("size", "Size of the code, here and below")

# Inside the code
MODE = TABLE.choice("do", "What to do with the code", ("walk", "numbers", "between", "new", "draw"), "walk")
CODE = TABLE.free("z", "The code in hand", "the picture it began at, a colon, and the numbers")
VIEW = TABLE.choice("view", "Map", ("plane", "umap"), "plane")
DIMENSIONS = TABLE.choice("dims", "Dimensions, in order of how much they vary", default=0)
END = TABLE.whole("end", "The other end")
SPREAD = TABLE.choice("spread", "Spread of the samples", (0.25, 0.5, 0.75, 1.0, 1.5, 2.0), 1.0)
DRAW = TABLE.whole("draw", "Draw", 0, 9999)
BEGIN = TABLE.choice("begin", "Begin with", ("blank", "picture"), "blank")
START = pictures.declare(TABLE, "start")
DRAWN = drawn.declare(TABLE)

GUESS = guess.declare(TABLE)
