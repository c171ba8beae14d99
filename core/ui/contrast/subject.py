"""What the lesson looks at: a trained encoder at one of its ages, and the embeddings of held-out pictures in it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from core import data, lab
from core.experiments.simclr import MAPPED, Contrastive, embed
from core.store.record import Record


def encoder(record: Record, age: int | None = None) -> Contrastive:
    """The network, or its younger self after `age` steps. Raises lab.Damaged, and KeyError for an age that was not kept."""
    return lab.model(record) if age is None else lab.checkpoint(record, age)


def embeddings(record: Record, age: int | None = None) -> tuple[Tensor, Tensor]:
    """h (N, 128) and z (N, Z) of the first held-out pictures, N at most 10,000, on the CPU; shared. Raises as `encoder`."""
    return _embeddings(record.name, record.key, record.fingerprint, age)


@lru_cache(maxsize=12)
def _embeddings(name: str, key: str, fingerprint: str, age: int | None) -> tuple[Tensor, Tensor]:
    found = lab.artefacts.find(name, key)
    if found is None:
        raise lab.Damaged("The stored model was damaged or deleted: train this setting again.")
    model = encoder(found.record, age)
    x = data.load(found.record.config["data"]).test_x[:MAPPED]
    with torch.no_grad():
        h, z = embed(model, x, next(model.parameters()).device)
    return h.cpu(), z.cpu()


@lru_cache(maxsize=12)
def some_z(name: str, key: str, fingerprint: str, count: int) -> Tensor:
    """z (count, Z) of the first held-out pictures: what a stage can have at once. Raises as `encoder`."""
    found = lab.artefacts.find(name, key)
    if found is None:
        raise lab.Damaged("The stored model was damaged or deleted: train this setting again.")
    model = encoder(found.record)
    x = data.load(found.record.config["data"]).test_x[:count]
    with torch.no_grad():
        return embed(model, x, next(model.parameters()).device)[1].cpu()


def as_input(pixels: np.ndarray) -> Tensor:
    """uint8 (H, W, C) or (N, H, W, C) -> float (N, C, H, W) in [0, 1]."""
    x = torch.from_numpy(pixels.copy())
    return (x if x.ndim == 4 else x[None]).permute(0, 3, 1, 2).float() / 255


def as_pixels(x: Tensor) -> np.ndarray:
    """float (N, C, H, W) in [0, 1] -> uint8 (N, H, W, C)."""
    return (x.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def age_named(record: Record, age: int | None) -> str:
    """ "untrained", "after 60 steps", "trained"."""
    if age is None:
        return "trained"
    return "untrained" if age == 0 else f"after {age:,} steps"
