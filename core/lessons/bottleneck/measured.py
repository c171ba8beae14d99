"""At which size a probe stops improving: predict, then read; and the error against PCA."""

from __future__ import annotations

import streamlit as st

from core.lessons.bottleneck.choose import OnStage, named
from core.lessons.bottleneck.links import GUESS
from core.ui.guess import guess_first


def show(on_stage: OnStage) -> None:
    """The guess, the answer once it was made, and the sentence about PCA."""
    guess_first(
        GUESS, "Predict: at which size does a linear probe stop improving?", on_stage.sizes,
        "Guess before you look. A probe is a linear classifier that reads the frozen code; it is said to stop improving at the "
        "smallest size within one point of its best.",
    )  # fmt: skip
    if on_stage.guess is not None:
        st.markdown(answer(on_stage))
    st.markdown(against_pca(on_stage))


def answer(on_stage: OnStage) -> str:
    """Where the probe stops improving, and that the error does not."""
    found, guess = on_stage.record.metrics, on_stage.guess
    probe = {m: found["probe_accuracy"][str(m)] for m in on_stage.sizes}
    best = max(probe.values())
    enough = min(m for m, accuracy in probe.items() if accuracy >= best - 0.01)
    top, error_at = max(on_stage.sizes), found["test_mse"]
    said = "" if guess == "-" else f"You said **{guess}**. "
    return (
        f"{said}Measured: at **{enough}**, with {probe[enough]:.1%}. At {top} the error is "
        f"{error_at[str(top)] / error_at[str(enough)]:.2f} × that at {enough}, and the probe reads {probe[top]:.1%}; raw pixels give "
        f"{found['probe_accuracy_raw']:.1%}. The curve now stands below the errors above: *a lower error is not the same as a better code*."
    )


def against_pca(on_stage: OnStage) -> str:
    """The auto-encoder's error against that of PCA."""
    found, sizes = on_stage.record.metrics, on_stage.sizes
    beaten = [m for m in sizes if found["test_mse"][str(m)] >= found["pca_mse"][str(m)]]
    where = f"not below that of PCA at {', '.join(map(str, beaten))}" if beaten else "below that of PCA at every size"
    small = 2 if 2 in sizes else min(sizes)
    return (
        f"On {found['held_out']:,} held-out pictures the auto-encoder's error is {where}; with {named(small)} it is "
        f"**{found['test_mse'][str(small)] / found['pca_mse'][str(small)]:.2f} ×** PCA's. PCA is the best *linear* code "
        "there is (Baldi and Hornik 1989): what is left of the difference is what bending is worth."
    )
