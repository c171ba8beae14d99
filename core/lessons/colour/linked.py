"""What the component shows, in the link; read back with a sentence for what cannot be had."""

from __future__ import annotations

import dataclasses
import re

from core.lessons.colour import links
from core.lessons.colour.colour_pad import HUNDRED, MOST, PAPERS, SIDE, SWATCHES, State, put, read
from core.ui.link_kinds import Free

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MIDDLE = SIDE * SIDE // 2 + SIDE // 2  # the pixel that is chosen at first
_HINT = re.compile(r"[0-9a-z]{3}", re.ASCII)  # two digits of base 36 for the pixel, one for the swatch


def state(about: str) -> State:
    """The state now, of the picture `about`: as the browser sent it, or as the link has it; and the link says so afterwards."""
    found = read(links.BOX)
    if found is None:
        found = _from_link(about)
    elif found.about != about:  # another picture: the slider and the pixel stay, hints belong to the old one
        found = dataclasses.replace(found, about=about, hints=())
    to_link(found)
    return found


def set_up(about: str, **changes: object) -> None:
    """Put a case on the stage. For a button's callback."""
    first = State(about, pixel=MIDDLE)
    put(links.BOX, dataclasses.replace(first, **changes))


def _from_link(about: str) -> State:
    temperature = _whole(links.TEMPERATURE, HUNDRED, PAPERS)
    pixel = _whole(links.PIXEL, SIDE**2 - 1, MIDDLE)
    asked = links.MISS.raw()
    if asked not in (None, "on"):
        links.MISS.refused("the truth")
    return State(about, _hints(about), temperature, pixel, asked == "on")


def to_link(state: State) -> None:
    """Write the state into the address."""
    links.TEMPERATURE.put(None if state.temperature == PAPERS else str(state.temperature))
    links.PIXEL.put(None if state.pixel == MIDDLE else str(state.pixel))
    links.MISS.put("on" if state.miss else None)
    spelled = "".join(f"{DIGITS[pixel // 36]}{DIGITS[pixel % 36]}{DIGITS[swatch]}" for pixel, swatch in state.hints)
    links.HINTS.put(f"{state.about[-12:]}.{spelled}" if state.hints else None)


def _hints(about: str) -> tuple[tuple[int, int], ...]:
    """The link's hints, where they lie on this picture."""
    asked = links.HINTS.raw()
    if asked is None:
        return ()
    name, _, spelled = asked.partition(".")
    parts = [spelled[i : i + 3] for i in range(0, len(spelled), 3)]
    if name == about[-12:] and len(parts) <= MOST and all(map(_HINT.fullmatch, parts)):
        found = {int(part[:2], 36): int(part[2], 36) for part in parts}
        if all(pixel < SIDE**2 and swatch < len(SWATCHES) for pixel, swatch in found.items()):
            return tuple(found.items())
    links.HINTS.refused("none")
    return ()


def _whole(link: Free, most: int, default: int) -> int:
    """What the link asks of 0 to `most`, or the nearer end, or the default, with a note."""
    asked = link.raw()
    if asked is None:
        return default
    try:
        number = int(asked) if len(asked) < 12 else None
    except ValueError:
        number = None
    used = default if number is None else min(max(number, 0), most)
    if used != number:
        link.refused(str(used))
    return used
