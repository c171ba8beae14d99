"""Lesson: can pictures and sounds teach each other what a digit is, without a label?"""

from core.experiments import audio_visual
from core.lessons.sight_and_sound import false_negatives, learned, measured, say_it, space, stage
from core.nn import pair_losses
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("sight_and_sound")
model = stage.choose(page)

page.stage(stage.show, model.record, page.stage_alone)
page.act("Say it yourself", say_it.show, model.record)
page.act("What seeing learned from hearing", learned.show, model.record)
page.act("Do they meet?", space.show, model.record)
page.act("Strangers that are none", false_negatives.show, model.record)
page.act("Measured: voices that were never heard", measured.show, model.record, whole=True)
page.about(model)
page.try_this(
    Try("From a picture", "A handwritten digit asks for its name. Which words come close, and do they sound alike?", stage.set_up, ("paired", "picture", 3)),
    Try("Pairs that are none", "The same training with pictures and sounds shuffled. Does it find anything at all?", stage.set_up, ("shuffled", "sound", 7)),
    Try("Before the first step", "Nothing was learned yet. Are the ten nearest pictures still alike in some way?", stage.set_up, ("untrained", "sound", 1)),
)  # fmt: skip
page.how_it_works(
    "two networks, one space, pairs",
    "One network turns a picture into a direction $v_i$ of $D$ numbers, the other one a spectrogram into a direction $s_i$. In a batch of $n$ pairs each sound must find its own "
    "picture among all $n$, and each picture its own sound; $\\tau$ is learned:",
    formula(
        r"L = -\frac{1}{2n} \sum_{i} \left[ \log \frac{e^{s_i \cdot v_i / \tau}}{\sum_j e^{s_i \cdot v_j / \tau}} + \log \frac{e^{s_i \cdot v_i / \tau}}{\sum_j e^{s_j \cdot v_i / \tau}} \right]"
    ),
    "No digit is named anywhere in it. What a picture and its sound have in common is the digit and nothing else, so that is what both come to tell: the label is in the "
    "pairing. We made the pairs with labels, as a parent does who points at a thing and says its name; the networks get none. "
    "That sound can teach a network to see is from [Owens et al. 2016](https://arxiv.org/abs/1608.07017), and "
    "[Arandjelović and Zisserman 2017](https://arxiv.org/abs/1705.08168); the loss is that of CLIP, [Radford et al. 2021](https://arxiv.org/abs/2103.00020). They learned from the sound of "
    "hundreds of thousands of videos; here a program speaks ten words in 64 voices and seven accents, which differ less from each other than two people do.",
    code(pair_losses.symmetric, audio_visual.altered),
)
