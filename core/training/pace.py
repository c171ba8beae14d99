"""When a training loop should speak: on a time budget, so that reporting costs a fast loop nothing."""

from __future__ import annotations

import time

STEP_SECONDS = 0.08  # between two Step events: reading the loss makes the device wait
PREVIEW_SECONDS = 1.0


class Pace:
    """Says when the next Step or Preview is due. The first and the last step are always due."""

    def __init__(self) -> None:
        self._step = self._preview = float("-inf")

    def step_due(self, i: int, total: int) -> bool:
        now = time.monotonic()
        if i == total or now - self._step >= STEP_SECONDS:
            self._step = now
            return True
        return False

    def preview_due(self, i: int) -> bool:
        now = time.monotonic()
        if i == 0 or now - self._preview >= PREVIEW_SECONDS:
            self._preview = now
            return True
        return False
