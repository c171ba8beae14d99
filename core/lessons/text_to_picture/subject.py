"""What the lesson shows: trained networks, what a person typed, and samples that are drawn in the background."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core import background, lab
from core.analysis import attributes
from core.data import captions, scenes
from core.data.captions import Part
from core.experiment import get
from core.experiments import clip, text_to_image
from core.experiments.text_to_image import Noise, TextToImage
from core.lessons.text_to_picture import links
from core.queue import View
from core.rng import generator
from core.store.record import Record
from core.ui.page import Panel

SAMPLES = 6


def facts(config: text_to_image.Config) -> str:
    """One line for the panel."""
    path = "cosine schedule" if config.path == "cosine" else "straight path (rectified flow)"
    never = "no held-out pair" if config.held == "pair" else "no held-out pair or triple"
    return f"{links.LABELS[config.data]} · {never} · the decoder says {config.target} · {path} · {config.steps:,} steps"


PANEL = Panel("text_to_image", facts, title="These networks", noun="prior and decoder")


@dataclass(frozen=True)
class Asked:
    """What is drawn. way: one of `text_to_image.VARIANTS`, or "least_squares". texts: one caption; noise: the number of the noise."""

    record: Record
    text: str
    way: str = "prior_decoder"
    guidance: float = text_to_image.GUIDANCE
    noise: int = 0

    @property
    def key(self) -> str:
        """Names it in the queue of the background."""
        what = (self.text, self.way, self.guidance, self.noise)
        return f"text_to_picture/{self.record.key}/{self.record.fingerprint[:16]}/{what}"


@dataclass(frozen=True, eq=False)
class Drawn:
    """The way from noise to SAMPLES pictures. frames: x_t, uint8 (STEPS + 1, SAMPLES, 32, 32, 3), as it was at each step and in the end;
    believed: the picture that the decoder believed in at each step, of the same shape."""

    frames: np.ndarray
    believed: np.ndarray

    @property
    def pictures(self) -> np.ndarray:
        """What came of it, uint8 (SAMPLES, 32, 32, 3)."""
        return self.frames[-1]


class _Now:
    """The newest frame of what is being drawn, by its key; gone when it is over."""

    def __init__(self) -> None:
        self._lock, self._frames = threading.Lock(), {}

    def put(self, key: str, frame: np.ndarray | None) -> None:
        with self._lock:
            self._frames.pop(key, None)
            if frame is not None:
                self._frames[key] = frame

    def get(self, key: str) -> np.ndarray | None:
        with self._lock:
            return self._frames.get(key)


now = _Now()


def ask(asked: Asked) -> View:
    """The samples of this setting, drawn in the background."""
    return background.ask(asked.key, lambda progress: draw(asked, progress))


def draw(asked: Asked, progress: background.Progress) -> Drawn:
    """The samples, step by step. Raises lab.Damaged."""
    model: TextToImage = lab.model(asked.record)
    noise = noise_of(asked.noise).to(model)
    told = told_by(model, asked.text, asked.way, noise)
    frames, believed = [], []
    try:
        with torch.no_grad():
            for moment in text_to_image.decoder_walk(model, told, noise.pictures, text_to_image.STEPS, asked.guidance):
                frames.append(as_array(moment.x))
                believed.append(as_array(moment.believed))
                now.put(asked.key, frames[-1])
                progress(len(frames), text_to_image.STEPS + 1)
    finally:
        now.put(asked.key, None)
    return Drawn(np.stack(frames), np.stack(believed))


def noise_of(number: int, count: int = SAMPLES) -> Noise:
    """The noise of this number: what all ways begin with."""
    return text_to_image.noises(count, clip.Config().width, generator(number, "samples"))


@torch.no_grad()
def told_by(model: TextToImage, text: str, way: str, noise: Noise) -> Tensor:
    """What the decoder is told (SAMPLES, E) of one text, by one of the ways."""
    texts = clip.encode_texts(model.clip, [text]).expand(noise.pictures.shape[0], -1)
    if way == "prior_decoder":
        codes = text_to_image.by_diffusion(model, texts, noise.codes)
    else:
        codes = text_to_image.by_least_squares(model, texts) if way == "least_squares" else texts
    return model.decoder.tell(text_to_image.scaled(codes), "text" if way == "text_decoder" else "image")


def as_array(x: Tensor) -> np.ndarray:
    """Numbers (N, 3, H, W) about [-1, 1] as pictures uint8 (N, H, W, 3)."""
    return text_to_image.as_pictures(x).permute(0, 2, 3, 1).contiguous().numpy()


# Words ----------------------------------------------------------------------------------------------------------------


@lab.memo(label="Captions as the text encoder reads them")
def read(record: Record, text: str) -> clip.Read:
    """What the encoder takes of the text. Raises lab.Damaged."""
    return clip.read(lab.model(record).clip, [text])[0]


def asked_for(text: str) -> Tensor:
    """(1, 3): shape, colour and size that a caption of one figure names; what it does not name is NOTHING. Where it names several of a kind, that
    kind is NOTHING as well, since no picture of one figure can be all of them."""
    words = captions.in_words(text)
    found = []
    for names in (scenes.SHAPES, scenes.HUES, scenes.SIZES):
        said = {names.index(word) for word in words if word in names}
        found.append(said.pop() if len(said) == 1 else attributes.NOTHING)
    return torch.tensor([found])


def novelty(record: Record, text: str) -> str:
    """Whether a caption names what was not trained: "pair", a shape in a colour that nobody has met; "triple", a shape in a colour and a size that prior and
    decoder have not met, though the encoders have; or ""."""
    figure = tuple(asked_for(text)[0].tolist())
    if figure[:2] in scenes.HELD_OUT:
        return "pair"
    return "triple" if record.config["held"] == "triple" and figure in text_to_image.TRIPLES else ""


def seen_in(pictures: np.ndarray) -> Tensor:
    """(N, 3): shape, colour and size that the rule reads in pictures uint8 (N, 32, 32, 3)."""
    return attributes.read(torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2))


def in_words(read: Tensor) -> str:
    """One row (3,) of `seen_in`: "small red disc", or "no figure"."""
    shape, colour, size = read.tolist()
    if shape == attributes.NOTHING:
        return "no figure"
    return f"{scenes.SIZES[size]} {scenes.HUES[colour]} {scenes.SHAPES[shape]}"


# Pictures ----------------------------------------------------------------------------------------------------------------


@lab.memo(label="Held-out pictures to begin with")
def held_out(data: str) -> Part:
    """Pictures that nobody learned from: scenes of one figure, half of them of pairs of shape and colour that nobody has met; or one emoji of each held-out
    family. Raises data.Missing."""
    part = captions.part(data, "test")
    if data == "shapes":
        drawn, _ = scenes.load("test")
        return part.some([i for i, scene in enumerate(drawn) if len(scene.figures) == 1])
    return part.some(list({group: i for i, group in reversed(list(enumerate(part.group.tolist())))}.values())[::-1])


def pixels(part: Part, index: int) -> np.ndarray:
    """A picture, uint8 (32, 32, 3)."""
    return part.x[index].permute(1, 2, 0).numpy()


def credit(data: str) -> str:
    """Where the pictures to learn from are from, for a caption."""
    if data == "shapes":
        return "Learned from scenes drawn by this program"
    source = captions.source(data)
    return f"Learned from {source.title}, {source.licence}, from the {source.origin}; what is drawn derives from them and is under the same licence"


def warm() -> None:
    """Draw what the lesson opens on."""
    view = lab.view("text_to_image", get("text_to_image").default(), 0)
    if isinstance(view, lab.Ready):
        opening = Asked(view.record, links.OPENS_ON[view.record.config["data"]])
        read(view.record, opening.text)
        held_out(view.record.config["data"])
        while ask(opening).state in ("queued", "running"):
            time.sleep(0.01)
