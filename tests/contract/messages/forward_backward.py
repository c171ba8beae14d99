"""The graph of the lesson: as it opens, and with each activation on a step of its own."""

from __future__ import annotations

from core.lessons.backpropagation.forward_backward import first, forward_backward
from core.lessons.backpropagation.network import ACTIVATIONS


def send() -> None:
    for at, activation in enumerate(ACTIVATIONS):
        forward_backward(activation, first(at, activation=activation, at=at, reuse=at == 1))
