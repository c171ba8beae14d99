"""One picture, one mask: what each network and each naive fill makes of it, as pictures and errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.analysis.fills import masked_mse, mean_fill, neighbour_fill
from core.data.pixels import as_bytes, as_input
from core.experiments.mae import PATCH, MaskedAutoencoder, fill_in
from core.nn.attention import Trace, rollout
from core.nn.patches import mask_to_pixels


@dataclass(frozen=True, eq=False)
class Filled:
    """What one method makes of a masked picture.

    whole:  uint8 (H, W, C), its picture of everything.
    pasted: uint8 (H, W, C), its pixels in the hidden patches and the true ones elsewhere.
    error:  float32 (H, W), squared error a pixel, mean over channels, zero where nothing was hidden.
    mse:    mean squared error over the hidden pixels; NaN where nothing is hidden.
    attention: (N, N), row i: how much of hidden patch i's content comes from each patch, or None.
    """

    whole: np.ndarray
    pasted: np.ndarray
    error: np.ndarray
    mse: float
    attention: np.ndarray | None = None


def naive_fills(picture: np.ndarray, mask: Sequence[int]) -> dict[str, Filled]:
    """The two fills that learned nothing: "neighbour" and "mean". picture: uint8 (H, W, C)."""
    x, hidden = _tensors(picture, mask)
    return {
        "neighbour": _filled(x, neighbour_fill(x, hidden, PATCH), hidden),
        "mean": _filled(x, mean_fill(x, hidden, PATCH), hidden),
    }


def network_fill(
    model: MaskedAutoencoder, target: str, picture: np.ndarray, mask: Sequence[int], attention: bool = False
) -> Filled:
    """What the network makes of the picture; with `attention` also where each hidden patch looked.

    Attention is the decoder's rollout (Abnar and Zuidema 2020) without the class token: the decoder is where a mask
    token gathers what it is filled with.
    """
    device = next(model.parameters()).device
    x, hidden = _tensors(picture, mask)
    x, hidden = x.to(device), hidden.to(device)
    trace: Trace | None = [] if attention else None
    filled = _filled(x, fill_in(model, x, hidden, target, trace), hidden)
    if trace:
        weights = rollout([seen.weights for seen in trace])[0, 1:, 1:].cpu().numpy()
        filled = Filled(filled.whole, filled.pasted, filled.error, filled.mse, weights)
    return filled


def _tensors(picture: np.ndarray, mask: Sequence[int]) -> tuple[Tensor, Tensor]:
    """uint8 (H, W, C) and patch indices -> (1, C, H, W) in [0, 1] and (1, N) bool."""
    x = as_input(picture)
    hidden = torch.zeros(1, (x.shape[-1] // PATCH) ** 2, dtype=torch.bool)
    hidden[0, list(mask)] = True
    return x, hidden


def _filled(x: Tensor, whole: Tensor, hidden: Tensor) -> Filled:
    holes = mask_to_pixels(hidden, PATCH)
    pasted = torch.where(holes, whole, x)
    error = ((x - pasted) ** 2).mean(dim=1)[0]
    return Filled(
        as_bytes(whole)[0], as_bytes(pasted)[0], error.cpu().numpy(), float(masked_mse(x, whole, hidden, PATCH))
    )
