"""Maps on disk: those that were computed lie in the user's cache, those that ship in assets/maps."""

from __future__ import annotations

import hashlib
import logging
import shutil
import uuid
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from core.store import atomic, paths

log = logging.getLogger(__name__)


def cache_dir() -> Path:
    return paths.cache_root() / "maps"


def baked_dir() -> Path:
    return paths.REPOSITORY / "assets" / "maps"


def find(key: str, n: int) -> np.ndarray | None:
    """The stored map of n points; a damaged file counts as none and is replaced by the next map of its key."""
    for folder in (cache_dir(), baked_dir()):
        points = read(folder / f"{key}.safetensors", n)
        if points is not None:
            return points
    return None


def read(path: Path, n: int) -> np.ndarray | None:
    """The map float32 (n, 2) in a file; None, and a line in the log, where it holds none."""
    try:
        if path.stat().st_size > 8 * n + 1_000:  # points, checksum and header
            raise ValueError("it is too long")
        stored = load(path.read_bytes())
        points = stored["points"]
        if not is_map(points, n) or stored["sha256"].tobytes() != hashlib.sha256(points.tobytes()).digest():
            raise ValueError("it is not what was stored")
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        log.warning("map %s cannot be used: %s", path, error)
        return None
    return points


def write(folder: Path, key: str, points: np.ndarray) -> Path:
    """Store a map float32 (N, 2) atomically; where it lies. Raises OSError."""
    path = folder / f"{key}.safetensors"
    temporary = folder / f".tmp-{key}-{uuid.uuid4().hex[:8]}"
    checksum = np.frombuffer(hashlib.sha256(points.tobytes()).digest(), np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    atomic.sweep(folder)
    temporary.mkdir()
    try:
        atomic.write(temporary / path.name, save({"points": points, "sha256": checksum}))
        atomic.put_in_place(temporary / path.name, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return path


def is_map(points: np.ndarray, n: int) -> bool:
    """Whether this is a map of n points: finite float32 (n, 2)."""
    return points.shape == (n, 2) and points.dtype == np.float32 and bool(np.isfinite(points).all())
