"""Lesson: how much to hide? The share that is hidden in training, measured for several kinds of data."""

from core.analysis import fine_tuning
from core.experiments import mae, mask_ratio
from core.lessons.how_much_to_hide import cases, friends, graph, heard, measured, own_points, stage
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("how_much_to_hide")
model = page.model(stage.PANEL, {}, required=False)

page.stage(stage.show, page.stage_alone)
page.act("Measured: is there a best share?", measured.show)
page.act(
    "Your own points",
    own_points.show,
    intro="Train the curve again with another seed: does the best share stay where it was?",
)
page.act("Sounds: fill in and listen", heard.show, model.record)
page.act("Friends: a graph with hidden members", friends.show)
page.about(model)
page.try_this(
    Try("15% of everything", "As little as BERT hides. Which of the four could you fill in without having learned anything?", cases.on_stage, (15, 2)),
    Try("95% of everything", "Two patches of a picture, one word, a few specks of a clip. What is still there to go by?", cases.on_stage, (95, 2)),
    Try("The second half of a tone", "All that follows is hidden. Does the network know how the tone goes on?", cases.a_sound, (20, "later")),
    Try("Ninety per cent of a club", "Three members tell their side. Are the friends of friends enough?", cases.a_club, (0.9, 1)),
)  # fmt: skip
page.how_it_works(
    "one share, one trade",
    "A network that fills in what is hidden has a share $r$ to choose. With a small $r$ the answer often stands next door, and copying is enough; little is asked, too, so each step "
    "teaches little. With a large $r$ more is asked, and less is left to answer from. The loss is taken on hidden places alone:",
    formula(
        r"L(r) = \mathbb{E}_{M \,:\, |M| = rN} \Bigl[ \frac{1}{|M|} \sum_{i \in M} \ell\bigl(f(x_{\setminus M})_i,\, x_i\bigr) \Bigr]"
    ),
    "How redundant the data are decides where the trade is best: neighbouring pixels resemble each other, neighbouring frames even more, words much less. That is the claim. The curve tries it: the same network, the same "
    "number of steps, the same seed, another $r$; then it is read frozen (a linear probe) or trained on (fine-tuning).",
    code(mask_ratio.probed, mask_ratio.tuned, fine_tuning.fine_tune, mae.loss_and_prediction, graph.by_network),
)
