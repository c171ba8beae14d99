"""Lesson: attention as a dictionary that answers a little from every key."""

from core.analysis import soft_lookup
from core.lessons.soft_lookup import linked, scaling, stage
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("soft_lookup")

page.stage(stage.show, page.stage_alone, border=False)
page.act("Why divide by √d?", scaling.scaling)
page.try_this(
    Try("Cool it down", "At T = 0.25 *orange* gives the weights of many lecture slides: about 0.1, 0.1 and 0.8. Which T makes it a dictionary again?", linked.set_up, ("orange", linked.WORDS, 0.25)),
    Try("A question that fits nothing", "Ask the fruit for *tuesday*. A dictionary would refuse. The weights still sum to 1: what does the answer mean?", linked.set_up, ("tuesday",)),
    Try("Two equal keys share", "*lemon* is there twice, with two values. Python keeps the last one; what happens here at T → 0?", linked.set_up,
        ("orange", (("apple", "pomme"), ("lemon", "citron"), ("lemon", "limone")), 0.0)),
)  # fmt: skip
page.how_it_works(
    "softmax(qKᵀ/√d)V",
    "For one query $q$, keys $k_1 \\dots k_n$ as the rows of $K$ and values $v_1 \\dots v_n$ as those of $V$:",
    formula(
        r"\mathrm{attention}(q, K, V) = \mathrm{softmax}\!\left(\frac{q K^{\top}}{T \sqrt{d}}\right) V = \sum_i w_i\, v_i, \qquad"
        r" w_i = \frac{e^{\,q \cdot k_i / (T \sqrt{d})}}{\sum_j e^{\,q \cdot k_j / (T \sqrt{d})}}"
    ),
    "With $T = 1$ this is equation 1 of [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762). As $T \\to 0$ the largest product takes all "
    "the weight, and what is left is a dictionary that answers with that key, the nearest one where all keys are equally long; it still "
    "never raises a `KeyError`. As $T \\to \\infty$ the query no longer counts. Between the two every step has a gradient, which is why a network can learn what to ask and what to answer. "
    "In a transformer, query, keys and values are three linear maps of the same words; here the words' own vectors do.",
    code(soft_lookup.look_up),
)
