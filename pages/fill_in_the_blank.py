"""Lesson: hide a word of a sentence, and see what a network that reads both sides expects there."""

from core.analysis.both_sides import BothSides
from core.experiments import masked_lm
from core.lessons.fill_in_the_blank import both_or_one, choose, compare, measured, stage, subject
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("fill_in_the_blank")
model = choose.model(page)
on_stage = choose.on_stage(page, model)
now = subject.now(on_stage)

page.stage(stage.show, on_stage, now)
page.act("Two sentences", compare.show, on_stage, now)
page.act("Both sides or one", both_or_one.show, on_stage, now)
page.act("Measured: what the whole sentence is worth", measured.show, on_stage)
page.about(model)
page.try_this(
    Try("King or queen", "“King” becomes “queen”: does the network know whose servants they are then?", compare.set_up,
        ("And the king sent his servants unto the city", "his", "king", "queen")),
    Try("From the right alone", "Nothing stands before the blank. What do the words after it say?", stage.set_up,
        ("In the beginning God created the heaven and the earth", (0,))),
    Try("Two blanks at once", "Each blank is guessed without the other. Do both guesses make sense together?", stage.set_up,
        ("And the sons of Israel went down into Egypt", (2, 8))),
    Try("Everything hidden", "Not one word is left to read. What does the network expect now, and why not the same word everywhere?", stage.set_up,
        ("And he said unto them", (0, 1, 2, 3, 4))),
)  # fmt: skip
page.how_it_works(
    "hidden words, both sides, one loss",
    "A share of the words of a sentence is chosen at random, $M$, and replaced by the token [MASK]. A transformer without a causal mask reads all that is "
    "left, so that each place sees the words on both of its sides. At the hidden places alone it must name the word:",
    formula(r"L = -\frac{1}{|M|} \sum_{i \in M} \log p_\theta\bigl(x_i \mid x_{\setminus M}\bigr)"),
    "Several blanks are guessed independently of each other: the loss asks for each word by itself, so the network has no opinion about pairs. The network is BERT "
    "in small ([Devlin et al. 2019](https://arxiv.org/abs/1810.04805)); how much to hide and by what: "
    "[Wettig et al. 2023](https://arxiv.org/abs/2202.08005). Words and not subwords are tokens here, so that one blank is one word; what is not among "
    "the most frequent ones is [UNK]. To be ahead of counting in minutes, its vectors begin as those of counting, and its first heads begin by looking at the "
    "neighbours of a word.",
    code(masked_lm.hide, masked_lm.masked_loss, BothSides.distributions),
)
