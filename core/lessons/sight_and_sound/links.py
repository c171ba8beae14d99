"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui.links import table

TABLE = table("sight_and_sound")
PREFIX = TABLE.prefix
BOX = f"{PREFIX}_box_hear"  # the session key of the stage's component
LABELS = {"voices": "Spoken words", "melodies": "Melodies"}
SPACES = ("paired", "shuffled", "untrained")
NAMES = {"paired": "true pairs", "shuffled": "shuffled pairs", "untrained": "nothing"}

VOICE = TABLE.choice("voice", "Voice")
LEARNED = TABLE.choice("learned", "Learned from", SPACES, "paired")
DRAW = TABLE.whole("draw", "Pictures", 0, 9999)
CHOSEN = TABLE.free("chosen", "The chosen sound or picture", "s and a digit, or p and a place from 0 to 99")

FALSE = TABLE.choice("pairs", "Pairs in this batch", (8, 16, 32, 64), 32)
NEGATIVES = TABLE.choice("told", "Negatives", ("all", "other digits"), "all")
FALSE_DRAW = TABLE.whole("batch_draw", "Draw", 0, 9999)

UNIT = TABLE.whole("unit", "Unit", 0, 63)
MAP = TABLE.choice("map", "Map", ("umap", "pca"), "umap")
