"""Lesson: a network that copies its input makes no error; what did it learn?"""

from core.experiments import denoising
from core.lessons.denoising import measured, plane, stage
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("denoising")
model = stage.choose(page)

page.stage(stage.show, model.record, page.stage_alone)
page.act("Measured: who cheats?", measured.show, model.record)
page.act("Where a denoiser points", plane.show, model.record)
page.about(model)
page.try_this(
    Try("Pure noise", "Show all three a picture that is nothing but noise. Which one gives it back unchanged?", stage.set_up, ("noise",)),
    Try("The wrong noise", "The denoiser has only ever seen one kind of noise. Here is another kind.", stage.another_noise),
    Try("Nothing to repair", "Without any noise, does the denoising network leave a good picture alone?", stage.set_up, ("picture", 0)),
)  # fmt: skip
page.how_it_works(
    "identity, bottleneck, corruption",
    "All three are asked to draw a clean picture $x$. The over-complete network sees $x$ itself and has more numbers in its "
    "code than $x$ has pixels, so copying solves the task. The bottleneck has too few numbers for that. The denoising "
    "network is as wide as the first, but sees a corrupted $\\tilde x$: copying would copy the noise.",
    formula(r"L = \lVert g(f(\tilde x)) - x \rVert^2, \qquad \tilde x \sim q(\tilde x \mid x)"),
    "[Vincent, Larochelle, Bengio, Manzagol 2008](https://doi.org/10.1145/1390156.1390294)",
    code(denoising.ConvAutoencoder.encode, denoising.ConvAutoencoder.decode, denoising.losses),
)
