"""The mask in hand: what the painter, the slider, the buttons and the cards make of it."""

from __future__ import annotations

import time

import streamlit as st

from core.experiment import get
from core.lessons.masked_images import masks
from core.lessons.masked_images.links import AGE, MASK, PICTURE, PIN, PREFIX, TABLE
from core.lessons.masked_images.patch_painter import Painted, fill, read
from core.nn.masks import hide
from core.rng import generator
from core.ui import notes

PAINTER, HIDDEN = f"{PREFIX}_painter", f"{PREFIX}_hidden"
_SAID, _REPLACED = f"{PREFIX}_hidden_said", f"{PREFIX}_hidden_replaced"
_LAST, _DRAW, _SHARE = (
    f"{PREFIX}_last",
    f"{PREFIX}_draw",
    f"{PREFIX}_share",
)  # _SHARE: per cent, the last that was not 0
ECHO_SECONDS = 3.0  # for so long a slider's former value counts as an echo of the browser


def home() -> str:
    """The data set that the lesson opens on: clothes where they can be had, else digits."""
    return get("mae").default().data


def first_mask(n: int) -> tuple[int, ...]:
    """The mask that the lesson opens with: three quarters hidden at random."""
    return tuple(hide("random", 0.75, 1, n, generator(0, "page random"))[0].nonzero().flatten().tolist())


def painted(n: int) -> Painted:
    """The mask of an n x n grid: as it was painted, or as the link has it; it is written into the link."""
    found = read(PAINTER, n)
    if found is None:
        linked = masks.from_text(MASK.raw(), n)
        if masks.broken(MASK.raw(), n):
            notes.add(PREFIX, "The mask of the link is damaged; patches are hidden at random instead.")
        if (pin := PIN.raw()) is not None and not masks.is_pin(pin):
            PIN.refused("none")
        found = Painted(first_mask(n) if linked is None else linked, masks.pin(PIN.raw(), n))
    MASK.put(masks.to_text(found.mask, n))
    PIN.put(None if found.pinned is None else str(found.pinned))
    return found


def draw_mask(n: int, sampling: str, percent: int) -> None:
    """Hide patches by chance; each call draws others."""
    st.session_state[_DRAW] = draw = st.session_state.get(_DRAW, 0) + 1
    hidden = hide(sampling, percent / 100, 1, n, generator(draw, f"page {sampling}"))[0]
    fill(PAINTER, n, hidden.nonzero().flatten().tolist())


def press(n: int, sampling: str) -> None:
    """Draw by one of the samplings, as much as the slider says; where nothing is hidden, as much as before that."""
    st.session_state[_LAST] = sampling
    draw_mask(n, sampling, st.session_state.get(HIDDEN) or st.session_state.get(_SHARE, 75))


def slide(n: int) -> None:
    """The slider was moved, or so it seems: with each gesture the browser sends along what its slider shows, and after
    quick gestures that is the value from before. Such an echo must not draw a mask over what was painted."""
    asked, moment = st.session_state[HIDDEN], time.monotonic()
    if asked == st.session_state.get(_SAID):  # late: another part of the page had sent along the value from before
        return
    replaced = st.session_state.get(_REPLACED, ())
    if any(value == asked and moment - left < ECHO_SECONDS for value, left in replaced):
        return
    draw_mask(n, st.session_state.get(_LAST, "random"), asked)


def follow(percent: int) -> None:
    """Let the slider say what the mask hides, and remember what it said before."""
    before = st.session_state.get(_SAID, percent)
    if before != percent:
        st.session_state[_REPLACED] = [*st.session_state.get(_REPLACED, [])[-9:], (before, time.monotonic())]
    st.session_state[_SAID] = st.session_state[HIDDEN] = percent
    st.session_state[_SHARE] = percent or before or st.session_state.get(_SHARE, 75)


def reset() -> None:
    """Back to the mask that the lesson opens with."""
    fill(PAINTER, 7, first_mask(7))


# Cases of "Try this" ------------------------------------------------------------------------------------------------


def one_patch_left() -> None:
    """Everything but one patch is hidden."""
    _show(home(), 0, [(4, 1)])


def only_the_corners() -> None:
    """Four corners are visible."""
    _show(home(), 3, [(0, 0), (0, 6), (6, 0), (6, 6)])


def a_stranger() -> None:
    """Every other patch of a kind of picture that the network never saw."""
    every_other = [(row, column) for row in range(7) for column in range(7) if (row + column) % 2]
    _show(home(), 7, every_other, "mnist" if home() == "fashion" else "openmoji")


def _show(data_name: str, picture: int, visible: list[tuple[int, int]], source: str = "same") -> None:
    """The network of a data set, a held-out picture, and the (row, column) that stay visible."""
    n = 8 if data_name == "openmoji" else 7
    TABLE.case({"data": data_name}, AGE.name)
    PICTURE.number.set(picture)
    PICTURE.source.set(source)
    fill(PAINTER, n, set(range(n * n)) - {row * n + column for row, column in visible})
