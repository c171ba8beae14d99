"""Expressions answered, one or many: the words whose vectors fit best, and a table of them for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from core.analysis import vectors as space
from core.analysis.csv_text import csv_text
from core.analysis.expressions import MOST_CHARACTERS, BadExpression, Expression, parse
from core.analysis.vectors import Near, WordVectors

METHODS = {"add": "3CosAdd", "mul": "3CosMul", "direction": "PairDirection"}
MOST_LINES = 1_000
MOST_ANSWERS = 10  # a line
COLUMNS = ("line", "expression", "rank", "word", "cosine", "error")


def answer(
    expression: Expression, vectors: WordVectors, method: str = "add", keep_query: bool = False, count: int = 10
) -> list[Near]:
    """The `count` words that fit best, best first, with their scores (of 3CosMul no cosines).

    method: one of METHODS, see `core.analysis.vectors`. keep_query: whether the expression's own words may be answers.
    Raises BadExpression where the method cannot answer this expression, ValueError for an unknown method or count.
    """
    if method not in METHODS or count < 1:
        raise ValueError(f"method {method!r}, count {count}: no such method, or no count")
    without = () if keep_query else expression.words
    if method == "add":
        scores = space.cos_add(vectors, expression.terms)
    elif method == "mul":
        scores = space.cos_mul(vectors, expression.terms)
        if not torch.isfinite(scores).all() or scores.max() <= 0:  # powers of large weights leave the range of a float
            raise BadExpression(
                "3CosMul takes its weights as powers, and these are too large: use smaller ones or 3CosAdd."
            )
    else:
        pair = expression.pair()
        if pair is None:
            raise BadExpression(
                "Pair direction needs the shape a − b + c, three words without other weights: write it so,"
                " or choose another method."
            )
        scores = space.pair_direction(vectors, *pair)
    return space.best(vectors, scores, count, without)


def answer_lines(
    lines: Iterable[str], vectors: WordVectors, method: str = "add", keep_query: bool = False, count: int = 1
) -> list[dict]:
    """One expression a line, in rows: line (from 1), expression, rank (from 1), word, cosine; or line, expression, error.

    Blank lines and those that begin with # are passed over, but counted. cosine: the score of the method. Raises
    BadExpression for more than 1,000 expressions or none, ValueError for a count outside 1..10.
    """
    if not 1 <= count <= MOST_ANSWERS:
        raise ValueError(f"count is {count}; 1 to {MOST_ANSWERS}")
    asked = [(i, line.strip()) for i, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith("#")]
    if not asked:
        raise BadExpression("There is no expression: write one on each line, such as king − man + woman.")
    if len(asked) > MOST_LINES:
        raise BadExpression(f"There are {len(asked):,} lines; at most {MOST_LINES:,}: send them in parts.")
    rows = []
    for number, line in asked:
        row = {"line": number, "expression": line[:MOST_CHARACTERS]}
        try:
            found = answer(parse(line, vectors.__contains__), vectors, method, keep_query, count)
        except BadExpression as why:
            rows.append(row | {"error": str(why)})
            continue
        rows += [row | {"rank": i, "word": near.word, "cosine": near.cosine} for i, near in enumerate(found, 1)]
    return rows


def as_csv(rows: Iterable[dict]) -> str:
    """The rows as CSV with a header, safe to open in a spreadsheet."""
    return csv_text(COLUMNS, ([row.get(name, "") for name in COLUMNS] for row in rows))
