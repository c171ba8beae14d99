"""What the representation is good for: probes, few labels, h against z, and whether it has collapsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core import data
from core.analysis import intervals
from core.analysis.contrastive import even_uniformity
from core.analysis.probes import PROTOCOL
from core.charts import theme
from core.experiments.simclr import WATCHED, WATCHED_LABELS
from core.lessons.contrastive import charts
from core.lessons.contrastive.links import PREFIX
from core.store.record import Record
from core.ui.bars import Bar, bars
from core.ui.charted import draw_chart
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
        st.subheader(f"Linear probe, {found.get('probe_labels', found['labels']):,} labels", anchor=False)
        bars([Bar(label, found[f"probe_{name}"], ours=name == "h") for name, label in READ.items()])
    with right:
        st.subheader(f"With {found['few_labels']:,} labels, ten a class", anchor=False)
        bars([Bar(label, found[f"probe_{name}_10"], ours=name == "h") for name, label in READ.items()])
    st.markdown(verdict(found))
    st.caption(protocol(found))


def verdict(found: Mapping[str, Any]) -> str:
    """What the numbers say, whichever way they came out: a gain or a loss only where the interval excludes zero."""
    if "intervals" not in found:
        return intervals.UNKNOWN

    def against(other: str, labels: str) -> tuple[float, list[float]]:
        return found[f"probe_h{labels}"] - found[f"probe_{other}{labels}"], found["intervals"][f"probe{labels}"][
            f"h-{other}"
        ]

    said = (
        f"Against raw pixels with all labels, {intervals.gains('h', *against('raw', ''))}; with ten a class, "
        f"{intervals.gains('h', *against('raw', '_10'))}. Against z, on which the loss was computed, {intervals.gains('h', *against('z', ''))}."
    )
    if intervals.above(against("z", "")[1]):
        said += " z discards what the augmentations vary (crop, colour); h, the layer before it, still has it."
    elif intervals.below(against("z", "")[1]):
        said += " That h should win, as in the paper, does not hold for this setting."
    return said + forgotten(found)


def forgotten(found: Mapping[str, Any]) -> str:
    """How well crop and brightness of a view can be read off h and z, in a sentence; nothing where it was not measured."""
    if "decoded" not in found:
        return ""
    decoded = found["decoded"]
    parts = [
        f"{what} {decoded[name]['h']:.2f} from h and {decoded[name]['z']:.2f} from z".replace("-", "−")
        for what, name in (("the size of the crop", "crop"), ("the brightness", "brightness"))
    ]
    less = [name for name, space in decoded.items() if intervals.above(space["interval"])]
    end = {0: "neither is told apart for certain", 1: f"of {''.join(less)}, z holds less", 2: "z holds less of both"}
    return f" How a view was made can be read off by linear regression (R² on held-out pictures): {'; '.join(parts)} ({end[len(less)]})."


def protocol(found: Mapping[str, Any]) -> str:
    """How the probes were read."""
    if "probe_labels" not in found:
        return f"Accuracy on {found['held_out']:,} held-out pictures of a linear classifier on the frozen numbers."
    return (
        f"{PROTOCOL} Here: {found['probe_labels']:,} labels to learn from, {found['probe_validation']:,} to choose on, {found['held_out']:,} held-out "
        f"pictures; ten a class: {found['few_draws']} draws, one penalty for all of them, chosen on the same validation pictures. Temperature and changes "
        "of the default were chosen among three settings by probes of held-out pictures (docs/LOG.md)."
    )


def geometry(found: Mapping[str, Any]) -> None:
    """Alignment, uniformity and the collapse alarm (Wang and Isola 2020; Chen and He 2021)."""
    spread = found["embedding_std"] / found["isotropic_std"]
    dimensions = round(found["isotropic_std"] ** -2)
    left, middle, right = st.columns(3, gap="large")
    left.metric(
        "Alignment",
        f"{found['alignment']:.3f}",
        help="Mean squared distance of the two views of a picture on the unit sphere: 0 is perfect, 2 is chance.",
    )
    middle.metric(
        "Uniformity",
        f"{found['uniformity']:.2f}".replace("-", "−"),
        help="Logarithm of the mean of exp(−2 d²) over all pairs: 0 where all lie in one place, "
        f"{even_uniformity(dimensions):.2f} where they are spread evenly over the sphere of {dimensions} dimensions.".replace(
            "-", "−"
        ),
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


def watched_on(record: Record) -> str:
    """On how many pictures the curves were measured."""
    images = data.load(record.config["data"])
    pictures = min(len(images.test_x), WATCHED)
    said = f"This training, watched on {pictures:,} held-out pictures"
    if len(images.classes) > 1:
        said += f"; the probe had {min(len(images.train_x), WATCHED_LABELS):,} labels, a fifth of them to choose on"
    return f"{said}. In the last chart each dot is an age, the full one the end."


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
            draw_chart(spec, key=f"{PREFIX}_{build.__name__}")
    st.caption(watched_on(record))
