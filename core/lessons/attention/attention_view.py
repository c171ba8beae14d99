"""The attention view: all heads of a transformer on one sentence, and one of them large, as a heat map and as lines.

A page inside a fragment runs like this::

    heads = sheet("heads", Heads(weights, columns=names, labels=kinds, notes=notes, tokens=tokens, causal=True), sentence)
    choice = read("heads", Choice(layer=2), heads.shape)         # what the browser sent, before anything is mounted
    attention_view(heads, choice=choice)
    numbers_about(weights[choice.layer, choice.column])          # so they belong to the head that is shown

A button of the page calls `put("heads", Choice(5, 1))` in its callback; the browser follows.

The weights of all heads are in the browser: choosing a head, hovering and pinning draw at once, and Python is told
afterwards.

Two components are mounted. The view has the choice and comes anew with each answer. The weights, and all words that
belong to them, lie in a second one that shows nothing: its message stays the same byte for byte while a student looks
around, so that Streamlit sends a reference of about 100 bytes from the second time on. They find each other in the
browser by the key, and the view draws once it has the weights whose digest it was told.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import streamlit as st

from core.charts import shades
from core.lessons.attention.parts import VIEW, WEIGHTS
from core.ui.held import Held

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


def read(key: str, default: Choice, shape: tuple[int, int, int]) -> Choice:
    """The newest choice of view `key`, before it is mounted; `default` where there is none.

    shape: (layers, columns, tokens) of what is about to be shown. A head that does not exist gives way to the default's,
    a pin on a token that does not exist to none: a choice may come from another network or a longer sentence.
    Any message of the browser that is not well formed is ignored.

    Raises ValueError where the default does not fit the shape.
    """
    _check(default, shape)
    choice = _held(key).read()
    if choice is None:
        return default
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
    _held(key).put(choice)


def clear(key: str) -> None:
    """Forget the choice of view `key`: the next `read` gives its default, and the browser follows."""
    _held(key).clear()


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
    key, held = sheet.key, _held(sheet.key)
    _check(choice, sheet.shape)

    def changed() -> None:
        held.read()
        if on_change is not None:
            on_change()

    with st.container(gap=None):  # the weights have no height; a gap would show where they stand
        WEIGHTS(key=f"{key}/weights", data=sheet.message)
        VIEW(
            key=key,
            data={
                "key": key,
                "held": held.settle(choice),
                "digest": sheet.digest,
                "grid": grid,
                "follows": follows,
                "title": title,
            },
            on_held_change=changed,
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
    return shades.heat(np.linspace(0, 1, 256)[None], top=1.0).tobytes()


def _check(choice: Choice, shape: tuple[int, int, int]) -> None:
    layers, columns, tokens = shape
    if not (
        _is_choice(choice.layer, choice.column, choice.pin, choice.view)
        and choice.layer < layers
        and choice.column < columns
        and (choice.pin is None or choice.pin < tokens)
    ):
        raise ValueError(f"{choice} is none of {layers} layers, {columns} columns and {tokens} tokens")


def _held(key: str) -> Held[Choice]:
    return Held(key, _decode, asdict)


def _decode(raw: Any) -> Choice | None:
    parts = [raw.get(field.name) for field in fields(Choice)] if isinstance(raw, Mapping) else []
    return Choice(*parts) if parts and _is_choice(*parts) else None


def _is_choice(layer: Any, column: Any, pin: Any, view: Any) -> bool:
    return _is_index(layer) and _is_index(column) and (pin is None or _is_index(pin)) and view in VIEWS


def _is_index(value: Any) -> bool:
    return type(value) is int and 0 <= value < _FARTHEST
