"""Choosing the picture of a lesson: a held-out one of any data set, or the person's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from core import data
from core.data import apart
from core.data.read_picture import ENDINGS, Unreadable, pack, to_square, unpack
from core.ui import framed, notes
from core.ui.links import Choice, Free, Table, Whole

LABELS = {"fashion": "Clothes", "mnist": "Digits", "openmoji": "Emoji", "shapes": "Shapes"}
OWN = "own"
CUT = "The file is truncated: the part that is there is used, the rest is blank."
UNREAD = "Picture: the link asks for a value that is not available here. Choose another one."
KEPT = 32  # an own picture is kept at 32 x 32 in colour, small enough to travel in the link


@dataclass(frozen=True, eq=False)
class Picture:
    """pixels: uint8 (side, side, channels), as the network takes it. about: one line for the page."""

    pixels: np.ndarray
    name: str
    about: str


@dataclass(frozen=True)
class PictureLinks:
    """The parameters of a picture in a lesson's address."""

    source: Choice
    number: Whole
    own: Free

    @property
    def start(self) -> str:
        """What the session keys of these controls begin with."""
        return self.source.key.removesuffix("_from")


def declare(table: Table, which: str = "") -> PictureLinks:
    """Declare them in the lesson's table. which: names a second picture of the same lesson."""
    before = f"{which}_" if which else ""
    return PictureLinks(
        table.choice(f"{before}from", "Picture", ("same", *LABELS, OWN), "same"),
        table.whole(f"{before}picture", "Number"),
        table.free(f"{before}own", "Your own picture", f"{KEPT} × {KEPT} pixels, packed"),
    )


def choose(links: PictureLinks, network_data: str) -> Picture:
    """The picture controls; returns a picture in the size and colours of the network's own data set."""
    picture = chosen(links, network_data)
    menus(links, network_data)
    return picture


def menus(links: PictureLinks, network_data: str) -> None:
    """The picture controls; what they will show is known before they are drawn: `chosen`."""
    labels = _labels(network_data)
    source = links.source.widget(st.selectbox, tuple(labels), shown=labels.__getitem__)
    if source == OWN:
        _own(links)
    if source != OWN or _kept(links) is None:
        _number(links, len(data.load(network_data if source in ("same", OWN) else source).test_x))


def chosen(links: PictureLinks, network_data: str) -> Picture:
    """The picture that the controls show, before they are drawn."""
    network, labels = data.load(network_data), _labels(network_data)
    source = links.source.value(tuple(labels), shown=labels.__getitem__)
    if source == OWN and (kept := _kept(links)) is not None:
        kind = "gray" if network.channels == 1 else "colour"
        about = (
            f"Your picture: cut to its middle square and reduced to {network.side} × {network.side} pixels in {kind}."
        )
        return Picture(to_square(Image.fromarray(kept), network.side, network.channels), "own", about)
    images = data.load(source := network_data if source in ("same", OWN) else source)
    index = links.number.value(len(images.test_x) - 1)
    pixels = images.test_x[index].permute(1, 2, 0).numpy()
    if source != network_data:
        pixels = to_square(Image.fromarray(pixels.squeeze()).convert("RGB"), network.side, network.channels)
    captions, classes = images.captions, images.classes
    what = captions[len(images.train_x) + index] if captions else classes[int(images.test_y[index])]
    about = f"Held-out picture {index:,}: {what}. {images.source.title}, {images.source.licence}, from the {images.source.origin}."
    if source not in LABELS:
        about = f"Held-out picture {index:,} of yours."
    elif source != network_data:
        about += f" The network has seen only {LABELS.get(network_data, 'your pictures').lower()}."
    return Picture(pixels, f"{source}-{index}", about)


def _labels(network_data: str) -> dict[str, str]:
    """The sources that are on this machine, with their names."""
    here = [name for name in data.names() if data.available(name)]
    named = {name: f"held-out {LABELS[name].lower()}" for name in here}
    same = named.pop(network_data, "held-out pictures of yours")
    return {"same": same, **named, OWN: "my own picture"}


def _number(links: PictureLinks, count: int) -> None:
    """Which held-out picture: a number, and a button for another one."""
    columns = st.columns(2, vertical_alignment="bottom")
    with columns[0]:
        links.number.input(count - 1)
    call = {"on_click": _draw_another, "args": (links.number, count)}
    columns[1].button("Another", icon=":material/shuffle:", key=f"{links.start}_another", width="stretch", **call)


def _draw_another(link: Whole, count: int) -> None:
    link.set(int(np.random.default_rng().integers(count)))


def _own(links: PictureLinks) -> None:
    """Where a picture is uploaded or taken."""
    prefix = links.start
    with st.popover("Choose a picture", icon=":material/add_a_photo:", width="stretch"):
        key, kinds = f"{prefix}_upload", list(ENDINGS)
        framed.uploader("A picture file", type=kinds, key=key, max_upload_size=10, on_change=_take, args=(links, key))
        if st.toggle("Use the camera", key=f"{prefix}_camera_on"):
            key = f"{prefix}_camera"
            st.camera_input("Take a picture", key=key, on_change=_take, args=(links, key))
        if said := st.session_state.get(f"{prefix}_own_error"):
            (st.warning if said == CUT else st.error)(said, icon=":material/broken_image:")
        st.caption("It stays on this page: it is kept as 32 × 32 pixels in the link, and nowhere else.")


def _take(links: PictureLinks, key: str) -> None:
    """Keep the picture that came, or what is wrong with it."""
    if came := st.session_state[key]:
        try:
            pixels, cut = apart.picture(came.getvalue(), KEPT)
            links.own.put(pack(pixels))
            said = CUT if cut else None
        except Unreadable as error:
            said = str(error)
        st.session_state[f"{links.start}_own_error"] = said


def _kept(links: PictureLinks) -> np.ndarray | None:
    """The own picture that the link carries; None where there is none yet."""
    kept = unpack(packed, KEPT, 3) if (packed := links.own.raw()) else None
    if packed and kept is None:
        notes.add(links.own.prefix, UNREAD)
        links.own.put(None)
    return kept
