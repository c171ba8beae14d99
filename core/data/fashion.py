"""Fashion-MNIST (Xiao et al. 2017): 60,000 + 10,000 gray pictures of clothes, 28 x 28, ten classes."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import torch

from core.data.kinds import Entry, Missing, Raw, Source
from core.store import paths

CLASSES = ("T-shirt", "Trousers", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
HOW_TO_GET = "Install the Debian package dataset-fashion-mnist, or run `python -m core warm` once with a network."
URL = "https://github.com/zalandoresearch/fashion-mnist"


def read() -> Raw:
    """From the Debian package, else from what torchvision downloaded, else by such a download. Raises Missing."""
    if _in_debian():
        arrays = [_idx(DEBIAN / f"{part}-{kind}.gz") for part in ("train", "t10k") for kind in _KINDS]
        return _raw(*arrays, origin="Debian package dataset-fashion-mnist")
    from core.compat import torchvision

    try:
        parts = [
            torchvision().datasets.FashionMNIST(paths.data_dir() / "torchvision", train=train, download=True)
            for train in (True, False)
        ]
    except (OSError, RuntimeError) as error:
        raise Missing(f"Fashion-MNIST is not on this machine. {HOW_TO_GET}") from error
    arrays = [part for p in parts for part in (p.data.numpy(), p.targets.numpy().astype(np.uint8))]
    return _raw(*arrays, origin="downloaded with torchvision")


_KINDS = ("images-idx3-ubyte", "labels-idx1-ubyte")


def _in_debian() -> bool:
    return all((DEBIAN / f"{part}-{kind}.gz").is_file() for part in ("train", "t10k") for kind in _KINDS)


def _in_torchvision_cache() -> bool:
    return (paths.data_dir() / "torchvision" / "FashionMNIST" / "raw" / "train-images-idx3-ubyte").is_file()


def _idx(path: Path) -> np.ndarray:
    """An idx file: big-endian header (magic, then one int32 a dimension), then bytes."""
    content = gzip.decompress(path.read_bytes())
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _raw(train_x: np.ndarray, train_y: np.ndarray, test_x: np.ndarray, test_y: np.ndarray, origin: str) -> Raw:
    def picture(a: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(a.copy())[:, None]

    def label(a: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(a.astype(np.int64))

    source = Source("Fashion-MNIST (Xiao, Rasul, Vollgraf 2017)", origin, "MIT", URL)
    return Raw(picture(train_x), label(train_y), picture(test_x), label(test_y), CLASSES, source)


ENTRY = Entry("Fashion-MNIST", read, lambda: _in_debian() or _in_torchvision_cache(), HOW_TO_GET)
