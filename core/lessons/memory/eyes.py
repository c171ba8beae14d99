"""The eyes that compare a drawing with its picture: pixels, and what networks of other lessons learned to see."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core import data, lab, spaces
from core.analysis import codes
from core.experiment import get
from core.experiments.simclr import comparable, embed
from core.store.record import Record

COUNT = 484  # held-out pictures among which a drawing looks for its own: as many as the smallest set has
NEAREST = 8
NETWORKS = {
    "autoencoder": "an auto-encoder's code",
    "mae": "a masked auto-encoder",
    "simclr": "a contrastive encoder",
}


@dataclass(frozen=True)
class Eye:
    """title: for a person. record: of the network; None for the pixels themselves."""

    name: str
    title: str
    record: Record | None = None


@dataclass(frozen=True)
class Found:
    """How an eye sees one drawing: rank of its picture among COUNT by distance, 1 is the nearest; distance to it, as a share of the mean
    distance between two pictures; nearest: the numbers of the NEAREST pictures, the nearest first."""

    eye: Eye
    rank: int
    distance: float
    nearest: tuple[int, ...]


def eyes(data_name: str) -> list[Eye]:
    """The pixels, and the default networks of other lessons that are trained on these pictures."""
    found = [Eye("raw", "pixels")]
    for name, title in NETWORKS.items():
        if data_name in get(name).knobs()["data"].choices:
            view = lab.view(name, get(name).strict({"data": data_name}), 0)
            if isinstance(view, lab.Ready):
                found.append(Eye(name, title, view.record))
    return found


def seen(eye: Eye, x: Tensor) -> Tensor:
    """What the eye makes of pictures uint8 (N, C, side, side): (N, D) float32 on the CPU. Raises lab.Damaged."""
    if eye.record is None:
        return comparable("raw", x)
    model = lab.model(eye.record)
    with torch.no_grad():
        if eye.name == "autoencoder":
            return comparable("autoencoder", codes.encode(model, spaces.CODE, x))
        if eye.name == "mae":
            return comparable("mae", spaces.features(model, x))
        return comparable("h", embed(model, x, next(model.parameters()).device)[0])


def pictures(data_name: str) -> Tensor:
    """The held-out pictures of the lesson, uint8 (COUNT, C, side, side). Raises data.Missing."""
    return data.load(data_name).test_x[:COUNT]


@lab.memo(label="Pictures as networks see them")
def gallery(eye: Eye, data_name: str) -> Tensor:
    """`seen` of all pictures, computed once."""
    return seen(eye, pictures(data_name))


@lab.memo(label="Distances between pictures")
def usual(eye: Eye, data_name: str) -> float:
    """The mean distance between two different pictures of the set."""
    return float(torch.pdist(gallery(eye, data_name)).mean())


def compare(data_name: str, number: int, drawing: Tensor) -> list[Found]:
    """How each eye sees a drawing, uint8 (C, side, side), of picture `number`. Raises lab.Damaged, data.Missing."""
    found = []
    for eye in eyes(data_name):
        far = (gallery(eye, data_name) - seen(eye, drawing[None])).norm(dim=1)
        rank = 1 + int((far < far[number]).sum())
        found.append(
            Found(eye, rank, float(far[number]) / usual(eye, data_name), tuple(far.argsort()[:NEAREST].tolist()))
        )
    return found


def drift(data_name: str, first: Tensor, drawings: list[Tensor]) -> list[tuple[Eye, list[float]]]:
    """For each eye the distance of each drawing from the first picture, as a share of the mean distance between two pictures."""
    both = torch.stack([first, *drawings])
    found = []
    for eye in eyes(data_name):
        z = seen(eye, both)
        found.append((eye, ((z[1:] - z[0]).norm(dim=1) / usual(eye, data_name)).tolist()))
    return found


def prepare(data_name: str) -> None:
    """Compute what a comparison needs, while somebody draws."""
    for eye in eyes(data_name):
        usual(eye, data_name)
