"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui import pictures
from core.ui.links import table
from core.ui.own import pictures as own_pictures

STRENGTHS = (0, 25, 50, 75, 100)
CHANGES = ("crop", "flip", "colour", "gray", "blur", "cutout", "rotation", "noise")

TABLE = table("contrastive")
PREFIX = TABLE.prefix

FOLDER = own_pictures.declare(TABLE)

# The stage: one picture and its views. The strengths begin where the model's own training stood.
PICTURE = pictures.declare(TABLE)
DRAW = TABLE.whole("draw", "Draw", 0, 9999)
CHANGE = {
    "crop": TABLE.choice("v_crop", "Crop", STRENGTHS),
    "flip": TABLE.choice("v_flip", "Flip", STRENGTHS),
    "colour": TABLE.choice("v_colour", "Colour jitter", STRENGTHS),
    "gray": TABLE.choice("v_gray", "Gray", STRENGTHS),
    "blur": TABLE.choice("v_blur", "Blur", STRENGTHS),
    "cutout": TABLE.choice("v_cutout", "Cutout", STRENGTHS),
    "rotation": TABLE.choice("v_rotation", "Rotation", STRENGTHS),
    "noise": TABLE.choice("v_noise", "Noise", STRENGTHS),
}

# One batch
BATCH_AGE = TABLE.choice("b_age", "Age of the network", default="trained")
BATCH_TEMPERATURE = TABLE.choice("b_t", "Temperature", (0.05, 0.1, 0.2, 0.5, 1.0))
BATCH_FIRST = TABLE.whole("b_first", "First picture")

# The map
SPACE = TABLE.choice("space", "Space", default="h")
METHOD = TABLE.choice("method", "Map", ("umap", "pca", "tsne"), "umap")
POINT = TABLE.free("point", "The chosen point", "the number of a held-out picture")
PLACED = TABLE.choice("placed", "The stage's picture", ("off", "on"), "off")

# Three maps
PERPLEXITY = TABLE.choice("perplexity", "Perplexity", (5, 30, 100), 30)
NEIGHBORS = TABLE.choice("neighbors", "n_neighbors", (5, 15, 50, 150), 15)
MIN_DIST = TABLE.choice("min_dist", "min_dist", (0.0, 0.1, 0.5, 0.9), 0.1)

# Crop against colour
READING = TABLE.choice(
    "m_read", "What the matrix shows", ("probe_h", "probe_h_10", "colour_rank", "shape_rank"), "probe_h"
)
MATRIX_SEED = TABLE.whole("m_seed", "Seed of the matrix", 0, 99)
