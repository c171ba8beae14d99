"""The panel of a run: the loss, what is watched, and the held-out embeddings as they lie now."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core import lab
from core.charts import theme
from core.charts.live import Earlier
from core.data.figures import data_uri
from core.experiments.simclr import Config
from core.lessons.contrastive import charts
from core.lessons.contrastive.measured import COLLAPSED
from core.lessons.contrastive.scatter import scatter
from core.ui import pictures
from core.ui.look import look_now


def facts(config: Config) -> str:
    """One line for the panel."""
    name = pictures.LABELS.get(config.data, "Your own pictures")
    changes = [f"crop {config.crop:g}", f"colour {config.colour:g}", *config.more]
    learns = "two views of each picture" if config.objective == "views" else "the classes, for comparison"
    return f"{name} · learns from {learns} · {', '.join(changes)} · temperature {config.temperature:g} · batch {config.batch}"


def curve(rows: list[dict[str, Any]], look: theme.Look, earlier: Earlier = ()) -> dict[str, Any]:
    """Small charts of all that is watched."""
    return charts.live(charts.watched(rows), look, [charts.watched(run) for run in earlier])


def draw(job: lab.JobView) -> None:
    """The newest map of held-out embeddings, and an alarm where they fall together."""
    first, now = job.previews[0].arrays, job.preview.arrays
    if "classes" not in first or "points" not in now:
        return
    points, classes = np.asarray(now["points"]), np.asarray(first["classes"])
    dark = look_now().dark
    picture = data_uri(scatter(points, classes, dark))
    st.html(
        f'<figure class="ll-map"><img src="{picture}" alt="{len(points)} held-out pictures at step {job.preview.i}">'
        f"<figcaption>Held-out pictures at step {job.preview.i:,}: the first two principal components of h, coloured by class.</figcaption></figure>"
    )
    spread = next((row["embedding_std"] for row in reversed(job.history) if row.get("embedding_std") is not None), None)
    if spread is not None and spread < COLLAPSED * Z_STD:
        st.error("Collapse: almost all pictures lie in one place.", icon=":material/warning:")


Z_STD = 64**-0.5  # what an even spread over the sphere has
