"""Word vectors on the command line: python -m core analogy "king - man + woman", python -m core analogies."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

VECTORS = ("glove", "kjv")


def add(verb: Any) -> None:
    """Add both commands; `verb(name, run, text)` makes a parser."""
    analogy = verb("analogy", _analogy, "The words nearest to an expression of words.")
    analogy.add_argument("expression", help='e.g. "king - man + woman"; + - * / numbers and brackets')
    _of_vectors(analogy, 400_000)
    analogy.add_argument("--top", type=_count, default=10, help="how many words (default 10)")
    analogy.add_argument(
        "--method", choices=("add", "mul", "direction"), default="add", help="3CosAdd, 3CosMul, PairDirection"
    )
    analogy.add_argument("--keep-query", action="store_true", help="the expression's own words may be answers")
    analogies = verb("analogies", _analogies, "How many analogies of a set come out right, by category.")
    _of_vectors(analogies, 30_000)
    analogies.add_argument(
        "--set", dest="questions", choices=("google", "own"), help="the first that is on this machine"
    )
    analogies.add_argument("--method", choices=("add", "mul"), default="add", help="3CosAdd or 3CosMul")
    analogies.add_argument("--keep-query", action="store_true", help="the question's own words may be answers")


def _of_vectors(parser: argparse.ArgumentParser, vocabulary: int) -> None:
    parser.add_argument(
        "--vectors", choices=VECTORS, default="glove", help="GloVe, or skip-gram on the King James Bible"
    )
    parser.add_argument(
        "--vocabulary", type=_count, default=vocabulary, metavar="N", help=f"the first N words (default {vocabulary:,})"
    )


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 400_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no count; allowed: whole numbers from 1 to 400000")


def load(name: str, vocabulary: int) -> Any:
    """The vectors of that name, cut to their first words. Raises data.Missing where they are not on this machine."""
    from core import data
    from core.analysis.vectors import WordVectors
    from core.experiment import get
    from core.store import artefacts
    from core.training.drive import as_float32

    if name == "glove":
        return WordVectors(*data.glove.load(vocabulary))
    experiment = get("word2vec")
    config = experiment.strict({"data": name})
    found = artefacts.find(experiment.name, experiment.key(config, 0))
    if found is None:
        raise data.Missing("These vectors are not trained yet: python -m core train word2vec.")
    model = experiment.build(config)
    model.load_state_dict(as_float32(artefacts.load_state(found.root, found.record)))
    whole = model.word_vectors()
    return WordVectors(whole.words[:vocabulary], model.vectors.detach()[:vocabulary])


def _analogy(args: argparse.Namespace) -> int:
    from core import data
    from core.analysis.expression_batch import answer
    from core.analysis.expressions import BadExpression, UnknownWords, parse
    from core.analysis.spelling import nearest_spellings
    from core.store.artefacts import Damaged

    try:
        vectors = load(args.vectors, args.vocabulary)
        expression = parse(args.expression, vectors.__contains__)
        found = answer(expression, vectors, args.method, args.keep_query, args.top)
    except UnknownWords as unknown:
        near = "; ".join(
            f"{word}: {', '.join(nearest_spellings(word, vectors.words)) or 'nothing near'}" for word in unknown.words
        )
        print(f"analogy: {unknown} Nearest spellings: {near}.", file=sys.stderr)
        return 2
    except BadExpression as error:
        print(f"analogy: {error}", file=sys.stderr)
        return 2
    except (data.Missing, Damaged) as error:
        print(f"analogy: {error}", file=sys.stderr)
        return 1
    rows = [{"word": near.word, "cosine": near.cosine} for near in found]
    if args.json:
        print(json.dumps(rows, indent=1))
    else:
        print(f"{expression.normal()} ≈")
        print("\n".join(f"{i:3}  {row['word']:20} {row['cosine']:.3f}" for i, row in enumerate(rows, 1)))
    return 0


def _analogies(args: argparse.Namespace) -> int:
    from core import data
    from core.analysis.analogies import Rules, answer_all
    from core.data import questions
    from core.store.artefacts import Damaged

    try:
        vectors = load(args.vectors, args.vocabulary)
        asked = questions.analogy_set(args.questions) if args.questions else questions.analogy_sets()[0]
    except (data.Missing, Damaged) as error:
        print(f"analogies: {error}", file=sys.stderr)
        return 1
    except KeyError:
        print("analogies: the Google analogies are not on this machine: pip install gensim", file=sys.stderr)
        return 1
    result = answer_all(vectors, asked.categories, Rules(keep_query=args.keep_query, method=args.method))

    def row(score: Any) -> dict[str, Any]:
        return {"accuracy": score.accuracy, "right": score.right, "asked": score.asked, "skipped": score.skipped}

    categories = {name: row(score) for name, score in result.categories.items()}
    found = {
        "vectors": args.vectors, "vocabulary": len(vectors), "questions": asked.name, "title": asked.title,
        "credit": asked.credit, "keep_query": args.keep_query, "method": args.method, "categories": categories,
        "total": row(result.total),
    }  # fmt: skip
    if args.json:
        print(json.dumps(found, indent=1))
        return 0
    print(f"{asked.title}, {args.vectors}, {len(vectors):,} words")
    for name, one in [*categories.items(), ("all", found["total"])]:
        share = f"{one['accuracy']:6.1%}" if one["asked"] else "     –"
        print(f"  {name:32} {share} of {one['asked']:,}")
    return 0
