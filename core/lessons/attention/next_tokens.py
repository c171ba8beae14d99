"""Guesses of the next token: what a model would draw from, what it writes, what a sentence teaches it, and its inner layers' guesses.

Axis letters: T tokens, L layers, V vocabulary. Positions count from 0; the guess at position t is for the token t + 1.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from core.analysis.generation import PLAIN, Sampling, distribution, generate

MOST_WRITTEN = 200  # tokens that a continuation may have


def entropy_bits(p: Tensor) -> Tensor:
    """The entropy in bits of distributions (..., V): how many yes-no questions are open."""
    return -torch.special.xlogy(p, p).sum(-1) / math.log(2)


# What comes next? ------------------------------------------------------------------------------------------------


class Candidate(NamedTuple):
    """A token that may come next: the model's own probability of it, and the one with which it is drawn."""

    token: int
    own: float
    drawn: float


class NextToken(NamedTuple):
    """What comes next at one position.

    candidates: the likeliest tokens, likeliest first.
    own_bits, drawn_bits: the entropy of the model's own distribution, and of that which is drawn from.
    possible:   how many tokens can be drawn.
    cut:        the share of the model's own probability that lies on the tokens that cannot.
    """

    candidates: list[Candidate]
    own_bits: float
    drawn_bits: float
    possible: int
    cut: float


def next_token(logits: Tensor, sampling: Sampling = PLAIN, count: int = 10) -> NextToken:
    """What comes next by logits (V,), in the model's own distribution and in the one that is drawn from."""
    logits = logits.cpu().double()
    own, drawn = logits.softmax(-1), distribution(logits, sampling)
    order = logits.argsort(descending=True, stable=True)[:count].tolist()
    return NextToken(
        [Candidate(i, float(own[i]), float(drawn[i])) for i in order],
        float(entropy_bits(own)),
        float(entropy_bits(drawn)),
        int((drawn > 0).sum()),
        float(own[drawn == 0].sum()),
    )


class Written(NamedTuple):
    """A token that a model wrote: the probability with which it was drawn, the model's own, and its rank (1: likeliest)."""

    token: int
    drawn: float
    own: float
    rank: int


class Continuation:
    """What a model writes after a text: made as far as somebody asks for it, and the same for all who ask.

    logits_of: (1, T) -> (1, T, V); it sees the last `context` tokens. ids (T,): the text. The draws come from `generator`, one a
    token, so the first tokens of a long continuation are those of a short one. Safe for many threads.
    """

    def __init__(
        self,
        logits_of: Callable[[Tensor], Tensor],
        ids: Tensor,
        generator: torch.Generator,
        context: int,
        sampling: Sampling = PLAIN,
    ):
        self._lock = threading.Lock()
        self._logits: list[Tensor] = []
        self._tokens: list[Written] = []
        self._sampling = sampling

        def heard(seen: Tensor) -> Tensor:
            logits = logits_of(seen)
            self._logits.append(logits[0, -1].float().cpu())
            return logits

        # One more than may be shown: the guess after the last one is asked for, too.
        self._more = generate(heard, ids, MOST_WRITTEN + 1, generator, context, sampling)

    def tokens(self, count: int) -> list[Written]:
        """The first `count` tokens, at most MOST_WRITTEN."""
        return self._made(min(count, MOST_WRITTEN))[0]

    def logits(self, count: int) -> Tensor:
        """The logits (V,) of what follows `count` tokens, at most MOST_WRITTEN."""
        return self._made(min(count, MOST_WRITTEN) + 1)[1][-1]

    def _made(self, count: int) -> tuple[list[Written], list[Tensor]]:
        with self._lock:
            while len(self._tokens) < count:
                token = next(self._more)
                logits = self._logits[-1]
                drawn = distribution(logits, self._sampling)[token]
                rank = 1 + int((logits > logits[token]).sum())
                self._tokens.append(Written(token, float(drawn), float(logits.softmax(-1)[token]), rank))
            return self._tokens[:count], self._logits[:count]


# What one sentence teaches ---------------------------------------------------------------------------------------


class Guess(NamedTuple):
    """The guess at one position against the token that came: its probability, its rank (1: likeliest), the loss in bits."""

    position: int
    label: int
    probability: float
    rank: int
    bits: float


def guesses(logits: Tensor, ids: Sequence[int]) -> list[Guess]:
    """The table that self-supervision makes of a sentence: T - 1 rows, of logits (T, V) and the tokens (T) themselves.

    Row t has the tokens up to t as features and the token t + 1 as label. Its loss is - log2 p(label), the term of the sum
    that training makes small.
    """
    labels = torch.tensor(ids[1:], dtype=torch.long)[:, None]
    logits = logits[:-1].cpu().double()
    log_p = logits.log_softmax(-1).gather(1, labels)[:, 0]
    rank = 1 + (logits > logits.gather(1, labels)).sum(1)
    rows = zip(ids[1:], log_p.exp().tolist(), rank.tolist(), (-log_p / math.log(2)).abs().tolist(), strict=True)
    return [Guess(t, *row) for t, row in enumerate(rows)]


# Logit lens ------------------------------------------------------------------------------------------------------


class Lens(NamedTuple):
    """What a model would guess if it ended after each layer; all (L + 1, T), row 0 after the embeddings.

    top, top_p:         the likeliest token and its probability.
    label_p, label_rank: of the token that did come; NaN and 0 at the last position, whose label is not there.
    """

    top: Tensor
    top_p: Tensor
    label_p: Tensor
    label_rank: Tensor

    @property
    def agreement(self) -> list[float]:
        """For each row the share of positions at which its guess is the last row's."""
        return (self.top == self.top[-1]).double().mean(1).tolist()


@torch.no_grad()
def lens(read_out: Callable[[Tensor], Tensor], states: Sequence[Tensor], ids: Sequence[int]) -> Lens:
    """The logit lens (nostalgebraist 2020, "interpreting GPT: the logit lens"): inner states read as if they were the last.

    read_out: (T, D) -> logits (T, V), the last norm and the output matrix; states: L + 1 of (T, D); ids: the T tokens.
    """
    labels = torch.tensor([*ids[1:], ids[0]])[:, None]  # the last one has no label, and is blotted out below
    found = []
    for state in states:
        logits = read_out(state).cpu().double()
        p = logits.softmax(-1)
        top_p, top = p.max(-1)
        rank = 1 + (logits > logits.gather(1, labels)).sum(1)
        found.append((top, top_p, p.gather(1, labels)[:, 0], rank))
    whole = Lens(*(torch.stack(part) for part in zip(*found, strict=True)))
    whole.label_p[:, -1] = math.nan
    whole.label_rank[:, -1] = 0
    return whole


def settling(agreement: Sequence[float]) -> int:
    """The first row of a lens, of those before the last, at which half of the guesses are the last ones; else the row before the last."""
    inner = range(len(agreement) - 1)
    return next((row for row in inner if agreement[row] >= 0.5), len(agreement) - 2)
