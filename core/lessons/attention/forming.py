"""Heads form while the loss falls: the age of the model on the stage, and what was measured at each age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core import lab
from core.analysis.heads import LABELLED
from core.charts import theme
from core.lessons.attention import charts_growth as charts
from core.lessons.attention import counting, effects, links
from core.lessons.attention.effects import Age
from core.lessons.attention.stage import SHORT
from core.lessons.attention.subject import Subject, ages, named
from core.ui.charted import draw_chart
from core.ui.look import look_now

LINES = {"previous": "previous", "first": "first", "same": "same", "induction": "induction"}  # short names of lines


def show(subject: Subject) -> None:
    """The age of the model; the stage above follows it."""
    if subject.record is None:
        st.info(
            "Others trained this encoder, and its younger selves were not published: choose a language model of this lab above.",
            icon=":material/timeline:",
        )
        return
    record = subject.record
    if record.checkpoints:
        links.AGE.widget(
            st.select_slider, ages(record), ages(record)[-1], "step {:,}".format,
            help="The stage above, and all that is computed from it, shows the model as it was then.",
        )  # fmt: skip
    if len(effects.grown(record.metrics, record.steps)) < 2:
        st.info(
            "This model's record holds no younger selves, so how its heads came about cannot be shown: train it again.",
            icon=":material/timeline:",
        )
    elif not record.checkpoints:
        st.caption(
            "This model was stored without its younger selves, so the stage shows it at the end of its training alone. What was measured "
            "at each age is below; train it live under “This model”, and its younger selves are kept."
        )
        _offer_ages(record)


def _offer_ages(record: lab.Record) -> None:
    """Lead to the model that ships with its younger selves, where this one is beside it."""
    if record.config["data"] == "kjv" and record.config["tokens"] != links.PIECES:
        st.button(
            f"Show the model of {links.TOKENS[links.PIECES]}, which has them",
            icon=":material/history:",
            key=f"{links.PREFIX}_with_ages",
            on_click=links.TOKEN.set,
            args=(links.PIECES,),
        )


def measured(subject: Subject) -> None:
    """Loss and heads against the step, where the record has younger selves to compare."""
    if subject.record is None:
        return
    metrics = subject.record.metrics
    grown = effects.grown(metrics, subject.record.steps)
    if len(grown) < 2:
        return
    step = subject.record.steps if subject.age is None else subject.age
    st.subheader(f"Measured: {_birth(grown)}", anchor=False)
    look = look_now()
    draw_chart(
        theme.spec(charts.growth, _rows(grown, metrics, step), look),
        key=f"{links.PREFIX}_growth_chart",
    )
    st.caption(
        "Same steps above and below; the step 0 of an untrained model stands at the left of the logarithmic axis, and the dashed line is the age "
        f"that is shown. Dashed rules: n-grams of the same tokens. Dotted: from {LABELLED} on, a head is named after that kind. "
        f"{_counted(grown, metrics)}{_sampled(metrics)}"
    )
    if says := counting.beside(metrics, subject.record.parameters):
        st.markdown(says)
        st.caption(
            "The settings of the training were compared on the held-out text of the King James Bible (docs/LOG.md), which flatters the model "
            "a little; the order of the n-grams was chosen on other text."
        )
    left, right = st.columns([0.62, 0.38], gap="large")
    with right:
        kind = links.KIND.widget(st.selectbox, shown=SHORT.__getitem__)
        st.markdown(_best(grown, kind, step))
    with left:
        rows = [
            {"head": named((layer, head)), "step": age.step, "score": score, "now": age.step == step}
            for age in grown
            for layer, line in enumerate(age.scores[kind])
            for head, score in enumerate(line)
        ]
        draw_chart(theme.spec(charts.heat, rows, look), key=f"{links.PREFIX}_forming_heat")
        st.caption(
            f"A row a head (layer.head), a column an age: the share of its weight that is of the kind “{SHORT[kind]}”. The line below marks the age that is shown."
        )


def _rows(grown: Sequence[Age], metrics: Mapping[str, Any], step: int) -> list[dict[str, Any]]:
    """What `charts_growth.growth` draws."""
    empty = {"step": None, "name": "", "head": "", "now": False}
    rows: list[dict[str, Any]] = []
    for age in grown:
        now = {"step": age.step, "now": age.step == step}
        rows.append(empty | now | {"part": "loss", "value": age.bits})
        for kind, (score, head) in age.best.items():
            rows.append(empty | now | {"part": "score", "value": score, "name": LINES[kind], "head": named(head)})
    for title, bits in counting.counted(metrics).items():
        rows.append(empty | {"part": "rule", "value": bits, "name": title})
    rows.append(empty | {"part": "level", "value": LABELLED})
    return rows


def _birth(grown: tuple[Age, ...]) -> str:
    """When a previous-token head appears, and what the loss does then."""
    at = effects.passes(grown, "previous")
    if at is None:
        most = max(grown, key=lambda age: age.best["previous"][0])
        return (
            f"no previous-token head appears that stays (the best score is {most.best['previous'][0]:.2f}, at step {most.step:,}), while the loss "
            f"falls from {grown[0].bits:.2f} to {grown[-1].bits:.2f} bits per character"
        )
    if at == 0:
        return f"a head looks at the token before from the start on (score {grown[0].best['previous'][0]:.2f} at step {grown[0].step:,})"
    before, after = grown[at - 1], grown[at]
    moves = "falls" if after.bits < before.bits else "rises"
    return (
        f"between step {before.step:,} and {after.step:,} a previous-token head appears (score {before.best['previous'][0]:.2f} → "
        f"{after.best['previous'][0]:.2f}), and the loss {moves} from {before.bits:.2f} to {after.bits:.2f} bits per character"
    )


def _sampled(metrics: Mapping[str, Any]) -> str:
    """Why the last loss is not the one that is said elsewhere."""
    whole = metrics.get("bits_per_character")
    said = f"; on all of it the finished model needs {whole:.2f}" if isinstance(whole, float) else ""
    return f" The loss is that of a sample of the held-out text{said}."


def _counted(grown: tuple[Age, ...], metrics: Mapping[str, Any]) -> str:
    """The first measured age at which the model's loss is below that of pairs and triples of tokens."""
    found = []
    for key in ("bigram_bpc", "trigram_bpc"):
        if metrics.get(key) is None:
            continue
        at = effects.beats(grown, metrics[key])
        title = counting.COUNTED[key]
        found.append(
            f"never better than {title}" if at is None else f"first better than {title} at step {grown[at].step:,}"
        )
    return f"At these ages the model is {' and '.join(found)}." if found else ""


def _best(grown: Sequence[Age], kind: str, step: int) -> str:
    """The best head of a kind at the age that is shown and at the end."""
    shown = next((age for age in grown if age.step == step), grown[-1])
    score, head = shown.best[kind]
    end_score, end_head = grown[-1].best[kind]
    at_the_end = f"At the end it is **{named(end_head)}** with **{end_score:.2f}**."
    return f"At step {shown.step:,} head **{named(head)}** has most of it: **{score:.2f}** of its weight. " + (
        at_the_end if shown.step != grown[-1].step else ""
    )
