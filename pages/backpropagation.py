"""Lesson: values flow forward, gradients backward, and what they share is computed once."""

from core.lessons.backpropagation import compared, linked, network, saving, stage, three_ways, vanishing
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("backpropagation")

page.stage(stage.show)
page.act("How much does reuse save?", saving.show)
page.act("Three ways to a gradient", compared.show)
page.act("Where gradients vanish", vanishing.show)
page.try_this(
    Try("Too fast", "Steps of rate 1, one by one: does the loss fall? Then choose 0.1, press *First weights* and try again.", linked.set_up, ("tanh", 1.0, 4)),
    Try("A dead layer", "ReLU, and every unit of the first layer is 0 here. Which weights can a step still change, and which ones never again?", linked.set_up, ("relu", 0.1, 0)),
    Try("Forty layers, and alive", "Weights of 1.4 / √n: after forty layers the gradient of a ReLU network is still there. Which scale does tanh need?", linked.set_up,
        ("tanh", 0.1, 0, 40, 1.4), act="Where gradients vanish"),
)  # fmt: skip
page.how_it_works(
    "one pass forward, one pass backward",
    "The loss is a function of a function of a function. For each layer $l$ let $\\delta_l = \\partial L / \\partial z_l$, as a row. The chain rule gives each delta from the one behind it, "
    "and the gradient of a layer's weights from its delta and its input:",
    formula(
        r"\delta_{l} = \delta_{l+1}\, W_{l+1} \operatorname{diag}\big(\sigma'(z_l)\big), \qquad"
        r" \frac{\partial L}{\partial W_l} = \delta_l^{\top} a_{l-1}^{\top}, \qquad \frac{\partial L}{\partial b_l} = \delta_l^{\top}"
    ),
    "The delta of a layer stands in the chain of every layer before it. Backpropagation "
    "([Rumelhart, Hinton and Williams 1986](https://doi.org/10.1038/323533a0)) computes it once. Multiplying from the loss downwards keeps every product a row times a matrix; from the input upwards, "
    "as forward mode does, it would be a matrix times a matrix, or one pass for each weight. A gradient is also the slope that a finite difference measures, but for rounding.",
    code(network.forward, network.gradients_of, three_ways.forward_mode, three_ways.differences),
)
