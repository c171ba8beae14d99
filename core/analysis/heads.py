"""What an attention head does, as numbers: where it looks, how widely, how far back, and which known kind it is.

A: attention weights (..., T, T), each row a query, each column a key; rows sum to 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

KINDS = {
    "previous": "the token before",
    "first": "the first token",
    "same": "earlier places of the same token",
    "induction": "what followed the same token before",
    "itself": "the token itself",
    "next": "the token after",
    "last": "the last token",
}
LOOKING_AHEAD = ("next", "last")  # kinds that a causal model cannot have
LABELLED = 0.4  # mean weight from which on a head is named after a kind


def entropy(weights: Tensor) -> Tensor:
    """Mean entropy of the rows in bits, (...): 0 looks at one token, log2 T at all alike."""
    return torch.special.entr(weights).sum(dim=-1).mean(dim=-1) / math.log(2)


def distance(weights: Tensor) -> Tensor:
    """Mean distance in tokens between a query and what it looks at, (...)."""
    places = torch.arange(weights.shape[-1], device=weights.device)
    return (weights * (places[:, None] - places[None]).abs()).sum(dim=-1).mean(dim=-1)


def targets(tokens: Tensor, causal: bool = True) -> dict[str, Tensor]:
    """For each kind the keys it would look at: bool (T, T), of the tokens (T,). A row without any is all False.

    Induction (Olsson et al. 2022, "In-context learning and induction heads"): of a token that stood earlier, the token
    that came right after it.
    """
    places = torch.arange(len(tokens), device=tokens.device)
    query, key = places[:, None], places[None]
    equal = tokens[:, None] == tokens[None]
    earlier = equal & (key < query)
    after = torch.zeros_like(earlier)
    after[:, 1:] = earlier[:, :-1]
    ahead = {"next": key == query + 1, "last": (key == len(tokens) - 1) & (query < key)}
    return ({} if causal else ahead) | {
        "previous": key == query - 1,
        "first": (key == 0) & (query > 0),
        "same": earlier,
        "induction": after & (key < query),
        "itself": key == query,
    }


def scores(weights: Tensor, tokens: Tensor, causal: bool = True) -> dict[str, Tensor]:
    """For each kind the mean weight (...) on its keys, over the rows that have any; zeros where no row has."""
    found = {}
    for kind, wanted in targets(tokens, causal).items():
        rows = wanted.any(dim=-1)
        on = (weights * wanted).sum(dim=-1)[..., rows]
        found[kind] = on.mean(dim=-1) if rows.any() else torch.zeros(weights.shape[:-2], device=weights.device)
    return found


def label(one: Mapping[str, float]) -> str | None:
    """The kind of highest score, where that is clear; a head that looks everywhere has none."""
    kind = max(one, key=one.__getitem__)
    return kind if one[kind] >= LABELLED else None
