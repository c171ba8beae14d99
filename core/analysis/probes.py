"""What a frozen representation is good for, under one protocol: train, validation, test.

A linear probe and nearest neighbours read the features of labelled training pictures. What they may choose (the probe its L2
penalty; the neighbours their number and their distance) is chosen on validation pictures, for each representation by itself:
one penalty for all would suit one representation and not another. Test pictures are read once, with what was chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from core.data.kinds import Images

PENALTIES = (1e4, 3e3, 1e3, 3e2, 1e2, 30.0, 10.0, 3.0, 1.0, 0.1)  # of the L2 term, strongest first; C = 1 / penalty
NEIGHBOURS = (1, 3, 5, 10, 20, 50)
DISTANCES = ("cosine", "euclidean")
ITERATIONS = 40  # of L-BFGS for each penalty, from the weights of the one before
PATIENCE = 3  # penalties in a row that do worse on validation than the best one, after which none weaker is tried
VALIDATED = 5_000  # validation pictures, at most: more would choose no better
PROTOCOL = (
    "One protocol for every representation, raw pixels too: a linear probe whose L2 penalty, and nearest neighbours whose number and "
    "distance, are chosen for each by itself on validation pictures of the training set; held-out pictures are read once. Intervals are "
    "paired bootstraps over held-out pictures: another training or other labelled pictures would add to them."
)


@dataclass(frozen=True, eq=False)
class Split:
    """Features and labels of the pictures to learn from, to choose on, and to test with.

    x: float (M, D), (V, D), (N, D); y: int64 (M,), (V,), (N,), which may lie on another device.
    """

    train_x: Tensor
    train_y: Tensor
    valid_x: Tensor
    valid_y: Tensor
    test_x: Tensor
    test_y: Tensor

    def standardised(self) -> Split:
        """The same with mean 0 and variance 1 in each feature of the training pictures; a constant one stays a constant."""
        mean, std = self.train_x.mean(dim=0), self.train_x.std(dim=0, correction=0)
        std = torch.where(std > 1e-8, std, 1.0)
        return replace(self, **{f"{part}_x": (getattr(self, f"{part}_x") - mean) / std for part in PARTS})

    def centred(self) -> Split:
        """The same without the training pictures' mean."""
        mean = self.train_x.mean(dim=0)
        return replace(self, **{f"{part}_x": getattr(self, f"{part}_x") - mean for part in PARTS})

    def labels(self) -> tuple[Tensor, Tensor, Tensor, int]:
        """The labels on the device of the features, and the number of classes."""
        y = [getattr(self, f"{part}_y").to(self.train_x.device) for part in PARTS]
        return *y, 1 + max(int(part.max()) for part in y)


PARTS = ("train", "valid", "test")


@dataclass(frozen=True, eq=False)
class Reading:
    """right: bool (N,) on the CPU, which test pictures were told right. chosen: what validation chose, JSON-ready."""

    right: Tensor
    chosen: dict[str, float | int | str]

    @property
    def accuracy(self) -> float:
        """Share of the test pictures, 0 to 1."""
        return float(self.right.double().mean())


def labelled_rows(count: int, most: int) -> tuple[Tensor, Tensor]:
    """Which of `count` training pictures a probe learns from, at most `most`, and which it is chosen on: two disjoint sets.

    Validation takes a fifth of the pictures, but no more than half of `most` or VALIDATED: every fifth block of neighbours,
    counted from the end. Neighbours stay together because emoji stand beside their twins, and their file is not shuffled.
    Raises ValueError where there are fewer than two pictures.
    """
    if count < 2:
        raise ValueError(f"{count} labelled pictures: a probe needs one to learn from and one to choose on")
    block = max(1, min(20, count // 50))
    from_end = torch.arange(count).flip(0)
    candidates = ((from_end // block) % 5 == 0).nonzero().squeeze(1)
    valid = candidates[-max(1, min(most // 2, count // 5, VALIDATED)) :]
    left = torch.ones(count, dtype=torch.bool)
    left[valid] = False
    rest = left.nonzero().squeeze(1)
    if most < len(rest) < 2 * most:  # most of them: evenly from all of the file
        rest = rest[torch.linspace(0, len(rest) - 1, most).round().long()]
    return rest[:most], valid


class Labelled:
    """Labelled pictures of a data set in three disjoint parts.

    x: uint8 (M, C, side, side) to learn from, (V, ...) to choose on, (N, ...) to test with; y: int64 labels of the same.
    """

    def __init__(self, images: Images, most: int, tested: int | None = None) -> None:
        """At most `most` pictures to learn from, and the first `tested` held-out ones, or all."""
        train, valid = labelled_rows(len(images.train_x), most)
        self.x = images.train_x[train], images.train_x[valid], images.test_x[:tested]
        self.y = images.train_y[train], images.train_y[valid], images.test_y[:tested]

    def split(self, features: Sequence[Tensor]) -> Split:
        """Features (M, D), (V, D), (N, D) of the three parts with their labels."""
        (train, valid, test), (train_y, valid_y, test_y) = features, self.y
        return Split(train, train_y, valid, valid_y, test, test_y)

    def pixels(self) -> Split:
        """The pictures themselves as features, 0 to 1, on the CPU."""
        return self.split([x.flatten(1).float() / 255 for x in self.x])


# Linear probe ------------------------------------------------------------------------------------------------------


def linear_probe(data: Split, penalties: Sequence[float] = PENALTIES) -> Reading:
    """Multinomial logistic regression on standardised features, its L2 penalty chosen on the validation pictures.

    Of penalties that validation cannot tell apart the strongest is taken. Only the features' directions in which training
    pictures differ can carry weight, and so the search runs along their principal axes: the minimum is the same.
    """
    data = data.standardised()
    train_y, valid_y, test_y, classes = data.labels()
    axes = principal_axes(data.train_x)
    train_x, valid_x, test_x = (getattr(data, f"{part}_x") @ axes for part in PARTS)
    best, worse = -1.0, 0
    for penalty, weight, bias in logistic_path(train_x, train_y, classes, sorted(penalties, reverse=True)):
        accuracy = float(_right(valid_x, valid_y, weight, bias).cpu().double().mean())
        if accuracy > best:
            best, worse, chosen, kept = accuracy, 0, penalty, (weight, bias)
        elif accuracy < best:
            worse += 1
        if worse == PATIENCE:
            break
    return Reading(_right(test_x, test_y, *kept).cpu(), {"penalty": chosen})


def few_label_probe(data: Split, draws: Sequence[Tensor], penalties: Sequence[float] = PENALTIES) -> Reading:
    """A probe for each draw of a few training pictures, with one penalty for all draws, chosen on the validation pictures.

    draws: rows of the training pictures, int64 (F,) each. `right` is bool (draws, N). Features are standardised by the F pictures.
    """
    penalties = sorted(penalties, reverse=True)
    _, valid_y, test_y, classes = data.labels()
    draws = [rows.to(data.train_x.device) for rows in draws]
    train_y = torch.stack([data.train_y.to(rows.device)[rows] for rows in draws])
    axes = [_axes_of(data.train_x[rows]) for rows in draws]
    longest = max(
        found.shape[1] for _, found in axes
    )  # features of a few pictures span fewer directions; the rest stays 0
    few = torch.stack([
        F.pad((data.train_x[rows] - mean) @ found, (0, longest - found.shape[1]))
        for rows, (mean, found) in zip(draws, axes, strict=True)
    ])  # fmt: skip
    path = list(logistic_path(few, train_y, classes, penalties))
    weights, biases = (
        torch.stack([step[i] for step in path], dim=1) for i in (1, 2)
    )  # (draws, penalties, classes, ...)
    told = []  # of each draw: right (penalties, V) and (penalties, N)
    for (mean, found), weight, bias in zip(axes, weights, biases, strict=True):
        weight = weight[..., : found.shape[1]] @ found.T  # of the features
        told.append([
            _right(x, y, weight, bias - weight @ mean).cpu() for x, y in ((data.valid_x, valid_y), (data.test_x, test_y))
        ])  # fmt: skip
    best = int(torch.stack([valid for valid, _ in told]).double().mean(dim=(0, 2)).argmax())
    return Reading(torch.stack([test[best] for _, test in told]), {"penalty": penalties[best]})


def _axes_of(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (D,), and (D, r): (x - mean) @ these are the standardised features (M, D) along their principal axes."""
    std, mean = torch.std_mean(x, dim=0, correction=0)
    scale = torch.where(std > 1e-8, std, 1.0)
    return mean, principal_axes((x - mean) / scale) / scale[:, None]


def logistic_path(
    x: Tensor, y: Tensor, classes: int, penalties: Iterable[float]
) -> Iterable[tuple[float, Tensor, Tensor]]:
    """(penalty, weight (..., classes, D), bias (..., classes)) of the minimum of summed cross-entropy + penalty / 2 |weight|^2.

    x: float (..., M, D) with uncorrelated columns around 0, as `principal_axes` gives them; y: int64 (..., M). More than one
    problem at a time is as many minima. Each minimum is searched by L-BFGS from the one before, along axes scaled by about the
    root of the curvature, so that few steps suffice. scikit-learn's LogisticRegression(C=1/penalty) is the trusted twin in the tests.
    """
    count, problems = x.shape[-2], x.shape[:-2]
    spread = x.square().mean(dim=-2)[..., None, :]  # (..., 1, D)
    weight = torch.zeros(*problems, classes, x.shape[-1], device=x.device)
    bias = torch.zeros(*problems, classes, device=x.device)
    steps = ITERATIONS * (2 if problems else 1)  # the slowest of several problems is waited for
    for penalty in penalties:
        scale = (CURVATURE * spread + penalty / count).rsqrt()
        scaled, bias = (weight / scale).requires_grad_(True), bias.requires_grad_(True)
        optimiser = torch.optim.LBFGS(
            [scaled, bias], max_iter=steps, history_size=10, tolerance_grad=1e-6, line_search_fn="strong_wolfe"
        )

        def objective(scaled=scaled, bias=bias, scale=scale, penalty=penalty, optimiser=optimiser) -> Tensor:
            with torch.enable_grad():
                optimiser.zero_grad()
                weight = scaled * scale
                logits = x @ weight.transpose(-1, -2) + bias[..., None, :]
                loss = F.cross_entropy(logits.flatten(0, -2), y.flatten(), reduction="sum") / count
                loss = loss + penalty / 2 * weight.square().sum() / count
                loss.backward()
            return loss

        optimiser.step(objective)
        weight, bias = (scaled * scale).detach(), bias.detach().clone()  # the next search moves its own copy
        yield penalty, weight, bias.clone()


CURVATURE = 0.3  # about p (1 - p) of the classes of a picture


def principal_axes(x: Tensor) -> Tensor:
    """(D, r): orthonormal directions in which x (M, D) varies, r at most M and D; x is centred."""
    wide = x.shape[1] > x.shape[0]
    square = x @ x.T if wide else x.T @ x
    values, vectors = torch.linalg.eigh(square.cpu().double())
    kept = values > 1e-10 * values[-1].clamp(min=1e-30)
    values, vectors = values[kept], vectors[:, kept]
    if wide:
        vectors = (x.T.cpu().double() @ vectors) / values.sqrt()
    return vectors.to(x.device, x.dtype)


def _right(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Which of x (N, D) are told right, (..., N) bool, by weight (..., C, D) and bias (..., C)."""
    logits = F.linear(x, weight.flatten(0, -2), bias.flatten()).unflatten(1, bias.shape)  # (N, ..., C)
    return (logits.argmax(dim=-1).movedim(0, -1)) == y


# Nearest neighbours ------------------------------------------------------------------------------------------------


def nearest_neighbours(
    data: Split, counts: Sequence[int] = NEIGHBOURS, distances: Sequence[str] = DISTANCES
) -> Reading:
    """A vote of the nearest training pictures; how many, and by which distance, is chosen on the validation pictures.

    Features are centred, not scaled: the common part of a network's features says nothing about a picture, and the scale of a
    pixel says how much of it is drawn. Of choices that validation cannot tell apart the first is taken.
    """
    data = data.centred()
    train_y, valid_y, test_y, classes = data.labels()
    counts = sorted({min(k, len(train_y)) for k in counts})
    best = -1.0
    for distance in distances:
        votes = _votes(data.train_x, train_y, data.valid_x, classes, counts, distance)
        for k, told in zip(counts, votes, strict=True):
            accuracy = float((told == valid_y).cpu().double().mean())
            if accuracy > best:
                best, chosen = accuracy, {"k": k, "distance": distance}
    (told,) = _votes(data.train_x, train_y, data.test_x, classes, [chosen["k"]], chosen["distance"])
    return Reading((told == test_y).cpu(), chosen)


def _votes(
    train_x: Tensor, train_y: Tensor, x: Tensor, classes: int, counts: Sequence[int], distance: str
) -> list[Tensor]:
    """The class (N,) that each number of nearest training pictures votes for; ties go to the nearer neighbours."""
    if distance == "cosine":
        train_x, x = F.normalize(train_x, dim=1), F.normalize(x, dim=1)
    half = train_x.square().sum(dim=1) / 2  # |a - b|^2 / 2 = |a|^2 / 2 + |b|^2 / 2 - ab, and |a| is the same for all b
    told: list[list[Tensor]] = [[] for _ in counts]
    for part in x.split(1000):
        nearest = train_y[(part @ train_x.T - half).topk(max(counts), dim=1).indices]
        for k, list_ in zip(counts, told, strict=True):
            # A vote weighs 1 plus a little for nearness, so that equal counts are decided by the nearer neighbour.
            weights = 1 + torch.arange(k, 0, -1, device=x.device) / (1000 * k)
            votes = torch.zeros(len(part), classes, device=x.device)
            votes.scatter_add_(1, nearest[:, :k], weights.expand(len(part), -1))
            list_.append(votes.argmax(dim=1))
    return [torch.cat(list_) for list_ in told]
