"""A bidirectional transformer that guesses hidden words of a sentence from both of their sides.

The network is BERT's, small (Devlin et al. 2019, "BERT: Pre-training of deep bidirectional transformers", sections 3.1 and
A.1): blocks that normalise after each step, an output that shares the matrix of the word embeddings, and a loss over the
hidden words alone. How many words are hidden, and by what they are replaced, are knobs (Wettig et al. 2023, "Should you mask 15%
in masked language modeling?"). Its loss is compared with what counting both neighbours of a word can predict.

A batch holds sentences of one length, so that nothing is padded. Axis letters: B rows, T tokens, D width, V words, K hidden ones.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional as F

from core.analysis import both_sides
from core.analysis.counting import factor, ppmi
from core.analysis.held_out import stretches
from core.analysis.intervals import Resampled
from core.data import texts
from core.data.sentences import MASK, SPECIAL, Rows, SentenceText, sentence_text, vocabulary
from core.events import Event, Outcome, Preview, Step
from core.experiment import BadValue, Context, Experiment, knob
from core.nn.attention import SelfAttention
from core.nn.bert import Bert, BertSizes
from core.nn.muon import Muon
from core.nn.weights import round_to_stored, stored
from core.rng import generator as seeded
from core.training.loop import Meanwhile, Ration, Stages, can_fuse, set_rate
from core.training.pace import Pace
from core.training.schedule import warm_cosine

VERSION = 1


@dataclass(frozen=True)
class Config:
    data: str = knob("kjv", "Text", ("kjv", "wordnet"), own=texts.OWN)
    share: float = knob(
        0.15, "Hidden", (0.05, 0.15, 0.25, 0.4, 0.6, 0.8), help="Which share of a sentence's words is hidden."
    )
    corruption: str = knob(
        "mask", "Replaced by", ("mask", "80-10-10"),
        help="Each hidden word becomes [MASK]; or, as in BERT, 80% of them do, 10% become a random word and 10% stay.",
    )  # fmt: skip
    words: int = knob(4000, "Vocabulary", (1000, 2000, 4000, 8000), unit="words", help="Rarer words are [UNK].")
    depth: int = knob(2, "Layers", (1, 2, 3, 4, 6), help="Transformer blocks.")
    heads: int = knob(4, "Heads", (1, 2, 4, 8), help="Attention heads a layer; they share the width.")
    width: int = knob(96, "Width", (32, 64, 96, 128), help="Numbers that a word carries from layer to layer.")
    context: int = knob(64, "Context", (16, 32, 64), unit="words", help="Longer sentences are cut.")
    steps: int = knob(4000, "Training steps", (40, 400, 1200, 4000, 8000, 16000), unit="of 1,024 words")
    time: int = knob(
        0, "Time", (0, 20, 60, 180, 600), unit="s at most",
        help="0 is as long as the steps take. A training that time ends is another one on another machine.",
    )  # fmt: skip


class MaskedLM(nn.Module):
    """Sentences (B, T) with hidden words in, logits (B, T, V) of the word at each place out. T is at most `context`."""

    def __init__(self, sizes: BertSizes):
        super().__init__()
        self.context = sizes.positions
        self.encoder = Bert(sizes)
        self.dense = nn.Linear(sizes.width, sizes.width)
        self.norm = nn.LayerNorm(sizes.width, sizes.eps)
        self.bias = nn.Parameter(torch.zeros(sizes.vocabulary))

    def forward(self, ids: Tensor, hidden: Tensor | None = None) -> Tensor:
        """hidden: bool (B, T), the places that are asked for, K in all: logits (K, V) of these alone, row by row."""
        x = self.encoder(ids, places=hidden)
        return F.linear(self.norm(F.gelu(self.dense(x))), self.encoder.word.weight, self.bias)


def build(config: Config, generator: torch.Generator | None = None) -> MaskedLM:
    """An untrained network. Raises data.Missing where its text, and with it its vocabulary, is not here."""
    size, width = len(vocabulary(config.data, config.words)), config.width
    model = MaskedLM(BertSizes(size, config.context, width, config.depth, config.heads, 4 * width, 1e-5))
    for embedding in (model.encoder.word, model.encoder.segment):
        nn.init.normal_(embedding.weight, std=WORDS, generator=generator)
    with torch.no_grad():  # learned from here on; from waves a head learns sooner to look at the places beside a word
        model.encoder.position.weight.copy_(WAVES * waves(config.context, width))
    for block in model.encoder.blocks:
        for linear in (block.attention.qkv, block.attention.out, block.mlp[0], block.mlp[2]):
            nn.init.normal_(linear.weight, std=linear.in_features**-0.5, generator=generator)
            nn.init.zeros_(linear.bias)
    nn.init.normal_(model.dense.weight, std=width**-0.5, generator=generator)
    nn.init.zeros_(model.dense.bias)
    look_beside(model.encoder.blocks[0].attention)
    return model


@torch.no_grad()
def look_beside(attention: SelfAttention) -> None:
    """Let the heads of a layer that reads `waves` begin by looking at the places beside a word: one to the left, one to the
    right, two to the left, and so on. A query turns the waves of its own place to those of the place that it looks for. Without
    this a network reads a thousand batches before any head looks anywhere, and only then begins to learn."""
    width = attention.out.in_features
    share = width // attention.heads
    q, k, _ = attention.qkv.weight.split(width)
    for head in range(attention.heads):
        away = (head // 2 + 1) * (-1 if head % 2 == 0 else 1)
        rows = slice(head * share, (head + 1) * share)
        q[rows], k[rows] = 0.0, 0.0
        for pair in range(min(PAIRS, share // 2)):
            sine = 2 * pair
            cosine, row = sine + 1, head * share + sine
            turn = away * 1000 ** -(sine / width)
            k[row, sine] = k[row + 1, cosine] = SHARP
            q[row, sine] = q[row + 1, cosine] = SHARP * math.cos(turn)
            q[row, cosine], q[row + 1, sine] = SHARP * math.sin(turn), -SHARP * math.sin(turn)


def waves(places: int, width: int) -> Tensor:
    """Sines and cosines of each place (places, width), wave lengths from 2 pi to 2,000 pi (Vaswani et al. 2017, section 3.5,
    with a longest wave that suits short sentences)."""
    place = torch.arange(places)[:, None]
    frequency = 1000 ** -(torch.arange(0, width, 2) / width)
    return torch.stack([torch.sin(place * frequency), torch.cos(place * frequency)], dim=2).flatten(1)


# Hiding words -----------------------------------------------------------------------------------------------------


def how_many(words: Tensor, share: float) -> Tensor:
    """How many of so many words (B,) are hidden: the nearest whole number, halves up, and one at least where there is any."""
    return (words * share + 0.5).floor().long().clamp_min(1).minimum(words)


def hide(
    ids: Tensor, share: float, corruption: str, size: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Sentences (B, T) as the network reads them, and which words it must guess: bool (B, T).

    Of each row `how_many` known words are chosen, all equally likely; [UNK], [START] and [END] never are. "mask": each of them
    becomes [MASK]. "80-10-10": each becomes [MASK] with probability 0.8, any of the known words with 0.1, and stays with 0.1.
    """
    known = ids >= len(SPECIAL)
    order = torch.rand(ids.shape, generator=generator).masked_fill(~known, 2.0).argsort(1)
    rank = torch.empty_like(order).scatter_(1, order, torch.arange(ids.shape[1]).expand_as(order).contiguous())
    hidden = rank < how_many(known.sum(1), share)[:, None]
    if corruption == "mask":
        return ids.masked_fill(hidden, MASK), hidden
    chance = torch.rand(ids.shape, generator=generator)
    others = torch.randint(len(SPECIAL), size, ids.shape, generator=generator)
    given = ids.masked_fill(hidden & (chance < 0.8), MASK)
    return torch.where(hidden & (chance >= 0.8) & (chance < 0.9), others, given), hidden


def masked_loss(model: MaskedLM, given: Tensor, hidden: Tensor, ids: Tensor) -> Tensor:
    """The mean of - log p(word | what is given) over the hidden words alone, in nats. given, ids: (B, T); hidden: bool (B, T)."""
    return F.cross_entropy(model(given, hidden), ids[hidden])


class Batches:
    """Draws sentences of one length, so that nothing is padded; a length is as likely as it has words in the text."""

    def __init__(self, rows: Rows):
        order = np.argsort(rows.lengths, kind="stable")
        self.lengths, first, counts = np.unique(rows.lengths[order], return_index=True, return_counts=True)
        self.first, self.counts = first.tolist(), counts.tolist()
        self.starts = torch.from_numpy(rows.starts[order])
        self.tokens = torch.from_numpy(rows.tokens.astype(np.int64))
        self.until = torch.from_numpy((self.lengths * counts).cumsum().astype(np.float64))

    def draw(self, generator: torch.Generator) -> Tensor:
        """About TOKENS words as rows (B, T), with replacement: the same sentence with other words hidden is another example."""
        at = torch.rand(1, generator=generator, dtype=torch.float64) * self.until[-1]
        which = min(int(torch.searchsorted(self.until, at, right=True)), len(self.lengths) - 1)
        length = int(self.lengths[which])
        chosen = torch.randint(self.counts[which], (max(1, TOKENS // length),), generator=generator)
        return self.tokens[self.starts[self.first[which] + chosen][:, None] + torch.arange(length)]


# Training ---------------------------------------------------------------------------------------------------------

TOKENS = 1024  # a step
WAVES, WORDS = 0.3, 0.1  # how high the waves begin by which places differ, and the words
SHARP, PAIRS = 2.0, 8  # how sharply the first heads look beside a word, and by how many of the shortest waves
MATRIX_RATE, OTHER_RATE = 0.02, 5e-3  # Muon's for the matrices inside the network, AdamW's for all else
FEWEST, FEWEST_HELD = 300, 8  # words that a text needs to be learned from, and to be tested on
PREVIEW_SHARE = 0.05  # of the time, at most
PLACES = 8192  # held-out words that are hidden, one at a time
SHARED = 1000  # held-out sentences in which several words are hidden at once
SHARES = (0.15, 0.4, 0.6, 0.8)
EXHIBIT = (6, 14)  # words of the sentence that is shown while a model learns
ROWS = 4096  # tokens of a batch that is only looked at


class Optimisers:
    """Muon for the matrices of the blocks and before the output, AdamW for all else."""

    def __init__(self, model: MaskedLM):
        blocks = model.encoder.blocks
        matrices = [p for b in blocks for p in (b.attention.out.weight, b.mlp[0].weight, b.mlp[2].weight)]
        threes = [block.attention.qkv.weight for block in blocks]
        self.muon = Muon([*matrices, model.dense.weight], MATRIX_RATE, threes)
        chosen = {id(p) for group in self.muon.param_groups for p in group["params"]}
        others = [p for p in model.parameters() if id(p) not in chosen]
        fused = can_fuse(model.bias.device)
        self.adam = torch.optim.AdamW(others, OTHER_RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=fused)

    def step(self, share: float) -> None:
        """One step at this share of the highest rates."""
        set_rate(self.muon, MATRIX_RATE * share)
        set_rate(self.adam, OTHER_RATE * share)
        self.muon.step()
        self.adam.step()


def train(config: Config, context: Context) -> Generator[Event, None, Outcome]:
    """Learn, then measure on held-out sentences; yields Step and Preview, returns the Outcome. Raises BadValue for too short a text."""
    text = checked(config)
    counted = Counted(text)
    model, taken = yield from learn(config, context, text, counted)
    state = stored(model)
    context.learned(taken, state)
    metrics = yield from measure(model, text, counted)
    return Outcome(state, metrics, taken)


def learn(
    config: Config, context: Context, text: SentenceText, counted: Counted
) -> Generator[Event, None, tuple[MaskedLM, int]]:
    """Learn to guess hidden words; yields Step and Preview, returns the network and how many steps it took."""
    device, size = context.device, len(text.words)
    model = build(config, context.generator("init")).to(device)
    start_from_counts(model, text, counted.counts.unigram)
    optimisers, batches = Optimisers(model), Batches(text.train)
    meanwhile = Meanwhile(context)
    drawing, hiding = context.generator("batches"), context.generator("hidden words")
    known = {"unigram_cross_entropy": counted.unigram.mean(), "bigram_cross_entropy": counted.bigram.mean()}
    shown, pace, showing = exhibit(text), Pace(), Ration(PREVIEW_SHARE)
    started, i = time.perf_counter(), 0

    while (done := progress(config, i, started)) < 1 and not (i and context.enough()):
        meanwhile.look(i, done, model)
        if showing.due() and pace.preview_due(i):
            with showing:
                yield preview(i, model, shown)
        ids = batches.draw(drawing)
        given, hidden = hide(ids, config.share, config.corruption, size, hiding)
        loss = masked_loss(model, given.to(device), hidden.to(device), ids.to(device))
        model.zero_grad(set_to_none=True)
        loss.backward()
        optimisers.step(warm_cosine(done))
        i += 1
        total = expected_steps(config, i, started)
        if pace.step_due(i, total):
            yield Step(i, total, {"loss": loss.item(), **{name: float(value) for name, value in known.items()}})

    round_to_stored(model)
    model.eval().requires_grad_(False)
    yield preview(i, model, shown)
    return model, i


def checked(config: Config) -> SentenceText:
    """The text of a config. Raises BadValue where it is too short, data.Missing where it is not here."""
    text = sentence_text(config.data, config.words, config.context)
    learned = int((text.train.tokens >= len(SPECIAL)).sum())
    asked = len(both_sides.places(text.held_out.tokens, text.held_out.of_row, len(SPECIAL)))
    if learned < FEWEST or asked < FEWEST_HELD:
        raise BadValue(
            f"The text has {learned:,} words that occur twice to learn from, and {asked:,} to be tested on, which is too few: bring "
            "a longer text."
        )
    return text


def progress(config: Config, i: int, started: float) -> float:
    """The share of the training that is over: of the steps or of the time, whichever is nearer to its end."""
    spent = (time.perf_counter() - started) / config.time if config.time else 0.0
    return max(i / config.steps, spent)


def expected_steps(config: Config, i: int, started: float) -> int:
    """How many steps the training will have taken, as far as it can be told after `i` of them."""
    done = progress(config, i, started)
    return i if done >= 1 else max(i + 1, round(i / done))


@torch.no_grad()
def start_from_counts(model: MaskedLM, text: SentenceText, unigram: np.ndarray) -> None:
    """Let the output begin at how often each word (V,) occurs, and words of like neighbours begin with like vectors.

    The vectors are those of counting what stands right before and right after a word, PPMI and SVD (`core.analysis.counting`), each
    at the length of a random one. With 15% of the words hidden a network is asked so little that it would take most of its
    training to find out that much.
    """
    model.bias.copy_(torch.from_numpy(np.log(np.maximum(unigram, 1e-7))))
    size, width = model.encoder.word.weight.shape
    tokens, row = text.train.tokens.astype(np.int64), text.train.of_row
    beside = row[:-1] == row[1:]
    left, right = tokens[:-1][beside], tokens[1:][beside]
    before = sparse.coo_matrix((np.ones(len(left), np.float32), (right, left)), shape=(size, size)).tocsr()
    vectors, _ = factor(ppmi(sparse.hstack([before, before.T.tocsr()]).tocsr()), width)
    found = torch.from_numpy(vectors - vectors.mean(axis=0))
    found = F.normalize(found, dim=1) * WORDS * width**0.5
    known = torch.from_numpy(np.abs(vectors).sum(axis=1) > 0)
    model.encoder.word.weight[known] = found[known].to(model.bias.device)


def exhibit(text: SentenceText) -> tuple[Tensor, Tensor]:
    """A held-out sentence (1, T) of a few words, all of them known if there is one, and which of them are hidden, bool (1, T)."""
    rows, (low, high) = text.held_out, EXHIBIT
    known = np.bincount(rows.of_row, rows.tokens >= len(SPECIAL), len(rows)) / rows.lengths
    fits = (rows.lengths >= low + 2) & (rows.lengths <= high + 2)
    ids = torch.from_numpy(rows.row(int(np.argmax(known + fits))).astype(np.int64))[None]
    _, hidden = hide(ids, 0.25, "mask", len(text.words), seeded(0, "exhibit"))
    return ids, hidden


@torch.no_grad()
def preview(i: int, model: MaskedLM, shown: tuple[Tensor, Tensor]) -> Preview:
    """What the model fills in now: the sentence (T,), the hidden places (K,), and the three likeliest words of each (K, 3)."""
    ids, hidden = shown
    device = model.bias.device
    logits = model(ids.masked_fill(hidden, MASK).to(device), hidden.to(device))
    top = logits.topk(3, dim=1).indices.cpu()
    arrays = {"sentence": ids[0], "places": hidden[0].nonzero()[:, 0], "guesses": top}
    return Preview(i, {name: part.numpy().astype(np.int32) for name, part in arrays.items()})


# What came of it --------------------------------------------------------------------------------------------------


class Counted:
    """The held-out places at which one word is hidden, and what counting says of them.

    at: (P,) places in the held-out tokens. unigram, bigram: nats (P,). right: bool (P,), where the word that counting finds
    likeliest is the true one.
    """

    def __init__(self, text: SentenceText):
        train, held, size = text.train, text.held_out, len(text.words)
        self.at = held_out_places(text, PLACES)
        self.counts = both_sides.fitted(train.tokens, train.of_row, size, len(SPECIAL))
        asked = both_sides.around(held.tokens, self.at)
        self.unigram = -np.log(self.counts.unigram[asked.word])
        losses, best, first = [], [], 0
        for p in self.counts.distributions(asked):
            losses.append(-np.log(p[np.arange(len(p)), asked.word[first : first + len(p)]]))
            best.append(p.argmax(axis=1))
            first += len(p)
        self.bigram = np.concatenate(losses)
        self.right = np.concatenate(best) == asked.word


def held_out_places(text: SentenceText, most: int) -> np.ndarray:
    """At most so many held-out words that can be asked for, evenly from all of the text: their places in its tokens (P,)."""
    every = both_sides.places(text.held_out.tokens, text.held_out.of_row, len(SPECIAL))
    return every[np.linspace(0, len(every) - 1, min(most, len(every))).round().astype(int)]


@torch.no_grad()
def one_blank(model: MaskedLM, rows: Rows, at: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Hide one word at a time, at the places (P,) in the tokens of rows: yields (which of the places, nats, whether the likeliest
    word is the true one), all (B,), of batches of sentences of one length."""
    device = model.bias.device
    row = rows.of_row[at]
    for which in by_length(rows.lengths[row]):
        length = int(rows.lengths[row[which[0]]])
        start = rows.starts[row[which]]
        ids = torch.from_numpy(rows.tokens[start[:, None] + np.arange(length)].astype(np.int64)).to(device)
        hidden = torch.zeros_like(ids, dtype=torch.bool)
        hidden[torch.arange(len(which)), torch.from_numpy(at[which] - start)] = True
        logits, word = model(ids.masked_fill(hidden, MASK), hidden), ids[hidden]
        nats = F.cross_entropy(logits, word, reduction="none")
        yield which, nats.cpu().double().numpy(), (logits.argmax(1) == word).cpu().numpy()


def by_length(lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Batches of the numbers of rows with lengths (P,): all of one length, at most ROWS tokens together."""
    order = np.argsort(lengths, kind="stable")
    for same in np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1):
        most = max(1, ROWS // int(lengths[same[0]]))
        yield from (same[i : i + most] for i in range(0, len(same), most))


@torch.no_grad()
def share_hidden(model: MaskedLM, rows: Rows, share: float) -> float:
    """The loss in nats a hidden word where this share of a sentence's words is hidden at once, by [MASK], in all rows."""
    device, chance = model.bias.device, seeded(0, f"hidden {share}")
    total, count = 0.0, 0
    for which in by_length(rows.lengths):
        ids = torch.from_numpy(np.stack([rows.row(i) for i in which]).astype(np.int64))
        given, hidden = hide(ids, share, "mask", len(model.bias), chance)
        found = F.cross_entropy(model(given.to(device), hidden.to(device)), ids[hidden].to(device), reduction="sum")
        total, count = total + float(found), count + int(hidden.sum())
    return total / count


def measure(model: MaskedLM, text: SentenceText, counted: Counted) -> Generator[Event, None, dict[str, object]]:
    """The loss at held-out places of the network and of counting, one word hidden at a time; and with more words hidden."""
    rows, at = text.held_out, counted.at
    stages = Stages(1 + len(SHARES))
    masked, right = np.zeros(len(at)), np.zeros(len(at), bool)
    for which, nats, hit in one_blank(model, rows, at):
        masked[which], right[which] = nats, hit
        yield stages.going()
    yield stages.over()
    some = np.zeros(len(rows), bool)
    some[np.linspace(0, len(rows) - 1, min(SHARED, len(rows))).round().astype(int)] = True
    sample, by_share = rows.some(some), []
    for share in SHARES:
        by_share.append({"share": share, "cross_entropy": share_hidden(model, sample, share)})
        yield stages.over()
    parts = {"masked": masked, "bigram": counted.bigram, "unigram": counted.unigram}
    by_stretch = {name: torch.from_numpy(stretches(nats)) for name, nats in parts.items()}
    seen = Resampled(len(by_stretch["masked"]))
    weights = dict(zip(("left", "right", "unigram"), counted.counts.weights, strict=True))
    return {
        **{f"{name}_cross_entropy": float(nats.mean()) for name, nats in parts.items()},
        "below_bigram": float((counted.bigram - masked).mean()),
        "below_bigram_interval": seen.difference(by_stretch["bigram"], by_stretch["masked"]),
        "masked_accuracy": float(right.mean()),
        "bigram_accuracy": float(counted.right.mean()),
        "stretches": {name: values.tolist() for name, values in by_stretch.items()},
        "by_share": by_share,
        "bigram_weights": weights | {"discount": counted.counts.discount},
        "vocabulary": len(text.words),
        "vocabulary_digest": text.words.digest,
        "train_words": int((text.train.tokens >= len(SPECIAL)).sum()),
        "held_out_words": text.held_out_words,
        "held_out_unknown": text.unknown,
        "places": len(at),
    }


def measure_again(
    model: MaskedLM, config: Config, context: Context, younger: object
) -> Generator[Event, None, dict[str, object]]:
    """All that `measure` finds of stored weights."""
    text = checked(config)
    return (yield from measure(model, text, Counted(text)))


# For a page -------------------------------------------------------------------------------------------------------


@torch.no_grad()
def guesses(model: MaskedLM, ids: list[int]) -> Tensor:
    """log p(word) at each [MASK] of one sentence (T,) with its [START] and [END]: (K, V) float32 on the CPU."""
    given = torch.tensor([ids], device=model.bias.device)
    return model(given, given == MASK).log_softmax(dim=1).cpu()


def warm(model: MaskedLM, config: Config) -> None:
    """The vocabulary, and one sentence."""
    guesses(model, [MASK, *vocabulary(config.data, config.words).encode(["the"])])


EXPERIMENT = Experiment(
    name="masked_lm",
    version=VERSION,
    title="Masked language model",
    config=Config,
    data_of=lambda config: config.data,
    build=build,
    train=train,
    measure=measure_again,
    warm=warm,
    keeps_ages=lambda config: False,
    presets={"quick": {"steps": 400}, "minute": {"time": 60}},
    baked=({"data": "kjv"}, {"data": "wordnet"}, {"data": "kjv", "corruption": "80-10-10"}, {"data": "kjv", "share": 0.4}),
    metric_names=(
        "masked_cross_entropy", "unigram_cross_entropy", "bigram_cross_entropy", "below_bigram", "below_bigram_interval",
        "masked_accuracy", "bigram_accuracy",
    ),
)  # fmt: skip
