"""What the representation is good for: probes, few labels, h against z, and whether it has collapsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.charts import theme
from core.lessons.contrastive import charts
from core.lessons.contrastive.links import PREFIX
from core.store.record import Record
from core.ui.bars import Bar, bars
from core.ui.look import look_now

READ = {
    "h": "h, this encoder",
    "z": "z, after the projector",
    "random": "the same encoder, untrained",
    "raw": "raw pixels",
}
COLLAPSED = 0.2  # of the deviation that an even spread has: below it, all pictures lie almost in one place


def show(record: Record) -> None:
    """Probes, geometry, and how both grew."""
    probes(record.metrics)
    geometry(record.metrics)
    growing(record)


def probes(found: Mapping[str, Any]) -> None:
    """Bars for all labels and for ten a class; one sentence that says what holds."""
    if "probe_h" not in found:
        st.markdown(
            "These pictures have no classes (the folders of the zip would be classes), so no probe can be measured."
        )
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(f"Linear probe, all {found['labels']:,} labels", anchor=False)
        bars([Bar(label, found[f"probe_{name}"], ours=name == "h") for name, label in READ.items()])
    with right:
        st.subheader(f"With {found['few_labels']:,} labels, ten a class", anchor=False)
        bars([Bar(label, found[f"probe_{name}_10"], ours=name == "h") for name, label in READ.items()])
    st.caption(
        f"Accuracy on {found['held_out']:,} held-out pictures of a linear classifier on the frozen numbers; ten a class: the mean of five draws."
    )
    st.markdown(verdict(found))


def verdict(found: Mapping[str, Any]) -> str:
    """What the numbers say, in two sentences, whichever way they came out."""
    over_raw = 100 * (found["probe_h"] - found["probe_raw"])
    few = 100 * (found["probe_h_10"] - found["probe_raw_10"])
    over_z = 100 * (found["probe_h"] - found["probe_z"])
    first = (
        f"With all labels h is **{abs(over_raw):.1f} points {'above' if over_raw >= 0 else 'below'}** raw pixels, with ten a class "
        f"**{abs(few):.1f} points {'above' if few >= 0 else 'below'}**."
    )
    if over_z > 0:
        return first + (
            f" h, which is kept, is {over_z:.1f} points better than z, on which the loss was computed: what the views were not to "
            "have in common (crop, colour), z forgets, and the layer before it still has it."
        )
    return first + f" Here z is {-over_z:.1f} points better than h: that h should win does not hold for this setting."


def geometry(found: Mapping[str, Any]) -> None:
    """Alignment, uniformity and the collapse alarm (Wang and Isola 2020; Chen and He 2021)."""
    spread = found["embedding_std"] / found["isotropic_std"]
    left, middle, right = st.columns(3, gap="large")
    left.metric(
        "Alignment",
        f"{found['alignment']:.3f}",
        help="Mean squared distance of the two views of a picture on the unit sphere: 0 is perfect, 2 is chance.",
    )
    middle.metric(
        "Uniformity",
        f"{found['uniformity']:.2f}".replace("-", "−"),
        help="Logarithm of the mean of exp(−2 d²) over all pairs: 0 where all lie in one place, about −4 where they are spread evenly over the sphere.",
    )
    right.metric(
        "Spread",
        f"{spread:.0%}",
        help="Standard deviation of the normalised z, in shares of what an even spread over the sphere has.",
    )
    if spread < COLLAPSED:
        st.error(
            f"Collapse: the embeddings have {spread:.0%} of the spread of an even one, so almost all pictures lie in one place.",
            icon=":material/warning:",
        )


def growing(record: Record) -> None:
    """Loss, accuracies, and the way in the plane of alignment and uniformity while this model was trained."""
    rows, look = charts.watched(record.history), look_now()
    names = {row["quantity"] for row in rows}
    shown = [charts.losses]
    if charts.WATCHED["probe"] in names:
        shown.append(charts.accuracies)
    if charts.WATCHED["alignment"] in names:
        shown.append(charts.path)
    for column, build in zip(st.columns(len(shown), gap="medium"), shown, strict=True):
        with column:
            spec = theme.spec(build, rows, look)
            st.vega_lite_chart(spec, width="stretch", theme=None, key=f"{PREFIX}_{build.__name__}")
    st.caption(
        "This training, watched on 600 held-out pictures; the probe had 1,000 labels. In the last chart each dot is an age, the full one the end."
    )
