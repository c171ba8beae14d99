"""Act: the error of each kind of mask at the same share hidden, beside what copying alone reaches, and what two papers found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis import intervals
from core.charts import theme
from core.charts.written import number
from core.experiments.video_mae import MEASURED_AT
from core.lessons.video import charts, links
from core.lessons.video.subject import COPY, MEAN, NAMES, WORDS
from core.nn.cubes import KINDS
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

PAPERS = """
- Feichtenhofer et al. 2022, Kinetics-400: any cubes **84.4** (90%), tubes 83.5 (90%), a block 83.2 (75%), whole frames 79.1 (75%)
- Tong et al. 2022, Kinetics-400: tubes **80.0** (90%), any cubes 79.5 (90%), whole frames 76.5 (87.5%)
- Tong et al. 2022, Something-Something v2: tubes **69.6** (90%), any cubes 68.3 (90%), whole frames 61.5 (87.5%)
"""
CONTESTED = (
    "Accuracy in per cent; in brackets the share hidden. Whether any cubes or tubes train better is **contested**: the first paper finds the one, the second the other, both on "
    "Kinetics-400. In both, whole frames are the worst that was tried. Without any masked training the first paper's network reaches 71.4."
)


def show(record: Record) -> None:
    """The chart and what follows from it; the papers below."""
    found = record.metrics
    left, right = st.columns([0.58, 0.42], gap="large")
    with left:
        draw_chart(theme.spec(charts.by_kind, rows(found), look_now()), key=f"{links.PREFIX}_by_kind")
        st.caption(
            f"{found['held_out']} held-out clips, {100 * MEASURED_AT:.0f}% of the cubes hidden by each kind of mask; the same network fills in all of them. "
            "Lines: 95% intervals, a bootstrap over the clips."
        )
    with right:
        st.markdown(cheating(found))
        st.markdown(verdict(found))
        st.markdown(among(found))
    st.markdown(
        "**What the papers found**, where the question is another one: which mask *trains* the better network? After fine-tuning on labels:"
    )
    st.markdown(PAPERS)
    st.markdown(CONTESTED)


def rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a kind and method: kind, method, error, low, high, ours."""
    methods = (
        ("This network", "masked_mse", "masked_interval"),
        (COPY, "previous_frame_mse", "previous_interval"),
        (MEAN, "mean_fill_mse", ""),
    )
    return [
        {
            "kind": NAMES[kind], "method": label, "error": found[f"{metric}.{kind}"], "ours": metric == "masked_mse",
            "low": found[spread][kind][0] if spread else found[f"{metric}.{kind}"],
            "high": found[spread][kind][1] if spread else found[f"{metric}.{kind}"],
        }
        for kind in KINDS for label, metric, spread in methods
    ]  # fmt: skip


def cheating(found: Mapping[str, Any]) -> str:
    """What a mere copy leaves of the mean's error under each kind of mask, and under which it is a way to cheat."""
    over = found["previous_over_mean"]
    share = {kind: found[f"previous_frame_mse.{kind}"] / found[f"mean_fill_mse.{kind}"] for kind in KINDS}
    easy = [kind for kind in KINDS if intervals.below(over[kind], 1.0)]
    said = ", ".join(f"{WORDS[kind]} {share[kind]:.2f} ×" for kind in KINDS)
    told = (
        "**Can it be cheated?** In a video most of a frame stands in the frame before it. With whole frames hidden, a copy is a good answer, and whoever copies "
        "need not know what moves. A tube hides a place for good: nothing can be copied there, and the copy is the mean. "
        f"Here the copy's error, as a share of that of the mean of what is visible, is: {said}. "
    )
    if "time" in easy:
        also = [WORDS[kind] for kind in easy if kind != "time"]
        return told + f"So whole frames **can** be cheated{', and so can ' if also else ''}{' and '.join(also)}."
    if easy:
        return (
            told
            + f"So it pays under {' and '.join(WORDS[kind] for kind in easy)}, but **not** under whole frames: too much moves meanwhile."
        )
    return (
        told
        + "So **no** kind can be cheated this way on these clips: everything that is not black moves, and the copy comes too late."
    )


def verdict(found: Mapping[str, Any]) -> str:
    """The network beside the copy for each kind, as far as the intervals say."""
    better = [kind for kind in KINDS if intervals.below(found["over_previous"][kind], 1.0)]
    worse = [kind for kind in KINDS if intervals.above(found["over_previous"][kind], 1.0)]
    named = {kind: f"{WORDS[kind]} ({intervals.as_factor(found['over_previous'][kind])})" for kind in KINDS}
    parts = [
        f"{verb} {', '.join(named[kind] for kind in kinds)}"
        for verb, kinds in (("**better** than the copy under", better), ("**worse** under", worse))
        if kinds
    ]
    if len(better) + len(worse) < len(KINDS):
        parts.append("not to be told apart from it under the rest")
    return f"**Has the network learned more?** Its error is {'; '.join(parts)}. The factors are 95% intervals of its error over the copy's."


def among(found: Mapping[str, Any]) -> str:
    """The kinds beside any cubes: which is harder for this network."""
    base = found["masked_mse.agnostic"]
    parts = []
    for kind in KINDS[1:]:
        low, high = found["over_agnostic"][kind]
        factor = found[f"masked_mse.{kind}"] / base
        if intervals.above([low, high]):
            parts.append(f"{WORDS[kind]} are **harder** ({factor:.1f} × the error)")
        elif intervals.below([low, high]):
            parts.append(f"{WORDS[kind]} are **easier** ({factor:.1f} × the error)")
        else:
            parts.append(f"{WORDS[kind]} are about as hard")
    said = "; ".join(parts).replace("a block are", "a block is")
    return f"**Which is hardest?** Beside any cubes (error {number(base)}), with the same share hidden, {said}."
