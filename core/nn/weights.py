"""Weights on their way to the disk."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def stored(model: nn.Module) -> dict[str, Tensor]:
    """The weights as they are stored: half precision, on the CPU."""
    return {name: value.detach().to("cpu", torch.float16, copy=True) for name, value in model.state_dict().items()}


def round_to_stored(model: nn.Module) -> dict[str, Tensor]:
    """Round the model's weights to what will be stored, and return that: what is measured is what is stored."""
    state = stored(model)
    model.load_state_dict({name: value.float() for name, value in state.items()})
    return state
