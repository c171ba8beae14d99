"""A decoder-only transformer that guesses the next token of a text, and heads that can be looked at and switched off.

The network is that of GPT-2 (Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.3),
small: learned positions, blocks that normalise first, attention that looks back alone, and an output that shares the
matrix of the token embeddings (Press and Wolf 2017). Its loss is compared with what counting alone can predict.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.analysis.generation import Sampling, generate
from core.analysis.held_out import (
    LOOKED_AT,
    SWITCHED,
    head_scores,
    losses,
    mean_nats,
    spread,
    stretches,
    windows,
    without,
)
from core.analysis.intervals import Resampled
from core.analysis.ngrams import KneserNey, best_counts
from core.data import texts
from core.data.tokens import KINDS, TokenText, tokenized, vocabulary
from core.events import Event, Outcome, Preview, Step
from core.experiment import BadValue, Context, Experiment, knob
from core.nn.attention import Trace
from core.nn.blocks import Block
from core.nn.muon import Muon
from core.nn.two_threads import first_thread, second_thread, side_by_side
from core.nn.weights import round_to_stored
from core.training.loop import Ages, Meanwhile, Ration, Stages, can_fuse, set_rate
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 2


@dataclass(frozen=True)
class Config:
    data: str = knob("kjv", "Text", ("kjv", "wordnet"), own=texts.OWN)
    tokens: str = knob("bpe-512", "Tokens", tuple(KINDS), help="Characters, or subwords by byte-pair encoding.")
    depth: int = knob(4, "Layers", (1, 2, 3, 4, 6), help="Transformer blocks.")
    heads: int = knob(4, "Heads", (1, 2, 4, 8), help="Attention heads a layer; they share the width.")
    width: int = knob(96, "Width", (32, 64, 96, 128, 192), help="Numbers that a token carries from layer to layer.")
    context: int = knob(128, "Context", (32, 64, 128, 256), unit="tokens", help="How far the model can look back.")
    steps: int = knob(8000, "Training steps", (40, 400, 1500, 4000, 8000, 16000), unit="of 1,024 tokens")
    time: int = knob(
        0, "Time", (0, 20, 60, 180, 600), unit="s at most",
        help="0 is as long as the steps take. A training that time ends is another one on another machine.",
    )  # fmt: skip


class LanguageModel(nn.Module):
    """Tokens (B, T) in, logits (B, T, V) of the next token of each out. T is at most `context`."""

    def __init__(self, size: int, width: int, depth: int, heads: int, context: int):
        super().__init__()
        self.context, self.heads = context, heads
        self.tokens = nn.Embedding(size, width)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads, causal=True) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(size))

    def forward(
        self,
        ids: Tensor,
        trace: Trace | None = None,
        heads_on: Tensor | None = None,
        states: list[Tensor] | None = None,
    ) -> Tensor:
        """trace: gets what each layer's attention did. heads_on (L, H): multiplies what each head says, 0 is off.
        states: gets the residual stream (B, T, D) after the embeddings and after each block, for `read_out`."""
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        if states is not None:
            states.append(x)
        for i, block in enumerate(self.blocks):
            x = block(x, trace, None if heads_on is None else heads_on[i])
            if states is not None:
                states.append(x)
        return self.read_out(x)

    def read_out(self, state: Tensor) -> Tensor:
        """The logits (..., V) of a residual stream (..., D). Of an inner layer's it is the logit lens (nostalgebraist 2020):
        what the model would say if it ended there."""
        return F.linear(self.norm(state), self.tokens.weight, self.bias)


def build(config: Config, generator: torch.Generator | None = None) -> LanguageModel:
    """An untrained network. Raises data.Missing where its text, and with it its vocabulary, is not here."""
    size = len(vocabulary(config.data, config.tokens))
    model = LanguageModel(size, config.width, config.depth, config.heads, config.context)
    nn.init.normal_(model.tokens.weight, std=0.02, generator=generator)
    with torch.no_grad():  # learned from here on; from waves a head learns sooner to look one place back
        model.positions.weight.copy_(WAVES * waves(config.context, config.width))
    for block in model.blocks:
        # Each of the 2 L steps along the residual stream adds to it, so its last matrix begins smaller (GPT-2).
        last = (block.attention.out, block.mlp[2])
        for linear in (block.attention.qkv, block.mlp[0], *last):
            std = linear.in_features**-0.5 / (math.sqrt(2 * config.depth) if linear in last else 1)
            nn.init.normal_(linear.weight, std=std, generator=generator)
            nn.init.zeros_(linear.bias)
    return model


def waves(places: int, width: int) -> Tensor:
    """Sines and cosines of each place (places, width), wave lengths from 2 pi to 2,000 pi (Vaswani et al. 2017, section 3.5,
    with a longest wave that suits a short context)."""
    place = torch.arange(places)[:, None]
    frequency = 1000 ** -(torch.arange(0, width, 2) / width)
    return torch.stack([torch.sin(place * frequency), torch.cos(place * frequency)], dim=2).flatten(1)


def next_token_loss(model: LanguageModel, ids: Tensor) -> Tensor:
    """The mean of - log p(token | all before it in the row), in nats, of rows (B, T + 1): the text is its own label."""
    logits = model(ids[:, :-1])
    return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())


def backward(model: LanguageModel, ids: Tensor, pool: ThreadPoolExecutor | None) -> Tensor:
    """The loss of a batch (B, T + 1), detached; its gradients are put in their places."""
    if pool is None or len(ids) < 2:
        model.zero_grad(set_to_none=True)
        loss = next_token_loss(model, ids)
        loss.backward()
        return loss.detach()
    parameters = list(model.parameters())

    def part(rows: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        loss = next_token_loss(model, rows) * (len(rows) / len(ids))
        return loss.detach(), torch.autograd.grad(loss, parameters)

    above, below = ids.tensor_split(2)
    (loss, gradients), (more_loss, more) = side_by_side(pool, lambda: part(above), lambda: part(below))
    torch._foreach_add_(gradients, more)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    return loss + more_loss


class Optimisers:
    """Muon for the matrices inside the blocks, half of the blocks each, and AdamW for all else."""

    def __init__(self, model: LanguageModel):
        halves = [half for half in (model.blocks[::2], model.blocks[1::2]) if len(half)]
        self.muons = [
            Muon(
                [p for block in half for p in (block.attention.out.weight, block.mlp[0].weight, block.mlp[2].weight)],
                MATRIX_RATE,
                [block.attention.qkv.weight for block in half],
            )
            for half in halves
        ]
        chosen = {id(p) for muon in self.muons for group in muon.param_groups for p in group["params"]}
        others = [p for p in model.parameters() if id(p) not in chosen]
        fused = can_fuse(model.bias.device)
        self.adam = torch.optim.AdamW(others, OTHER_RATE, betas=(0.9, 0.95), weight_decay=0.0, fused=fused)

    def step(self, share: float, pool: ThreadPoolExecutor | None) -> None:
        """One step at this share of the highest rates."""
        for optimisers, rate in ((self.muons, MATRIX_RATE), ([self.adam], OTHER_RATE)):
            for optimiser in optimisers:
                set_rate(optimiser, rate * share)
        if pool is not None and len(self.muons) == 2:
            side_by_side(pool, self.muons[0].step, self.muons[1].step)
        else:
            for muon in self.muons:
                muon.step()
        self.adam.step()


TOKENS = 1024  # a step
WAVES = 0.3  # how high the waves begin by which places differ
MATRIX_RATE, OTHER_RATE = 0.02, 1e-2  # Muon's for the matrices inside the blocks, AdamW's for all else
AGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5)  # shares of the training after which a younger model is kept
FEWEST = 600  # tokens of a text
PREVIEW_SHARE = 0.05  # of the time, at most
SPOKEN = 40  # tokens of a live sample
EXHIBIT = "And he said unto them, Go ye, and he said unto him, I will go."


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Learn to guess the next token; yields Step and Preview, returns the Outcome. Raises BadValue for too short a text."""
    text = tokenized(config.data, config.tokens)
    if len(text.train) < max(FEWEST, 2 * config.context) or len(text.held_out) < 8:
        raise BadValue(
            f"The text has {len(text.train):,} tokens to learn from and {len(text.held_out):,} to be tested on, which is "
            "too few: bring a longer text."
        )
    counted = baselines(text)
    device = context.device
    model = build(config, context.generator("init")).to(device)
    start_from_counts(model, text.train)
    optimisers = Optimisers(model)
    stream = torch.from_numpy(text.train.astype(np.int64)).to(device)
    window = torch.arange(config.context + 1, device=device)
    batches, pace, meanwhile = context.generator("batches"), Pace(), Meanwhile(context)
    a_character = len(text.held_out) / text.held_out_characters / math.log(2)  # nats a token -> bits a character
    ages, showing, stepping = Ages(AGES), Ration(PREVIEW_SHARE), 0.0
    started = time.perf_counter()

    i = 0
    with second_thread() if device.type == "cpu" else contextlib.nullcontext() as pool:
        while (done := progress(config, i, started)) < 1 and not (i and context.enough()):
            ages.keep(i, done, model)
            meanwhile.look(i, done, model)
            if showing.due() and pace.preview_due(i):
                with showing:
                    yield preview(i, model, config, context.generator(f"sample {i}"))
            before = time.perf_counter()
            first = torch.randint(len(stream) - config.context, (TOKENS // config.context, 1), generator=batches)
            with first_thread(pool):
                loss = backward(model, stream[first.to(device) + window], pool)
                optimisers.step(warm_cosine(done), pool)
            stepping += time.perf_counter() - before
            i += 1
            total = expected_steps(config, i, started)
            if pace.step_due(i, total):
                yield Step(i, total, {"loss": loss.item(), "bits_per_character": loss.item() * a_character, **counted})

    state = round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(i, model, config, context.generator(f"sample {i}"))
    context.learned(i, state, tuple(ages.kept))
    metrics = yield from measure(model, config, text, ages.kept)
    speed = {"tokens_per_second": i * TOKENS / max(stepping, 1e-9)}
    return Outcome(state, metrics | counted | speed, i, tuple(ages.kept))


def progress(config: Config, i: int, started: float) -> float:
    """The share of the training that is over: of the steps or of the time, whichever is nearer to its end."""
    spent = (time.perf_counter() - started) / config.time if config.time else 0.0
    return max(i / config.steps, spent)


def expected_steps(config: Config, i: int, started: float) -> int:
    """How many steps the training will have taken, as far as it can be told after `i` of them."""
    done = progress(config, i, started)
    return i if done >= 1 else max(i + 1, round(i / done))


@torch.no_grad()
def start_from_counts(model: LanguageModel, tokens: np.ndarray) -> None:
    """Let the output begin at how often each token occurs: the first hundred steps would learn nothing else."""
    counts = np.bincount(tokens, minlength=len(model.bias)) + 1.0
    model.bias.copy_(torch.from_numpy(np.log(counts / counts.sum())))


def baselines(text: TokenText) -> dict[str, float]:
    """Bits a character on the held-out text of uni-, bi- and trigrams of the same tokens, Kneser-Ney smoothed."""
    a_character = len(text.held_out) / text.held_out_characters
    size = len(text.vocabulary)
    orders = {"unigram_bpc": 1, "bigram_bpc": 2, "trigram_bpc": 3}
    return {name: KneserNey(text.train, size, n).bits(text.held_out) * a_character for name, n in orders.items()}


@torch.no_grad()
def preview(i: int, model: LanguageModel, config: Config, generator: torch.Generator) -> Preview:
    """What the model writes now, and where its heads look in a sentence: one row of pictures a layer, uint8 (H, T, T, 1)."""
    words = vocabulary(config.data, config.tokens)
    device = model.bias.device
    prompt = torch.from_numpy(words.encode("And ").astype(np.int64)).to(device)
    spoken = [*prompt.tolist(), *generate(model, prompt, SPOKEN, generator, model.context, Sampling(0.8))]
    trace: Trace = []
    exhibit = words.encode(EXHIBIT)[: min(40, model.context)]
    model(torch.from_numpy(exhibit.astype(np.int64))[None].to(device), trace)
    looks = {
        f"layer {layer}": (seen.weights[0].sqrt() * 255).round().to("cpu", torch.uint8)[..., None].numpy()
        for layer, seen in enumerate(trace, 1)
    }
    return Preview(i, {"sample": np.array(spoken, np.int32), **looks})


# What came of it -------------------------------------------------------------------------------------------------


def beside_counting(bits: np.ndarray, text: TokenText) -> dict[str, object]:
    """The model beside the best that counting alone does, on the same held-out tokens.

    bits (M - 1,): the model's, of each held-out token but the first. Bits a character of the n-grams whose order is best on
    validation text, and by how much the model needs more: of all tokens, of those after words that were read in this order
    while learning, and of those after new ones, with intervals over stretches of the held-out text. mixed_bpc: of the mean
    of both probabilities.
    """
    counted = best_counts(text.train, text.held_out, len(text.vocabulary))
    a_character = len(text.held_out) / text.held_out_characters
    ngram, known = counted.bits[1:], counted.known[1:]
    more = (bits - ngram) * a_character
    mean, interval = with_interval(more)
    return {
        "best_ngram_bpc": float(ngram.mean()) * a_character,
        "best_ngram_order": counted.order,
        "best_ngram_counts": counted.counts,
        "over_ngram_bpc": mean,
        "over_ngram_interval": interval,
        "over_ngram_known": part_of(more, known),
        "over_ngram_new": part_of(more, ~known),
        "mixed_bpc": float((1 - np.logaddexp2(-bits, -ngram)).mean()) * a_character,
    }


def part_of(more: np.ndarray, chosen: np.ndarray) -> dict[str, object]:
    """Which share of the tokens is chosen (M,), and the mean of what the model needs more there (M,), with its interval."""
    if not chosen.any():
        return {"share": 0.0, "bpc": None, "interval": None}
    mean, interval = with_interval(more[chosen])
    return {"share": float(chosen.mean()), "bpc": mean, "interval": interval}


def with_interval(differences: np.ndarray) -> tuple[float, list[float]]:
    """The mean of differences (M,) between tokens' losses, and [low, high] from resampling stretches of the text."""
    parts = torch.from_numpy(stretches(differences))
    seen = Resampled(len(parts))
    return float(differences.mean()), seen.interval(seen.means(parts))


@torch.no_grad()
def measure(
    model: LanguageModel, config: Config, text: TokenText, checkpoints: list[tuple[int, Mapping[str, Tensor]]]
) -> Generator[Event, None, dict[str, object]]:
    """Held-out loss, scores of all heads, what switching each of them off does, and both for the younger selves."""
    held = torch.from_numpy(text.held_out.astype(np.int64)).to(model.bias.device)
    bits = len(held) / text.held_out_characters / math.log(2)  # nats a token -> bits a character
    every = windows(len(held), model.context)
    sample = spread(every, SWITCHED)
    looked = [held[start : start + model.context] for start, _ in spread(every, LOOKED_AT)]
    stages = Stages(2 + config.depth * config.heads + len(checkpoints))
    found = []
    for some in losses(model, held, every):
        found.append(some.cpu().double().numpy())
        yield stages.going()
    found = np.concatenate(found)
    counted = beside_counting(found / math.log(2), text)
    yield stages.over()
    whole = mean_nats(model, held, sample)
    effects = []
    for layer in range(config.depth):
        effects.append([])
        for head in range(config.heads):
            effects[-1].append((mean_nats(model, held, sample, without(model, [(layer, head)])) - whole) * bits)
            yield stages.over()
    scores = head_scores(model, looked)
    yield stages.over()
    younger, ages = build(config).to(held.device).eval(), []
    for step, state in checkpoints:
        younger.load_state_dict({name: value.float() for name, value in state.items()})
        loss = mean_nats(younger, held, sample) * bits
        ages.append({"step": step, "bits_per_character": loss, "head_scores": head_scores(younger, looked)})
        yield stages.over()
    return {
        "bits_per_character": float(found.mean()) * bits,
        **counted,
        "bits_per_character_sample": whole * bits,
        "previous_token_score": max(max(layer) for layer in scores["previous"]),
        "head_scores": scores,
        "head_effects": effects,
        "ages": ages,
        "vocabulary": len(text.vocabulary),
        "vocabulary_digest": hashlib.sha256(b"\n".join(text.vocabulary.pieces)).hexdigest()[:16],
        "train_tokens": len(text.train),
        "held_out_tokens": len(text.held_out),
        "held_out_characters": text.held_out_characters,
    }


def measure_again(
    model: LanguageModel, config: Config, context: Context, younger: list[tuple[int, Mapping[str, Tensor]]]
) -> Generator[Event, None, dict[str, object]]:
    """All that `measure` finds of stored weights; a model that was stored without its younger selves keeps what is known of them."""
    text = tokenized(config.data, config.tokens)
    found = yield from measure(model, config, text, younger)
    if not younger:
        del found["ages"]
    return found | baselines(text)


def warm(model: LanguageModel, config: Config) -> None:
    """The vocabulary, and one sentence with all that a page asks for."""
    ids = torch.from_numpy(vocabulary(config.data, config.tokens).encode(EXHIBIT).astype(np.int64))
    model(ids[None, : model.context].to(model.bias.device), [], states=[])


EXPERIMENT = Experiment(
    name="language_model",
    version=VERSION,
    title="Language model",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    measure=measure_again,
    warm=warm,
    keeps_ages=lambda config: config == Config(),
    presets={"quick": {"steps": 400}, "minute": {"time": 60}},
    baked=({"data": "kjv"}, {"data": "kjv", "tokens": "bpe-2048"}, {"data": "wordnet"}),
    metric_names=(
        "bits_per_character", "unigram_bpc", "bigram_bpc", "trigram_bpc", "best_ngram_bpc", "best_ngram_order",
        "over_ngram_bpc", "over_ngram_interval", "tokens_per_second", "previous_token_score",
    ),
)  # fmt: skip
