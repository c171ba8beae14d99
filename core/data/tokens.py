"""Vocabularies of a language model: characters, or subwords by byte-pair encoding. Every text can be written in them.

Sennrich, Haddow, Birch 2016, "Neural machine translation of rare words with subword units": begin with single signs
and join the pair of neighbours that is most frequent, again and again. As in GPT-2 the signs are the 256 bytes of UTF-8,
so that nothing is unknown: what the text to learn from never had is spelled byte by byte.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from core.data import texts
from core.data.kept import kept
from core.data.pieces import Pieces
from core.store import atomic, paths

if TYPE_CHECKING:
    from tokenizers import Tokenizer

KINDS = {"characters": 256, "bpe-512": 512, "bpe-2048": 2048}  # name -> tokens, for characters at least
CHARACTERS, OFTEN = (
    2_048,
    10,
)  # of the characters beyond ASCII so many have a token of their own, if they occur so often
BLOCK, HELD_OUT = 50, 10  # passages a block, and every how many-th block is held out
_CHARACTERS = 16  # of a text that are read for each token that is asked for


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """V tokens as bytes, the 256 single bytes first. tokenizer: joins bytes to subwords; None for characters."""

    pieces: tuple[bytes, ...]
    tokenizer: Tokenizer | None = None

    def __len__(self) -> int:
        return len(self.pieces)

    def encode(self, text: str) -> np.ndarray:
        """The text as numbers of tokens, int32 (T,). A lone surrogate, which no file can hold, counts as "?"."""
        data = text.encode("utf-8", "replace")
        if self.tokenizer is not None:
            return np.array(self.tokenizer.encode(data.decode(), add_special_tokens=False).ids, np.int32)
        if text.isascii():
            return np.frombuffer(data, np.uint8).astype(np.int32)
        ids = [self._characters.get(sign) for sign in data.decode()]
        return np.array(
            [i for sign, own in zip(data.decode(), ids, strict=True) for i in ([own] if own else sign.encode())],
            np.int32,
        )

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these tokens; bytes that are no UTF-8 become U+FFFD."""
        return b"".join(self.pieces[i] for i in ids).decode("utf-8", "replace")

    def name(self, i: int) -> str:
        """The token by itself; "<F0 9F>" for bytes that are only a part of a character."""
        try:
            return self.pieces[i].decode()
        except UnicodeDecodeError:
            return f"<{self.pieces[i].hex(' ').upper()}>"

    def tokens(self, text: str, most: int) -> Pieces:
        """The text as at most `most` tokens. One that is longer is cut in front of the first character that has no room."""
        read = text[: _CHARACTERS * most + 64].encode("utf-8", "replace").decode()
        ids = self.encode(read).tolist()
        ends = np.cumsum([len(self.pieces[i]) for i in ids], dtype=np.int64)  # in bytes
        # Byte -> the character that it belongs to: a byte that continues one begins with the bits 10.
        character = np.cumsum((np.frombuffer(read.encode(), np.uint8) & 0xC0) != 0x80) - 1
        starts = np.concatenate([[0], ends[:-1]]).astype(np.int64) if ids else ends
        first, last = character[starts].tolist(), character[ends - 1].tolist()
        cut = None if len(ids) <= most and len(read) == len(text) else len(read)
        if len(ids) > most:
            while most and last[most - 1] >= first[most]:  # no half characters
                most -= 1
            cut = first[most]
            ids, first, last = ids[:most], first[:most], last[:most]
        names = [self.name(i) for i in ids]
        shown = [read[a : b + 1] for a, b in zip(first, last, strict=True)]
        return Pieces(ids, shown, names, first, [b + 1 for b in last], cut)

    @cached_property
    def _characters(self) -> dict[str, int]:
        return {piece.decode(): i for i, piece in enumerate(self.pieces) if i >= 256}


@dataclass(frozen=True, eq=False)
class TokenText:
    """A text as tokens: train (N,) and held_out (M,), int32, and how many characters each of them is."""

    vocabulary: Vocabulary
    train: np.ndarray
    held_out: np.ndarray
    train_characters: int
    held_out_characters: int


def split(passages: Sequence[str]) -> tuple[str, str]:
    """The text to learn from and the held-out one: each tenth block of 50 passages, or of a tenth of a short text.

    Blocks from all over the text, because its end may be unlike the rest; blocks and not single passages, because a
    passage tells much of its neighbours. Each passage ends with a line break.
    """
    if len(passages) < HELD_OUT:  # a text without paragraphs is cut into sentences
        passages = [part for p in passages for part in re.split(r"(?<=[.!?。！？।])\s+|\n", p) if part]
    if len(passages) < HELD_OUT:
        text = " ".join(passages)
        size = max(1, len(text) // 100)
        passages = [text[i : i + size] for i in range(0, len(text), size)]
    block = max(1, min(BLOCK, len(passages) // HELD_OUT))
    held = [(i // block) % HELD_OUT == HELD_OUT - 1 for i in range(len(passages))]
    parts = ([p for p, h in zip(passages, held, strict=True) if h == wanted] for wanted in (False, True))
    learned, kept = ("".join(passage + "\n" for passage in part) for part in parts)
    return learned, kept


def vocabulary(name: str, kind: str) -> Vocabulary:
    """The vocabulary of a text, shared by all callers. Raises texts.Missing."""
    return _vocabulary(name, kind)


def tokenized(name: str, kind: str) -> TokenText:
    """A text in its own vocabulary. Raises texts.Missing."""
    words = vocabulary(name, kind)
    learned, kept = split(texts.load(name).passages)
    return TokenText(words, _encode_long(words, learned), _encode_long(words, kept), len(learned), len(kept))


def _encode_long(words: Vocabulary, text: str) -> np.ndarray:
    """Line by line, which is quicker than in one piece and gives the same tokens: none reaches over a line break."""
    if words.tokenizer is None:
        return words.encode(text)
    lines = text.encode("utf-8", "replace").decode().splitlines(keepends=True)
    found = words.tokenizer.encode_batch_fast(lines, add_special_tokens=False)
    return np.concatenate([np.array(line.ids, np.int32) for line in found]) if found else np.zeros(0, np.int32)


@kept(
    "Vocabularies of tokens", cost=lambda words: 400 * len(words)
)  # with the tables of the tokenizer, which nobody sees
def _vocabulary(name: str, kind: str) -> Vocabulary:
    text = texts.load(name)
    if kind == "characters":
        learned, _ = split(text.passages)
        often = Counter(sign for sign in learned if not sign.isascii()).most_common(CHARACTERS)
        own = sorted(sign.encode() for sign, count in often if count >= OFTEN)
        return Vocabulary((*(bytes([i]) for i in range(256)), *own))
    return _from_merges(_stored_merges(text, kind))


Merges = list[tuple[str, str]]  # the pairs in the order in which they are joined, in the letters that stand for bytes


def _stored_merges(text: texts.Text, kind: str) -> Merges:
    """From the user's cache if they are there: learning them takes a second or two."""
    path = paths.data_dir() / f"merges-{text.fingerprint}-{kind}.txt"
    with contextlib.suppress(OSError, ValueError):
        lines = path.read_text(encoding="utf-8").splitlines()
        *pairs, end = (tuple(line.split(" ")) for line in lines)
        if end == ("end", _sum_of(pairs)) and _fit_together(pairs):
            os.utime(path)  # what is used stays
            return pairs
    learned, _ = split(text.passages)
    merges = learn_merges(learned, KINDS[kind])
    temporary = path.with_name(f".tmp-{uuid.uuid4().hex[:12]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{a} {b}\n" for a, b in merges] + [f"end {_sum_of(merges)}\n"]
        atomic.write(temporary, "".join(lines).encode())
        os.replace(temporary, path)
    except OSError:  # a cache that cannot be written costs time alone
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return merges


def _sum_of(merges: Merges) -> str:
    return hashlib.sha256(json.dumps(merges).encode()).hexdigest()[:16]


def _fit_together(pairs: list[tuple[str, ...]]) -> bool:
    """Whether each joins two tokens that there are by then to one that is new: a damaged file has others."""
    known = set(_letters())
    for pair in pairs:
        if len(pair) != 2 or not known.issuperset(pair) or "".join(pair) in known:
            return False
        known.add("".join(pair))
    return True


def learn_merges(text: str, size: int) -> Merges:
    """The pairs that are joined to reach `size` tokens, fewer where the text has no more pairs that occur twice.

    Of equally frequent pairs the one of the older tokens comes first, so the same text always gives the same tokens.
    """
    from tokenizers import Tokenizer, models, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = _bytes()
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, initial_alphabet=_bytes().alphabet(), special_tokens=[], show_progress=False
    )
    tokenizer.train_from_iterator(text.encode("utf-8", "replace").decode().splitlines(keepends=True), trainer)
    return [tuple(pair) for pair in _model(tokenizer)["merges"]]


def _from_merges(merges: Merges) -> Vocabulary:
    """Bytes first, then the token of each merge: numbers do not depend on how the library orders what it learned."""
    from tokenizers import Tokenizer, models

    letters = _letters()
    names = [letters[i] for i in range(256)] + [a + b for a, b in merges]
    tokenizer = Tokenizer(models.BPE({name: i for i, name in enumerate(names)}, merges))
    tokenizer.pre_tokenizer = _bytes()
    byte = {letter: i for i, letter in enumerate(letters)}
    return Vocabulary(tuple(bytes(byte[letter] for letter in name) for name in names), tokenizer)


def _bytes():
    from tokenizers import pre_tokenizers

    return pre_tokenizers.ByteLevel(add_prefix_space=False)


def _model(tokenizer: Tokenizer) -> dict:
    import json

    return json.loads(tokenizer.to_str())["model"]


@lru_cache(maxsize=1)  # 256 letters
def _letters() -> list[str]:
    """The letter that stands for each byte, as in GPT-2: itself where it can be printed, else one beyond Latin-1."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(i) if i in printable else chr(next(others)) for i in range(256)]
