"""Act: the error over the share that is hidden, for each kind of mask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis import intervals
from core.charts import theme
from core.experiments.video_mae import PLACES, SLOTS
from core.lessons.video import charts, links
from core.lessons.video.subject import NAMES, WORDS
from core.nn.cubes import KINDS
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now


def show(record: Record) -> None:
    """The chart, and where the network beats the copy."""
    found = record.metrics
    left, right = st.columns([0.58, 0.42], gap="large")
    with left:
        draw_chart(theme.spec(charts.by_ratio, rows(found), look_now()), key=f"{links.PREFIX}_by_ratio")
    with right:
        st.markdown(
            "A clip repeats itself: most of frame 5 stands in frame 4. So more of it can be hidden than of a picture before there is nothing to go by. "
            "The papers hide 90% (pictures: 75%); at 95% they lose little."
        )
        st.markdown("\n".join(f"- {against(found, kind)}" for kind in KINDS))
        st.markdown(
            f"This network learned with **{100 * record.config['mask_ratio']:.0f}%** hidden, {WORDS[record.config['kind']]}."
        )
    st.caption(
        f"{found['held_out']} held-out clips at 75%, the first {found['held_out_elsewhere']} of them elsewhere. A clip has {SLOTS} slots of time and {PLACES**2} places, so "
        f"whole frames hide {1 - 1 / SLOTS:.1%} at most, and tubes {1 - 1 / PLACES**2:.2%}: the chart shows what is hidden exactly."
    )


def rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a kind and share that is hidden exactly: kind, ratio, error."""
    return [{"kind": NAMES[row["kind"]], "ratio": row["ratio"], "error": row["model"]} for row in distinct(found)]


def distinct(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Rows of `by_ratio` without those that hide the same share of the same kind again."""
    seen: dict[tuple[str, float], Mapping[str, Any]] = {}
    for row in found["by_ratio"]:
        seen.setdefault((row["kind"], row["ratio"]), row)
    return list(seen.values())


def against(found: Mapping[str, Any], kind: str) -> str:
    """At which shares the network beats the copy, and where it does not."""
    own = [row for row in distinct(found) if row["kind"] == kind]
    better = [row["ratio"] for row in own if intervals.below(row["over_previous"], 1.0)]
    worse = [row["ratio"] for row in own if intervals.above(row["over_previous"], 1.0)]
    if len(better) == len(own):
        said = "better than the copy at every share"
    else:
        parts = [
            f"{verb} the copy at {_listed(at)}" for verb, at in (("better than", better), ("worse than", worse)) if at
        ]
        if len(better) + len(worse) < len(own):
            parts.append("elsewhere the interval holds a tie" if parts else "a tie with the copy at every share")
        said = "; ".join(parts)
    return f"**{NAMES[kind]}**: {said}."


def _listed(ratios: list[float]) -> str:
    return ", ".join(f"{100 * ratio:.1f}".removesuffix(".0") for ratio in ratios) + "%"
