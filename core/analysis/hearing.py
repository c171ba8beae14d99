"""What pairs of pictures and sounds have taught: what is found across the two, and what the picture side alone knows.

Held-out voices and held-out pictures throughout.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from core.data.spoken import Heard

NEAREST = 10  # pictures, or sounds, of which the share of right ones is taken
STRONGEST = 20  # pictures of a unit, whose commonest digit is what it responds to


def retrieved(queries: Tensor, gallery: Tensor, count: int) -> Tensor:
    """(Q, count): which rows of a gallery (G, D) are most similar to each query (Q, D), the nearest first; all of unit length."""
    return (queries @ gallery.T).topk(min(count, len(gallery)), dim=1).indices


def right_share(said: Tensor, digit: Tensor, seen: Tensor, y: Tensor) -> float:
    """The share of sounds said (M, D) of digits (M,) whose nearest picture, of seen (N, D) of digits y (N,), shows their digit."""
    return float((y[retrieved(said, seen, 1)[:, 0]] == digit).double().mean())


def across(seen: Tensor, said: Tensor, y: Tensor, heard: Heard) -> dict[str, object]:
    """Shares that are right, of pictures seen (N, D) of digits y (N,) and sounds said (M, D) of `heard`.

    "hear": the nearest picture of a sound; "see": the nearest sound of a picture; "hear_near", "see_near": all of the NEAREST ones; "by_voice": a
    list of "hear", one share a voice; "confusion": (10, 10) counts of digits said and digits found.
    """
    pictures, sounds = retrieved(said, seen, NEAREST), retrieved(seen, said, NEAREST)
    right = (y[pictures] == heard.digit[:, None]).double()
    back = (heard.digit[sounds] == y[:, None]).double()
    by_voice = [float(right[heard.voice == voice, 0].mean()) for voice in range(len(heard.voices))]
    counts = torch.bincount(10 * heard.digit + y[pictures[:, 0]], minlength=100).view(10, 10)
    return {
        "hear": float(right[:, 0].mean()), "hear_near": float(right.mean()),
        "see": float(back[:, 0].mean()), "see_near": float(back.mean()),
        "by_voice": [round(share, 4) for share in by_voice], "confusion": counts.tolist(),
    }  # fmt: skip


def by_chance(digit: Tensor, y: Tensor) -> float:
    """The share that is right where any picture, of digits y, is found for a sound, of digits (M,), with the same probability."""
    one, other = (torch.bincount(part, minlength=10).double() / len(part) for part in (digit, y))
    return float(one @ other)


def few_of_each(y: Tensor, count: int, draws: int, generator: torch.Generator) -> list[Tensor]:
    """`draws` choices of `count` rows of every class of y (N,), as indices."""
    classes = [(y == label).nonzero().squeeze(1) for label in range(int(y.max()) + 1)]
    return [
        torch.cat([rows[torch.randperm(len(rows), generator=generator)[:count]] for rows in classes])
        for _ in range(draws)
    ]


def responses(h: Tensor, y: Tensor) -> dict[str, Sequence[int]]:
    """Of each unit, h (N, U): the digit that most of its STRONGEST pictures show, and how many of them do; -1 and 0 for a silent one."""
    alive = h.amax(dim=0) > 0
    strongest = y[h.topk(STRONGEST, dim=0).indices]  # (STRONGEST, U)
    counts = torch.stack([(strongest == digit).sum(dim=0) for digit in range(10)])  # (10, U)
    most, digit = counts.max(dim=0)
    return {"digit": torch.where(alive, digit, -1).tolist(), "of_20": torch.where(alive, most, 0).tolist()}
