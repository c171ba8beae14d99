"""The protocol of probes against scikit-learn: each penalty's minimum, and the choice on validation pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from core.analysis import probes
from core.analysis.probes import Split, few_label_probe, labelled_rows, linear_probe, nearest_neighbours

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def digits() -> Split:
    """700 + 300 + 797 real digits of 8 x 8; some of the 64 features are constant."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    x, y = torch.tensor(x[order], dtype=torch.float32), torch.tensor(y[order])
    return Split(x[:700], y[:700], x[700:1000], y[700:1000], x[1000:], y[1000:])


def of(train_x, train_y, test_x, test_y) -> Split:
    """Without pictures of its own to choose on."""
    return Split(train_x, train_y, train_x, train_y, test_x, test_y)


def twin(data: Split, penalty: float) -> tuple[LogisticRegression, StandardScaler]:
    scale = StandardScaler().fit(data.train_x.numpy())
    fitted = LogisticRegression(C=1 / penalty, max_iter=5000, tol=1e-6)
    return fitted.fit(scale.transform(data.train_x.numpy()), data.train_y.numpy()), scale


@pytest.mark.parametrize("penalty", [1.0, 300.0])
def test_one_penalty_gives_scikit_learns_answers(digits, penalty):
    fitted, scale = twin(digits, penalty)
    expected = fitted.score(scale.transform(digits.test_x.numpy()), digits.test_y.numpy())
    read = linear_probe(digits, [penalty])
    assert read.accuracy == pytest.approx(expected, abs=0.003)
    assert read.chosen == {"penalty": penalty}


def test_the_search_that_starts_from_the_last_penalty_ends_at_the_same_minimum(digits):
    """Weights, not accuracies: those of scikit-learn, after a path of penalties, to a hundredth of their size."""
    d = digits.standardised()
    axes = probes.principal_axes(d.train_x)
    *_, (_, weight, bias) = probes.logistic_path(d.train_x @ axes, d.train_y, 10, [1e4, 300.0, 10.0])
    fitted, _ = twin(digits, 10.0)
    ours, theirs = (weight @ axes.T).numpy(), fitted.coef_
    assert np.abs(ours - theirs).max() < 0.01 * np.abs(theirs).max()
    assert np.allclose((bias - bias.mean()).numpy(), fitted.intercept_ - fitted.intercept_.mean(), atol=0.02)


def test_the_penalty_is_the_one_that_scikit_learn_finds_best_on_the_validation_pictures(digits):
    found = {}
    for penalty in (3e3, 100.0, 3.0):
        fitted, scale = twin(digits, penalty)
        found[penalty] = [
            fitted.score(scale.transform(x.numpy()), y.numpy())
            for x, y in ((digits.valid_x, digits.valid_y), (digits.test_x, digits.test_y))
        ]
    best = max(found, key=lambda penalty: found[penalty][0])
    read = linear_probe(digits, list(found))
    assert read.chosen == {"penalty": best}
    assert read.accuracy == pytest.approx(found[best][1], abs=0.003)
    assert found[3e3][1] < found[best][1] - 0.02, "another penalty would have read worse: the choice can fail"


def test_what_was_chosen_does_not_change_while_weaker_penalties_are_tried(digits):
    path = [1e3, 100.0, 10.0, 1.0, 0.1]
    read = linear_probe(digits, path)
    assert read.chosen["penalty"] > 0.1, "weaker ones are tried after it"
    assert torch.equal(read.right, linear_probe(digits, [p for p in path if p >= read.chosen["penalty"]]).right)


def test_test_pictures_choose_nothing(digits):
    turned = replace(digits, test_y=(digits.test_y + 1) % 10)
    turned_read, read = (linear_probe(data, [300.0, 30.0, 3.0]) for data in (turned, digits))
    assert turned_read.chosen == read.chosen
    assert nearest_neighbours(turned).chosen == nearest_neighbours(digits).chosen
    assert turned_read.accuracy < 0.1 < read.accuracy


def test_more_features_than_pictures_have_the_same_minimum(digits):
    """The dual way of finding the axes, with 40 pictures of 64 features."""
    few = replace(digits, train_x=digits.train_x[:40], train_y=digits.train_y[:40])
    assert probes.principal_axes(few.standardised().train_x).shape[1] < 40
    fitted, scale = twin(few, 10.0)
    expected = fitted.score(scale.transform(few.test_x.numpy()), few.test_y.numpy())
    assert linear_probe(few, [10.0]).accuracy == pytest.approx(expected, abs=0.004)


def test_few_labels_are_drawn_several_times_and_share_one_penalty(digits):
    g = torch.Generator().manual_seed(2)
    draws = [torch.randperm(700, generator=g)[:60] for _ in range(3)]
    read = few_label_probe(digits, draws, [1e3, 30.0, 1.0])
    assert read.right.shape == (3, 797)
    valid, test = [], []
    for penalty in (1e3, 30.0, 1.0):
        rights = []
        for rows in draws:
            one = replace(digits, train_x=digits.train_x[rows], train_y=digits.train_y[rows])
            fitted, scale = twin(one, penalty)
            rights.append([fitted.score(scale.transform(x.numpy()), y.numpy())
                           for x, y in ((one.valid_x, one.valid_y), (one.test_x, one.test_y))])  # fmt: skip
        valid.append(np.mean(rights, axis=0)[0])
        test.append(np.mean(rights, axis=0)[1])
    best = int(np.argmax(valid))
    assert read.chosen == {"penalty": (1e3, 30.0, 1.0)[best]}
    assert read.accuracy == pytest.approx(test[best], abs=0.003)


def test_labelled_rows_are_disjoint_and_always_the_same():
    for count, most, train, valid in ((60_000, 4_000, 4_000, 2_000), (4_000, 4_000, 3_200, 800), (7, 100, 6, 1), (2, 9, 1, 1)):  # fmt: skip
        learn, choose = labelled_rows(count, most)
        assert (len(learn), len(choose)) == (train, valid)
        assert not set(learn.tolist()) & set(choose.tolist())
        assert max(*learn.tolist(), *choose.tolist()) < count
        assert len(set(learn.tolist())) == train and len(set(choose.tolist())) == valid
    assert labelled_rows(60_000, 4_000)[0].tolist() == list(range(4_000)), "plenty: the first ones"
    learn, choose = labelled_rows(3_338, 2_000)
    for part in (learn, choose):  # a file in the order of its classes: both parts are from all of it
        assert part.double().mean() == pytest.approx(3_338 / 2, rel=0.05)
    with pytest.raises(ValueError, match="1 labelled"):
        labelled_rows(1, 10)


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
@pytest.mark.parametrize("k", [1, 2, 10])
def test_neighbours_agree_with_scikit_learn_up_to_ties(digits, k, distance):
    mean = digits.train_x.mean(dim=0)
    fitted = KNeighborsClassifier(k, metric=distance).fit((digits.train_x - mean).numpy(), digits.train_y.numpy())
    votes = fitted.predict_proba((digits.test_x - mean).numpy())
    winners = votes == votes.max(axis=1, keepdims=True)
    right = winners[np.arange(len(votes)), digits.test_y.numpy()]
    alone = winners.sum(axis=1) == 1
    read = nearest_neighbours(digits, [k], [distance])
    assert (right & alone).mean() - 1e-9 <= read.accuracy <= right.mean() + 1e-9


def test_number_and_distance_of_neighbours_are_chosen_on_validation(digits):
    valid = replace(digits, test_x=digits.valid_x, test_y=digits.valid_y)
    by_hand = {
        (k, d): nearest_neighbours(valid, [k], [d]).accuracy for d in probes.DISTANCES for k in probes.NEIGHBOURS
    }
    read = nearest_neighbours(digits)
    assert by_hand[read.chosen["k"], read.chosen["distance"]] == max(by_hand.values())
    assert len(set(by_hand.values())) > 3, "the choices differ"


def test_a_code_of_one_number_is_read_by_the_euclidean_distance():
    """A cosine of one centred number sees the sign alone."""
    x = torch.linspace(-1, 1, 90)[:, None]
    y = torch.tensor([0, 1, 2]).repeat_interleave(30)
    read = nearest_neighbours(Split(x[::2], y[::2], x[1::4], y[1::4], x[3::4], y[3::4]))
    assert read.chosen["distance"] == "euclidean" and read.accuracy > 0.9


def test_a_tied_vote_goes_to_the_nearer_neighbour():
    angle = torch.tensor([0.2, 3.0, -0.1, 3.1])  # classes 0 and 1 have one neighbour each; class 1 is nearer
    train_x = torch.stack([angle.cos(), angle.sin()], dim=1)
    train_y = torch.tensor([0, 2, 1, 3])
    mean = train_x.mean(dim=0)
    test_x = mean + torch.tensor([[1.0, -0.1]])
    nearness = torch.nn.functional.cosine_similarity(train_x - mean, test_x - mean)
    assert nearness.argsort(descending=True)[:2].tolist() == [2, 0]
    for told, accuracy in ((1, 1.0), (0, 0.0)):
        data = of(train_x, train_y, test_x, torch.tensor([told]))
        assert nearest_neighbours(data, [2], ["cosine"]).accuracy == accuracy


def test_two_far_votes_beat_one_near_vote():
    train_x = torch.tensor([[1.0, 0.0], [1.0, 0.3], [1.0, 0.4], [-3.0, -0.7]])  # their mean is the origin
    data = of(train_x, torch.tensor([0, 1, 1, 2]), torch.tensor([[1.0, 0.0]]), torch.tensor([1]))
    assert nearest_neighbours(data, [3], ["cosine"]).accuracy == 1.0


def test_common_part_of_the_features_is_taken_out(digits):
    far = replace(digits, train_x=digits.train_x + 500, valid_x=digits.valid_x + 500, test_x=digits.test_x + 500)
    assert nearest_neighbours(far).accuracy == pytest.approx(nearest_neighbours(digits).accuracy, abs=0.01)
    assert linear_probe(far, [30.0]).accuracy == pytest.approx(linear_probe(digits, [30.0]).accuracy, abs=0.01)


def test_constant_features_change_nothing(digits):
    def wider(x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, torch.full((len(x), 3), 0.1)], dim=1)

    more = replace(digits, **{f"{part}_x": wider(getattr(digits, f"{part}_x")) for part in probes.PARTS})
    assert linear_probe(more, [30.0]).accuracy == pytest.approx(linear_probe(digits, [30.0]).accuracy, abs=0.002)
    assert nearest_neighbours(more).accuracy == pytest.approx(nearest_neighbours(digits).accuracy, abs=0.002)


def test_features_without_any_content_give_the_accuracy_of_guessing():
    x, y = torch.full((20, 3), 0.1), torch.tensor([0] * 15 + [1] * 5)
    assert linear_probe(of(x, y, x, y)).accuracy == 0.75
    assert nearest_neighbours(of(x, y, x, y)).accuracy in (0.25, 0.75)


def test_fewer_pictures_than_neighbours_and_a_class_that_only_the_test_has():
    train_x, train_y = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1])
    test_x, test_y = torch.tensor([[1.0, 0.1], [0.1, 1.0], [1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1, 0, 2])
    data = of(train_x, train_y, test_x, test_y)
    assert nearest_neighbours(data).accuracy == 0.75 and linear_probe(data).accuracy == 0.75
