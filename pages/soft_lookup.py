"""Lesson: attention as a dictionary that answers a little from every key."""

import streamlit as st

from core.analysis import soft_lookup
from core.course import by_slug
from core.lessons.soft_lookup import linked
from core.lessons.soft_lookup.scaling import scaling
from core.lessons.soft_lookup.soft_dictionary import Asked, clear
from core.lessons.soft_lookup.stage import sources, stage
from core.ui import lesson

S = by_slug("soft_lookup").prefix


def set_up(query: str, words: tuple[tuple[str, str], ...] = linked.WORDS, temperature: float = 1.0) -> None:
    """Put a case on the stage."""
    asked = Asked(query, linked.QUERY_AT, linked.entries(words), temperature)
    linked.set_up(S, asked, **{"from": sources()[0], "length": "raw", "scale": "on"})


lesson.head("soft_lookup", on_reset=lambda: clear(linked.box_key(S)))
said, play, why, cards, how = (st.container() for _ in range(5))
stage_alone = lesson.first_paint(S)
with play:
    stage(S, stage_alone)
if stage_alone:
    with said:
        lesson.say_notes(S, again=True)
    st.stop()
with why:
    st.header("Why divide by √d?", anchor=False)
    scaling(S)
with cards:
    lesson.try_this(S, [
        lesson.Try("Cool it down", "At T = 0.25 *orange* is answered as on many a lecture's slide: about 0.1, 0.1 and 0.8. Which T makes it a dictionary again?", set_up, ("orange", linked.WORDS, 0.25)),
        lesson.Try("A question that fits nothing", "Ask the fruit for *tuesday*. A dictionary would refuse. The weights still sum to 1: what does the answer mean?", set_up, ("tuesday",)),
        lesson.Try("Two equal keys share", "*lemon* stands there twice, with two values. Python forgets one; what happens at T → 0 here?", set_up,
                   ("orange", (("apple", "pomme"), ("lemon", "citron"), ("lemon", "limone")), 0.0)),
    ])  # fmt: skip
with how, st.expander("How it works: softmax(qKᵀ/√d)V", icon=":material/schema:"):
    st.markdown(
        "For one query $q$, keys $k_1 \\dots k_n$ as the rows of $K$ and values $v_1 \\dots v_n$ as those of $V$:"
    )
    st.latex(
        r"\mathrm{attention}(q, K, V) = \mathrm{softmax}\!\left(\frac{q K^{\top}}{T \sqrt{d}}\right) V = \sum_i w_i\, v_i, \qquad"
        r" w_i = \frac{e^{\,q \cdot k_i / (T \sqrt{d})}}{\sum_j e^{\,q \cdot k_j / (T \sqrt{d})}}"
    )
    st.markdown(
        "With $T = 1$ this is equation 1 of [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762). As $T \\to 0$ the largest product takes all "
        "the weight, and what is left is a dictionary that answers with the nearest key; it still never raises a `KeyError`. As $T \\to \\infty$ the "
        "query no longer counts. Between the two every step has a gradient, which is why a network can learn what to ask and what to answer. "
        "In a transformer, query, keys and values are three linear maps of the same words; here the words' own vectors do."
    )
    lesson.code_that_ran(soft_lookup.look_up)
with said:  # last: each part above may have something to say about the link
    lesson.say_notes(S)
