"""Words as tiles: a hidden one, one that is unknown, and no word at all."""

from __future__ import annotations

from core.lessons.fill_in_the_blank.word_tiles import Hidden, Tile, word_tiles


def send() -> None:
    word_tiles("some", Hidden("a", (1,)), [Tile("the", True), Tile("king", True, "lord", "31%"), Tile("robot", False)])
    word_tiles("none", Hidden("b", ()), [])
