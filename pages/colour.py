"""Lesson: which colours does a gray picture have, and what does a network learn from guessing them?"""

from core.lessons.colour import hints, learned, measured, stage, three_masks, vivid
from core.nn import colours
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("colour")
model = stage.choose(page)

page.stage(stage.show, model.record, page.stage_alone)
page.act("Vivid or right?", vivid.show, model.record, whole=True)
page.act("Hints", hints.show, model.record)
page.act("One idea, three masks", three_masks.show, model.record)
page.act("What it learned", learned.show, model.record)
page.act("Measured", measured.show, model.record)
page.about(model)
page.try_this(
    Try("All or nothing", "At the mode each pixel takes its likeliest colour. Does the picture still hang together?", stage.at_mode),
    Try("The middle of everything", "At the mean all that is possible is mixed. Which colours survive?", stage.at_mean),
    Try("Violet, please", "Three dots of violet on the gray. How far does the colour run?", stage.with_hints),
)  # fmt: skip
page.how_it_works(
    "Lab, classes, rebalancing",
    "A colour is split into lightness $L$, which is given, and two numbers $a$ and $b$, which are guessed. Regression answers with one pair and pays its squared distance. "
    f"Classification cuts the plane of $a$ and $b$ into {colours.COUNT} cells of {colours.SPACING} × {colours.SPACING} and answers with a probability $\\hat z_q$ for each; the label "
    f"$z$ is spread over the {colours.NEAREST} nearest cells. Most pixels of the world are grayish, so each pixel weighs the more the rarer its colour is:",
    formula(
        r"L = -\sum_{h,w} v(z_{hw}) \sum_q z_{hwq} \log \hat z_{hwq}, \qquad v \propto \frac{1}{(1-\lambda)\, p_q + \lambda / Q}"
    ),
    "A picture needs one colour a pixel: the mean after $\\hat z$ was sharpened by a temperature $T$, from the mode ($T \\to 0$) to the mean ($T = 1$).",
    formula(r"f_T(\hat z)_q = \frac{\exp(\log \hat z_q / T)}{\sum_{q'} \exp(\log \hat z_{q'} / T)}"),
    "[Zhang, Isola and Efros 2016](https://arxiv.org/abs/1603.08511)",
    code(colours.rebalancing, colours.class_loss, colours.annealed_mean),
)
