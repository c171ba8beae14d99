"""Acts: how often words name what was held out, whether templates help, and how many labelled pictures the names are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis import intervals
from core.charts import theme
from core.experiments.clip import DRAWS, TEMPLATES
from core.lessons.pictures_and_words import charts, links, other_style, subject
from core.store.record import Record
from core.ui import bars
from core.ui.bars import Bar
from core.ui.charted import draw_chart
from core.ui.look import look_now


def show(record: Record) -> None:
    """What was held out, in one row of bars, and what it says."""
    found = record.metrics
    left, right = st.columns(2, gap="large")
    with left:
        bars.bars(rows(found), 1)
    with right:
        st.markdown(verdict(found))
    st.markdown(f"**None of these.** {none_said(found['none_of_these'])}")
    st.markdown(f"**Templates.** {templates_said(found['templates'])}")
    if found.get("order"):
        st.markdown(f"**The order of words.** {order_said(found['order'], record.config['text'])}")
    if record.config["data"] == "openmoji":
        st.markdown(f"**Another hand.** {other_style.said(record)}")
    st.caption(
        f"{found['held_out']:,} held-out pictures, none of which was trained on. Thresholds and the like are chosen on validation pictures, the numbers here are of the others. "
        f"Intervals (95%) are bootstraps over held-out pictures, of one training. {subject.credit(record.config['data'])}."
    )


def rows(found: Mapping[str, Any]) -> list[Bar]:
    """Percent: recall beside chance; of scenes the combinations."""
    shown = [
        Bar("Own caption among the nearest 10", 100 * found["recall_at_10"], ours=True, note="%"),
        Bar("… before the first step", 100 * found["recall_untrained"]["names"]["10"], note="%"),
        Bar("… by chance", 100 * found["chance_recall_at_10"], note="%"),
    ]
    if combined := found.get("combinations"):
        shown = [
            Bar("Combinations never trained", 100 * combined["held_out"]["right"], ours=True, note="%"),
            Bar("Combinations trained", 100 * combined["seen"]["right"], note="%"),
            Bar("By chance", 100 * found["chance_zero_shot"], note="%"),
        ]
    return shown


def verdict(found: Mapping[str, Any]) -> str:
    """In words, with intervals."""
    if combined := found.get("combinations"):
        held, seen = combined["held_out"], combined["seen"]
        by = ", ".join(f"{name} {share:.0%}" for name, share in held["by_attribute"].items())
        return (
            f"Six pairs of shape and colour were in no training scene, though each shape and each colour was. Asked which of all **{combined['captions']} captions** of one figure fits, the encoders "
            f"find the one right caption for **{held['right']:.0%}** ({_range(held['interval'])}) of {held['tested']} scenes with such a pair, and for {seen['right']:.0%} ({_range(seen['interval'])}) of "
            f"those with pairs that were trained. Attribute by attribute: {by}."
        )
    alone = found["one_of_each_group"]
    return (
        f"For **{found['recall_at_10']:.0%}** ({_range(found['recall_at_10_interval'])}) of the held-out pictures their own name is among the nearest 10 of {found['captions']:,} held-out names, "
        f"{found['recall_at_10'] / found['chance_recall_at_10']:.0f} times chance. Skin tones make some of that easy: with one emoji of each family it is {alone['recall']['10']:.0%} of "
        f"{alone['count']} (chance {alone['chance']:.1%}). What the flag of a country looks like cannot be known from its name."
    )


def none_said(found: Mapping[str, Any]) -> str:
    """The two thresholds beside each other."""
    cosine, softmax, apart = found["cosine"], found["softmax"], found["cosine_over_softmax"]
    said = (
        f"Among {found['candidates']} names of which one is its own, the nearest is the own one for {found['nearest']:.0%} of the pictures (chance {1 / found['candidates']:.0%}). To name a picture whose name is there and refuse one whose name is not succeeds for {cosine['balanced']:.0%} ({_range(cosine['interval'])}) of the pictures by a threshold on the "
        f"cosine, {softmax['balanced']:.0%} ({_range(softmax['interval'])}) by one on the softmax; guessing has 50%. "
    )
    if intervals.above(apart):
        return (
            said
            + "The cosine knows better: a softmax shares out 100% among whatever stands there. A sigmoid of the cosine refuses the same pictures as the cosine does, since it never changes their order."
        )
    if intervals.below(apart):
        return (
            said
            + "Here the softmax knows better: its winner must also be ahead of the others. A sigmoid refuses the same pictures as the cosine."
        )
    return (
        said
        + "Which of the two is better is open here: the interval of the difference holds zero. A sigmoid refuses the same pictures as the cosine."
    )


def templates_said(found: Mapping[str, Any]) -> str:
    """What a template and the ensemble change."""
    ways = (("“a picture of …”", "template"), (f"the average of {len(TEMPLATES)} templates", "ensemble"))
    parts = [intervals.gains(name, found[way] - found["name"], found[f"{way}_gain"]) for name, way in ways]
    named = "named right" if found["top"] == 1 else f"with the own name among the nearest {found['top']}"
    return (
        f"By the name alone {found['name']:.1%} of {found['tested']} pictures are {named}, of {found['names']} names. {parts[0]}; {parts[1]}. In the paper, on ImageNet: +1.3 points for “a photo of a”, "
        "and +3.5 more for 80 templates averaged. Its captions were sentences; the training captions here are no such templates."
    )


def order_said(found: Mapping[str, Any], text: str) -> str:
    """Whether "left of" is read."""
    numbers = f"{found['right']:.0%} ({_range(found['interval'])}) of {found['tested']} scenes of two figures are nearer to their caption than to the same words about the scene turned round; a coin has 50%. "
    if text != "transformer":
        return numbers + "A bag of words cannot do better: both captions are the same to it."
    if intervals.above(found["interval"], 0.75):
        return numbers + "So the encoder reads the order of the words."
    if intervals.above(found["interval"], 0.5):
        return (
            numbers
            + "The encoder could read the order and hardly does: to tell the captions of a batch apart the words are mostly enough. Large CLIP models do the same (Yuksekgonul et al. 2023)."
        )
    return (
        numbers
        + "The encoder could read the order and does not: to tell the captions of a batch apart the words are enough. Large CLIP models do the same (Yuksekgonul et al. 2023)."
    )


def shots(record: Record) -> None:
    """A probe with few labelled pictures beside the names of the classes."""
    found = record.metrics["few_shot"]
    left, right = st.columns([0.6, 0.4], gap="large")
    with left:
        table = [
            {"shots": row["shots"], "accuracy": row["accuracy"], "zero_shot": found["zero_shot"]}
            for row in found["by_shots"]
        ]
        draw_chart(theme.spec(charts.shots, table, look_now()), key=f"{links.PREFIX}_shots")
    with right:
        st.markdown(worth(found))
    st.caption(
        f"{found['classes']} classes, {found['tested']:,} held-out pictures. The probe is a logistic regression on the picture encoder's vectors, its penalty chosen on validation pictures; "
        f"{DRAWS} draws of the labelled pictures. The names are those of the classes and nothing else. {subject.credit(record.config['data'])}."
    )


def worth(found: Mapping[str, Any]) -> str:
    """How many labelled pictures a class the names are worth."""
    ahead = [row["shots"] for row in found["by_shots"] if intervals.above(row["zero_shot_ahead"])]
    behind = [row["shots"] for row in found["by_shots"] if intervals.below(row["zero_shot_ahead"])]
    said = f"The names of the classes alone, without a labelled picture, are right for **{found['zero_shot']:.0%}** of the pictures; always saying the most common class for {found['most_common']:.0%}. "
    if not ahead:
        said += (
            "A probe with one labelled picture a class is as good already."
            if not behind or behind[0] > 1
            else "A probe with one labelled picture a class is better already."
        )
    elif not behind:
        said += (
            f"No probe here is better for certain, up to {found['by_shots'][-1]['shots']} labelled pictures a class."
        )
    else:
        said += (
            f"They are better than a probe with {ahead[-1]} labelled pictures a class, and worse than one with {behind[0]}."
            if ahead[-1] > 1
            else f"They are better than a probe with one labelled picture a class, and worse than one with {behind[0]}."
        )
    return (
        said
        + " In the paper zero-shot is worth about 4 labelled pictures a class on average over data sets, and about 16 on ImageNet."
    )


def _range(interval: list[float]) -> str:
    return f"{100 * interval[0]:.0f} to {100 * interval[1]:.0f}%"
