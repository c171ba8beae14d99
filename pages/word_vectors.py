"""Lesson: words as vectors, what can be computed with them, and when it is true."""

from core.experiments import word2vec
from core.lessons.word_vectors import arithmetic, batch, choose, products, seeing, truth
from core.ui import lesson
from core.ui.page import Try, code, formula

page = lesson.open("word_vectors")
on_page = choose.choose(page)
shown = on_page.shown

page.stage(arithmetic.show, shown, page.stage_alone)
page.beside(choose.vocabulary, shown)
page.act(
    "Is it true?", truth.truth, shown,
    intro="One analogy that works proves little. Thousands of them, asked of the vectors shown above, tell how often it does. "
    "The mark on each bar is the same with the question's own words left in.",
)  # fmt: skip
page.act("See it", seeing.see, shown)
page.act("What is a cosine made of?", products.products, shown)
page.fold("Many expressions at once", ":material/table_rows:", batch.many, shown, waits=False)
choose.about(on_page, page)
page.try_this(
    Try("The step that hardly steps", "With the query's own words left in: who is nearest to king − man + woman now?", choose.set_up, ("king - man + woman", "in")),
    Try("A mean of two", "Half of one word and half of another: which words lie between them?", choose.an_own_case, ("(berlin + moscow) / 2", "(bread + wine) / 2")),
    Try("When it fails", "Opposites are what vectors know least. Why are *good* and *bad* so close?", choose.an_own_case, ("good - bad + small", "good - evil + life")),
)  # fmt: skip
page.how_it_works(
    "a word is known by its company",
    "Skip-gram gives each word $w$ a vector $v_w$, and a second one $u_w$ for when it stands near another word. It is trained to tell "
    "a word $c$ that really stood near $w$ from $k$ words drawn at random, frequent ones more often (with the power 3/4 of their counts):",
    formula(
        r"L = -\log \sigma(v_w \cdot u_c) - \sum_{i=1}^{k} \log \sigma(-v_w \cdot u_{n_i}), \qquad n_i \sim P(n) \propto \mathrm{count}(n)^{3/4}"
    ),
    "Nothing in it says what a word means. But words that keep the same company get the same gradients, so they end up near each other. "
    "[Mikolov et al. 2013](https://arxiv.org/abs/1310.4546). With enough numbers, skip-gram factors a table without writing it "
    "down: how much more often than by chance $w$ and $c$ meet, $\\mathrm{PMI} - \\log k$ "
    "([Levy and Goldberg 2014](https://papers.nips.cc/paper/5477)). *Counting* writes down a related one and factors it: without the shift, and "
    "with zeros for all that meets less often than by chance. With the shift it answers fewer analogies (docs/LOG.md). GloVe "
    "([Pennington et al. 2014](https://nlp.stanford.edu/projects/glove/)) fits the logarithms of such counts.",
    code(word2vec.skip_gram_loss, word2vec.skip_gram_step),
)
