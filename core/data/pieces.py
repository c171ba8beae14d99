"""A text cut into the tokens of a model."""

from __future__ import annotations

from typing import NamedTuple


class Pieces(NamedTuple):
    """A text as T tokens.

    ids:          (T) numbers of the model's vocabulary.
    texts:        each token as it stands in the text, "Naïve"; MiniLM's have "##" before a piece that continues a word. A
                  character that is written with several tokens (Korean, an emoji) stands in each of them.
    names:        each token as the vocabulary has it: "naive", "##ly", "[UNK]", or the bytes "<F0 9F>".
    starts, ends: where it stands in the text, in characters; 0 and 0 for what the text does not hold.
    cut:          how many characters of the text were taken, in full, where it is too long, else None.
    """

    ids: list[int]
    texts: list[str]
    names: list[str]
    starts: list[int]
    ends: list[int]
    cut: int | None
