"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.experiments.features import NETWORKS
from core.nn.efficientnet import LAYERS as PRETRAINED
from core.nn.seeing import LAYERS
from core.ui import pictures
from core.ui.links import table

TABLE = table("features")
PREFIX = TABLE.prefix
UNITS = 12  # of a layer of the pretrained network that are looked at
GRID = f"{PREFIX}_box_units"  # session key of the grid of units

NETWORK = TABLE.choice("network", "Network", NETWORKS, "plain")
LAYER = TABLE.choice("layer", "Layer", LAYERS, "conv4")
UNIT = TABLE.whole("unit", "Unit", 0, 47, by="gesture")

WAY = TABLE.choice("way", "Written as", ("waves", "pixels"), "waves")
MOVES = TABLE.choice("moves", "Before each look", ("moved", "still"), "moved")
GOAL = TABLE.choice("goal", "Excite it", ("everywhere", "middle"), "everywhere")
COUNT = TABLE.choice("count", "Pictures", (1, 4), 1)

PICTURE = pictures.declare(TABLE)
DREAM = pictures.declare(TABLE, "dream")
DEPTH = TABLE.choice("depth", "How far", (16, 64, 256), 64)

DEEP = TABLE.choice("deep", "Layer", tuple(PRETRAINED), "stage 5")
DEEP_UNIT = TABLE.whole("deepunit", "Unit", 0, UNITS - 1)
