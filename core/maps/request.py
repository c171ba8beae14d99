"""A map that is asked for: its method, settings and points, checked, and the key that names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from core.maps.methods import METHODS

VERSION = 1  # raise it when the same input gives another map
POINTS, VALUES = (3, 20_000), (1, 4_096)  # fewest and most of N and D


@dataclass(frozen=True)
class Request:
    """A checked request; `key` is the hash of method, settings, version, shape and content."""

    key: str
    n: int
    method: str
    settings: dict[str, Any]

    @classmethod
    def read(cls, method: str, x: Any, key: str | None, settings: dict[str, Any]) -> Request:
        if method not in METHODS:
            raise ValueError(f"there is no map {method!r}; allowed: {', '.join(METHODS)}")
        settings = METHODS[method].check(**settings)
        shape = tuple(x.shape)
        if len(shape) != 2 or not all(
            least <= s <= most for s, (least, most) in zip(shape, (POINTS, VALUES), strict=True)
        ):
            raise ValueError(
                f"x has the shape {shape}; a map needs {POINTS[0]} to {POINTS[1]:,} points "
                f"of {VALUES[0]} to {VALUES[1]:,} values"
            )
        named = json.dumps([VERSION, method, settings, shape, key], sort_keys=True)
        digest = hashlib.sha256(named.encode())
        if key is None:
            digest.update(_array(x))
        return cls(digest.hexdigest()[:32], shape[0], method, settings)


def _array(x: Any) -> np.ndarray:
    """x as a float32 array, contiguous; x itself where it is one."""
    if isinstance(x, torch.Tensor):
        x = x.detach().to("cpu")
        x = x.float().numpy() if x.is_floating_point() else x.numpy()
    if x.dtype.kind not in "biuf":
        raise ValueError(f"x holds {x.dtype}; a map needs numbers")
    with np.errstate(over="ignore"):  # said below
        return np.ascontiguousarray(x, dtype=np.float32)


def finite(x: Any) -> np.ndarray:
    """Points (N, D), tensor or array, as float32. Raises ValueError where a value is no number, or not finite."""
    values = _array(x)
    if not np.isfinite(values).all():
        raise ValueError("x has values that are not finite")
    return values
