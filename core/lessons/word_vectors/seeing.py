"""Looking at word vectors: groups on a map, words on an axis, and whether the steps of a relation are parallel."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core import lab
from core.analysis.vectors import neighbours
from core.charts import theme, words
from core.data import relations
from core.lessons.word_vectors import directions, links
from core.lessons.word_vectors.charts_axis import axis_strip
from core.lessons.word_vectors.charts_steps import parallel_strip
from core.lessons.word_vectors.shown import Shown
from core.maps.methods import TITLES
from core.ui import maps
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.words import plain, typed

MOST_WORDS = 150  # on a map; 60 on an axis
AXIS_WORDS = 60
GROUPS = {group.name: group for group in relations.GROUPS}
AXES = {axis.name: axis for axis in relations.AXES}
RELATIONS = {relation.name: relation for relation in relations.RELATIONS}


def unknown(shown: Shown, missing: Sequence[str]) -> None:
    """Words without a vector, in one line."""
    if missing:
        some = ", ".join(plain(word) for word in missing[:8]) + (
            f" and {len(missing) - 8} more" if len(missing) > 8 else ""
        )
        st.caption(f"Not among the words of {shown.title}: {some}.")


# A map of groups -------------------------------------------------------------------------------------------------


def on_a_map(shown: Shown) -> None:
    """Chosen groups of words in the plane, with the arrows of their relations, and one word's neighbours."""
    known = [name for name, group in GROUPS.items() if sum(word in shown.vectors for word in group.words) >= 4]
    wanted = [name for name in ("family", "capitals", "tenses") if name in known][:2]
    default = tuple(name for name in known if name in wanted) or tuple(known[:1])  # in the order of the menu
    left, right = st.columns([0.62, 0.38], gap="large")
    with right:
        method = links.PROJECT.widget(st.segmented_control, shown=TITLES.__getitem__, required=True)
        chosen = (
            links.GROUPS.pills(known, default, widget=st.multiselect, format_func=lambda n: GROUPS[n].title)
            if known
            else ()
        )
        own = typed(links.MINE, 40, placeholder="tea coffee juice")
    group_of = {word: GROUPS[name].title for name in chosen for word in GROUPS[name].words}
    group_of |= {word: "your words" for word in own}
    named = [word for word in group_of if word in shown.vectors][:MOST_WORDS]
    with right:
        unknown(shown, [word for word in group_of if word not in shown.vectors])
    if len(named) < 3:
        left.info("A map needs three known words: choose a group, or write some.", icon=":material/scatter_plot:")
        return
    with left:
        places = _places(shown, tuple(named), method)
    if places is None:
        return
    xy, about = places
    at = dict(zip(named, xy.tolist(), strict=True))
    rows: list[dict[str, Any]] = [
        {"kind": "word", "word": word, "group": group_of[word], "x": x, "y": y, "x2": None, "y2": None}
        for word, (x, y) in at.items()
    ]
    for name in chosen:
        rows += [
            {"kind": "arrow", "word": None, "group": None, "x": at[a][0], "y": at[a][1], "x2": at[b][0], "y2": at[b][1]}
            for a, b in GROUPS[name].arrows
            if a in at and b in at
        ]
    with left:
        spec = theme.spec(words.word_map, rows, look_now())
        draw_chart(spec, key=f"{links.PREFIX}_map_chart")
        st.caption(about)
    with right:
        _near(shown, named)


@lab.memo(label="Maps of words", group="maps")
def _pca(shown: Shown, named: tuple[str, ...]) -> directions.Map2D:
    return directions.map_2d(shown.vectors, named)


def _places(shown: Shown, named: tuple[str, ...], method: str) -> tuple[np.ndarray, str] | None:
    """(N, 2) and what to know about it, or None while it is computed."""
    if method == "pca":
        found = _pca(shown, named)
        return (
            found.xy,
            f"PCA of these words alone: the plane that shows most of their spread, {found.share:.0%} of it.",
        )
    digest = hashlib.sha256("\n".join(named).encode()).hexdigest()[:16]
    points = maps.points(
        method,
        f"{links.PREFIX}_project_job",
        f"words-{shown.name}-{digest}",
        shown.vectors.of(named),
        **_settings(method, len(named)),
    )
    if points is None:
        return None
    about = {
        "umap": "UMAP keeps neighbours together and bends the rest: arrows that are parallel in the space need not be so here.",
        "tsne": "t-SNE keeps neighbours together; distances between groups, and directions, mean little.",
    }
    return points.astype(float), about[method]


def _settings(method: str, count: int) -> dict[str, float]:
    return (
        {"n_neighbors": max(2, min(10, count - 1)), "min_dist": 0.3}
        if method == "umap"
        else {"perplexity": max(2.0, min(12.0, count / 4))}
    )


def _near(shown: Shown, named: Sequence[str]) -> None:
    """The neighbours of one of the words, from the space itself: no map can keep them all."""
    word = links.NEAR.widget(st.selectbox, tuple(named), named[0])
    found = neighbours(shown.vectors, word, 8)
    st.markdown(" · ".join(f"{plain(near.word)} {near.cosine:.2f}" for near in found))
    st.caption("By cosine in the space itself, all words taking part; no map in the plane can keep them all.")


# An axis ---------------------------------------------------------------------------------------------------------


def on_an_axis(shown: Shown) -> None:
    """Words projected onto the line from some words to others: a ready one, or the person's own."""
    name = links.AXIS.widget(
        st.segmented_control, default=next(iter(AXES)), required=True,
        shown=lambda n: "your own" if n == "own" else AXES[n].title,
    )  # fmt: skip
    if name == "own":
        low_column, high_column = st.columns(2)
        with low_column:
            low = typed(links.LOW, 12)
        with high_column:
            high = typed(links.HIGH, 12)
        placed = typed(links.PLACED, AXIS_WORDS)
    else:
        low, high, placed = list(AXES[name].low), list(AXES[name].high), list(AXES[name].words)
        extra = typed(links.ALSO[name], AXIS_WORDS - 45, placeholder="any words")
        placed = list(dict.fromkeys([*placed, *extra]))[:AXIS_WORDS]
    try:
        found = directions.axis(shown.vectors, low, high, placed)
    except ValueError as error:
        st.info(f"{error} Choose other words for its ends.", icon=":material/straighten:")
        return
    # 0 in the middle between the two ends, -1 at the low one, 1 at the high one.
    rows = [
        {"kind": "low", "word": " ".join(w for w in low if w in shown.vectors)[:40], "value": -1.0},
        {"kind": "high", "word": " ".join(w for w in high if w in shown.vectors)[:40], "value": 1.0},
        *({"kind": "word", "word": p.word, "value": 2 * p.position - 1} for p in found.words),
    ]
    spec = theme.spec(axis_strip, rows, look_now())
    draw_chart(spec, key=f"{links.PREFIX}_axis_chart")
    unknown(shown, found.unknown)
    if name == "gender":
        st.markdown(
            "**What this says and does not say.** It is a relation in the text these vectors were learned from: near *she* stand "
            "the jobs that this text mentions together with women. It says nothing about who can do a job, and nothing about "
            "any person; but a program that ranks applications by such vectors would repeat it. "
            "[Bolukbasi et al. 2016](https://arxiv.org/abs/1607.06520)"
        )
    else:
        st.caption("Where a word falls on one line; two words at one place may differ in everything else.")


# Parallel? -------------------------------------------------------------------------------------------------------


def parallel(shown: Shown) -> None:
    """How parallel the steps of each relation are, against shuffled pairs."""
    rows = _parallel_rows(shown)
    if not rows:
        st.info("These vectors know too few of the pairs to say.", icon=":material/arrow_split:")
        return
    left, right = st.columns([0.6, 0.4], gap="large")
    with left:
        spec = theme.spec(parallel_strip, rows, look_now())
        draw_chart(spec, key=f"{links.PREFIX}_parallel_chart")
    top = max(rows, key=lambda row: row["mean"] - row["random"])
    with right:
        st.markdown(
            "An analogy works where the step from *man* to *woman* points the way of the step from *king* to *queen*. The bar is the "
            "mean cosine between the steps of a relation; the mark beside it is the same with the second words shuffled. Shuffled "
            "steps are not at zero: all of them lead from one kind of word to another."
        )
        st.markdown(
            f"Most parallel here, over its shuffled pairs: **{top['relation']}**, {top['mean']:.2f} against {top['random']:.2f}."
        )
        known = [name for name, one in RELATIONS.items() if one.title in {row["relation"] for row in rows}]
        name = links.RELATION.widget(st.selectbox, known, known[0], lambda n: RELATIONS[n].title)
        arrows = sorted(_parallel(shown, name).arrows, key=lambda a: -a.with_others)
        st.dataframe(
            [{"from": a.first, "to": a.second, "cosine": round(a.with_others, 3)} for a in arrows],
            hide_index=True, height=260, width="stretch", key=f"{links.PREFIX}_arrows",
        )  # fmt: skip
        st.caption("Cosine of each pair's step with the mean step of the others.")


@lab.memo(label="Relations of words")
def _parallel(shown: Shown, name: str) -> directions.Parallel:
    return directions.parallel(shown.vectors, RELATIONS[name].pairs)


def _parallel_rows(shown: Shown) -> list[dict[str, Any]]:
    rows = []
    for name, one in RELATIONS.items():
        if sum(a in shown.vectors and b in shown.vectors for a, b in one.pairs) < 4:
            continue
        found = _parallel(shown, name)
        rows.append({
            "relation": one.title, "mean": found.mean, "random": found.random_mean, "low": found.random_low,
            "high": found.random_high, "pairs": len(found.arrows),
        })  # fmt: skip
    return rows


MODES = {
    "map": ("On a map", on_a_map),
    "axis": ("On an axis", on_an_axis),
    "parallel": ("Are the arrows parallel?", parallel),
}


def see(shown: Shown) -> None:
    """The ways to look."""
    mode = links.SEE.widget(
        st.segmented_control, shown=lambda n: MODES[n][0], required=True, label_visibility="collapsed"
    )
    MODES[mode][1](shown)
