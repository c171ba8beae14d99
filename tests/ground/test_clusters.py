"""K-means against scikit-learn and against what it promises."""

from __future__ import annotations

import pytest
import torch

from core.analysis.clusters import k_means


def blobs(each: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    centres = torch.tensor([[0.0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]])
    truth = torch.arange(4).repeat_interleave(torch.tensor([each, each + 7, each + 20, each - 10]))
    return centres[truth] + torch.randn(len(truth), 3, generator=g), truth


def test_separate_groups_are_found_and_numbered_by_size() -> None:
    x, truth = blobs()
    found = k_means(x, 4, torch.Generator().manual_seed(1))
    sizes = torch.bincount(found)
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)
    for label in range(4):
        assert len(found[truth == label].unique()) == 1
    assert found[truth == 2].unique().item() == 0, "the largest one comes first"


def test_the_result_is_a_fixed_point_of_lloyds_step_as_in_scikit_learn() -> None:
    from sklearn.cluster import KMeans

    x, _ = blobs()
    x = torch.cat([x, torch.randn(200, 3, generator=torch.Generator().manual_seed(5)) * 6])
    found = k_means(x, 5, torch.Generator().manual_seed(2), rounds=200)
    centres = torch.stack([x[found == i].mean(dim=0) for i in range(5)])
    twin = KMeans(5, init=centres.numpy(), n_init=1, max_iter=1).fit(x.numpy())
    assert twin.labels_.tolist() == found.tolist()


def test_a_seed_means_the_same_and_bad_numbers_are_refused() -> None:
    x, _ = blobs()
    a, b = (k_means(x, 6, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(a, b)
    assert k_means(torch.ones(7, 2), 3, torch.Generator().manual_seed(0)).tolist() == [0] * 7, "all in one place"
    for k in (0, 8):
        with pytest.raises(ValueError, match="allowed are 1 to N"):
            k_means(torch.ones(7, 2), k)
