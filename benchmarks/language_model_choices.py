"""Why the language model's defaults are what they are: the comparison that docs/LOG.md quotes.

python -m benchmarks.language_model_choices            # every row, about two minutes each on a quiet core
python -m benchmarks.language_model_choices waves-0.3  # one of them

Each row trains the default network for 800 steps with one thread, and prints its held-out bits a character and the score
of its best previous-token head.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.experiment import Context
from core.experiments import language_model
from core.nn.muon import NEWTON_SCHULZ, Muon

STEPS = 800


@dataclass(frozen=True)
class Choice:
    """optimiser: of the matrices inside the blocks, "adamw", "muon" (queries, keys and values of a layer as one matrix) or
    "muon apart". waves: how high positions begin, 0 is small random numbers as in GPT-2. quintics: how Muon's nearest
    orthogonal matrices are found, "five" of the description or "three" of this program."""

    optimiser: str
    waves: float
    matrix_rate: float
    other_rate: float
    quintics: str = "five"


CHOICES = {
    "adamw": Choice("adamw", 0.0, 3e-3, 3e-3),
    "muon": Choice("muon", 0.0, 0.02, 6e-3),
    "muon-waves-0.1": Choice("muon", 0.1, 0.02, 6e-3),
    "apart": Choice("muon apart", 0.0, 0.02, 6e-3),
    "apart-faster": Choice("muon apart", 0.0, 0.04, 6e-3),
    "waves-0.1": Choice("muon apart", 0.1, 0.02, 1e-2),
    "waves-0.1-faster": Choice("muon apart", 0.1, 0.02, 2e-2),
    "waves-0.3": Choice("muon apart", 0.3, 0.02, 1e-2),
    "waves-0.3-three": Choice("muon apart", 0.3, 0.02, 1e-2, "three"),
}
QUINTICS = {"five": ((3.4445, -4.7750, 2.0315),) * 5, "three": NEWTON_SCHULZ}


def inside(choice: Choice) -> type | object:
    """What takes Muon's place in the experiment's loop."""

    def make(matrices: Iterable[Tensor], lr: float, threes: Iterable[Tensor]) -> torch.optim.Optimizer:
        everything = [*matrices, *threes]
        if choice.optimiser == "adamw":
            return torch.optim.AdamW(everything, lr, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
        if choice.optimiser == "muon":
            matrices, threes = everything, ()
        return Muon(matrices, lr, threes, QUINTICS[choice.quintics])

    return make


def run(choice: Choice) -> tuple[float, float]:
    """(bits a character, score of the best previous-token head), seed 0."""
    language_model.Muon = inside(choice)
    language_model.WAVES = choice.waves
    language_model.MATRIX_RATE, language_model.OTHER_RATE = choice.matrix_rate, choice.other_rate
    build = language_model.build

    def build_it(config, generator=None):
        model = build(config, generator)
        if not choice.waves:
            torch.nn.init.normal_(model.positions.weight, std=0.02, generator=generator)
        return model

    config = dataclasses.replace(language_model.Config(), steps=STEPS)
    language_model.build = build_it
    try:
        loop = language_model.train(config, Context(torch.device("cpu"), 0))
        while True:
            next(loop)
    except StopIteration as end:
        metrics = end.value.metrics
        return metrics["bits_per_character"], metrics["previous_token_score"]
    finally:
        language_model.build = build


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*CHOICES, []], metavar="NAME", help=", ".join(CHOICES))
    torch.set_num_threads(1)
    for name in parser.parse_args().names or CHOICES:
        bits, score = run(CHOICES[name])
        print(f"{name:18} {bits:.3f} bits a character   best previous-token head {score:.3f}", flush=True)
