"""Every parameter of the lesson's address."""

from __future__ import annotations

from core.ui.links import table

TABLE = table("backpropagation")
PREFIX = TABLE.prefix
BOX = f"{PREFIX}_box"  # the session key of the component

START = TABLE.free("start", "First weights", "0 to 7")
ACTIVATION = TABLE.free("f", "Activation", "tanh, sigmoid or relu")
RATE = TABLE.free("rate", "Learning rate", "0.01, 0.03, 0.1, 0.3 or 1.0")
AT = TABLE.free("at", "Step of the flow", "0 to 14")
REUSE = TABLE.free("reuse", "What is known is one block", "on")
VALUES = TABLE.free("v", "Inputs, target, weights and biases", "28 numbers with _ between them")

WIDTH = TABLE.choice("width", "Units in each layer", (1, 2, 3, 10, 30, 100), 3)
PRECISION = TABLE.choice("digits", "Computed in", ("64 bits", "32 bits"), "64 bits")
DRAW = TABLE.whole("draw", "Seed of the network", 0, 9999)
DEPTH = TABLE.choice("depth", "Layers", (5, 10, 20, 40), 20)
SCALE = TABLE.choice("scale", "Weights drawn with", (0.5, 1.0, 1.4, 2.0, 3.0), 1.0)
SEED = TABLE.whole("seed", "Seed of the networks", 0, 9999)
