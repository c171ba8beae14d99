"""The vocabulary of an expression box."""

from __future__ import annotations

from core.lessons.word_vectors.expression_box import mount_vocabulary


def send() -> None:
    mount_vocabulary("words", ["king", "queen"])
