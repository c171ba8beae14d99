"""A map that may still have to be computed: its points, or a sentence and a poll in its place."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from core.maps import service
from core.queue import View
from core.ui.poll import poll


def umap_points(slot: str, name: str, x: torch.Tensor, **settings: float) -> np.ndarray | None:
    """`points` of a UMAP."""
    return points("umap", slot, name, x, **settings)


def points(method: str, slot: str, name: str, x: torch.Tensor, **settings: float) -> np.ndarray | None:
    """The map (N, 2) of x (N, D) by "umap" or "tsne", or None while it is computed; the page then comes back by itself.

    slot: a session key for the retry button. name: names the content of x (model and pictures, or words).
    """

    def ask() -> View:
        retry = st.session_state.pop(slot, False)
        return service.projection(method, x, key=name, retry=retry, **settings)

    found = poll(ask, _coming)
    if found is None:
        return None
    if found.state == "done":
        return found.value
    st.error(found.message, icon=":material/error:")
    st.button("Try again", key=f"{slot}_retry", on_click=st.session_state.__setitem__, args=(slot, True))
    return None


def _coming(view: View) -> None:
    st.info(
        f"{view.message} It takes about a quarter of a minute; all else works meanwhile.",
        icon=":material/scatter_plot:",
    )
