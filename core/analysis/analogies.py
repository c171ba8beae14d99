"""Whole sets of analogies, answered in batches: how often is d the word found for "a is to b as c is to d"?

The measure of Mikolov et al. 2013, "Efficient estimation of word representations in vector space", section 4.1: the
one word of highest score must be the expected one. By habit the question's own three words are left out of the search
(Levy and Goldberg 2014, section 3); `Rules.keep_query` lets them in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from core.analysis.vectors import EPSILON, WordVectors

Question = tuple[str, str, str, str]
SCORE_BYTES = 64 << 20  # of one batch of scores: a batch of 256 at 65,000 words, of 40 at 400,000


class Answer(NamedTuple):
    """One question that was asked, and the word that was found."""

    category: str
    a: str
    b: str
    c: str
    expected: str
    given: str

    @property
    def right(self) -> bool:
        return self.given == self.expected


class Score(NamedTuple):
    """How many questions were asked, answered right, and skipped, because a word of theirs is not in the vocabulary."""

    right: int
    asked: int
    skipped: int

    @property
    def accuracy(self) -> float | None:
        """From 0 to 1, of the questions that were asked; None where none was."""
        return self.right / self.asked if self.asked else None


@dataclass(frozen=True)
class AnalogyResult:
    """Scores by category, in the order given, their total, and every answer, in the order of the questions."""

    categories: dict[str, Score]
    total: Score
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Rules:
    """What counts as an answer.

    vocabulary: only the first so many words are asked about and searched; None is all of them.
    keep_query: whether one of the question's own three words may be the answer.
    method:     "add" for argmax cos(x, b - a + c), "mul" for argmax cos(x, b) cos(x, c) / (cos(x, a) + eps), with cosines moved
                to 0..1 (Levy and Goldberg 2014, equations 3 and 4).

    Raises ValueError for a vocabulary below 1 and for a method of another name.
    """

    vocabulary: int | None = None
    keep_query: bool = False
    method: Literal["add", "mul"] = "add"

    def __post_init__(self) -> None:
        if self.vocabulary is not None and self.vocabulary < 1:
            raise ValueError(f"a vocabulary of {self.vocabulary} words: there must be one at least")
        if self.method not in ("add", "mul"):
            raise ValueError(f'the method "{self.method}" is neither "add" nor "mul"')


RULES = Rules()


@torch.no_grad()
def answer_all(
    vectors: WordVectors,
    categories: Mapping[str, Sequence[Question]],
    rules: Rules = RULES,
    on_progress: Callable[[int, int], None] | None = None,
    batch: int = 256,
) -> AnalogyResult:
    """Answer every question (a, b, c, d) whose four words are in the vocabulary.

    on_progress(done, asked) is called after each batch; an exception that it raises ends the work. batch is the most
    questions at a time; SCORE_BYTES may make it fewer. By the default rules this equals gensim's
    KeyedVectors.evaluate_word_analogies. Raises ValueError for a batch below 1.
    """
    if batch < 1:
        raise ValueError(f"a batch of {batch} questions: there must be one at least")
    size = min(rules.vocabulary or len(vectors), len(vectors))
    unit = vectors.unit[:size]
    rows, of = _known(vectors.index, categories, size)
    queries = rows[:, :3].to(unit.device)
    found = torch.empty(len(rows), dtype=torch.long, device=unit.device)
    # Two pieces of memory for all batches: taken anew for each, they leave holes that grow to gigabytes.
    batch = max(1, min(batch, SCORE_BYTES // (4 * size), len(rows)))
    scores, spare = unit.new_empty(batch, size), unit.new_empty(batch if rules.method == "mul" else 0, size)
    for start in range(0, len(rows), batch):
        query = queries[start : start + batch]  # (B, 3): a, b, c
        here = scores[: len(query)]  # (B, V)
        if rules.method == "add":
            _add(unit, query, out=here)
        else:
            _mul(unit, query, out=here, spare=spare[: len(query)])
        if not rules.keep_query:
            here.scatter_(1, query, -torch.inf)
        torch.argmax(here, dim=1, out=found[start : start + batch])
        if on_progress:
            on_progress(start + len(query), len(rows))

    words = vectors.words
    answers = tuple(
        Answer(category, *(words[row] for row in asked), words[answer])
        for category, asked, answer in zip(of, rows.tolist(), found.tolist(), strict=True)
    )
    right, asked = Counter(answer.category for answer in answers if answer.right), Counter(of)
    table = {
        name: Score(right[name], asked[name], len(questions) - asked[name]) for name, questions in categories.items()
    }
    total = Score(right.total(), asked.total(), sum(score.skipped for score in table.values()))
    return AnalogyResult(table, total, answers)


def _known(
    index: Mapping[str, int], categories: Mapping[str, Sequence[Question]], size: int
) -> tuple[Tensor, list[str]]:
    """The questions that can be asked, as rows of words (N, 4), and the category of each."""
    rows, of = [], []
    for name, questions in categories.items():
        for question in questions:
            row = [index.get(word, size) for word in question]
            if max(row) < size:
                rows.append(row)
                of.append(name)
    return torch.tensor(rows, dtype=torch.long).reshape(-1, 4), of


def _add(unit: Tensor, query: Tensor, out: Tensor) -> None:
    """Scores (B, V) in the order of the cosines: a row's own length, that of its sum, is not divided by."""
    a, b, c = unit[query].unbind(dim=1)
    torch.mm(b - a + c, unit.T, out=out)


def _mul(unit: Tensor, query: Tensor, out: Tensor, spare: Tensor) -> None:
    """Scores (B, V): share of b times share of c over share of a, where a share is a cosine moved to 0..1."""
    half = unit.new_tensor(0.5)
    a, b, c = unit[query].unbind(dim=1)
    torch.addmm(half, b, unit.T, alpha=0.5, out=out)
    out.mul_(torch.addmm(half, c, unit.T, alpha=0.5, out=spare))
    out.div_(torch.addmm(half, a, unit.T, alpha=0.5, out=spare).add_(EPSILON))
