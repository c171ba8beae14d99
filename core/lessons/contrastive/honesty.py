"""What a map keeps and what it makes up: how many neighbours survive, three seeds, pure noise, and a pair that deceives."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core import data, lab
from core.experiments.simclr import QUICK, SEEDS
from core.lessons.contrastive.links import PREFIX
from core.lessons.contrastive.methods import figure, noise, points_of, small
from core.lessons.contrastive.space_map import linear
from core.maps import honest
from core.maps.methods import METHODS
from core.spaces import Space
from core.store.record import Record
from core.ui.gallery import gallery

K = 15  # neighbours, where there are enough pictures
FEW = 8  # held-out pictures: of fewer no neighbours are counted


def neighbours_of(count: int) -> int:
    """How many neighbours are asked for among so many pictures: 15, and of few pictures a quarter, which leaves strangers."""
    return min(K, count // 4)


def show(record: Record) -> None:
    """The panel. Raises lab.Damaged."""
    one = small(record)
    count = one.shape[0]
    if count < FEW:
        st.info(
            f"Only {count} pictures are held out: that is too few to ask what a map keeps of their neighbours. Bring more."
        )
        return
    k = neighbours_of(count)
    layouts = {"PCA": linear(one)}
    for method in ("tsne", "umap"):
        points = one.points(method, **METHODS[method].quick)
        if points is not None:
            layouts[METHODS[method].title] = points
    st.markdown(
        f"A map of {one.shape[1]} numbers in two must lie somewhere. **Trustworthiness** asks whether neighbours on the map are neighbours "
        f"in truth (1 is perfect, 0.5 is chance), **neighbour recall** how many of the {k} true neighbours are still among the {k} on the map."
        + ("" if k == K else f" With {count} held-out pictures {k} neighbours are asked for, with more it is {K}.")
    )
    st.table([
        {"map": name, "trustworthiness": f"{kept['trustworthiness']:.3f}", "neighbour recall": f"{kept['recall']:.1%}"}
        for name, kept in ((name, measured(one, points)) for name, points in layouts.items())
    ])  # fmt: skip
    st.subheader("Three seeds of UMAP", anchor=False)
    for column, seed in zip(st.columns(len(SEEDS), gap="medium"), SEEDS, strict=True):
        with column:
            points = points_of("umap", f"{PREFIX}_seed{seed}", one, seed=seed, **QUICK)
            if points is not None:
                figure(record, points, f"seed {seed}")
    st.caption(
        "What differs from seed to seed (where a group lies, how it is turned, which groups touch) means nothing."
    )
    left, right = st.columns([0.36, 0.64], gap="large")
    with left:
        null = noise(record)
        points = points_of("umap", f"{PREFIX}_noise", null, **QUICK)
        st.subheader("The same method on noise", anchor=False)
        if points is not None:
            figure(record, points, "UMAP of structureless numbers", plain=True)
        st.caption(
            "Normal random numbers with the same mean and variance in each direction. Whatever shape you see, UMAP made it."
        )
    with right:
        _deceiving(record, one, layouts)


@lab.memo(label="What maps keep")
def measured(one: Space, points: np.ndarray) -> dict[str, Any]:
    """Trustworthiness and recall of a map, points (N, 2), computed once."""
    x = one.x.numpy()
    return {
        "trustworthiness": honest.trustworthiness(x, points, neighbours_of(len(x))),
        "recall": honest.neighbour_recall(x, points, neighbours_of(len(x)))[0],
    }


@lab.memo(label="Pairs that deceive on maps")
def _pair(one: Space, points: np.ndarray) -> honest.Pair:
    return honest.near_and_far(one.x.numpy(), points, neighbours_of(len(points)))


def _deceiving(record: Record, one: Space, layouts: dict[str, np.ndarray]) -> None:
    """The pair of points that looks near and is far."""
    st.subheader("It looks near, and is far", anchor=False)
    name = "UMAP" if "UMAP" in layouts else "PCA"
    pair = _pair(one, layouts[name])
    map_column, picture_column = st.columns(2)
    with map_column:
        figure(record, layouts[name], f"{name}: the pair is circled", rings=(pair.first, pair.second))
    with picture_column:
        images = data.load(record.config["data"])
        gallery(
            [("the pair", images.test_x[[pair.first, pair.second]].permute(0, 2, 3, 1).numpy())],
            about="near on the map, far in truth",
        )
        st.markdown(
            f"On the map one is the other's neighbour number **{pair.map_rank}**; in the original {one.shape[1]} numbers it is number "
            f"**{pair.original_rank:,}** of {len(one.x) - 1:,}."
        )
