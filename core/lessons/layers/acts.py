"""The components of the acts, for Reset."""

from __future__ import annotations

from core.lessons.layers import one_dimension, one_operation, sum_of_units, two_runs

BOXES = (one_operation.BOX, one_dimension.BOX, sum_of_units.BOX, two_runs.BOX)
