"""The arithmetic box: an expression of words, its nearest words, and the parallelogram that it draws."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.analysis.expression_batch import answer
from core.analysis.expressions import BadExpression, Expression, UnknownWords, parse
from core.analysis.spelling import nearest_spellings
from core.analysis.vectors import Near
from core.charts import theme, words
from core.lessons.word_vectors import directions, links
from core.lessons.word_vectors.charts_analogy import parallelogram
from core.lessons.word_vectors.expression_box import BoxAnswer, Row, expression_box, read
from core.lessons.word_vectors.shown import Shown
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.words import plain

METHODS = {"add": "3CosAdd", "mul": "3CosMul", "direction": "Pair direction"}
SCORES = {"add": "cosine", "mul": "3CosMul", "direction": "cosine of steps"}
OWN_WORDS = {"out": "left out", "in": "may win"}
EXAMPLES = {
    "glove": ("king - man + woman", "paris - france + italy", "walked - walk + look", "(berlin + moscow) / 2", "computer + music"),
    "text": ("king - man + woman", "walked - walk + look", "brother - man + woman", "heaven", "bread + wine"),
}  # fmt: skip
ROWS, DRAWN = 10, 7


def show(shown: Shown, stage_alone: bool) -> None:
    """Box, answer, drawing; a gesture reruns this part alone. stage_alone: without what a first paint can spare."""
    examples = [e for e in EXAMPLES["glove" if shown.name.startswith("glove") else "text"] if _works(shown, e)]
    default = examples[0] if examples else shown.vectors.words[min(60, len(shown.vectors) - 1)]
    text = read(links.BOX, links.EXPRESSION.raw() or default)
    links.EXPRESSION.put(None if text == default else text)
    box, place = st.columns([0.47, 0.53], gap="large")
    by, own_words = st.columns([0.5, 0.5], gap="large")
    with by:
        method = links.BY.widget(
            st.segmented_control, shown=METHODS.__getitem__, required=True,
            help="3CosAdd: the cosine with the sum. 3CosMul multiplies cosines instead of adding them. Pair direction: the "
            "word that a step from the last word in the direction of the first two leads to.",
        )  # fmt: skip
    with own_words:
        own = links.OWN_WORDS.widget(st.segmented_control, shown=OWN_WORDS.__getitem__, required=True)
    expression: Expression | None = None
    everyone: list[Near] = []  # the best words, those of the query among them
    found: list[Near] = []
    error, spellings = "", {}
    try:
        expression = parse(text, shown.vectors.__contains__)
        everyone = answer(expression, shown.vectors, method, True, ROWS + len(expression.words))
        found = [near for near in everyone if own == "in" or near.word not in expression.words][:ROWS]
    except UnknownWords as unknown:
        error = str(unknown)
        spellings = {word: nearest_spellings(word, shown.vectors.words) for word in unknown.words[:3]}
    except BadExpression as bad:
        error = str(bad)
    with box:
        rows = [Row(near.word, near.cosine, near.word in expression.words) for near in found] if expression else []
        shown_answer = BoxAnswer(
            rows,
            normal=expression.normal() if expression and not error else "",
            result_id=f"{shown.name}/{method}/{own}/{text}",
            error=error,
            suggestions=spellings,
            examples=examples,
            score_name=SCORES[method],
            room=ROWS,
        )
        expression_box(
            links.BOX, expression=text, answer=shown_answer
        )  # the page mounts the vocabulary, outside of this
    with place:
        if expression is not None and found and not stage_alone:
            _draw(shown, expression, found)
    if expression is not None and found:
        st.markdown(_left_in(shown, expression, _first(everyone, expression), method, own))


ROUNDING = 1e-5  # of a cosine of float32, on any processor


def _works(shown: Shown, text: str) -> bool:
    try:
        parse(text, shown.vectors.__contains__)
    except BadExpression:
        return False
    return True


def _first(everyone: list[Near], expression: Expression) -> Near:
    """The nearest word; of words that are equally near, as both words of a sum are, the one that was written first."""
    written = list(expression.words)
    equal = [near for near in everyone if near.cosine > everyone[0].cosine - ROUNDING]
    return min(equal, key=lambda near: written.index(near.word) if near.word in written else len(written))


def _left_in(shown: Shown, expression: Expression, nearest: Near, method: str, own: str) -> str:
    """What the query's own words would do, or do, to the answer: said for each expression of several words."""
    if len(expression.words) < 2:
        (word, weight), *_ = expression.terms.items()
        if weight < 0:
            return f"The words of {shown.title} that point away from *{plain(word)}*: no list of opposites."
        return f"The nearest words of *{plain(word)}* in {shown.title}: they stand in the same contexts."
    named = f"**{plain(nearest.word)}**"
    if nearest.word not in expression.words:
        return f"No word of the query wins here: even left in, {named} ({nearest.cosine:.3f}) is the first."
    would = "is" if own == "in" else "would be"
    if method != "add":
        return (
            f"With the query's own words left in, the first word {would} {named} itself ({nearest.cosine:.3f}). Published "
            "analogies leave those words out."
        )
    return (
        f"With the query's own words left in, the nearest word {would} {named} itself ({nearest.cosine:.3f}): the sum "
        "hardly leaves the word it starts from. Published analogies leave those words out."
    )


def _draw(shown: Shown, expression: Expression, found: list[Near]) -> None:
    """The parallelogram, or for another shape of expression the plane that lies nearest to its words."""
    pair = expression.pair()
    words_near = [near.word for near in found[:DRAWN]]
    look = look_now()
    try:
        if pair is None:
            raise ValueError
        rows = _parallelogram(shown, pair, words_near)
        spec, says = theme.spec(parallelogram, rows, look), _corners(pair, rows)
    except ValueError:  # another shape, or three words on one line
        rows = _plane(shown, expression, words_near)
        if rows is None:
            st.caption("Add another word to see them in a plane.")
            return
        spec = theme.spec(words.word_map, rows, look)
        says = "The plane that lies nearest to these words (PCA of them alone); the neighbours are those of the full space."
    draw_chart(spec, key=f"{links.PREFIX}_plane")
    st.caption(says)


def _parallelogram(shown: Shown, pair: tuple[str, str, str], near: list[str]) -> list[dict[str, Any]]:
    shape = directions.plane(shown.vectors, *pair, near)
    kinds = {"start": shape.start, "end": shape.end, "base": shape.base, "sum": shape.sum}
    rows = [{"kind": kind, "word": p.word, "x": p.x, "y": p.y, "off": p.distance} for kind, p in kinds.items()]
    return rows + [
        {"kind": "near" if i else "answer", "word": p.word, "x": p.x, "y": p.y, "off": p.distance}
        for i, p in enumerate(shape.words)
    ]


def _corners(pair: tuple[str, str, str], rows: list[dict[str, Any]]) -> str:
    off = next(row["off"] for row in rows if row["kind"] == "answer")
    start, end, base = pair
    return (
        f"The plane through *{plain(start)}*, *{plain(end)}* and *{plain(base)}*; other words are projected onto it, paler the farther off they "
        f"lie. The answer lies {off:.2f} off the plane, in a space where every word has length 1."
    )


def _plane(shown: Shown, expression: Expression, near: list[str]) -> list[dict[str, Any]] | None:
    named = list(dict.fromkeys([*expression.words, *near]))
    if len(named) < 3:
        return None
    found = directions.map_2d(shown.vectors, named)
    return [
        {"kind": "word", "word": word, "group": "in the query" if word in expression.words else "nearest",
         "x": x, "y": y, "x2": None, "y2": None}
        for word, (x, y) in zip(found.words, found.xy.tolist(), strict=True)
    ]  # fmt: skip
