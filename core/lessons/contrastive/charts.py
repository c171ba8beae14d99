"""Charts of contrastive learning: what is watched while it trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.charts import live as curves
from core.charts.theme import Look, styled

WATCHED = {
    "loss": "loss, nats",
    "probe": "accuracy of a linear probe",
    "knn": "accuracy of 10 neighbours",
    "alignment": "alignment (lower: pairs lie together)",
    "uniformity": "uniformity (lower: spread out)",
    "embedding_std": "spread of z (near 0: collapse)",
}


def watched(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows {"step", "quantity", "value"} of a run's history, one where a quantity has changed."""
    rows, before = [], {}
    for line in history:
        for name, label in WATCHED.items():
            value = line.get(name)
            if value is not None and before.get(name) != value:
                before[name] = value
                rows.append({"step": line["i"], "quantity": label, "value": value})
    return rows


def losses(rows: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """The loss over the steps; columns step, quantity, value."""
    return styled(_line(rows[rows["quantity"] == WATCHED["loss"]], look, "loss, nats"), look)


def accuracies(rows: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Linear probe and neighbours over the steps, named at their ends: no legend to look up."""
    names = {WATCHED["probe"]: "linear probe", WATCHED["knn"]: "10 neighbours"}
    rows = rows[rows["quantity"].isin(names)].assign(name=lambda r: r["quantity"].map(names))
    colours = alt.Scale(domain=list(names.values()), range=[look.ours, look.stone])
    dashes = alt.Scale(domain=list(names.values()), range=[[1, 0], [5, 4]])
    line = (
        alt.Chart(rows)
        .mark_line(strokeWidth=3)
        .encode(
            x=alt.X("step:Q", title="step", axis=alt.Axis(tickCount=4, format="~s")),
            y=alt.Y("value:Q", title="accuracy", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4, format=".0%")),
            color=alt.Color(
                "name:N",
                scale=colours,
                legend=alt.Legend(orient="top", direction="vertical", title=None, symbolStrokeWidth=3, symbolSize=300),
            ),
            strokeDash=alt.StrokeDash("name:N", scale=dashes, legend=None),
            tooltip=[
                "name:N",
                alt.Tooltip("step:Q", format=","),
                alt.Tooltip("value:Q", format=".1%", title="accuracy"),
            ],
        )
    )
    return styled(line.properties(height=HEIGHT), look)


def path(rows: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Where the run goes in the plane of alignment and uniformity (Wang and Isola 2020, figure 4): low and left is good."""
    rows = rows[rows["quantity"].isin([WATCHED["alignment"], WATCHED["uniformity"]])]
    wide = rows.pivot_table(index="step", columns="quantity", values="value").ffill().reset_index()
    wide = wide.rename(columns={WATCHED["alignment"]: "alignment", WATCHED["uniformity"]: "uniformity"})
    wide = wide[["step", "alignment", "uniformity"]].dropna()
    base = alt.Chart(wide).encode(
        x=alt.X(
            "alignment:Q", title="alignment: pairs lie apart →", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)
        ),
        y=alt.Y("uniformity:Q", title="uniformity: crowded ↑", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
        tooltip=[
            alt.Tooltip("step:Q", format=","),
            alt.Tooltip("alignment:Q", format=".3f"),
            alt.Tooltip("uniformity:Q", format=".2f"),
        ],
    )
    line = base.mark_line(strokeWidth=2, color=look.stone).encode(order="step:Q")
    last = wide["step"].max() if len(wide) else 0
    ends = base.mark_point(filled=True, size=110, color=look.ours).encode(
        opacity=alt.condition(alt.datum.step == last, alt.value(1), alt.value(0.35))
    )
    return styled((line + ends).properties(height=HEIGHT), look)


HEIGHT = 240


def _line(rows: pd.DataFrame, look: Look, title: str) -> alt.Chart:
    return (
        alt.Chart(rows)
        .mark_line(strokeWidth=3, color=look.ours)
        .encode(
            x=alt.X("step:Q", title="step", axis=alt.Axis(tickCount=4, format="~s")),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
            tooltip=[alt.Tooltip("step:Q", format=","), alt.Tooltip("value:Q", format=".3f", title=title)],
        )
        .properties(height=HEIGHT)
    )


def live(rows: Sequence[Mapping[str, Any]], look: Look, earlier: curves.Earlier = ()) -> dict[str, Any]:
    """A Vega-Lite spec of a run under way: loss, probe, neighbours and spread, one above the other. rows: those of `watched`; earlier:
    those of other runs."""
    names = [label for label in WATCHED.values() if any(row["quantity"] == label for row in rows)]
    return curves.framed({"vconcat": [_panel(name, rows, look, earlier) for name in names]}, look)


def _panel(name: str, rows: Sequence[Mapping[str, Any]], look: Look, earlier: curves.Earlier = ()) -> dict[str, Any]:
    """One quantity of a run under way."""
    x = curves.number("step", None, axis={"tickCount": 4, "format": "~s"})
    y = curves.number("value", None, scale={"zero": False}, axis={"tickCount": 3})
    mine, *others = ([row for row in run if row["quantity"] == name] for run in (rows, *earlier))
    gray = curves.behind(others, look, x, y)
    said = name + (" · gray: earlier runs" if gray else "")
    title = {"text": said, "fontSize": look.size, "color": look.ink, "anchor": "start", "fontWeight": "normal"}
    drawn = {"mark": curves.line(look, point={"size": 20, "color": look.ours}), "encoding": {"x": x, "y": y}}
    body = {"layer": [*gray, drawn]} if gray else drawn
    return {"height": 80, "width": 380, "title": title, "data": {"values": mine}, **body}
