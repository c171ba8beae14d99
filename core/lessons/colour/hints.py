"""Act: what hints are worth, by how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis import intervals
from core.charts import theme
from core.lessons.colour import charts, links
from core.nn.colours import LARGEST_HINT, MOST_HINTS
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

LINES = {"classification": "Classification", "regression": "Regression"}


def show(record: Record) -> None:
    """What a hint is on the left, error by number of hints on the right."""
    left, right = st.columns([0.42, 0.58], gap="large")
    with left:
        st.markdown(
            "A hint is two more numbers at a pixel: *here the colour is this*. The network gets them beside the gray picture, with a mask "
            "that says where they are ([Zhang et al. 2017](https://arxiv.org/abs/1705.02999)). "
            f"In training half of the pictures came with 1 to {MOST_HINTS} hints of up to {LARGEST_HINT} × {LARGEST_HINT} pixels, and half of those had "
            "their hues turned at random: then the gray says nothing about the hue, and listening is all that helps."
        )
        st.markdown(verdict(record.metrics))
        st.markdown(
            "**On the stage**, take a colour that the object does not have, and paint one dot on the gray picture. How far does it go, and where does it stop?"
        )
    with right:
        draw_chart(theme.spec(charts.by_hints, rows(record.metrics), look_now()), key=f"{links.PREFIX}_by_hints")
        st.caption(
            f"Error of {record.metrics['hint_tested']:,} held-out pictures, in their own colours, whose hints lie at random drawn pixels and tell the truth."
        )


def rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a number of hints and network: hints, network, error."""
    return [
        {"hints": row["hints"], "network": label, "error": row[name], "ours": name == "classification"}
        for row in found["by_hints"]
        for name, label in LINES.items()
    ]


def verdict(found: Mapping[str, Any]) -> str:
    """What one hint and all of them change, with intervals."""
    none, *others = found["by_hints"]
    parts = []
    for row in (others[0], others[-1]):
        low, high = (f"{bound:+.2f}".replace("-", "−") for bound in row["change"])
        many = "one hint" if row["hints"] == 1 else f"{row['hints']} hints"
        change = (
            f"from {none['classification']:.1f} to {row['classification']:.1f} (change {low} to {high}, 95% interval)"
        )
        if intervals.below(row["change"]):
            parts.append(
                f"{many} **lower** the error {change}" if row["hints"] > 1 else f"{many} **lowers** the error {change}"
            )
        elif intervals.above(row["change"]):
            parts.append(f"with {many} the error even **rises** {change}")
        else:
            parts.append(f"with {many} the error stays as it is {change}")
    said = "; ".join(parts)
    return said[0].upper() + said[1:] + "."
