"""What is measured on the dictionary that stands on the stage: weights and entropy at every temperature."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import streamlit as st
import torch

from core import lab
from core.analysis.soft_lookup import TEMPERATURES, Disagreement, bits, disagreement, sweep
from core.lessons.soft_lookup import charts
from core.lessons.soft_lookup.answering import NEAREST_AMONG, find, nearest_of_each
from core.lessons.soft_lookup.links import PREFIX
from core.lessons.soft_lookup.soft_dictionary import Answer, Asked
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.words import plain

FINITE = TEMPERATURES[1:-1]
RANDOM_AMONG = 10_000  # words of GloVe of which random questions are made


@dataclass(frozen=True)
class How:
    """How the dictionary is asked. source: "glove" or "own" arrows. unit: vectors count at length 1. scale: products are
    divided by √d. own_words: a value may itself be the word nearest to what is merged."""

    source: str
    unit: bool
    scale: bool
    own_words: bool


@dataclass(frozen=True)
class Curves:
    """The look-up at each of FINITE: weights (T rows of N), entropy in bits (T), and the nearest word, "" for none (T)."""

    names: list[str]
    weights: list[list[float]]
    bits: list[float]
    words: list[str]


@lab.memo(label="Soft look-ups at every temperature")
def curves(asked: Asked, how: How) -> Curves:
    """What one question is answered at every temperature, whichever it is asked at."""
    found = find(asked, how.source, how.unit, how.scale, how.own_words)
    weights, merged = sweep(found.query, found.keys, found.values, FINITE, how.scale)
    words = [""] * len(FINITE)
    if found.vectors and how.source == "glove":
        words = nearest_of_each(merged, () if how.own_words else [entry.value.lower() for entry in found.entries])
    return Curves(_names([entry.key for entry in found.entries]), weights.tolist(), bits(weights).tolist(), words)


def measured(asked: Asked, answer: Answer, how: How) -> None:
    """Two charts under their claims; nothing where nothing can be looked up."""
    current = [row.weight for row in answer.rows if row]
    if not current:
        return
    found = curves(replace(asked, temperature=1.0), how)
    look = look_now()
    now = asked.temperature if math.isfinite(asked.temperature) and asked.temperature else None
    cold, warm, hot = (found.weights[FINITE.index(t)] for t in (0.1, 1.0, 10.0))
    top = warm.index(max(warm))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(
            f"Measured: *{plain(found.names[top])}* weighs {cold[top]:.0%} at T = 0.1, {warm[top]:.0%} at 1, {hot[top]:.0%} at 10",
            anchor=False,
        )
        rows = [
            {"t": t, "key": name, "weight": weight}
            for t, line in zip(FINITE, found.weights, strict=True)
            for name, weight in zip(found.names, line, strict=True)
        ]
        draw_chart(charts.weights(rows, now, look), key=f"{PREFIX}_weights_chart")
        st.caption(
            "The weight of each key against temperature; the dashed line is where the slider stands. "
            f"{largest_or_nearest(how, len(current))}"
        )
    with right:
        h = float(bits(torch.tensor(current, dtype=torch.float64)))
        st.subheader(
            f"Measured: {_named(asked.temperature)} leaves {h:.2f} bits open, as if {2**h:.2f} keys had equal weight",
            anchor=False,
        )
        rows = [{"t": t, "bits": b, "word": w} for t, b, w in zip(FINITE, found.bits, found.words, strict=True)]
        most = math.log2(len(current))
        draw_chart(charts.entropy(rows, most, now, look), key=f"{PREFIX}_bits_chart")
        st.caption(
            f"Entropy of the weights; the most that {len(current)} keys can have is log₂ {len(current)} = {most:.2f} bits."
            + (" Above it, the word nearest to the merged vector, where it changes." if any(found.words) else "")
        )


def largest_or_nearest(how: How, keys: int) -> str:
    """Which key is left at T → 0: that of the largest product, and how often another one is nearer."""
    if how.unit:
        return "At T → 0 the largest product wins; at length 1 that is the nearest key, too."
    if how.source != "glove" or keys < 2:
        return "At T → 0 the largest product wins, which a long key may have without being the nearest."
    found = _disagreement(keys)
    return (
        f"At T → 0 the largest product wins, and that need not be the nearest key: of {keys} random words, asked for by another one, "
        f"it is not the nearest by distance in {found.distance:.0%} of 4,000 questions, and not by cosine in {found.cosine:.0%}. Long keys win."
    )


@lab.memo(label="Largest product or nearest key")
def _disagreement(keys: int) -> Disagreement:
    found = lab.glove(NEAREST_AMONG)
    vectors = found.unit[:RANDOM_AMONG] * found.norm[:RANDOM_AMONG, None]
    return disagreement(vectors.cpu().double(), keys)


def _named(temperature: float) -> str:
    return {0.0: "T → 0", math.inf: "T → ∞"}.get(temperature, f"T = {temperature:g}")


def _names(keys: list[str]) -> list[str]:
    """The keys as names of lines, each once: a key that stands there twice is numbered."""
    names: list[str] = []
    for key in keys:
        numbered = (f"{key} ({i})" for i in itertools.count(1))
        name = next(numbered) if keys.count(key) > 1 else key
        while name in names:
            name = next(numbered)
        names.append(name)
    return names
