"""Lesson: from a caption to a picture through two codes, a prior and a decoder."""

from core.experiments import text_to_image
from core.lessons.text_to_picture import codes, measured, stage, three_ways
from core.nn import diffusion
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("text_to_picture")
model = stage.choose(page)

settings = stage.settings(model.record)
page.stage(stage.show, model.record, settings)
page.act("One noise, four ways", three_ways.show, model.record, settings)
page.act("Pictures of a code", codes.show, model.record, settings, whole=True)
page.act("A code cut short", codes.directions, model.record, settings)
page.act("Measured on what was held out", measured.show, model.record)
page.act("What guidance costs", measured.guidance, stage.guided(model.record))
page.about(model)
page.try_this(
    Try("Nobody has seen it", "A pair of shape and colour that not even the encoders have met. Which of the two is drawn right?", stage.seen_by_nobody),
    Try("Leave it open", "The caption names a colour and nothing else. What does the noise decide, and what never changes?", stage.leave_it_open),
    Try("Two figures", "No picture that prior and decoder learned from had two figures. What becomes of such a caption?", stage.two_figures),
    Try("All ears", "The strongest guidance, and a caption that leaves the shape open. How many different shapes are left?", stage.too_much),
)  # fmt: skip
page.how_it_works(
    "two encoders, a prior, a decoder",
    "The encoders of *Pictures and words* give a text the code $z_t$ and a picture the code $z_i$. What is drawn has to come from the text alone, so two networks share the work "
    "([Ramesh et al. 2022](https://arxiv.org/abs/2204.06125), unCLIP):",
    formula(r"p(x \mid \text{text}) = p(x \mid z_i)\; p(z_i \mid \text{text})"),
    "Both are diffusions. What is clean, $x_0$, is mixed with noise $\\epsilon$, more of it the later the time $t$ from 0 to 1:",
    formula(
        r"x_t = \alpha_t x_0 + \sigma_t \epsilon, \qquad \alpha_t = \cos\tfrac{\pi t}{2}, \quad \sigma_t = \sin\tfrac{\pi t}{2}"
    ),
    "The network is asked for the noise, for $x_0$, or for $v = \\alpha_t \\epsilon - \\sigma_t x_0$; each follows from any other. The loss is the mean square of what is wrong with the answer, and losses of "
    "different questions cannot be compared. To draw, one begins with noise, believes the network, and goes a small step back (DDIM):",
    formula(r"x_s = \alpha_s\, \hat{x}_0 + \sigma_s\, \hat{\epsilon}"),
    "A tenth of the codes are left out in training, so the network can also be asked without one. **Guidance** of weight $w$ goes away from that answer: $\\hat{x} = \\hat{x}_\\varnothing + w\\,(\\hat{x}_z - "
    "\\hat{x}_\\varnothing)$. The prior always says the clean code; of two codes that it draws, the one nearer to the text is kept. The decoder is a small U-Net; half of each batch is told the codes of "
    "pictures, the other half codes of texts, by a first layer of their own. [DDPM](https://arxiv.org/abs/2006.11239) · [DDIM](https://arxiv.org/abs/2010.02502) · "
    "[v](https://arxiv.org/abs/2202.00512) · [guidance](https://arxiv.org/abs/2207.12598) · [rectified flow](https://arxiv.org/abs/2209.03003) · [all attributes at once: Okawa et al. 2023](https://arxiv.org/abs/2310.09336)",
    code(diffusion.noised, diffusion.both, diffusion.ddim, diffusion.guided, text_to_image.decoder_loss),
)
