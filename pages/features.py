"""Lesson: a unit answers to something in a picture. To what?"""

from core.analysis import attribution, optimise, units
from core.lessons.features import climb, dream, looking, measured, pretrained, stage
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("features")
model = stage.choose(page)

page.stage(stage.show, model.record)
page.act("Watch it climb", climb.show, model.record)
page.act("Where does it look?", looking.show, model.record)
page.act("Dream on a picture", dream.show, model.record)
page.act("A network that saw a million photographs", pretrained.show)
page.act("Measured: three networks", measured.show, model.record)
page.about(model)
page.try_this(
    Try("Nothing learned yet", "The same layer before the first step. Do its units want anything that you would call a feature?", stage.set_up, ("untrained", "conv4", 0)),
    Try("An edge", "The first layer sees five pixels each way. Can you tell from the pictures what its units look for?", stage.set_up, ("plain", "conv1", 0)),
    Try("A whole class", "The last layer has a unit for each class. Does the picture made for it look like one of them?", stage.a_class),
)  # fmt: skip
page.how_it_works(
    "climbing, moving, hiding",
    "A picture $x$ begins as noise and climbs the gradient of a unit's activation $a_u$, with the network's weights fixed. It is written as waves, so that coarse shapes "
    "change first, and shifted and turned by $T$ before each look, so that what it shows does not hang on single pixels.",
    formula(r"x \leftarrow x + \eta\, \nabla_x\, \frac{1}{P} \sum_{p} a_{u,p}\bigl(T(x)\bigr)"),
    "[Erhan et al. 2009](https://www.researchgate.net/publication/265022827); [Olah, Mordvintsev and Schubert 2017](https://doi.org/10.23915/distill.00007). "
    "Hiding parts: [Zeiler and Fergus 2014](https://arxiv.org/abs/1311.2901). Gradients: [Simonyan et al. 2014](https://arxiv.org/abs/1312.6034).",
    code(optimise.ascend, units.activation, attribution.occlusion),
)
