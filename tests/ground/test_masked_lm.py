"""The masked language model against Hugging Face's BERT, its loss against a slow loop, how words are hidden, and whole trainings."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
import torch

from core.compat import torchvision
from core.data import texts
from core.data.sentences import END, MASK, SPECIAL, START, UNK, rows_of, sentence_text, vocabulary
from core.events import Outcome, Preview, Step
from core.experiment import BadValue, Context
from core.experiments import masked_lm
from core.experiments.masked_lm import (
    EXPERIMENT,
    Batches,
    Config,
    Counted,
    MaskedLM,
    build,
    by_length,
    guesses,
    hide,
    how_many,
    masked_loss,
    one_blank,
    share_hidden,
)
from core.nn.bert import BertSizes
from core.store.record import json_ready
from core.training import drive

CPU = torch.device("cpu")
V, D, L, H, CONTEXT = 40, 16, 3, 2, 12
pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def small_model(seed: int = 0, std: float = 0.3) -> MaskedLM:
    """With weights so large that all of its parts are heard."""
    model, generator = MaskedLM(BertSizes(V, CONTEXT, D, L, H, 4 * D, 1e-5)), seeded(seed)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=std, generator=generator)
    return model


def some_rows(count: int, length: int, seed: int = 0) -> torch.Tensor:
    """Sentences (count, length) with their ends."""
    ids = torch.randint(len(SPECIAL), V, (count, length), generator=seeded(seed))
    ids[:, 0], ids[:, -1] = START, END
    return ids


# The network ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bert():
    """Hugging Face's BertForMaskedLM with the weights of `small_model`."""
    torchvision()  # transformers imports it and would stop beside a CPU build of torch
    from transformers import BertConfig, BertForMaskedLM

    ours = small_model()
    config = BertConfig(
        vocab_size=V, hidden_size=D, num_hidden_layers=L, num_attention_heads=H, intermediate_size=4 * D, hidden_act="gelu",
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, max_position_embeddings=CONTEXT, type_vocab_size=2,
        layer_norm_eps=1e-5, pad_token_id=None, attn_implementation="eager",
    )  # fmt: skip
    theirs = BertForMaskedLM(config).eval()
    with torch.no_grad():
        for mine, other in pairs(ours, theirs):
            other.copy_(mine)
    return ours, theirs


def pairs(ours: MaskedLM, theirs) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """(our parameter, or a part of it, theirs), of all that theirs has."""
    words, head = theirs.bert.embeddings, theirs.cls.predictions
    mine = ours.encoder
    found = [
        (mine.word.weight, words.word_embeddings.weight),
        (mine.position.weight, words.position_embeddings.weight),
        (mine.segment.weight, words.token_type_embeddings.weight),
        (ours.bias, head.bias),
    ]
    modules = [(mine.norm, words.LayerNorm), (ours.dense, head.transform.dense), (ours.norm, head.transform.LayerNorm)]
    for block, layer in zip(mine.blocks, theirs.bert.encoder.layer, strict=True):
        attention = layer.attention
        for part, other in enumerate((attention.self.query, attention.self.key, attention.self.value)):
            rows = slice(part * D, (part + 1) * D)
            found += [(block.attention.qkv.weight[rows], other.weight), (block.attention.qkv.bias[rows], other.bias)]
        modules += [
            (block.attention.out, attention.output.dense), (block.norm1, attention.output.LayerNorm),
            (block.mlp[0], layer.intermediate.dense), (block.mlp[2], layer.output.dense), (block.norm2, layer.output.LayerNorm),
        ]  # fmt: skip
    found += [pair for a, b in modules for pair in ((a.weight, b.weight), (a.bias, b.bias))]
    assert len(found) == len(list(theirs.parameters())), "one matrix for both ends"
    return found


def gradients(ours: MaskedLM, theirs) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The gradients of the same pairs."""
    weights = {id(p): p for p in ours.parameters()}
    kept = [p.detach().clone() for p in ours.parameters()]
    with torch.no_grad():  # the parts of `pairs` are views of the weights: for a moment these hold their gradients
        for p in weights.values():
            p.copy_(p.grad)
        found = [(mine.clone(), other.grad) for mine, other in pairs(ours, theirs)]
        for p, value in zip(ours.parameters(), kept, strict=True):
            p.copy_(value)
    return found


@pytest.mark.twin("core/experiments/masked_lm.py", "core/nn/bert.py", "core/nn/attention.py")
@pytest.mark.parametrize("length", [3, 8, CONTEXT])
def test_logits_loss_and_gradients_are_those_of_bert(bert, length):
    ours, theirs = bert
    ids = some_rows(5, length, seed=length)
    given, hidden = hide(ids, 0.4, "80-10-10", V, seeded(1))
    expected = theirs(given, labels=ids.masked_fill(~hidden, -100))
    torch.testing.assert_close(ours(given), expected.logits, rtol=0, atol=1e-4)
    torch.testing.assert_close(ours(given, hidden), expected.logits[hidden], rtol=0, atol=1e-4)
    ours.zero_grad(), theirs.zero_grad()
    loss = masked_loss(ours, given, hidden, ids)
    torch.testing.assert_close(loss, expected.loss, rtol=0, atol=1e-4)
    loss.backward()
    expected.loss.backward()
    for mine, other in gradients(ours, theirs):
        torch.testing.assert_close(mine, torch.zeros_like(mine) if other is None else other, rtol=0, atol=1e-4)


def test_the_loss_is_that_of_a_slow_loop():
    model, ids = small_model(), some_rows(6, 9)
    given, hidden = hide(ids, 0.4, "mask", V, seeded(2))
    total, count = 0.0, 0
    with torch.no_grad():
        for row, blanks, true in zip(given, hidden, ids, strict=True):
            p = model(row[None])[0].softmax(-1)
            for place in range(9):
                if blanks[place]:
                    total, count = total - math.log(float(p[place, true[place]])), count + 1
    assert masked_loss(model, given, hidden, ids).item() == pytest.approx(total / count, rel=1e-5)
    assert count == int(hidden.sum())


def test_a_word_is_guessed_from_both_sides_and_what_is_hidden_is_not_seen():
    model, ids = small_model(), some_rows(1, 9)
    hidden = torch.zeros_like(ids, dtype=torch.bool)
    hidden[0, 4] = True
    before = model(ids.masked_fill(hidden, MASK), hidden)
    for place, changes in ((2, True), (6, True), (4, False)):
        other = ids.clone()
        other[0, place] = SPECIAL_WORD if int(other[0, place]) != SPECIAL_WORD else SPECIAL_WORD + 1
        after = model(other.masked_fill(hidden, MASK), hidden)
        assert torch.allclose(before, after, atol=1e-5) != changes


SPECIAL_WORD = len(SPECIAL)  # the first word that is none of the special ones


# Hiding words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", EXPERIMENT.knobs()["share"].choices)
@pytest.mark.parametrize("corruption", ["mask", "80-10-10"])
def test_exactly_the_share_is_hidden_in_each_row_and_nothing_but_known_words(share, corruption):
    ids = some_rows(400, 23)
    ids[torch.rand(ids.shape, generator=seeded(5)) < 0.2] = UNK
    ids[:, 0], ids[:, -1] = START, END
    given, hidden = hide(ids, share, corruption, V, seeded(1))
    known = ids >= len(SPECIAL)
    for row in range(400):
        n = int(known[row].sum())
        assert int(hidden[row].sum()) == min(n, max(1, math.floor(n * share + 0.5)))
    assert not (hidden & ~known).any() and torch.equal(given[~hidden], ids[~hidden])
    if corruption == "mask":
        assert (given[hidden] == MASK).all()


def test_how_many_are_hidden():
    words = torch.tensor([0, 1, 3, 7, 10, 20, 62])
    assert how_many(words, 0.15).tolist() == [0, 1, 1, 1, 2, 3, 9]
    assert how_many(words, 0.8).tolist() == [0, 1, 2, 6, 8, 16, 50]


def test_each_known_word_is_as_likely_to_be_hidden():
    ids = some_rows(6000, 12)
    _, hidden = hide(ids, 0.25, "mask", V, seeded(3))
    counts = hidden.sum(0)[1:-1].double()
    p = 3 / 10  # 2.5, rounded up, of ten
    assert (counts - 6000 * p).abs().max() < 4.5 * math.sqrt(6000 * p * (1 - p))


def test_80_10_10_lies_within_binomial_bounds():
    ids = some_rows(3000, 22)
    given, hidden = hide(ids, 0.4, "80-10-10", V, seeded(4))
    n = int(hidden.sum())
    masked, stays = (given[hidden] == MASK).sum(), (given[hidden] == ids[hidden]).sum()
    words = V - len(SPECIAL)
    same = 0.1 + 0.1 / words  # a random word may be the true one
    for count, p in ((masked, 0.8), (stays, same), (n - masked - stays, 0.2 - same)):
        assert abs(int(count) - n * p) < 4.5 * math.sqrt(n * p * (1 - p))
    random = given[hidden & (given != MASK) & (given != ids)]
    assert random.min() >= len(SPECIAL) and len(random.unique()) == words, "any known word"


def test_the_same_generator_hides_the_same():
    ids = some_rows(30, 20)
    for corruption in ("mask", "80-10-10"):
        one, other = (hide(ids, 0.15, corruption, V, seeded(7)) for _ in range(2))
        assert torch.equal(one[0], other[0]) and torch.equal(one[1], other[1])


# Batches ----------------------------------------------------------------------------------------------------------


def test_a_batch_has_sentences_of_one_length_as_often_as_they_have_words():
    rows = rows_of([np.array([START, *([10 + n] * n), END]) for n in (2, 2, 5, 9, 9, 9)])
    batches, generator = Batches(rows), seeded(0)
    seen = {4: 0, 7: 0, 11: 0}
    for _ in range(3000):
        ids = batches.draw(generator)
        length = ids.shape[1]
        seen[length] += 1
        assert len(ids) == masked_lm.TOKENS // length
        assert (ids[:, 0] == START).all() and (ids[:, -1] == END).all() and (ids[:, 1:-1] == 10 + length - 2).all()
    for length, words in ((4, 8), (7, 7), (11, 33)):
        p = words / 48
        assert abs(seen[length] - 3000 * p) < 4.5 * math.sqrt(3000 * p * (1 - p))


def test_batches_to_look_at_hold_each_row_once():
    lengths = np.random.default_rng(0).integers(3, 60, 500)
    found = list(by_length(lengths))
    assert sorted(np.concatenate(found).tolist()) == list(range(500))
    for which in found:
        assert len(set(lengths[which].tolist())) == 1 and len(which) * lengths[which[0]] <= masked_lm.ROWS
    assert list(by_length(np.array([9000]))) == [np.array([0])]


# Measures ---------------------------------------------------------------------------------------------------------


def test_losses_at_single_blanks_are_those_of_a_slow_loop():
    model = small_model()
    rows = rows_of([row.numpy() for n in (4, 6, 9, 6) for row in some_rows(3, n, seed=n)])
    at = np.flatnonzero(rows.tokens >= len(SPECIAL))[::3]
    nats, right = np.zeros(len(at)), np.zeros(len(at), bool)
    for which, values, hit in one_blank(model, rows, at):
        nats[which], right[which] = values, hit
    for k, place in enumerate(at):
        row = rows.of_row[place]
        ids = torch.from_numpy(rows.row(row).astype(np.int64))[None]
        inside = int(place - rows.starts[row])
        word = int(ids[0, inside])
        ids[0, inside] = MASK
        with torch.no_grad():
            p = model(ids)[0, inside].softmax(-1)
        assert nats[k] == pytest.approx(-math.log(float(p[word])), rel=1e-4)
        assert right[k] == (int(p.argmax()) == word)


def test_guesses_are_the_log_probabilities_at_each_mask():
    model = small_model()
    ids = [START, 9, MASK, 11, MASK, END]
    found = guesses(model, ids)
    with torch.no_grad():
        expected = model(torch.tensor([ids]))[0, [2, 4]].log_softmax(-1)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    assert guesses(model, [START, 9, END]).shape == (0, V)


# Whole trainings --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """An own cache for this file, so that texts need to be learned from once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield texts.keep(story(count=600))


def story(count: int) -> str:
    """Sentences of a subject, a verb and an object, five a paragraph: there is something to learn."""
    random = np.random.default_rng(0)
    parts = (
        ("the king", "the queen", "a dragon", "my old cat"),
        ("sees", "follows", "loves"),
        ("a song", "the sea", "naïve men"),
    )
    sentences = [" ".join(random.choice(part) for part in parts) + "." for _ in range(count)]
    return "\n\n".join(" ".join(sentences[i : i + 5]) for i in range(0, count, 5))


def tiny(name: str, **config) -> Config:
    return Config(**{"data": name, "depth": 2, "heads": 2, "width": 32, "context": 32, "steps": 60, **config})


def finish(config: Config, seed: int = 0) -> tuple[list[Step | Preview], Outcome]:
    loop, events = EXPERIMENT.train(config, Context(CPU, seed)), []
    while True:
        try:
            events.append(next(loop))
        except StopIteration as end:
            return events, end.value


@pytest.fixture(scope="module")
def run(own, one_thread) -> tuple[Config, list[Step | Preview], Outcome]:
    config = tiny(own)
    return config, *finish(config)


def test_a_training_learns_more_than_how_often_words_occur(run):
    _, events, outcome = run
    steps = [e for e in events if isinstance(e, Step) and e.phase == "training"]
    assert [s.i for s in steps] == sorted({s.i for s in steps}) and steps[-1].i == steps[
        -1
    ].total == outcome.steps == 60
    found = outcome.metrics
    assert set(EXPERIMENT.metric_names) <= set(found)
    assert found["masked_cross_entropy"] < found["unigram_cross_entropy"] - 0.3
    assert found["bigram_cross_entropy"] < found["unigram_cross_entropy"]
    low, high = found["below_bigram_interval"]
    assert low < found["below_bigram"] < high
    assert found["below_bigram"] == pytest.approx(found["bigram_cross_entropy"] - found["masked_cross_entropy"])
    assert steps[-1].metrics["unigram_cross_entropy"] == found["unigram_cross_entropy"]
    assert json.loads(json.dumps(json_ready(found)))


def test_metrics_are_those_of_the_stored_weights_and_of_the_same_places(run):
    config, _, outcome = run
    model = build(config).eval()
    model.load_state_dict(drive.as_float32(outcome.state))
    text = sentence_text(config.data, config.words, config.context)
    counted = Counted(text)
    again = EXPERIMENT.measure(model.requires_grad_(False), config, Context(CPU, 0), [])
    while True:
        try:
            next(again)
        except StopIteration as end:
            assert end.value == outcome.metrics
            break
    losses = np.zeros(len(counted.at))
    for which, nats, _ in one_blank(model, text.held_out, counted.at):
        losses[which] = nats
    word = text.held_out.tokens[counted.at]
    learned = np.bincount(text.train.tokens, minlength=len(text.words)).astype(float)[len(SPECIAL) :] + 1
    expected = -np.log(learned / learned.sum())[word - len(SPECIAL)]
    assert outcome.metrics["masked_cross_entropy"] == pytest.approx(losses.mean())
    assert outcome.metrics["unigram_cross_entropy"] == pytest.approx(expected.mean())
    assert outcome.metrics["by_share"][1]["cross_entropy"] == pytest.approx(share_hidden(model, text.held_out, 0.4))


def test_previews_fill_in_a_held_out_sentence(run):
    config, events, _ = run
    previews = [e for e in events if isinstance(e, Preview)]
    assert previews[0].i == 0 and previews[-1].i == 60
    words = vocabulary(config.data, config.words)
    for one in previews:
        places, top = one.arrays["places"], one.arrays["guesses"]
        assert top.shape == (len(places), 3) and len(places) >= 1 and top.max() < len(words)
        assert (one.arrays["sentence"][places] >= len(SPECIAL)).all()


def test_the_same_seed_gives_the_same_weights(run, own):
    config, _, outcome = run
    _, again = finish(config)
    _, other = finish(dataclasses.replace(config, steps=3), seed=1)
    assert all(torch.equal(outcome.state[name], again.state[name]) for name in outcome.state)
    assert any(not torch.equal(outcome.state[name], other.state[name]) for name in outcome.state)


def test_random_words_and_time_train_too(own):
    _, outcome = finish(tiny(own, corruption="80-10-10", share=0.4, steps=20))
    assert outcome.metrics["masked_cross_entropy"] < outcome.metrics["unigram_cross_entropy"] + 0.2


@pytest.mark.parametrize(
    "text", ["one two three. " * 3, "x", "every word here occurs only once and so nothing is known"]
)
def test_too_short_a_text_is_refused(own, text):
    with pytest.raises(BadValue, match="bring a longer text"):
        next(EXPERIMENT.train(tiny(texts.keep(text)), Context(CPU, 0)))


def test_the_first_heads_begin_by_looking_beside_a_word(own):
    model, trace = build(tiny(own, width=64), seeded(0)), []
    ids = torch.randint(len(SPECIAL), len(model.bias), (4, 20), generator=seeded(1))
    model.encoder(ids, trace)
    looks = trace[0].weights.mean(0)
    for head, away in enumerate((-1, 1)):
        beside, behind = (looks[head].diagonal(side)[2:16].mean() for side in (away, -away))
        assert beside > 0.2 and beside > 5 * behind
