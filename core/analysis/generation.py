"""From a distribution over the next token to a text: temperature, top-k, top-p, and one token after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn: first the temperature is applied, then top-k, then top-p.

    temperature: what the logits are divided by; 0 leaves the likeliest token alone (equal ones share).
    top_k:       only so many of the likeliest tokens remain; 0 is all of them.
    top_p:       only the likeliest tokens that together reach this probability remain, at least one (the nucleus of Holtzman
                 et al. 2020, "The curious case of neural text degeneration").

    Raises ValueError for what lies outside these ranges.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.temperature < float("inf") and self.top_k >= 0 and 0 < self.top_p <= 1):
            raise ValueError(f"temperature={self.temperature}, top_k={self.top_k}, top_p={self.top_p}")


PLAIN = Sampling()  # draws with the model's own probabilities


def distribution(logits: Tensor, sampling: Sampling = PLAIN) -> Tensor:
    """Probabilities (..., V) to draw the next token from, of logits (..., V)."""
    if sampling.temperature < torch.finfo(logits.dtype).tiny:  # no number of this type can be divided by it
        best = (logits == logits.amax(-1, keepdim=True)).to(logits.dtype)
        return best / best.sum(-1, keepdim=True)
    top_k, top_p = sampling.top_k, sampling.top_p
    logits = (logits - logits.amax(-1, keepdim=True)) / sampling.temperature
    order = logits.argsort(dim=-1, descending=True, stable=True)
    p = logits.gather(-1, order).softmax(-1)
    if 0 < top_k < p.shape[-1]:
        p[..., top_k:] = 0
        p = p / p.sum(-1, keepdim=True)
    if top_p < 1:
        before = p.cumsum(-1) - p  # what the likelier tokens have together
        p = torch.where(before < top_p, p, 0)
        p = p / p.sum(-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, p)


@torch.no_grad()
def generate(
    logits_of: Callable[[Tensor], Tensor],
    ids: Tensor,
    count: int,
    generator: torch.Generator,
    context: int,
    sampling: Sampling = PLAIN,
) -> Iterator[int]:
    """Yield `count` tokens that go on from `ids`, int64 (T,); the model sees the last `context` tokens.

    logits_of: (1, T) -> (1, T, V), on the device of `ids`. The draws come from `generator`, on the CPU.
    """
    for _ in range(count):
        logits = logits_of(ids[None, -context:])[0, -1].float().cpu()
        drawn = torch.multinomial(distribution(logits, sampling), 1, generator=generator)
        ids = torch.cat([ids, drawn.to(ids.device)])
        yield int(drawn)
