"""The kinds of thing that data are made of: a data set, its source, and how it is read.

The readers (fashion, mnist, openmoji, shapes, own_pictures, texts, glove, minilm, efficientnet, gallery) and the registries import this module; it
imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch


class Missing(Exception):
    """A data set is not on this machine; the message says in one sentence how to get it."""


@dataclass(frozen=True)
class Source:
    """Where a data set came from, in words fit for a credit line."""

    title: str
    origin: str
    licence: str
    url: str


@dataclass(frozen=True)
class Images:
    """A data set of pictures.

    train_x, test_x: uint8 tensors of shape (N, C, H, W), C = 1 or 3.
    train_y, test_y: int64 tensors of shape (N,), indices into `classes`.
    captions:        one text a picture, train then test, or empty.
    fingerprint:     16 hex digits over pictures, labels and captions; part of every model's key.
    mapped:          the tensors are a file that is mapped into memory, and take none of the process's own.
    """

    name: str
    train_x: torch.Tensor
    train_y: torch.Tensor
    test_x: torch.Tensor
    test_y: torch.Tensor
    classes: tuple[str, ...]
    source: Source
    fingerprint: str
    captions: tuple[str, ...] = ()
    mapped: bool = field(default=False, compare=False)

    @property
    def channels(self) -> int:
        return self.train_x.shape[1]

    @property
    def side(self) -> int:
        return self.train_x.shape[-1]


@dataclass(frozen=True)
class Raw:
    """What a reader hands over before it is cached; the fields of Images without the fingerprint."""

    train_x: torch.Tensor
    train_y: torch.Tensor
    test_x: torch.Tensor
    test_y: torch.Tensor
    classes: tuple[str, ...]
    source: Source
    captions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A data set by name: how to read it, whether it can be read here, and what to install where it cannot."""

    title: str
    read: Callable[[], Raw]
    present: Callable[[], bool]
    how_to_get: str
    version: int = 1  # raise it when the reader changes what it returns
