"""One example of each kind of data with a share of it hidden, and how a shipped network fills it in."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core import data, lab
from core.analysis.clip_fills import hidden_mse
from core.analysis.fills import masked_mse
from core.charts.shades import heat
from core.charts.written import number as written
from core.data import clips, sounds
from core.data.figures import data_uri
from core.data.pixels import as_bytes
from core.data.sentences import MASK, SPECIAL, framed, vocabulary
from core.experiment import get
from core.experiments import mae, masked_lm, spectrogram_mae, video_mae
from core.lessons.how_much_to_hide.links import EXAMPLE, SHARE
from core.nn.cubes import hide_cubes
from core.nn.masks import hide
from core.nn.mel import spectrogram
from core.nn.patches import mask_to_pixels
from core.rng import generator
from core.store.record import Record

COUNT = EXAMPLE.high + 1
SENTENCES = (
    "In the beginning God created the heaven and the earth", "And the sons of Israel went down into the land of Egypt",
    "The king sat upon the throne and all the people stood before him", "And he said unto them Fear not for I am with you",
    "They came to the city at night and found the gate shut", "The father gave his sons bread and the mother gave them water",
    "And it came to pass that the waters were upon the earth forty days", "He took the book out of the hand of the prophet and read it",
    "The men of the city went out and fought against the king", "And the woman said unto the man Where is my son",
    "Hear the word of the Lord all ye people of the land", "In that day shall the light of the sun be as the light of seven days",
)  # fmt: skip
FRAMES_SHOWN = (2, 6, 10, 14)
SCALE = {"images": 4, "video": 2, "sound": 2}


@dataclass(frozen=True)
class Cell:
    """What stands in one of the stage's four places: two figures as HTML, and one line that says how it went."""

    asked: str
    filled: str
    said: str


@dataclass(frozen=True)
class Kind:
    """A kind of data on the stage. experiment, knob: whose networks fill it in, and which knob is the share hidden in their training."""

    title: str
    experiment: str
    knob: str
    fill: Callable[[Record, int, int], Cell]


def cell(kind: Kind, share: int, number: int) -> Cell:
    """The example `number` with `share` per cent hidden, filled in by the shipped network trained nearest to that."""
    record = nearest(kind, share)
    if record is None:
        return Cell("", "", "Its network is not trained yet: python -m core bake.")
    try:
        return kind.fill(record, share, number)
    except (lab.Damaged, data.Missing) as error:
        return Cell("", "", html.escape(str(error)))


def nearest(kind: Kind, share: int) -> Record | None:
    """The record of the network whose share in training is nearest among those that are there; None where there is none."""
    experiment = get(kind.experiment)
    choices = experiment.knobs()[kind.knob].choices
    for choice in sorted(choices, key=lambda c: (abs(100 * c - share), c)):
        view = lab.view(kind.experiment, replace(experiment.default(), **{kind.knob: choice}), 0)
        if isinstance(view, lab.Ready):
            return view.record
    return None


def _rng(kind: str, number: int) -> torch.Generator:
    """The same for every share, so that a larger one hides what a smaller one hides, and more."""
    return generator(number, f"hidden {kind}")


def _by(record: Record, knob: str, error: str) -> str:
    return f"{error}, {100 * record.config[knob]:.0f}% network"


# Pictures ----------------------------------------------------------------------------------------------------------


@lab.memo(label="Examples with a share hidden")
@torch.no_grad()
def _picture(record: Record, share: int, number: int) -> Cell:
    model, images = lab.model(record), data.load(record.config["data"])
    x = images.test_x[number : number + 1].float() / 255
    hidden = hide("random", share / 100, 1, model.n, _rng("images", number))
    filled = _on_cpu(lambda a, b: mae.fill_in(model, a, b, record.config["target"]), model, x, hidden)
    holes = mask_to_pixels(hidden, model.patch)
    what = images.classes[int(images.test_y[number])]
    return Cell(
        _img(torch.where(holes, 0.5, x), "images", f"{what}, {share}% hidden"),
        _img(torch.where(holes, filled, x), "images", f"{what}, filled in"),
        _by(record, "mask_ratio", f"error {written(float(masked_mse(x, filled, hidden, model.patch)))}"),
    )


# Sentences ---------------------------------------------------------------------------------------------------------


@lab.memo(label="Examples with a share hidden")
@torch.no_grad()
def _sentence(record: Record, share: int, number: int) -> Cell:
    known = vocabulary(record.config["data"], record.config["words"])
    words = known.split(SENTENCES[number % len(SENTENCES)])
    ids = known.encode(words)
    places = hidden_words(ids, share / 100, number)
    given = [MASK if i in places else word for i, word in enumerate(ids)]
    logs = masked_lm.guesses(lab.model(record), framed(given))  # (K, V)
    logs[:, : len(SPECIAL)] = -torch.inf
    guessed = dict(zip(sorted(places), logs.argmax(dim=1).tolist(), strict=True))
    right = sum(guessed[i] == ids[i] for i in guessed)
    asked = " ".join(
        '<u role="img" aria-label="hidden word">&nbsp;</u>' if i in places else html.escape(w)
        for i, w in enumerate(words)
    )
    told = " ".join(_word(w, known.words[guessed[i]], guessed[i] == ids[i]) if i in guessed else html.escape(w) for i, w in enumerate(words))  # fmt: skip
    return Cell(f"<p>{asked}</p>", f"<p>{told}</p>", _by(record, "share", f"{right} of {len(places)} words right"))


def hidden_words(ids: Sequence[int], share: float, number: int) -> frozenset[int]:
    """Which places of a sentence are hidden: so many of its known words as `masked_lm.how_many` says."""
    known = torch.tensor([i for i, word in enumerate(ids) if word >= len(SPECIAL)])
    count = int(masked_lm.how_many(torch.tensor([len(known)]), share))
    return frozenset(known[torch.randperm(len(known), generator=_rng("text", number))[:count]].tolist())


def _word(true: str, guess: str, right: bool) -> str:
    if right:
        return f"<b>{html.escape(guess)}</b>"
    return f'<i title="{html.escape(true)} stood there">{html.escape(guess)}</i>'


# Clips -------------------------------------------------------------------------------------------------------------


@lab.memo(label="Examples with a share hidden")
@torch.no_grad()
def _clip(record: Record, share: int, number: int) -> Cell:
    model, found = lab.model(record), clips.load(record.config["data"], "test", COUNT)
    x = found.frames[number : number + 1].float() / 255
    hidden = hide_cubes("agnostic", share / 100, 1, video_mae.SHAPE, _rng("video", number))
    filled = _on_cpu(lambda a, b: video_mae.fill_in(model, a, b, record.config["target"]), model, x, hidden)
    holes = video_mae.holes_of(hidden)
    what = found.about(number)
    return Cell(
        _img(_frames(torch.where(holes, 0.5, x)), "video", f"Four frames of {what}, {share}% hidden"),
        _img(_frames(filled), "video", f"Four frames of {what}, filled in"),
        _by(record, "mask_ratio", f"error {written(float(hidden_mse(x, filled, holes)))}"),
    )


def _frames(x: Tensor) -> Tensor:
    """Some frames of a clip (1, C, T, H, W) beside each other: (1, C, H, 4 * (W + 1))."""
    shown = [torch.nn.functional.pad(x[:, :, t], (0, 1), value=0.5) for t in FRAMES_SHOWN]
    return torch.cat(shown, dim=3)


# Sounds ------------------------------------------------------------------------------------------------------------


@lab.memo(label="Examples with a share hidden")
@torch.no_grad()
def _sound(record: Record, share: int, number: int) -> Cell:
    model = lab.model(record)
    x = spectrogram(sounds.waves("test", [number]))
    hidden = hide("random", share / 100, 1, spectrogram_mae.N, _rng("sound", number))
    filled = _on_cpu(lambda a, b: mae.fill_in(model, a, b, "pixels"), model, x, hidden)
    holes = mask_to_pixels(hidden, spectrogram_mae.PATCH)
    what = sounds.kind_of(number)
    return Cell(
        _uri(coloured(x, holes), "sound", f"Spectrogram of a sound ({what}), {share}% hidden"),
        _uri(coloured(torch.where(holes, filled, x)), "sound", f"Spectrogram of a sound ({what}), filled in"),
        _by(record, "mask_ratio", f"error {written(float(masked_mse(x, filled, hidden, spectrogram_mae.PATCH)))}"),
    )


def coloured(levels: Tensor, holes: Tensor | None = None) -> np.ndarray:
    """A spectrogram (1, 1, BANDS, FRAMES) in cividis, uint8 (BANDS, FRAMES, 3); `holes` of the same shape, bool, are gray."""
    pixels = heat(levels[0, 0].numpy(), 1.0)
    if holes is not None:
        pixels = np.where(holes[0, 0].numpy()[..., None], np.uint8(140), pixels)
    return pixels


# -------------------------------------------------------------------------------------------------------------------

SHOWN = {
    "images": Kind("A picture", "mae", "mask_ratio", _picture),
    "text": Kind("A sentence", "masked_lm", "share", _sentence),
    "video": Kind("A clip", "video_mae", "mask_ratio", _clip),
    "sound": Kind("A sound", "spectrogram_mae", "mask_ratio", _sound),
}


def warm() -> None:
    """Hide and fill in what the lesson opens on."""
    for kind in SHOWN.values():
        cell(kind, SHARE.default, EXAMPLE.default)


def _on_cpu(fill: Callable[[Tensor, Tensor], Tensor], model: torch.nn.Module, x: Tensor, hidden: Tensor) -> Tensor:
    device = next(model.parameters()).device
    return fill(x.to(device), hidden.to(device)).cpu()


def _img(x: Tensor, kind: str, alt: str) -> str:
    """A picture float (1, C, H, W) as HTML."""
    pixels = as_bytes(x)[0]
    return _uri(np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels, kind, alt)


def _uri(pixels: np.ndarray, kind: str, alt: str) -> str:
    height, width = (SCALE[kind] * n for n in pixels.shape[:2])
    return f'<img src="{data_uri(pixels)}" width="{width}" height="{height}" alt="{html.escape(alt)}">'
