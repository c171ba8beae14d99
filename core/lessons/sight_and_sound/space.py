"""Act: pictures and sounds as points of one space: do the two meet, or only agree on directions?"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from core import data, lab
from core.analysis.pca import pca
from core.charts import theme
from core.experiment import get
from core.experiments import audio_visual
from core.experiments.audio_visual import MAPPED
from core.lessons.sight_and_sound import charts, links, subject
from core.maps import service
from core.maps.methods import METHODS
from core.store.record import Record
from core.ui import maps
from core.ui.charted import draw_chart
from core.ui.look import look_now

TITLES = {"umap": "UMAP", "pca": "PCA"}


@dataclass(frozen=True)
class Meeting:
    """gap: distance between the mean picture and the mean sound, of vectors of length 1. same, other: mean cosines of a picture and a sound of one
    digit, and of two. pictures: mean cosine of two pictures of one digit."""

    gap: float
    same: float
    other: float
    pictures: float


def points(record: Record) -> Tensor:
    """What is on the map, (pictures + sounds, D). Raises lab.Damaged."""
    return audio_visual.mapped(subject.pair(record, "paired"), get("audio_visual").strict(record.config))


def show(record: Record) -> None:
    """The map, and what of it is so in the original space."""
    with st.columns([0.4, 0.6])[0]:
        method = links.MAP.widget(st.segmented_control, shown=TITLES.__getitem__, required=True)
    x = points(record)
    layout = (
        pca(x, 2).encode(x).numpy()
        if method == "pca"
        else maps.umap_points(
            f"{links.PREFIX}_umap_again", service.map_key(record.fingerprint, "pairs"), x, **METHODS["umap"].quick
        )
    )
    found = meeting(record)
    st.subheader(headline(found), anchor=False)
    if layout is None:
        return
    digits, heard = data.load("mnist").test_y[:MAPPED].tolist(), subject.heard(record).digit.tolist()
    rows = [
        {
            "x": round(float(a), 3),
            "y": round(float(b), 3),
            "digit": str(digit),
            "kind": "picture" if i < MAPPED else "sound",
        }
        for i, ((a, b), digit) in enumerate(zip(layout, [*digits, *heard], strict=True))
    ]
    draw_chart(theme.spec(charts.meeting, rows, look_now()), key=f"{links.PREFIX}_space")
    st.caption(
        f"{MAPPED} held-out pictures and {len(heard)} held-out sounds; colours are digits, which no network was told. In the original {x.shape[1]} numbers: a picture and a sound of one digit have a "
        f"cosine of {found.same:.2f} on average, of two digits {found.other:.2f}; two pictures of one digit {found.pictures:.2f}.{why_islands(found)}"
    )


@lab.memo(label="How pictures and sounds meet")
def meeting(record: Record) -> Meeting:
    """Means over all held-out pictures and sounds. Raises lab.Damaged, data.Missing."""
    found, y, said = subject.codes(record, "paired"), data.load("mnist").test_y, subject.heard(record).digit
    across, same = found.said @ found.seen.T, said[:, None] == y
    among, alike = found.seen @ found.seen.T, y[:, None] == y
    alike = alike & ~torch.eye(len(y), dtype=torch.bool)
    gap = (found.seen.mean(dim=0) - found.said.mean(dim=0)).norm()
    return Meeting(float(gap), float(across[same].mean()), float(across[~same].mean()), float(among[alike].mean()))


def headline(found: Meeting) -> str:
    """How far the two kinds lie apart."""
    return f"The mean picture and the mean sound lie {found.gap:.2f} apart, on a sphere of radius 1"


def why_islands(found: Meeting) -> str:
    """Why a map of neighbours parts the two kinds, where it does."""
    if found.pictures <= found.same:
        return ""
    return " The nearest neighbours of a picture are other pictures of its digit, and its sounds come after them: so a map of neighbours draws islands of both kinds. A sound asks among pictures alone, and there its digit is mostly the nearest."
