"""What changes when attention heads are switched off, and how heads come about while a model learns.

Switching a head off sets what it says to zero before the layer's output projection (zero ablation; Michel, Levy and
Neubig 2019, "Are sixteen heads really better than one?", section 3). What a model does without a head is not all that the
head does: others may stand in for it, and the layers behind it have never seen such an input.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from core import lab
from core.analysis.heads import LABELLED
from core.analysis.held_out import ROWS, SWITCHED, CausalModel, nats, spread, windows
from core.analysis.reading import Reading
from core.data.tokens import tokenized
from core.nn.bert import sentence_embedding

Head = tuple[int, int]  # layer and head, from 0
GROWING = ("previous", "first", "same", "induction")  # the kinds that are followed through a training
NATS = math.log(2)  # of a bit


# One sentence ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guess:
    """What a model says of the token at place `place` (from 0) of a sentence: the probability of the one that stands
    there, with all heads on and as the model is now."""

    place: int
    before: float
    after: float


@dataclass(frozen=True)
class SentenceEffect:
    """guesses: of each token but the first, before which nothing stands. bits_before, bits_after: the loss of the sentence,
    the sum over these tokens. top_before, top_after: (token, probability), the likeliest to follow the sentence."""

    guesses: tuple[Guess, ...]
    bits_before: float
    bits_after: float
    top_before: tuple[int, float]
    top_after: tuple[int, float]


def on_sentence(whole: Reading, now: Reading) -> SentenceEffect:
    """Compare two readings of one sentence by a causal model, with all heads on and as it is now. Raises ValueError for
    readings of an encoder or of two sentences."""
    if not (whole.causal and now.causal) or whole.pieces.ids != now.pieces.ids:
        raise ValueError("two readings of one sentence by a causal model are compared")
    ids = torch.tensor(whole.pieces.ids)
    logs = [reading.output.float().cpu().log_softmax(-1) for reading in (whole, now)]  # (T, V) each
    before, after = (log[:-1].gather(-1, ids[1:, None])[:, 0] for log in logs)  # (T - 1)
    likeliest = [(int(log[-1].argmax()), float(log[-1].max().exp())) for log in logs]
    guesses = tuple(
        Guess(place, b, a)
        for place, (b, a) in enumerate(zip(before.exp().tolist(), after.exp().tolist(), strict=True), 1)
    )
    return SentenceEffect(guesses, float(-before.sum()) / NATS, float(-after.sum()) / NATS, *likeliest)


@dataclass(frozen=True)
class EncodedEffect:
    """Cosines between what an encoder makes of a sentence with all heads on and as it is now: of the sentence embedding,
    and of the last hidden state of each token (T)."""

    embedding: float
    tokens: tuple[float, ...]


def on_embedding(whole: Reading, now: Reading) -> EncodedEffect:
    """Compare two readings of one sentence by an encoder. Raises ValueError for others."""
    if whole.causal or now.causal or whole.pieces.ids != now.pieces.ids:
        raise ValueError("two readings of one sentence by an encoder are compared")
    a, b = whole.output.float().cpu(), now.output.float().cpu()  # (T, D)
    embedding = float((sentence_embedding(a[None]) * sentence_embedding(b[None])).sum())
    return EncodedEffect(embedding, tuple(torch.cosine_similarity(a, b, dim=-1).tolist()))


# Held-out text ---------------------------------------------------------------------------------------------------


def held_out_bits(
    model: CausalModel,
    data: str,
    tokens: str,
    heads_on: Tensor | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> float:
    """The loss in bits a character on the windows of held-out text on which a training measures its heads.

    heads_on: (L, H), 0 for a head that is off. The same number as `head_effects` of a record are differences of.
    Raises core.data.Missing for a text that is not here.
    """
    text, nats_to_bits = _held_out(data, tokens)
    text = text.to(next(model.parameters()).device)
    rows = spread(windows(len(text), model.context), SWITCHED)
    total, counted = 0.0, 0
    for batch, (some, many) in enumerate(nats(model, text, rows, heads_on), 1):
        total, counted = total + some, counted + many
        on_progress(min(batch * ROWS, len(rows)), len(rows))
    return total / counted * nats_to_bits


@lab.memo(label="Held-out text as tokens")
def _held_out(data: str, tokens: str) -> tuple[Tensor, float]:
    """The held-out tokens (N,), and bits a character for one nat a token."""
    text = tokenized(data, tokens)
    return torch.from_numpy(text.held_out.astype(np.int64)), len(text.held_out) / text.held_out_characters / NATS


# The record of a training ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PreviousVerdict:
    """Does the best previous-token head matter more than the median head? score: its mean weight on the token before;
    effect, median: how far the held-out loss rises without it and without the median head, in bits a character."""

    head: Head
    score: float
    effect: float
    median: float

    @property
    def clear(self) -> bool:
        """Whether there is a head that can be called a previous-token head."""
        return self.score >= LABELLED

    @property
    def more(self) -> bool:
        return self.effect > self.median


def effects_of(metrics: Mapping[str, Any]) -> dict[Head, float]:
    """How far the held-out loss rises without each head, in bits a character; a record may lack what was not finite."""
    rows = metrics.get("head_effects") or []
    return {
        (layer, head): effect for layer, row in enumerate(rows) for head, effect in enumerate(row) if effect is not None
    }


def verdict(metrics: Mapping[str, Any]) -> PreviousVerdict | None:
    """The best previous-token head beside the median head; None where the record has no effects."""
    effects = effects_of(metrics)
    if not effects:
        return None
    scores = metrics["head_scores"]["previous"]
    best = max(effects, key=lambda at: scores[at[0]][at[1]])
    return PreviousVerdict(best, scores[best[0]][best[1]], effects[best], median(effects.values()))


def of_kind(scores: Mapping[str, list[list[float]]], kind: str) -> tuple[Head, ...]:
    """The heads (layer, head) whose highest score is that of this kind, and high enough to be called by it."""
    here = scores[kind]
    return tuple(
        (layer, head)
        for layer, row in enumerate(here)
        for head, score in enumerate(row)
        if score >= LABELLED and score == max(values[layer][head] for values in scores.values())
    )


Together = Literal["more", "alike", "less"]


def together(joint: float, single: Iterable[float]) -> tuple[float, Together]:
    """The sum of single effects, and whether heads switched off together cost more than it, about as much, or less.

    About: within a tenth of the larger one, and within 0.002 bits a character in any case, which is next to nothing.
    """
    total = sum(single)
    if abs(joint - total) <= max(0.1 * max(abs(joint), abs(total)), 0.002):
        return total, "alike"
    return total, "more" if joint > total else "less"


@dataclass(frozen=True)
class Age:
    """One age of a model. bits: held-out loss, bits a character. best: kind -> (score, head) of the head that has most of
    it. scores: kind -> one list a layer, one number a head."""

    step: int
    bits: float
    best: Mapping[str, tuple[float, Head]]
    scores: Mapping[str, list[list[float]]]


def grown(metrics: Mapping[str, Any], steps: int) -> tuple[Age, ...]:
    """The ages of a training, oldest step first, the finished model last; all of them measured on the same windows.

    steps: of the finished model. Empty where the record lacks a loss, as that of a training whose numbers overflowed.
    """
    last = {
        "step": steps,
        "bits_per_character": metrics.get("bits_per_character_sample"),
        "head_scores": metrics.get("head_scores"),
    }
    rows = [*(metrics.get("ages") or []), last]
    if any(row["bits_per_character"] is None or not row["head_scores"] for row in rows):
        return ()
    return tuple(_age(row) for row in rows)


def _age(row: Mapping[str, Any]) -> Age:
    scores = row["head_scores"]
    best = {}
    for kind in GROWING:
        at = max(
            ((layer, head) for layer, line in enumerate(scores[kind]) for head in range(len(line))),
            key=lambda at: scores[kind][at[0]][at[1]],
        )
        best[kind] = (scores[kind][at[0]][at[1]], at)
    return Age(row["step"], row["bits_per_character"], best, scores)


def passes(ages: tuple[Age, ...], kind: str, level: float = LABELLED) -> int | None:
    """The number (from 0) of the first age from which on the best score of a kind stays at `level` or above; None for none."""
    found = None
    for i in range(len(ages) - 1, -1, -1):
        if ages[i].best[kind][0] < level:
            break
        found = i
    return found


def beats(ages: tuple[Age, ...], bits: float | None) -> int | None:
    """The number of the first age whose loss is below `bits`; None for none."""
    return next((i for i, age in enumerate(ages) if bits is not None and age.bits < bits), None)
