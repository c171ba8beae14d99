"""A small page around the attention view: made-up heads whose weights are known, and an echo of what Python holds.

Query parameters: `t` tokens (0: a sentence with awkward ones), `layers`, `heads`, `causal=1`, `two=1` with a second
sentence that follows the first, `grid=0`, `present=1` for large type.
"""

import json
import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.lessons.attention.attention_view import Choice, Heads, attention_view, clear, put, read, sheet
from core.ui import look

st.set_page_config(layout="wide")
query = st.query_params
T, LAYERS, HEADS = int(query.get("t", 8)), int(query.get("layers", 2)), int(query.get("heads", 4))
CAUSAL, TWO, GRID = query.get("causal") == "1", query.get("two") == "1", query.get("grid") != "0"
SENTENCE = ["The", " king", " saw", " the", " queen", " and", " smiled", "."]
AWKWARD = [
    "<b>bold</b>", "**star** [x](y)", " ملك", "שלום", "a\tb\n", "👩‍👩‍👧‍👦", "x" * 60, "\u202eabc", " ", "", "\u200d",
    "&amp;",
]  # fmt: skip
KINDS = ("itself", "previous token", "first token", "even")
DEFAULT = Choice(layer=0, column=1)


def words(length: int) -> list[str]:
    if length == 0:
        return AWKWARD
    return [*SENTENCE, *(f" word{i}" for i in range(len(SENTENCE), length))][:length]


def patterns(length: int, causal: bool) -> np.ndarray:
    """(4, T, T): each token looks at itself; .75 at the one before it; .9 at the first; everywhere alike."""
    itself = np.eye(length)
    before = 0.75 * np.eye(length, k=-1) + 0.25 * np.eye(length)
    before[0] = itself[0]
    first = 0.1 * np.eye(length)
    first[:, 0] += 0.9
    even = np.ones((length, length))
    if causal:
        even = np.tril(even)
    return np.stack([itself, before, first, even / even.sum(1, keepdims=True)])


@st.cache_resource
def weights(length: int, layers: int, heads: int, causal: bool) -> np.ndarray:
    """(layers, heads + 2, T, T): in layer l, head h has pattern l + h; two more columns are their mean and maximum."""
    shapes = patterns(length, causal)
    each = np.stack([[shapes[(layer + head) % 4] for head in range(heads)] for layer in range(layers)])
    return np.concatenate([each, each.mean(1, keepdims=True), each.max(1, keepdims=True)], axis=1)


def draw(key: str, tokens: list[str], choice: Choice, result_id: str, off: np.ndarray | None = None, **rest) -> Choice:
    columns = [*(str(head + 1) for head in range(HEADS)), "mean", "max"]
    labels = [[*(KINDS[(layer + head) % 4] for head in range(HEADS)), "", ""] for layer in range(LAYERS)]
    notes = [[f"note of {layer}/{column}" for column in range(HEADS + 2)] for layer in range(LAYERS)]
    drawn = Heads(weights(len(tokens), LAYERS, HEADS, CAUSAL), columns, labels, notes, tokens, CAUSAL, off)
    shown = sheet(key, drawn, result_id)
    return attention_view(shown, choice=choice, **rest)


def other_sentence() -> None:
    st.session_state.length = 3


def reset() -> None:
    clear("view")
    clear("second")


@st.fragment
def stage() -> None:
    tokens = words(st.session_state.setdefault("length", T))
    shape = (LAYERS, HEADS + 2, len(tokens))
    choice = read("view", DEFAULT, shape)
    off = np.zeros(shape[:2], bool)
    off[-1, 0] = True
    draw("view", tokens, choice, off=off, result_id=f"{len(tokens)} tokens", grid=GRID, title="A made-up network")
    echo = {"choice": vars(choice)}
    if TWO:
        short = tokens[:5]
        own = read("second", DEFAULT, (*shape[:2], len(short)))
        second = Choice(choice.layer, choice.column, own.pin, choice.view)
        draw("second", short, second, result_id="second", grid=False, follows="view", title="Another sentence")
        echo["second"] = vars(second)
    with st.container(horizontal=True):
        st.button("Set it up", on_click=put, args=("view", Choice(LAYERS - 1, 2, min(2, len(tokens) - 1), "both")))
        st.button("Reset", on_click=reset)
        st.button("Short sentence", on_click=other_sentence)
        st.button("Rerun")
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    echo["runs"] = st.session_state.runs
    with st.container(key="echo"):
        st.text(json.dumps(echo))


def view_page() -> None:
    look.apply()
    st.title("Attention")
    with st.container(border=True):
        stage()
    st.text_input("A word")


def other_page() -> None:
    st.html('<code id="other">another page</code>')


st.navigation([
    st.Page(view_page, title="View", url_path="view", default=True),
    st.Page(other_page, title="Other", url_path="other"),
]).run()  # fmt: skip
