"""The learning rate over a training."""

from __future__ import annotations

import math


def warm_cosine(progress: float) -> float:
    """Linear warm-up over the first twentieth, then a half cosine down to zero (He et al. 2021, table 8).

    progress: share of the training that is done, 0 to 1; the factor of the learning rate comes back.
    """
    return min(progress / 0.05, 1.0) * 0.5 * (1 + math.cos(math.pi * progress)) if progress < 1 else 0.0
