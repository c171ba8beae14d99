"""What a frozen representation is good for: a linear probe and nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

WHITENED = 1_024  # features whose axes are quick to find
STRENGTH = 1.0  # of the L2 penalty, in scikit-learn's convention: C = 1 / STRENGTH


@dataclass(frozen=True, eq=False)
class Split:
    """Features and labels of training and of held-out pictures.

    train_x: float (M, D), test_x: (N, D); train_y: int64 (M,), test_y: (N,), which may lie on another device.
    """

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor

    def labels_beside(self) -> tuple[Tensor, Tensor, int]:
        """Both labels on the device of the features, and the number of classes."""
        train_y, test_y = self.train_y.to(self.train_x.device), self.test_y.to(self.test_x.device)
        return train_y, test_y, int(max(train_y.max(), test_y.max())) + 1


def linear_probe(data: Split, strength: float = STRENGTH, iterations: int = 100, whiten: bool = False) -> float:
    """Accuracy (0 to 1) on held-out pictures of multinomial logistic regression on standardised features.

    Minimises the summed cross-entropy plus strength/2 |W|^2 by
    L-BFGS; scikit-learn's LogisticRegression(C=1/strength) on the same features is the trusted twin in the tests.
    whiten: search in coordinates in which the features are not correlated. The minimum is the same one, the penalty too, but
    100 iterations come as near to it as 1,000 without; up to 1,024 features and with more pictures than twice that.
    """
    mean, std = data.train_x.mean(dim=0), data.train_x.std(dim=0, correction=0)
    std = torch.where(std > 1e-8, std, 1.0)  # a constant feature stays a constant
    train_x, test_x = (data.train_x - mean) / std, (data.test_x - mean) / std
    train_y, test_y, classes = data.labels_beside()
    turn = None
    if whiten and train_x.shape[1] <= WHITENED and len(train_x) > 2 * train_x.shape[1]:
        spread, axes = torch.linalg.eigh((train_x.T @ train_x / len(train_x)).cpu().double())
        # (D, D); weights of the features are weight @ turn.T
        turn = (axes / (spread.clamp(min=0) + 1e-4).sqrt()).float().to(train_x.device)
        train_x, test_x = train_x @ turn, test_x @ turn
    with torch.enable_grad():
        weight = torch.zeros(classes, train_x.shape[1], device=train_x.device, requires_grad=True)
        bias = torch.zeros(classes, device=train_x.device, requires_grad=True)
        optimiser = torch.optim.LBFGS(
            [weight, bias], max_iter=iterations, history_size=10, line_search_fn="strong_wolfe"
        )

        def objective() -> Tensor:
            optimiser.zero_grad()
            loss = F.cross_entropy(F.linear(train_x, weight, bias), train_y)
            own = weight if turn is None else weight @ turn.T
            loss = loss + strength / 2 * own.square().sum() / len(train_x)
            loss.backward()
            return loss

        optimiser.step(objective)
    return float((F.linear(test_x, weight, bias).argmax(dim=1) == test_y).float().mean())


def knn_accuracy(data: Split, k: int = 10, cosine: bool = True) -> float:
    """Accuracy (0 to 1) of a vote among the k nearest training pictures, on centred features; ties go to the nearer.

    Nearest by cosine, or else by Euclidean distance: of a code of one number, a cosine sees the sign alone. Features
    are centred first: those of a network share a large common part that says nothing about the picture.
    """
    mean = data.train_x.mean(dim=0)
    train_x, test_x = data.train_x - mean, data.test_x - mean
    if cosine:
        train_x, test_x = F.normalize(train_x, dim=1), F.normalize(test_x, dim=1)
    half = train_x.square().sum(dim=1) / 2  # |a - b|^2 / 2 = |a|^2 / 2 + |b|^2 / 2 - ab, and |a| is the same for all b
    train_y, test_y, classes = data.labels_beside()
    right = 0
    # A vote weighs 1 plus a little for nearness, so that equal counts are decided by the nearer neighbour.
    weights = 1 + torch.arange(k, 0, -1, device=train_x.device) / (1000 * k)
    for x, y in zip(test_x.split(1000), test_y.split(1000), strict=True):
        nearest = (x @ train_x.T - half).topk(min(k, len(train_x)), dim=1).indices
        votes = torch.zeros(len(x), classes, device=x.device)
        votes.scatter_add_(1, train_y[nearest], weights[: nearest.shape[1]].expand(len(x), -1))
        right += int((votes.argmax(dim=1) == y).sum())
    return right / len(test_y)
