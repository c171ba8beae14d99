"""A clip in colour and one in gray, as the page sends them."""

from __future__ import annotations

import numpy as np

from core.lessons.video.clip_player import Shown, State, clip_player


def send() -> None:
    for channels in (3, 1):
        frames = np.zeros((16, 32, 32, channels), np.uint8)
        state = State(f"clip-{channels}", "0f" * 16)
        clip_player(f"player {channels}", state, Shown(frames, frames, "A star", "error 0.01", "x"))
