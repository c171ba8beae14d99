"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui import pictures
from core.ui.links import table
from core.ui.pictures import PictureLinks

TABLE = table("colour")
PREFIX = TABLE.prefix
BOX = f"{PREFIX}_box"  # the session key of the component

FIRST = 88  # the held-out picture that the lesson opens on: of the emoji a balloon, which could have any colour
PICTURE = PictureLinks(
    TABLE.choice("from", "Picture", ("same", *pictures.LABELS, pictures.OWN), "same"),
    TABLE.whole("picture", "Number", default=FIRST),
    TABLE.free("own", "Your own picture", f"{pictures.KEPT} × {pictures.KEPT} pixels, packed"),
)
HINTS = TABLE.free("hints", "Hints", "the picture they lie on, and three letters a hint")
TEMPERATURE = TABLE.free("t", "From the mode to the mean", "0 to 100")
PIXEL = TABLE.free("pixel", "The pixel", "0 to 1023")
MISS = TABLE.free("error", "The error is shown", "on")
DRAW = TABLE.whole("draw", "Which eight", 0, 9999)
SEEN = TABLE.choice("seen", "The network sees", ("first", "second"), "first")
