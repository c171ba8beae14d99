"""The attention view: all heads of a transformer on one sentence, and one of them large, as a heat map and as lines.

A page inside a fragment runs like this::

    heads = sheet("heads", Heads(weights, columns=names, labels=kinds, notes=notes, tokens=tokens, causal=True), sentence)
    choice = read("heads", Choice(layer=2), heads.shape)         # what the browser sent, before anything is mounted
    attention_view(heads, choice=choice)
    numbers_about(weights[choice.layer, choice.column])          # so they belong to the head that is shown

A button of the page calls `put("heads", Choice(5, 1))` in its callback; the browser follows.

The weights of all heads are in the browser: choosing a head, hovering and pinning draw at once, and Python is told
afterwards. At most one message is under way; the newest choice goes out when its answer is here.

Two components are mounted. The view has the choice and comes anew with each answer. The weights, and all words that
belong to them, lie in a second one that shows nothing: its message stays the same byte for byte while a student looks
around, so that Streamlit sends a reference of about 100 bytes from the second time on. They find each other in the
browser by the key, and the view draws once it has the weights whose digest it was told.

Streamlit drops a component's state on a page switch, and it sends the browser's last state along with every other
widget. So the choice lives under a session key of its own. Each message carries a stamp that counts up, and says how
often Python had replaced the choice when it was written: one that was replaced meanwhile does not come back.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from core.ui import figures
from core.ui.components.stamps import is_newer, is_stamp
from core.ui.components.tiles import source

_VIEW = st.components.v2.component("latent_lab_attention_view", **source("attention_view"))
_WEIGHTS = st.components.v2.component(
    "latent_lab_attention_view_weights",
    html="<i hidden></i>",
    js="""
export default ({ data, parentElement }) => {
  const links = (globalThis[Symbol.for("latent-lab-attention-views")] ??= new Map())
  const size = new DataView(data.buffer, data.byteOffset).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + size)))
  const link = links.get(header.key) ?? {}
  links.set(header.key, link)
  link.source = parentElement
  if (link.large?.header.digest !== header.digest) {
    link.large = { header, body: data.slice(4 + size) } // a copy: aligned, and ours
    link.view?.learn()
  }
  return () => { if (link.source === parentElement) delete link.large }
}
""",
)
VIEWS = ("both", "heat", "lines")
MAX_TOKENS = 256
MAX_WEIGHTS = 2**22
FINE = 2**17  # so many weights travel in 16 bits, which is a quarter of a MB; of more each gets 8
_FARTHEST = 10_000  # no index of a message is larger


@dataclass(frozen=True)
class Choice:
    """What is shown large. layer, column: indices of the head, from 0. pin: the index of the token whose row stays in
    sight, None where there is none. view: "heat", "lines" or "both"; where both do not fit beside each other, "both" is "heat".
    """

    layer: int = 0
    column: int = 0
    pin: int | None = None
    view: str = "both"


@dataclass
class _Truth:
    """What a session holds for one view."""

    choice: Choice | None  # None: whatever the page's default is
    puts: int = 0  # how often Python replaced the choice: the browser follows where this is new
    stamp: str = ""  # of the newest message that is already in `choice`


def read(key: str, default: Choice, shape: tuple[int, int, int]) -> Choice:
    """The newest choice of view `key`, before it is mounted; `default` where there is none.

    shape: (layers, columns, tokens) of what is about to be shown. A head that does not exist gives way to the default's,
    a pin on a token that does not exist to none: a choice may come from another network or a longer sentence.
    Any message of the browser that is not well formed, is older than one that was read before, or was written before
    Python replaced the choice is ignored.

    Raises ValueError where the default does not fit the shape.
    """
    _check(default, shape)
    truth = _absorb(key)
    if truth is None or truth.choice is None:
        return default
    choice = truth.choice
    layers, columns, tokens = shape
    if choice.layer >= layers or choice.column >= columns:
        choice = replace(choice, layer=default.layer, column=default.column)
    return replace(choice, pin=None) if choice.pin is not None and choice.pin >= tokens else choice


def put(key: str, choice: Choice) -> None:
    """Replace the choice of view `key`; the browser follows with the next rerun.

    Raises ValueError where it is none: an index that is no whole number from 0 on, an unknown view.
    """
    if not _is_choice(choice.layer, choice.column, choice.pin, choice.view):
        raise ValueError(f"a choice needs indices from 0 on and one of the views {', '.join(VIEWS)}, got {choice}")
    _replace(key, choice)


def clear(key: str) -> None:
    """Forget the choice of view `key`: the next `read` gives its default, and the browser follows."""
    _replace(key, None)


@dataclass(frozen=True, eq=False)
class Sheet:
    """Weights and words of view `key`, ready to be sent; made by `sheet`. One may be kept and mounted again."""

    key: str
    shape: tuple[int, int, int]  # layers, columns, tokens
    message: bytes
    digest: str


@dataclass(frozen=True, eq=False)
class Heads:
    """The weights of a sentence, and the words about them.

    weights:   float (L, C, T, T), L layers of C columns: the heads, and what is made of them (a mean, a roll-out). In
               [0, 1]; row: the query, the token that looks; column: the key, the token that is looked at. At most 256 tokens.
    columns:   C names, "1" to "12" for the heads and words for the rest.
    labels:    (L, C) two or three words about a head, "previous token", or "".
    notes:     (L, C) a sentence about it, "entropy 1.2 bits, mean distance 3.4 tokens", or "".
    tokens:    T texts as they stand in the sentence. They are shown literally: a space as ·, control characters as their
               pictures, whatever hides itself or turns the direction of writing as its code.
    causal:    whether a token sees none of those behind it; their cells are hatched.
    off:       (L, C) heads that are switched off: they are crossed out.

    Raises ValueError where shapes and names do not fit each other.
    """

    weights: np.ndarray
    columns: Sequence[str]
    labels: Sequence[Sequence[str]]
    notes: Sequence[Sequence[str]]
    tokens: Sequence[str]
    causal: bool
    off: Sequence[Sequence[bool]] | np.ndarray | None = None

    def __post_init__(self) -> None:
        weights = self.weights
        if weights.ndim != 4 or weights.shape[2] != weights.shape[3] or not weights.size:
            raise ValueError(f"expected weights of shape (L, C, T, T), got {weights.shape}")
        layers, width, length = weights.shape[:3]
        if length > MAX_TOKENS or weights.size > MAX_WEIGHTS:
            raise ValueError(f"at most {MAX_TOKENS} tokens and {MAX_WEIGHTS:,} weights fit, got {weights.shape}")
        if len(self.columns) != width or len(self.tokens) != length:
            raise ValueError(
                f"{width} columns and {length} tokens need as many names, got {len(self.columns)}, {len(self.tokens)}"
            )
        for name, table in (("labels", self.labels), ("notes", self.notes)):
            if len(table) != layers or any(len(row) != width for row in table):
                raise ValueError(f"expected {layers} rows of {width} {name}")
        if self.crossed.shape != (layers, width):
            raise ValueError(f"expected off of shape {(layers, width)}, got {self.crossed.shape}")

    @property
    def crossed(self) -> np.ndarray:
        """(L, C) bool: the heads that are switched off."""
        return np.zeros(self.weights.shape[:2], bool) if self.off is None else np.asarray(self.off, bool)


def sheet(key: str, heads: Heads, result_id: str) -> Sheet:
    """All that view `key` shows of a sentence.

    result_id: names the weights; the root element says `data-shown=<result_id>` once they are drawn.

    Raises ValueError for weights outside [0, 1].
    """
    message, digest = _message(key, heads, result_id)
    return Sheet(key, tuple(heads.weights.shape[:3]), message, digest)


def attention_view(
    sheet: Sheet,
    *,
    choice: Choice,
    grid: bool = True,
    follows: str = "",
    title: str = "",
    on_change: Callable[[], None] | None = None,
) -> Choice:
    """Mount the view and return the choice.

    choice:    what to show: what `read` returned. Anything else replaces what the browser shows.
    grid:      whether all heads are drawn as small pictures, to choose one from.
    follows:   the key of another view: this one shows the head that is chosen there, at once. The page passes its
               layer and column in `choice` all the same.
    title:     a heading above the view.
    on_change: called before the rerun that a message triggers; `read` already knows the message then.

    Raises ValueError where the choice does not fit the sheet.
    """
    key = sheet.key
    _check(choice, sheet.shape)
    truth = _absorb(key)
    if truth is None or truth.choice != choice:
        put(key, choice)
        truth = st.session_state[_slot(key)]

    def changed() -> None:
        _absorb(key)
        if on_change is not None:
            on_change()

    with st.container(gap=None):  # the weights have no height; a gap would show where they stand
        _WEIGHTS(key=f"{key}/weights", data=sheet.message)
        _VIEW(
            key=key,
            data={
                "key": key,
                "choice": {"layer": choice.layer, "column": choice.column, "pin": choice.pin, "view": choice.view},
                "puts": truth.puts,
                "stamp": truth.stamp,  # tells the browser that this answers its message
                "digest": sheet.digest,
                "grid": grid,
                "follows": follows,
                "title": title,
            },
            on_choice_change=changed,
        )
    return choice


def _message(key: str, heads: Heads, result_id: str) -> tuple[bytes, str]:
    """What the browser gets, and its digest: the length of the header (uint32), the header (JSON), 256 colours (uint8
    red, green, blue) and the weights: round(255 w), or round(65535 w) of so few that the message stays below 300 kB. Where
    heads are causal, the weights behind the query are left out."""
    weights, causal = heads.weights, heads.causal
    layers, width, length = weights.shape[:3]
    low, high = float(weights.min()), float(weights.max())
    if not (low >= -1e-3 and high <= 1 + 1e-3):  # softmax may miss 1 by a rounding; NaN fails here, too
        raise ValueError(f"a weight lies between 0 and 1, these lie between {low:g} and {high:g}")
    seen = weights.reshape(-1, length * length)
    if causal:
        seen = seen[:, np.flatnonzero(np.tri(length))]
    fine = seen.size <= FINE
    top = 65_535 if fine else 255
    levels = np.multiply(seen, top, dtype=np.float32)
    levels += 0.5  # casting cuts off: this rounds
    if low < 0 or high > 1:
        np.clip(levels, 0, top, out=levels)
    body = _palette() + levels.astype("<u2" if fine else np.uint8).tobytes()
    header = {
        "key": key,
        "shape": [layers, width, length],
        "bytes": 2 if fine else 1,
        "columns": list(map(str, heads.columns)),
        "labels": [list(map(str, row)) for row in heads.labels],
        "notes": [list(map(str, row)) for row in heads.notes],
        "tokens": list(map(str, heads.tokens)),
        "causal": bool(causal),
        "off": np.flatnonzero(heads.crossed).tolist(),
        "result_id": result_id,
    }
    text = json.dumps(header).encode()  # pure ASCII: half a surrogate pair can be sent, too
    digest = hashlib.blake2b(text + body, digest_size=12).hexdigest()
    text = json.dumps(header | {"digest": digest}).encode()
    return struct.pack("<I", len(text)) + text + body, digest


def _palette() -> bytes:
    """256 colours of cividis, dark to bright."""
    return figures.heat(np.linspace(0, 1, 256)[None], top=1.0).tobytes()


def _check(choice: Choice, shape: tuple[int, int, int]) -> None:
    layers, columns, tokens = shape
    if not (
        _is_choice(choice.layer, choice.column, choice.pin, choice.view)
        and choice.layer < layers
        and choice.column < columns
        and (choice.pin is None or choice.pin < tokens)
    ):
        raise ValueError(f"{choice} is none of {layers} layers, {columns} columns and {tokens} tokens")


def _replace(key: str, choice: Choice | None) -> None:
    truth = _absorb(key)
    if truth is None:
        truth = st.session_state[_slot(key)] = _Truth(None)
    truth.choice = choice
    truth.puts += 1


def _absorb(key: str) -> _Truth | None:
    """The truth with the browser's newest message in it; None where there is neither."""
    truth = st.session_state.get(_slot(key))
    state = st.session_state.get(key)
    message = state.get("choice") if hasattr(state, "get") else None
    if not hasattr(message, "get"):
        return truth
    parts = tuple(message.get(name) for name in ("layer", "column", "pin", "view"))
    puts, stamp = message.get("puts"), message.get("stamp")
    if not (_is_choice(*parts) and type(puts) is int and 0 <= puts < 10**9 and is_stamp(stamp)):
        return truth
    if truth is None:  # the server forgot the session, the browser did not
        truth = st.session_state[_slot(key)] = _Truth(Choice(*parts), puts, stamp)
    elif puts == truth.puts and is_newer(stamp, truth.stamp):
        truth.choice, truth.stamp = Choice(*parts), stamp
    return truth


def _is_choice(layer: Any, column: Any, pin: Any, view: Any) -> bool:
    return _is_index(layer) and _is_index(column) and (pin is None or _is_index(pin)) and view in VIEWS


def _is_index(value: Any) -> bool:
    return type(value) is int and 0 <= value < _FARTHEST


def _slot(key: str) -> str:
    return f"{key}/choice"
