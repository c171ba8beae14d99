"""Act: what the layers of the colour network know of the classes, beside an auto-encoder's, an untrained network's, and the pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis import intervals
from core.analysis.probes import PROTOCOL
from core.charts import theme
from core.experiments.colorization import LAYERS, POOLED
from core.lessons.colour import charts, links
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

NAMES = {"colour": "colour network", "autoencoder": "auto-encoder", "untrained": "untrained", "raw": "gray pixels"}
# Zhang, Isola and Efros 2016, linear probes of ImageNet's classes in percent, read off the chart; a much larger network, without skips.
PAPER = {
    "colour network": (13, 14.5, 25, 26, 31.5, 33, 32, 32),
    "auto-encoder": (13, 15, 20, 21, 19.5, 16, 12, 14),
}
PAPER_LAYERS = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")
SKIPS = (
    "The skips may be why: what an early layer knows goes straight to the answer, so the deep layers need not hold it. The auto-encoder has none, and "
    "everything must pass through conv5."
)


def show(record: Record) -> None:
    """The chart of layers, what it says, and the protocol."""
    found = record.metrics
    left, right = st.columns([0.6, 0.4], gap="large")
    with left:
        draw_chart(theme.spec(charts.layers, rows(found), look_now()), key=f"{links.PREFIX}_layers")
        st.markdown(
            "**In the paper**, on ImageNet with a much larger network without skips, the two part with depth (read off its chart):"
        )
        draw_chart(theme.spec(charts.layers, published(), look_now()), key=f"{links.PREFIX}_paper")
    with right:
        st.markdown(
            "Guessing colours is a **pretext**: to know that this gray is yellow, it helps to know that it is a face. Nobody has told it classes. "
            "Do its layers hold them, more than those of a network of the same shape that draws the same gray pictures again?"
        )
        st.markdown(verdict(found))
    st.caption(
        f"All are told luminance alone. A layer is read as its means over {POOLED} × {POOLED} parts of the picture. {PROTOCOL} Here: {found['probe_labels']:,} labels to "
        f"learn from, {found['probe_validation']:,} to choose on, {found['probe_tested']:,} held-out pictures."
    )


def rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a layer and network: network, layer, accuracy; of the pixels one row for each layer, so that they are a level line."""
    probed = [
        {"network": NAMES[name], "layer": layer, "accuracy": layers[layer]}
        for name, layers in found["probe"].items()
        for layer in LAYERS
    ]
    return [*probed, *({"network": NAMES["raw"], "layer": layer, "accuracy": found["probe_raw"]} for layer in LAYERS)]


def published() -> list[dict[str, Any]]:
    """The same of the paper: network, layer, accuracy."""
    return [
        {"network": network, "layer": layer, "accuracy": percent / 100}
        for network, values in PAPER.items()
        for layer, percent in zip(PAPER_LAYERS, values, strict=True)
    ]


def verdict(found: Mapping[str, Any]) -> str:
    """Layer by layer, where it is ahead of each of the others or behind, as far as the intervals say."""
    said = [_against(found, other) for other in ("autoencoder", "untrained", "raw")]
    behind = any(intervals.below(found["probe_gains"]["colour-autoencoder"][layer]) for layer in LAYERS[-2:])
    return "\n\n".join([*said, SKIPS] if behind else said)


def _against(found: Mapping[str, Any], other: str) -> str:
    """The colour network beside one other."""
    gains = found["probe_gains"][f"colour-{other}"]
    ahead = [layer for layer in LAYERS if intervals.above(gains[layer])]
    behind = [layer for layer in LAYERS if intervals.below(gains[layer])]
    name = f"**the {NAMES[other]}**" if other != "untrained" else "**the same network before its first step**"
    if not ahead and not behind:
        return f"Beside {name} there is **no gain** in any layer: all intervals hold zero."
    parts = [
        f"{verb} {_most(found, other, layers)}"
        for verb, layers in (("ahead in", ahead), ("behind in", behind))
        if layers
    ]
    rest = len(LAYERS) - len(ahead) - len(behind)
    return (
        f"Beside {name} it is {' and '.join(parts)}{'; of the other layers the intervals hold zero' if rest else ''}."
    )


def _most(found: Mapping[str, Any], other: str, layers: list[str]) -> str:
    """The layers, and the largest difference among them with its interval."""
    probe = found["probe"]

    def gain(layer: str) -> float:
        return probe["colour"][layer] - (found["probe_raw"] if other == "raw" else probe[other][layer])

    best = max(layers, key=lambda layer: abs(gain(layer)))
    interval = found["probe_gains"][f"colour-{other}"][best]
    return f"{', '.join(layers)} (most in {best}: {intervals.in_points(gain(best), interval)})"
