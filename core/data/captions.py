"""Pictures and what is said of them: the pairs from which two encoders learn one space.

    pairs = captions.load("openmoji")
    pairs.train.x[i], pairs.train.texts[i]       # a picture, and captions that are all true of it, the full one first

Emoji are held out by families, as in `core.data.openmoji`, and a part of the other families is for choosing on. Of "shapes",
what is held out are combinations (`core.data.scenes`). Whatever is chosen is chosen on `validation`; `test` is read once.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.data import images, openmoji, scenes
from core.data.kept import kept
from core.data.kinds import Source

NAMES = ("openmoji", "shapes")
PARTS = ("train", "validation", "test")
VALIDATION = 0.1  # of the families that are not held out
MOST_WORDS = 24  # of a caption that are read


@dataclass(frozen=True, eq=False)
class Part:
    """x: uint8 (N, 3, 32, 32). texts: captions of each picture, the full one first. group: int64 (N,), pictures that belong
    together: the variants of one emoji, or one combination of shape and colour. label: int64 (N,), into `classes`."""

    x: Tensor
    texts: tuple[tuple[str, ...], ...]
    group: Tensor
    label: Tensor

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def names(self) -> tuple[str, ...]:
        """The full caption of each picture."""
        return tuple(said[0] for said in self.texts)

    def some(self, rows: Sequence[int] | Tensor) -> Part:
        """Only these pictures."""
        rows = torch.as_tensor(rows)
        return Part(self.x[rows], tuple(self.texts[i] for i in rows.tolist()), self.group[rows], self.label[rows])


@dataclass(frozen=True, eq=False)
class Pairs:
    """A data set of pictures with captions."""

    name: str
    train: Part
    validation: Part
    test: Part


def load(name: str) -> Pairs:
    """All parts. Raises data.Missing where the pictures are not on this machine, KeyError for a name that is none."""
    return Pairs(name, *(part(name, which) for which in PARTS))


def part(name: str, which: str) -> Part:
    """One of PARTS; as `load`, but what a page shows is there sooner."""
    return {"openmoji": _emoji, "shapes": _shapes}[name](which)


def words(name: str) -> tuple[str, ...]:
    """All words that occur in the captions of a data set, in a fixed order; those of held-out pictures as well."""
    return {"openmoji": _words_of_emoji, "shapes": _words_of_shapes}[name]()


def classes(name: str) -> tuple[str, ...]:
    """What `Part.label` counts."""
    return {"openmoji": openmoji.CLASSES, "shapes": scenes.SHAPES}[name]


def source(name: str) -> Source:
    """For the credit line."""
    return images.load(name).source if name == "openmoji" else scenes.SOURCE


def data_of(name: str) -> str:
    """The data set whose fingerprint stands in a model's key."""
    return {"openmoji": "openmoji", "shapes": scenes.NAME}[name]


def in_words(text: str) -> list[str]:
    """The words of a text in small letters, without marks above letters: "Côte d’Ivoire!" -> cote, d'ivoire. At most MOST_WORDS."""
    plain = unicodedata.normalize("NFKD", text[: 40 * MOST_WORDS].lower().replace("’", "'"))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", plain)[:MOST_WORDS]


def is_cut(text: str) -> bool:
    """Whether a text is longer than what `in_words` reads of it."""
    return len(text) > 40 * MOST_WORDS or len(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text)) > MOST_WORDS


@kept("Emoji with captions")
def _emoji(which: str) -> Part:
    pictures, texts = images.load("openmoji"), _texts_of_emoji()
    families: dict[str, int] = {}
    group = [families.setdefault(openmoji.family_of(said[0]), len(families)) for said in texts]
    chosen = {number for family, number in families.items() if _for_choosing(family)}
    first = len(pictures.train_x)
    rows = {
        "train": [i for i in range(first) if group[i] not in chosen],
        "validation": [i for i in range(first) if group[i] in chosen],
        "test": range(first, len(texts)),
    }[which]
    whole = Part(
        torch.cat([pictures.train_x, pictures.test_x]), texts, torch.tensor(group),
        torch.cat([pictures.train_y, pictures.test_y]),
    )  # fmt: skip
    return whole.some(rows)


@kept("Captions of emoji")
def _texts_of_emoji() -> tuple[tuple[str, ...], ...]:
    """The captions of all pictures, train then test; other names of an emoji ("raven", "crow") come from the same package."""
    import emoji

    also: dict[str, tuple[str, ...]] = {}
    for entry in emoji.EMOJI_DATA.values():
        names = tuple(openmoji.caption_of(alias) for alias in entry.get("alias", ()))
        also.setdefault(openmoji.caption_of(entry["en"]), names)
    return tuple(tuple(dict.fromkeys((name, *also.get(name, ())))) for name in images.load("openmoji").captions)


@kept("Words of emoji")
def _words_of_emoji() -> tuple[str, ...]:
    return _vocabulary(_texts_of_emoji())


def _for_choosing(family: str) -> bool:
    """Whether a family that is not held out is left out of the training, to choose on: a hash of its name decides."""
    return int.from_bytes(hashlib.sha256(f"validation {family}".encode()).digest()[:4], "big") / 2**32 < VALIDATION


@kept("Scenes with captions")
def _shapes(which: str) -> Part:
    drawn, x = scenes.load(which)
    label = torch.tensor([scene.figures[0][0] for scene in drawn])
    combination = torch.tensor([scene.figures[0][0] * len(scenes.HUES) + scene.figures[0][1] for scene in drawn])
    return Part(x, tuple(map(said_of, drawn)), combination, label)


def _words_of_shapes() -> tuple[str, ...]:
    pairs = [scenes.Scene(((0, 0, 0), (0, 0, 0)), relation=i) for i in range(len(scenes.RELATIONS))]
    return _vocabulary([scenes.captions_of_one(), *map(said_of, pairs)])


def said_of(scene: scenes.Scene) -> tuple[str, ...]:
    """Its caption, and shorter ones that are true as well; of one figure its shape and its colour alone, too."""
    said = [scene.caption(sized, placed) for sized in (True, False) for placed in (True, False)]
    if len(scene.figures) == 1:
        shape, colour, _ = scene.figures[0]
        said += [f"a {scenes.SHAPES[shape]}", scenes.HUES[colour]]
    return tuple(dict.fromkeys(said))


def _vocabulary(texts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({word for said in texts for text in said for word in in_words(text)}))
