"""A small page around the expression box: toy words whose likeness is that of their lengths, and an echo.

Query parameters: `n` words in the vocabulary (0: none is sent), `rows` of the answer, `split=1` with the vocabulary outside the
fragment, `present=1` for large type.
"""

import difflib
import json
import re
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.lessons.word_vectors.expression_box import BoxAnswer, Row, clear, expression_box, mount_vocabulary, put, read
from core.ui import look

st.set_page_config(layout="wide")
query = st.query_params
N, ROWS = int(query.get("n", 43)), int(query.get("rows", 10))
SPLIT = query.get("split") == "1"
DEFAULT = "king - man + woman"
EXAMPLES = ("paris - france + italy", "walked - walk + look", "2 * queen", "(king + queen) * 0.5")
# In order of frequency, as it were.
TEXT = """
man woman king look queen kings paris italy france walk walked looked well prince rome child kingdom princess
well-known kingston knight emperor throne monarch crown palace duke reign walking manly womanly lady boy girl
son daughter ملك ملكة 王 女王 über and/or o'clock
"""
WORDS = TEXT.split()


@st.cache_resource
def vocabulary(n: int) -> tuple[str, ...]:
    return (*WORDS, *(f"{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}word{i}" for i in range(n)))[:n]


def answer(expression: str) -> tuple[list[Row], str, str, dict[str, list[str]]]:
    """Rows, the normalised expression, an error, and suggestions."""
    words = vocabulary(max(N, len(WORDS)))
    known = set(words)
    tokens = [t for t in re.split(r"([+*()]|\s-\s?|\s)", expression.lower()) if t.strip()]
    names = [t.strip('"').replace("’", "'") for t in tokens if not re.fullmatch(r"[-+*()\d.\s]+", t)]
    unknown = [t for t in names if t not in known]
    if not names:
        return [], "", "An expression needs a word.", {}
    if unknown:
        near = {t: difflib.get_close_matches(t, WORDS, 3, 0.5) for t in unknown}
        return [], "", f"“{unknown[0]}” is not among the {len(words):,} words of these vectors.", near
    mean = sum(map(len, names)) / len(names)
    likeness = {w: 0.9 - 0.07 * abs(len(w) - mean) - 0.013 * i + 0.1 * (w in names) for i, w in enumerate(words[:60])}
    best = sorted(likeness, key=lambda word: -likeness[word])[:ROWS]
    rows = [Row(word, likeness[word], word in names) for word in best]
    return rows, " ".join(tokens).replace("- ", "− ").replace("  ", " "), "", {}


@st.fragment
def stage() -> None:
    expression = read("words_box", DEFAULT)
    rows, normal, error, near = answer(expression)
    expression_box(
        "words_box", expression=expression, vocabulary=None if SPLIT or not N else vocabulary(N),
        answer=BoxAnswer(rows, normal, f"{expression}/{ROWS}", error, near, EXAMPLES, room=ROWS),
    )  # fmt: skip
    st.button("Set it up", on_click=put, args=("words_box", "rome - italy + france"))
    st.button("Reset", on_click=clear, args=("words_box",))
    st.button("Rerun")
    st.session_state.runs = st.session_state.get("runs", 0) + 1
    echo = {"expression": expression, "runs": st.session_state.runs}
    with st.container(key="echo"):
        st.text(json.dumps(echo))


def box_page() -> None:
    look.apply()
    st.title("Word vectors")
    with st.container(border=True):
        if SPLIT:
            mount_vocabulary("words_box", vocabulary(N))
        stage()
    st.text_input("A word")


def other_page() -> None:
    st.html('<code id="other">another page</code>')


st.navigation([
    st.Page(box_page, title="Box", url_path="box", default=True),
    st.Page(other_page, title="Other", url_path="other"),
]).run()  # fmt: skip
