"""The embedding map, both halves: as it opens, with a point and its neighbours, and with a region."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.lessons.contrastive.cloud import Cloud, Colouring, Layout
from core.lessons.contrastive.embedding_map import Shown, choose, embedding_map


def send() -> None:
    layouts = Layout("0", "untrained", np.zeros((4, 2))), Layout("now", "trained", np.eye(4, 2))
    colouring = Colouring("class", "class", np.array([0, 1, 0, 1], np.uint8), ("a", "b"))
    captions = ("a boot", "", "a bag", "")
    cloud = Cloud(layouts, (colouring,), np.zeros((4, 16), np.uint8), 4, captions)
    embedding_map(Cloud(layouts, (colouring,)), Shown(), key="open")
    choose("point", 2)
    embedding_map(cloud, Shown(2, (1, 3), (0.5, 0.5, "from the stage"), "first", "A map"), key="point")
    value = {"point": None, "region": [[0, 0], [1, 0], [0, 1.5]], "layout": "now", "colouring": "class"}
    st.session_state["region"] = {"held": {"value": value, "puts": 0, "stamp": "hand-1"}}
    embedding_map(cloud, Shown(), key="region")
