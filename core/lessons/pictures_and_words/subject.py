"""What the lesson shows: trained encoders, the held-out pictures and captions in their space, and a person's words in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core import lab
from core.data import captions, glove
from core.data.captions import Part
from core.experiment import Context, get
from core.experiments import clip
from core.lessons.pictures_and_words import links, preview
from core.store.record import Record
from core.ui.page import Panel

MOST = 12  # words of a classifier
READ, is_cut = captions.MOST_WORDS, captions.is_cut


def facts(config: clip.Config) -> str:
    """One line for the panel."""
    temperature = "temperature learned" if config.temperature == clip.LEARNED else f"temperature {config.temperature}"
    return f"{links.LABELS[config.data]} · {config.loss} loss · {temperature} · batches of {config.batch}"


PANEL = Panel("clip", facts, draw=preview.draw, title="These encoders", noun="encoders")


@dataclass(frozen=True, eq=False)
class Space:
    """The held-out pairs in the shared space. part: pictures and captions, all different; pictures, texts: unit vectors (N, D), on the
    CPU; untrained: both before the first step;
    rows: which of all held-out pictures they are."""

    part: Part
    pictures: Tensor
    texts: Tensor
    untrained: tuple[Tensor, Tensor]
    rows: tuple[int, ...]

    def pixels(self, index: int) -> np.ndarray:
        """A picture, uint8 (32, 32, 3)."""
        return self.part.x[index].permute(1, 2, 0).numpy()


@dataclass(frozen=True, eq=False)
class Said:
    """A person's texts in the space. vectors: (n, D); read: what the encoder took of each."""

    texts: tuple[str, ...]
    vectors: Tensor
    read: tuple[clip.Read, ...]


@lab.memo(label="Pictures and captions in one space")
def space(record: Record) -> Space:
    """Raises lab.Damaged, data.Missing."""
    model: clip.Clip = lab.model(record)
    part = captions.part(record.config["data"], "test")
    rows = sorted({name: i for i, name in reversed(list(enumerate(part.names)))}.values())
    part = part.some(rows)
    device = model.log_scale.device
    config = get("clip").strict(record.config)
    first = clip.at_the_start(config, Context(device, record.seed))
    both = [
        (clip.encode_pictures(one, part.x).cpu(), clip.encode_texts(one, part.names).cpu()) for one in (model, first)
    ]
    return Space(part, *both[0], both[1], tuple(rows))


@lab.memo(label="Words in the space of pictures")
def said(record: Record, texts: tuple[str, ...], way: str = "name") -> Said:
    """way: "name", "template" or "ensemble", as `clip.TEMPLATES` has them. Raises lab.Damaged."""
    model: clip.Clip = lab.model(record)
    if way == "ensemble":
        vectors = clip.encode_ensemble(model, texts)
    else:
        vectors = clip.encode_texts(model, [clip.TEMPLATES[way == "template"].format(text) for text in texts])
    return Said(texts, vectors.cpu(), tuple(clip.read(model, texts)))


@lab.memo(label="Pictures in the space of words")
def seen(record: Record, pixels: np.ndarray) -> Tensor:
    """The unit vector (D,) of a picture uint8 (32, 32, 3). Raises lab.Damaged."""
    x = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None]
    return clip.encode_pictures(lab.model(record), x)[0].cpu()


def split(text: str) -> tuple[tuple[str, ...], int]:
    """The texts between commas, lines or semicolons, each once, and how many more than MOST there were."""
    parts = (" ".join(part.split()) for part in text.replace(";", ",").replace("\n", ",").split(","))
    found = tuple(dict.fromkeys(part for part in parts if part))
    return found[:MOST], max(0, len(found) - MOST)


def credit(name: str) -> str:
    """Where the pictures are from, for a caption."""
    if name == "shapes":
        return "Scenes drawn by this program"
    source = captions.source(name)
    return f"{source.title}, {source.licence}, from the {source.origin}"


def can_say() -> bool:
    """Whether words that no caption has can be read: by the vectors of GloVe."""
    return glove.available()


def warm() -> None:
    """Read what the lesson opens on."""
    view = lab.view("clip", get("clip").default(), 0)
    if isinstance(view, lab.Ready):
        space(view.record)
        said(view.record, split(links.OPENS_ON[view.record.config["data"]])[0])


def paper(name: str) -> int:
    """The gray level of an empty page: emoji stand on white, shapes on black."""
    return 255 if name == "openmoji" else 0
