"""The steps of one token's attention: with a key that is not seen, and with keys that have no row of their own."""

from __future__ import annotations

from core.lessons.attention.attention_steps import Others, Row, Steps, Token, attention_steps

TITLES = ("key", "k", "q·k", "÷ √8", "softmax", "weight × v")
PICTURES = dict.fromkeys("kvqs", "data:image/png;base64,AAAA")


def send() -> None:
    rows = (Row(Token("the"), 0, "0.10", "0.04", 1.0), Row(Token("kingdom", long=True), 1, "−0.20", "", None))
    steps = Steps(TITLES, Token("the"), rows, None, "the head says", 1.0, 2, 1, PICTURES)
    attention_steps("short", steps)
    others = Others("3 others", 0.25)
    attention_steps("long", Steps(TITLES, Token("the"), rows, others, "the head says", 1.0, 5, 4, PICTURES))
