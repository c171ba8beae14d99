"""Masked node features on a small real graph: Zachary's karate club (1977), which split in two; 34 members, 78 friendships.

What is hidden is on whose side some members ended up. It is filled in from the others': by the majority, by the friends, and by a graph network
that hides some of what is visible and learns to fill that in (a masked auto-encoder of node features, as in Hou et al. 2022, "GraphMAE").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from core import lab
from core.analysis.intervals import Resampled
from core.nn.adam import Adam
from core.rng import generator

SIDES = ("Mr. Hi's club", "the Officer's club")
SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
DRAWS = 40
WIDTH, STEPS, MASKS, RATE = 8, 60, 16, 0.05
TOGETHER = 10  # networks that are trained side by side
AGAIN = 0.3  # of the visible members, how many are hidden again to learn from


@dataclass(frozen=True, eq=False)
class Club:
    """friends: bool (N, N), symmetric. side: int64 (N,), into SIDES. place: float (N, 2), where each is drawn."""

    friends: Tensor
    side: Tensor
    place: Tensor

    def __len__(self) -> int:
        return len(self.side)

    @property
    def smoothing(self) -> Tensor:
        """D^-1/2 (A + I) D^-1/2, (N, N) (Kipf and Welling 2017, equation 2)."""
        adjacency = self.friends.float() + torch.eye(len(self))
        root = adjacency.sum(dim=1).rsqrt()
        return root[:, None] * adjacency * root


@lab.memo(label="The karate club")
def club() -> Club:
    """Zachary's karate club, as networkx has it."""
    import networkx

    graph = networkx.karate_club_graph()
    friends = torch.zeros(len(graph), len(graph), dtype=torch.bool)
    for a, b in graph.edges:
        friends[a, b] = friends[b, a] = True
    side = torch.tensor([int(graph.nodes[i]["club"] == "Officer") for i in graph])
    place = networkx.spring_layout(graph, seed=4, iterations=200)
    return Club(friends, side, torch.tensor([place[i].tolist() for i in graph]))


def drawn(count: int, share: float, draw: int) -> Tensor:
    """Which of so many members are hidden, bool (count,): the share to the nearest whole number, at least one, and one stays visible."""
    hidden = torch.zeros(count, dtype=torch.bool)
    some = min(max(1, round(share * count)), count - 1)
    hidden[torch.randperm(count, generator=generator(draw, "club"))[:some]] = True
    return hidden


# Three ways to fill in: (club, hidden bool (N,)) -> a side for each member, int64 (N,) --------------------------------


def majority(club: Club, hidden: Tensor) -> Tensor:
    """The side of most visible members, for everybody; the first side where both have as many."""
    counts = F.one_hot(club.side[~hidden], len(SIDES)).sum(dim=0)
    return counts.argmax().expand(len(club))


def by_friends(club: Club, hidden: Tensor) -> Tensor:
    """The mean of the visible friends; where there is none, or both sides have as many, the majority."""
    seen = F.one_hot(club.side, len(SIDES)).float() * ~hidden[:, None]
    votes = club.friends.float() @ seen
    tied = votes[:, 0] == votes[:, 1]
    return torch.where(tied, majority(club, hidden), votes.argmax(dim=1))


def by_network(club: Club, hidden: Tensor, seed: int = 0) -> Tensor:
    """A graph network of two layers, trained on what is visible alone: some of that is hidden again, and it learns to fill it in."""
    return by_networks(club, hidden[None], seed)[0]


def by_networks(club: Club, hidden: Tensor, seed: int = 0) -> Tensor:
    """`by_network` of several masks (D, N) that hide as many members: a network of each, all trained side by side, because small
    products take as long one by one. They begin alike, and of what each sees the same places are hidden again. Sides (D, N)."""
    visible = (~hidden).nonzero()[:, 1].view(len(hidden), -1)
    if visible.shape[1] < 2:
        return torch.stack([majority(club, one) for one in hidden])
    g, smooth = generator(seed, "graph network"), club.smoothing
    weights = [torch.randn(shape, generator=g) * shape[0] ** -0.5 for shape in ((4, WIDTH), (WIDTH, len(SIDES)))]
    parameters = [w.repeat(len(hidden), 1, 1, 1).requires_grad_(True) for w in weights]  # (D, 1, ., .)
    adam = Adam(parameters, RATE)
    again = max(1, round(AGAIN * visible.shape[1]))
    with torch.enable_grad():
        for _ in range(STEPS):
            places = torch.stack([torch.randperm(visible.shape[1], generator=g)[:again] for _ in range(MASKS)])
            asked = torch.zeros(len(hidden), MASKS, len(club), dtype=torch.bool).scatter_(2, visible[:, places], True)
            logits = network(features(club, asked | hidden[:, None]), smooth, parameters)
            each = F.cross_entropy(logits[asked], club.side.expand(asked.shape)[asked], reduction="sum")
            adam.clear()
            (each / (again * MASKS)).backward()  # the sum of each network's mean, of which its gradients are its own
            adam.step()
    with torch.no_grad():
        return network(features(club, hidden[:, None]), smooth, parameters)[:, 0].argmax(dim=2)


def features(club: Club, hidden: Tensor) -> Tensor:
    """(..., N, 4): the side as two numbers, 0 where it is hidden; whether it is hidden; how many friends, in tens."""
    seen = F.one_hot(club.side, len(SIDES)).float() * ~hidden[..., None]
    friends = club.friends.float().sum(dim=1).div(10).expand(hidden.shape)
    return torch.cat([seen, hidden[..., None].float(), friends[..., None]], dim=-1)


def network(x: Tensor, smooth: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Logits (..., N, 2): twice, each member becomes a mean over itself and its friends, times a matrix (Kipf and Welling 2017)."""
    return smooth @ F.relu(smooth @ x @ weights[0]) @ weights[1]


WAYS: dict[str, Callable[[Club, Tensor], Tensor]] = {
    "the majority": majority,
    "the mean of the friends": by_friends,
    "a graph network": by_network,
}


def accuracy(club: Club, hidden: Tensor, told: Tensor) -> float:
    """The share of hidden members that are told right; NaN where none is hidden."""
    return float((told == club.side)[hidden].double().mean())


def compare(share: float, report: Callable[[int, int], None] = lambda done, total: None) -> dict[str, object]:
    """Accuracy of each way over DRAWS random masks of a share, and the intervals of what the others gain on the majority, paired by mask."""
    the = club()
    masks = torch.stack([drawn(len(the), share, draw) for draw in range(DRAWS)])
    each: dict[str, list[float]] = {name: [] for name in WAYS}
    for some in masks.split(TOGETHER):
        for name, way in WAYS.items():
            told = by_networks(the, some) if way is by_network else [way(the, hidden) for hidden in some]
            each[name] += [accuracy(the, hidden, sides) for hidden, sides in zip(some, told, strict=True)]
        report(len(each["the majority"]), DRAWS)
    found = {name: torch.tensor(values) for name, values in each.items()}
    seen, base = Resampled(DRAWS), found["the majority"]
    return {
        "mean": {name: float(values.mean()) for name, values in found.items()},
        "gain": {
            name: (float((v - base).mean()), seen.difference(v, base)) for name, v in found.items() if v is not base
        },
    }
