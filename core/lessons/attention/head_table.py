"""All heads in numbers: kind, shares of the weight, entropy, distance and effect."""

from __future__ import annotations

import streamlit as st

from core.analysis.heads import distance, entropy
from core.lessons.attention import effects, links
from core.lessons.attention.stage import SHORT, kind_of, scored
from core.lessons.attention.subject import Subject, named


def show(subject: Subject, text: str) -> None:
    """Every head: its kind, the shares of its weight, how widely and how far it looks, and its effect where it is known."""
    scores = scored(subject, subject.reading(text))
    spread, far = _widths(subject, text)
    single = effects.effects_of(subject.record.metrics) if subject.causal and subject.age is None else {}
    rows = []
    for layer in range(subject.layers):
        for head in range(subject.heads):
            row = {"head": named((layer, head)), "on": "off" if (layer, head) in subject.off else "on"}
            row["kind"] = SHORT.get(kind_of(scores, (layer, head)), "–")
            row |= {SHORT[kind]: scores[kind][layer][head] for kind in scores if kind in SHORT}
            row |= {"entropy": spread[layer][head], "distance": far[layer][head]}
            if single:
                row["effect"] = single.get((layer, head))
            rows.append(row)
    share = {
        SHORT[kind]: st.column_config.ProgressColumn(SHORT[kind], min_value=0.0, max_value=1.0, format="%.2f")
        for kind in scores
        if kind in SHORT
    }
    st.dataframe(
        rows, hide_index=True, width="stretch", key=f"{links.PREFIX}_heads_table",
        column_config=share | {
            "entropy": st.column_config.NumberColumn("entropy (bits)", format="%.2f"),
            "distance": st.column_config.NumberColumn("mean distance (tokens)", format="%.1f"),
            "effect": st.column_config.NumberColumn("rise without it (bits/char.)", format="%+.4f"),
        },
    )  # fmt: skip
    st.caption(
        f"{'Mean on held-out text' if subject.causal else 'Of this sentence'}: the share of a head's weight that lies on the "
        "token before, the first token and so on (over the tokens that have such a place), the entropy of its weights, and how far it looks."
    )


def _widths(subject: Subject, text: str) -> tuple[list[list[float]], list[list[float]]]:
    """Entropy in bits and mean distance in tokens of each head, measured on what its scores are measured on."""
    if not subject.causal:
        weights = subject.reading(text).weights
        return entropy(weights).tolist(), distance(weights).tolist()
    metrics = subject.record.metrics
    scores = metrics["head_scores"]
    if subject.age is not None:
        scores = {row["step"]: row["head_scores"] for row in metrics["ages"]}.get(subject.age, scores)
    return scores["entropy"], scores["distance"]
