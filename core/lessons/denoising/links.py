"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.nn.corruption import KINDS
from core.ui import drawn, pictures
from core.ui.links import table

TABLE = table("denoising")
PREFIX = TABLE.prefix

FEED = TABLE.choice("feed", "Show the networks", ("picture", "noise"), "picture")
KIND = TABLE.choice("kind", "Noise", KINDS)
PERCENT = TABLE.choice("percent", "How much", tuple(range(0, 101, 5)), 50)
PICTURE = pictures.declare(TABLE)
DRAWN = drawn.declare(TABLE)
