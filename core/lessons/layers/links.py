"""Every parameter of the lesson's address. What a component's menu sets is a choice that a gesture writes."""

from __future__ import annotations

from core.ui.link_kinds import Choice
from core.ui.links import table

TABLE = table("layers")
PREFIX = TABLE.prefix
BOX = f"{PREFIX}_box"  # the session key of the stage

KINDS = ("moons", "circles", "spirals", "xor", "blobs2", "blobs3", "blobs4", "own")
NOISES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.8)
ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "gelu")
OPTIMISERS = ("sgd", "momentum", "adam", "spectral")
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
L2S = (0.0, 0.0001, 0.001, 0.01, 0.1)
BATCHES = (1, 4, 16, 64, 0)  # 0: all points
MOST_STEPS = 10_000

DATA = TABLE.choice("data", "Data", KINDS, "moons", by="gesture")
NOISE = TABLE.choice("noise", "Noise", NOISES, 0.1, by="gesture")
ACTIVATION = TABLE.choice("activation", "Activation", ACTIVATIONS, "relu", by="gesture")
DEPTH = TABLE.choice("depth", "Depth", (0, 1, 2, 3, 4), 2, by="gesture")
WIDTH = TABLE.choice("width", "Width", (1, 2, 3, 4, 5, 6, 8), 2, by="gesture")
OPTIMISER = TABLE.choice("optimiser", "Optimiser", OPTIMISERS, "sgd", by="gesture")
RATE = TABLE.choice("rate", "Learning rate", RATES, 0.1, by="gesture")
L2 = TABLE.choice("l2", "L2", L2S, 0.0, by="gesture")
BATCH = TABLE.choice("batch", "Batch", BATCHES, 16, by="gesture")
SEED = TABLE.whole("seed", "Seed of the weights", 0, 9999, 3, by="gesture")
STEP = TABLE.whole("step", "Step of the training", 0, MOST_STEPS, 0, by="gesture")
WAY = TABLE.whole("way", "Way through the layers, hundredths of a plane", 0, 1000, 0, by="gesture")
PAIR = TABLE.free("pair", "What wide layers show", "pca, or two neurons: 1-2")
POINTS = TABLE.free("points", "Your own points", "five characters a point: two for x, two for y, and the class")
EDITS = TABLE.free("edits", "Weights set by hand", "step:layer:index:value with _ between them")

MENUS: tuple[Choice, ...] = (
    DATA,
    NOISE,
    DEPTH,
    WIDTH,
    ACTIVATION,
    OPTIMISER,
    RATE,
    L2,
    BATCH,
)  # as the stage shows them

# The act "SGD beside the spectral norm"
TWO_DATA = TABLE.choice("two_data", "Data", KINDS[:-1], "spirals", by="gesture")
TWO_DEPTH = TABLE.choice("two_depth", "Depth", (1, 2, 3, 4), 3, by="gesture")
TWO_WIDTH = TABLE.choice("two_width", "Width", (2, 3, 4, 5, 6, 8), 8, by="gesture")
TWO_ACTIVATION = TABLE.choice("two_activation", "Activation", ACTIVATIONS, "tanh", by="gesture")
TWO_SGD = TABLE.choice("two_sgd", "Rate of SGD", RATES, 1.0, by="gesture")
TWO_SPECTRAL = TABLE.choice("two_spectral", "Rate, spectral", RATES, 0.03, by="gesture")
TWO_BATCH = TABLE.choice("two_batch", "Batch", BATCHES, 0, by="gesture")
TWO_SEED = TABLE.whole("two_seed", "Seed of both runs", 0, 9999, 0, by="gesture")
TWO_STEP = TABLE.whole("two_step", "Step of both runs", 0, MOST_STEPS, 0, by="gesture")

# The act "One operation at a time"
OPERATIONS = ("linear", "relu", "norm", "softmax")
TEMPERATURES = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
OP = TABLE.choice("op", "Operation", OPERATIONS, "linear", by="gesture")
OP_MATRIX = TABLE.free(
    "op_matrix", "Weights and biases of the linear map", "four weights and two biases, with _ between them"
)
OP_TEMPERATURE = TABLE.choice("op_t", "Temperature", TEMPERATURES, 1.0, by="gesture")
OP_WAY = TABLE.whole("op_way", "Way through the operation, in percent", 0, 100, 100, by="gesture")

# The act "Sum of ReLUs"
CURVES = ("bump", "lecture", "sine", "step", "own")
SUM_CURVE = TABLE.choice("sum_curve", "Curve", CURVES, "bump", by="gesture")
SUM_UNIT = TABLE.choice("sum_unit", "Units", ("relu", "sigmoid"), "relu", by="gesture")
SUM_COUNT = TABLE.choice("sum_count", "How many", (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20), 0, by="gesture")
SUM_DRAWN = TABLE.free("sum_drawn", "Your curve", "its height at 61 places, two characters each")

# The act "Two ways to draw a function"
FUNCTIONS = ("identity", "linear", "relu", "sigmoid", "tanh", "gelu", "softmax", "norm")
ONE_A = TABLE.choice("one_a", "First", FUNCTIONS, "linear", by="gesture")
ONE_B = TABLE.choice("one_b", "then", ("none", *FUNCTIONS), "relu", by="gesture")
ONE_C = TABLE.choice("one_c", "then", ("none", *FUNCTIONS), "none", by="gesture")
ONE_D = TABLE.choice("one_d", "then", ("none", *FUNCTIONS), "none", by="gesture")
ONE_X = TABLE.whole("one_x", "The number in hand, in hundredths", -300, 300, 120, by="gesture")
