"""Checksums inside a cached file of tensors, so that what was edited or cut is seen before it is used.

The tensors are hashed as they lie in the file, in pieces: mapped tensors would be drawn into memory whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

_PIECE = 1 << 20
_HEADER = 10 << 20  # bytes; captions are the most of it


def sealed(meta: Mapping[str, Any], tensors: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    """The metadata with the checksums of the tensors and of itself; JSON-ready."""
    sums = {name: hashlib.sha256(tensor.contiguous().numpy().data).hexdigest() for name, tensor in tensors.items()}
    shapes = {name: list(tensor.shape) for name, tensor in tensors.items()}
    whole = {**meta, "sums": sums, "shapes": shapes}
    return {**whole, "seal": _digest(whole)}


def check(path: Path, meta: Mapping[str, Any]) -> None:
    """Raises ValueError unless metadata and tensors of the safetensors file are what `sealed` saw. Raises OSError."""
    whole = {name: value for name, value in meta.items() if name != "seal"}
    if meta.get("seal") != _digest(whole):
        raise ValueError("its description is not what was stored")
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _HEADER:
            raise ValueError("its header is too long")
        header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        if {name: entry["shape"] for name, entry in header.items()} != whole["shapes"]:
            raise ValueError("its tensors have other shapes")
        for name, entry in header.items():
            first, last = entry["data_offsets"]
            file.seek(8 + length + first)
            if _digest_of(file, last - first) != whole["sums"][name]:
                raise ValueError(f"{name} is not what was stored")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _digest_of(file: Any, count: int) -> str:
    digest = hashlib.sha256()
    while count > 0 and (piece := file.read(min(count, _PIECE))):
        digest.update(piece)
        count -= len(piece)
    return digest.hexdigest()
