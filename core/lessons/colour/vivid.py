"""Act: regression beside classification on the same pictures, and what is won and lost on the way from the mode to the mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
import torch

from core.analysis import intervals
from core.charts import theme
from core.lessons.colour import charts, links, subject
from core.nn.colours import WARM
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.gallery import gallery
from core.ui.look import look_now

NAMED = ("mode", "mean", f"T = {WARM:g}")  # the others would lie over each other
OURS = f"Classification, T = {WARM:g}"


def show(record: Record) -> None:
    """Eight held-out pictures in five ways, the reason, and error beside chroma."""
    with st.columns([0.25, 0.75])[0]:
        draw = links.DRAW.input(help="The same number shows the same eight held-out pictures.")
    found, numbers = subject.eight(record, draw)
    said = record.metrics
    rows = [
        ("Gray", found.rgb(torch.zeros_like(found.truth))),
        ("Regression", found.rgb(found.regression)),
        ("Classification, mean", found.rgb(found.at(1.0))),
        (OURS, found.rgb(found.at(WARM))),
        ("Classification, mode", found.rgb(found.at(0.0))),
        ("Truth", found.rgb(found.truth)),
    ]
    notes = [
        _note(0.0, said["gray_error"]),
        _note(said["chroma_regression"], said["colour_error_regression"]),
        _note(_at(said, 1.0)["chroma"], said["colour_error_mean"]),
        _note(said["chroma_classification"], said["colour_error"]),
        _note(_at(said, 0.0)["chroma"], said["colour_error_mode"]),
        f"chroma {said['chroma_truth']:.1f}",
    ]
    gallery(rows, notes, OURS, about=f"Held-out pictures ({'; '.join(subject.names(record, numbers))})")
    st.markdown(reason(said))
    draw_chart(theme.spec(charts.trade, trade_rows(said), look_now()), key=f"{links.PREFIX}_trade")
    st.caption(
        f"Means over the drawn pixels of {said['held_out']:,} held-out pictures. Chroma is the distance from gray in the plane of a and b, "
        "error the distance from the true colour there. Dashed: the chroma of the truth."
    )


def _note(chroma: float, error: float) -> str:
    return f"chroma {chroma:.1f}, error {error:.1f}"


def _at(found: Mapping[str, Any], temperature: float) -> Mapping[str, float]:
    """The row of `by_temperature`."""
    return next(row for row in found["by_temperature"] if row["temperature"] == temperature)


def reason(found: Mapping[str, Any]) -> str:
    """Why one is more vivid, whichever way it came out, and which is nearer to the truth."""
    classes, regression = found["chroma_classification"], found["chroma_regression"]
    apart = found["differences"]["chroma"]
    numbers = f"mean chroma **{classes:.1f}** against **{regression:.1f}** (difference {_interval(apart)}; the truth has {found['chroma_truth']:.1f})"
    if intervals.above(apart):
        said = f"Classification is **more vivid**: {numbers}."
    elif intervals.below(apart):
        said = f"Here classification is **less** vivid than regression: {numbers}."
    else:
        said = f"Here neither is more vivid for certain: {numbers}."
    why = (
        " A ball could be red or green. Squared error is least at the mean of all that is possible, and the mean of red and green is a "
        "brownish gray. A distribution keeps both apart, and rare colours count more in its loss; so the mode can be taken, or anything up to the mean."
    )
    return f"{said}{why} {nearer(found)}"


def nearer(found: Mapping[str, Any]) -> str:
    """Which answer has the smaller error."""
    apart = found["differences"]["regression-classification"]
    ours, regression = found["colour_error"], found["colour_error_regression"]
    numbers = f"regression {regression:.1f}, classification {ours:.1f}, difference {_interval(apart)}"
    if intervals.below(apart):
        return f"Vivid is **not** right, though: a grayish answer is nearer to the truth on average ({numbers})."
    if intervals.above(apart):
        return f"And here vivid is nearer to the truth as well ({numbers})."
    return f"Which of them is nearer to the truth is open ({numbers})."


def _interval(values: list[float]) -> str:
    low, high = (f"{bound:+.1f}".replace("-", "−") for bound in values)
    return f"95% interval {low} to {high}"


def trade_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row an answer: what, kind ("path" for the temperatures), order, chroma, error, truth (its chroma), named."""
    rows = [
        {"what": _named(row["temperature"]), "kind": "path", "order": i, "chroma": row["chroma"], "error": row["error"]}
        for i, row in enumerate(found["by_temperature"])
    ]
    for what, chroma, error in (
        ("regression", found["chroma_regression"], found["colour_error_regression"]),
        ("gray", 0.0, found["gray_error"]),
        ("most common colour", found["chroma_modal"], found["modal_colour_error"]),
    ):
        rows.append({"what": what, "kind": "other", "order": 0, "chroma": chroma, "error": error})
    return [{**row, "truth": found["chroma_truth"], "named": row["what"] in NAMED} for row in rows]


def _named(temperature: float) -> str:
    return {0.0: "mode", 1.0: "mean"}.get(temperature, f"T = {temperature:g}")
