"""What a language model that reads from left to right says of a hidden word: from the words before it alone.

Its tokens are bytes and subwords. The probability of a whole word w after a text t, given that a word follows, is

    p(w | t)  =  sum over its spellings  p(" w" | t) p(no letter follows | t, " w")  /  p(a space follows | t)

where p(" w" | t) is the product over the word's tokens, and the spellings are lower case, a capital, and capitals alone: the masked
network's words have no case.

Axis letters: B texts, T tokens, V tokens of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.data import texts
from core.data.sentences import Words
from core.data.tokens import Vocabulary, split
from core.data.words import parts
from core.experiments.language_model import LanguageModel
from core.rng import generator

ROWS = 48  # texts at once
FEWEST, MOST = 5, 40  # words of a sentence in which a word is hidden


@dataclass(frozen=True)
class HeldOutBlank:
    """A word of a held-out sentence. left: the sentence up to it, as it is written, without the space. words: all of the sentence,
    lower case; place: which of them."""

    left: str
    words: tuple[str, ...]
    place: int


def blanks(name: str, known: Words, count: int) -> list[HeldOutBlank]:
    """One word of each of `count` held-out sentences from all over the text, each behind a space, and known. Sentences that change
    their length in lower case are left out, and so are texts without spaces. Raises texts.Missing."""
    if known.cut is not None:
        return []
    _, held = split(texts.load(name).passages)
    sentences = [part for line in held.split("\n") for part in parts(line)]
    found: list[HeldOutBlank] = []
    draw = generator(0, "held-out blanks")
    for i in torch.randperm(len(sentences), generator=draw).tolist():
        one = _blank(sentences[i].strip(), known, draw)
        if one is not None:
            found.append(one)
        if len(found) == count:
            break
    return found


def _blank(sentence: str, known: Words, draw: torch.Generator) -> HeldOutBlank | None:
    words = known.split(sentence)
    starts = starts_of(sentence, words)
    if starts is None or not FEWEST <= len(words) <= MOST:
        return None
    places = [
        place for place, (word, start) in enumerate(zip(words, starts, strict=True))
        if place and word in known.index and sentence[start - 1] == " "
    ]  # fmt: skip
    if not places:
        return None
    place = places[int(torch.randint(len(places), (1,), generator=draw))]
    return HeldOutBlank(sentence[: starts[place] - 1], tuple(words), place)


def starts_of(text: str, words: Sequence[str]) -> list[int] | None:
    """Where each of a text's first words begins in it; None where lower case changes its length."""
    lowered = text.lower().replace("’", "'")
    if len(lowered) != len(text):
        return None
    at, found = 0, []
    for word in words:
        at = lowered.find(word, at)
        if at < 0:
            return None
        found.append(at)
        at += len(word)
    return found


def spellings(word: str) -> list[str]:
    """Lower case, with a capital, in capitals; each once."""
    return list(dict.fromkeys((word, word[:1].upper() + word[1:], word.upper())))


class OneSide:
    """A language model and its tokens, asked for whole words."""

    def __init__(self, model: LanguageModel, tokens: Vocabulary):
        self.model, self.tokens = model, tokens
        first = [piece[:1] for piece in tokens.pieces]
        device = model.bias.device
        self.space = torch.tensor([sign == b" " for sign in first], device=device)
        self.ends = torch.tensor([not _in_word(sign) for sign in first], device=device)

    def log_probabilities(self, left: str, words: Sequence[str]) -> list[float]:
        """log p(word | left, a word follows) of each word. left: a sentence up to the word, without the space."""
        return [found for some in self.pairs([(left, word) for word in words]) for found in some]

    def pairs(self, asked: Sequence[tuple[str, str]]) -> Iterator[list[float]]:
        """The same of pairs (left, word), of some after the other."""
        for i in range(0, len(asked), ROWS // 3):
            some = asked[i : i + ROWS // 3]
            rows = [(k, left, spelled) for k, (left, word) in enumerate(some) for spelled in spellings(word)]
            found = self._spelled([(left, spelled) for _, left, spelled in rows])
            sums = [[] for _ in some]
            for (k, _, _), value in zip(rows, found, strict=True):
                sums[k].append(value)
            yield [float(np.logaddexp.reduce(values)) for values in sums]

    @torch.no_grad()
    def _spelled(self, rows: Sequence[tuple[str, str]]) -> list[float]:
        """log p of one spelling each: batched, padded behind, where a causal model does not look."""
        before = [self.tokens.encode("\n" + left) for left, _ in rows]
        word = [self.tokens.encode(" " + spelled)[: self.model.context // 2] for _, spelled in rows]
        room = [self.model.context - len(part) for part in word]
        ids = [np.concatenate([head[-space:], part]) for head, part, space in zip(before, word, room, strict=True)]
        padded = np.zeros((len(ids), max(map(len, ids))), np.int64)
        for row, part in zip(padded, ids, strict=True):
            row[: len(part)] = part
        logs = self.model(torch.from_numpy(padded).to(self.model.bias.device)).log_softmax(-1)
        return [self._one(logs[i], ids[i], len(word[i])) for i in range(len(ids))]

    def _one(self, logs: Tensor, ids: np.ndarray, length: int) -> float:
        """Of log p (T, V) of the token after each of a row's tokens, the last `length` of which are the word."""
        last = len(ids) - 1
        places = torch.arange(last - length, last)
        of_word = logs[places, torch.from_numpy(ids[-length:].astype(np.int64))].sum()
        ends = logs[last][self.ends].logsumexp(0)
        follows = logs[last - length][self.space].logsumexp(0)
        return float(of_word + ends - follows)


def _in_word(sign: bytes) -> bool:
    return sign.isalnum() or sign == b"'" or sign >= b"\x80"


def candidates(lists: Sequence[Sequence[str]], most: int) -> list[str]:
    """Words of several lists, the first of each first, each once, at most so many."""
    longest = max(map(len, lists), default=0)
    turns = [one[i] for i in range(longest) for one in lists if i < len(one)]
    return list(dict.fromkeys(turns))[:most]
