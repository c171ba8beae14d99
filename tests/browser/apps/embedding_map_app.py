"""A small page around the embedding map: toy points in two layouts, and an echo of what Python holds.

Query parameters: `n` points, `split=1` with the cloud outside the fragment.
"""

import json
import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.lessons.contrastive.cloud import Cloud, Colouring, Layout
from core.lessons.contrastive.embedding_map import Shown, embedding_map, inside, mount_cloud, read

st.set_page_config(layout="wide")
N = int(st.query_params.get("n", 400))
SPLIT = st.query_params.get("split") == "1"


@st.cache_resource
def cloud(n: int) -> Cloud:
    random = np.random.default_rng(0)
    young = random.normal(0, 1, (n, 2)).clip(-3, 3).astype(np.float32)
    old = random.uniform(-3, 3, (n, 2)).astype(np.float32)
    old[0], old[1] = (-4.0, -4.0), (4.0, 4.0)  # stand alone in the corners, for a pointer to find
    groups = (np.arange(n) % 4).astype(np.uint8)
    rows = -(-n // 20)
    shades = np.zeros(20 * rows, np.uint8)
    shades[:n] = np.arange(n) % 256
    sheet = np.kron(shades.reshape(rows, 20), np.ones((8, 8), np.uint8))
    return Cloud(
        (Layout("0", "untrained", young), Layout("now", "trained", old)),
        (
            Colouring("class", "class", groups, ("a", "b", "<b>c</b>", "d")),
            Colouring("half", "half", (np.arange(n) % 2).astype(np.uint8), ("even", "odd")),
            Colouring("all", "all", np.zeros(n, np.uint8), ("a name that no phone is wide enough to show " * 3,)),
        ),
        sheet, 20, tuple(f"<i>number</i> {i}" for i in range(n)),
    )  # fmt: skip


@st.fragment
def stage() -> None:
    chosen = read("map", N)
    point = chosen.point if chosen else None
    near = [i % N for i in range(point + 1, point + 6)] if point is not None else []
    choice = embedding_map(
        cloud(N),
        Shown(point, near, result_id=f"answer {point} {len(choice_region(chosen))}", title="A toy"),
        key="map",
        mounted=SPLIT,
    )
    held = inside(cloud(N).layouts[-1].points, choice.region).nonzero()[0].tolist() if choice.region else []
    echo = {"point": choice.point, "layout": choice.layout, "colouring": choice.colouring, "inside": held}
    st.html(f'<pre id="echo">{json.dumps(echo)}</pre>')


def choice_region(chosen) -> tuple:
    return chosen.region if chosen else ()


if SPLIT:
    mount_cloud(cloud(N), key="map")
stage()
