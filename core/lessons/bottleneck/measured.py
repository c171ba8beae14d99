"""At which size a probe stops improving: predict, then read; and the error against PCA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis import intervals
from core.analysis.probes import PROTOCOL
from core.charts import theme
from core.lessons.bottleneck import charts
from core.lessons.bottleneck.choose import OnStage, named
from core.lessons.bottleneck.links import GUESS, PREFIX
from core.ui.charted import draw_chart
from core.ui.guess import guess_first
from core.ui.look import look_now


def show(on_stage: OnStage) -> None:
    """The guess, the answer once it was made, and the sentence about PCA."""
    guess_first(
        GUESS, "Predict: at which size does a linear probe stop improving?", on_stage.sizes,
        "Guess before you look. A probe is a linear classifier that reads the frozen code; it is said to stop improving at the "
        "smallest size that the best one does not beat for certain: the 95% interval of the difference holds zero.",
    )  # fmt: skip
    if on_stage.guess is not None:
        left, right = st.columns([0.52, 0.48], gap="large")
        with left:
            use(on_stage)
        right.markdown(answer(on_stage))
    st.markdown(against_pca(on_stage))
    st.caption(protocol(on_stage.record.metrics))


def use(on_stage: OnStage) -> None:
    """What the codes are good for, by size, with the guess in it; a click chooses the size."""
    spec, key = theme.spec(charts.code_quality, use_rows(on_stage), look_now()), f"{PREFIX}_curve_use"
    draw_chart(spec, key=key, on_select="rerun", selection_mode=charts.CLICK)


def use_rows(on_stage: OnStage) -> list[dict[str, Any]]:
    """Rows of the chart: accuracy by size and reader, and that of raw pixels."""
    found, rows = on_stage.record.metrics, []
    for reader, name in (("linear probe", "probe_accuracy"), ("neighbours", "knn_accuracy")):
        for m in on_stage.sizes:
            marks = {"chosen": m == on_stage.size, "guess": str(m) == on_stage.guess}
            rows.append({"size": m, "reader": reader, "accuracy": found[name][str(m)], "ours": True, **marks})
        raw = {"size": None, "reader": reader, "accuracy": found[f"{name}_raw"], "ours": False}
        rows.append({**raw, "chosen": False, "guess": False})
    return rows


def enough(found: Mapping[str, Any], sizes: tuple[int, ...]) -> tuple[int, int]:
    """The smallest size that the best one does not beat for certain, and the best one."""
    probe = {m: found["probe_accuracy"][str(m)] for m in sizes}
    best = max(probe, key=lambda m: probe[m])
    for m in sorted(sizes):
        if m == best or (m < best and not intervals.above(found["probe_gains"][f"{m}-{best}"])):
            return m, best
    return best, best


def answer(on_stage: OnStage) -> str:
    """Where the probe stops improving, what it gains on raw pixels there, and that the error goes on falling or does not."""
    found, guess = on_stage.record.metrics, on_stage.guess
    if "probe_gains" not in found:
        return intervals.UNKNOWN
    m, best = enough(found, on_stage.sizes)
    probe, top, error_at = found["probe_accuracy"], max(on_stage.sizes), found["test_mse"]
    said = "" if guess == "-" else f"You said **{guess}**. "
    said += f"Measured: at **{m}**, with {probe[str(m)]:.1%}"
    if m == top:
        said += ", the largest size: it has not stopped"
    if best != m:
        gain = probe[str(best)] - probe[str(m)]
        said += f" (the best, {best}, is ahead by {intervals.in_points(gain, found['probe_gains'][f'{m}-{best}'])}, which holds zero)"
    over_raw = probe[str(m)] - found["probe_accuracy_raw"]
    said += f". Against raw pixels ({found['probe_accuracy_raw']:.1%}), {intervals.gains('this code', over_raw, found['probe_interval'][str(m)])}. "
    ratio = error_at[str(top)] / error_at[str(m)]
    if m == top and len(on_stage.sizes) > 1:
        before = max(size for size in on_stage.sizes if size < top)
        gain = found["probe_gains"][f"{before}-{top}"]
        said += (
            f"From {before} to {top} the error comes to {error_at[str(top)] / error_at[str(before)]:.2f} ×, and "
            f"{intervals.gains('the probe', probe[str(top)] - probe[str(before)], gain)}. "
        )
    if top > m and ratio < 1:
        said += (
            f"At {top} the error is {ratio:.2f} × that at {m}, and the probe reads {probe[str(top)]:.1%}: *a lower error is not the same as a "
            "better code*. "
        )
    return said


def against_pca(on_stage: OnStage) -> str:
    """The auto-encoder's error against that of PCA: where it is lower, higher, or neither."""
    found, sizes = on_stage.record.metrics, on_stage.sizes
    if "over_pca" not in found:
        return intervals.UNKNOWN
    over = {m: found["over_pca"][str(m)] for m in sizes}
    lower = [m for m in sizes if intervals.below(over[m], 1.0)]
    higher = [m for m in sizes if intervals.above(over[m], 1.0)]
    equal = [m for m in sizes if m not in lower and m not in higher]
    parts = [
        f"{what} that of PCA at {', '.join(map(str, some))}"
        for what, some in (("lower than", lower), ("**higher** than", higher), ("not told apart from", equal)) if some
    ]  # fmt: skip
    if len(lower) == len(sizes):
        parts = ["lower than that of PCA at every size"]
    small = 2 if 2 in sizes else min(sizes)
    shown = [small, *(m for m in (max(sizes),) if m != small)]
    each = "; ".join(
        f"with {named(m)} it is **{found['test_mse'][str(m)] / found['pca_mse'][str(m)]:.2f} ×** PCA's (95% interval {intervals.as_factor(over[m])})"
        for m in shown
    )
    return (
        f"On {found['held_out']:,} held-out pictures the auto-encoder's error is {'; '.join(parts)}. In numbers: {each}. PCA is the best *linear* "
        "code of the training pictures (Baldi and Hornik 1989), and is drawn here in the same range, 0 to 1. The rest is what non-linearity buys, less "
        "what one training of this length and one seed miss; on emoji the auto-encoder also sees shifted and mirrored pictures, which PCA does not."
    )


def protocol(found: Mapping[str, Any]) -> str:
    """How the probes were read."""
    chosen = f", {found['probe_validation']:,} to choose on" if "probe_validation" in found else ""
    return (
        f"{PROTOCOL} Here: {found['probe_labels']:,} labels to learn from{chosen}, {found['held_out']:,} held-out pictures. The learning rate, of two, "
        "was chosen on held-out pictures (docs/LOG.md)."
    )
