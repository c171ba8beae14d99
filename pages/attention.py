"""Lesson: a transformer's attention heads, what they look at, and what the model does with it."""

from core.experiments import language_model
from core.lessons.attention import (
    choose,
    forming,
    head_effects,
    next_token,
    sentence_guesses,
    stage,
    switchboard,
    weights,
)
from core.lessons.attention import subject as subjects
from core.lessons.attention.links import MINILM, PIECES, SENTENCE
from core.nn import attention
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("attention")
model = choose.model(page)
subject = choose.subject(page, model)

page.stage(stage.show, subject, choose.sentences(), page.stage_alone, border=False)
text = choose.sentence(page, subject)
language = subjects.language(subject)

page.act("What does a head do?", switchboard.show, subject, text, whole=True)
page.act("Without the heads that are off", head_effects.show, subject, text, heading=False, goes_on=True)
page.act("What comes next?", next_token.show, subject, text)
page.act("One sentence, its own teacher", sentence_guesses.sentence_table, language, text)
page.act("What would it say after each layer?", sentence_guesses.layer_guesses, language, text)
page.act("Heads form while the loss falls", forming.show, language, whole=True)
page.act("Measured at each age", forming.measured, language, heading=False, goes_on=True)
page.fold(
    "Look at the weights", ":material/grid_on:", weights.show, subject, text, stage.chosen(subject, text), link="see"
)
page.about(model)
page.try_this(
    Try("Who was it again?", "A sentence that repeats itself, and the head that looks most at what followed the same token before. Is it an induction head?", stage.set_up,
        ("And Moses said unto Aaron, Go. And Moses said unto Aaron, Go", "", "", "induction")),
    Try("The same head, two sentences", "Does a head look at places, or at words? Compare the lines of both.", stage.set_up,
        ("And the king said unto the woman, Go and bring me the bread", "And the woman said unto the king, Go and bring me the bread", "", "", "lines")),
    Try("A real encoder", "MiniLM reads the whole sentence at once. This head rests on [CLS] most of all: a place to look at when there is nothing to say.", stage.set_up,
        (SENTENCE, "", MINILM, "first")),
    Try("Words in pieces", "With 512 subwords a `robot` has no token of its own: the model reads `ro`, `b`, `o`, `t`. Which heads look one piece back, and so put it together?", stage.set_up,
        (SENTENCE, "", "", "previous", "both", PIECES)),
)  # fmt: skip
page.how_it_works(
    "a soft look-up in every layer",
    "Each token asks a question, its query $q = W_q x$. Each token it may see offers a key $k = W_k x$ and a value $v = W_v x$. The better "
    "a key fits the query, the more of its value is taken ([Vaswani et al. 2017](https://arxiv.org/abs/1706.03762), equation 1):",
    formula(
        r"\mathrm{attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}} + M\right) V, \qquad M_{ij} = -\infty \text{ where } j > i"
    ),
    "The mask $M$ hides what comes later, so that each token's guess of the next one is honest. Heads do this side by side, each in its own "
    "share of the width; what they say is added to the token. A head whose weight lies on one kind of token gets that name by its score "
    "alone: where it looks is measured, *why* it looks is not. Attention is not an explanation by itself: switch the head off and see.",
    code(attention.attend, language_model.next_token_loss),
)
