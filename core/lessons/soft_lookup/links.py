"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui.links import table

TABLE = table("soft_lookup")
PREFIX = TABLE.prefix
BOX = f"{PREFIX}_box"  # the session key of the dictionary

SOURCE = TABLE.choice("from", "Vectors", ("glove", "own"))
LENGTHS = TABLE.choice("length", "Lengths", ("raw", "unit"), "raw")
SCALE = TABLE.choice("scale", "Divide by √d", ("on", "off"), "on")
OWN_WORDS = TABLE.choice("own", "Values as nearest words", ("in", "out"), "in")

QUERY = TABLE.free("q", "The query", "a word")
ENTRIES = TABLE.free("e", "The dictionary", "keys and values with ~ between them")
ARROWS = TABLE.free("a", "The arrows", "x and y of each arrow with _ between them")
TEMPERATURE = TABLE.free("t", "The temperature", "hard, average or a number")

SEED = TABLE.whole("seed", "Seed of the random vectors", 0, 9999)
