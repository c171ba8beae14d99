"""Charts of the lesson: what one changed word does, how surprised each method is, and what hiding more words does."""

from __future__ import annotations

import altair as alt
import pandas as pd

from core.charts.theme import ABOVE, BELOW, Look, styled


def differences(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Bars to both sides of 0. frame: word, difference (nats), said (both probabilities), direction ("likelier" | "less likely")."""
    most = max(1.0, frame["difference"].abs().max()) * 1.05
    order = frame["word"].tolist()
    y = alt.Y("word:N", sort=order, title=None, axis=alt.Axis(labelColor=look.ink, labelLimit=160))
    x = alt.X(
        "difference:Q", title="log p with the other word − log p now, nats", scale=alt.Scale(domain=[-most, most * 1.9], nice=False),
        axis=alt.Axis(tickCount=7),
    )  # fmt: skip
    base = alt.Chart(frame).encode(y=y, x=x, tooltip=["word:N", "said:N", alt.Tooltip("difference:Q", format="+.2f")])
    bars = base.mark_bar(height={"band": 0.62}).encode(
        color=alt.Color(
            "direction:N", legend=None, scale=alt.Scale(domain=["likelier", "less likely"], range=[ABOVE, BELOW])
        )
    )
    words = base.mark_text(align="left", dx=8, fontSize=look.size, color=look.ink).encode(
        x=alt.X("at:Q", title="log p with the other word − log p now, nats"), text="said:N"
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=look.quiet, strokeWidth=2).encode(x="zero:Q")
    words = words.transform_calculate(at="max(0, datum.difference)")
    height = round(2.1 * look.size * max(len(frame), 1)) + 20
    return styled(alt.layer(bars, zero, words).properties(height=height), look)


def methods(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """A mark with its interval a method: mean nats of the true word. frame: method, nats, low, high, said, ours (bool)."""
    order = frame["method"].tolist()
    y = alt.Y("method:N", sort=order, title=None, axis=alt.Axis(labelColor=look.ink, labelLimit=260))
    colour = alt.Color("ours:N", legend=None, scale=alt.Scale(domain=[True, False], range=[look.ours, look.stone]))
    low, high = frame["low"].min(), frame["high"].max()
    scale = alt.Scale(domain=[max(0.0, low - 0.15), high + 0.45], nice=False, zero=False)
    base = alt.Chart(frame).encode(y=y, color=colour)
    spans = base.mark_rule(strokeWidth=5, opacity=0.5).encode(x=alt.X("low:Q", title=NATS, scale=scale), x2="high:Q")
    tips = ["method:N", *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("nats", "low", "high"))]
    points = base.mark_point(filled=True, size=140, opacity=1).encode(x=alt.X("nats:Q", title=NATS), tooltip=tips)
    words = base.mark_text(align="left", dx=10, fontSize=look.size, fontWeight=600).encode(
        x=alt.X("high:Q", title=NATS), text="said:N", color=alt.value(look.ink)
    )
    height = round(2.9 * look.size * max(len(frame), 1)) + 20
    return styled(alt.layer(spans, points, words).properties(height=height), look)


NATS = "−log p of the true word, nats"


def by_share(frame: pd.DataFrame, look: Look) -> alt.TopLevelMixin:
    """Lines of loss over the share that is hidden at once. frame: model, share (0..1), nats, ours (bool)."""
    networks = list(dict.fromkeys(frame["model"]))
    x = alt.X(
        "share:Q", title="words hidden at once", axis=alt.Axis(format="%", values=[0, 0.15, 0.4, 0.6, 0.8]),
        scale=alt.Scale(domain=[0, 0.8]),
    )  # fmt: skip
    y = alt.Y("nats:Q", title="nats a hidden word", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5))
    ranges = [look.ours, BELOW, look.stone, look.quiet][: len(networks)]
    colour = alt.Color(
        "model:N", sort=networks, scale=alt.Scale(domain=networks, range=ranges),
        legend=alt.Legend(title=None, orient="top", columns=1, labelLimit=400),
    )  # fmt: skip
    dash = alt.StrokeDash(
        "model:N", legend=None, scale=alt.Scale(domain=networks, range=[[1, 0], [8, 4], [2, 3], [6, 2, 2, 2]])
    )
    base = alt.Chart(frame).encode(x=x, y=y, color=colour)
    tips = ["model:N", alt.Tooltip("share:Q", format=".0%"), alt.Tooltip("nats:Q", format=".3f")]
    lines = base.mark_line(strokeWidth=3).encode(strokeDash=dash)
    points = base.mark_point(filled=True, size=80, opacity=1).encode(tooltip=tips)
    return styled(alt.layer(lines, points).properties(height=340), look)
