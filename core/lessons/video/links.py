"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.data import films
from core.nn.cubes import KINDS
from core.ui.links import table

TABLE = table("video")
PREFIX = TABLE.prefix
PLAYER = f"{PREFIX}_painter"  # the session key of the component

CLIPS = 100  # held-out clips to choose from
SHARES = (50, 75, 90, 95, 98)  # per cent
OWN, FILM = "own", "film"

HIDE = TABLE.choice("hide", "Kind of mask", KINDS, "agnostic")
SHARE = TABLE.choice("share", "Hidden", SHARES, 75)
CLIP = TABLE.whole("clip", "Clip", 0, CLIPS - 1)
SHOW = TABLE.choice("show", "Clips", (OWN, FILM), OWN, said="The clips that are shown")
SHOT = TABLE.whole("shot", "Clip of a film", 0, films.COUNT - 1)
DRAW = TABLE.whole("draw", "Draw", 0, 9999)
EXHIBIT = TABLE.whole("exhibit", "Clip of the exhibit", 0, CLIPS - 1)
MASK = TABLE.free(
    "mask", "Your own mask", "the clip and the mask it was painted on, and four cubes a hexadecimal digit"
)
