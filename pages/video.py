"""Lesson: what can be filled in of a clip, from space and from time?"""

from core.experiments import video_mae
from core.lessons.video import kinds, learned, ratios, stage, too_good
from core.nn import cubes
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("video")
model = stage.choose(page)

page.stage(stage.show, model.record, page.stage_alone)
page.act("Which mask is hard?", kinds.show, model.record)
page.act("How much can be hidden?", ratios.show, model.record)
page.act("A picture that is too good", too_good.show, model.record)
page.act("What did it learn?", learned.show, model.record)
page.about(model)
page.try_this(
    Try("Three cubes left", "98% is hidden: three cubes are left. What does the network still know, and what does it make up?", stage.set_up, ("agnostic", 98, 0)),
    Try("Behind a wall", "The middle is hidden in all frames. Does what goes in come out again in time?", stage.wall),
    Try("Frames missing", "Three frames of four are gone. Where does the copy jump, and does the network?", stage.set_up, ("time", 75, 2)),
    Try("A real film", "A rabbit, and a network that knows nothing but shapes on black. Which is nearer to the film, the network or the copy?", stage.film),
)  # fmt: skip
page.how_it_works(
    "cubes, four masks, encoder and decoder",
    f"A clip of 16 frames of 32 × 32 pixels is cut into {video_mae.CUBES} **cubes** of {video_mae.CUBE_FRAMES} frames × {video_mae.PATCH} × {video_mae.PATCH} pixels. The **encoder** reads the *visible* ones alone, each with its place and "
    "its time. For each hidden place the **decoder** asks what the encoder made of the visible ones, and predicts the $P$ values $\\hat x_i$ of that cube. "
    "Only hidden cubes $M$ count:",
    formula(r"L = \frac{1}{|M|}\sum_{i \in M} \frac{1}{P} \lVert \hat x_i - x_i \rVert^2"),
    "Hidden cubes do not ask each other ([Fu et al. 2024](https://arxiv.org/abs/2401.14391)), so a step of the training decodes a sample of them. "
    "The masks are those of [Feichtenhofer et al. 2022](https://arxiv.org/abs/2205.09113); tubes are the ones of VideoMAE "
    "([Tong et al. 2022](https://arxiv.org/abs/2203.12602)). All four hide an exact number of cubes:",
    code(
        cubes.hide_cubes, video_mae.VideoAutoencoder.encode_visible, video_mae.VideoAutoencoder.decode, video_mae.lent
    ),
)
