"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui import pictures
from core.ui.links import table

TABLE = table("masked_images")
PREFIX = TABLE.prefix

PICTURE = pictures.declare(TABLE)
AGE = TABLE.choice("age", "Age of the network, in training steps")
MASK = TABLE.free("mask", "The mask", "the patches a side, x, and one bit a patch in hexadecimal")
PIN = TABLE.free("pin", "The patch whose attention is kept on show", "the number of a hidden patch")
