"""Two encoders, one for pictures and one for words, that learn one space from pairs of a picture and its caption.

Radford et al. 2021, "Learning transferable visual models from natural language supervision" (CLIP), figure 3: both encoders end in
vectors of unit length, and each picture of a batch must find its caption among all captions of the batch, and each caption its
picture. The other loss judges every pair by itself (SigLIP; Zhai et al. 2023, "Sigmoid loss for language image pre-training").

The encoders are small: four convolutions, and two blocks of a transformer (or a bag of words) on word vectors that begin as GloVe's.
Axis letters: N pictures or texts, T words, D width of the shared space.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.analysis import two_encoders
from core.analysis.intervals import Resampled
from core.analysis.probes import Split, few_label_probe
from core.data import captions, glove, scenes
from core.data.augment import shift_and_mirror
from core.data.captions import Pairs, Part
from core.data.pixels import in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import BadValue, Context, Experiment, knob
from core.nn.blocks import Block
from core.nn.pair_losses import sigmoid_pairs, symmetric
from core.nn.weights import round_to_stored, stored
from core.rng import generator as seeded
from core.training.loop import Meanwhile, Stages, adamw, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1
LEARNED = "learned"


@dataclass(frozen=True)
class Config:
    data: str = knob("openmoji", "Pictures and captions", captions.NAMES)
    loss: str = knob(
        "softmax", "Loss", ("softmax", "sigmoid"),
        help="Softmax: each picture chooses among the captions of its batch. Sigmoid: each pair is judged by itself.",
    )  # fmt: skip
    temperature: str = knob(
        LEARNED, "Temperature", (LEARNED, "0.01", "0.07", "0.3", "1"),
        help="What cosines are divided by before the softmax. Learned: it begins at 0.07, as in the paper.",
    )  # fmt: skip
    batch: int = knob(
        128, "Batch", (16, 64, 128, 256), unit="pairs", help="Each picture is told from so many captions."
    )
    equal: str = knob(
        "left out", "Equal captions", ("left out", "negatives"),
        help="Two pictures of a batch may have the same caption: then the other one's is no wrong answer.",
    )  # fmt: skip
    text: str = knob(
        "transformer", "Text encoder", ("transformer", "bag of words"), help="A bag of words does not know their order."
    )
    width: int = knob(64, "Width", (8, 16, 32, 64, 128), help="Numbers in the shared space.")
    steps: int = knob(1200, "Training steps", (40, 200, 600, 1200, 3000, 6000))


CHANNELS = (16, 32, 64, 96)  # of the four convolutions
INSIDE, BLOCKS, HEADS = 64, 1, 4  # of the text encoder
SCALE, STEEPEST = 1 / 0.07, 100.0  # one over the temperature: where it begins, and the most that it may become
SIGMOID_SCALE, SIGMOID_BIAS = 10.0, -10.0  # where both begin with the sigmoid loss (Zhai et al. 2023, section 3.2)


class PictureEncoder(nn.Module):
    """Pictures float (N, 3, 32, 32) in [0, 1] -> (N, D); where things are is kept until the last layer."""

    def __init__(self, width: int):
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for i, channels in enumerate(CHANNELS):
            stride = 2 if i < 3 else 1
            layers += [nn.Conv2d(before, channels, 3, stride, 1), nn.GroupNorm(8, channels), nn.GELU()]
            before = channels
        self.layers = nn.Sequential(*layers)
        self.out = nn.Linear(before * 4, width)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.layers(x * 2 - 1)  # (N, C, 4, 4)
        return self.out(F.avg_pool2d(maps, 2).flatten(1))


class MaskedBlock(Block):
    """The transformer block of this project for texts of different lengths: nobody looks at places without a word."""

    def forward(self, x: Tensor, there: Tensor) -> Tensor:  # type: ignore[override]
        """x: (N, T, D); there: bool (N, T), at least one of each row."""
        N, T, D = x.shape
        heads = self.attention.heads
        q, k, v = self.attention.qkv(self.norm1(x)).view(N, T, 3, heads, D // heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=there[:, None, None])
        x = x + self.attention.out(mixed.transpose(1, 2).reshape(N, T, D))
        return x + self.mlp(self.norm2(x))


class TextEncoder(nn.Module):
    """Word vectors (N, T, GloVe's 50) and which of them are words, bool (N, T) -> (N, D). A learned token stands before the first
    word, so that no text is empty; the mean of what stands at each place is read."""

    def __init__(self, words: int, width: int, ordered: bool):
        super().__init__()
        self.table = nn.Embedding(words, glove.DIMENSION)
        self.into = nn.Linear(glove.DIMENSION, INSIDE)
        self.start = nn.Parameter(torch.zeros(INSIDE))
        self.place = nn.Parameter(torch.zeros(1 + captions.MOST_WORDS, INSIDE)) if ordered else None
        self.blocks = nn.ModuleList(MaskedBlock(INSIDE, HEADS) for _ in range(BLOCKS if ordered else 0))
        self.norm = nn.LayerNorm(INSIDE)
        self.out = nn.Sequential(nn.Linear(INSIDE, 2 * INSIDE), nn.GELU(), nn.Linear(2 * INSIDE, width))

    def forward(self, vectors: Tensor, there: Tensor) -> Tensor:
        x = torch.cat([self.start.expand(len(vectors), 1, -1), self.into(vectors)], dim=1)
        there = F.pad(there, (1, 0), value=True)
        if self.place is not None:
            x = x + self.place[: x.shape[1]]
        for block in self.blocks:
            x = block(x, there)
        weights = there.to(x) / there.sum(1, keepdim=True)
        return self.out(self.norm((x * weights[..., None]).sum(1)))


class Clip(nn.Module):
    """Both encoders, the scale (one over the temperature) and the bias, which the sigmoid loss alone uses."""

    def __init__(self, config: Config):
        super().__init__()
        self.words = captions.words(config.data)
        self.index = {word: i for i, word in enumerate(self.words)}
        self.pictures = PictureEncoder(config.width)
        self.texts = TextEncoder(len(self.words), config.width, config.text == "transformer")
        fixed = config.temperature != LEARNED
        begin = SIGMOID_SCALE if config.loss == "sigmoid" else SCALE
        start = 1 / float(config.temperature) if fixed else begin
        self.log_scale = nn.Parameter(torch.tensor(math.log(start)), requires_grad=not fixed)
        self.bias = nn.Parameter(torch.tensor(SIGMOID_BIAS), requires_grad=config.loss == "sigmoid")

    @property
    def scale(self) -> Tensor:
        """One over the temperature; the paper lets it grow to 100 at most."""
        return self.log_scale.exp().clamp_max(STEEPEST)

    def forward(self, x: Tensor, vectors: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """Unit vectors (N, D) of pictures and of texts."""
        return F.normalize(self.pictures(x), dim=1), F.normalize(self.texts(vectors, there), dim=1)


def build(config: Config, generator: torch.Generator | None = None) -> Clip:
    """Untrained encoders. Raises data.Missing where the captions, and with them the words, are not here."""
    model = Clip(config)
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            fan_in = module.weight[0].numel()
            nn.init.normal_(module.weight, std=fan_in**-0.5, generator=generator)
            nn.init.zeros_(module.bias)
    nn.init.normal_(model.texts.table.weight, std=0.5, generator=generator)
    nn.init.normal_(model.texts.start, std=0.3, generator=generator)
    if model.texts.place is not None:
        nn.init.normal_(model.texts.place, std=0.3, generator=generator)
    return model


@torch.no_grad()
def start_from_glove(model: Clip) -> None:
    """Let words begin with GloVe's vectors, so that words of like meaning are alike before the first caption is read; words that
    no training caption has keep them. Raises BadValue where they are not on this machine."""
    if not glove.available():
        raise BadValue(
            f"The encoder's words begin with GloVe vectors, which are not on this machine: {glove.HOW_TO_GET}."
        )
    known = glove.find(model.words)
    for word, vector in known.items():
        model.texts.table.weight[model.index[word]] = torch.from_numpy(vector)


# Words ------------------------------------------------------------------------------------------------------------


class Read(NamedTuple):
    """A text as the encoder takes it. vectors: float (T, 50); unknown: words that it leaves out; borrowed: words of no caption,
    for which GloVe's vectors stand in."""

    vectors: Tensor
    unknown: tuple[str, ...]
    borrowed: tuple[str, ...]


def read(model: Clip, texts: Sequence[str]) -> list[Read]:
    """Each text word by word. A word of no caption has GloVe's vector where GloVe has one and is on this machine."""
    said = [captions.in_words(text) for text in texts]
    foreign = {word for words in said for word in words} - model.index.keys()
    lent = glove.find(foreign) if foreign and glove.available() else {}
    table = model.texts.table.weight
    found = []
    for words in said:
        known = [word for word in words if word in model.index or word in lent]
        rows = [
            table[model.index[word]] if word in model.index else torch.from_numpy(lent[word]).to(table)
            for word in known
        ]
        vectors = torch.stack(rows) if rows else table.new_zeros(0, glove.DIMENSION)
        unknown = tuple(dict.fromkeys(word for word in words if word not in known))
        borrowed = tuple(dict.fromkeys(word for word in known if word not in model.index))
        found.append(Read(vectors, unknown, borrowed))
    return found


@torch.no_grad()
def encode_texts(model: Clip, texts: Sequence[str]) -> Tensor:
    """(n, D) unit vectors of texts; of a text without a word that is known, what the encoder makes of nothing."""
    parts = []
    read_all = read(model, texts)
    for first in range(0, len(read_all), 512):
        some = read_all[first : first + 512]
        vectors = nn.utils.rnn.pad_sequence([one.vectors for one in some], batch_first=True)
        length = torch.tensor([len(one.vectors) for one in some], device=vectors.device)
        there = torch.arange(vectors.shape[1], device=vectors.device) < length[:, None]
        parts.append(F.normalize(model.texts(vectors, there), dim=1))
    return torch.cat(parts)


@torch.no_grad()
def encode_pictures(model: Clip, x: Tensor) -> Tensor:
    """(n, D) unit vectors of pictures uint8 (n, 3, 32, 32)."""
    device = model.log_scale.device
    return torch.cat([F.normalize(model.pictures(part), dim=1) for part in in_batches(x, 250, device)])


class Tokens:
    """The captions of a training set as rows of the word table, for batches. rows: (captions, T), padded with the number of words;
    first, count: where the captions of each picture stand."""

    def __init__(self, model: Clip, part: Part):
        flat = [[model.index[word] for word in captions.in_words(text)] for said in part.texts for text in said]
        self.rows = torch.full((len(flat), max(map(len, flat))), len(model.words))
        for row, numbers in zip(self.rows, flat, strict=True):
            row[: len(numbers)] = torch.tensor(numbers)
        self.count = torch.tensor([len(said) for said in part.texts])
        self.first = self.count.cumsum(0) - self.count
        _, self.text = torch.unique(self.rows, dim=0, return_inverse=True)  # equal captions have equal numbers

    def draw(self, pictures: Tensor, generator: torch.Generator) -> Tensor:
        """Which caption (B,) each of the pictures (B,) has this time: the full one half of the time, else any of its captions."""
        chance = torch.rand(2, len(pictures), generator=generator)
        other = (chance[1] * self.count[pictures]).long()
        return self.first[pictures] + torch.where(chance[0] < 0.5, 0, other)

    def vectors(self, model: Clip, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, 50) and which are words, bool (B, T), cut to the longest of the batch."""
        rows = self.rows[chosen]
        there = rows < len(model.words)
        longest = int(there.sum(1).max())
        rows, there = rows[:, :longest].to(model.log_scale.device), there[:, :longest].to(model.log_scale.device)
        return model.texts.table(rows.clamp_max(len(model.words) - 1)), there


class Families:
    """Draws pictures of different groups, as long as there are enough groups: the variants of one emoji are near copies."""

    def __init__(self, group: Tensor):
        self.order = group.argsort(stable=True)
        _, self.count = torch.unique(group[self.order], return_counts=True)
        self.first = self.count.cumsum(0) - self.count

    def draw(self, size: int, generator: torch.Generator) -> Tensor:
        """Pictures (size,)."""
        rounds = []
        while sum(map(len, rounds)) < size:
            rounds.append(torch.randperm(len(self.count), generator=generator))
        groups = torch.cat(rounds)[:size]
        within = (torch.rand(size, generator=generator) * self.count[groups]).long()
        return self.order[self.first[groups] + within]


# Training ---------------------------------------------------------------------------------------------------------

RATE, DECAY = 2e-3, 0.1
EXHIBITED = 24  # pairs whose similarities are shown while the encoders learn


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Learn, then measure on held-out pairs; yields Step and Preview, returns the Outcome."""
    pairs = captions.load(config.data)
    model, taken = yield from learn(config, context, pairs)
    state = stored(model)
    context.learned(taken, state)
    metrics = yield from measure(model, config, pairs, context)
    return Outcome(state, metrics, taken)


def learn(config: Config, context: Context, pairs: Pairs) -> Generator[Event, None, tuple[Clip, int]]:
    """Figure 3 of the paper, batch by batch; yields Step and Preview, returns the encoders and how many steps they took."""
    device = context.device
    model = build(config, context.generator("init"))
    start_from_glove(model)
    model = model.to(device)
    tokens, families = Tokens(model, pairs.train), Families(pairs.train.group)
    optimiser = adamw(model, RATE, decay=DECAY, betas=(0.9, 0.98))
    order, saying, shifts = (context.generator(purpose) for purpose in ("order", "captions", "augmentation"))
    shown = {"trained": exhibit(pairs.train), "held_out": exhibit(pairs.test)}
    pace, meanwhile = Pace(), Meanwhile(context)

    for i in steps(config.steps, context):
        meanwhile.look(i, i / config.steps, model)
        if pace.preview_due(i):
            yield preview(i, model, shown)
        set_rate(optimiser, RATE * warm_cosine(i / config.steps))
        batch = families.draw(config.batch, order)
        chosen = tokens.draw(batch, saying)
        x = shift_and_mirror(pairs.train.x[batch], shifts, mirror=False).to(device).float() / 255
        pictures, texts = model(x, *tokens.vectors(model, chosen))
        loss = pair_loss(model, config, pictures, texts, tokens.text[chosen].to(device))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if pace.step_due(i + 1, config.steps):
            yield Step(i + 1, config.steps, {"loss": loss.item(), "temperature": 1 / model.scale.item()})
    round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(i + 1, model, shown)
    return model, i + 1


def pair_loss(model: Clip, config: Config, pictures: Tensor, texts: Tensor, which: Tensor) -> Tensor:
    """The loss of a batch of unit vectors (B, D); which: (B,), equal where two captions are equal."""
    same = which[:, None] == which if config.equal == "left out" else None
    if config.loss == "sigmoid":
        return sigmoid_pairs(pictures, texts, model.scale, model.bias, same)
    return symmetric(pictures, texts, model.scale, same)


def exhibit(part: Part) -> Part:
    """EXHIBITED pairs of different groups and captions, evenly from all of the part; always the same."""
    first = {group: i for i, group in reversed(list(enumerate(part.group.tolist())))}
    rows = sorted(first.values())
    return part.some([rows[i] for i in torch.linspace(0, len(rows) - 1, min(EXHIBITED, len(rows))).round().long()])


@torch.no_grad()
def preview(i: int, model: Clip, shown: Mapping[str, Part]) -> Preview:
    """Cosines of pictures (rows) and their captions (columns), as bytes: 0 is -1, 255 is 1. (1, EXHIBITED, EXHIBITED, 1) each, of pairs
    that are trained on and of held-out ones."""
    found = {}
    for name, part in shown.items():
        similar = encode_pictures(model, part.x) @ encode_texts(model, part.names).T
        found[name] = as_cosine_bytes(similar)[None, :, :, None]
    return Preview(i, found)


def as_cosine_bytes(similar: Tensor) -> np.ndarray:
    """Cosines (n, m) as uint8."""
    return ((similar.clamp(-1, 1) + 1) * 127.5).round().to("cpu", torch.uint8).numpy()


# What came of it --------------------------------------------------------------------------------------------------

# {} stands for what is named. The first one is the name alone; the last number is the average of all of them.
TEMPLATES = (
    "{}",
    "a picture of {}",
    "a drawing of {}",
    "an emoji of {}",
    "a small picture of {}",
    "a symbol for {}",
    "this is {}",
    "one {}",
)
SHOTS = (1, 2, 4, 8, 16, 32)
DRAWS = 10  # of the few labelled pictures


def encode_ensemble(model: Clip, texts: Sequence[str], templates: Sequence[str] = TEMPLATES) -> Tensor:
    """(n, D): each text in each of the templates, averaged in the shared space (Radford et al. 2021, section 3.1.4)."""
    return F.normalize(sum(encode_texts(model, [one.format(text) for text in texts]) for one in templates), dim=1)


def measure(model: Clip, config: Config, pairs: Pairs, context: Context) -> Generator[Event, None, dict[str, object]]:
    """Held-out metrics of trained encoders; thresholds and the like are chosen on `pairs.validation`."""
    stages = Stages(5)
    untrained = at_the_start(config, context)
    metrics: dict[str, object] = {"held_out": len(pairs.test), "temperature": 1 / float(model.scale)}
    metrics |= found_again(model, untrained, pairs.test)
    # Of emoji, whose names are no combinations of a few attributes: the own one as the nearest of all held-out names.
    metrics |= {
        "zero_shot_held_out_combinations": metrics["recall"]["names"]["1"],
        "chance_zero_shot": 1 / metrics["captions"],
    }
    yield stages.over()
    metrics |= naming(model, config, pairs)
    yield stages.over()
    metrics["few_shot"] = few_shot(model, config, pairs, context)
    yield stages.over()
    if config.data == "shapes":
        metrics |= combinations(model)
        yield stages.going()
        metrics["order"] = word_order(model)
        metrics["arithmetic"] = arithmetic(model)
    yield stages.over()
    return metrics


def at_the_start(config: Config, context: Context) -> Clip:
    """The encoders before their first step, with GloVe's vectors where these are here."""
    model = build(config, context.generator("init"))
    if glove.available():
        start_from_glove(model)
    return model.to(context.device).eval().requires_grad_(False)


def found_again(model: Clip, untrained: Clip, part: Part) -> dict[str, object]:
    """Recall both ways among held-out pairs with different captions, and the gap between the two kinds; before training as well."""
    rows = list({name: i for i, name in reversed(list(enumerate(part.names)))}.values())[::-1]
    part, found = part.some(rows), {}
    for name, encoders in (("", model), ("_untrained", untrained)):
        pictures, texts = encode_pictures(encoders, part.x).cpu(), encode_texts(encoders, part.names).cpu()
        similar = pictures @ texts.T
        found[f"recall{name}"] = {"names": two_encoders.recalls(similar), "pictures": two_encoders.recalls(similar.T)}
        found[f"modality_gap{name}"] = two_encoders.gap(pictures, texts)
        own = similar.diag().mean()
        found[f"cosines{name}"] = {
            "own": float(own),
            "other": float((similar.mean() - own / len(rows)) * len(rows) / (len(rows) - 1)),
        }
        if not name:
            hit = (two_encoders.ranks(similar) < 10).float()
            seen = Resampled(len(rows))
            found |= {
                "recall_at_10": float(hit.double().mean()),
                "recall_at_10_interval": seen.interval(seen.means(hit)),
            }
            # The variants of one emoji have names that differ by a skin tone: the first of each group alone is the harder test.
            first = list({group: i for i, group in reversed(list(enumerate(part.group.tolist())))}.values())[::-1]
            alone = two_encoders.recalls(similar[first][:, first])
            found["one_of_each_group"] = {"count": len(first), "recall": alone, "chance": min(1.0, 10 / len(first))}
    return {**found, "captions": len(rows), "chance_recall_at_10": min(1.0, 10 / len(rows))}


def asked(config: Config, part: Part) -> tuple[Part, tuple[str, ...], Tensor]:
    """Pictures to be named, the names, and which name each picture has: (N,). Of emoji one of each family by its own name; of scenes
    those of one figure by shape and colour."""
    if config.data == "shapes":
        one = part.some([i for i, said in enumerate(part.texts) if len(said) > 4])  # two figures have no shorter names
        return one, scenes.nouns(), one.group
    first = part.some(list({group: i for i, group in reversed(list(enumerate(part.group.tolist())))}.values())[::-1])
    return first, first.names, torch.arange(len(first))


def naming(model: Clip, config: Config, pairs: Pairs) -> dict[str, object]:
    """The threshold for "none of these", the calibration of the sigmoid, and the effect of templates."""
    by: dict[str, two_encoders.Trials] = {}
    for which, part in (("validation", pairs.validation), ("test", pairs.test)):
        pictures, names, right = asked(config, part)
        similar = (encode_pictures(model, pictures.x) @ encode_texts(model, names).T).cpu()
        wrong = torch.ones_like(similar, dtype=torch.bool).scatter_(1, right[:, None], False)
        by[which] = two_encoders.trials(similar, right, wrong, seeded(0, f"none of these, {which}"))
    # the pictures and names are those of the test part from here on
    shown = encode_pictures(model, pictures.x)
    seen, hits = Resampled(len(pictures)), {}
    said = {
        "name": encode_texts(model, names),
        "template": encode_texts(model, [TEMPLATES[1].format(name) for name in names]),
    }
    said["ensemble"] = encode_ensemble(model, names)
    top = 1 if config.data == "shapes" else 5
    for name, texts in said.items():
        hits[name] = (two_encoders.ranks((shown @ texts.T).cpu(), right) < top).float()
    slope, intercept = two_encoders.calibrated(by["validation"])
    return {
        "none_of_these": two_encoders.none_of_these(by["validation"], by["test"], float(model.scale)),
        "calibration": {"slope": slope, "intercept": intercept},
        "templates": {
            "top": top, "names": len(names), "tested": len(pictures),
            **{name: float(hit.double().mean()) for name, hit in hits.items()},
            "template_gain": seen.difference(hits["template"], hits["name"]),
            "ensemble_gain": seen.difference(hits["ensemble"], hits["name"]),
        },
    }  # fmt: skip


def class_names(config: Config) -> tuple[str, ...]:
    """The classes as they are said to the text encoder."""
    return captions.classes(config.data) if config.data == "openmoji" else tuple(f"a {name}" for name in scenes.SHAPES)


def few_shot(model: Clip, config: Config, pairs: Pairs, context: Context) -> dict[str, object]:
    """The classes of held-out pictures by their names alone, beside a linear probe of the picture encoder with a few labelled
    pictures a class, DRAWS times; its penalty is chosen on validation pictures."""
    g, y = context.generator("few shot"), pairs.train.label
    parts = [pairs.train, pairs.validation, pairs.test]
    if config.data == "shapes":
        parts = [part.some([i for i, said in enumerate(part.texts) if len(said) > 4]) for part in parts]
        y = parts[0].label
    x = [encode_pictures(model, part.x).cpu() for part in parts]
    split = Split(x[0], y, x[1], parts[1].label, x[2], parts[2].label)
    names = class_names(config)
    right = (x[2] @ encode_texts(model, names).cpu().T).argmax(1) == parts[2].label
    seen = Resampled(len(right))
    rows = []
    for shots in SHOTS:
        draws = [torch.cat([some_of(y == label, shots, g) for label in range(len(names))]) for _ in range(DRAWS)]
        reading = few_label_probe(split, draws)
        ahead = seen.interval(seen.means(right.float()) - seen.means(reading.right.float()))
        rows.append({"shots": shots, "accuracy": reading.accuracy, "zero_shot_ahead": ahead})
    return {"zero_shot": float(right.double().mean()), "classes": len(names), "tested": len(right), "by_shots": rows,
            "most_common": float(torch.bincount(parts[2].label).max()) / len(right)}  # fmt: skip


def some_of(these: Tensor, count: int, g: torch.Generator) -> Tensor:
    """At most `count` of the rows that are True in (N,), drawn."""
    rows = these.nonzero()[:, 0]
    return rows[torch.randperm(len(rows), generator=g)[:count]]


def combinations(model: Clip) -> dict[str, object]:
    """Scenes of one figure named among all 648 full captions: of combinations of shape and colour that no training scene had, and
    of those that it had; and each attribute by itself."""
    drawn, x = scenes.load("test")
    said, told = scenes.captions_of_one(), scenes.attributes_of_one()
    texts = encode_texts(model, said)
    found: dict[str, object] = {"captions": len(said)}
    for name, held_out in (("held_out", True), ("seen", False)):
        rows = [i for i, scene in enumerate(drawn) if len(scene.figures) == 1 and scene.is_held_out == held_out]
        truth = torch.tensor([scenes.attributes(drawn[i]) for i in rows])  # (n, 4): shape, colour, size, place
        same = told[(encode_pictures(model, x[rows]) @ texts.T).argmax(1).cpu()] == truth
        right, seen = same.all(1).float(), Resampled(len(rows))
        by_attribute = dict(zip(scenes.ATTRIBUTES, same.double().mean(0).tolist(), strict=True))
        found[name] = {
            "right": float(right.double().mean()),
            "interval": seen.interval(seen.means(right)),
            "tested": len(rows),
            "by_attribute": by_attribute,
        }
    return {
        "combinations": found,
        "zero_shot_held_out_combinations": found["held_out"]["right"],
        "chance_zero_shot": 1 / len(said),
    }


def word_order(model: Clip) -> dict[str, object]:
    """How often a scene of two figures is nearer to its caption than to the same words about the scene turned round; chance is a half."""
    drawn, x = scenes.load("test")
    rows = [i for i, scene in enumerate(drawn) if len(scene.figures) == 2 and scene.figures[0] != scene.figures[1]]
    pictures = encode_pictures(model, x[rows])
    own, turned = (encode_texts(model, [one.caption() for one in said]) for said in
                   ([drawn[i] for i in rows], [scenes.other_order(drawn[i]) for i in rows]))  # fmt: skip
    ahead = ((pictures * own).sum(1) - (pictures * turned).sum(1)).cpu()
    right = torch.where(ahead.abs() < 1e-5, 0.5, (ahead > 0).float())  # a bag of words cannot tell them apart
    seen = Resampled(len(rows))
    return {"right": float(right.double().mean()), "interval": seen.interval(seen.means(right)), "tested": len(rows)}


def arithmetic(model: Clip) -> dict[str, object]:
    """A scene of one figure minus the word of its colour plus another one: whether the nearest other scene has that colour and the
    same shape; beside the scene itself, without the sum."""
    drawn, x = scenes.load("test")
    rows = [i for i, scene in enumerate(drawn) if len(scene.figures) == 1]
    shape, colour = torch.tensor([drawn[i].figures[0][:2] for i in rows]).T
    wanted = (colour + 1 + torch.arange(len(rows)) % (len(scenes.HUES) - 1)) % len(scenes.HUES)
    pictures, words = encode_pictures(model, x[rows]).cpu(), encode_texts(model, scenes.HUES).cpu()
    found: dict[str, object] = {"tested": len(rows)}
    for name, asked_for in (("sum", two_encoders.moved(pictures, words[colour], words[wanted])), ("without", pictures)):
        nearest = (asked_for @ pictures.T).fill_diagonal_(-2).argmax(1)
        found[name] = float(((shape[nearest] == shape) & (colour[nearest] == wanted)).double().mean())
        found[f"{name}_shape"] = float((shape[nearest] == shape).double().mean())
        found[f"{name}_colour"] = float((colour[nearest] == wanted).double().mean())
    share = ((shape[:, None] == shape) & (colour == wanted[:, None])).double().mean()
    return found | {"chance": float(share)}


def warm(model: Clip, config: Config) -> None:
    """One picture and one text through the encoders."""
    encode_pictures(model, torch.zeros(1, 3, 32, 32, dtype=torch.uint8))
    encode_texts(model, ["a cat"])


EXPERIMENT = Experiment(
    name="clip",
    version=VERSION,
    title="Pictures and words",
    config=Config,
    data_of=lambda config: captions.data_of(config.data),
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, config, captions.load(config.data), context),
    keeps_ages=lambda config: False,
    presets={"quick": {"steps": 200}},
    baked=(
        {"data": "openmoji"},
        {"data": "shapes"},
        {"data": "shapes", "temperature": "0.01"},
        {"data": "shapes", "temperature": "1"},
    ),
    metric_names=("recall_at_10", "chance_recall_at_10", "zero_shot_held_out_combinations", "chance_zero_shot", "modality_gap"),
)  # fmt: skip
