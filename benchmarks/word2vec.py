"""Skip-gram or CBOW against gensim's Word2Vec on the King James Bible: how fast, and are the vectors as good?

python -m benchmarks.word2vec                          # skip-gram, the default setting, two threads each, three seeds
python -m benchmarks.word2vec --method cbow --seeds 5

Both get the same sentences and the same setting. Both take turns within one process, so that whatever else the machine
does meets both alike. The counting of the vocabulary is left out on both sides; neither reports on its way.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from gensim.models import Word2Vec as Peer

from benchmarks.common import finish, load, say
from core.analysis.analogies import answer_all
from core.analysis.vectors import WordVectors, cos_add, rank
from core.data import texts
from core.data.questions import OWN, analogy_sets
from core.data.relations import relation
from core.data.words import Corpus, corpus, sentences
from core.events import Outcome
from core.experiment import Context
from core.experiments import word2vec
from core.training.drive import as_float32

SPEED, AIM = 1.0, 2.0
FAMILY = {"google": "family", OWN: relation("family").title}  # set -> its category of men and women


class Silence:
    """Takes the place of `Pace`: without losses and previews no batch is put together while the loop's clock rests."""

    def step_due(self, i: int, total: int) -> bool:
        return i == total

    def preview_due(self, i: int) -> bool:
        return False


def ours(config: word2vec.Config, seed: int) -> tuple[WordVectors, float]:
    """(vectors as they are stored, words a second as the experiment reports them)."""
    word2vec.Pace = Silence
    loop = word2vec.train(config, Context(torch.device("cpu"), seed))
    while True:
        try:
            next(loop)
        except StopIteration as end:
            outcome: Outcome = end.value
            break
    model = word2vec.build(config)
    model.load_state_dict(as_float32(outcome.state))
    return model.word_vectors(), outcome.metrics["words_per_second"]


def peer(
    config: word2vec.Config, seed: int, text: Corpus, found: Sequence[list[str]], threads: int
) -> tuple[WordVectors, float]:
    """The same from gensim, which keeps its own rates (from 0.025 to 0.0001) and draws random words pair by pair."""
    model = Peer(
        vector_size=config.dimension, window=config.window, negative=config.negatives, sample=config.subsample,
        min_count=config.min_count, sg=int(config.method == "skip-gram"), epochs=config.epochs, workers=threads, seed=seed,
    )  # fmt: skip
    model.build_vocab(found)
    if set(model.wv.key_to_index) != set(text.words) or model.corpus_total_words != text.size:
        raise RuntimeError("gensim has counted other words: the two would not learn from the same text")
    began = time.perf_counter()
    model.train(found, total_examples=model.corpus_count, epochs=model.epochs)
    seconds = time.perf_counter() - began
    return WordVectors(text.words, model.wv[list(text.words)]), text.size * config.epochs / seconds


def judge(vectors: WordVectors) -> dict[str, float]:
    """Accuracies from 0 to 1 with the question's own words left out, and the ranks of two known answers."""
    found: dict[str, float] = {}
    for questions in analogy_sets():
        result = answer_all(vectors, questions.categories)
        found[f"{questions.name} accuracy"] = result.total.accuracy
        found[f"{questions.name} family"] = result.categories[FAMILY[questions.name]].accuracy
    for name, (terms, expected) in word2vec.ASKED.items():
        found[name] = rank(vectors, cos_add(vectors, terms), expected, terms)
    return found


def standard_error(values: Sequence[Sequence[float]]) -> float:
    """Of the difference between the means of several sides; nothing where a side has one value."""
    return sum(statistics.variance(side) / len(side) for side in values if len(side) > 1) ** 0.5


def run(config: word2vec.Config, threads: int, seeds: int) -> dict[str, dict[str, list[float]]]:
    """{"lab": {"words/s": [one a seed, ...], ...}, "gensim": {...}}"""
    torch.set_num_threads(threads)
    text = corpus(config.data, config.min_count)
    found = list(sentences(texts.load(config.data).passages))
    sides: dict[str, Callable[[int], tuple[WordVectors, float]]] = {
        "lab": lambda seed: ours(config, seed),
        "gensim": lambda seed: peer(config, seed, text, found, threads),
    }
    rows: dict[str, dict[str, list[float]]] = {name: {} for name in sides}
    for seed in range(seeds):
        for name in list(sides)[:: -1 if seed % 2 else 1]:  # neither is always the first
            vectors, speed = sides[name](seed)
            say(f"seed {seed}, {name}: {speed:,.0f} words/s")
            for what, value in {"words/s": round(speed), **judge(vectors)}.items():
                rows[name].setdefault(what, []).append(value)
    return rows


def written(what: str, values: Sequence[float]) -> str:
    """Mean and range."""
    mean, low, high = statistics.mean(values), min(values), max(values)
    if what.endswith(("accuracy", "family")):
        return f"{mean:.1%} ({low:.1%} to {high:.1%})"
    return f"{mean:,.0f} ({low:,} to {high:,})" if what == "words/s" else f"{mean:,.1f} ({low:,} to {high:,})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", choices=tuple(word2vec.STEPS), default="skip-gram", help="default skip-gram")
    parser.add_argument("--threads", type=int, default=2, help="of each side (default 2)")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each side (default 3)")
    parser.add_argument("--epochs", type=int, help="default: those of the experiment's default setting")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    config = word2vec.Config(method=args.method)
    config = dataclasses.replace(config, epochs=args.epochs or config.epochs)

    result: dict[str, Any] = {"load_before": load(), "config": dataclasses.asdict(config), "threads": args.threads}
    result["runs"] = rows = run(config, args.threads, args.seeds)
    ratios = [a / b for a, b in zip(rows["lab"]["words/s"], rows["gensim"]["words/s"], strict=True)]
    ratio = statistics.median(ratios)
    result["speed"] = {"ratio": round(ratio, 3), "min": round(min(ratios), 3), "max": round(max(ratios), 3)}
    lines = [
        f"{config.method} on {config.data}, epochs {config.epochs}, dimension {config.dimension}, threads {args.threads} "
        f"each, seeds {args.seeds}: mean (range)",
        "",
        f"{'':17} {'lab':33} gensim",
        *(f"{what:17} {written(what, rows['lab'][what]):33} {written(what, rows['gensim'][what])}" for what in rows["lab"]),
        "",
        f"speed: {ratio:.2f} × ({min(ratios):.2f} to {max(ratios):.2f}; target ≥ {SPEED:g} ×: "
        f"{'met' if ratio >= SPEED else 'MISSED'}, aim {AIM:g} ×: {'met' if ratio >= AIM else 'not met'})",
    ]  # fmt: skip
    result["accuracy"] = {}
    for what in (what for what in rows["lab"] if what.endswith("accuracy")):
        both = [rows[name][what] for name in ("lab", "gensim")]
        difference, noise = statistics.mean(both[0]) - statistics.mean(both[1]), standard_error(both)
        result["accuracy"][what] = {"difference": round(difference, 4), "standard_error": round(noise, 4)}
        said = "met" if difference >= -noise else "MISSED" if args.seeds > 1 else "not met, but one seed has no error"
        lines.append(
            f"{what}: {100 * difference:+.1f} points, standard error {100 * noise:.1f} (target: not below by more than "
            f"that: {said})"
        )
    finish(result, lines, args.json)


if __name__ == "__main__":
    main()
