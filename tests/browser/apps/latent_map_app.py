"""A small page around the latent map: toy points, a toy decoder, and an echo of what Python holds.

Query parameters: `n` points, `classes`, `grid=0` without the picture behind the points, `split=1` with the plane outside
the fragment. A button takes one picture away, and after the last one all are back.
"""

import json
import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.lessons.bottleneck.latent_map import Place, Plane, Shown, go, latent_map, mount_plane, read
from core.ui.components.tiles import Tile

st.set_page_config(layout="wide")
query = st.query_params
N, CLASSES = int(query.get("n", 400)), int(query.get("classes", 4))
SPLIT = query.get("split") == "1"
EXTENT = (-4.0, 4.0, 0.0, 2.0)


@st.cache_resource
def plane(n: int, classes: int, grid: bool) -> Plane:
    random = np.random.default_rng(0)
    points = random.normal([0, 1], [1.2, 0.3], (n, 2)).clip([-3.9, 0.05], [3.9, 1.95]).astype(np.float32)
    points[0] = 3.0, 0.25  # stands alone, for a pointer to find
    points[1] = 9.0, 1.0  # lies outside
    groups = (np.arange(n) % classes).astype(np.uint8)
    rows = -(-n // 20)
    shades = np.zeros(20 * rows, np.uint8)
    shades[:n] = 40 + 200 * groups.astype(int) // max(classes - 1, 1)
    sheet = np.kron(shades.reshape(rows, 20), np.ones((8, 8), np.uint8))
    background = random.integers(0, 256, (140, 140), np.uint8) if grid else None
    names = tuple(f"class {i}" for i in range(classes))
    return Plane(EXTENT, points, groups, names, background, sheet, 20, "first code", "second code")


def the_plane() -> Plane:
    return plane(N, CLASSES, query.get("grid") != "0")


def decode(place: Place) -> np.ndarray:
    y, x = np.mgrid[0:28, 0:28] / 27
    return (255 * np.exp(-((x - (place.x + 4) / 8) ** 2 + (1 - y - place.y / 2) ** 2) * 20)).astype(np.uint8)


def corner() -> None:
    go("map", 3.0, 0.5)


def fewer() -> None:
    st.session_state.tiles = (st.session_state.tiles - 1) % 4


@st.fragment
def stage() -> None:
    count = st.session_state.setdefault("tiles", 3)
    place = read("map", EXTENT) or Place(1.0, 1.5)
    picture = decode(place)
    tiles = [
        Tile("Decoded", picture, note="from two numbers", alt="decoded picture"),
        Tile("Negative", 255 - picture, alt="negative"),
        Tile("Mirrored", np.ascontiguousarray(picture[:, ::-1]), alt="mirrored"),
    ]
    marks = [(-2.0, 1.0, "A"), (2.0, 1.0, "B")]
    shown = Shown(place, tiles[:count], marks, f"{place.x:.3f},{place.y:.3f},{count}", "A toy plane")
    latent_map(the_plane(), shown, key="map", mounted=SPLIT)
    st.button("Corner", on_click=corner)
    st.button("Fewer pictures", on_click=fewer)
    st.button("Rerun")
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    st.html(f'<code id="echo">{json.dumps({"place": place, "runs": st.session_state.runs})}</code>')


def map_page() -> None:
    st.title("A latent map")
    with st.container(border=True):
        if SPLIT:
            mount_plane(the_plane(), key="map")
        stage()
    st.text_input("A word")


def other_page() -> None:
    st.html('<code id="other">another page</code>')


st.navigation([
    st.Page(map_page, title="Map", url_path="map", default=True),
    st.Page(other_page, title="Other", url_path="other"),
]).run()  # fmt: skip
