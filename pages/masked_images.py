"""Lesson: paint the mask that a masked auto-encoder fills in."""

from core.experiments import mae
from core.lessons.masked_images import measured, painting, stage
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("masked_images")
model = stage.choose(page)

page.stage(stage.show, model, page.stage_alone)
page.act(
    "Measured: how much can be hidden, and what the encoder is good for", measured.show, model.record, heading=False
)
page.about(model)
page.try_this(
    Try("One patch left", "Everything is hidden but one patch. What does the network draw, and why that?", painting.one_patch_left),
    Try("Only the corners", "Four black corners say nothing. Is its guess the mean of everything it has seen?", painting.only_the_corners),
    Try("A stranger", "The network is shown a kind of picture that it never saw. Does it know what it does not know?", painting.a_stranger),
)  # fmt: skip
page.how_it_works(
    "patches, encoder, mask tokens, decoder",
    "The picture is cut into $N$ patches of 4 × 4 pixels. The **encoder**, a vision transformer, reads the *visible* ones "
    "alone. Each hidden place gets the same learned **mask token**; the **decoder** reads codes and mask tokens "
    "together, each with its position, and predicts the $P$ pixels $\\hat x_i$ of every patch. Only hidden patches $M$ count:",
    formula(r"L = \frac{1}{|M|}\sum_{i \in M} \frac{1}{P} \lVert \hat x_i - x_i \rVert^2"),
    "*Its full drawing* includes the visible patches. The loss never asked for those: they come out in about the right brightness, "
    "under a texture of the network's own.\n\n"
    "With most patches hidden, copying from next door is not enough: the network has to know what a shoe is. "
    "[He et al. 2021](https://arxiv.org/abs/2111.06377) · attention shown on hover: rollout through the decoder, "
    "[Abnar and Zuidema 2020](https://arxiv.org/abs/2005.00928)",
    code(mae.MaskedAutoencoder.encode_visible, mae.MaskedAutoencoder.decode, mae.loss_and_prediction),
)
