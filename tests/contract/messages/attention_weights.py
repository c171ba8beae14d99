"""The weights of an attention view: causal and not, in 16 bits and in 8, with a head that is off."""

from __future__ import annotations

import numpy as np

from core.lessons.attention.attention_view import FINE, Choice, attention_view
from tests.helpers.attention_heads import small


def send() -> None:
    attention_view(small("few", off=np.array([[True, False]])), choice=Choice())
    attention_view(small("many", tokens=128, columns=1 + FINE // 128**2, causal=True), choice=Choice())
    attention_view(small("all", tokens=128, columns=1 + FINE // 128**2), choice=Choice())
