"""Lesson: two encoders learn one space of pictures and words; a classifier is a few words."""

from core.experiments import clip
from core.lessons.pictures_and_words import clouds, diagonal, measured, search, stage
from core.nn import pair_losses
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("pictures_and_words")
model = stage.choose(page)

page.stage(stage.show, model.record)
page.act("A batch turns diagonal", diagonal.show, model.record)
page.act("Search both ways", search.show, model.record)
page.act("A picture minus a word", search.sums, model.record)
page.act("Two clouds", clouds.show, model.record)
page.act("Measured on what was held out", measured.show, model.record)
page.act("How many labels are the names worth?", measured.shots, model.record)
page.about(model)
page.try_this(
    Try("None of these", "Not one of the words fits the picture. Which score notices, and which still says a word with confidence?", stage.nothing_fits),
    Try("A class in your words", "Its name says neither “forbidden” nor “bike”. Does the classifier understand you all the same?", stage.class_of_your_own),
    Try("Never seen together", "No training scene had a star in this colour. Is it named all the same?", stage.never_seen_together),
)  # fmt: skip
page.how_it_works(
    "two encoders, one batch, one matrix",
    "A picture and a text each become a vector of length 1, $I_i$ and $T_j$. In a batch of $n$ pairs all $n^2$ cosines stand in one matrix. Each row is a question with "
    "$n$ answers: which caption belongs to this picture? Each column asks the reverse. The right answers are on the diagonal, and the loss is the mean of both cross-entropies at temperature $\\tau$:",
    formula(
        r"L = -\frac{1}{2n} \sum_i \left[ \log \frac{e^{I_i \cdot T_i / \tau}}{\sum_j e^{I_i \cdot T_j / \tau}} + \log \frac{e^{I_i \cdot T_i / \tau}}{\sum_j e^{I_j \cdot T_i / \tau}} \right]"
    ),
    "Two pictures of a batch may have the same caption. Then the other one's caption is no wrong answer, and leaves the sum. The **sigmoid loss** drops the softmax: each of the "
    "$n^2$ pairs is a yes-or-no question of its own, with $z_{ij} = 1$ on the diagonal and $-1$ beside it.",
    formula(r"L = -\frac{1}{n} \sum_{i,j} \log \sigma\bigl(z_{ij} (I_i \cdot T_j / \tau + b)\bigr)"),
    "A classifier needs no training after that: encode the names of the classes, and take the nearest. [Radford et al. 2021](https://arxiv.org/abs/2103.00020) · "
    "[Zhai et al. 2023](https://arxiv.org/abs/2303.15343) · the gap: [Liang et al. 2022](https://arxiv.org/abs/2203.02053) · the order of words: "
    "[Yuksekgonul et al. 2023](https://arxiv.org/abs/2210.01936) · word vectors: [GloVe](https://nlp.stanford.edu/projects/glove/)",
    code(pair_losses.symmetric, pair_losses.sigmoid_pairs, clip.encode_ensemble),
)
