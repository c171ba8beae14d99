"""Why word2vec's defaults are what they are: the comparisons that docs/LOG.md quotes, on the King James Bible.

python -m benchmarks.word2vec_choices blocks     # words in hand and random words of a block, blocks of a batch, rate
python -m benchmarks.word2vec_choices epochs     # how often the text is read
python -m benchmarks.word2vec_choices cbow       # the rate of CBOW
python -m benchmarks.word2vec_choices counting   # PPMI + SVD
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
from typing import Any

import torch

from benchmarks.common import load
from core.analysis.analogies import answer_all
from core.analysis.vectors import cos_add, rank
from core.data.questions import analogy_sets
from core.experiments import word2vec
from core.training import drive

# What is compared: settings of the experiment in small letters, constants of its module in capitals.
CHOICES: dict[str, list[dict[str, Any]]] = {
    "blocks": [
        {},
        {"LENGTH": 32, "SHARED": 30, "BLOCKS": 8},
        {"LENGTH": 32, "SHARED": 60, "BLOCKS": 8},
        {"LENGTH": 16, "SHARED": 16},
        {"BLOCKS": 64},
        {"rate": 0.02},
        {"rate": 0.05},
    ],
    "epochs": [{"epochs": 3}, {}, {"epochs": 10}],
    "cbow": [{"method": "cbow", "rate": rate} for rate in (0.05, 0.1, 0.2)],
    "counting": [
        {"method": "ppmi-svd"},
        {"method": "ppmi-svd", "subsample": 0.0},
        {"method": "ppmi-svd", "dimension": 200},
        {"method": "ppmi-svd", "SHIFT": 5},
    ],
}


def trained(choice: dict[str, Any], seed: int) -> dict[str, Any]:
    """Train with this choice; ranks of queen and looked, accuracy on the family and on all questions of this machine."""
    kept = {name: getattr(word2vec, name) for name in (*(c for c in choice if c.isupper()), "RATES")}
    config = dataclasses.replace(word2vec.Config(), **{n: v for n, v in choice.items() if n.islower() and n != "rate"})
    try:
        for name in kept:
            setattr(word2vec, name, choice.get(name, kept[name]))
        if "rate" in choice:
            word2vec.RATES = kept["RATES"] | {config.method: choice["rate"]}
        finished = drive.run(word2vec.EXPERIMENT, config, seed, torch.device("cpu"))
    finally:
        for name, value in kept.items():
            setattr(word2vec, name, value)
    model = word2vec.build(config)
    model.load_state_dict(drive.as_float32(finished.state))
    vectors = model.word_vectors()
    terms = {"king": 1.0, "man": -1.0, "woman": 1.0}
    metrics = finished.record.metrics
    return {
        "queen": rank(vectors, cos_add(vectors, terms), "queen", terms),
        "looked": metrics["looked_rank"],
        "family": metrics["family_accuracy"],
        "questions": answer_all(vectors, analogy_sets()[0].categories).total.accuracy,
        "own": metrics["analogy_accuracy"],
        "speed": metrics["words_per_second"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=CHOICES)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    first = analogy_sets()[0].title
    print(f"load {load()}; {args.seeds} seeds; family and own: the project's questions; all: {first}", flush=True)
    for choice in CHOICES[args.what]:
        found = [trained(choice, seed) for seed in range(args.seeds)]
        mean = {name: statistics.mean(one[name] for one in found) for name in ("family", "questions", "own", "speed")}
        named = ", ".join(f"{name} {value}" for name, value in choice.items()) or "default"
        print(
            f"{named:44} queen {' '.join(str(one['queen']) for one in found):10} looked {' '.join(str(one['looked']) for one in found):10} "
            f"family {mean['family']:.3f}  own {mean['own']:.3f}  all {mean['questions']:.4f}  {mean['speed']:9,.0f} words/s",
            flush=True,
        )


if __name__ == "__main__":
    main()
