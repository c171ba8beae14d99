"""Lesson: how few numbers can hold a picture?"""

from core.experiments import autoencoder
from core.lessons.bottleneck import choose, inside, measured, stage
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("bottleneck")
model, on_stage = choose.choose(page)

page.stage(stage.show, on_stage, page.stage_alone, whole=True)
page.act("Inside the code", inside.show, on_stage, whole=True, heading=False)
page.act("Predict: when does a probe stop improving?", measured.show, on_stage, whole=True, heading=False)
page.about(model)
page.try_this(
    Try("A hole in the map", "With two numbers, go where no point lies. Does the decoder admit that it does not know?", choose.set_up, (2, "walk"), "Inside the code"),
    Try("Twice the spread", "New pictures, from far out in the space of 32 numbers. At which spread do they stop looking real?", choose.set_up, (32, "new", 2.0), "Inside the code"),
    Try("One number", "If you could keep only one number of a picture, which would it be? See what the network keeps.", choose.set_up, (1, "numbers"), "Inside the code"),
)  # fmt: skip
page.how_it_works(
    "encoder, code, decoder",
    "The **encoder** turns a picture $x$ into $m$ numbers, the **code** $z = f(x)$; the **decoder** draws a picture from "
    "them. Nothing says what the numbers should mean. The only goal is the picture itself:",
    formula(r"L = \frac{1}{D}\,\lVert g(f(x)) - x \rVert^2"),
    "All sizes are trained in one run: their weights lie stacked in one tensor, each batch goes through all of them, and "
    "the sum of their errors sends each gradient to its own network alone. "
    "[Hinton and Salakhutdinov 2006](https://doi.org/10.1126/science.1127647)",
    code(autoencoder.Autoencoders.encode, autoencoder.Autoencoders.decode, autoencoder.loss),
)
