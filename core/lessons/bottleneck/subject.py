"""What the ways to walk through a latent space have in common: the network, its codes, and the code in hand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core import data, lab
from core.analysis import codes
from core.analysis.codes import CodeSpace
from core.experiments.autoencoder import MAPPED, Autoencoders
from core.lessons.bottleneck.links import CODE
from core.maps.service import map_key
from core.store.record import Record
from core.ui.links import Whole

SEARCHED = 10_000  # training pictures among which neighbours are looked for
COMPARED = 4_000  # training pictures among which the one nearest picture is looked for


@dataclass(frozen=True, eq=False)
class Subject:
    """One bottleneck size of one trained model, and the held-out picture that the walk begins with.

    name: says which network and size this is, for keys of maps and widgets.
    """

    record: Record
    model: Autoencoders
    size: int
    images: data.Images
    space: CodeSpace
    picture: int

    @property
    def memo_key(self) -> tuple[Record, int]:
        return self.record, self.size

    @property
    def name(self) -> str:
        return map_key(self.record.fingerprint, str(self.size))

    def draw(self, z: Tensor) -> np.ndarray:
        """The decoder's picture of one code (m,): uint8 (side, side, C)."""
        return codes.draw(self.model, z[None])[0]

    def code_of_picture(self) -> Tensor:
        return codes.encode(self.model, self.size, self.images.test_x[self.picture][None])[0]

    def code(self) -> Tensor:
        """The code in hand, (m,): where the person left it, else that of the picture."""
        return _from_text(CODE.raw(), self.size) if self._moved() else self.code_of_picture()

    def hold(self, z: Tensor) -> None:
        """Make z the code in hand; it travels in the link."""
        CODE.put(f"{self.picture}:" + ",".join(f"{value:.3g}" for value in z.tolist()))

    def let_go(self) -> None:
        """Back to the picture."""
        CODE.put(None)

    def _moved(self) -> bool:
        """Whether the link holds a code for this size that began at this picture. What is no code at all is said."""
        text = CODE.raw()
        if text is not None and not _is_code(text):
            CODE.refused("the code of the picture")
            CODE.put(None)
            return False
        return bool(text and text.startswith(f"{self.picture}:")) and _from_text(text, self.size) is not None


def subject(record: Record, size: int, picture: int) -> Subject:
    """Raises lab.Damaged where the model cannot be read."""
    model = lab.model(record)
    images = data.load(record.config["data"])
    space = space_of(record, size)
    return Subject(record, model, size, images, space, min(picture, len(images.test_x) - 1))


@lab.memo(label="Codes of pictures")
def space_of(record: Record, size: int) -> CodeSpace:
    """The codes of one size of a trained model, computed once."""
    images = data.load(record.config["data"])
    return codes.code_space(lab.model(record), size, images.train_x[:SEARCHED], images.test_x[:MAPPED])


def _is_code(text: str) -> bool:
    """Whether this is a code of some size that began at some picture."""
    picture, _, numbers = text.partition(":")
    return picture.isdecimal() and _from_text(text, numbers.count(",") + 1) is not None


def _from_text(text: str | None, size: int) -> Tensor | None:
    """The code that `hold` wrote, or None where the text is anything else."""
    _, _, numbers = (text or "").partition(":")
    try:
        values = [float(part) for part in numbers.split(",")]
    except ValueError:
        return None
    if len(values) != size or not all(math.isfinite(value) and abs(value) < 1e6 for value in values):
        return None
    return torch.tensor(values)


def caption(images: data.Images, index: int) -> str:
    """What a held-out picture is, in its own words."""
    if images.captions:
        return images.captions[len(images.train_x) + index]
    return images.classes[int(images.test_y[index])]


def another(link: Whole, count: int) -> None:
    """Draw another picture number; for a button's callback."""
    link.set(int(np.random.default_rng().integers(count)))


@lab.memo(label="Training pictures as numbers")  # up to 120 MB each
def training_pixels(name: str) -> Tensor:
    """The first training pictures as rows of numbers from 0 to 1: (SEARCHED, C side side), made once for all gestures."""
    return data.load(name).train_x[:SEARCHED].flatten(1).float() / 255
