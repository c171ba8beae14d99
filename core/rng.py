"""Randomness is an argument: one seeded generator per purpose, the same on every device."""

from __future__ import annotations

import hashlib

import torch


def generator(seed: int, purpose: str) -> torch.Generator:
    """A CPU generator for (seed, purpose). Draws happen on the CPU and travel, so a seed means the same anywhere."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
