"""Acts: pictures of one code, pictures between two codes, and the code cut to its principal directions."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core import lab
from core.analysis import attributes
from core.charts import theme
from core.data.figures import data_uri
from core.experiments import clip, text_to_image
from core.experiments.text_to_image import KEPT_DIRECTIONS, TextToImage
from core.lessons.text_to_picture import charts, links, subject, tiles
from core.lessons.text_to_picture.stage import Settings
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.links import Whole
from core.ui.look import look_now

BETWEEN = 7


def show(record: Record, settings: Settings) -> None:
    """A held-out picture, what the decoder draws from its code, and the arc to another one."""
    data = record.config["data"]
    part = subject.held_out(data)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        one = pick(links.OF[data], len(part))
        other = pick(links.TO[data], len(part))
    left, right = st.columns([0.2, 0.8], vertical_alignment="center")
    left.html(_card(part.x[one], part.names[one]))
    with right:
        found = variations(record, one, settings.noise)
        st.markdown(
            f"**{subject.SAMPLES} pictures of this one code**, each from other noise. {varied(record, part.x[one], found)}"
        )
        tiles.draw(tiles.row(found, about="Variation", kind="small"))
    st.markdown("**From one code to the other**, along the arc between them, always from the same noise:")
    tiles.draw(
        tiles.row(
            between(record, one, other, settings.noise),
            steps_between(part.names[one], part.names[other]),
            kind="seven",
        )
    )
    st.caption(
        f"Codes of held-out pictures, by the frozen encoder. Without guidance, so that nothing but the code decides. {subject.credit(data)}."
    )


def steps_between(one: str, other: str) -> list[str]:
    """The notes of a row from one picture to the other."""
    return [one[:40], *(f"{i / (BETWEEN - 1):.0%}" for i in range(1, BETWEEN - 1)), other[:40]]


def varied(record: Record, original: Tensor, found: np.ndarray) -> str:
    """What stays and what changes, as far as the rule can read it."""
    if record.config["data"] != "shapes":
        return "What they share is in the code; what differs is not."
    wanted = attributes.read(original[None])
    right = attributes.right(subject.seen_in(found), wanted)
    kept = ", ".join(f"{name} {int(right[name].sum())}" for name in attributes.NAMES)
    return f"Of {len(found)} keep: {kept}. What differs, like the angle, is hardly in the code."


def pick(link: Whole, count: int) -> int:
    """A held-out picture: a number, and a button for another one."""
    index = link.input(count - 1, width=170)
    st.button("Another", icon=":material/shuffle:", key=f"{link.key}_another", on_click=_another, args=(link, count))
    return index


def picked(link: Whole, count: int) -> int:
    """The number of a held-out picture, whether or not its control was drawn: acts are drawn when somebody comes near them."""
    return min(link.drawn(), count - 1) if link.key in st.session_state else link.value(count - 1)


def _another(link: Whole, count: int) -> None:
    link.set(int(np.random.default_rng().integers(count)))


def _card(x: Tensor, name: str) -> str:
    picture = data_uri(x.permute(1, 2, 0).numpy())
    return f'<figure class="ll-tpcard"><img src="{picture}" alt="{html.escape(name)}"><figcaption>{html.escape(name)}</figcaption></figure>'


def code_of(record: Record, index: int) -> Tensor:
    """The code (D,) of a held-out picture."""
    model: TextToImage = lab.model(record)
    with torch.no_grad():
        return clip.encode_pictures(model.clip, subject.held_out(record.config["data"]).x[index : index + 1])[0]


@lab.memo(label="Variations of pictures")
def variations(record: Record, index: int, noise: int) -> np.ndarray:
    """Pictures uint8 (SAMPLES, 32, 32, 3) of one code, each from other noise. Raises lab.Damaged."""
    codes = code_of(record, index).expand(subject.SAMPLES, -1)
    return decoded(record, codes, subject.noise_of(noise).pictures)


@lab.memo(label="Pictures between two codes")
def between(record: Record, one: int, other: int, noise: int) -> np.ndarray:
    """Pictures uint8 (BETWEEN, 32, 32, 3) along the arc from one code to another one, from the same noise. Raises lab.Damaged."""
    ends = code_of(record, one), code_of(record, other)
    codes = torch.stack([text_to_image.between(*ends, i / (BETWEEN - 1)) for i in range(BETWEEN)])
    return decoded(record, codes, subject.noise_of(noise, 1).pictures.expand(BETWEEN, -1, -1, -1))


@lab.memo(label="Codes cut to principal directions")
def shortened(record: Record, index: int, noise: int) -> np.ndarray:
    """Pictures uint8 (directions, 32, 32, 3) of a code that keeps KEPT_DIRECTIONS, from the same noise. Raises lab.Damaged."""
    model, code = lab.model(record), code_of(record, index)[None]
    codes = torch.cat([text_to_image.cut(model, code, k) for k in KEPT_DIRECTIONS])
    return decoded(record, codes, subject.noise_of(noise, 1).pictures.expand(len(codes), -1, -1, -1))


def decoded(record: Record, codes: Tensor, noise: Tensor) -> np.ndarray:
    """Pictures uint8 (N, 32, 32, 3) of codes (N, D), without guidance."""
    model: TextToImage = lab.model(record)
    x = text_to_image.decode(model, codes, noise.to(model.device), weight=1.0)
    return x.permute(0, 2, 3, 1).contiguous().numpy()


def directions(record: Record, settings: Settings) -> None:
    """The code of the picture of the act before with more and more directions, and what of it is right, over many pictures."""
    data = record.config["data"]
    part = subject.held_out(data)
    index = picked(links.OF[data], len(part))
    model: TextToImage = lab.model(record)
    share = model.spread.square().cumsum(0) / model.spread.square().sum()
    notes = [f"{k} ({share[k - 1]:.0%})" for k in KEPT_DIRECTIONS]
    left, right = st.columns([0.2, 0.8], vertical_alignment="center")
    left.html(_card(part.x[index], part.names[index]))
    with right:
        st.markdown(
            "The same noise, and the code with nothing but its first **k principal directions**; in brackets, how much of the variance of all codes they have:"
        )
        tiles.draw(tiles.row(shortened(record, index, settings.noise), notes, about="Directions kept", kind="seven"))
    rows = record.metrics.get("by_directions")
    if rows:
        left, right = st.columns([0.6, 0.4], gap="large")
        with left:
            table = [
                {"k": row["k"], "attribute": name, "right": row[name]} for row in rows for name in attributes.NAMES
            ]
            draw_chart(theme.spec(charts.directions, table, look_now()), key=f"{links.PREFIX}_directions")
        with right:
            st.markdown(order_said(rows))
    st.caption(
        "The picture is chosen in the act before. Ramesh et al. 2022, figure 7, do the same with CLIP's codes: the first directions hold what a scene is about, the later ones its details. "
        f"{subject.credit(data)}."
    )


def order_said(rows: list[dict[str, float]]) -> str:
    """At how many directions each attribute comes, as it was measured."""
    full = rows[-1]
    found = {}
    for name in attributes.NAMES:
        found[name] = next(row["k"] for row in rows if row[name] >= 0.9 * full[name])
    order = sorted(found, key=found.__getitem__)
    said = "; ".join(f"**{name}** with {found[name]}" for name in order)
    return (
        f"Over the held-out scenes, 90% of what the whole code gets right is there at: {said} of {KEPT_DIRECTIONS[-1]} directions. With the whole code: "
        + ", ".join(f"{name} {full[name]:.0%}" for name in attributes.NAMES) + "."
    )  # fmt: skip
