"""The methods by which the lab draws maps: titles, settings and functions, each told here alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.maps import tsne_map, umap_map


@dataclass(frozen=True)
class Method:
    """A method that the process of maps computes.

    title:   as people write it.
    check:   **settings -> all settings of the method, of plain types; raises ValueError where one is out of range and
             TypeError where it does not exist.
    compute: (x (N, D), **settings) -> float32 (N, 2).
    quick:   the settings that give a map as trustworthy in the shortest time, for maps that show more than an example.
    """

    title: str
    check: Callable[..., dict[str, Any]]
    compute: Callable[..., np.ndarray]
    quick: Mapping[str, Any] = field(default_factory=dict)


METHODS = {
    "umap": Method("UMAP", umap_map.check_settings, umap_map.umap_2d, {"quick": True}),
    "tsne": Method("t-SNE", tsne_map.check_settings, tsne_map.tsne_2d),
}
TITLES = {"pca": "PCA"} | {name: method.title for name, method in METHODS.items()}  # PCA needs no process
