"""The soft dictionary: with the vectors of words, as a hard look-up that leaves an entry out, and with a person's own arrows."""

from __future__ import annotations

from core.lessons.soft_lookup.linked import SPARE, start
from core.lessons.soft_lookup.soft_dictionary import Answer, Flat, Problem, Row, soft_dictionary


def send() -> None:
    own = Answer(
        (Row(1.0, 0.5, 0.5, 0.4), Row(1.0, 0.5, 0.5, 0.4), Row(0.0, 0.0, 0.0, 0.2)), 2.0, False, True, (0.1, 0.2)
    )
    soft_dictionary("own", asked=start(), answer=own, spare=SPARE, result_id="first")
    flat = Flat((0.1, 0.2), ((0.3, 0.4), None, (0.5, 0.6)), (None, (0.7, 0.8), None))
    problems = (Problem("apple is twice here."), Problem("No vector.", "key", 0, ("apples",)), Problem("Write its value.", "value", 0),
                Problem("No vector.", "query"))  # fmt: skip
    rows = (None, Row(1.0, 1.0, None, 1.0), Row(0.5, 0.5, None, 0.0))
    words = Answer(rows, 1.0, True, False, None, flat, (("citron", 0.9),), "GloVe", problems)
    soft_dictionary("words", asked=start(temperature=0.0), answer=words, spare=SPARE, result_id="second")
