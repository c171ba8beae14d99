"""Lesson: views of one picture belong together, and the rest must make room."""

from core.experiments import simclr
from core.lessons.contrastive import choose, deciding, honesty, making_views, measured, methods, one_batch, space_map
from core.nn import contrast
from core.nn import views as nn_views
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("contrastive")
model = page.model(choose.PANEL, choose.data(page))
record = model.record

page.stage(making_views.show, record)
page.act(
    "Pull together, push apart", one_batch.show, record,
    intro=f"Two views each of {one_batch.PICTURES} held-out pictures. Row by row the network must find the framed one: the other view of the "
    "same picture. Everything else in the row is a negative.",
)  # fmt: skip
page.act("Look at the space", space_map.show, record)
page.act("Measured: what is it good for?", measured.show, record)
page.about(model)
page.act("The same space, three maps", methods.show, record)
page.act("How honest is the map?", honesty.show, record)
page.act("What do augmentations decide?", deciding.show)
page.try_this(
    Try("Nothing to learn", "Without crop, colour or any other change both views are the picture itself. What is left to learn?", choose.set_up,
        ({f"v_{change}": 0 for change in making_views.CHANGES},)),
    Try("Through untrained eyes", "One batch through the untrained network. Why are the similarities so high (one reason: its batch norms have no statistics yet), and what can the temperature do about it?", choose.set_up, ({"b_age": "untrained"},), "Pull together, push apart"),
    Try("The shortcut of colours", "The matrix of augmentations now shows how much neighbours share their colours. Where is the shortcut open, and what closes it?", choose.set_up, ({"m_read": "colour_rank"},), "What do augmentations decide?"),
)  # fmt: skip
page.how_it_works(
    "views, encoder, projector, NT-Xent",
    "Each picture of a batch of $B$ is changed twice at random. The encoder $f$ turns a view into $h$, the projector $g$ turns $h$ "
    "into $z$, and each of the $2B$ views must pick out its partner $j$ among the $2B - 1$ others, by a softmax over cosine "
    "similarities divided by the temperature $\\tau$:",
    formula(
        r"\ell_{i} = -\log \frac{\exp(\mathrm{sim}(z_i, z_j) / \tau)}{\sum_{k \neq i} \exp(\mathrm{sim}(z_i, z_k) / \tau)}"
    ),
    "No label is used. After training the projector is thrown away. "
    "[Chen, Kornblith, Norouzi, Hinton 2020](https://arxiv.org/abs/2002.05709); alignment and uniformity: "
    "[Wang and Isola 2020](https://arxiv.org/abs/2005.10242). A whole batch is changed at once: crop, mirror and blur as two matrix "
    "products a view, all colour changes as one 3 × 3 matrix.",
    code(contrast.nt_xent_rows, simclr.step_loss, nn_views.colour_maps),
)
