"""The spaces whose maps can be compared: this encoder's h and z, raw pixels, and what other networks make of the same pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

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
    """title: for a person. key: names the embeddings x (N, D), as maps are stored by it; shape: theirs. They are computed
    where they are needed: for a map that is stored they are not."""

    title: str
    key: str
    shape: tuple[int, int]
    make: Callable[[], Tensor]

    @cached_property
    def x(self) -> Tensor:
        """(N, D) float32. Raises lab.Damaged."""
        return self.make()

    def points(self, method: str, **settings: float) -> np.ndarray | None:
        """The stored map, or None where it was not computed yet."""
        return service.found(method, self.shape, self.key, **settings)


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
        return Space(TITLES[name], raw_key(images), (count, pixels), lambda: comparable("raw", raw))
    other = _other(name, record)
    if other is None:
        raise lab.Damaged("The network for this map is not trained any more: choose another space.")
    width = {"autoencoder": CODE, "mae": 4 * other.config.get("width", 0), "labels": H}[name]
    make = partial(_codes, name, other.name, other.key, other.fingerprint)
    return Space(TITLES[name], service.map_key(other.fingerprint, "map"), (count, width), make)


def aged(record: Record, age: int | None, name: str = "h") -> Space:
    """The encoder's own space at one of its ages. Raises lab.Damaged."""
    named = name if age is None else f"{name}@{age}"
    width = H if name == "h" or record.config["projector"] == "none" else Z

    def make() -> Tensor:
        h, z = embeddings(record, age)
        return comparable(name, h if name == "h" else z)

    return Space(age_named(record, age), service.map_key(record.fingerprint, named), (count_of(record), width), make)


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


@lru_cache(maxsize=8)
def _codes(space_name: str, name: str, key: str, fingerprint: str) -> Tensor:
    found = lab.artefacts.find(name, key)
    if found is None:
        raise lab.Damaged("The stored model was damaged or deleted: train this setting again.")
    x = data.load(found.record.config["data"]).test_x[:MAPPED]
    read: dict[str, Callable[[], Tensor]] = {
        "autoencoder": lambda: codes.encode(lab.model(found.record), CODE, x),
        "mae": lambda: features(lab.model(found.record), x),
        "labels": lambda: embeddings(found.record)[0],
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


def embeddings(record: Record, age: int | None = None) -> tuple[Tensor, Tensor]:
    """h (N, 128) and z (N, Z) of the first held-out pictures, N at most 10,000, on the CPU; shared. Raises as `encoder`."""
    return _embeddings(record.name, record.key, record.fingerprint, age)


@lru_cache(maxsize=12)
def _embeddings(name: str, key: str, fingerprint: str, age: int | None) -> tuple[Tensor, Tensor]:
    found = lab.artefacts.find(name, key)
    if found is None:
        raise lab.Damaged("The stored model was damaged or deleted: train this setting again.")
    model = encoder(found.record, age)
    x = data.load(found.record.config["data"]).test_x[:MAPPED]
    with torch.no_grad():
        h, z = embed(model, x, next(model.parameters()).device)
    return h.cpu(), z.cpu()


@lru_cache(maxsize=12)
def some_z(name: str, key: str, fingerprint: str, count: int) -> Tensor:
    """z (count, Z) of the first held-out pictures: what a stage can have at once. Raises as `encoder`."""
    found = lab.artefacts.find(name, key)
    if found is None:
        raise lab.Damaged("The stored model was damaged or deleted: train this setting again.")
    model = encoder(found.record)
    x = data.load(found.record.config["data"]).test_x[:count]
    with torch.no_grad():
        return embed(model, x, next(model.parameters()).device)[1].cpu()


def age_named(record: Record, age: int | None) -> str:
    """ "untrained", "after 60 steps", "trained"."""
    if age is None:
        return "trained"
    return "untrained" if age == 0 else f"after {age:,} steps"
