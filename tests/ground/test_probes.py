"""The linear probe and the nearest neighbours against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from core.analysis.probes import Split, knn_accuracy, linear_probe

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def digits() -> tuple[torch.Tensor, ...]:
    """1,000 + 797 real digits of 8 x 8; some of the 64 features are constant."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    x, y = torch.tensor(x[order], dtype=torch.float32), torch.tensor(y[order])
    return x[:1000], y[:1000], x[1000:], y[1000:]


@pytest.mark.parametrize("strength", [1.0, 300.0])
def test_linear_probe_agrees_with_scikit_learn(digits, strength):
    train_x, train_y, test_x, test_y = digits
    scale = StandardScaler().fit(train_x.numpy())
    twin = LogisticRegression(C=1 / strength, max_iter=1000).fit(scale.transform(train_x.numpy()), train_y.numpy())
    expected = twin.score(scale.transform(test_x.numpy()), test_y.numpy())
    assert linear_probe(Split(*digits), strength=strength) == pytest.approx(expected, abs=0.005)


def test_the_penalty_matters_so_the_twin_above_can_fail(digits):
    assert linear_probe(Split(*digits), strength=1e5) < linear_probe(Split(*digits)) - 0.02


@pytest.mark.parametrize("k", [1, 2, 5, 10])
def test_knn_agrees_with_scikit_learn_up_to_ties(digits, k):
    train_x, train_y, test_x, test_y = digits
    mean = train_x.mean(dim=0)
    twin = KNeighborsClassifier(k, metric="cosine").fit((train_x - mean).numpy(), train_y.numpy())
    votes = twin.predict_proba((test_x - mean).numpy())
    winners = votes == votes.max(axis=1, keepdims=True)
    right = winners[np.arange(len(test_y)), test_y.numpy()]
    alone = winners.sum(axis=1) == 1
    assert (right & alone).mean() - 1e-9 <= knn_accuracy(Split(*digits), k=k) <= right.mean() + 1e-9


def test_a_tied_vote_goes_to_the_nearer_neighbour():
    angle = torch.tensor([0.2, 3.0, -0.1, 3.1])  # classes 0 and 1 have one neighbour each; class 1 is nearer
    train_x = torch.stack([angle.cos(), angle.sin()], dim=1)
    train_y = torch.tensor([0, 2, 1, 3])
    mean = train_x.mean(dim=0)
    test_x = mean + torch.tensor([[1.0, -0.1]])
    nearness = torch.nn.functional.cosine_similarity(train_x - mean, test_x - mean)
    assert nearness.argsort(descending=True)[:2].tolist() == [2, 0]
    assert knn_accuracy(Split(train_x, train_y, test_x, torch.tensor([1])), k=2) == 1.0
    assert knn_accuracy(Split(train_x, train_y, test_x, torch.tensor([0])), k=2) == 0.0


def test_two_far_votes_beat_one_near_vote():
    train_x = torch.tensor([[1.0, 0.0], [1.0, 0.3], [1.0, 0.4], [-3.0, -0.7]])  # their mean is the origin
    train_y = torch.tensor([0, 1, 1, 2])
    assert knn_accuracy(Split(train_x, train_y, torch.tensor([[1.0, 0.0]]), torch.tensor([1])), k=3) == 1.0


def test_common_part_of_the_features_is_taken_out(digits):
    train_x, train_y, test_x, test_y = digits
    assert knn_accuracy(Split(train_x + 500, train_y, test_x + 500, test_y)) == pytest.approx(
        knn_accuracy(Split(*digits)), abs=0.01
    )


def test_constant_features_change_nothing(digits):
    train_x, train_y, test_x, test_y = digits

    def wider(x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, torch.full((len(x), 3), 0.1)], dim=1)

    more = wider(train_x), train_y, wider(test_x), test_y
    assert linear_probe(Split(*more)) == pytest.approx(linear_probe(Split(*digits)), abs=0.002)
    assert knn_accuracy(Split(*more)) == pytest.approx(knn_accuracy(Split(*digits)), abs=0.002)


def test_features_without_any_content_give_the_accuracy_of_guessing():
    x, y = torch.full((20, 3), 0.1), torch.tensor([0] * 15 + [1] * 5)
    assert linear_probe(Split(x, y, x, y)) == 0.75
    assert knn_accuracy(Split(x, y, x, y)) in (0.25, 0.75)


def test_fewer_pictures_than_neighbours_and_a_class_that_only_the_test_has():
    train_x, train_y = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1])
    test_x, test_y = torch.tensor([[1.0, 0.1], [0.1, 1.0], [1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1, 0, 2])
    assert knn_accuracy(Split(train_x, train_y, test_x, test_y), k=10) == 0.75
    assert linear_probe(Split(train_x, train_y, test_x, test_y)) == 0.75


def test_whitening_finds_the_minimum_that_scikit_learn_finds_and_sooner():
    """Features that are strongly correlated: the accuracy is that of scikit-learn's classifier to the digit."""
    g = torch.Generator().manual_seed(4)
    mix = torch.randn(40, 40, generator=g) * 0.97 ** torch.arange(40)
    truth = torch.randn(40, 6, generator=g)

    def drawn(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        source = torch.randn(count, 40, generator=g)
        return source @ mix, (source @ truth + 3 * torch.randn(count, 6, generator=g)).argmax(dim=1)

    (x, y), (test_x, test_y) = drawn(3000), drawn(2000)
    mean, std = x.mean(dim=0), x.std(dim=0, correction=0)
    twin = LogisticRegression(C=1.0, max_iter=20_000, tol=1e-8).fit(((x - mean) / std).numpy(), y.numpy())
    expected = twin.score(((test_x - mean) / std).numpy(), test_y.numpy())
    assert linear_probe(Split(x, y, test_x, test_y), iterations=150, whiten=True) == pytest.approx(expected, abs=6e-4)
    strong = LogisticRegression(C=0.05, max_iter=20_000, tol=1e-8).fit(((x - mean) / std).numpy(), y.numpy())
    expected = strong.score(((test_x - mean) / std).numpy(), test_y.numpy())
    found = linear_probe(Split(x, y, test_x, test_y), strength=20.0, iterations=150, whiten=True)
    assert found == pytest.approx(expected, abs=6e-4), "the penalty is that of the features as they are"
