"""Act: pictures and captions on one map, the gap between the two clouds, and what a temperature does to it."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from core import lab
from core.analysis import two_encoders
from core.charts import theme
from core.experiment import get
from core.experiments import clip
from core.lessons.pictures_and_words import charts, links, subject
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

SHOWN = 200  # pairs
FIXED = ("0.01", "0.07", "0.3", "1")
# Liang et al. 2022, "Mind the gap", table of figure 1: CLIP on MSCOCO captions.
PAPER_GAP = 0.82


def show(record: Record) -> None:
    """The switch, the map, the gap; below it the gap of other temperatures, as far as they are trained."""
    space = subject.space(record)
    left, right = st.columns([0.62, 0.38], gap="large")
    with left:
        age = links.AGE.widget(
            st.segmented_control,
            shown={"trained": "Trained", "untrained": "Before the first step"}.__getitem__,
            required=True,
        )
        pictures, texts = (space.pictures, space.texts) if age == "trained" else space.untrained
        draw_chart(theme.spec(charts.clouds, rows(space, pictures, texts), look_now()), key=f"{links.PREFIX}_clouds")
    with right:
        st.markdown(verdict(space))
        st.caption(
            f"The two principal axes of both kinds together, of {min(SHOWN, len(space.part))} held-out pairs; a line joins a picture and its caption. The gap is the distance of the two means in "
            f"all {space.pictures.shape[1]} dimensions, where 2 is the most. {subject.credit(record.config['data'])}."
        )
    _by_temperature(record)


def rows(space: subject.Space, pictures: Tensor, texts: Tensor) -> list[dict[str, Any]]:
    """One row a point."""
    some = torch.linspace(0, len(pictures) - 1, min(SHOWN, len(pictures))).round().long()
    both = torch.cat([pictures[some], texts[some]])
    both = both - both.mean(dim=0)
    _, _, axes = torch.linalg.svd(both, full_matrices=False)
    axes = axes[:2] * axes[:2].sum(dim=1, keepdim=True).sign()  # an axis has no direction of its own
    at = (both @ axes.T).reshape(2, len(some), 2)
    return [
        {"x": round(float(x), 4), "y": round(float(y), 4), "kind": kind, "name": space.part.names[i], "pair": n}
        for kind, points in zip(("picture", "caption"), at.tolist(), strict=True)
        for n, (i, (x, y)) in enumerate(zip(some.tolist(), points, strict=True))
    ]


def verdict(space: subject.Space) -> str:
    """The gap before and after, and whether the two clouds can be told apart."""
    before, after = two_encoders.gap(*space.untrained), two_encoders.gap(space.pictures, space.texts)
    apart = two_encoders.told_apart(space.pictures, space.texts)
    said = (
        f"Both encoders end on the same sphere, and yet pictures and captions need not mix. Before the first step the gap between the two clouds is **{before:.2f}**: two random "
        f"networks each send all they are given into a narrow cone of their own. After the training it is **{after:.2f}**, and the line between the two means tells "
        f"**{apart:.0%}** of the points which kind they are (50% is chance). "
    )
    if after < before / 3 and apart < 0.8:
        closed = "The training has nearly closed it here"
    elif after < before:
        closed = "The training has narrowed it, and yet the two kinds can still be told apart"
    else:
        closed = "The training has not narrowed it"
    return said + (
        f"{closed}. Liang et al. 2022 found {PAPER_GAP} in CLIP, and that it is there at random initialisation and stays: the loss compares pictures with captions alone, never with "
        "pictures, so a constant shift between the two costs little where the temperature is low."
    )


def _by_temperature(record: Record) -> None:
    """The same setting at fixed temperatures, those that are there."""
    found = by_temperature(record)
    fixed = [row for row in found if row["how"] == "fixed"]
    st.subheader("Does a low temperature keep the gap open?", anchor=False)
    if len(fixed) < 2:
        st.markdown(
            "To see it, train these encoders at two or more fixed temperatures: *Change what is trained*, below. Each stands here then. With the shapes two of them are trained already."
        )
        return
    left, right = st.columns([0.55, 0.45], gap="large")
    with left:
        draw_chart(theme.spec(charts.gaps, found, look_now()), key=f"{links.PREFIX}_gaps")
    with right:
        st.markdown(of_temperatures(found))
        st.caption("Trainings that differ in the temperature alone, one seed each. Dashed: before the first step.")


def by_temperature(record: Record) -> list[dict[str, Any]]:
    """One row a training that is there: temperature, gap, how, untrained, and what it finds."""
    experiment = get("clip")
    config, found = experiment.strict(record.config), []
    for temperature in (clip.LEARNED, *FIXED):
        view = lab.view("clip", dataclasses.replace(config, temperature=temperature), record.seed)
        if isinstance(view, lab.Ready) and view.record.metrics:
            metrics = view.record.metrics
            found.append({
                "temperature": round(metrics["temperature"], 4), "gap": metrics["modality_gap"],
                "how": "learned" if temperature == clip.LEARNED else "fixed", "untrained": metrics["modality_gap_untrained"],
                "recall": metrics["recall_at_10"],
            })  # fmt: skip
    return sorted(found, key=lambda row: row["temperature"])


def of_temperatures(found: list[dict[str, Any]]) -> str:
    """Whether the paper's claim holds here, from the trainings that are there."""
    fixed = [row for row in found if row["how"] == "fixed"]
    low, high = fixed[0], fixed[-1]
    numbers = ", ".join(f"{row['gap']:.2f} at {row['temperature']:g}" for row in fixed)
    falls = all(one["gap"] >= other["gap"] for one, other in itertools.pairwise(fixed))
    if falls:
        said = f"Here as in the paper: the higher the temperature, the smaller the gap ({numbers})."
    elif low["gap"] > high["gap"]:
        said = f"From {low['temperature']:g} to {high['temperature']:g} the gap shrinks, though not at each step ({numbers})."
    else:
        said = f"**Not here**: at {high['temperature']:g} the gap is no smaller than at {low['temperature']:g} ({numbers})."
    best = max(found, key=lambda row: row["recall"])
    return (
        f"{said}\n\nA small gap is no aim by itself: the best search is that of temperature {best['temperature']:g} ({best['how']}), with the own caption among the nearest 10 for "
        f"{best['recall']:.0%} of the held-out pictures; "
        + ", ".join(f"{row['recall']:.0%} at {row['temperature']:g}" for row in found if row is not best)
        + "."
    )
