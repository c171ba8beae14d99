"""The act on the three ways to a gradient: digits that agree, and times that are measured when somebody asks."""

from __future__ import annotations

import math
import statistics

import streamlit as st
import torch

from core import background, lab
from core.charts.theme import spec
from core.lessons.backpropagation import charts
from core.lessons.backpropagation.links import DRAW, PRECISION, PREFIX
from core.lessons.backpropagation.three_ways import REPEATS, STEPS, WAYS, Agreement, Times, agreement, machine, measured
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.poll import poll, progress

LAYERS = 8
ASKED = f"{PREFIX}_asked"  # a session key: somebody pressed the button
EXACT = 1e-16  # below this two gradients of 64 bits are the same but for rounding


def show() -> None:
    """The precision and the seed, how well the ways agree, and how long they take."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        precision = PRECISION.widget(st.segmented_control, required=True)
        seed = DRAW.input(width=200)
    dtype = torch.float64 if precision == "64 bits" else torch.float32
    found = _agreement(seed, str(dtype).removeprefix("torch."))
    left, right = st.columns(2, gap="large")
    with left:
        _digits(found, precision)
    with right:
        _times()


def prepare() -> None:
    """Have the first comparison computed in the background."""
    background.ask("backpropagation/agreement", lambda progress: _agreement(0, "float64"))


def _digits(found: Agreement, precision: str) -> None:
    best = min(range(len(STEPS)), key=lambda i: found.differences[i])
    st.subheader(
        f"Computed: forward and reverse mode agree in {digits(max(found.forward, found.reverse))} digits, "
        f"finite differences in {digits(found.differences[best])} at best",
        anchor=False,
    )
    rows = [{"h": h, "error": max(e, EXACT), "way": WAYS[2]} for h, e in zip(STEPS, found.differences, strict=True)]
    rows += [{"h": h, "error": max(found.forward, EXACT), "way": WAYS[1]} for h in (STEPS[0], STEPS[-1])]
    draw_chart(spec(charts.errors, rows, look_now()), key=f"{PREFIX}_error_chart")
    st.caption(
        f"A tanh network of {LAYERS} layers of 4 units, {found.weights} weights, in {precision}. Error: distance from the gradient that reverse mode "
        f"finds with 64 bits, as a share of its length. A large *h* bends the line; a small one subtracts two numbers that are nearly the same."
    )


def digits(error: float) -> int:
    """How many decimal digits agree at this relative error; 64 bits have 15."""
    return min(15, max(0, math.floor(-math.log10(max(error, EXACT)))))


def _times() -> None:
    if not st.session_state.get(ASKED):
        st.subheader("Measured here: how long does each way take?", anchor=False)
        st.markdown(
            f"Reverse mode passes the network once, forward mode once for each weight, finite differences twice for each. Each way finds the whole "
            f"gradient {REPEATS} times, for 2 to 12 layers; that takes about ten seconds of this server, and nobody else waits for it."
        )
        st.button("Measure", icon=":material/timer:", key=f"{PREFIX}_measure", on_click=_ask)
        return
    view = poll(lambda: background.ask("backpropagation/times", measured), progress("Measuring the three ways"))
    if view is None:
        return
    if view.state != "done":
        st.error(f"The measurement failed: {view.message}", icon=":material/timer_off:")
        return
    shown: tuple[Times, ...] = view.value
    st.subheader(f"Measured: {said(shown[-1])}", anchor=False)
    draw_chart(spec(charts.times, time_rows(shown), look_now()), key=f"{PREFIX}_time_chart")
    st.caption(
        f"Measured on {machine()}, 64 bits. A point is the median of {REPEATS} repeats, a bar goes from the fastest to the slowest: "
        f"it holds the true median with {1 - 2 * 0.5**REPEATS:.0%} confidence."
    )


def said(times: Times) -> str:
    """How many times as long the other ways take, as the median of the repeats with their range."""
    parts = []
    for way in WAYS[1:]:
        ratios = [b / a for a, b in zip(times.seconds[WAYS[0]], times.seconds[way], strict=True)]
        parts.append(f"{way} {statistics.median(ratios):.0f} times ({min(ratios):.0f} to {max(ratios):.0f})")
    return f"with {times.weights} weights, {' and '.join(parts)} as long as reverse mode"


def time_rows(measured: tuple[Times, ...]) -> list[dict[str, object]]:
    """Rows of the chart: weights, way, median, low and high in milliseconds."""
    return [
        {
            "weights": one.weights,
            "way": way,
            "median": 1000 * statistics.median(seconds),
            "low": 1000 * min(seconds),
            "high": 1000 * max(seconds),
        }
        for one in measured
        for way, seconds in one.seconds.items()
    ]


def _ask() -> None:
    st.session_state[ASKED] = True


@lab.memo(label="Gradients in three ways")
def _agreement(seed: int, dtype: str) -> Agreement:
    return agreement(LAYERS, seed, getattr(torch, dtype))
