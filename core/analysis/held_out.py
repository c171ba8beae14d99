"""What a causal language model loses on a text that it has not seen, with all heads on or with some of them off.

Axis letters: B rows, T tokens, N tokens of a text, V vocabulary, L layers, H heads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.analysis import heads
from core.nn.attention import Trace

ROWS = 32  # windows a batch
LOOKED_AT = 24  # held-out windows in which the heads are scored
STRETCHES = 50  # of a held-out text, for intervals
SWITCHED = 96  # held-out windows on which heads are switched off and younger selves are measured

Window = tuple[int, int]  # where it starts, and how many of its first predictions do not count


class CausalModel(Protocol):
    """A language model of H heads a layer, one of `blocks` a layer, that sees at most `context` tokens.

    A call takes tokens (B, T) and gives logits (B, T, V) of the next token of each; `trace` gets what each layer's attention
    did, `heads_on` (L, H) multiplies what each head says.
    """

    context: int
    heads: int
    blocks: nn.ModuleList

    def __call__(self, ids: Tensor, trace: Trace | None = None, heads_on: Tensor | None = None) -> Tensor: ...

    def parameters(self) -> Iterator[nn.Parameter]: ...


def windows(count: int, context: int) -> list[Window]:
    """Windows that predict each of `count` tokens but the first once.

    They overlap by half, and the first `skip` predictions of a window do not count: so a token that counts has at least half
    a context before it.
    """
    length = min(context, count - 1)
    found, end = [(0, 0)], length
    while end < count - 1:
        start = min(found[-1][0] + max(1, length // 2), count - 1 - length)
        found.append((start, end - start))
        end = start + length
    return found


def spread(rows: list[Window], most: int) -> list[Window]:
    """At most `most` of the windows, evenly from all over the text."""
    return [rows[i] for i in np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int)]


@torch.no_grad()
def losses(model: CausalModel, text: Tensor, rows: list[Window], heads_on: Tensor | None = None) -> Iterator[Tensor]:
    """Yield the losses in nats (K,) of the tokens that count, in their order, of one batch of windows after the other.

    text: int64 (N,), on the model's device. heads_on: (L, H), 0 for a head that is off.
    """
    length = min(model.context, len(text) - 1)
    place = torch.arange(length, device=text.device)
    for i in range(0, len(rows), ROWS):
        start, skip = torch.tensor(rows[i : i + ROWS], device=text.device).T
        ids = text[start[:, None] + torch.arange(length + 1, device=text.device)]
        logits = model(ids[:, :-1], heads_on=heads_on)
        found = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none").view(len(ids), -1)
        yield found[place >= skip[:, None]]


def nats(
    model: CausalModel, text: Tensor, rows: list[Window], heads_on: Tensor | None = None
) -> Iterator[tuple[float, int]]:
    """Yield (sum of the losses in nats, tokens that count) of one batch of windows after the other; arguments as in `losses`."""
    for found in losses(model, text, rows, heads_on):
        yield float(found.sum()), len(found)


def stretches(values: np.ndarray, count: int = STRETCHES) -> np.ndarray:
    """The means (C,) of `count` stretches, as equal in length as can be, of a row of values (N,); each value where N is less.

    Neighbours in a text resemble each other, so that its tokens are no independent sample; long stretches nearly are.
    """
    return np.array([part.mean() for part in np.array_split(values, min(count, len(values)))])


def mean_nats(model: CausalModel, text: Tensor, rows: list[Window], heads_on: Tensor | None = None) -> float:
    """The mean loss of these windows, in nats a token; arguments as in `nats`."""
    total, counted = map(sum, zip(*nats(model, text, rows, heads_on), strict=True))
    return total / counted


@torch.no_grad()
def head_scores(model: CausalModel, rows: list[Tensor]) -> dict[str, list[list[float]]]:
    """For each kind of head (`core.analysis.heads`), entropy (bits) and distance (tokens) among them, the mean over `rows`.

    rows: int64 (T,) each, on the model's device. One list a layer, one number a head.
    """
    sums: dict[str, Tensor] = {}
    for ids in rows:
        trace: Trace = []
        model(ids[None], trace)
        weights = torch.cat([seen.weights for seen in trace])  # (L, H, T, T)
        found = heads.scores(weights, ids) | {"entropy": heads.entropy(weights), "distance": heads.distance(weights)}
        for name, values in found.items():
            sums[name] = sums.get(name, 0) + values
    return {name: (total / len(rows)).tolist() for name, total in sums.items()}


def without(model: CausalModel, off: Iterable[tuple[int, int]]) -> Tensor:
    """What a call of the model takes as `heads_on` to have these heads, (layer, head) from 0, switched off: (L, H)."""
    on = torch.ones(len(model.blocks), model.heads, device=next(model.parameters()).device)
    for layer, head in off:
        on[layer, head] = 0
    return on
