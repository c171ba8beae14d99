"""t-SNE's map of points in the plane (van der Maaten and Hinton 2008), by scikit-learn, imported with the first map."""

from __future__ import annotations

import numpy as np


def check_settings(perplexity: float = 30.0, seed: int = 0) -> dict[str, int | float]:
    """t-SNE's settings, complete and of plain types. Raises ValueError where one is out of range."""
    perplexity, seed = float(perplexity), float(seed)  # which hold every seed exactly
    if not 1 <= perplexity <= 200:
        raise ValueError(f"perplexity is {perplexity}; allowed: 1 to 200")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}; allowed: 0 to 2^32 - 1")
    return {"perplexity": perplexity, "seed": int(seed)}


def tsne_2d(x: np.ndarray, perplexity: float = 30.0, seed: int = 0) -> np.ndarray:
    """Points (N, D) of finite numbers, N >= 3, to float32 (N, 2); it begins with PCA, and a seed gives the same map.

    The perplexity is a third of the other points where it asks for more neighbours than there are. Raises ValueError
    where the settings or x are out of range.
    """
    settings = check_settings(perplexity, seed)
    x = np.asarray(x, dtype=np.float32)
    if x.ndim != 2 or len(x) < 3 or not x.size or not np.isfinite(x).all():
        raise ValueError(f"x must be three or more points of finite numbers, not of shape {x.shape}")
    x = x / (np.abs(x).max() or np.float32(1))
    from sklearn.manifold import TSNE

    wanted = min(settings["perplexity"], max(1.0, (len(x) - 1) / 3))
    start = (
        "pca" if min(x.shape) >= 2 and np.ptp(x, axis=0).any() else "random"
    )  # PCA of one point many times is no start
    model = TSNE(2, perplexity=wanted, init=start, random_state=settings["seed"], n_jobs=1)
    return np.ascontiguousarray(model.fit_transform(x), dtype=np.float32)
