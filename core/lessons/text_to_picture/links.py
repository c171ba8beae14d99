"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.experiments.text_to_image import KEPT_DIRECTIONS, STEPS, WEIGHTS
from core.ui.links import table

LABELS = {"shapes": "Shapes and captions", "openmoji": "Emoji and their names"}
OPENS_ON = {"shapes": "a large blue ring in the middle", "openmoji": "a red heart"}
PRIORS = {"diffusion": "Diffusion", "linear": "Least squares"}

TABLE = table("text_to_picture")
PREFIX = TABLE.prefix

# The stage
CAPTION = {
    "shapes": TABLE.text("caption", "Caption", OPENS_ON["shapes"], 2_000),
    "openmoji": TABLE.text("name", "Caption", OPENS_ON["openmoji"], 2_000),
}
NOISE = TABLE.whole("noise", "Noise", 0, 9_999)
GUIDANCE = TABLE.choice("guidance", "Guidance", WEIGHTS, 2.0)
PRIOR = TABLE.choice("prior", "Prior", tuple(PRIORS), "diffusion")
MOMENT = TABLE.choice("moment", "Denoising step", tuple(range(STEPS + 1)), STEPS)

# The acts
OF = {
    "shapes": TABLE.whole("of", "Held-out picture", default=1),
    "openmoji": TABLE.whole("emoji", "Held-out picture", default=3),
}
TO = {
    "shapes": TABLE.whole("to", "To held-out picture", default=9),
    "openmoji": TABLE.whole("toemoji", "To held-out picture", default=40),
}
KEEP = TABLE.choice("keep", "Directions kept", KEPT_DIRECTIONS, KEPT_DIRECTIONS[-1])
