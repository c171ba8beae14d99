"""Lesson: words as vectors, what can be computed with them, and when it is true."""

import streamlit as st

from core import data, lab
from core.course import by_slug
from core.experiment import get
from core.experiments import word2vec
from core.lessons.word_vectors import arithmetic, batch, products, seeing, settling, shown, truth
from core.lessons.word_vectors.expression_box import MAX_WORDS, clear, mount_vocabulary, put
from core.ui import knobs, lesson, training, url
from core.ui.own import text as own_text

W2V = get("word2vec")
W = by_slug("word_vectors").prefix


def set_up(expression: str, own: str = "out", **values: str) -> None:
    """Put a case on the stage."""
    put(arithmetic.box_key(W), expression)
    for name, value in {"own": own, **values}.items():
        st.session_state[url.key(W, name)] = value


lesson.head("word_vectors", on_reset=lambda: clear(arithmetic.box_key(W)))
said, play, measured, looking, pairs, many, about, cards, how = (st.container() for _ in range(9))
with play:
    left, right = st.columns([0.55, 0.45], gap="large")
    with left:
        source = shown.choose(W)
    with right:
        size, method = (shown.vocabulary(W), "skip-gram") if source == "glove" else (0, shown.method(W))
stage_alone = lesson.first_paint(W)
text = shown.text_of(W, source) if source != "glove" else "kjv"
if text is None:
    with said:
        lesson.say_notes(W, again=stage_alone)
    with play:
        own_text.form(W)
    st.stop()
elsewhere = {"data": text, "method": method}
record = None
if source != "glove":
    with about:
        if stage_alone:
            config, seed = knobs.linked(W, W2V, elsewhere)
        else:
            st.header("These vectors", anchor=False)
            panel, change = st.container(), st.expander("Change what is trained", icon=":material/tune:")
            with change:
                config, seed = knobs.controls(W, W2V, elsewhere)
                if source == "own":
                    own_text.form(W)
            named = "your text" if source == "own" else data.texts.ENTRIES[text].title
            with panel:
                training.panel(
                    training.Setting(
                        W,
                        W2V,
                        config,
                        seed,
                        f"{shown.METHODS[config.method]} on {named} · {config.dimension} numbers a word",
                    ),
                    training.Shown(settling.live),
                )
    found = lab.view("word2vec", config, seed)
    if not isinstance(found, lab.Ready):
        with said:
            lesson.say_notes(W, again=stage_alone)
        with play:
            training.say_not_ready(found, "word vector")
        st.stop()
    record = found.record
try:
    vectors = shown.glove(W, size) if record is None else shown.learned(W, source, record)
except (lab.Damaged, data.Missing) as error:
    play.error(str(error), icon=":material/broken_image:")
    st.stop()
with play, st.container(border=True, key=f"{W}_stage"):
    arithmetic.stage(vectors, stage_alone)
if stage_alone:
    with said:
        lesson.say_notes(W, again=True)
    st.stop()
with play:
    mount_vocabulary(arithmetic.box_key(W), vectors.vectors.words[:MAX_WORDS])

with measured:
    st.header("Is it true?", anchor=False)
    st.markdown(
        "One analogy that works proves little. Thousands of them, asked of the vectors shown above, tell how often it does. "
        "The mark on each bar is the same with the question's own words left in."
    )
    truth.truth(vectors)
with looking:
    st.header("See it", anchor=False)
    seeing.see(vectors)
with pairs:
    st.header("What is a cosine made of?", anchor=False)
    products.products(vectors)
with many, st.expander("Many expressions at once", icon=":material/table_rows:"):
    batch.many(vectors)
with about:
    if record is None:
        st.header("These vectors", anchor=False)
        credit = data.glove.SOURCE
        st.markdown(
            f"{credit.title}, {credit.licence}, from the {credit.origin}. They were learned elsewhere from 6 billion words of Wikipedia "
            "and news; the lab reads them. To see vectors being learned, choose a text above: the King James Bible has 0.8 million words, "
            "enough for gender and tense, but not for capitals."
        )
    else:
        with st.expander("How the neighbours settled", icon=":material/timeline:"):
            settling.stored(W, record)
with cards:
    glove = record is None
    lesson.try_this(W, [
        lesson.Try("The step that hardly steps", "Leave the query's own words in. Who is nearest to king − man + woman now?", set_up, ("king - man + woman", "in")),
        lesson.Try("A mean of two", "Half of one word and half of another: which words lie between them?", set_up, ("(berlin + moscow) / 2" if glove else "(bread + wine) / 2",)),
        lesson.Try("When it fails", "Opposites are the analogy that vectors know least. Why would *good* and *bad* stand so near?", set_up, ("good - bad + small" if glove else "good - evil + life",)),
    ])  # fmt: skip
with how, st.expander("How it works: a word is known by its company", icon=":material/schema:"):
    st.markdown(
        "Skip-gram gives each word $w$ a vector $v_w$, and a second one $u_w$ for when it stands near another word. It is trained to tell "
        "a word $c$ that really stood near $w$ from $k$ words drawn at random, frequent ones more often (with the power 3/4 of their counts):"
    )
    st.latex(
        r"L = -\log \sigma(v_w \cdot u_c) - \sum_{i=1}^{k} \log \sigma(-v_w \cdot u_{n_i}), \qquad n_i \sim P(n) \propto \mathrm{count}(n)^{3/4}"
    )
    st.markdown(
        "Nothing in it says what a word means. But words that keep the same company get the same gradients, so they end up near each other. "
        "[Mikolov et al. 2013](https://arxiv.org/abs/1310.4546). Skip-gram factors a table of counts without writing it down "
        "([Levy and Goldberg 2014](https://papers.nips.cc/paper/5477)); *Counting* does write it down and factors it. GloVe "
        "([Pennington et al. 2014](https://nlp.stanford.edu/projects/glove/)) fits the logarithms of such counts."
    )
    lesson.code_that_ran(word2vec.skip_gram_loss, word2vec.skip_gram_step)
with said:  # last: each part above may have something to say about the link
    lesson.say_notes(W)
