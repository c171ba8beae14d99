"""What the model does without some heads: the effect of each one, and the loss on held-out text without those that are off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from core import background
from core.analysis.heads import LABELLED
from core.charts import theme
from core.lessons.attention import charts_heads as charts
from core.lessons.attention import counting, effects, head_table, links, sentence_effects
from core.lessons.attention.charts_heads import signed
from core.lessons.attention.effects import Head
from core.lessons.attention.sentence_effects import these
from core.lessons.attention.stage import SHORT, kind_of
from core.lessons.attention.subject import Subject, named
from core.ui.bars import Bar, bars
from core.ui.charted import draw_chart
from core.ui.look import look_now
from core.ui.poll import poll, progress, together


def show(subject: Subject, text: str) -> None:
    """What is measured of the heads that are off; nothing of it changes the stage."""
    if subject.causal:
        _each(subject)
        _held_out(subject)
        sentence_effects.guessed(subject, text)
    else:
        sentence_effects.encoded(subject, text)
    with st.expander("All heads in numbers", icon=":material/table_rows:"):
        head_table.show(subject, text)


def _each(subject: Subject) -> None:
    """What the loss does without each head of the finished model, under what that says of the best previous-token head."""
    metrics = subject.record.metrics
    found = effects.verdict(metrics)
    if found is None:
        st.info("The record of this training has no effects of single heads: train it again.", icon=":material/info:")
        return
    st.subheader(_claim(found), anchor=False)
    of_each, scores = effects.effects_of(metrics), metrics["head_scores"]
    rows = [
        {
            "head": named(at), "kind": SHORT.get(kind_of(scores, at), ""), "effect": effect,
            "best": at == found.head, "off": at in subject.off,
        }
        for at, effect in of_each.items()
    ]  # fmt: skip
    draw_chart(
        theme.spec(charts.effects, rows, look_now()),
        key=f"{links.PREFIX}_effects_chart",
    )  # fmt: skip
    st.caption(
        ("Measured on the finished model, not at the age that is shown. " if subject.age is not None else "")
        + f"One head off at a time. {_how_often(of_each)} A head has a name where that kind has at least {LABELLED:.0%} of its weight. "
        "A small rise does not say that a head does nothing: others may stand in for it."
    )


def _claim(found: effects.PreviousVerdict) -> str:
    """Which of the two raises the loss more, whichever way it came out."""
    which = (
        "the best previous-token head"
        if found.clear
        else f"the nearest to a previous-token head (score {found.score:.2f}; none reaches {LABELLED})"
    )
    verb = "raises" if found.effect >= 0 else "lowers"
    beside = "more than" if found.more else "no more than"
    return (
        f"Measured: switching off head {named(found.head)}, {which}, {verb} the loss by {signed(abs(found.effect))[1:]} bits "
        f"per character, {beside} the median head ({signed(found.median)})"
    )


def _how_often(of_each: Mapping[Head, float]) -> str:
    falls = sum(effect < 0 for effect in of_each.values())
    if not falls:
        return "Without any single one of them the loss rises."
    return f"Without {falls} of the {len(of_each)} the loss falls a little: on this text they do more harm than good."


def _held_out(subject: Subject) -> None:
    """The loss on held-out text with the heads as they are now, beside that of the whole model and of counting."""
    st.subheader("Held-out text without the heads that are off", anchor=False)
    if not subject.off:
        st.caption("All heads are on: switch one off above, and its loss on held-out text is measured here.")
        return
    whole = replace(subject, off=())
    works = poll(together(_asked(whole), _asked(subject)), progress("The model reads the held-out text once more…"))
    if works is None:
        return
    if works.failure is not None:
        st.error(works.failure, icon=":material/error:")
        return
    before, after = (view.value for view in works.views)
    metrics = subject.record.metrics
    left, right = st.columns(2, gap="large")
    with left:
        rows = [Bar("these heads off", after, True), Bar("all heads on", before)]
        rows += [Bar(title, bits) for title, bits in reversed(counting.counted(metrics).items())]
        bars(rows)
        st.caption(
            "Bits per character, with and without the heads on the same sample of the held-out text: how much the model has "
            "still to be told. Lower is better."
        )
    with right:
        st.markdown(
            f"Without {these(subject)} the loss is **{after:.3f}** bits per character; with all heads on it is "
            f"**{before:.3f}**: {signed(after - before)}."
        )
        if len(subject.off) > 1:
            st.markdown(_redundancy(subject, after - before))


def _redundancy(subject: Subject, joint: float) -> str:
    """What heads cost together, beside the sum of what each of them costs by itself."""
    single = effects.effects_of(subject.record.metrics)
    if subject.age is not None or any(head not in single for head in subject.off):
        return "What each of them costs by itself was measured for the finished model alone, so at this age there is no sum to compare with."
    total, how = effects.together(joint, (single[head] for head in subject.off))
    figures = f"Together they change it by **{signed(joint)}**; the changes by each of them alone add up to **{signed(total)}**"
    meaning = {
        "more": "Together they matter more than one by one: while one is off, the others seem to do its work (they are redundant).",
        "alike": "That is about the same: they seem to do different work, each without the others.",
        "less": "Together they matter less than one by one: what is lost seems to be lost only once, as when one head needs another.",
    }
    return f"{figures}. {meaning[how]}"


def _asked(subject: Subject) -> Any:
    """Asks the background for the held-out loss with the heads of this subject."""
    config, model, on = subject.record.config, subject.model, subject.heads_on
    off = "-".join(map(named, subject.off))

    def measured(progress: background.Progress) -> float:
        return effects.held_out_bits(model, config["data"], config["tokens"], on, progress)

    return lambda: background.ask(f"heads_off/{subject.name}/{off}", measured)
