"""Lesson: a picture is seen for two seconds and drawn from memory. What was kept?"""

from core.lessons.memory import boundary, chain, eyes, stage
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("memory")

page.stage(stage.show)
page.act("Pass it on", chain.show)
page.try_this(
    Try("A boot", "Draw it large and plain. Is it nearer to the boot by pixels, or by what a network sees?", stage.set_up, ("fashion", 0)),
    Try("A scene", "A place and no single thing. Did you draw more around it than there was, or less?", stage.set_up, ("openmoji", 110)),
    Try("A digit", "You know what a 7 looks like. Did you draw the one you saw, or the one you know?", stage.set_up, ("mnist", 0)),
)  # fmt: skip
page.how_it_works(
    "ranks, drift and a boundary",
    "A drawing $d$ of picture $p$ is compared in each space $z$: pixels, and the codes of networks of other lessons. Its rank is how many of the held-out pictures lie nearer to it, plus one; "
    "its drift is its distance from the picture as a share of the mean distance between two pictures.",
    formula(
        r"\mathrm{rank} = 1 + \#\{q : \lVert z(q) - z(d) \rVert < \lVert z(p) - z(d) \rVert\}, \qquad"
        r" \mathrm{drift} = \frac{\lVert z(d) - z(p) \rVert}{\operatorname{mean}_{q \ne r} \lVert z(q) - z(r) \rVert}"
    ),
    "Bartlett (1932) had people draw from memory in chains: drawings drift towards what their makers know. A memory keeps little, and that little is what tells things apart. "
    "So does a representation that was trained to.",
    code(eyes.compare, boundary.score),
)
