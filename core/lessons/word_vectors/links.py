"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.data import relations
from core.ui import guess
from core.ui.links import table
from core.ui.own import text as own_text

TABLE = table("word_vectors")
PREFIX = TABLE.prefix
BOX = f"{PREFIX}_box"  # the session key of the expression box

# Which vectors
SOURCE = TABLE.choice("from", "Vectors", ("glove", "kjv", "wordnet", "own"))
VOCABULARY = TABLE.choice("words", "Vocabulary", (10_000, 50_000, 400_000), 50_000)
METHOD = TABLE.choice("method", "Learned by", ("skip-gram", "cbow", "ppmi-svd"), "skip-gram", by="knob")
TEXT = own_text.declare(TABLE)

# The arithmetic box
EXPRESSION = TABLE.free("e", "The expression", "an expression of words")
BY = TABLE.choice("by", "Score", ("add", "mul", "direction"), "add")
OWN_WORDS = TABLE.choice("own", "The query's own words", ("out", "in"), "out")

# Is it true?
TEST = TABLE.choice("test", "Test", ("analogies", "similarity"), "analogies")
SET = TABLE.choice("set", "Questions")
AMONG = TABLE.choice("among", "Among the first")
KEPT = TABLE.choice("kept", "The question's own words", ("out", "in"), "out")
GUESS = guess.declare(TABLE)
CATEGORY = TABLE.choice("category", "Category")
ANSWERS = TABLE.choice("answers", "Answers", ("wrong", "right"), "wrong")
JUDGED = TABLE.choice("judged", "Pairs")

# See it
SEE = TABLE.choice("see", "Look at them", ("map", "axis", "parallel"), "map")
PROJECT = TABLE.choice("project", "Map by", ("pca", "umap", "tsne"), "pca")
GROUPS = TABLE.several("groups", "Groups")
MINE = TABLE.text("mine", "Your own words")
NEAR = TABLE.choice("near", "Nearest words of")
AXIS = TABLE.choice("axis", "Axis", (*(axis.name for axis in relations.AXES), "own"))
LOW = TABLE.text("low", "From", "rural village farm")
HIGH = TABLE.text("high", "To", "urban city street")
PLACED = TABLE.text("placed", "Words to place", "cow tractor bus museum church river tower wheat")
ALSO = {axis.name: TABLE.text(f"also_{axis.name}", "Place more words") for axis in relations.AXES}
RELATION = TABLE.choice("relation", "Its pairs")

# What is a cosine made of?
FIRST = TABLE.text("first", "One word")
SECOND = TABLE.text("second", "Another")
ORDER = TABLE.choice("order", "Coordinates", ("size", "place"), "size")
KIND = TABLE.choice("kind", "Similarity as", ("cosine", "dot"), "cosine")
LISTED = TABLE.text("listed", "Words to compare", "king queen man woman father mother bread wine water fire")
