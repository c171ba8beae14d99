"""Lesson: what does each layer of a network do to the points of a plane, while it learns?"""

from core.lessons.layers import learner, linked, one_dimension, one_operation, own_points, stage, sum_of_units, two_runs
from core.ui import lesson
from core.ui.page import Try, code, formula

SUM = "A layer of ReLUs and one sum behind it can follow any curve: each unit bends the line once. Draw a curve, and see how many bends it takes."
TWO = "Plain gradient descent moves a weight matrix mostly along the few directions in which its gradient is large. Steepest descent in the spectral norm moves **all** its directions by the same amount. Both start from the same weights and see the same points; each rate is the best of its menu on these spirals after 300 steps, over three seeds."

page = lesson.open("layers")

page.stage(stage.show)
page.act(
    "One operation at a time",
    one_operation.show,
    intro="The same function three times: as wiring, as an equation and as a map of the plane.",
)
page.act(
    "Two ways to draw a function",
    one_dimension.show,
    intro="A function of one number, and a stack of them: as lines from where a number is to where it goes, and as a graph.",
)
page.act("Sum of ReLUs", sum_of_units.show, intro=SUM)
page.act("SGD beside the spectral norm", two_runs.show, intro=TWO)
page.act("Your own points", own_points.show, whole=True)
page.try_this(
    Try("Not a fold in sight", "Without a bent activation every plane is the input, turned and stretched. Press Play: how far does the loss fall?",
        linked.set_up, ({"data": "circles", "activation": "linear"},)),
    Try("One more neuron", "Two ReLU neurons cannot cut a disc out of a ring; three can. Train this one, then set *Width* to 2 and train again.",
        linked.set_up, ({"data": "circles", "width": 3, "depth": 1, "optimiser": "adam", "rate": 0.03},)),
    Try("Three corners", "The probabilities of three classes lie in a triangle. Press Play and watch the points find their corners; the boundary runs through the middle.",
        linked.set_up, ({"data": "blobs3", "activation": "tanh", "width": 3, "depth": 1, "step": 60, "way": 400},)),
)  # fmt: skip
page.how_it_works(
    "linear, fold, linear, fold, softmax",
    "A network here is a chain of two kinds of maps. A **linear** layer $z = W h + b$ turns, stretches and shifts the whole plane; an "
    "**activation** works on each number by itself, and a ReLU folds the plane along its axes. The **softmax** turns scores into probabilities:",
    formula(r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad \text{loss} = -\frac{1}{N}\sum_n \log p_{\,y_n}(x_n)"),
    "Between two planes the slider goes the straight way, $(1 - t)\\,h + t\\,f(h)$: a linear map interpolates, and a ReLU lets what is negative "
    "shrink to 0. At both ends that is exactly what the layer takes and gives. The decision boundary is found in the input plane, where two scores are equal, and goes through the "
    "layers like any other line. A layer of more than two numbers is drawn in the plane in which its points vary most (PCA), or by two of its neurons.",
    "**Below each plane** stands what a linear classifier makes of it that is trained on this plane alone, on points that it has not seen "
    "([Alain and Bengio 2016](https://arxiv.org/abs/1610.01644)). The network's last linear layer is such a classifier, so what comes before it has to make the classes separable.",
    "**Spectral norm**: of all changes of a weight matrix that are as large in the spectral norm, the steepest one is $U V^{\\top}$ for a gradient $U S V^{\\top}$. "
    "The training runs in your browser, in double precision; this is the same in torch, and our tests hold both equal after 100 steps:",
    code(learner.loss, learner.steepest_step),
)
