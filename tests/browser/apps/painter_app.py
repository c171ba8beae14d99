"""A small page around the two components: it paints a toy answer and echoes what Python holds.

Query parameters: `n` patches a side, `tiles` how many pictures, `size` of the canvas, `gray=1`.
"""

import json
import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.lessons.masked_images.patch_painter import Board, Painted, fill, patch_painter, read
from core.ui.components.page_tools import page_tools
from core.ui.components.tiles import Answer, Tile

st.set_page_config(layout="wide")
query = st.query_params
N = int(query.get("n", 7))
TILES = int(query.get("tiles", 4))
EDGE = 4 * N


def picture() -> np.ndarray:
    """A boot-like shape, gray or in colour."""
    y, x = np.mgrid[0:EDGE, 0:EDGE] / EDGE
    boot = ((x > 0.55) & (y > 0.15) & (x < 0.9)) | ((y > 0.6) & (x > 0.08) & (x < 0.9) & (y < 0.9))
    gray = np.where(boot, 120 + 100 * np.sin(9 * x) ** 2, 0).astype(np.uint8)
    return gray if query.get("gray") == "1" else np.stack([gray, gray // 4 * 3, gray // 2], -1)


def answer(image: np.ndarray, mask: tuple[int, ...]) -> tuple[list[Tile], np.ndarray]:
    """A stand-in for a network: the hidden patches become the mean of the visible ones."""
    hidden = np.zeros(N * N, bool)
    hidden[list(mask)] = True
    pixels = np.kron(hidden.reshape(N, N), np.ones((4, 4), bool))
    filled = image.copy()
    filled[pixels] = image[~pixels].mean(axis=0) if (~pixels).any() else 128
    error = np.abs(image.astype(int) - filled).astype(np.uint8)
    seen = image.copy()
    seen[pixels] = 110
    titles = ["The network fills it in", "What was there", "Where it is wrong", "All that it saw"]
    tiles = [
        Tile(titles[i % 4], (filled, image, error, seen)[i % 4], alt=f"Answer {i}", note="error 0.038" if i > 3 else "")
        for i in range(TILES)
    ]
    row, column = np.divmod(np.arange(N * N), N)
    far = np.hypot(row[:, None] - row, column[:, None] - column)
    weights = np.exp(-far) * ~hidden
    return tiles, weights / weights.sum(axis=1, keepdims=True).clip(min=1e-9)


def random_fill() -> None:
    st.session_state.fills = st.session_state.get("fills", 0) + 1
    random = np.random.default_rng(st.session_state.fills)
    fill("painter", N, random.choice(N * N, size=N * N // 2, replace=False).tolist())


@st.fragment
def stage() -> None:
    image = picture()
    painted = read("painter", N) or Painted((0, 1))
    tiles, attention = answer(image, painted.mask)
    result = "r" + "-".join(map(str, painted.mask))
    board = Board(image, N, size=int(query.get("size", 448)))
    patch_painter(board, painted, Answer(tiles, result), key="painter", attention=attention)
    st.button("Random", key="random", on_click=random_fill)
    st.button("Rerun", key="rerun")
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    state = {"mask": painted.mask, "pinned": painted.pinned, "runs": st.session_state.runs}
    st.html(f'<code id="echo" data-runs="{state["runs"]}">{json.dumps(state)}</code>')


def painter_page() -> None:
    st.title("Masked images")
    with st.container(border=True):
        stage()


def other_page() -> None:
    st.title("Another page")
    asked = page_tools("tools", bool(st.session_state.get("present")))
    if asked is not None:
        st.session_state.present = asked
    st.html(f'<code id="present">{asked} {st.session_state.get("present")}</code>')


st.navigation([
    st.Page(painter_page, title="Painter", url_path="painter", default=True),
    st.Page(other_page, title="Other", url_path="other"),
]).run()  # fmt: skip
