"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui.links import table
from core.ui.own import text as own_text

SOURCES = {"kjv": "King James Bible", "wordnet": "WordNet", "own": "Your text"}
SENTENCE = "He went into the city with his servants"
HIDDEN = (6,)  # places that are hidden where the link says nothing
MOST = 2_000  # characters of a sentence; the network reads far fewer words

TABLE = table("fill_in_the_blank")
PREFIX = TABLE.prefix
TILES = f"{PREFIX}_box_words"  # session key of the tiles

# The model and the sentence
FROM = TABLE.choice("from", "Model trained on", tuple(SOURCES))
TEXT = own_text.declare(TABLE)
SAID = TABLE.text("t", "Your sentence", SENTENCE, MOST)
HIDE = TABLE.free("hide", "Hidden words", "their places from 1, joined by -, or none")

# Two sentences
CHANGE = TABLE.choice("change", "Change the word", default=0)
INTO = TABLE.text("into", "into", "she", 60)
