"""Act: units of a network that others trained on a million photographs."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core import lab
from core.data import gallery
from core.experiment import get
from core.lessons.features import links
from core.lessons.features.strips import percent
from core.nn.efficientnet import Field, receptive_field
from core.store.record import Record
from core.ui.components.tiles import png_uri

ABOUT = (
    "EfficientNet-lite0 ([Tan and Le 2019](https://arxiv.org/abs/1905.11946)) learned 1,000 classes from ImageNet's 1.3 million photographs. It was not trained here; "
    "the pictures for its units were made here. ImageNet's photographs are not on this machine, so its units are shown emoji and pieces of two photographs."
)


def show() -> None:
    """A layer, one of its units, the picture made for it and the ones that excite it most."""
    st.markdown(ABOUT)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        layer = links.DEEP.widget(st.segmented_control, shown=str.capitalize, required=True, width="content")
        number = links.DEEP_UNIT.input(width=180)
    record = found(layer)
    if record is None:
        st.info(
            "The pictures of this layer are not on this machine: `python -m core bake pretrained_features` makes them.",
            icon=":material/info:",
        )
        return
    st.markdown(
        f"**Twelve units of {record.metrics['width']:,}**, the first ones: none was picked because it looks good."
    )
    _all(record, number)
    st.subheader(headline(record.metrics, layer, number), anchor=False)
    made, strongest = st.columns([0.3, 0.7], gap="large")
    with made:
        _big(record, number)
    with strongest:
        _strongest(record.metrics, layer, number)
    st.caption(limits(record.metrics, number))


def found(layer: str) -> Record | None:
    """The record of a layer's first twelve units; None where it is not there. Raises data.Missing."""
    view = lab.view("pretrained_features", get("pretrained_features").strict({"layer": layer}), 0)
    return view.record if isinstance(view, lab.Ready) else None


def headline(metrics: Mapping[str, Any], layer: str, number: int) -> str:
    """What the made picture does, compared with the data."""
    each = metrics["each"]
    ratio, what = (
        each["ratio"][number],
        f"Unit {each['units'][number]} of the {layer}"
        if layer in ("stem", "head")
        else f"Unit {each['units'][number]} of {layer}",
    )
    if ratio is None:
        return f"{what} is silent on every picture"
    said = (
        f"excites it {ratio:.3g} × as much as the best of {metrics['shown']:,}"
        if ratio > 1
        else f"reaches {ratio:.3g} × the best of {metrics['shown']:,}, no more"
    )
    return f"{what}: the picture made for it {said}"


def limits(metrics: Mapping[str, Any], number: int) -> str:
    """How far it could have gone, and the medians of the twelve."""
    each, medians = metrics["each"], metrics["medians"]
    possible = each["possible"][number]
    ceiling = (
        ""
        if possible is None
        else f" Its ReLU6 passes on 6 at most, so no picture could do better than {possible:.3g} ×."
    )
    median = "" if medians["ratio"] is None else f" Median of the twelve: {medians['ratio']:.3g} ×"
    opened = "" if medians["open_ratio"] is None else f", and {medians['open_ratio']:.3g} × where nothing cuts off at 6"
    return f"Activation: the mean over all places after the ReLU6. Above {percent(each['percentile'][number])} of the pictures.{ceiling}{median}{opened}."


@lab.memo(label="Pictures made for a published network")
def pictures(record: Record) -> np.ndarray:
    """What was made, uint8 (12, side, side, 3). Raises lab.Damaged."""
    from core.data.pixels import as_bytes

    return as_bytes(lab.model(record).pictures)


def _all(record: Record, number: int) -> None:
    cells = []
    for i, picture in enumerate(pictures(record)):
        kind = ' class="ours"' if i == number else ""
        cells.append(
            f'<figure{kind}><img src="{png_uri(picture)}" alt="Made for unit {record.metrics["each"]["units"][i]}"><figcaption>{i}</figcaption></figure>'
        )
    st.html(f'<div class="ll-fetwelve">{"".join(cells)}</div>')


def _big(record: Record, number: int) -> None:
    st.html(
        f'<img class="ll-big" src="{png_uri(pictures(record)[number])}" alt="The picture made for the unit, large">'
    )


def box_of(field: Field, row: int, column: int) -> tuple[int, int, int, int]:
    """The pixels that a place of a layer sees: top, left, bottom, right, cut to the picture."""
    top, left = field.start + row * field.step, field.start + column * field.step
    return max(top, 0), max(left, 0), min(top + field.side, gallery.SIDE), min(left + field.side, gallery.SIDE)


def _strongest(metrics: Mapping[str, Any], layer: str, number: int) -> None:
    """The strongest pictures of the gallery, each with the part that excites the unit."""
    each = metrics["each"]
    field = receptive_field(layer, gallery.SIDE)
    captions = gallery.captions()
    cells = []
    for i, place in zip(each["strongest"][number], each["places"][number], strict=True):
        top, left, bottom, right = box_of(field, *divmod(place, each["across"]))
        box = ";".join(
            f"{name}:{100 * value / gallery.SIDE:.1f}%"
            for name, value in (("top", top), ("left", left), ("height", bottom - top), ("width", right - left))
        )
        picture = gallery.picture(i).permute(1, 2, 0).numpy()
        cells.append(
            f'<span><img src="{png_uri(picture)}" alt="{html.escape(captions[i])}"><i style="{box}"></i></span>'
        )
    if not cells:
        st.markdown("No picture excites it.")
        return
    st.markdown("**The pictures that excite it most, and where**")
    st.html(f'<div class="ll-festrongest large">{"".join(cells)}</div>')
