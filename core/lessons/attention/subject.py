"""Which model the lesson looks into, at which age, with which heads switched off, and what it makes of a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor, nn

from core import data, lab
from core.analysis.reading import AGGREGATES, Reading, read
from core.data.pieces import Pieces
from core.data.tokens import Vocabulary, vocabulary
from core.lessons.attention import links
from core.lessons.attention.links import MINILM, SOURCES
from core.store.sizes import bytes_of
from core.ui import notes

LONGEST = 128  # tokens of a sentence that are shown
Head = tuple[int, int]  # layer and head, from 0


@dataclass(frozen=True, eq=False)
class Subject:
    """The model on the page.

    model:      a LanguageModel (causal) or MiniLM (not): both take ids (B, T), trace=, heads_on= and states=.
    words:      the vocabulary of a language model; None for MiniLM, which brings its own.
    record:     of a trained model of this lab; None for MiniLM.
    age:        the step of a younger self, or None for the finished model.
    off:        heads that are switched off.
    name:       names model and age; title: what a sentence calls it.
    """

    model: nn.Module
    words: Vocabulary | None
    record: lab.Record | None
    age: int | None
    off: tuple[Head, ...]
    name: str
    title: str

    @property
    def memo_key(self) -> tuple[lab.Record | None, str, tuple[Head, ...], int]:
        return self.record, self.name, self.off, self.most

    @property
    def causal(self) -> bool:
        return self.words is not None

    @property
    def layers(self) -> int:
        return len(self.model.blocks)

    @property
    def heads(self) -> int:
        return self.model.heads

    @property
    def most(self) -> int:
        """How many tokens of a sentence are read."""
        return min(LONGEST, self.model.context) if self.causal else LONGEST

    @property
    def heads_on(self) -> Tensor | None:
        """(L, H) for a call of the model, or None where all are on."""
        return heads_on(self.layers, self.heads, self.off, next(self.model.parameters()).device)

    def pieces(self, text: str) -> Pieces:
        return self.words.tokens(text, self.most) if self.causal else data.minilm.tokens(text, self.most)

    def reading(self, text: str) -> Reading:
        """What the model makes of the text; computed once for all who look at it."""
        return _reading(self, text)


def heads_on(layers: int, heads: int, off: tuple[Head, ...], device: torch.device) -> Tensor | None:
    if not off:
        return None
    on = torch.ones(layers, heads, device=device)
    for layer, head in off:
        on[layer, head] = 0
    return on


def _bytes(reading: Reading) -> int:
    """Bytes of a reading, with the weights and maps that it makes when they are asked for."""
    seen = reading.trace[0].weights
    heads, tokens = seen.shape[1], seen.shape[2]
    return bytes_of(reading) + 4 * len(reading.trace) * (2 * heads + len(AGGREGATES)) * tokens**2


@lab.memo(label="Sentences, read", cost=_bytes)  # of 128 tokens through MiniLM some 10 MB each
def _reading(subject: Subject, text: str) -> Reading:
    return read(subject.model, subject.pieces(text), subject.heads_on, causal=subject.causal)


def ours(record: lab.Record, title: str = "") -> Subject:
    """A trained language model, at the age and with the heads that the link or the session asks for. Raises lab.Damaged."""
    age = chosen_age(record)
    model = lab.model(record) if age is None else lab.checkpoint(record, age)
    words = vocabulary(record.config["data"], record.config["tokens"])
    title = title or SOURCES.get(record.config["data"], SOURCES["own"])
    at = "" if age is None else f", at step {age:,}"
    name = f"{record.fingerprint[:16]}@{age}"
    off = chosen_off(len(model.blocks), model.heads)
    return Subject(model, words, record, age, off, name, title + at)


def minilm() -> Subject:
    """The pretrained encoder. Raises data.Missing."""
    model = lab.minilm()
    off = chosen_off(len(model.blocks), model.heads)
    return Subject(model, None, None, None, off, MINILM, "MiniLM")


def language(subject: Subject | None) -> Subject | None:
    """The subject if it guesses the next token; None for an encoder."""
    return subject if subject is not None and subject.causal else None


def named(head: Head) -> str:
    """Layer and head as a person counts them: "1.2"."""
    return f"{head[0] + 1}.{head[1] + 1}"


# What the link holds about both ----------------------------------------------------------------------------------


def ages(record: lab.Record) -> tuple[int, ...]:
    """The steps at which the model can be looked at, the last one that of the finished model."""
    return (*record.checkpoints, record.steps)


def chosen_age(record: lab.Record) -> int | None:
    """The age that the slider stands at, which may stand further down the page; None for the finished model."""
    options = ages(record)
    age = st.session_state[links.AGE.settle(options, options[-1], "step {:,}".format)]
    return None if age == options[-1] else age


_OFF = re.compile(r"([1-9][0-9]?)\.([1-9][0-9]?)")


def chosen_off(layers: int, heads: int) -> tuple[Head, ...]:
    """The heads that are switched off: "1.2-3.4" in the link, layer and head from 1; one that does not exist is said."""

    def decoded(text: str | None) -> list[Head]:
        parts = text.split("-") if text else []
        found = [(int(m[1]) - 1, int(m[2]) - 1) for part in parts[:200] if (m := _OFF.fullmatch(part))]
        if sum(layer < layers and head < heads for layer, head in found) < len(parts):
            notes.add(links.PREFIX, "A head that the link switches off does not exist; the others are off.")
        return found

    held = links.OFF.held(decoded, default=[])
    off = tuple(sorted({(layer, head) for layer, head in held if layer < layers and head < heads}))
    links.OFF.put(_written(off))  # the link may hold what does not exist, or nothing after a visit to another page
    return off


def _written(off: tuple[Head, ...]) -> str | None:
    return "-".join(map(named, off)) or None


def switch_off(off: tuple[Head, ...]) -> None:
    """Switch these heads off and all others on. For a button's callback."""
    links.OFF.set(list(off))
    links.OFF.put(_written(tuple(sorted(off))))
