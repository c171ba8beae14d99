"""Many expressions at once: pasted or uploaded, answered in a table that can be downloaded."""

from __future__ import annotations

import hashlib

import streamlit as st

from core import background
from core.analysis.expression_batch import answer_lines, as_csv
from core.analysis.expression_file import expression_lines
from core.analysis.expressions import BadExpression
from core.data.read_text import Unreadable, decode
from core.lessons.word_vectors import links
from core.lessons.word_vectors.arithmetic import METHODS
from core.lessons.word_vectors.shown import Shown
from core.ui import framed
from core.ui.poll import poll, progress

MOST_BYTES = 200_000


def many(shown: Shown) -> None:
    """One expression a line; the answers as a table and as CSV."""
    prefix = links.PREFIX
    for name, value in (("lines", ""), ("lines_by", "add"), ("lines_count", 1)):  # so that Reset puts them back
        st.session_state.setdefault(links.EXPRESSION.forgotten_as(name, value), value)
    left, right = st.columns(2, gap="large")
    with left:
        typed = st.text_area("One expression a line", key=f"{prefix}_lines", max_chars=MOST_BYTES, height=180,
                             placeholder="king - man + woman\nparis - france + italy")  # fmt: skip
    with right:
        file = framed.uploader("Or a file of them", type=["txt", "csv"], key=f"{prefix}_lines_file", max_upload_size=1)
        method = st.segmented_control("Score", tuple(METHODS), format_func=METHODS.__getitem__,
                                      key=f"{prefix}_lines_by", required=True)  # fmt: skip
        count = st.segmented_control("Answers each", (1, 3, 10), key=f"{prefix}_lines_count", required=True)
    try:
        lines = expression_lines(decode(file.getvalue()) if file is not None else typed or "")
    except Unreadable as error:
        st.error(str(error), icon=":material/broken_image:")
        return
    if not any(line.strip() for line in lines):
        st.caption(
            "Up to 1,000 lines; numbered lists and tables are read, too. Lines that begin with # are passed over."
        )
        return
    method, count = method if method in METHODS else "add", count if count in (1, 3, 10) else 1
    digest = hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:24]

    def answered(progress: background.Progress) -> tuple[list[dict], str]:
        try:
            return answer_lines(lines, shown.vectors, method, False, count), ""
        except BadExpression as error:
            return [], str(error)

    key = f"lines/{shown.name}/{method}/{count}/{digest}"
    work = poll(
        lambda: background.ask(key, answered),
        progress("The expressions are being answered; all else works meanwhile."),
    )
    if work is None:
        return
    rows, error = work.value if work.state == "done" else ([], work.message)
    if error:
        st.error(error, icon=":material/error:")
        return
    st.dataframe(rows, hide_index=True, width="stretch", height=320, key=f"{prefix}_lines_table")
    st.download_button(
        "Download as CSV", as_csv(rows), file_name="expressions.csv", mime="text/csv", icon=":material/download:",
        on_click="ignore", key=f"{prefix}_lines_csv",
    )  # fmt: skip
