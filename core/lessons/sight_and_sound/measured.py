"""Act: how many sounds of held-out voices find a picture of their digit, beside the null; by voice, and what is taken for what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis.hearing import NEAREST
from core.analysis.intervals import in_points
from core.charts import theme
from core.lessons.sight_and_sound import charts, links, stage
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now


def show(record: Record) -> None:
    """The verdict, the chart, and below it where it goes wrong."""
    metrics = record.metrics
    st.subheader(verdict(metrics), anchor=False)
    draw_chart(theme.spec(charts.accuracies, rows(metrics), look_now()), key=f"{links.PREFIX}_measured")
    st.caption(
        f"{metrics['sounds']} sounds of {len(metrics['voices'])} voices that were not heard in training, {metrics['pictures']:,} pictures that were not seen. Lines: 95% intervals, resampling "
        f"voices. The other way round, a picture finds a sound of its digit in {metrics['see']:.1%} of the cases; of the {NEAREST} nearest pictures of a sound {metrics['hear_near']:.1%} are right."
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**What is taken for what**: a row is a digit that is heard, a column one that is found.")
        name = "paired" if links.LEARNED.value() != "shuffled" else "shuffled"
        draw_chart(theme.spec(charts.confusion, confused(metrics, name), look_now()), key=f"{links.PREFIX}_confusion")
        st.caption(
            f"Networks that learned from {links.NAMES[name]}; the switch on the stage changes it. {mistaken(metrics)}"
        )
    with right:
        st.markdown(voices_said(metrics))
        st.markdown(why_null(metrics))
        st.caption(stage.source_line(record))


def rows(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a measurement."""
    low, high = metrics["intervals"]["retrieval_accuracy"]
    found = [
        {"who": "voices never heard", "accuracy": metrics["retrieval_accuracy"], "low": low, "high": high, "ours": True}
    ]
    others = {
        "voices from the training": metrics["known_accuracy"],
        "… in an accent never heard": metrics.get("accent_accuracy"),
        "null: shuffled pairs": metrics["shuffled_accuracy"],
        "untrained": metrics["untrained_accuracy"],
        "chance": metrics["chance"],
    }
    plain = {"low": None, "high": None, "ours": False}
    return found + [{"who": who, "accuracy": value, **plain} for who, value in others.items() if value is not None]


def verdict(metrics: Mapping[str, Any]) -> str:
    """The share that is right, beside the null."""
    return f"{metrics['retrieval_accuracy']:.1%} of words by new voices find their digit; after shuffled pairs {metrics['shuffled_accuracy']:.1%}, by chance {metrics['chance']:.0%}"


def why_null(metrics: Mapping[str, Any]) -> str:
    """True pairs against their null, with the interval; and why the null is not at chance."""
    difference = metrics["retrieval_accuracy"] - metrics["shuffled_accuracy"]
    favourite = sum(max(row) / max(1, sum(row)) for row in metrics["shuffled_confusion"]) / 10
    return (
        f"**Against the null**: {in_points(difference, metrics['intervals']['paired-shuffled'])}. The null had the same pictures, sounds, networks and steps; only who belongs to whom was drawn by lot. "
        f"It sends {favourite:.0%} of the sounds of a digit to one and the same digit, an arbitrary one: whether that is right is luck, so its share need not be exactly a tenth."
    )


def voices_said(metrics: Mapping[str, Any]) -> str:
    """The best and the worst voices."""
    order = sorted(zip(metrics["by_voice"], metrics["voices"], strict=True))
    worst, best = order[:3], sum(share >= 0.9 for share, _ in order)
    named = ", ".join(f"{name} {share:.0%}" for share, name in worst)
    return f"**By voice**: {best} of {len(order)} voices find their digit at least nine times in ten. The hardest: {named}."


def confused(metrics: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """One row a digit heard and a digit found."""
    counts = metrics["confusion" if name == "paired" else "shuffled_confusion"]
    return [
        {"heard": str(i), "found": str(j), "share": round(count / max(1, sum(row)), 4), "learned": links.NAMES[name]}
        for i, row in enumerate(counts) for j, count in enumerate(row)
    ]  # fmt: skip


def mistaken(metrics: Mapping[str, Any]) -> str:
    """The commonest mistake of true pairs."""
    counts = metrics["confusion"]
    count, heard, found = max((counts[i][j], i, j) for i in range(10) for j in range(10) if i != j)
    return (
        f"After true pairs the commonest mistake is {heard} heard, {found} found: {count} of {sum(counts[heard])}."
        if count
        else "After true pairs there is no mistake."
    )
