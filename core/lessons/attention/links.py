"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.lessons.attention.next_tokens import MOST_WRITTEN
from core.ui.links import table
from core.ui.own import text as own_text

MINILM = "minilm"
SOURCES = {"kjv": "King James Bible", "wordnet": "WordNet", "own": "Your text", MINILM: "MiniLM"}
TOKENS = {"bpe-512": "512 subwords", "bpe-2048": "2,048 subwords", "characters": "Characters"}
SENTENCE = "A robot must obey the orders given it by human beings"  # what links without one mean
OPENS = "And God said, Let there be light: and there was light"  # in 2,048 subwords no word of it is cut
WHOLE, PIECES = "bpe-2048", "bpe-512"  # the tokens of a fresh lesson, and those that links without any mean
MOST = 4_000  # characters of a sentence; the models read far fewer tokens

TABLE = table("attention")
PREFIX = TABLE.prefix

# The model and the sentences
FROM = TABLE.choice("from", "Model trained on", tuple(SOURCES))
TOKEN = TABLE.choice("tokens", "Tokens", tuple(TOKENS), PIECES)
TEXT = own_text.declare(TABLE)
FIRST = TABLE.text("t", "Your sentence", SENTENCE, MOST)
SECOND = TABLE.text("t2", "Compare with another sentence", "", MOST)

# The stage: what is large, and as what. Numbers count from 1.
LAYER = TABLE.free("layer", "Layer", "a layer of the model")
HEAD = TABLE.free("head", "Head", "a head of the layer, or mean, max, rollout")
PIN = TABLE.free("pin", "Token", "the token whose attention is shown step by step")
LOOK_AT = TABLE.free("look_at", "View", "both, heat, lines")

# What does a head do?
OFF = TABLE.free("off", "Heads that are off", "layer.head, joined by -", by="widget")

# What comes next?
TEMPERATURE = TABLE.choice("temp", "Temperature", tuple(i / 10 for i in range(21)), 0.8)
TOP_K = TABLE.choice("topk", "Top-k", (1, 2, 3, 5, 10, 20, 50, 100, 0), 0)  # 0: all of them
TOP_P = TABLE.choice("topp", "Top-p", (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0), 1.0)
DRAW = TABLE.whole("drawseed", "Seed of the draws", 0, 9999)
WRITTEN = TABLE.whole("written", "Tokens written", 0, MOST_WRITTEN, by="gesture")
AFTER = TABLE.choice(
    "after", "Guess after token", default=0
)  # 0: the end, so that it stays the end of a longer sentence

# What would it say after each layer?
LENS = TABLE.choice("lens", "Colour by the probability of", ("top", "label"), "top")
LENS_FROM = TABLE.choice("lensfrom", "Positions", default=0)

# Heads form while the loss falls
AGE = TABLE.choice("age", "Age of the model")
KIND = TABLE.choice("kind", "Score of every head", ("previous", "first", "same", "induction"), "previous")

# Look at the weights
SEE = TABLE.choice("see", "Look at", ("matrices", "circuits", "positions", "tokens"), "matrices")
WEIGHTS_LAYER = TABLE.choice("wl", "Layer", said="Layer of the weights")
WEIGHTS_HEAD = TABLE.choice("wh", "Head", said="Head of the weights")
CIRCUIT = TABLE.choice("wc", "Circuit", ("qk", "ov"), "qk")
CIRCUIT_OF = TABLE.choice("wt", "Tokens", ("sentence", "frequent"))
MAP = TABLE.choice("wm", "Map by", ("pca", "umap"), "pca")
NEAR = TABLE.choice("wn", "Nearest tokens of")
NEAR_WORD = TABLE.text("ww", "Nearest tokens of")  # of MiniLM, which has 30,522 of them
NEAR_PIECE = TABLE.choice("wp", "Piece")
