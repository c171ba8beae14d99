"""Act: what was measured of all units of the three networks, and of the networks themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.analysis.intervals import gains
from core.charts import theme
from core.experiments import features
from core.lessons.features import charts, links, subject
from core.lessons.features.subject import LAYER_NAMES, NAMES
from core.nn.seeing import LAYERS
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.gallery import gallery
from core.ui.look import look_now


def show(record: Record) -> None:
    """The filters of the first layer; a mark for each unit; the table, and what it says."""
    networks = {name: subject.network_of(record, name) for name in features.NETWORKS}
    st.markdown("**The first layer's weights**: gray is zero, white and black the largest of each filter.")
    gallery(
        [(NAMES[name], features.first_filters(network)) for name, network in networks.items()],
        about="Filters of the first layer",
    )
    rows = unit_rows(record.metrics)
    draw_chart(theme.spec(charts.pleased, rows, look_now()), key=f"{links.PREFIX}_pleased")
    st.markdown(verdict(record.metrics))
    st.table(table(record.metrics))
    st.caption(
        f"A unit's activation is the mean over all its places after the ReLU. It is compared with the best of {record.metrics['shown']:,} pictures, held-out ones first. "
        f"Accuracies are of {record.metrics['held_out']:,} held-out pictures; intervals are 95%, by resampling them, for one training."
    )


def unit_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each unit that any picture excites: network, layer, unit, ratio. On a log axis there is no zero."""
    return [
        {"network": NAMES[name], "layer": LAYER_NAMES[layer], "unit": i, "ratio": round(made / best, 4)}
        for name, layers in found["each"].items()
        for layer in LAYERS
        for i, (made, best) in enumerate(zip(layers[layer]["made"], layers[layer]["best"], strict=True))
        if best > 0 and made > 0
    ]


def table(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """One row a network."""
    rows = []
    for name in features.NETWORKS:
        median = found["medians"][name]
        accuracy = {kind: found["accuracy"][kind].get(name) for kind in ("clean", "noisy")}
        rows.append(
            {
                "network": NAMES[name],
                "accuracy": "–" if accuracy["clean"] is None else f"{accuracy['clean']:.1%}",
                "with noise": "–" if accuracy["noisy"] is None else f"{accuracy['noisy']:.1%}",
                "dead units": f"{found['dead'][name]} of {found['units']}",
                "made picture, median": "–" if median["ratio"] is None else f"{median['ratio']:.3g} × the best",
                "beyond the best": "–" if median["beyond"] is None else f"{median['beyond']:.0%} of the units",
            }
        )
    return rows


def verdict(found: Mapping[str, Any]) -> str:
    """What noise in training costs and brings, and how far made pictures go."""
    clean, noisy = (found["accuracy"][kind]["noise"] - found["accuracy"][kind]["plain"] for kind in ("clean", "noisy"))
    ratio = found["medians"]["plain"]["ratio"]
    reached = "" if ratio is None else (
        f" In the trained network a made picture excites its unit {ratio:.3g} × as much as the best picture of the data, in the median over all units."
    )  # fmt: skip
    return (
        f"On plain pictures {gains('training on noise', clean, found['gains']['clean'])}; on noisy ones "
        f"{gains('it', noisy, found['gains']['noisy'])}.{reached} Units of the first layers see a few pixels: some picture of the data pleases them "
        "almost as well as any picture can, so there the ratio must be small."
    )


def ratios(found: Mapping[str, Any], name: str) -> np.ndarray:
    """The ratios of a network's units that any picture excites."""
    return np.array([row["ratio"] for row in unit_rows(found) if row["network"] == NAMES[name]])
