"""From a distribution over the next token to a text: temperature, top-k, top-p, and one token after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor


def distribution(logits: Tensor, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> Tensor:
    """Probabilities (..., V) to draw the next token from, of logits (..., V).

    temperature: what the logits are divided by; 0 leaves the likeliest token alone (equal ones share). top_k: only so many
    of the likeliest tokens remain, 0 is all of them. top_p: only the likeliest tokens that together reach this probability
    remain (the nucleus of Holtzman et al. 2020, "The curious case of neural text degeneration"); at least one does.
    First the temperature is applied, then top-k, then top-p. Raises ValueError for what lies outside these ranges.
    """
    if not (0 <= temperature < float("inf") and top_k >= 0 and 0 < top_p <= 1):
        raise ValueError(f"{temperature=}, {top_k=}, {top_p=}")
    if temperature < torch.finfo(logits.dtype).tiny:  # no number of this type can be divided by it
        best = (logits == logits.amax(-1, keepdim=True)).to(logits.dtype)
        return best / best.sum(-1, keepdim=True)
    logits = (logits - logits.amax(-1, keepdim=True)) / temperature
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
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
) -> Iterator[int]:
    """Yield `count` tokens that go on from `ids` (T,); the model sees the last `context` tokens.

    logits_of: (1, T) -> (1, T, V). The draws come from `generator`, on the CPU.
    """
    for _ in range(count):
        logits = logits_of(ids[None, -context:])[0, -1].float().cpu()
        drawn = torch.multinomial(distribution(logits, temperature, top_k, top_p), 1, generator=generator)
        ids = torch.cat([ids, drawn.to(ids.device)])
        yield int(drawn)
