"""The language model's training against a loop as nanoGPT's: how fast is a step, and how far does a minute lead?

python -m benchmarks.language_model                    # the default setting, all cores, a minute of training each
python -m benchmarks.language_model --threads 1 --pairs 20 --seconds 0     # the speed alone

Both train networks of the same sizes on the same tokens, take turns within one process, and print a loss now and then.
The lab's side is the experiment's own loop: its model, optimisers, batches and younger selves, without live samples,
which the peer has none of. The peer is written here from the description of nanoGPT (Karpathy 2022,
github.com/karpathy/nanoGPT, model.py and train.py) as it runs on a CPU: AdamW that is not fused, no compilation.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import os
import statistics
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.common import finish, load, say
from core.analysis.held_out import mean_nats, windows
from core.data.tokens import TokenText, tokenized
from core.events import Event, Step
from core.experiment import Context
from core.experiments import language_model
from core.experiments.language_model import TOKENS, Config, LanguageModel

SPEED, AIM = 1.0, 1.2
FOREVER = 10**9  # steps that no benchmark reaches, so that time or a count of blocks ends a training

# The peer --------------------------------------------------------------------------------------------------------

RATE, LEAST_RATE, WARM_UP = 1e-3, 1e-4, 100  # of config/train_shakespeare_char.py, and so are the two below
BETAS, WEIGHT_DECAY = (0.9, 0.99), 0.1
CLIP, LOG = 1.0, 10  # of train.py: the norm of the gradient, and every how many-th loss is read


class PeerAttention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(C, dim=2)
        q, k, v = (part.view(B, T, self.heads, C // self.heads).transpose(1, 2) for part in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=None, dropout_p=0, is_causal=True)
        return self.c_proj(y.transpose(1, 2).contiguous().view(B, T, C))


class PeerBlock(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(width), PeerAttention(width, heads)
        self.ln_2, self.c_fc = nn.LayerNorm(width), nn.Linear(width, 4 * width)
        self.gelu, self.c_proj = nn.GELU(), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.c_proj(self.gelu(self.c_fc(self.ln_2(x))))


class Peer(nn.Module):
    """Tokens (B, T) in, logits (B, T, V) out. `heads_on` is there because the lab's measure gives it; it is not used."""

    def __init__(self, size: int, config: Config):
        super().__init__()
        self.context = config.context
        self.wte, self.wpe = nn.Embedding(size, config.width), nn.Embedding(config.context, config.width)
        self.h = nn.ModuleList(PeerBlock(config.width, config.heads) for _ in range(config.depth))
        self.ln_f, self.lm_head = nn.LayerNorm(config.width), nn.Linear(config.width, size, bias=False)
        self.wte.weight = self.lm_head.weight
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                scale = (2 * config.depth) ** -0.5 if name.endswith("c_proj.weight") else 1
                nn.init.normal_(parameter, std=0.02 * scale)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, ids: Tensor, heads_on: Tensor | None = None) -> Tensor:
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


def get_batch(tokens: np.ndarray, config: Config) -> tuple[Tensor, Tensor]:
    """Rows and the same rows one token later, (B, T) each, stacked from slices as in train.py."""
    starts = torch.randint(len(tokens) - config.context, (TOKENS // config.context,))
    x = torch.stack([torch.from_numpy(tokens[i : i + config.context].astype(np.int64)) for i in starts])
    y = torch.stack([torch.from_numpy(tokens[i + 1 : i + 1 + config.context].astype(np.int64)) for i in starts])
    return x, y


def peer_rate(i: int, done: float) -> float:
    """Linear warm-up, then a cosine down to a tenth. done: the share of the training that is over."""
    if i < WARM_UP:
        return RATE * (i + 1) / (WARM_UP + 1)
    return LEAST_RATE + 0.5 * (1 + math.cos(math.pi * done)) * (RATE - LEAST_RATE)


def peer_training(config: Config, text: TokenText, seed: int, seconds: float) -> Generator[int, None, Peer]:
    """Train for so many seconds; yields the number of steps after each that reads its loss."""
    torch.manual_seed(seed)
    tokens = text.train.astype(np.uint16)
    model = Peer(len(text.vocabulary), config)
    groups = [
        {"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": WEIGHT_DECAY},
        {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=RATE, betas=BETAS)
    i, started = 0, time.perf_counter()
    x, y = get_batch(tokens, config)
    while (done := (time.perf_counter() - started) / seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = peer_rate(i, done)
        logits = model(x)
        loss = F.cross_entropy(logits.view(-1, logits.size(-1)), y.view(-1), ignore_index=-1)
        x, y = get_batch(tokens, config)  # train.py fetches the next batch here
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        i += 1
        if i % LOG == 0:
            loss.item()
            yield i
    return model


# The lab's -------------------------------------------------------------------------------------------------------


class Log:
    """Takes the place of `Pace`: a Step every so many steps, as the peer reads its loss; no live samples."""

    def step_due(self, i: int, total: int) -> bool:
        return i % LOG == 0

    def preview_due(self, i: int) -> bool:
        return False


def lab_training(config: Config, seed: int, seconds: float) -> Generator[int, None, LanguageModel]:
    """The experiment's own loop up to its end, without what it measures after that."""
    trained: list[LanguageModel] = []

    def keep(model: LanguageModel, *rest: object) -> Generator[Event, None, dict[str, object]]:
        trained.append(model)
        yield from ()
        return {}

    language_model.Pace, language_model.measure = Log, keep
    language_model.preview = lambda i, *rest: Step(i, i, {}, phase="preview")
    config = dataclasses.replace(config, steps=FOREVER, time=seconds)
    for event in language_model.train(config, Context(torch.device("cpu"), seed)):
        if isinstance(event, Step) and event.phase == "training":
            yield event.i
    return trained[0]


# Measuring -------------------------------------------------------------------------------------------------------


def tokens_per_second(training: Iterator[int], steps: int) -> float:
    """Of at least so many steps of a training that goes on afterwards."""
    began, first, last = time.perf_counter(), None, 0
    for last in training:
        if first is None:  # the loop is at the end of a step now
            began, first = time.perf_counter(), last
        elif last >= first + steps:
            break
    return (last - first) * TOKENS / (time.perf_counter() - began)


def speeds(sides: dict[str, Callable[[float], Any]], pairs: int, steps: int) -> dict[str, list[float]]:
    """{side: tokens a second, one a pair}: both stand still while the other one runs."""
    trainings = {name: side(float(FOREVER)) for name, side in sides.items()}
    found: dict[str, list[float]] = {name: [] for name in sides}
    for training in trainings.values():
        tokens_per_second(training, steps)  # warm-up
    for pair in range(pairs):
        for name in list(sides)[:: -1 if pair % 2 else 1]:  # neither is always the first
            found[name].append(tokens_per_second(trainings[name], steps))
    for training in trainings.values():
        training.close()
    return found


def trained(training: Generator[int, None, Any]) -> tuple[Any, int]:
    """(the model, steps taken) of a training that runs to its end."""
    steps = 0
    while True:
        try:
            steps = next(training)
        except StopIteration as end:
            return end.value, steps


def bits_per_character(model: nn.Module, text: TokenText) -> float:
    """On the whole held-out text, each token but the first predicted once, in the experiment's windows."""
    held = torch.from_numpy(text.held_out.astype(np.int64))
    rows = windows(len(held), model.context)
    nats = mean_nats(model.eval(), held, rows)
    return nats * len(held) / text.held_out_characters / math.log(2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each side (default: all cores)")
    parser.add_argument("--pairs", type=int, default=10, help="of measurements of the speed (default 10)")
    parser.add_argument("--steps", type=int, default=50, help="of each measurement (default 50)")
    parser.add_argument("--seconds", type=float, default=60, help="of training for the quality (default 60; 0: none)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    config = Config()
    text = tokenized(config.data, config.tokens)
    sides: dict[str, Callable[[float], Generator[int, None, Any]]] = {
        "lab": lambda seconds: lab_training(config, args.seed, seconds),
        "peer": lambda seconds: peer_training(config, text, args.seed, seconds),
    }

    result: dict[str, Any] = {"load_before": load(), "config": dataclasses.asdict(config), "threads": args.threads}
    say(f"speed: {args.pairs} pairs of {args.steps} steps")
    found = speeds(sides, args.pairs, args.steps)
    ratios = [a / b for a, b in zip(found["lab"], found["peer"], strict=True)]
    ratio = statistics.median(ratios)
    result["tokens_per_second"] = {name: [round(value) for value in values] for name, values in found.items()}
    result["speed"] = {"ratio": round(ratio, 3), "min": round(min(ratios), 3), "max": round(max(ratios), 3)}
    lines = [
        f"{config.data}, {config.tokens}, depth {config.depth}, heads {config.heads}, width {config.width}, context "
        f"{config.context}, {TOKENS:,} tokens a step, threads {args.threads}",
        "",
        "tokens a second, median (range): "
        + ", ".join(f"{n} {statistics.median(v):,.0f} ({min(v):,.0f} to {max(v):,.0f})" for n, v in found.items()),
        f"speed: {ratio:.2f} × ({min(ratios):.2f} to {max(ratios):.2f}; target ≥ {SPEED:g} ×: "
        f"{'met' if ratio >= SPEED else 'MISSED'}, aim {AIM:g} ×: {'met' if ratio >= AIM else 'not met'})",
    ]
    if args.seconds:
        result["quality"] = {"seconds": args.seconds, "steps": {}, "bits_per_character": {}}
        for name, side in sides.items():
            model, steps = trained(side(args.seconds))
            bits = bits_per_character(model, text)
            result["quality"]["steps"][name] = steps
            result["quality"]["bits_per_character"][name] = round(bits, 4)
            say(f"{name}: {bits:.3f} bits a character after {args.seconds:g} s, {steps:,} steps")
        result["quality"]["bits_per_character"] |= {
            name.removesuffix("_bpc"): round(value, 4) for name, value in language_model.baselines(text).items()
        }
        bits, steps = result["quality"]["bits_per_character"], result["quality"]["steps"]
        better = bits["lab"] <= bits["peer"]
        lines += [
            "",
            f"bits a character on the held-out text after {args.seconds:g} s: lab {bits['lab']:.3f} ({steps['lab']:,} steps), peer "
            f"{bits['peer']:.3f} ({steps['peer']:,} steps); counted: unigrams {bits['unigram']:.3f}, bigrams "
            f"{bits['bigram']:.3f}, trigrams {bits['trigram']:.3f}",
            f"not worse than the peer's after the same time (target): {'met' if better else 'MISSED'}",
        ]
    finish(result, lines, args.json)


if __name__ == "__main__":
    main()
