"""A map that may still have to be computed: its points, or a sentence and a poll in its place."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from core.maps import service

POLL_SECONDS = 1.0


def umap_points(slot: str, name: str, x: torch.Tensor, **settings: float) -> np.ndarray | None:
    """`points` of a UMAP."""
    return points("umap", slot, name, x, **settings)


def points(method: str, slot: str, name: str, x: torch.Tensor, **settings: float) -> np.ndarray | None:
    """The map (N, 2) of x (N, D) by "umap" or "tsne", or None while it is computed; the page then comes back by itself.

    slot: a session key for the retry button. name: names the content of x (model and pictures, or words).
    """
    found = service.projection(method, x, key=name, retry=st.session_state.pop(slot, False), **settings)
    if found.points is not None:
        return found.points
    if found.state == "failed":
        st.error(found.message, icon=":material/error:")
        st.button("Try again", key=f"{slot}_retry", on_click=st.session_state.__setitem__, args=(slot, True))
        return None
    st.info(
        f"{found.message} It takes about a quarter of a minute; all else works meanwhile.",
        icon=":material/scatter_plot:",
    )

    def come() -> None:
        if service.projection(method, x, key=name, **settings).state != "working":
            st.rerun()

    st.fragment(come, run_every=POLL_SECONDS)()
    return None
