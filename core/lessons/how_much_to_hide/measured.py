"""Act: the curves by three measures, where their best shares are, and what the papers print."""

from __future__ import annotations

import streamlit as st

from core.analysis.mask_ratio import LOWER_IS_BETTER, Curve, range_of
from core.charts import theme
from core.lessons.how_much_to_hide import charts, curves
from core.lessons.how_much_to_hide.links import KINDS, MEASURE, NAMES, PREFIX
from core.ui.charted import draw_chart
from core.ui.look import look_now

PRINTED = """
| data and paper | share hidden | as printed |
|---|---|---|
| Pictures, [He et al. 2021](https://arxiv.org/abs/2111.06377), ViT-L on ImageNet | 10% → 75% | linear probe **54.6 → 73.5%**; fine-tuning is good from 40 to 80% |
| Sentences, [Wettig et al. 2023](https://arxiv.org/abs/2202.08005), MNLI | 15% → 40% | fine-tuned **84.2 → 84.5%** |
| Clips, [Feichtenhofer et al. 2022](https://arxiv.org/abs/2205.09113), Kinetics-400 | 90% anywhere, 90% tubes, 75% whole frames | fine-tuned **84.4**, 83.5, 79.1% |
| Clips, [Tong et al. 2022](https://arxiv.org/abs/2203.12602), SSv2 / Kinetics-400 | 75% tubes, 90% tubes, 90% anywhere | fine-tuned 68.0 / 79.8, **69.6 / 80.0**, 68.3 / 79.5% |
"""
NOTES = (
    "“15% for text” is BERT's choice; Wettig et al. found 40% better. “95% for video” is close to the best, which is 90% in both papers. Whether to hide cubes "
    "anywhere or in tubes is contested: Feichtenhofer et al. find anywhere better, Tong et al. tubes. These numbers are of far larger networks, trained on "
    "other data: they stand beside the curves, not on them."
)


LEFT_OUT = "Pictures alone were fine-tuned here: it takes longer than the training of the points."


def show() -> None:
    """The switch, the charts, and the sentences that follow from them."""
    measure = MEASURE.widget(st.segmented_control, shown=curves.MEASURE_NAMES.__getitem__, required=True)
    for kind, place in zip(KINDS, st.columns(3, gap="large"), strict=True):
        with place:
            st.subheader(NAMES[kind].capitalize(), anchor=False)
            _one(kind, measure)
    if curves.points():
        st.markdown(across())
        st.caption(protocol())
    st.subheader("What the papers print", anchor=False)
    st.markdown(PRINTED)
    st.caption(NOTES)


def _one(kind: str, measure: str) -> None:
    found = curves.measured(kind, measure)
    if found is None:
        missing = f"Not measured here: {curves.COMMAND} does it."
        st.caption(LEFT_OUT if measure == "tuned" and kind != "images" else missing)
        return
    st.html(f'<p class="ll-hmtitle">{curves.TITLES[kind, found.measure]}</p>')
    spec = theme.spec(charts.large, curves.rows(found), look_now())
    draw_chart(spec, key=f"{PREFIX}_large_{kind}")
    st.markdown(f"{curves.said(found)} {neighbours(found)}")


def neighbours(found: Curve) -> str:
    """The best share with its value, and how much worse the extremes are."""
    best = f"The mean is {curves.value(found, found.means[found.best])} at {100 * found.best:.0f}%"
    ends = [r for r in (min(found.means), max(found.means)) if r != found.best]
    others = "; ".join(f"at {100 * r:.0f}% the difference is {curves.gap(found, r)}" for r in ends if r in found.gaps)
    first = curves.untrained(found)
    return "; ".join(filter(None, (best, others, first))) + "."


def across() -> str:
    """Whether the optima are those of the papers, and whether the curves are as steep, from the data."""
    said = []
    for kind in KINDS:
        for measure in ("probe", "tuned"):
            found = curves.measured(kind, measure)
            if found is not None:
                said.append(
                    f"- **{NAMES[kind].capitalize()}**, {curves.TITLES[kind, found.measure]}: {_against(found)}"
                )
    return "\n".join(["**Beside the papers**", "", *said, "", because()])


def _against(found: Curve) -> str:
    """One curve beside the published share."""
    published = curves.PUBLISHED[found.kind] / 100
    moved = f"over all shares the mean moves by {100 * range_of(found):.1f} points"
    if published not in found.means:
        return f"{moved}."
    if max(one.count for one in found.means.values()) < 2:
        return f"{moved}, with one seed, which says nothing about the best."
    theirs = f"the {100 * published:.0f}% of {curves.PAPERS[found.kind]}"
    if len(found.same) == len(found.means):
        place = f"no share is told apart, so {theirs} is as good as any"
    elif published in found.same:
        place = f"{theirs} is among the best here"
    else:
        gap = found.gaps[published]
        behind = f"{100 * gap.value:.1f} points (95% interval {100 * gap.low:.1f} to {100 * gap.high:.1f})"
        place = f"{theirs} is **not** best here: it is behind {100 * found.best:.0f}% by {behind}"
    return f"{place}; {moved}."


def because() -> str:
    """How the two sides of the trade show in the data."""
    images, text = curves.measured("images", "probe"), curves.measured("text", "loss")
    parts = []
    if images is not None:
        rise = 100 * range_of(images)
        steeper = "flatter than" if rise < 18.9 else "as steep as"
        parts.append(
            f"The picture curve is {steeper} the paper's, where the probe rises by 18.9 points from 10 to 75%: here it moves by {rise:.1f}. One reason may be that a picture of 28 × 28 has 49 "
            "patches, and that a network of this size in so few steps does not exhaust even what little hiding leaves to learn."
        )
    if text is not None:
        low, high = min(text.means), max(text.means)
        parts.append(
            f"Text pays twice for hiding more: there are more words to learn from in each step, and fewer to read. With {100 * low:.0f}% hidden the loss is "
            f"{text.means[low].value:.2f} nats, at {100 * text.best:.0f}% {text.means[text.best].value:.2f}, with {100 * high:.0f}% {text.means[high].value:.2f}."
        )
    return " ".join(parts)


def protocol() -> str:
    """How it was measured, and how short the trainings were."""
    return (
        f"Honest about the size: {curves.how_long()}. All shares of a kind have the same number of steps, and the same seed begins with the same weights and batches. Each interval is "
        "Student's over seeds, paired where shares are compared; few seeds make it wide. The best share is chosen on one half of the held-out examples, and what is printed is of the other half. "
        "Probes and fine-tuning learn from labelled training pictures (1,000 pictures, 500 clips); penalty, rate and length of the tuning are chosen on validation pictures. "
        f"The error is taken with 75% of a picture and 90% of a clip hidden, which favours networks trained near that share; a probe does not. Again: {curves.COMMAND}."
    )


assert LOWER_IS_BETTER == ("held_out_loss",)
