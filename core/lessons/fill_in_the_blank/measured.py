"""Act: the loss on held-out text, beside what counting predicts, and what the share and the kind of hiding change."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import streamlit as st
import torch

from core import lab
from core.analysis.intervals import Resampled, above, below
from core.charts import theme
from core.experiment import get
from core.lessons.fill_in_the_blank import charts, links
from core.lessons.fill_in_the_blank.said import nats, percent
from core.lessons.fill_in_the_blank.subject import Subject
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

NAMES = {"masked": "this network", "bigram": "counting both neighbours", "unigram": "how often it occurs"}
VARIANTS = (("mask", 0.15), ("80-10-10", 0.15), ("mask", 0.4))  # networks that stand beside each other


def show(on_stage: Subject) -> None:
    """The loss beside counting's; and the networks that hid more, or hid otherwise."""
    found = on_stage.record.metrics
    st.subheader(verdict(found), anchor=False)
    draw_chart(theme.spec(charts.methods, method_rows(found), look_now()), key=f"{links.PREFIX}_measured")
    weights = found["bigram_weights"]
    st.caption(
        f"{found['places']:,} words of the held-out text, hidden one at a time; the same places for all. The likeliest word is the true one at "
        f"{percent(found['masked_accuracy'])} of them for the network, {percent(found['bigram_accuracy'])} for counting, which mixes what stood between the two "
        f"neighbours with p(w | left)^{weights['left']:.2f} p(w | right)^{weights['right']:.2f} p(w)^{weights['unigram']:.2f}, fitted on validation text. "
        f"{percent(found['held_out_unknown'])} of the held-out words are unknown and never asked for. Lines: 95% intervals by resampling "
        "stretches of the text, for one training. The settings of the training were compared on the held-out text of the King James Bible "
        "(docs/LOG.md), which flatters the network a little."
    )
    _variants(on_stage)


def verdict(found: Mapping[str, Any]) -> str:
    """Whether the network is ahead of counting, as far as the interval says."""
    low, high = found["below_bigram_interval"]
    if above([low, high]):
        return f"Reading the whole sentence saves {found['below_bigram']:.2f} nats a word over counting both neighbours ({low:.2f} to {high:.2f})"
    if below([low, high]):
        return f"Counting both neighbours is ahead of this network by {-found['below_bigram']:.2f} nats a word ({-high:.2f} to {-low:.2f})"
    return f"This network and counting both neighbours are level: {nats(found['below_bigram'])} nats ({nats(low)} to {nats(high)})"


def method_rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a method: mean nats with its interval."""
    rows = []
    for name, title in NAMES.items():
        values = torch.tensor(found["stretches"][name])
        seen = Resampled(len(values))
        low, high = seen.interval(seen.means(values))
        mean = found[f"{name}_cross_entropy"]
        rows.append(
            {"method": title, "nats": mean, "low": low, "high": high, "said": f"{mean:.2f}", "ours": name == "masked"}
        )
    return rows


def _variants(on_stage: Subject) -> None:
    """Networks that differ in how words were hidden alone; this one where there are none."""
    others = alike(on_stage.record)
    st.markdown("**How much is hidden, and by what it is replaced**")
    draw_chart(
        theme.spec(charts.by_share, share_rows([on_stage.record, *others]), look_now()), key=f"{links.PREFIX}_by_share"
    )
    for other in others:
        st.markdown(compared(on_stage.record, other))
    alone = (
        " Train this setting with another share hidden, or with 80/10/10, and that network stands here beside this one."
    )
    steps = " The networks differ in nothing else." if others else alone
    st.caption(
        f"At the left end one word is hidden at a time.{steps} All are asked for the same held-out words; intervals (95%) say how much hangs on "
        "the text, and nothing of how much hangs on the seed. With 80/10/10 one in ten of the hidden words is replaced by a random one and one "
        "in ten stays, so that a network cannot take a word that it sees for granted (Devlin et al. 2019); Wettig et al. 2023 found "
        "[MASK] alone as good or better, and 40% better than 15% for large networks."
    )


def title(record: Record) -> str:
    """What a network is called by how its words were hidden."""
    replaced = "[MASK] alone" if record.config["corruption"] == "mask" else "80/10/10"
    return f"{100 * record.config['share']:.0f}% hidden, {replaced}"


def alike(record: Record) -> list[Record]:
    """The trained networks of `VARIANTS` that differ from a record in how words were hidden alone."""
    experiment = get(record.name)
    config, found = experiment.strict(record.config), []
    for corruption, share in VARIANTS:
        other = dataclasses.replace(config, corruption=corruption, share=share)
        view = lab.view(experiment.name, other, record.seed)
        if other != config and isinstance(view, lab.Ready):
            found.append(view.record)
    return found


def share_rows(records: list[Record]) -> list[dict[str, Any]]:
    """One row a network and share: model, share, nats, ours."""
    rows = []
    for one in records:
        shares = [{"share": 0.0, "cross_entropy": one.metrics["masked_cross_entropy"]}, *one.metrics["by_share"]]
        rows += [
            {"model": title(one), "share": row["share"], "nats": row["cross_entropy"], "ours": one is records[0]}
            for row in shares
        ]
    return rows


def compared(record: Record, other: Record) -> str:
    """The difference of the losses at the same places, with its interval."""
    ours, theirs = (torch.tensor(one.metrics["stretches"]["masked"]) for one in (record, other))
    low, high = Resampled(len(ours)).difference(theirs, ours)
    mean = other.metrics["masked_cross_entropy"] - record.metrics["masked_cross_entropy"]
    between = f"than with {title(record)} ({nats(low, 3)} to {nats(high, 3)})"
    if above([low, high]):
        return f"- {title(other)}: **{mean:.2f} nats a word more** {between}."
    if below([low, high]):
        return f"- {title(other)}: **{-mean:.2f} nats a word less** {between}."
    return f"- {title(other)}: no certain difference to {title(record)}, {nats(mean)} nats a word ({nats(low, 3)} to {nats(high, 3)})."
