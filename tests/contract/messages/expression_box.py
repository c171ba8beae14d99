"""The expression box: with an answer, and with an error and words that may be meant."""

from __future__ import annotations

from core.lessons.word_vectors.expression_box import BoxAnswer, Row, expression_box


def send() -> None:
    rows = (Row("king", 0.8, in_query=True), Row("queen", 0.7))
    good = BoxAnswer(rows, "king − man", "first", examples=["queen - king"])
    expression_box("good", expression="king - man", answer=good)
    bad = BoxAnswer((), "", "second", "kng has no vector.", {"kng": ["king"]})
    expression_box("bad", expression="kng - man", answer=bad)
