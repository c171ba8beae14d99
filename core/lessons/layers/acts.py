"""The components of the acts, for Reset."""

from __future__ import annotations

from core.lessons.layers import one_operation, two_runs

BOXES = (one_operation.BOX, two_runs.BOX)
