"""Learning word vectors: batches by definition, losses against slow loops, chance as distributions, and whole runs."""

from __future__ import annotations

import dataclasses
import math
import threading
from collections import Counter

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from core.data import texts
from core.data.words import Corpus, corpus, count
from core.events import Outcome, Preview, Step
from core.experiment import BadValue, Context
from core.experiments import word2vec
from core.experiments.word2vec import (
    EXPERIMENT,
    LENGTH,
    SHARED,
    Batch,
    Config,
    batches,
    cbow_loss,
    cbow_step,
    draw,
    keep_probability,
    negative_distribution,
    skip_gram_loss,
    skip_gram_step,
    watch,
    wrong_of_pairs,
    wrong_of_words,
)
from core.training import drive, wire

CPU = torch.device("cpu")
LEARNING = ("skip-gram", "cbow")
METHODS = (*LEARNING, "ppmi-svd")
LOSSES = {"skip-gram": (skip_gram_loss, skip_gram_step), "cbow": (cbow_loss, cbow_step)}


pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def few_words(seed: int = 0) -> Corpus:
    """150 tokens of 9 words, often one word twice in a window, in sentences of 1 to 7."""
    random = np.random.default_rng(seed)
    return count([[f"w{i}" for i in random.integers(0, 9, n)] for n in random.integers(1, 8, 38)], 1)


def all_different(size: int = 2_005, longest: int = 60) -> Corpus:
    """A text in which no word comes twice, so that a word tells its place. Its word 0 is not the first of the text."""
    lengths = []
    while sum(lengths) < size:
        lengths.append(min(1 + (7 * len(lengths)) % longest, size - sum(lengths)))
    places = iter(np.random.default_rng(0).permutation(size))
    return count([[f"w{next(places):05}" for _ in range(n)] for n in lengths], 1)


def epoch(text: Corpus, seed: int = 0, **config) -> list[Batch]:
    return list(batches(text, Config(**{"subsample": 0.0, **config}), seeded(seed)))


# Batches by their definition --------------------------------------------------------------------------------------


def windows(made: list[Batch]) -> list[tuple[int, list[int]]]:
    """Each word in hand with the words near it."""
    return [
        (int(batch.centres[b, i]), batch.around[b][batch.near[b, i] > 0].tolist())
        for batch in made
        for b in range(len(batch.centres))
        for i in range(batch.centres.shape[1])
    ]


@pytest.mark.parametrize("window", [1, 2, 5, 10])
@pytest.mark.parametrize("subsample", [0.0, 1e-4])
def test_near_are_the_words_within_a_reach_in_the_thinned_sentence(window, subsample):
    text = all_different()
    made = windows(epoch(text, window=window, subsample=subsample))
    found = {centre: near for centre, near in made if centre or near}
    kept = [(word, s) for word, s in zip(text.tokens.tolist(), text.sentence.tolist(), strict=True) if word in found]
    if subsample:
        assert 0.6 < len(kept) / len(text.tokens) < 0.7, "sqrt(0.2005) + 0.2005"
    else:
        assert len(kept) == len(text.tokens)
    reaches = Counter()
    for place, (word, sentence) in enumerate(kept):
        distances = {other: abs(place - p) for p, (other, s) in enumerate(kept[max(0, place - 10) : place + 11], max(0, place - 10)) if s == sentence and p != place}  # fmt: skip
        near = found[word]
        assert len(set(near)) == len(near) and set(near) <= set(distances), "no pair reaches across a sentence"
        reach = max((distances[other] for other in near), default=0)
        assert reach <= window and set(near) == {other for other, d in distances.items() if d <= reach}
        assert reach >= 1 or min(distances.values(), default=1 << 30) > 1, "the next word is always near"
        on_each_side = Counter(d for d in distances.values() if d <= window)
        if all(on_each_side[d] for d in range(1, window + 1)):  # whatever the reach, it shows
            reaches[reach] += 1
    seen = np.array([reaches[r] for r in range(1, window + 1)])
    assert seen.sum() > 100 and sum(reaches.values()) == seen.sum()
    mean, deviation = (window + 1) / 2, math.sqrt((window**2 - 1) / 12)
    assert abs(seen @ np.arange(1, window + 1) / seen.sum() - mean) <= 4 * deviation / math.sqrt(seen.sum())
    assert window == 1 or chisquare(seen).pvalue > 1e-3, "each length as often as any other"


@pytest.mark.parametrize("size", [1_600, 1_601, 1_615])
def test_each_word_is_in_hand_once_an_epoch(size):
    text = all_different(size)
    made = epoch(text)
    in_hand = Counter(centre for centre, _ in windows(made))
    padding = -size % LENGTH
    assert in_hand[0] == 1 + padding and in_hand.total() == size + padding
    assert set(in_hand) == set(range(size)) and all(in_hand[word] == 1 for word in range(1, size))
    filled = [near for centre, near in windows(made) if centre == 0]
    assert sum(bool(near) for near in filled) <= 1, "what only fills the last block is near to nothing"


def test_batches_have_the_shapes_they_say():
    for batch in epoch(all_different(), window=3):
        blocks, around = len(batch.centres), LENGTH + 6
        shapes = [tuple(part.shape) for part in (batch.centres, batch.around, batch.near, batch.negatives, batch.wrong)]
        assert shapes == [(blocks, LENGTH), (blocks, around), (blocks, LENGTH, around), (blocks, SHARED), (blocks, LENGTH, SHARED)]  # fmt: skip
        assert torch.equal(batch.around[:, 3:-3], batch.centres)
        assert set(batch.near.unique().tolist()) <= {0.0, 1.0}


@pytest.mark.parametrize("method", LEARNING)
def test_the_same_seed_gives_the_same_batches_and_another_seed_others(method):
    def of(seed: int) -> list[torch.Tensor]:
        made = epoch(few_words(), seed, method=method, subsample=1e-3)
        return [part for batch in made for part in vars(batch).values()]

    first, second, other = of(0), of(0), of(1)
    assert len(first) == len(second) and all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert len(first) != len(other) or any(not torch.equal(a, b) for a, b in zip(first, other, strict=True))


def test_no_two_epochs_are_alike():
    text, generator = all_different(), seeded()
    first, second = (windows(list(batches(text, Config(subsample=0.0), generator))) for _ in range(2))
    assert [centre for centre, _ in first] != [centre for centre, _ in second], "blocks are shuffled"
    reach = [{centre: len(near) for centre, near in made} for made in (first, second)]
    assert reach[0] != reach[1], "and windows are drawn anew"


# Chance as distributions ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def uneven() -> Corpus:
    """30,000 tokens of 40 words as Zipf has it, in one sentence."""
    random = np.random.default_rng(0)
    share = 1 / np.arange(1, 41)
    return count([[f"w{i:02}" for i in random.choice(40, 30_000, p=share / share.sum())]], 1)


def word2vec_c(count_of_word: int, total: int, sample: float) -> float:
    """word2vec.c, line 395 and after: the word stays where `ran` is not below an even number from 0 to 1."""
    ran = (math.sqrt(count_of_word / (sample * total)) + 1) * (sample * total) / count_of_word
    return min(1.0, ran)


@pytest.mark.parametrize("subsample", [1e-5, 1e-4, 1e-3, 0.05])
def test_words_are_kept_as_word2vec_c_keeps_them(uneven, subsample):
    expected = np.array([word2vec_c(n, len(uneven.tokens), subsample) for n in uneven.counts.tolist()])
    np.testing.assert_allclose(keep_probability(uneven.counts, subsample), expected, rtol=1e-12)
    assert (expected < 1).any() and (subsample < 0.05 or (expected == 1).any())
    kept, epochs = np.zeros(40), 4
    for seed in range(epochs):
        for batch in epoch(uneven, seed, window=1, subsample=subsample):
            real = batch.near.sum(2) > 0
            kept += np.bincount(batch.centres[real].numpy(), minlength=40)
    draws = epochs * uneven.counts
    bound = 4 * np.sqrt(draws * expected * (1 - expected)) + 1e-9
    assert (abs(kept - draws * expected) <= bound).all()


def test_without_subsampling_all_words_stay():
    assert keep_probability(np.array([1, 10, 10**9]), 0.0).tolist() == [1, 1, 1]
    assert (np.diff(keep_probability(np.array([1, 10, 10**3, 10**5]), 1e-3)) <= 0).all()


def test_random_words_come_by_their_counts_to_the_power_of_three_quarters(uneven):
    powers = [n**0.75 for n in uneven.counts.tolist()]
    expected = np.array(powers) / sum(powers)
    cumulative = negative_distribution(uneven.counts)
    assert cumulative.dtype == torch.float64 and cumulative[-1] == pytest.approx(1)
    np.testing.assert_allclose(np.diff(cumulative.numpy(), prepend=0), expected, atol=1e-12)
    drawn = draw(cumulative, (300, 1_000), seeded())
    assert drawn.dtype == torch.int64 and drawn.shape == (300, 1_000)
    assert chisquare(np.bincount(drawn.flatten(), minlength=40), 300_000 * expected).pvalue > 1e-3
    in_batches = torch.cat([batch.negatives.flatten() for batch in epoch(uneven, subsample=1e-3)]).numpy()
    assert chisquare(np.bincount(in_batches, minlength=40), len(in_batches) * expected).pvalue > 1e-3


def test_rounding_at_the_end_of_the_table_draws_no_word_that_is_none():
    assert draw(torch.tensor([0.0, 0.1], dtype=torch.float64), (1_000,), seeded()).max() == 1
    assert draw(negative_distribution(np.array([7])), (50,), seeded()).tolist() == [0] * 50


def test_a_random_word_that_is_the_answer_itself_is_no_wrong_answer():
    centres, around = torch.randint(5, (4, 6), generator=seeded()), torch.randint(5, (4, 10), generator=seeded(1))
    near = (torch.rand(4, 6, 10, generator=seeded(2)) < 0.3).float()
    near[0, 0] = 0
    negatives = torch.randint(5, (4, 7), generator=seeded(3))
    pairs, asked = wrong_of_pairs(centres, around, near, negatives), wrong_of_words(centres, around, near, negatives)
    for b in range(4):
        for i in range(6):
            answers = [int(around[b, j]) for j in range(10) if near[b, i, j]]
            for k in range(7):
                assert pairs[b, i, k] == sum(answer != negatives[b, k] for answer in answers)
                assert asked[b, i, k] == (bool(answers) and bool(centres[b, i] != negatives[b, k]))
    assert not pairs[0, 0].any() and not asked[0, 0].any(), "where nothing is near, nothing is asked"


@pytest.mark.parametrize(("method", "asked"), [("skip-gram", lambda near: near.sum(2)), ("cbow", lambda near: near.amax(2))])  # fmt: skip
def test_a_pair_has_as_many_wrong_answers_as_asked_for(method, asked):
    """But for those that are right by chance, which in a text of many words are few."""
    for negatives in (1, 5, 20):
        made = epoch(all_different(), method=method, negatives=negatives)
        right, wrong = (sum(float(part(batch).sum()) for batch in made) for part in (lambda b: asked(b.near), lambda b: b.wrong))  # fmt: skip
        assert wrong / right == pytest.approx(negatives, rel=2e-3)


# The losses against slow loops ------------------------------------------------------------------------------------


def tables(words: int, dimension: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    first, second = torch.randn(2, words, dimension, generator=seeded(9), dtype=torch.float64)
    return first, second


def exact(batch: Batch) -> Batch:
    return dataclasses.replace(batch, near=batch.near.double(), wrong=batch.wrong.double())


def log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x))


def slow_loss(method: str, v: torch.Tensor, u: torch.Tensor, batch: Batch) -> float:
    """Mikolov et al. 2013, equation 4, summed over the words in hand; for CBOW with the mean of the near words as v."""
    loss = 0.0
    for b in range(len(batch.centres)):
        for i, word in enumerate(batch.centres[b].tolist()):
            near = [int(batch.around[b, j]) for j in range(batch.around.shape[1]) if batch.near[b, i, j]]
            if method == "cbow" and near:
                asking, answers = sum(v[j] for j in near) / len(near), [word]
            else:
                asking, answers = v[word], near
            for answer in answers if near else ():
                loss -= log_sigmoid(float(asking @ u[answer]))
            for k, random in enumerate(batch.negatives[b].tolist()):
                if batch.wrong[b, i, k]:
                    loss -= float(batch.wrong[b, i, k]) * log_sigmoid(-float(asking @ u[random]))
    return loss


@pytest.mark.parametrize("method", LEARNING)
def test_the_loss_is_the_formula(method):
    v, u = tables(9)
    for batch in epoch(few_words(), method=method, window=2):
        ours = LOSSES[method][0](v, u, exact(batch))
        assert float(ours) == pytest.approx(slow_loss(method, v, u, batch), rel=1e-6)


@pytest.mark.parametrize("method", LEARNING)
def test_the_loss_from_the_text_alone(method):
    """With a window of 1 the pairs are those who stand side by side in a sentence; only the random words are read from
    the batch, each of which counts `negatives` / SHARED for a question, unless it is the answer."""
    text, negatives = all_different(160, longest=9), 5
    v, u = tables(160)
    made = epoch(text, method=method, window=1, negatives=negatives)
    random_of = {int(w): batch.negatives[b].tolist() for batch in made for b in range(len(batch.centres)) for w in batch.centres[b]}  # fmt: skip
    tokens, sentence = text.tokens.tolist(), text.sentence.tolist()
    loss, questions = 0.0, 0
    for place, word in enumerate(tokens):
        near = [tokens[p] for p in (place - 1, place + 1) if 0 <= p < len(tokens) and sentence[p] == sentence[place]]
        if method == "skip-gram":
            asked = [(v[word], answer) for answer in near]
        else:
            asked = [(sum(v[j] for j in near) / len(near), word)] if near else []
        for asking, answer in asked:
            wrong = sum(log_sigmoid(-float(asking @ u[k])) for k in random_of[word] if k != answer)
            loss -= log_sigmoid(float(asking @ u[answer])) + negatives / SHARED * wrong
            questions += 1
    assert questions > 100
    assert float(sum(LOSSES[method][0](v, u, exact(batch)) for batch in made)) == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("method", LEARNING)
def test_a_step_is_the_gradient_of_the_loss(method):
    """Where nothing is slowed down."""
    loss, step = LOSSES[method]
    for batch in map(exact, epoch(few_words(), method=method, window=3)):
        batch = dataclasses.replace(batch, calm=torch.ones_like(batch.calm))
        v, u = (table.requires_grad_() for table in tables(9))
        by_v, by_u = torch.autograd.grad(loss(v, u, batch), (v, u))
        after_v, after_u = v.detach().clone(), u.detach().clone()
        step(after_v, after_u, batch, 0.01)
        assert by_v.abs().max() > 0.1 and by_u.abs().max() > 0.1
        torch.testing.assert_close(after_v - v.detach(), -0.01 * by_v, rtol=1e-9, atol=1e-12)
        torch.testing.assert_close(after_u - u.detach(), -0.01 * by_u, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", LEARNING)
def test_a_word_is_slowed_down_to_what_a_batch_may_move_it(method):
    """`calm` against a loop: rate times the pairs of a row, over all its places in the batch, is at most MOST."""
    for batch in epoch(few_words(), method=method, window=3, negatives=20):
        length, around = batch.centres.shape[1], batch.around.shape[1]
        in_hand, beside = (0, 1) if method == "skip-gram" else (1, 0)  # the vectors are table 0, the contexts 1
        loads, places = {}, []
        for b in range(len(batch.centres)):
            asked = batch.near[b].amax(1)
            shares = batch.near[b] / batch.near[b].sum(1, keepdim=True).clamp_min(1)
            for i in range(length):
                pairs = batch.near[b, i].sum() + batch.wrong[b, i].sum() if method == "skip-gram" else asked[i]
                places.append(((in_hand, int(batch.centres[b, i])), float(pairs), float(batch.calm[b, i])))
            for j in range(around):
                pairs = batch.near[b, :, j].sum()
                if method == "cbow":
                    pairs = (shares[:, j] * (asked + batch.wrong[b].sum(1))).sum()
                places.append(((beside, int(batch.around[b, j])), float(pairs), float(batch.calm[b, length + j])))
            for k in range(batch.negatives.shape[1]):
                pairs = float(batch.wrong[b, :, k].sum())
                places.append(((1, int(batch.negatives[b, k])), pairs, float(batch.calm[b, length + around + k])))
        for row, pairs, _ in places:
            loads[row] = loads.get(row, 0.0) + pairs
        rate = word2vec.RATES[method]
        for row, _, calm in places:
            assert calm == pytest.approx(min(1.0, word2vec.MOST / max(rate * loads[row], 1e-9)), rel=1e-4)
        assert min(calm for *_, calm in places) < 1, "20 random words a pair are too many for such a text"


@pytest.mark.parametrize("method", LEARNING)
def test_only_words_that_occur_change(method):
    v, u = tables(40)
    batch = exact(epoch(few_words(), method=method)[0])
    before = v.clone(), u.clone()
    LOSSES[method][1](v, u, batch, 0.1)
    assert (
        not torch.equal(v[:9], before[0][:9])
        and torch.equal(v[9:], before[0][9:])
        and torch.equal(u[9:], before[1][9:])
    )


# Whole runs -------------------------------------------------------------------------------------------------------

FIRST = [f"river{i}" for i in range(15)]
SECOND = [f"stone{i}" for i in range(15)]


def meeting(sets: list[list[str]], sentences: int = 400, seed: int = 0) -> str:
    """Sentences of 8 words, each of one set alone."""
    random = np.random.default_rng(seed)
    return "\n\n".join(" ".join(random.choice(sets[i % len(sets)], 8)) + "." for i in range(sentences))


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    texts._load.cache_clear()
    yield
    texts._load.cache_clear()


def small(name: str, **more) -> Config:
    return Config(
        **{"data": name, "dimension": 10, "window": 2, "subsample": 0.0, "epochs": 20, "min_count": 1, **more}
    )


def finish(config: Config, seed: int = 0) -> tuple[list[Step | Preview], Outcome]:
    events, loop = [], EXPERIMENT.train(config, Context(CPU, seed))
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


@pytest.mark.parametrize("method", METHODS)
def test_words_that_never_meet_part(method):
    config = small(texts.keep(meeting([FIRST, SECOND])), method=method)
    _, outcome = finish(config)
    model = word2vec.build(config)
    model.load_state_dict(drive.as_float32(outcome.state))
    vectors = model.word_vectors()
    cosines = (vectors.of([*FIRST, *SECOND]) @ vectors.of([*FIRST, *SECOND]).T).numpy()
    same = np.kron(np.eye(2), np.ones((15, 15))).astype(bool)
    other = ~same
    np.fill_diagonal(same, False)
    assert cosines[same].mean() > cosines[other].mean() + 0.2
    nearest = np.where(np.eye(30, dtype=bool), -2, cosines).argmax(1)
    assert ((nearest < 15) == (np.arange(30) < 15)).all(), "each word's nearest is of its own set"


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_weights(method):
    config = small(texts.keep(meeting([FIRST, SECOND])), method=method, epochs=1)
    first, second, other = (finish(config, seed)[1].state for seed in (0, 0, 1))
    assert set(first) == {"vectors", "contexts"} and first["vectors"].shape == (30, 10)
    assert all(torch.equal(first[name], second[name]) and first[name].isfinite().all() for name in first)
    assert torch.equal(first["vectors"], other["vectors"]) == (method == "ppmi-svd"), (
        "only counting has no chance in it"
    )


@pytest.mark.parametrize("method", METHODS)
def test_the_events_of_a_run(method):
    events, outcome = finish(small(texts.keep(meeting([FIRST, SECOND])), method=method, epochs=3))
    steps = [event for event in events if isinstance(event, Step)]
    training = [step for step in steps if step.phase == "training"]
    assert [step.phase for step in steps] == ["training"] * len(training) + ["measuring"] * (len(steps) - len(training))
    assert len({step.total for step in training}) == 1 and training[-1].i == training[-1].total == outcome.steps
    numbers = [step.i for step in training]
    assert numbers == sorted(set(numbers)) and steps[-1].i == steps[-1].total
    if method != "ppmi-svd":
        assert all(math.isfinite(step.metrics["loss"]) for step in training)
    previews = [event for event in events if isinstance(event, Preview)]
    assert (previews[0].i, previews[-1].i) == (0, outcome.steps) and previews[0] is events[0]
    for preview in previews:
        watched, nearest = preview.arrays["watched"], preview.arrays["nearest"]
        assert watched.dtype == nearest.dtype == np.int32 and nearest.shape == (len(watched), 5) and watched.ndim == 1
        assert 1 <= len(watched) <= 6 and len(set(watched.tolist())) == len(watched)
        for word, near in zip(watched.tolist(), nearest.tolist(), strict=True):
            assert len(set(near)) == 5 and word not in near and {word, *near} <= set(range(30))
        back = wire.to_preview(wire.parse(wire.line(wire.preview_message("job", preview))))
        assert all(np.array_equal(back.arrays[name], array) for name, array in preview.arrays.items())


@pytest.mark.parametrize("method", LEARNING)
def test_the_loss_falls(method):
    """From (1 + negatives) log 2 a question, because contexts begin at zero."""
    events, _ = finish(small(texts.keep(meeting([FIRST, SECOND])), method=method))
    losses = [event.metrics["loss"] for event in events if isinstance(event, Step) and event.phase == "training"]
    assert losses[0] == pytest.approx(6 * math.log(2), rel=0.06) and losses[-1] < 0.95 * losses[0]


@pytest.mark.parametrize("method", LEARNING)
@pytest.mark.parametrize("corner", [{}, {"negatives": 20}, {"window": 10}, {"window": 10, "negatives": 20}], ids=str)
def test_no_setting_of_the_menus_blows_up(method, corner):
    """The corners where a row of the tables is changed most often in one step, without any thinning."""
    random = np.random.default_rng(0)
    share = 1 / np.arange(1, 151)
    words = [f"w{i}" for i in random.choice(150, 4_000, p=share / share.sum())]
    text = "\n\n".join(" ".join(words[i : i + 25]) for i in range(0, len(words), 25))
    events, outcome = finish(small(texts.keep(text), method=method, epochs=5, **corner))
    losses = [event.metrics["loss"] for event in events if isinstance(event, Step) and event.phase == "training"]
    assert all(weights.isfinite().all() for weights in outcome.state.values())
    assert losses[-1] < losses[0] + 0.2


def test_a_text_thinned_out_to_nothing_makes_no_pair():
    text = count([["only"] * 3], 1)
    assert not any(batch.near.any() for batch in epoch(text, subsample=1e-5))


@pytest.mark.parametrize("method", METHODS)
def test_a_run_ends_when_nobody_listens(method):
    config, seen = small(texts.keep(meeting([FIRST, SECOND])), method=method, epochs=40), []
    with pytest.raises(drive.Stopped):
        drive.run(EXPERIMENT, config, 0, CPU, seen.append, lambda: len(seen) == 2)
    assert len(seen) == 2
    loop = EXPERIMENT.train(config, Context(CPU, 0))
    next(loop)
    loop.close()
    assert next(loop, "over") == "over"


@pytest.fixture
def two_threads():
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(1)


@pytest.mark.parametrize("method", LEARNING)
def test_a_second_thread_changes_no_weight(method, two_threads):
    config = small(texts.keep(meeting([FIRST, SECOND])), method=method, epochs=2)
    with_two = finish(config)[1].state
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)
    assert all(torch.equal(weights, with_two[name]) for name, weights in finish(config)[1].state.items())


def test_no_thread_is_left_of_a_run(two_threads, monkeypatch):
    config, before = small(texts.keep(meeting([FIRST, SECOND])), epochs=40), threading.active_count()
    finish(dataclasses.replace(config, epochs=1))
    loop = EXPERIMENT.train(config, Context(CPU, 0))
    while not isinstance(next(loop), Step):
        pass
    loop.close()

    def fails(*arguments):
        yield from epoch(few_words(), window=2)
        raise OSError("the text is gone")

    monkeypatch.setattr(word2vec, "batches", fails)
    with pytest.raises(OSError, match="the text is gone"):
        finish(config)
    assert threading.active_count() == before and torch.get_num_threads() == 2


@pytest.mark.parametrize(
    "text",
    ["again " * 5_000, " ".join(f"word{i}" for i in range(5_000)), "\n\n".join(FIRST), "", "。、！" * 100],
    ids=["one word", "no word twice", "few words", "empty", "signs"],
)
def test_a_text_that_is_too_short_is_said_in_one_sentence(text):
    config = dataclasses.replace(small(texts.keep(text)), min_count=5)
    with pytest.raises(BadValue) as caught:
        next(EXPERIMENT.train(config, Context(CPU, 0)))
    message = str(caught.value)
    assert "\n" not in message and message.endswith(".") and "too few" in message


def test_metrics_of_a_text_without_the_words_are_none():
    _, outcome = finish(small(texts.keep(meeting([FIRST, SECOND])), method="ppmi-svd"))
    assert set(EXPERIMENT.metric_names) <= set(outcome.metrics)
    for name in ("queen_rank", "looked_rank", "family_accuracy"):
        assert outcome.metrics[name] is None
    assert outcome.metrics["vocabulary"] == 30 and outcome.metrics["words_per_second"] > 0


def test_metrics_of_a_text_with_the_words():
    royal, moving = ["king", "man", "queen", "woman"], ["walk", "walked", "look", "looked"]
    _, outcome = finish(small(texts.keep(meeting([FIRST, royal, moving])), method="ppmi-svd"))
    for name in ("queen_rank", "looked_rank"):
        assert 1 <= outcome.metrics[name] <= 23 - 3, "the query's own words are left out"
    assert 0 <= outcome.metrics["family_accuracy"] <= 1
    assert sum(score["asked"] for score in outcome.metrics["analogies"].values()) > 0


@pytest.mark.parametrize("method", METHODS)
def test_a_text_in_which_no_word_has_a_neighbour_ends_well(method):
    """A list of words, one a paragraph."""
    lonely = "\n\n".join(word for _ in range(30) for word in [*FIRST, *SECOND])
    _, outcome = finish(small(texts.keep(lonely), method=method, epochs=1))
    assert all(weights.isfinite().all() for weights in outcome.state.values())


def test_watched_are_words_of_the_page_where_the_text_has_them():
    common = [f"common{i:03}" for i in range(300)]
    found = [common] * 5 + [["king", "woman", "bread"]] * 4 + [["seldom"]]
    watched = watch(count(found, 1))
    assert watched[:3] == ["king", "woman", "bread"] and len(watched) == 6 == len(set(watched))
    assert "seldom" not in watched and len(watch(count([["a", "b"]], 1))) == 2


@pytest.mark.parametrize("method", METHODS)
def test_an_own_text_from_the_upload_to_the_stored_model(method, tmp_path):
    name = texts.keep(meeting([FIRST, SECOND]))
    config = EXPERIMENT.strict({"data": name, "method": method, "epochs": "1", "dimension": "10", "min_count": "1"})
    finished = drive.run(EXPERIMENT, config, 0, CPU)
    assert finished.record.config["data"] == name and finished.record.key == EXPERIMENT.key(config, 0)
    assert finished.record.metrics["vocabulary"] == 30 and finished.record.metrics["queen_rank"] is None
    assert finished.record.parameters == 2 * 30 * 10 and finished.checkpoints == ()
    assert finished.record.history and len(finished.previews) >= 2
    stored = drive.store(finished, tmp_path / "models")
    assert stored.record.files
    model = word2vec.build(config)
    model.load_state_dict(drive.as_float32(finished.state))
    assert model.words == corpus(name, 1).words and model.word_vectors().dimension == 10
    EXPERIMENT.warm(model, config)
    other = texts.keep(meeting([FIRST, SECOND], seed=1))
    assert EXPERIMENT.key(dataclasses.replace(config, data=other), 0) != finished.record.key
