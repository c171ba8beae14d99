"""All Google analogies with GloVe's first 30,000 words, in batches, against gensim, which asks one after the other.

Neither side's clock holds the reading of vectors. Both have one thread, as pages have; both must find the same
questions right.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
from typing import Any

import torch
from gensim.models import KeyedVectors
from gensim.test.utils import datapath
from threadpoolctl import threadpool_limits

from benchmarks.common import finish, load, say
from core.analysis.analogies import answer_all
from core.analysis.vectors import WordVectors
from core.data import glove
from core.data.questions import analogy_set

SECONDS = 10.0
KNOWN = (7393, 14877)  # right of asked at 30,000 words, by an implementation of its own

Right = set[tuple[str, ...]]


def ours(vectors: WordVectors) -> tuple[float, Right, int]:
    """(seconds, questions answered right, questions asked)."""
    categories = analogy_set("google").categories
    began = time.perf_counter()
    result = answer_all(vectors, categories)
    seconds = time.perf_counter() - began
    return seconds, {answer[:5] for answer in result.answers if answer.right}, result.total.asked


def peer(keyed: KeyedVectors) -> tuple[float, Right, int]:
    """The same from gensim."""
    began = time.perf_counter()
    _, sections = keyed.evaluate_word_analogies(datapath("questions-words.txt"), restrict_vocab=len(keyed))
    seconds = time.perf_counter() - began
    parts = sections[:-1]  # the last is the total
    right = {(one["section"], *map(str.lower, question)) for one in parts for question in one["correct"]}
    return seconds, right, sum(len(one[key]) for one in parts for key in ("correct", "incorrect"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", type=int, default=30_000, help="of GloVe's words (default 30000)")
    parser.add_argument("--threads", type=int, default=1, help="of each side (default 1)")
    parser.add_argument("--repeats", type=int, default=5, help="measurements of our side; gensim has one (default 5)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    logging.getLogger("gensim").setLevel(logging.WARNING)
    torch.set_num_threads(args.threads)

    result: dict[str, Any] = {"load_before": load(), "vocabulary": args.vocabulary, "threads": args.threads}
    words, numbers = glove.load(args.vocabulary)
    vectors, keyed = WordVectors(words, numbers), KeyedVectors(numbers.shape[1])
    keyed.add_vectors(list(words), numbers)
    keyed.fill_norms()
    with threadpool_limits(args.threads):
        say("batches")
        took = [ours(vectors) for _ in range(args.repeats)]
        say("gensim, one question after the other")
        slow, right, asked = peer(keyed)
    seconds = statistics.median(row[0] for row in took)
    _, found, count = took[0]
    differ = len(found ^ right)
    result |= {
        "seconds": [round(row[0], 3) for row in took], "gensim_seconds": round(slow, 2), "ratio": round(slow / seconds, 1),
        "right": len(found), "asked": count, "gensim_right": len(right), "gensim_asked": asked, "differ": differ,
    }  # fmt: skip
    same = "the same questions are right" if (differ, count) == (0, asked) else f"MISSED: {differ} questions differ"
    lines = [
        f"GloVe, {args.vocabulary:,} words, {args.threads} thread(s): {count:,} questions",
        "",
        f"lab    {seconds:6.2f} s ({result['seconds'][0]:.2f} the first time)  {len(found):,} right, {len(found) / count:.2%}",
        f"gensim {slow:6.2f} s                        {len(right):,} right, {len(right) / asked:.2%}",
        "",
        f"{slow / seconds:.1f} × as fast (no target); {same}",
        f"{seconds:.2f} s (target < {SECONDS:g} s: {'met' if seconds < SECONDS else 'MISSED'})",
    ]
    if args.vocabulary == 30_000:
        lines.append(f"known from elsewhere: {KNOWN[0]:,} of {KNOWN[1]:,} right")
    finish(result, lines, args.json)


if __name__ == "__main__":
    main()
