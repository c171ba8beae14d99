"""Act: the ways from a caption to a picture beside each other on held-out captions, and what guidance changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.analysis import intervals
from core.analysis.attributes import NAMES, PRODUCT
from core.charts import theme
from core.experiments.text_to_image import GUIDANCE, VARIANTS
from core.lessons.text_to_picture import charts, links, subject
from core.lessons.text_to_picture.three_ways import WAYS
from core.store.record import Record
from core.ui import bars
from core.ui.bars import Bar
from core.ui.charted import draw_chart
from core.ui.look import look_now

WHAT = {
    "triple": "Twelve combinations of shape, colour and size were in no picture that prior or decoder learned from, though each shape was in each of these colours in the other size.",
    "pair": "Six pairs of shape and colour were in no picture that encoders, prior or decoder learned from.",
}
SHOWN = (*WAYS, "own_code")
TITLES = {**{way: name for way, (name, _) in WAYS.items()}, "own_code": "Code of a real picture"}
ATTRIBUTES = {**{name: name for name in NAMES}, PRODUCT: "all three"}
CHANCE = {"shape": 1 / 6, "colour": 1 / 6, "size": 1 / 2, PRODUCT: 1 / 72}
# Ramesh et al. 2022, table 1: zero-shot FID on MS-COCO.
PAPER = {"prior_decoder": 7.99, "text_decoder": 9.16, "text_as_image": 16.55}


def show(record: Record) -> None:
    """Attributes and Frechet distances; of emoji how often the encoders find the caption again."""
    found = record.metrics
    left, right = st.columns([0.62, 0.38], gap="large")
    if record.config["data"] == "shapes":
        with left:
            draw_chart(theme.spec(charts.ways, rows(found), look_now()), key=f"{links.PREFIX}_ways")
        with right:
            st.markdown(verdict(record))
        st.markdown(multiplied(found))
        if "pairs" in found:
            st.markdown(pairs_said(found))
    else:
        with left:
            bars.bars(found_rows(found), 1)
        with right:
            st.markdown(found_said(found))
    _distances(found)
    st.caption(footnote(record))


def footnote(record: Record) -> str:
    """What was measured on what."""
    found = record.metrics
    read = ""
    if record.config["data"] == "shapes":
        exact = ", ".join(f"{name} {found['rule'][name]:.1%}" for name in NAMES)
        read = (
            f"Attributes are read by a rule that compares with drawn figures; of real held-out pictures it reads {exact}. A picture in which it finds no figure is wrong in everything "
            f"(prior + decoder: {found['nothing']['prior_decoder']:.0%}). Marks: chance. "
        )
    samples = f"{found['captions']} held-out captions, {found.get('draws', 1)} samples each, guidance {GUIDANCE:g}"
    return f"{samples}. {read}Lines and intervals (95%) are bootstraps over captions, of one training. {subject.credit(record.config['data'])}."


def rows(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a bar."""
    return [
        {
            "attribute": said, "way": TITLES[way], "right": found[f"attribute_accuracy.{way}.{name}"],
            "low": found["attribute_interval"][way][name][0], "high": found["attribute_interval"][way][name][1], "chance": CHANCE[name],
        }
        for name, said in ATTRIBUTES.items() for way in SHOWN
    ]  # fmt: skip


def verdict(record: Record) -> str:
    """The order of the ways, as far as intervals allow."""
    found = record.metrics
    ours = f"attribute_accuracy.{VARIANTS[0]}."
    said = [
        WHAT[record.config["held"]] + " Of their captions prior + decoder draw "
        + ", ".join(f"the {name} right in **{found[ours + name]:.0%}**" for name in NAMES)
        + f", and all three in **{found[ours + PRODUCT]:.0%}** (chance {CHANCE[PRODUCT]:.1%}); of captions that were trained in {found['seen'][VARIANTS[0]][PRODUCT]:.0%}."
    ]  # fmt: skip
    for way in ("text_decoder", "text_as_image", "least_squares"):
        ahead = found["attribute_ahead"][way][PRODUCT]
        difference = found[ours + PRODUCT] - found[f"attribute_accuracy.{way}.{PRODUCT}"]
        said.append(f"Against *{TITLES[way].lower()}*: " + intervals.gains("prior + decoder", difference, ahead) + ".")
    return "\n\n".join(said)


def pairs_said(found: Mapping[str, Any]) -> str:
    """What becomes of pairs that the encoders have not seen either."""
    ours, own = (found["pairs"][way] for way in (VARIANTS[0], "own_code"))
    known = found["attribute_accuracy.own_code.shape"]
    spread = (
        1.96 * sum(p * (1 - p) / n for p, n in ((own["shape"], found["captions"]), (known, found["captions"]))) ** 0.5
    )
    said = (
        "**What the code does not hold.** Six other pairs of shape and colour were in no picture that the *encoders* learned from. Of their captions prior + decoder draw "
        + ", ".join(f"the {name} right in {ours[name]:.0%}" for name in NAMES)
        + f". With the codes of real pictures of such pairs the shape is right in {own['shape']:.0%}, with codes of the combinations above in {known:.0%} (chance {CHANCE['shape']:.0%})"
    )
    if own["shape"] < known - spread:
        return (
            said
            + ": no prior is involved there, so what is lost was lost by the encoder. It never had to tell these shapes apart in these colours."
        )
    return said + ". Whether the encoder is to blame is open: the difference is within what chance would do."


def multiplied(found: Mapping[str, Any]) -> str:
    """Whether all three are right as often as independent attributes would be (Okawa et al. 2023)."""
    each = [found[f"attribute_accuracy.{VARIANTS[0]}.{name}"] for name in NAMES]
    product = each[0] * each[1] * each[2]
    real = found[f"attribute_accuracy.{VARIANTS[0]}.{PRODUCT}"]
    own = found[f"attribute_accuracy.own_code.{PRODUCT}"]
    return (
        f"**All three at once.** Were the attributes right or wrong independently of each other, all three would be right in {' × '.join(f'{share:.0%}' for share in each)} = **{product:.0%}**; they are in "
        f"**{real:.0%}**. A combination is only as good as its weakest attribute allows, which is why abilities seem to appear suddenly when the single ones grow slowly (Okawa et al. 2023). "
        f"With the code of a real picture in place of the prior's the decoder gets all three right in {own:.0%}: what is missing there is the decoder's, or is not in the code."
    )


def _distances(found: Mapping[str, Any]) -> None:
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        st.subheader("Fréchet distance from real pictures", anchor=False)
        shown = [Bar(TITLES[way], found[f"frechet.{way}"], ours=way == VARIANTS[0]) for way in SHOWN]
        bars.bars([*shown, Bar("Real pictures from other real ones", found["frechet_floor"])], 2)
    with right:
        st.markdown(distance_said(found))


def distance_said(found: Mapping[str, Any]) -> str:
    """The order by the distance, as far as intervals allow, beside the paper's."""
    said = []
    for way in ("text_decoder", "text_as_image"):
        low, high = found["frechet_difference"][way]
        name = TITLES[way].lower()
        if low > 0:
            said.append(f"*{name}* is farther from real pictures than prior + decoder")
        elif high < 0:
            said.append(f"*{name}* is nearer to real pictures than prior + decoder")
        else:
            said.append(f"whether *{name}* is nearer than prior + decoder is open")
        said[-1] += f" (difference {low:+.2f} to {high:+.2f})".replace("-", "−")
    paper = ", ".join(f"{TITLES[way].lower()} {value:g}" for way, value in PAPER.items())
    return (
        f"Smaller is better: {'; '.join(said)}. In the paper, with large networks and photographs: {paper}. The space is this project's own: means of the 96 maps of the frozen picture encoder's last "
        "convolution. It is the encoder that the prior's codes come from, so it may favour ways through such codes; the attributes, which a rule reads, do not."
    )


def guidance(record: Record) -> None:
    """Attributes by the weight of the guidance, and how far samples of one caption are apart."""
    found = record.metrics["by_guidance"]
    left, right = st.columns([0.6, 0.4], gap="large")
    with left:
        table = [
            {"weight": row["weight"], "attribute": said, "right": row[name]}
            for row in found
            for name, said in ATTRIBUTES.items()
        ]
        draw_chart(theme.spec(charts.guidance, table, look_now()), key=f"{links.PREFIX}_guidance")
    with right:
        st.markdown(guidance_said(found))
    st.caption(
        f"{record.metrics['captions']} held-out captions, one sample each, from the same noise. The stage opens with guidance {GUIDANCE:g}."
    )


def guidance_said(found: list[dict[str, float]]) -> str:
    """What it gains and costs."""
    first, best = found[0], max(found, key=lambda row: row[PRODUCT])
    apart = found[-1]["apart"] / first["apart"]
    fewer = "less" if apart < 1 else "more"
    return (
        f"Without guidance all three attributes are right in {first[PRODUCT]:.0%}, with a weight of {best['weight']:g} in **{best[PRODUCT]:.0%}**. Two samples of a caption lie {first['apart']:.3f} apart without "
        f"guidance (root mean square over pixels from 0 to 1) and {found[-1]['apart']:.3f} at {found[-1]['weight']:g}, which is {abs(1 - apart):.0%} {fewer}: more guidance leaves less variety. The shares are of one sample a caption, so a few points between them mean little."
        if best["weight"] > 1 and apart < 1 else
        f"Without guidance all three attributes are right in {first[PRODUCT]:.0%}; at best, with a weight of {best['weight']:g}, in **{best[PRODUCT]:.0%}**. Two samples of a caption lie {first['apart']:.3f} apart without "
        f"guidance (root mean square over pixels from 0 to 1) and {found[-1]['apart']:.3f} at {found[-1]['weight']:g}."
    )  # fmt: skip


def found_rows(found: Mapping[str, Any]) -> list[Bar]:
    """Of emoji: how often the caption is found again, in percent."""
    shown = [Bar(TITLES[way], 100 * found[f"found.{way}"], ours=way == VARIANTS[0], note="%") for way in SHOWN]
    return [
        *shown,
        Bar("The real picture", 100 * found["found.real"], note="%"),
        Bar("By chance", 100 * found["chance"], note="%"),
    ]


def found_said(found: Mapping[str, Any]) -> str:
    """What that says."""
    text = "The bars say how often the frozen encoders find the caption of a drawn picture among the nearest 10 of all "
    return (
        f"{text}{found['captions']} held-out captions. The encoders judge themselves here: a picture that pleases them need not please a person, and the real pictures have "
        f"{found['found.real']:.0%}. So look at the samples, too: 32 × 32 emoji of families that were never trained are mostly smears of the right colours."
    )
