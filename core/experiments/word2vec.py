"""Word vectors from a text: skip-gram and CBOW with negative sampling, and their counterpart that counts.

Mikolov, Sutskever, Chen, Corrado, Dean 2013, "Distributed representations of words and phrases and their
compositionality": a word's vector is trained to tell the words near it (equation 4) from words drawn at random. CBOW
(Mikolov, Chen, Corrado, Dean 2013) guesses a word from the mean of those near it. PPMI + SVD factors a relative
of the table that skip-gram factors without writing it down: without the shift by log k, and with zeros in place of negative
cells (Levy and Goldberg 2014, "Neural word embedding as implicit matrix factorization").

Words are trained in blocks of neighbours: one small matrix product holds all pairs of a block, and its random words are
shared. That is the same objective as pair by pair, at several times the speed (`benchmarks/word2vec.py`).
"""

from __future__ import annotations

import contextlib
import itertools
import math
import queue
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional as F

from core.analysis.analogies import answer_all
from core.analysis.counting import co_occurrences, factor, ppmi
from core.analysis.vectors import WordVectors, cos_add, neighbours, rank
from core.data import texts
from core.data.questions import OWN, analogy_set
from core.data.relations import relation
from core.data.words import Corpus, corpus
from core.events import Event, Outcome, Preview, Step
from core.experiment import BadValue, Context, Experiment, knob
from core.nn.weights import round_to_stored
from core.training.loop import Meanwhile, Stages, steps
from core.training.pace import Pace

VERSION = 1


@dataclass(frozen=True)
class Config:
    data: str = knob("kjv", "Text", ("kjv", "wordnet"), own=texts.OWN)
    method: str = knob("skip-gram", "Method", ("skip-gram", "cbow", "ppmi-svd"))
    dimension: int = knob(100, "Dimension", (10, 25, 50, 100, 200), help="Numbers in a word's vector.")
    window: int = knob(5, "Window", (1, 2, 5, 10), help="How many words to each side count as near.")
    negatives: int = knob(
        5, "Negatives", (1, 2, 5, 10, 20), help="Random words for each pair of near ones; counting has none."
    )
    subsample: float = knob(
        1e-3,
        "Subsampling",
        (0.0, 1e-5, 1e-4, 1e-3),
        help="Share of the text from which on a word is thinned out; 0 is never.",
    )
    epochs: int = knob(5, "Epochs", (1, 3, 5, 10, 20, 40), help="How often the text is read.")
    min_count: int = knob(5, "Rarest word", (1, 2, 5, 10), unit="times", help="Words that occur less often have no vector.")  # fmt: skip


class Word2Vec(nn.Module):
    """Two vectors a word: `vectors` as the word in hand, `contexts` as a word near another one."""

    def __init__(self, words: tuple[str, ...], dimension: int):
        super().__init__()
        self.words = words
        self.vectors = nn.Parameter(torch.zeros(len(words), dimension))
        self.contexts = nn.Parameter(torch.zeros(len(words), dimension))

    def word_vectors(self) -> WordVectors:
        return WordVectors(self.words, self.vectors.detach())


def build(config: Config, generator: torch.Generator | None = None) -> Word2Vec:
    """An untrained model: small random vectors (evenly within half a unit over the dimension), contexts of zeros."""
    model = Word2Vec(corpus(config.data, config.min_count).words, config.dimension)
    with torch.no_grad():
        model.vectors.copy_((torch.rand(model.vectors.shape, generator=generator) - 0.5) / config.dimension)
    return model


# Batches ---------------------------------------------------------------------------------------------------------

LENGTH = 16  # words in hand of a block
SHARED = 30  # random words of a block; with fewer, all its words are pushed away from the same few
BLOCKS = 16  # of a batch; more of them, each unaware of the others' changes, do worse and in the end blow up
PREPARED = 16  # batches that are put together at once
MOST = 2.0  # see `calmed`
SHIFT = 1  # counting's table is shifted by the logarithm of it: 1 is no shift, `negatives` would be that of skip-gram


@dataclass(frozen=True)
class Batch:
    """Blocks of neighbouring words. B blocks, L words in hand, M = L + 2 window words around and among them.

    centres:   (B, L) the words in hand.
    around:    (B, M) they and their surroundings.
    near:      (B, L, M) 1 where the word around is near the word in hand, else 0.
    negatives: (B, K) random words, shared by the block.
    wrong:     (B, L, K) how much each random word counts as a wrong answer for each word in hand.
    calm:      (B, L + M + K, 1) by what the changes of each word (in hand, around, random) are multiplied, 1 or less.
    """

    centres: Tensor
    around: Tensor
    near: Tensor
    negatives: Tensor
    wrong: Tensor
    calm: Tensor


def keep_probability(counts: np.ndarray, subsample: float) -> np.ndarray:
    """How likely each word survives the thinning: all where subsample is 0 (word2vec.c: sqrt(t / f) + t / f)."""
    if subsample == 0:
        return np.ones(len(counts))
    share = counts / counts.sum()
    return np.minimum(1.0, np.sqrt(subsample / share) + subsample / share)


def negative_distribution(counts: np.ndarray) -> Tensor:
    """Cumulative probabilities (V,), float64, of the random words: counts to the power of 3/4."""
    powers = torch.from_numpy(counts.astype(np.float64) ** 0.75)
    return (powers / powers.sum()).cumsum(0)


def draw(cumulative: Tensor, shape: tuple[int, ...], generator: torch.Generator | None = None) -> Tensor:
    """Words drawn with these cumulative probabilities, int64 of the shape."""
    chance = torch.rand(shape, generator=generator, dtype=torch.float64)
    return torch.searchsorted(cumulative, chance).clamp_max(len(cumulative) - 1)


def batches(
    text: Corpus, config: Config, generator: torch.Generator, device: torch.device | str = "cpu"
) -> Iterator[Batch]:
    """One epoch: the text is thinned, cut into blocks, and the blocks are shuffled. All chance is drawn on the CPU.

    Each word in hand has a window of its own, evenly from 1 to `window`, so that nearer words count more; it does not
    reach into another sentence.
    """
    tokens, sentence = torch.from_numpy(text.tokens).long(), torch.from_numpy(text.sentence)
    likely = torch.from_numpy(keep_probability(text.counts, config.subsample)).float()
    kept = torch.rand(len(tokens), generator=generator) < likely[tokens]
    tokens, sentence = tokens[kept], sentence[kept]
    if not len(tokens):
        return
    w, cumulative = config.window, negative_distribution(text.counts)
    padding = (w, -len(tokens) % LENGTH + w)
    around = F.pad(tokens, padding).unfold(0, LENGTH + 2 * w, LENGTH)  # (blocks, M)
    where = F.pad(sentence, padding, value=-1).unfold(0, LENGTH + 2 * w, LENGTH)
    distance = (torch.arange(LENGTH + 2 * w)[None] - w - torch.arange(LENGTH)[:, None]).abs().to(device)  # (L, M)
    distance[distance == 0] = LENGTH + 2 * w  # a word is not near itself
    by_words = config.method == "cbow"
    wrong_of, load_of = (wrong_of_words, load_of_words) if by_words else (wrong_of_pairs, load_of_pairs)
    # Which table each word of a batch has its changes in: the vectors (0) or the contexts (1).
    roles = (1, 0, 1) if by_words else (0, 1, 1)
    tables = torch.tensor(roles).repeat_interleave(torch.tensor([LENGTH, LENGTH + 2 * w, SHARED]))
    for chosen in torch.randperm(len(around), generator=generator).split(BLOCKS * PREPARED):
        reach = torch.randint(1, w + 1, (len(chosen), LENGTH, 1), generator=generator).to(device)
        negatives = draw(cumulative, (len(chosen), SHARED), generator).to(device)
        place, words = where[chosen].to(device), around[chosen].to(device)
        centres, hand = words[:, w : w + LENGTH], place[:, w : w + LENGTH, None]
        near = ((distance <= reach) & (place[:, None] == hand) & (hand >= 0)).float()
        wrong = wrong_of(centres, words, near, negatives).mul_(config.negatives / SHARED)
        rows, load = torch.cat([centres, words, negatives], dim=1), load_of(near, wrong)
        calm = calmed(rows, load, tables.to(device), RATES[config.method], len(text.words))
        yield from map(Batch, *(part.split(BLOCKS) for part in (centres, words, near, negatives, wrong, calm)))


def load_of_pairs(near: Tensor, wrong: Tensor) -> Tensor:
    """For skip-gram, (blocks, L + M + K): how many pairs each word in hand, around, and drawn takes part in."""
    return torch.cat([near.sum(2) + wrong.sum(2), near.sum(1), wrong.sum(1)], dim=1)


def load_of_words(near: Tensor, wrong: Tensor) -> Tensor:
    """For CBOW, (blocks, L + M + K): the same; a word around takes its part of each mean that it stands in."""
    asked = near.amax(2)
    shares = near / near.sum(2, keepdim=True).clamp_min(1)
    around = torch.bmm(shares.mT, (asked + wrong.sum(2))[..., None])[..., 0]
    return torch.cat([asked, around, wrong.sum(1)], dim=1)


def calmed(rows: Tensor, load: Tensor, tables: Tensor, rate: float, size: int) -> Tensor:
    """(blocks, L + M + K, 1), for several batches at once: what the changes of each word are multiplied by.

    All changes of a batch start from the same vectors, unaware of each other. A word that takes part in so many pairs of
    it that rate times their number exceeds `MOST` (a very frequent one, or many random words a pair) would overshoot, and
    the others after it; it is slowed down to that. Word by word, as word2vec.c does it, each change sees those before it.
    """
    batch = torch.arange(len(rows), device=rows.device)[:, None] // BLOCKS
    place = ((2 * batch + tables) * size + rows).flatten()
    loads = torch.zeros(2 * size * (int(batch.max()) + 1), device=rows.device).index_add_(0, place, load.flatten())
    return (MOST / (rate * loads[place].view(rows.shape)).clamp_min(1e-9)).clamp_max_(1)[..., None]


@contextlib.contextmanager
def ahead(stream: Iterator[Batch]) -> Iterator[Iterator[Batch]]:
    """The same batches in the same order; where torch may use several threads, one of them puts the next batches together
    while the others learn from these. (Products as small as these gain little from more threads.)"""
    threads = torch.get_num_threads()
    if threads == 1:
        yield stream
        return
    shelf: queue.Queue[list[Batch] | BaseException] = queue.Queue(maxsize=2)
    over = threading.Event()

    def put(item: list[Batch] | BaseException) -> None:
        while not over.is_set():
            with contextlib.suppress(queue.Full):
                return shelf.put(item, timeout=0.1)

    def prepare() -> None:
        torch.set_num_threads(1)  # of this thread
        try:
            while not over.is_set():
                put(list(itertools.islice(stream, PREPARED)))
        except BaseException as error:  # whatever it is, the first thread must be told
            put(error)

    def taken() -> Iterator[Batch]:
        while not isinstance(found := shelf.get(), BaseException):
            yield from found
        raise found

    helper = threading.Thread(target=prepare, daemon=True, name="batches")
    helper.start()
    torch.set_num_threads(threads - 1)
    try:
        yield taken()
    finally:
        over.set()
        helper.join()
        torch.set_num_threads(threads)


def wrong_of_pairs(centres: Tensor, around: Tensor, near: Tensor, negatives: Tensor) -> Tensor:
    """For skip-gram, (B, L, K): in how many pairs of a word in hand each random word is a wrong answer: in all but those
    whose near word it is itself."""
    return torch.bmm(near, (around[:, :, None] != negatives[:, None]).float())


def wrong_of_words(centres: Tensor, around: Tensor, near: Tensor, negatives: Tensor) -> Tensor:
    """For CBOW, (B, L, K): the word in hand is the one right answer, asked once where anything is near it."""
    return near.amax(2, keepdim=True) * (centres[:, :, None] != negatives[:, None])


# Skip-gram and CBOW ----------------------------------------------------------------------------------------------


def skip_gram_loss(vectors: Tensor, contexts: Tensor, batch: Batch) -> Tensor:
    """The sum over all pairs (word in hand i, word near it j) of Mikolov et al. 2013, equation 4:

    - log sigmoid(v_i u_j) - sum over random words k of log sigmoid(- v_i u_k), each k with its weight.
    """
    hand = vectors[batch.centres]
    right = hand @ contexts[batch.around].mT  # (B, L, M)
    wrong = hand @ contexts[batch.negatives].mT  # (B, L, K)
    return (F.softplus(-right) * batch.near).sum() + (F.softplus(wrong) * batch.wrong).sum()


@torch.no_grad()
def skip_gram_step(vectors: Tensor, contexts: Tensor, batch: Batch, rate: float) -> None:
    """One step of gradient descent on `skip_gram_loss`, in place. The gradient by a score s is sigmoid(s) - 1 for a near
    word and sigmoid(s) for a random one; only the rows of words that occur change."""
    rows = torch.cat([batch.around, batch.negatives], dim=1)  # (B, M + K)
    hand, others = F.embedding(batch.centres, vectors), F.embedding(rows, contexts)
    by_score = torch.bmm(hand, others.mT).sigmoid_()  # (B, L, M + K)
    m = batch.around.shape[1]
    by_score[:, :, :m].mul_(batch.near).sub_(batch.near)
    by_score[:, :, m:].mul_(batch.wrong)
    calm = batch.calm.split([hand.shape[1], rows.shape[1]], dim=1)
    _add(vectors, batch.centres, torch.bmm(by_score, others).mul_(calm[0]), -rate)
    _add(contexts, rows, torch.bmm(by_score.mT, hand).mul_(calm[1]), -rate)


def cbow_loss(vectors: Tensor, contexts: Tensor, batch: Batch) -> Tensor:
    """The sum over all words i of - log sigmoid(h_i u_i) - sum over random words k of log sigmoid(- h_i u_k), where h_i is
    the mean of the vectors of the words near i. Words with nothing near them are left out."""
    mean = _shares(batch) @ vectors[batch.around]
    right = (mean * contexts[batch.centres]).sum(2)
    wrong = mean @ contexts[batch.negatives].mT
    return (F.softplus(-right) * batch.near.amax(2)).sum() + (F.softplus(wrong) * batch.wrong).sum()


@torch.no_grad()
def cbow_step(vectors: Tensor, contexts: Tensor, batch: Batch, rate: float) -> None:
    """One step of gradient descent on `cbow_loss`, in place; the gradient is divided among the words of the mean, which
    the first implementation forgot (Irsoy, Benton, Stratos 2021, "Corrected CBOW performs as well as skip-gram")."""
    shares = _shares(batch)
    mean = torch.bmm(shares, F.embedding(batch.around, vectors))  # (B, L, D)
    target, random = F.embedding(batch.centres, contexts), F.embedding(batch.negatives, contexts)
    right = ((mean * target).sum(2).sigmoid_() - 1).mul_(batch.near.amax(2))[..., None]  # (B, L, 1)
    wrong = torch.bmm(mean, random.mT).sigmoid_().mul_(batch.wrong)  # (B, L, K)
    by_mean = torch.baddbmm(right * target, wrong, random)
    in_hand, around, drawn = batch.calm.split([t.shape[1] for t in (target, batch.around, random)], dim=1)
    _add(contexts, batch.centres, (right * mean).mul_(in_hand), -rate)
    _add(contexts, batch.negatives, torch.bmm(wrong.mT, mean).mul_(drawn), -rate)
    _add(vectors, batch.around, torch.bmm(shares.mT, by_mean).mul_(around), -rate)


def _shares(batch: Batch) -> Tensor:
    """(B, L, M): what part each word around has in the mean of the words near the word in hand."""
    return batch.near / batch.near.sum(2, keepdim=True).clamp_min(1)


def _add(table: Tensor, rows: Tensor, change: Tensor, times: float) -> None:
    """Add (..., D) to the rows of a table; a row that occurs several times gets each of its changes."""
    table.index_add_(0, rows.reshape(-1), change.reshape(-1, table.shape[1]), alpha=times)


# Training --------------------------------------------------------------------------------------------------------

RATES = {"skip-gram": 0.03, "cbow": 0.1}  # at the start; they fall to nearly nothing along a line
STEPS = {"skip-gram": (skip_gram_loss, skip_gram_step), "cbow": (cbow_loss, cbow_step)}
FEWEST_WORDS, FEWEST_TOKENS = 20, 500
FREQUENT = 2_000  # a watched word is one of the first so many
WATCHED, SETTLED = ("king", "woman", "walked", "bread", "good", "night"), 5  # words to watch, and nearest words of each


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Learn the vectors; yields Step and Preview, returns the Outcome. Raises BadValue where the text is too short."""
    text = corpus(config.data, config.min_count)
    if len(text.words) < FEWEST_WORDS or len(text.tokens) < FEWEST_TOKENS:
        raise BadValue(
            f"The text has {len(text.words)} different words that occur {config.min_count} times or more, which is too "
            "few to learn from: bring a longer text, or choose a smaller number for the rarest word."
        )
    model = build(config, context.generator("init")).to(context.device).requires_grad_(False)
    watched = torch.tensor([text.index[word] for word in watch(text)], dtype=torch.int32)
    if config.method == "ppmi-svd":
        passes, (steps, seconds) = 1, (yield from _count(model, text, config, watched))
    else:
        passes, (steps, seconds) = config.epochs, (yield from _predict(model, text, config, context, watched))
    if not all(table.isfinite().all() for table in (model.vectors, model.contexts)):
        raise BadValue("The vectors grew without end: choose fewer negatives, a smaller window or more subsampling.")
    state = round_to_stored(model)
    yield preview(steps, model, watched)
    context.learned(steps, state)
    metrics = yield from measure(model, text)
    return Outcome(state, metrics | {"words_per_second": text.size * passes / max(seconds, 1e-9)}, steps)


def _predict(
    model: Word2Vec, text: Corpus, config: Config, context: Context, watched: Tensor
) -> Generator[Event, None, tuple[int, float]]:
    """Stochastic gradient descent; (steps, seconds spent in them)."""
    loss, step = STEPS[config.method]
    thinned = (keep_probability(text.counts, config.subsample) * text.counts).sum()
    total = config.epochs * math.ceil(math.ceil(thinned / LENGTH) / BLOCKS)
    generator, pace, seconds = context.generator("text"), Pace(), 0.0
    meanwhile = Meanwhile(context)
    endless = (batch for _ in itertools.count() for batch in batches(text, config, generator, context.device))
    with ahead(endless) as stream:
        for i in steps(total, context):
            meanwhile.look(i, i / total, model)
            if pace.preview_due(i):
                yield preview(i, model, watched)
            started = time.perf_counter()
            batch = next(stream)
            step(model.vectors, model.contexts, batch, RATES[config.method] * max(1 - i / total, 1e-3))
            seconds += time.perf_counter() - started
            if pace.step_due(i + 1, total):
                pairs = batch.near.sum() if config.method == "skip-gram" else batch.near.amax(2).sum()
                value = loss(model.vectors, model.contexts, batch) / pairs.clamp_min(1)
                yield Step(i + 1, total, {"loss": float(value)})
    return i + 1, seconds


def _count(model: Word2Vec, text: Corpus, config: Config, watched: Tensor) -> Generator[Event, None, tuple[int, float]]:
    """Count, weigh, factor; (steps, seconds). The nearer a word, the more it counts, as with windows of random size, and
    frequent words count as if they had been thinned. The table is not shifted by the negatives: of a factored one that
    makes worse vectors (Levy, Goldberg, Dagan 2015, section 6)."""
    total, started = config.window + 1, time.perf_counter()
    yield preview(0, model, watched)
    table = 0
    for distance in range(1, config.window + 1):
        nearness = (config.window - distance + 1) / config.window
        table += co_occurrences(text.tokens, text.sentence, len(text.words), distance, nearness)
        yield Step(distance, total, {})
    kept = sparse.diags(keep_probability(text.counts, config.subsample)).tocsr()
    words, contexts = factor(ppmi(kept @ table @ kept, SHIFT), config.dimension)
    model.vectors.copy_(torch.from_numpy(words))
    model.contexts.copy_(torch.from_numpy(contexts))
    yield Step(total, total, {})
    return total, time.perf_counter() - started


def watch(text: Corpus) -> list[str]:
    """The words whose neighbours are shown while they settle: of `WATCHED` those that the text has, then such as are
    neither rare nor mere grammar."""
    found = [word for word in WATCHED if text.index.get(word, FREQUENT) < FREQUENT]
    common = [word for word in text.words[60:600:45] if len(word) > 3 and word not in found]
    return (found + common or list(text.words))[: len(WATCHED)]


def preview(i: int, model: Word2Vec, watched: Tensor) -> Preview:
    """The nearest words of the watched ones, by their numbers in the vocabulary: (watched,) and (watched, SETTLED)."""
    vectors = model.word_vectors()
    near = [[vectors.index[n.word] for n in neighbours(vectors, vectors.words[w], SETTLED)] for w in watched.tolist()]
    return Preview(i, {"watched": watched.numpy(), "nearest": np.array(near, np.int32)})


# What came of it -------------------------------------------------------------------------------------------------

ASKED = {  # metric -> (expression, expected word)
    "queen_rank": ({"king": 1.0, "man": -1.0, "woman": 1.0}, "queen"),
    "looked_rank": ({"walked": 1.0, "walk": -1.0, "look": 1.0}, "looked"),
}


def measure(model: Word2Vec, text: Corpus) -> Generator[Event, None, dict[str, object]]:
    """Ranks of two well-known answers and the accuracy on the project's own analogies by relation, the query's own words
    left out; None where the text has not the words."""
    vectors = model.word_vectors()
    stages = Stages(2)
    metrics: dict[str, object] = {"vocabulary": len(vectors), "words": text.size}
    for name, (terms, expected) in ASKED.items():
        known = expected in vectors and all(word in vectors for word in terms)
        metrics[name] = rank(vectors, cos_add(vectors, terms), expected, terms) if known else None
    yield stages.over()
    result = answer_all(vectors, analogy_set(OWN).categories)
    metrics["family_accuracy"] = result.categories[relation("family").title].accuracy
    metrics["analogy_accuracy"] = result.total.accuracy
    metrics["analogies"] = {
        title: {"right": score.right, "asked": score.asked} for title, score in result.categories.items()
    }
    yield stages.over()
    return metrics


def warm(model: Word2Vec, config: Config) -> None:
    """The vocabulary and one query."""
    vectors = model.word_vectors()
    cos_add(vectors, {vectors.words[0]: 1.0})


EXPERIMENT = Experiment(
    name="word2vec",
    version=VERSION,
    title="Word vectors",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    measure=lambda model, config, context, younger: measure(model, corpus(config.data, config.min_count)),
    warm=warm,
    keeps_ages=lambda config: False,
    presets={"quick": {"epochs": 1, "dimension": 50}},
    # WordNet's CBOW is as large as the whole of the other text's three, and two minutes of training.
    baked=(
        *({"data": "kjv", "method": method} for method in ("skip-gram", "cbow", "ppmi-svd")),
        *({"data": "wordnet", "method": method} for method in ("skip-gram", "ppmi-svd")),
    ),
    metric_names=("queen_rank", "looked_rank", "family_accuracy", "words_per_second", "vocabulary"),
)
