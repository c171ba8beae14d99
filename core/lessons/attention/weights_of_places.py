"""The embeddings of places: how alike they are, and the curve that they draw."""

from __future__ import annotations

import streamlit as st

from core.analysis.pca import pca
from core.experiments.language_model import waves
from core.lessons.attention import charts_weights as charts
from core.lessons.attention import matrices as weights
from core.lessons.attention.subject import Head, Subject
from core.lessons.attention.weights_drawn import BRIGHTEST, chart, picture, scale

MOST_PLACES = 256  # that are drawn; MiniLM was trained on so many, and has as many more
FAR = 16  # places apart
OUTLIER = 2.0  # times as far from the middle as the median place


def places(subject: Subject, text: str, head: Head) -> None:
    """The embeddings of places as a picture, how alike they are, and the curve that they draw."""
    every = weights.place_embeddings(subject.model)
    x = every[:MOST_PLACES]
    P, D = x.shape
    alike = weights.cosines(x)
    means = weights.by_distance(alike)
    far = min(FAR, P // 2)
    st.markdown(
        _neighbours(float(means[1]), float(means[far]), far, (2 / (D * P)) ** 0.5) + _began(subject, len(every), D, far)
    )
    left, right = st.columns([0.56, 0.44], gap="large")
    top = float(x.abs().flatten().quantile(BRIGHTEST))
    with left:
        cut = f", the first {P} of {len(every)}" if len(every) > P else ""
        picture(
            x.numpy(), top, f"<b>Each place as {D} numbers</b> · a row a place, from the top{cut}",
            f"embeddings of {P} places as a picture, a row a place", "wide",
        )  # fmt: skip
        scale(top)
    with right:
        picture(
            alike.numpy(), 1, "<b>Cosine of each place with each</b> · both from the upper left",
            f"cosines of {P} places with each other; near the diagonal are neighbours", "square",
        )  # fmt: skip
        scale(1, exact=True)
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        st.markdown("**How alike places are, by how far apart they are**")
        rows = [{"distance": d, "cosine": float(means[d]), "chance": D**-0.5} for d in range(1, max(2, P // 2 + 1))]
        chart(charts.by_distance, rows, "distances")
        st.caption(f"The band: cosines of two random directions of {D} numbers, one standard deviation.")
    with right:
        st.markdown("**The places as a curve**, from the first to the last")
        far_off = (x - x.mean(dim=0)).norm(dim=1)
        begin = 1 if P > 3 and float(far_off[0]) > OUTLIER * float(far_off.median()) else 0
        fitted = pca(x[begin:], 2)
        share = float(fitted.explained_variance.sum() / x[begin:].double().var(dim=0).sum().clamp_min(1e-300))
        rows = [{"place": i, "x": a, "y": b} for i, (a, b) in enumerate(fitted.encode(x[begin:]).tolist(), begin + 1)]
        chart(charts.places, rows, "curve")
        left_out = " The first place lies far from all others and is left out." if begin else ""
        st.caption(f"PCA: the plane that shows most of their spread, {share:.0%} of it. Numbers are places.{left_out}")


def _neighbours(near: float, far: float, distance: int, noise: float) -> str:
    figures = f"mean cosine {near:.2f} one place apart, {far:.2f} {distance} apart"
    if near - far > 3 * noise:
        return f"**Neighbouring places are more alike than distant ones:** {figures}."
    if far - near > 3 * noise:
        return f"**Neighbouring places are less alike than distant ones:** {figures}."
    return f"**Neighbouring places are no more alike than distant ones:** {figures}, which is within chance."


def _began(subject: Subject, count: int, width: int, distance: int) -> str:
    """What these cosines were before the training: a model of this lab begins with sine waves, which have an order."""
    if subject.record is None:
        return ""
    means = weights.by_distance(weights.cosines(waves(count, width)[:MOST_PLACES]))
    return (
        f" The order was given, not found: before the training places are sine waves, with {float(means[1]):.2f} and "
        f"{float(means[distance]):.2f}. What was learned is the change."
    )
