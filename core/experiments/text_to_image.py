"""From text to picture: frozen encoders, a prior from a text's code to a picture's code, and a decoder from a code to a picture.

Ramesh et al. 2022, "Hierarchical text-conditional image generation with CLIP latents" (unCLIP), in small. The encoders are those of the
experiment `clip`, as they ship, and do not learn here. The prior is a diffusion of codes (section 2.2), with least squares beside it. The decoder is a
diffusion of 32 x 32 pictures that is told a code (section 2.1). It learns to draw from the text's code as well, by another first layer, so that
what a prior is good for can be measured with one network and from the same noise (section 5.1).

Prior and decoder never see a pair of shape and colour that the encoders have not seen (`scenes.HELD_OUT`), nor, with `held="triple"`, twelve
combinations of shape, colour and size that the encoders have seen: what fails with the first alone, the codes do not hold.
Axis letters: N pictures or texts, D width of the codes, E width of what the decoder is told.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.analysis import attributes, frechet, two_encoders
from core.analysis.intervals import Resampled
from core.data import captions, scenes
from core.data.augment import shift_and_mirror
from core.data.captions import Part
from core.data.pixels import as_bytes, in_batches
from core.events import Event, Outcome, Preview, Step
from core.experiment import Context, Experiment, knob
from core.experiments import clip
from core.nn import diffusion
from core.nn.diffusion import Moment, walk, walked
from core.nn.weights import round_to_stored
from core.rng import generator as seeded
from core.training.frozen import frozen
from core.training.loop import Meanwhile, Stages, adamw, set_rate, steps
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1


@dataclass(frozen=True)
class Config:
    data: str = knob("shapes", "Pictures and captions", ("shapes", "openmoji"))
    held: str = knob(
        "triple", "Never trained together", ("pair", "triple"),
        help="Pair: six pairs of shape and colour, which the encoders have not seen either. Triple: also twelve combinations of shape, colour and size, which they have.",
    )  # fmt: skip
    target: str = knob(
        "picture", "The decoder says", diffusion.TARGETS,
        help="The noise, the clean picture, or v, a mixture of both. Each follows from any other, but what is easy to learn at which moment does not.",
    )  # fmt: skip
    path: str = knob(
        "cosine", "Way into noise", diffusion.PATHS,
        help="Cosine: the variance stays what it is. Straight: a line from the picture to the noise, which is a rectified flow.",
    )  # fmt: skip
    steps: int = knob(3000, "Training steps", (40, 400, 1500, 3000, 6000), unit="batches of 32")


SIDE, PATCH = 32, 2  # of a picture; pixels that the decoder takes as one place
WIDTHS = (32, 48, 48)  # maps at 16 x 16, 8 x 8 and 4 x 4 places
TOLD, INSIDE, BLOCKS = 64, 128, 3  # E; width and blocks of the prior
WAVES = 16


class Moments(nn.Module):
    """Times (B,) -> (B, width): sines and cosines of WAVES lengths, and two layers."""

    def __init__(self, width: int):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2 * WAVES, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, t: Tensor) -> Tensor:
        angle = t[:, None] * torch.logspace(0, 2.5, WAVES, device=t.device) * math.pi / 2
        return self.layers(torch.cat([angle.sin(), angle.cos()], dim=1))


class Prior(nn.Module):
    """A code in noise (B, D), the time (B,) and the text's code (B, D) -> the clean code of a picture (B, D)."""

    def __init__(self, width: int):
        super().__init__()
        self.moment = Moments(INSIDE)
        self.into = nn.Linear(2 * width, INSIDE)
        self.nothing = nn.Parameter(torch.zeros(width))  # in place of a text, for guidance
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(INSIDE), nn.Linear(INSIDE, INSIDE), nn.SiLU(), nn.Linear(INSIDE, INSIDE))
            for _ in range(BLOCKS)
        )
        self.out = nn.Sequential(nn.LayerNorm(INSIDE), nn.Linear(INSIDE, width))

    def forward(self, x: Tensor, t: Tensor, text: Tensor) -> Tensor:
        h = self.into(torch.cat([x, text], dim=1)) + self.moment(t)
        for block in self.blocks:
            h = h + block(h)
        return self.out(h)


class Told(nn.Module):
    """Two convolutions beside a short cut; between them each map is scaled and shifted by what the decoder is told (FiLM, Perez et al. 2018)."""

    def __init__(self, before: int, after: int):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(8, before), nn.GroupNorm(8, after)
        self.first, self.second = nn.Conv2d(before, after, 3, padding=1), nn.Conv2d(after, after, 3, padding=1)
        self.film = nn.Linear(TOLD, 2 * after)
        self.short = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        h = self.first(F.silu(self.norm1(x)))
        scale, shift = self.film(told)[:, :, None, None].chunk(2, dim=1)
        h = self.second(F.silu(self.norm2(h) * (1 + scale) + shift))
        return self.short(x) + h


class Decoder(nn.Module):
    """A small U-Net (Ronneberger, Fischer and Brox 2015): x_t (B, 3, 32, 32) in [-1, 1], times (B,), what it is told (B, E) -> (B, 3, 32, 32).

    Convolutions know no places, so the code also draws the first map of the smallest level by itself.
    """

    def __init__(self, width: int):
        super().__init__()
        high, middle, low = WIDTHS
        self.moment = Moments(TOLD)
        self.image, self.text = nn.Linear(width, TOLD), nn.Linear(width, TOLD)  # of a picture's code, and of a text's
        self.nothing = nn.Parameter(torch.zeros(TOLD))
        self.places = nn.Linear(TOLD, middle * 16)
        self.into = nn.Conv2d(3 * PATCH**2, high, 3, padding=1)
        self.down1, self.down2, self.inner = Told(high, high), Told(high, middle), Told(middle, low)
        self.up2, self.up1 = Told(low + middle, middle), Told(middle + high, high)
        self.norm = nn.GroupNorm(8, high)
        self.out = nn.Conv2d(high, 3 * PATCH**2, 3, padding=1)
        self.to(memory_format=torch.channels_last)

    def tell(self, codes: Tensor, kind: str) -> Tensor:
        """What the decoder is told (B, E) of codes (B, D). kind: "image" or "text", whose codes they are."""
        return (self.image if kind == "image" else self.text)(codes)

    def forward(self, x: Tensor, t: Tensor, told: Tensor) -> Tensor:
        moment = self.moment(t)
        told_now = F.silu(told + moment)
        x = F.pixel_unshuffle(x, PATCH).contiguous(memory_format=torch.channels_last)
        first = self.down1(self.into(x), told_now)  # (B, C, 16, 16)
        second = self.down2(F.avg_pool2d(first, 2), told_now)  # (B, C, 8, 8)
        third = F.avg_pool2d(second, 2)
        h = self.inner(third + self.places(told_now).view(len(x), -1, 4, 4), told_now)
        h = self.up2(torch.cat([larger(h), second], dim=1), told_now)
        h = self.up1(torch.cat([larger(h), first], dim=1), told_now)
        return F.pixel_shuffle(self.out(F.silu(self.norm(h))), PATCH)


def larger(x: Tensor) -> Tensor:
    """Each place of maps (B, C, h, w) as two by two."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


class TextToImage(nn.Module):
    """The frozen encoders, the prior, the decoder, and what follows from the codes of the training pictures: least squares and directions."""

    def __init__(self, config: Config):
        super().__init__()
        self.path, self.target = config.path, config.target
        self.clip = clip.build(clip.Config(data=config.data))
        width = clip.Config().width
        self.prior, self.decoder = Prior(width), Decoder(width)
        self.register_buffer("linear", torch.zeros(width + 1, width))  # of [text code, 1]: least squares
        self.register_buffer("middle", torch.zeros(width))  # the mean code
        self.register_buffer(
            "directions", torch.eye(width)
        )  # (D, D): principal directions, one a row, the widest first
        self.register_buffer("spread", torch.ones(width))  # (D,): the standard deviation along each

    @property
    def device(self) -> torch.device:
        return self.middle.device


def build(config: Config, generator: torch.Generator | None = None) -> TextToImage:
    """Untrained networks; the encoders are whatever `clip.build` makes until `frozen` weights are loaded. Raises data.Missing as `clip.build`."""
    model = TextToImage(config)
    for network in (model.prior, model.decoder):
        for module in network.modules():
            if isinstance(module, nn.Linear | nn.Conv2d):
                nn.init.normal_(module.weight, std=module.weight[0].numel() ** -0.5, generator=generator)
                nn.init.zeros_(module.bias)
        nn.init.normal_(network.nothing, std=0.1, generator=generator)
        for block in network.modules():
            if isinstance(block, Told):
                nn.init.zeros_(block.second.weight)
    nn.init.zeros_(model.decoder.out.weight)
    model.clip = clip.build(clip.Config(data=config.data), generator)
    return model


# Codes --------------------------------------------------------------------------------------------------------------


def scaled(codes: Tensor) -> Tensor:
    """Unit vectors (N, D) so that each number has variance 1 about: what a diffusion is made for."""
    return codes * codes.shape[1] ** 0.5


def principal(codes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean (D,), directions (D, D) one a row, and standard deviations (D,) of codes (N, D)."""
    middle = codes.mean(dim=0)
    _, singular, directions = torch.linalg.svd(codes - middle, full_matrices=False)
    directions = directions * directions.gather(1, directions.abs().argmax(dim=1, keepdim=True)).sign()
    return middle, directions, singular / len(codes) ** 0.5


def cut(model: TextToImage, codes: Tensor, k: int) -> Tensor:
    """Codes (N, D) with nothing but their first k principal directions, at unit length (Ramesh et al. 2022, figure 7)."""
    some = model.directions[:k]
    return F.normalize(model.middle + (codes - model.middle) @ some.T @ some, dim=1)


def between(one: Tensor, other: Tensor, share: float) -> Tensor:
    """The code on the arc from one unit vector (D,) to another one (Ramesh et al. 2022, section 3.2)."""
    angle = (one @ other).clamp(-1, 1).arccos()
    if float(angle) < 1e-4:
        return one
    return (((1 - share) * angle).sin() * one + (share * angle).sin() * other) / angle.sin()


def least_squares(texts: Tensor, codes: Tensor, ridge: float = 1e-3) -> Tensor:
    """(D + 1, D): the weights of [text code, 1] that are nearest to the pictures' codes; texts, codes: (N, D). ridge: of the mean square."""
    x = torch.cat([texts, torch.ones(len(texts), 1)], dim=1).double()
    hold = ridge * len(x) / texts.shape[1] * torch.eye(x.shape[1], dtype=torch.float64)
    return torch.linalg.solve(x.T @ x + hold, x.T @ codes.double()).float()


def by_least_squares(model: TextToImage, texts: Tensor) -> Tensor:
    """Codes (N, D) of pictures that least squares makes of codes of texts (N, D)."""
    return F.normalize(texts @ model.linear[:-1] + model.linear[-1], dim=1)


PRIOR_STEPS, CANDIDATES = 16, 2


@torch.no_grad()
def by_diffusion(model: TextToImage, texts: Tensor, noise: Tensor, weight: float = 1.0) -> Tensor:
    """Codes (N, D) of pictures that the prior draws for codes of texts (N, D). noise: (CANDIDATES, N, D); of the codes that come of it, the one
    nearest to the text is kept (section 2.2). weight: of guidance."""
    drawn = torch.stack([walked(prior_walk(model, texts, one, weight)) for one in noise])
    drawn = F.normalize(drawn, dim=2)
    best = (drawn * texts).sum(dim=2).argmax(dim=0)
    return drawn[best, torch.arange(len(texts), device=best.device)]


def prior_walk(model: TextToImage, texts: Tensor, noise: Tensor, weight: float) -> Iterator[Moment]:
    """The way from noise (N, D) to codes; see `diffusion.walk`."""
    asked = scaled(texts)

    def say(x: Tensor, t: Tensor) -> Tensor:
        when = t.expand(len(x))
        said = model.prior(x, when, asked)
        if weight == 1:
            return said
        return diffusion.guided(said, model.prior(x, when, model.prior.nothing.expand_as(x)), weight)

    return walk(say, noise, PRIOR_STEPS, "cosine", "picture")


def decoder_walk(model: TextToImage, told: Tensor, noise: Tensor, steps: int, weight: float) -> Iterator[Moment]:
    """The way from noise (N, 3, 32, 32) to pictures in [-1, 1], told (N, E); see `diffusion.walk`."""

    def say(x: Tensor, t: Tensor) -> Tensor:
        when = t.expand(len(x))
        if weight == 1:
            return model.decoder(x, when, told)
        twice = model.decoder(
            torch.cat([x, x]), torch.cat([when, when]), torch.cat([told, model.decoder.nothing.expand_as(told)])
        )
        return diffusion.guided(*twice.chunk(2), weight)

    return walk(say, noise, steps, model.path, model.target, limit=1.0)


STEPS, GUIDANCE = 16, 2.0  # of a picture that is shown or measured


@torch.no_grad()
def decode(
    model: TextToImage, codes: Tensor, noise: Tensor, kind: str = "image", weight: float = GUIDANCE, steps: int = 0
) -> Tensor:
    """Pictures uint8 (N, 3, 32, 32) from codes (N, D) and noise (N, 3, 32, 32), in so many steps; STEPS without one."""
    parts = [
        walked(decoder_walk(model, model.decoder.tell(scaled(some), kind), start, steps or STEPS, weight))
        for some, start in zip(codes.split(64), noise.split(64), strict=True)
    ]
    return as_pictures(torch.cat(parts))


def as_pictures(x: Tensor) -> Tensor:
    """Numbers (N, 3, H, W) about [-1, 1] as pictures uint8."""
    return ((x + 1) * 127.5).clamp(0, 255).round().to("cpu", torch.uint8)


# Training -------------------------------------------------------------------------------------------------------------

PICTURES = 8_000  # scenes to learn from
BATCH, OF_CODES = 32, 256  # of the decoder, half of it from texts, and of the prior
RATE, PRIOR_RATE, DECAY = 2e-3, 1e-3, 1e-4
DROPPED = 0.1  # of the codes are left out, for guidance (section 2.1)
KEPT = 0.995  # of the average of the weights, a step
EXHIBITED = 8


# (shape, colour, size): each shape in one colour is never small, and in another one never large.
TRIPLES = frozenset((shape, (shape + step) % 6, size) for shape in range(6) for step, size in ((1, 0), (4, 1)))


def is_held_out(scene: scenes.Scene, held: str) -> bool:
    """Whether prior and decoder never see such a scene of one figure. held: as in Config."""
    return scene.is_held_out or (held == "triple" and scene.figures[0] in TRIPLES)


def one_figure(count: int, held: str, g: torch.Generator) -> tuple[scenes.Scene, ...]:
    """Scenes of one figure, none with a combination that is held out."""
    drawn: list[scenes.Scene] = []
    while len(drawn) < count:
        scene = scenes.draw_scene(g, 0, False)
        if not is_held_out(scene, held):
            drawn.append(scene)
    return tuple(drawn)


def learned_from(data: str, held: str = "triple") -> Part:
    """Pictures with captions: emoji that are not held out, or scenes of one figure, drawn for this."""
    if data == "openmoji":
        return captions.part(data, "train")
    g = seeded(0, "scenes of one figure")
    drawn = one_figure(PICTURES, held, g)
    x = torch.cat([scenes.draw(drawn[i : i + 400], g) for i in range(0, len(drawn), 400)])
    label = torch.tensor([scene.figures[0][0] for scene in drawn])
    return Part(x, tuple(map(captions.said_of, drawn)), label, label)


class Captions:
    """The codes of all captions of a training set. table: (M, D); rows: which of them each caption is; first, count: where those of each picture stand."""

    def __init__(self, model: TextToImage, part: Part):
        flat = [text for said in part.texts for text in said]
        numbers = {text: i for i, text in enumerate(dict.fromkeys(flat))}
        self.table = clip.encode_texts(model.clip, tuple(numbers))
        self.rows = torch.tensor([numbers[text] for text in flat])
        self.count = torch.tensor([len(said) for said in part.texts])
        self.first = self.count.cumsum(0) - self.count

    def full(self) -> Tensor:
        """(N, D): the code of each picture's full caption."""
        return self.table[self.rows[self.first]]

    def draw(self, pictures: Tensor, g: torch.Generator) -> Tensor:
        """(B, D): the code of a caption of each of the pictures (B,): the full one half of the time, else any of its captions."""
        chance = torch.rand(2, len(pictures), generator=g)
        other = (chance[1] * self.count[pictures]).long()
        return self.table[self.rows[self.first[pictures] + torch.where(chance[0] < 0.5, 0, other)]]


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Prior and decoder side by side, then what came of them; yields Step and Preview, returns the Outcome."""
    part, device = learned_from(config.data, config.held), context.device
    model = build(config, context.generator("init"))
    model.clip = frozen("clip", {"data": config.data})
    said = Captions(model, part)
    codes = clip.encode_pictures(model.clip, part.x)
    model.middle, model.directions, model.spread = principal(codes)
    model.linear = least_squares(said.full(), codes)
    model = model.to(device)
    average = copy.deepcopy(model).eval().requires_grad_(False)
    optimisers = [adamw(model.decoder, RATE, DECAY), adamw(model.prior, PRIOR_RATE, DECAY)]
    order, saying, dust, shifts = (context.generator(p) for p in ("order", "captions", "noise", "augmentation"))
    pace, meanwhile = Pace(), Meanwhile(context)
    for i in steps(config.steps, context):
        meanwhile.look(i, i / config.steps, average)
        if pace.preview_due(i):
            yield preview(i, average, config)
        for optimiser, rate in zip(optimisers, (RATE, PRIOR_RATE), strict=True):
            set_rate(optimiser, rate * warm_cosine(i / config.steps))
        rows = torch.randint(len(part), (BATCH,), generator=order)
        x = part.x[rows] if config.data == "shapes" else shift_and_mirror(part.x[rows], shifts, mirror=True)
        drawn = decoder_loss(model, x.to(device), said.draw(rows[BATCH // 2 :], saying).to(device), dust)
        rows = torch.randint(len(part), (OF_CODES,), generator=order)
        guessed = prior_loss(model, codes[rows].to(device), said.draw(rows, saying).to(device), dust)
        for optimiser in optimisers:
            optimiser.zero_grad(set_to_none=True)
        (drawn + guessed).backward()
        for optimiser in optimisers:
            optimiser.step()
        follow(average, model, min(KEPT, (1 + i) / (10 + i)))
        if pace.step_due(i + 1, config.steps):
            yield Step(i + 1, config.steps, {"loss": float(drawn.detach()), "loss_prior": float(guessed.detach())})
    state = round_to_stored(average)
    yield preview(i + 1, average, config)
    context.learned(i + 1, state)
    metrics = yield from measure(average, config, context)
    return Outcome(state, metrics, i + 1)


@torch.no_grad()
def follow(average: TextToImage, model: TextToImage, kept: float) -> None:
    """Move the average of the weights towards those of this step."""
    for name in ("prior", "decoder"):
        for mean, now in zip(getattr(average, name).parameters(), getattr(model, name).parameters(), strict=True):
            mean.lerp_(now, 1 - kept)


def decoder_loss(model: TextToImage, x: Tensor, texts: Tensor, g: torch.Generator) -> Tensor:
    """The mean square of what the decoder says wrong of pictures uint8 (B, 3, 32, 32): the first half is told their own codes, the second half codes of
    texts (B / 2, D), and some of both nothing."""
    half = len(x) - len(texts)
    told = torch.cat(
        [
            model.decoder.tell(scaled(clip.encode_pictures(model.clip, x[:half])), "image"),
            model.decoder.tell(scaled(texts), "text"),
        ]
    )
    dropped = torch.rand(len(x), generator=g).to(x.device) < DROPPED
    told = torch.where(dropped[:, None], model.decoder.nothing, told)
    t = between_times(len(x), g).to(x.device)
    x0 = x.float() / 127.5 - 1
    noise = torch.randn(x0.shape, generator=g).to(x.device)
    said = model.decoder(diffusion.noised(x0, noise, t, model.path), t, told)
    return F.mse_loss(said, diffusion.target(x0, noise, t, model.path, model.target))


def prior_loss(model: TextToImage, codes: Tensor, texts: Tensor, g: torch.Generator) -> Tensor:
    """The mean square of what the prior says wrong of the clean codes (B, D) of pictures, told codes of their texts (B, D), or sometimes nothing: section 2.2."""
    dropped = torch.rand(len(codes), generator=g).to(codes.device) < DROPPED
    asked = torch.where(dropped[:, None], model.prior.nothing, scaled(texts))
    t = between_times(len(codes), g).to(codes.device)
    x0 = scaled(codes)
    noise = torch.randn(x0.shape, generator=g).to(codes.device)
    return F.mse_loss(model.prior(diffusion.noised(x0, noise, t, "cosine"), t, asked), x0)


def between_times(count: int, g: torch.Generator) -> Tensor:
    """(count,): times to learn at, evenly spread over those that are learned, so that a batch has some of each."""
    share = (torch.arange(count) + torch.rand(count, generator=g)) / count
    share = share[torch.randperm(count, generator=g)]
    return diffusion.FIRST + (diffusion.LAST - diffusion.FIRST) * share


def exhibit(config: Config) -> tuple[str, ...]:
    """EXHIBITED held-out captions, always the same."""
    if config.data == "shapes":
        return tuple(
            scenes.Scene(((*pair, i % 2),), (1, 1)).caption() for i, pair in enumerate(sorted(scenes.HELD_OUT))
        )
    names = tuple(dict.fromkeys(captions.part(config.data, "validation").names))
    return tuple(names[i] for i in torch.linspace(0, len(names) - 1, EXHIBITED).long().tolist())


@torch.no_grad()
def preview(i: int, model: TextToImage, config: Config) -> Preview:
    """Pictures of held-out captions as prior and decoder draw them now, from noise that is always the same; quickly, without guidance."""
    g, texts = seeded(0, "exhibit"), clip.encode_texts(model.clip, exhibit(config))
    noise = noises(len(texts), texts.shape[1], g).to(model)
    codes = by_diffusion(model, texts, noise.codes)
    return Preview(i, {"pictures": as_bytes(decode(model, codes, noise.pictures, steps=8, weight=1).float() / 255)})


@dataclass(frozen=True, eq=False)
class Noise:
    """What a sample begins with. codes: (CANDIDATES, N, D); pictures: (N, 3, 32, 32)."""

    codes: Tensor
    pictures: Tensor

    def to(self, model: TextToImage) -> Noise:
        return Noise(self.codes.to(model.device), self.pictures.to(model.device))


def noises(count: int, width: int, g: torch.Generator) -> Noise:
    """Noise for `count` samples."""
    return Noise(torch.randn(CANDIDATES, count, width, generator=g), torch.randn(count, 3, SIDE, SIDE, generator=g))


# What came of it -----------------------------------------------------------------------------------------------------------

VARIANTS = ("prior_decoder", "text_decoder", "text_as_image")
OTHERS = ("least_squares", "own_code")  # another prior; and the codes of real pictures, which no prior could better
HELD, DRAWS, SEEN = 108, 2, 108  # held-out captions, and samples of each; captions of combinations that were trained
WEIGHTS, KEPT_DIRECTIONS = (1.0, 1.5, 2.0, 3.0, 5.0), (1, 2, 4, 8, 16, 32, 64)


def ways(model: TextToImage, texts: Tensor, own: Tensor, noise: Tensor) -> dict[str, tuple[Tensor, str]]:
    """By name what the decoder is told: codes (N, D) and their kind. texts, own: codes of captions and of real pictures; noise: of the prior."""
    return {
        "prior_decoder": (by_diffusion(model, texts, noise), "image"),
        "text_decoder": (texts, "text"),
        "text_as_image": (texts, "image"),
        "least_squares": (by_least_squares(model, texts), "image"),
        "own_code": (own, "image"),
    }


@torch.no_grad()
def measure(model: TextToImage, config: Config, context: Context) -> Generator[Event, None, dict[str, object]]:
    """The ways from a text to a picture beside each other, from the same noise, on held-out captions."""
    pairs = config.data == "shapes" and config.held == "triple"
    ways_told = len(VARIANTS + OTHERS) * (1 + (config.data == "shapes") + pairs)
    stages = Stages(ways_told + (len(WEIGHTS) + len(KEPT_DIRECTIONS)) * (config.data == "shapes"))
    asked = Asked(config.data, config.held if config.data == "shapes" else "", DRAWS)
    drawn = yield from draw_all(model, asked, stages)
    metrics = distances(model, asked, drawn)
    if config.data == "openmoji":
        return metrics | found_again(model, asked, drawn)
    metrics |= attributes_told(asked, drawn)
    seen = Asked(config.data, "seen" if config.held == "pair" else "seen triple", 1)
    metrics["seen"] = shares((yield from draw_all(model, seen, stages)), seen.truth)
    if pairs:  # which the encoders have not seen either
        new = Asked(config.data, "pair", 1)
        metrics["pairs"] = shares((yield from draw_all(model, new, stages)), new.truth)
    metrics["by_guidance"] = yield from by_guidance(model, asked.first(), stages)
    metrics["by_directions"] = yield from by_directions(model, asked.first(), stages)
    return metrics


def is_asked(scene: scenes.Scene, kind: str) -> bool:
    """Whether captions of this kind have the scene; see `Asked`."""
    if kind == "pair":
        return scene.is_held_out
    if kind == "triple":
        return scene.figures[0] in TRIPLES
    return not is_held_out(scene, "triple" if kind == "seen triple" else "pair")


class Asked:
    """Captions, `draws` times each. kind: of scenes "pair" or "triple", which captions are held out, or "seen" or "seen triple" for SEEN of those that are not. texts: (N,);
    truth: (N, 3), shape, colour and size of scenes; own, real: two sets of real pictures of these captions, uint8 (N, 3, 32, 32); noise: what all ways
    begin with."""

    def __init__(self, data: str, kind: str, draws: int):
        self.draws = draws
        g = seeded(0, f"captions {kind}")
        if data == "shapes":
            every = [one for one in scenes.of_one() if is_asked(one, kind)]
            some = torch.randperm(len(every), generator=g)[: SEEN if kind.startswith("seen") else HELD].tolist()
            chosen = tuple(every[i] for i in sorted(some)) * draws
            self.texts = tuple(scene.caption() for scene in chosen)
            self.truth = torch.tensor([scene.figures[0] for scene in chosen])
            self.own, self.real = scenes.draw(chosen, g), scenes.draw(chosen, g)
        else:
            part = captions.part(data, "test")
            part = part.some(
                list({group: i for i, group in reversed(list(enumerate(part.group.tolist())))}.values())[::-1]
            )
            self.draws, self.texts = 1, part.names
            self.truth = torch.full((len(part), 3), attributes.NOTHING)
            self.own = self.real = part.x
        self.noise = noises(len(self.texts), clip.Config().width, g)

    def first(self) -> Asked:
        """The same, with one sample a caption."""
        one, count = copy.copy(self), len(self.texts) // self.draws
        one.draws, one.texts, one.truth = 1, self.texts[:count], self.truth[:count]
        one.own, one.real = self.own[:count], self.real[:count]
        one.noise = Noise(self.noise.codes[:, :count], self.noise.pictures[:count])
        return one


def draw_all(model: TextToImage, asked: Asked, stages: Stages) -> Generator[Event, None, dict[str, Tensor]]:
    """Pictures uint8 (N, 3, 32, 32) of all captions by each of the ways."""
    noise, texts = asked.noise.to(model), clip.encode_texts(model.clip, asked.texts)
    found = {}
    for name, (codes, kind) in ways(model, texts, clip.encode_pictures(model.clip, asked.own), noise.codes).items():
        parts = []
        for some, start in zip(codes.split(54), noise.pictures.split(54), strict=True):
            parts.append(decode(model, some, start, kind))
            yield stages.going()
        found[name] = torch.cat(parts)
        yield stages.over()
    return found


def seen_by(model: TextToImage, x: Tensor) -> Tensor:
    """(N, 96): the means of the maps of the frozen picture encoder's last convolution, of pictures uint8 (N, 3, 32, 32); the space of the Frechet distance."""
    return torch.cat(
        [model.clip.pictures.layers(part * 2 - 1).mean(dim=(2, 3)).cpu() for part in in_batches(x, 250, model.device)]
    )


def distances(model: TextToImage, asked: Asked, drawn: dict[str, Tensor]) -> dict[str, object]:
    """Frechet distances of each way from real pictures, and of the differences their intervals."""
    real, clouds = seen_by(model, asked.real), {name: seen_by(model, x) for name, x in drawn.items()}
    found: dict[str, object] = {f"frechet.{name}": frechet.frechet(real, cloud) for name, cloud in clouds.items()}
    found["frechet_difference"] = frechet.differences(real, clouds, VARIANTS[0], seeded(0, "frechet"))
    half = len(real) // 2
    found["frechet_floor"] = (
        frechet.frechet(real[:half], real[half:])
        if asked.real is asked.own
        else frechet.frechet(real, seen_by(model, asked.own))
    )
    return found


def attributes_told(asked: Asked, drawn: dict[str, Tensor]) -> dict[str, object]:
    """How often each attribute is right, by a rule; with intervals over captions, and of what the first way is ahead."""
    right = {name: attributes.right(attributes.read(x), asked.truth) for name, x in drawn.items()}
    by_caption = {
        name: {what: hit.float().view(asked.draws, -1).mean(0) for what, hit in hits.items()}
        for name, hits in right.items()
    }
    resampled = Resampled(len(asked.texts) // asked.draws)
    found: dict[str, object] = {
        f"attribute_accuracy.{name}.{what}": float(hit.double().mean())
        for name, hits in right.items()
        for what, hit in hits.items()
    }
    found["attribute_interval"] = {
        name: {what: resampled.interval(resampled.means(hit)) for what, hit in hits.items()}
        for name, hits in by_caption.items()
    }
    found["attribute_ahead"] = {
        name: {what: resampled.difference(by_caption[VARIANTS[0]][what], hit) for what, hit in hits.items()}
        for name, hits in by_caption.items() if name != VARIANTS[0]
    }  # fmt: skip
    found["nothing"] = {
        name: float((attributes.read(x)[:, 0] == attributes.NOTHING).double().mean()) for name, x in drawn.items()
    }
    return found | {
        "rule": shares({"real": asked.real}, asked.truth)["real"],
        "captions": len(by_caption[VARIANTS[0]]["shape"]),
        "draws": asked.draws,
    }


def shares(drawn: dict[str, Tensor], truth: Tensor) -> dict[str, dict[str, float]]:
    """How often each attribute is right, by the names of pictures."""
    return {
        name: {what: float(hit.double().mean()) for what, hit in attributes.right(attributes.read(x), truth).items()}
        for name, x in drawn.items()
    }


def by_guidance(model: TextToImage, asked: Asked, stages: Stages) -> Generator[Event, None, list[dict[str, float]]]:
    """Prior and decoder by the weight of the guidance: attributes, and how far two samples of a caption are apart (RMS over pixels from 0 to 1)."""
    noise, texts, rows = asked.noise.to(model), clip.encode_texts(model.clip, asked.texts), []
    codes = by_diffusion(model, texts, noise.codes)
    other_noise = noises(len(texts), texts.shape[1], seeded(0, "other samples")).to(model)
    some = slice(None, None, 4)
    other_codes = by_diffusion(model, texts[some], other_noise.codes[:, some])
    for weight in WEIGHTS:
        x = decode(model, codes, noise.pictures, weight=weight)
        yield stages.going()
        other = decode(model, other_codes, other_noise.pictures[some], weight=weight)
        apart = ((x[some].float() - other.float()) / 255).square().mean(dim=(1, 2, 3)).sqrt().mean()
        rows.append({"weight": weight, "apart": float(apart)} | shares({"x": x}, asked.truth)["x"])
        yield stages.over()
    return rows


def by_directions(model: TextToImage, asked: Asked, stages: Stages) -> Generator[Event, None, list[dict[str, float]]]:
    """Real pictures whose codes keep some principal directions, decoded: which attributes are still right. Without guidance."""
    noise, codes, rows = asked.noise.to(model), clip.encode_pictures(model.clip, asked.own), []
    variance = model.spread.square().cumsum(0) / model.spread.square().sum()
    for k in KEPT_DIRECTIONS:
        x = decode(model, cut(model, codes, k), noise.pictures, weight=1)
        rows.append({"k": k, "variance": float(variance[k - 1])} | shares({"x": x}, asked.truth)["x"])
        yield stages.over()
    return rows


def found_again(model: TextToImage, asked: Asked, drawn: dict[str, Tensor]) -> dict[str, object]:
    """Of emoji, which have no attributes: how often the encoders find a picture's caption among the nearest 10 of all, and the cosine with it."""
    texts, resampled = clip.encode_texts(model.clip, asked.texts).cpu(), Resampled(len(asked.texts))
    hits, found = {}, {"captions": len(asked.texts), "chance": min(1.0, 10 / len(asked.texts))}
    for name, x in {**drawn, "real": asked.real}.items():
        similar = clip.encode_pictures(model.clip, x).cpu() @ texts.T
        hits[name] = (two_encoders.ranks(similar) < 10).float()
        found[f"found.{name}"] = float(hits[name].double().mean())
        found[f"cosine.{name}"] = float(similar.diag().double().mean())
    found["found_ahead"] = {
        name: resampled.difference(hits[VARIANTS[0]], hit) for name, hit in hits.items() if name != VARIANTS[0]
    }
    return found


def warm(model: TextToImage, config: Config) -> None:
    """One text through all networks."""
    noise = noises(1, clip.Config().width, seeded(0, "warm")).to(model)
    codes = by_diffusion(model, clip.encode_texts(model.clip, ["a red disc"]), noise.codes)
    decode(model, codes, noise.pictures, steps=1)


EXPERIMENT = Experiment(
    name="text_to_image",
    version=VERSION,
    title="From text to picture",
    config=Config,
    data_of=lambda config: captions.data_of(config.data),
    build=build,
    train=train,
    warm=warm,
    measure=lambda model, config, context, younger: measure(model, config, context),
    keeps_ages=lambda config: False,
    presets={"quick": {"steps": 400}},
    baked=({},),
    metric_names=tuple(f"frechet.{name}" for name in VARIANTS),
)
