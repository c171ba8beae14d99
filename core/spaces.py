"""The spaces whose maps can be compared: this encoder's h and z, raw pixels, and what other networks make of the same pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from core import data, lab
from core.analysis import codes
from core.experiment import get
from core.experiments.mae import MaskedAutoencoder
from core.experiments.simclr import MAPPED, Contrastive, H, Z, comparable, embed, labelled, raw_key
from core.maps import service
from core.store.record import Record

CODE = 32  # numbers of the auto-encoder's code
TITLES = {
    "h": "h of this encoder", "z": "z, where the loss is", "raw": "raw pixels", "autoencoder": "an auto-encoder's code",
    "mae": "a masked auto-encoder", "labels": "the same encoder, told the classes",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Space:
    """title: for a person. record: of the network, None for raw pixels. key: names the embeddings x (N, D), as maps are stored by it; shape: theirs.
    They are computed where they are needed: for a map that is stored they are not."""

    title: str
    record: Record | None
    key: str
    shape: tuple[int, int]
    make: Callable[[], Tensor]

    @property
    def memo_key(self) -> tuple[Record | None, str, tuple[int, int]]:
        return self.record, self.key, self.shape

    @property
    def x(self) -> Tensor:
        """(N, D) float32, computed once. Raises lab.Damaged."""
        return _made(self)

    def points(self, method: str, **settings: float) -> np.ndarray | None:
        """The stored map, or None where it was not computed yet."""
        return service.found(method, self.shape, self.key, **settings)


@lab.memo(label="Embeddings of all pictures, as maps are drawn of them")
def _made(one: Space) -> Tensor:
    return one.make()


def here(record: Record) -> list[str]:
    """The spaces that exist for the pictures of this model: own ones, and those of other models that are trained."""
    found = ["h", "z", "raw"]
    for name in ("autoencoder", "mae", "labels"):
        if _other(name, record) is not None:
            found.append(name)
    return found


def space(name: str, record: Record) -> Space:
    """One of `here`. Raises lab.Damaged."""
    if name in ("h", "z"):
        return aged(record, None, name)
    images = data.load(record.config["data"])
    count, pixels = count_of(record), images.test_x[0].numel()
    if name == "raw":
        raw = images.test_x[:MAPPED]
        return Space(TITLES[name], None, raw_key(images), (count, pixels), lambda: comparable("raw", raw))
    other = _other(name, record)
    if other is None:
        raise lab.Damaged("The network for this map is not trained any more: choose another space.")
    width = {"autoencoder": CODE, "mae": 4 * other.config.get("width", 0), "labels": H}[name]
    return Space(
        TITLES[name], other, service.map_key(other.fingerprint, "map"), (count, width), partial(_codes, name, other)
    )


def aged(record: Record, age: int | None, name: str = "h") -> Space:
    """The encoder's own space at one of its ages. Raises lab.Damaged."""
    named = name if age is None else f"{name}@{age}"
    width = H if name == "h" or record.config["projector"] == "none" else Z

    def make() -> Tensor:
        h, z = embeddings(record, age)
        return comparable(name, h if name == "h" else z)

    key = service.map_key(record.fingerprint, named)
    return Space(age_named(record, age), record, key, (count_of(record), width), make)


def count_of(record: Record) -> int:
    """How many held-out pictures the maps of a model have."""
    return min(MAPPED, len(data.load(record.config["data"]).test_x))


def _other(name: str, record: Record) -> Record | None:
    """The default model of another lesson, or the one with labels, for the same pictures."""
    data_name = record.config["data"]
    if name == "labels":
        settings = labelled(data_name), "simclr"
    else:
        knob = get(name).knobs()["data"]
        if data_name not in knob.choices:
            return None
        settings = get(name).strict({"data": data_name}), name
    if settings[0] is None:
        return None
    view = lab.view(settings[1], settings[0], 0)
    return view.record if isinstance(view, lab.Ready) else None


def _codes(space_name: str, record: Record) -> Tensor:
    x = data.load(record.config["data"]).test_x[:MAPPED]
    read: dict[str, Callable[[], Tensor]] = {
        "autoencoder": lambda: codes.encode(lab.model(record), CODE, x),
        "mae": lambda: features(lab.model(record), x),
        "labels": lambda: embeddings(record)[0],
    }
    with torch.no_grad():
        return comparable(space_name, read[space_name]())


def features(model: MaskedAutoencoder, x: Tensor) -> Tensor:
    """What a masked auto-encoder's encoder makes of whole pictures, uint8 (N, C, side, side) -> (N, 4 D), on the CPU."""
    device = next(model.parameters()).device
    return torch.cat([model.features(part.to(device).float() / 255).cpu() for part in x.split(500)])


def encoder(record: Record, age: int | None = None) -> Contrastive:
    """The network, or its younger self after `age` steps. Raises lab.Damaged, and KeyError for an age that was not kept."""
    return lab.model(record) if age is None else lab.checkpoint(record, age)


@lab.memo(label="Embeddings of all pictures")
def embeddings(record: Record, age: int | None = None) -> tuple[Tensor, Tensor]:
    """h (N, 128) and z (N, Z) of the first held-out pictures, N at most 10,000, on the CPU; shared. Raises as `encoder`."""
    model = encoder(record, age)
    x = data.load(record.config["data"]).test_x[:MAPPED]
    with torch.no_grad():
        h, z = embed(model, x, next(model.parameters()).device)
    return h.cpu(), z.cpu()


@lab.memo(label="Embeddings of some pictures")
def some_z(record: Record, count: int) -> Tensor:
    """z (count, Z) of the first held-out pictures: what a stage can have at once. Raises as `encoder`."""
    model = encoder(record)
    x = data.load(record.config["data"]).test_x[:count]
    with torch.no_grad():
        return embed(model, x, next(model.parameters()).device)[1].cpu()


def age_named(record: Record, age: int | None) -> str:
    """ "untrained", "after 60 steps", "trained"."""
    if age is None:
        return "trained"
    return "untrained" if age == 0 else f"after {age:,} steps"
