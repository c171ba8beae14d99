"""PCA, t-SNE and UMAP of the same 2,000 pictures side by side, with the settings that change what they show."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from core import data, lab
from core.data.figures import data_uri
from core.experiments.simclr import COMPARED, QUICK, structureless_like
from core.lessons.contrastive import links
from core.lessons.contrastive.scatter import scatter
from core.lessons.contrastive.space_map import linear
from core.maps import service
from core.spaces import Space, aged
from core.store.record import Record
from core.ui import maps
from core.ui.look import look_now


def small(record: Record) -> Space:
    """h of the first 2,000 held-out pictures: what t-SNE and several seeds can be asked for."""
    whole = aged(record, None)
    count, width = whole.shape
    return Space(
        whole.title, record, f"{whole.key}-small", (min(count, COMPARED), width), lambda: whole.x[:COMPARED].clone()
    )


def noise(record: Record) -> Space:
    """As many structureless points with the same mean and variance in each direction."""
    one = small(record)
    key = service.map_key(record.fingerprint, "noise-small")
    return Space("noise", record, key, one.shape, lambda: structureless_like(one.x))


def points_of(method: str, slot: str, one: Space, **settings: float) -> np.ndarray | None:
    """The map, or None and a sentence on the page."""
    points = one.points(method, **settings)
    return maps.points(method, slot, one.key, one.x, **settings) if points is None else points


def show(record: Record) -> None:
    """Three maps, each with its own settings. Raises lab.Damaged."""
    one = small(record)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        st.subheader("PCA", anchor=False)
        st.caption("The two directions along which the points vary most. Nothing to set, and it can be run backwards.")
        figure(record, linear(one), "PCA")
    with middle:
        st.subheader("t-SNE", anchor=False)
        perplexity = links.PERPLEXITY.widget(st.select_slider, help="About how many neighbours a point looks after.")
        points = points_of("tsne", f"{links.PREFIX}_tsne_small", one, perplexity=float(perplexity))
        if points is not None:
            figure(record, points, f"t-SNE, perplexity {perplexity}")
    with right:
        st.subheader("UMAP", anchor=False)
        near = links.NEIGHBORS.widget(st.select_slider, help="Few: small groups; many: the large shape.")
        apart = links.MIN_DIST.widget(st.select_slider, help="How closely points may be packed on the map.")
        points = points_of("umap", f"{links.PREFIX}_umap_small", one, n_neighbors=near, min_dist=apart, **QUICK)
        if points is not None:
            figure(record, points, f"UMAP, n_neighbors {near}, min_dist {apart:g}")


def figure(
    record: Record,
    points: np.ndarray,
    name: str,
    rings: tuple[int, ...] = (),
    plain: bool = False,
) -> None:
    """A still map with its name; coloured by class, or with `plain` in one colour."""
    dark = look_now().dark
    groups = data.load(record.config["data"]).test_y[: len(points)].numpy()
    groups = np.zeros_like(groups) if plain else groups
    picture = _drawn(points, groups, dark, rings)
    below = f"<figcaption>{html.escape(name)}</figcaption>"
    st.html(
        f'<figure class="ll-map"><img src="{picture}" alt="{html.escape(name)}: a map of {len(points):,} pictures">{below}</figure>'
    )


@lab.memo(label="Still maps", group="maps")
def _drawn(points: np.ndarray, groups: np.ndarray, dark: bool, rings: tuple[int, ...]) -> str:
    return data_uri(scatter(points, groups, dark, rings))
