"""Where things lie on disk. Nothing is created here; folders appear with the first write."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

REPOSITORY = Path(__file__).resolve().parents[2]


def cache_root() -> Path:
    """The user's cache folder; LATENT_LAB_CACHE moves it."""
    return Path(os.environ.get("LATENT_LAB_CACHE") or platformdirs.user_cache_dir("latent-lab"))


def models_dir() -> Path:
    return cache_root() / "models"


def data_dir() -> Path:
    return cache_root() / "data"


def baked_dir() -> Path:
    return REPOSITORY / "assets" / "trained"
