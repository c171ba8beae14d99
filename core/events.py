"""What a training run says while it runs: two kinds of event and one result.

A training loop knows no consumer. It yields events; a progress bar, a worker's pipe and a test
all read the same stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import torch


@dataclass(frozen=True)
class Step:
    """Progress: `i` of `total` units done, with the newest metrics (plain floats)."""

    i: int
    total: int
    metrics: Mapping[str, float]
    phase: str = "training"  # or "measuring": the loop is over and the held-out metrics are computed


@dataclass(frozen=True)
class Preview:
    """What the model does at step `i`: small uint8 pictures, each of shape (n, height, width, channels), or numbers of
    words, int32."""

    i: int
    arrays: Mapping[str, np.ndarray]


Event = Step | Preview


@dataclass(frozen=True)
class Outcome:
    """What a finished training loop returns (the generator's return value).

    state:       the trained weights, as they will be stored.
    metrics:     JSON-ready numbers (or lists and objects of numbers), measured with exactly these weights.
    checkpoints: (step, state) of younger models, oldest first; may be empty.
    steps:       optimiser steps taken.
    """

    state: Mapping[str, torch.Tensor]
    metrics: Mapping[str, Any]
    steps: int
    checkpoints: tuple[tuple[int, Mapping[str, torch.Tensor]], ...] = field(default=())
