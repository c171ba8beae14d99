"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui import drawn
from core.ui.links import table

TABLE = table("memory")
PREFIX = TABLE.prefix
PAD, CHAIN_PAD = f"{PREFIX}_pad", f"{PREFIX}_pad_chain"  # session keys of the drawings

DATA = TABLE.choice("data", "Pictures", ("fashion", "openmoji", "mnist"))
PICTURE = TABLE.whole("picture", "Picture", 0, 483)
DRAWN = drawn.declare(TABLE)
ROOM = TABLE.text("room", "Room", most=12)
