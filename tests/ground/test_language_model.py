"""The language model against Hugging Face's GPT-2, its measures against slow loops, and whole trainings."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import types

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core import data
from core.analysis import heads, held_out
from core.analysis.held_out import head_scores, mean_nats, nats, spread, windows, without
from core.analysis.ngrams import KneserNey, best_counts
from core.compat import torchvision
from core.data import texts
from core.data import tokens as token_file
from core.data.tokens import tokenized, vocabulary
from core.events import Outcome, Preview, Step
from core.experiment import BadValue, Context
from core.experiments import language_model
from core.experiments.language_model import (
    AGES,
    EXPERIMENT,
    TOKENS,
    Config,
    LanguageModel,
    baselines,
    build,
    next_token_loss,
    start_from_counts,
)
from core.store import artefacts, paths
from core.training import drive, wire

CPU = torch.device("cpu")
V, D, L, H, CONTEXT = 40, 16, 3, 2, 12
pytestmark = pytest.mark.usefixtures("one_thread")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def small_model(seed: int = 0, std: float = 0.3) -> LanguageModel:
    """With weights so large that all of its parts are heard."""
    model, generator = LanguageModel(V, D, L, H, CONTEXT), seeded(seed)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=std, generator=generator)
    return model


def some_text(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(V, (count,), generator=seeded(seed))


# The network ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gpt2():
    """Hugging Face's GPT-2 with the weights of `small_model`; it has no bias behind the last layer, so ours is 0."""
    torchvision()  # transformers imports it and would stop beside a CPU build of torch
    from transformers import GPT2Config, GPT2LMHeadModel

    ours = small_model()
    torch.nn.init.zeros_(ours.bias)
    config = GPT2Config(
        vocab_size=V, n_positions=CONTEXT, n_embd=D, n_layer=L, n_head=H, activation_function="gelu", resid_pdrop=0.0,
        embd_pdrop=0.0, attn_pdrop=0.0, layer_norm_epsilon=1e-5, bos_token_id=0, eos_token_id=0,
        attn_implementation="eager",
    )  # fmt: skip
    theirs = GPT2LMHeadModel(config).eval()
    assert theirs.lm_head.weight is theirs.transformer.wte.weight, "one matrix for both ends"
    with torch.no_grad():
        for mine, other, turned in pairs(ours, theirs):
            other.copy_(mine.T if turned else mine)
    return ours, theirs


def pairs(ours: LanguageModel, theirs) -> list[tuple[torch.Tensor, torch.Tensor, bool]]:
    """(our parameter, theirs, whether theirs is transposed), for all that theirs has. Their matrices are (in, out)."""
    found = [
        (ours.tokens.weight, theirs.transformer.wte.weight, False),
        (ours.positions.weight, theirs.transformer.wpe.weight, False),
        (ours.norm.weight, theirs.transformer.ln_f.weight, False),
        (ours.norm.bias, theirs.transformer.ln_f.bias, False),
    ]
    for mine, other in zip(ours.blocks, theirs.transformer.h, strict=True):
        for a, b in (
            (mine.norm1, other.ln_1), (mine.attention.qkv, other.attn.c_attn), (mine.attention.out, other.attn.c_proj),
            (mine.norm2, other.ln_2), (mine.mlp[0], other.mlp.c_fc), (mine.mlp[2], other.mlp.c_proj),
        ):  # fmt: skip
            found += [(a.weight, b.weight, a.weight.ndim == 2), (a.bias, b.bias, False)]
    assert len(found) == len(list(theirs.parameters())) == len(list(ours.parameters())) - 1
    return found


@pytest.mark.twin("core/experiments/language_model.py", "core/nn/blocks.py", "core/nn/attention.py")
@pytest.mark.parametrize("tokens", [1, 7, CONTEXT])
def test_logits_loss_and_gradients_are_those_of_gpt2(gpt2, tokens):
    ours, theirs = gpt2
    ids = some_text(4 * (tokens + 1)).view(4, -1)
    expected = theirs(ids[:, :-1], output_attentions=True, output_hidden_states=True)
    trace, states = [], []
    torch.testing.assert_close(ours(ids[:, :-1]), expected.logits, rtol=0, atol=1e-4)
    torch.testing.assert_close(ours(ids[:, :-1], trace, states=states), expected.logits, rtol=0, atol=1e-4)
    for seen, weights in zip(trace, expected.attentions, strict=True):
        torch.testing.assert_close(seen.weights, weights, rtol=0, atol=1e-5)
    for mine, other in zip(states[:-1], expected.hidden_states[:-1], strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-4)
    torch.testing.assert_close(ours.norm(states[-1]), expected.hidden_states[-1], rtol=0, atol=1e-4)

    ours.zero_grad(), theirs.zero_grad()
    loss = next_token_loss(ours, ids)
    logits = expected.logits.log_softmax(-1)
    their_loss = -logits.gather(-1, ids[:, 1:, None]).mean()
    torch.testing.assert_close(loss, their_loss, rtol=0, atol=1e-4)
    loss.backward()
    their_loss.backward()
    for mine, other, turned in pairs(ours, theirs):
        torch.testing.assert_close(mine.grad, other.grad.T if turned else other.grad, rtol=0, atol=1e-4)
    if tokens > 1:  # from labels theirs makes the shift itself
        own_shift = theirs(ids[:, :-1], labels=ids[:, :-1]).loss
        torch.testing.assert_close(next_token_loss(ours, ids[:, :-1]), own_shift, rtol=0, atol=1e-4)


def test_the_path_that_is_looked_at_is_the_path_that_trains():
    model, ids = small_model(), some_text(3 * CONTEXT).view(3, CONTEXT)
    trace, states = [], []
    torch.testing.assert_close(model(ids, trace, states=states), model(ids), rtol=0, atol=1e-5)
    assert len(trace) == L and len(states) == L + 1
    grads = []
    for how in (None, []):
        model.zero_grad()
        model(ids, how).square().mean().backward()
        grads.append([p.grad.clone() for p in model.parameters()])
    for fused, explicit in zip(*grads, strict=True):
        torch.testing.assert_close(explicit, fused, rtol=1e-3, atol=1e-5)


def test_read_out_of_the_last_state_is_what_the_model_says():
    model, ids, states = small_model(), some_text(CONTEXT)[None], []
    logits = model(ids, states=states)
    assert torch.equal(model.read_out(states[-1]), logits)
    torch.testing.assert_close(states[0], model.tokens.weight[ids] + model.positions.weight, rtol=0, atol=0)
    inner = [model.read_out(state) for state in states[:-1]]
    assert all(not torch.allclose(early, logits, atol=1e-2) for early in inner)
    normed = F.layer_norm(states[1], (D,), model.norm.weight, model.norm.bias)
    torch.testing.assert_close(inner[1], normed @ model.tokens.weight.T + model.bias, rtol=0, atol=1e-4)


def test_heads_are_switched_off_in_their_own_layer():
    model, ids = small_model(), some_text(CONTEXT)[None]
    on = without(model, [(1, 0), (2, 1)])
    assert on.tolist() == [[1, 1], [0, 1], [1, 0]]
    share = D // H
    twin = small_model()
    with torch.no_grad():
        twin.blocks[1].attention.out.weight[:, :share] = 0
        twin.blocks[2].attention.out.weight[:, share:] = 0
    torch.testing.assert_close(model(ids, heads_on=on), twin(ids), rtol=0, atol=1e-5)
    assert torch.equal(model(ids, heads_on=without(model, [])), model(ids))


def test_the_loss_of_a_model_that_knows_nothing_is_that_of_the_counts():
    model = LanguageModel(V, D, L, H, CONTEXT)
    for embedding in (model.tokens, model.positions):
        torch.nn.init.zeros_(embedding.weight)
    tokens = some_text(500).clamp(max=20).numpy()
    start_from_counts(model, tokens)
    share = (np.bincount(tokens, minlength=V) + 1) / (500 + V)
    ids = torch.from_numpy(tokens[:13])[None]
    expected = -np.log(share[tokens[1:13]]).mean()
    assert next_token_loss(model, ids).item() == pytest.approx(expected, rel=1e-5)


# Measures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 12, 13, 14, 18, 19, 97])
def test_windows_count_each_token_but_the_first_once(count):
    rows, length = windows(count, CONTEXT), min(CONTEXT, count - 1)
    predicted = [start + 1 + place for start, skip in rows for place in range(skip, length)]
    assert predicted == list(range(1, count))
    for start, skip in rows:
        assert start >= 0 and start + length + 1 <= count, "it ends within the text"
        assert start == 0 or skip >= length // 2, "what counts has half a context before it"


def test_the_mean_loss_is_that_of_a_slow_loop():
    model, text = small_model(), some_text(3 * CONTEXT + 5)
    slow, predicted = 0.0, {}
    with torch.no_grad():
        for start, skip in windows(len(text), CONTEXT):
            for place in range(skip, CONTEXT):
                end = start + place + 1
                p = model(text[None, start:end])[0, -1].softmax(-1)[text[end]]
                predicted[end] = -math.log(float(p))
        slow = sum(predicted.values()) / len(predicted)
    assert sorted(predicted) == list(range(1, len(text)))
    every = windows(len(text), CONTEXT)
    assert mean_nats(model, text, every) == pytest.approx(slow, rel=1e-5)
    assert sum(counted for _, counted in nats(model, text, every)) == len(text) - 1


def test_many_windows_go_in_batches(monkeypatch):
    model, text = small_model(), some_text(300)
    every = windows(300, CONTEXT)
    whole = mean_nats(model, text, every)
    monkeypatch.setattr(held_out, "ROWS", 7)
    assert len(list(nats(model, text, every))) == -(-len(every) // 7) > 1
    assert mean_nats(model, text, every) == pytest.approx(whole, rel=1e-6)


def test_a_text_shorter_than_the_context_is_one_window():
    model, text = small_model(), some_text(6)
    assert windows(6, CONTEXT) == [(0, 0)]
    with torch.no_grad():
        expected = F.cross_entropy(model(text[None, :-1])[0], text[1:])
    assert mean_nats(model, text, windows(6, CONTEXT)) == pytest.approx(float(expected), rel=1e-5)


def test_a_sample_of_the_windows_comes_from_all_over_the_text():
    rows = windows(2_000, CONTEXT)
    some = spread(rows, 10)
    assert len(some) == 10 and some == sorted(set(some)) and set(some) <= set(rows)
    assert some[0] == rows[0] and some[-1] == rows[-1]
    gaps = np.diff([rows.index(row) for row in some])
    assert gaps.max() - gaps.min() <= 1
    assert spread(rows[:4], 10) == rows[:4] and spread(rows[:1], 10) == rows[:1]


def test_scores_of_heads_are_means_over_the_rows():
    model, rows = small_model(), [some_text(CONTEXT, seed) for seed in range(3)]
    found = head_scores(model, rows)
    assert set(found) == {*heads.targets(rows[0]), "entropy", "distance"}
    for layer in range(L):
        for head in range(H):
            sums = dict.fromkeys(found, 0.0)
            for ids in rows:
                trace = []
                with torch.no_grad():
                    model(ids[None], trace)
                weights = trace[layer].weights[0, head]
                for kind, score in heads.scores(weights, ids).items():
                    sums[kind] += float(score) / 3
                for query in range(CONTEXT):
                    for key in range(query + 1):
                        w = float(weights[query, key])
                        sums["entropy"] -= w * math.log2(w) / CONTEXT / 3
                        sums["distance"] += w * (query - key) / CONTEXT / 3
            for name, value in sums.items():
                assert found[name][layer][head] == pytest.approx(value, abs=1e-4), name


# Texts of one's own -----------------------------------------------------------------------------------------------

LATIN = (
    ("the king", "the queen", "a dragon", "my old cat"),
    ("sees", "follows", "loves"),
    ("a song", "the sea", "naïve men"),
)
CYRILLIC = ("король", "королева", "дракон"), ("видит", "любит", "ищет"), ("песню", "море", "людей")
CHINESE = ("国王", "女王", "龙"), ("看见", "爱", "找"), ("歌", "海", "人们")


def story(words=LATIN, count: int = 120, end: str = ".", space: str = " ") -> str:
    """Sentences of a subject, a verb and an object, five a paragraph: there is something to learn."""
    random = np.random.default_rng(0)
    sentences = [space.join(random.choice(part) for part in words) + end for _ in range(count)]
    return "\n\n".join(space.join(sentences[i : i + 5]) for i in range(0, count, 5))


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """An own cache for this file, so that texts need to be learned from once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_LAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield texts.keep(story(count=400))


def tiny(name: str, **config) -> Config:
    """Smaller than the menus allow, so that a training takes a second."""
    return Config(**{"data": name, "depth": 2, "heads": 2, "width": 32, "context": 32, "steps": 40, **config})


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


def test_a_training_learns_and_says_how_far_it_is(run):
    config, events, outcome = run
    steps = [e for e in events if isinstance(e, Step) and e.phase == "training"]
    assert [s.i for s in steps] == sorted({s.i for s in steps}) and steps[-1].i == steps[
        -1
    ].total == outcome.steps == 40
    assert all(math.isfinite(value) for step in steps for value in step.metrics.values())
    assert steps[-1].metrics["loss"] < 0.7 * steps[0].metrics["loss"]
    text = tokenized(config.data, config.tokens)
    ratio = len(text.held_out) / text.held_out_characters / math.log(2)
    assert steps[-1].metrics["bits_per_character"] == pytest.approx(steps[-1].metrics["loss"] * ratio)
    measuring = [e for e in events if isinstance(e, Step) and e.phase == "measuring"]
    assert measuring[-1].i == measuring[-1].total == 2 + 4 + len(outcome.checkpoints)
    assert [e.i for e in measuring] == sorted(e.i for e in measuring)


def test_previews_are_a_sample_and_where_the_heads_look(run):
    config, events, _ = run
    previews = [e for e in events if isinstance(e, Preview)]
    assert previews[0].i == 0 and previews[-1].i == 40
    words = vocabulary(config.data, config.tokens)
    for one in previews:
        assert set(one.arrays) == {"sample", "layer 1", "layer 2"}
        sample = one.arrays["sample"]
        assert sample.dtype == np.int32 and words.decode(sample).startswith("And ")
        assert len(sample) == len(words.encode("And ")) + language_model.SPOKEN
        for layer in ("layer 1", "layer 2"):
            pictures = one.arrays[layer]
            T = pictures.shape[1]
            assert pictures.dtype == np.uint8 and pictures.shape == (2, T, T, 1) and 1 < T <= 32
            shares = (pictures[..., 0] / 255.0) ** 2  # square roots of the weights are drawn
            assert abs(shares.sum(-1) - 1).max() < 0.1 and not np.triu(pictures[0, ..., 0], 1).any()
        sent = wire.to_preview(wire.parse(wire.line(wire.preview_message("job", one))))
        assert sent.i == one.i and all(np.array_equal(sent.arrays[name], one.arrays[name]) for name in one.arrays)


def test_metrics_are_those_of_the_stored_weights(run):
    config, _, outcome = run
    metrics = outcome.metrics
    model = build(config).eval()
    model.load_state_dict(drive.as_float32(outcome.state))
    text = tokenized(config.data, config.tokens)
    held = torch.from_numpy(text.held_out.astype(np.int64))
    bits = len(held) / text.held_out_characters / math.log(2)
    every = windows(len(held), config.context)
    sample = spread(every, held_out.SWITCHED)
    assert metrics["bits_per_character"] == pytest.approx(mean_nats(model, held, every) * bits, rel=1e-5)
    assert metrics["bits_per_character_sample"] == pytest.approx(mean_nats(model, held, sample) * bits, rel=1e-5)
    for layer in range(2):
        for head in range(2):
            maimed = build(config).eval()
            maimed.load_state_dict(drive.as_float32(outcome.state))
            with torch.no_grad():
                maimed.blocks[layer].attention.out.weight[:, 16 * head : 16 * (head + 1)] = 0
            effect = mean_nats(maimed, held, sample) * bits - metrics["bits_per_character_sample"]
            assert metrics["head_effects"][layer][head] == pytest.approx(effect, abs=1e-5)
    looked = [held[start : start + 32] for start, _ in spread(every, held_out.LOOKED_AT)]
    assert metrics["head_scores"] == head_scores(model, looked)
    assert metrics["previous_token_score"] == max(map(max, metrics["head_scores"]["previous"]))
    assert metrics["vocabulary"] == len(text.vocabulary) and metrics["train_tokens"] == len(text.train)
    assert metrics["held_out_tokens"] == len(held) and metrics["held_out_characters"] == text.held_out_characters
    assert set(EXPERIMENT.metric_names) <= set(metrics) and metrics["tokens_per_second"] > 0
    assert metrics["bits_per_character"] < metrics["unigram_bpc"]


@pytest.mark.parametrize("shift", [-0.5, 0.0, 0.5])
def test_beside_counting_a_model_that_is_as_good_better_or_worse(run, shift):
    config, _, outcome = run
    text = tokenized(config.data, config.tokens)
    counted = best_counts(text.train, text.held_out, len(text.vocabulary))
    ngram, ratio = counted.bits[1:], len(text.held_out) / text.held_out_characters
    found = language_model.beside_counting(ngram + shift, text)
    assert found["best_ngram_bpc"] == pytest.approx(ngram.mean() * ratio) == outcome.metrics["best_ngram_bpc"]
    assert found["best_ngram_order"] == counted.order and found["best_ngram_counts"] == counted.counts
    assert found["over_ngram_bpc"] == pytest.approx(shift * ratio)
    assert found["over_ngram_interval"] == pytest.approx([shift * ratio] * 2, abs=2e-6), "the same everywhere"
    parts = [found[name] for name in ("over_ngram_known", "over_ngram_new")]
    assert sum(part["share"] for part in parts) == pytest.approx(1)
    assert all(part["bpc"] == pytest.approx(shift * ratio) for part in parts if part["share"])
    mixed = -np.log2((2.0 ** -(ngram + shift) + 2.0**-ngram) / 2).mean() * ratio
    assert found["mixed_bpc"] == pytest.approx(mixed)


def test_the_models_losses_are_paired_with_those_of_counting(run):
    _, _, outcome = run
    metrics = outcome.metrics
    difference = metrics["bits_per_character"] - metrics["best_ngram_bpc"]
    low, high = metrics["over_ngram_interval"]
    assert metrics["over_ngram_bpc"] == pytest.approx(difference, rel=1e-3)
    assert low < difference < high
    assert language_model.part_of(np.ones(3), np.zeros(3, bool)) == {"share": 0.0, "bpc": None, "interval": None}


def test_stretches_hold_each_value_once_and_their_interval_is_that_of_the_normal_law():
    values = np.arange(103.0)
    parts = held_out.stretches(values, 10)
    assert len(parts) == 10 and parts[0] == values[:11].mean() and parts[-1] == values[-10:].mean()
    assert held_out.stretches(np.arange(3.0), 10).tolist() == [0, 1, 2]
    many = np.random.default_rng(0).normal(0.3, 2.0, 10_000)
    mean, (low, high) = language_model.with_interval(many)
    error = held_out.stretches(many).std() / 50**0.5
    assert mean == many.mean()
    assert [low, high] == pytest.approx([mean - 1.96 * error, mean + 1.96 * error], abs=0.25 * error)


def finite(value: object) -> bool:
    if isinstance(value, dict | list | tuple):
        return bool(value) and all(map(finite, value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) or math.isfinite(value)


def test_younger_selves_are_kept_and_measured(run):
    config, _, outcome = run
    assert finite(dict(outcome.metrics))
    assert [step for step, _ in outcome.checkpoints] == [math.ceil(age * 40) for age in AGES] == [0, 1, 2, 4, 8, 20]
    ages = outcome.metrics["ages"]
    assert [age["step"] for age in ages] == [step for step, _ in outcome.checkpoints]
    first = build(config, Context(CPU, 0).generator("init"))
    start_from_counts(first, tokenized(config.data, config.tokens).train)
    for name, value in first.state_dict().items():
        assert torch.equal(outcome.checkpoints[0][1][name], value.half()), f"{name} at step 0 is untrained"
    assert ages[-1]["bits_per_character"] < ages[0]["bits_per_character"]
    assert outcome.metrics["bits_per_character_sample"] < ages[0]["bits_per_character"]
    for age in ages:
        assert set(age["head_scores"]) == set(outcome.metrics["head_scores"])


def test_the_seed_decides(run):
    config, _, outcome = run
    _, again = finish(config)
    assert outcome.state.keys() == again.state.keys()
    assert all(torch.equal(outcome.state[name], again.state[name]) for name in outcome.state)
    same = {name: value for name, value in outcome.metrics.items() if name != "tokens_per_second"}
    assert same == {name: value for name, value in again.metrics.items() if name != "tokens_per_second"}
    _, other = finish(dataclasses.replace(config, steps=3), seed=1)
    _, third = finish(dataclasses.replace(config, steps=3), seed=0)
    assert not torch.equal(other.state["tokens.weight"], third.state["tokens.weight"])


def test_the_generator_decides_what_an_untrained_network_is(own):
    config = tiny(own)
    first, again, other = (build(config, seeded(seed)).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    drawn = [name for name, value in first.items() if value.ndim == 2 and name != "positions.weight"]
    assert len(drawn) == 1 + 4 * config.depth
    assert all(not torch.equal(first[name], other[name]) for name in drawn)
    assert first["blocks.0.mlp.2.weight"].std() == pytest.approx(128**-0.5 / 2, rel=0.05), "1 / sqrt(2 L) of the others"
    assert first["blocks.0.mlp.0.weight"].std() == pytest.approx(32**-0.5, rel=0.05)


def test_positions_begin_as_waves(own):
    """Vaswani et al. 2017, section 3.5, written as loops; with 1,000 in the place of 10,000."""
    config = tiny(own)
    got = build(config, seeded()).positions.weight
    for place in range(config.context):
        for i in range(config.width // 2):
            angle = place / 1000 ** (2 * i / config.width)
            expected = torch.tensor([math.sin(angle), math.cos(angle)]) * language_model.WAVES
            torch.testing.assert_close(got[place, 2 * i : 2 * i + 2].detach(), expected, rtol=0, atol=1e-5)


def test_each_matrix_inside_the_blocks_is_muons_and_all_else_adams(own, monkeypatch):
    chosen = {"muon": [], "threes": [], "adam": []}

    class Listed(language_model.Muon):
        def __init__(self, matrices, lr, threes):
            chosen["muon"] += [m.shape for m in matrices]
            chosen["threes"] += [m.shape for m in threes]
            super().__init__(matrices, lr, threes)

    class Adam(torch.optim.AdamW):
        def __init__(self, others, lr, **how):
            chosen["adam"] += [p.shape for p in others]
            super().__init__(others, lr, **how)

    monkeypatch.setattr(language_model, "Muon", Listed)
    monkeypatch.setattr(torch.optim, "AdamW", Adam)
    next(loop := EXPERIMENT.train(tiny(own), Context(CPU, 0)))
    loop.close()
    assert sorted(chosen["muon"]) == sorted([(32, 32), (128, 32), (32, 128)] * 2)
    assert chosen["threes"] == [(96, 32)] * 2, "queries, keys and values"
    model = build(tiny(own))
    assert sum(map(len, chosen.values())) == len(list(model.parameters()))
    assert {tuple(shape) for shape in chosen["adam"] if len(shape) == 2} == {
        tuple(model.tokens.weight.shape),
        tuple(model.positions.weight.shape),
    }


def test_batches_are_rows_of_the_text_to_learn_from(own, monkeypatch):
    seen = []
    loss = language_model.next_token_loss
    monkeypatch.setattr(language_model, "next_token_loss", lambda model, ids: seen.append(ids) or loss(model, ids))
    finish(tiny(own, steps=5))
    text = tokenized(own, Config.tokens)
    learned = text.train.tolist()
    places = {}
    for i in range(len(learned) - 32):
        places.setdefault(tuple(learned[i : i + 33]), i)
    rows = [tuple(row.tolist()) for ids in seen for row in ids]
    assert len(seen) == 5 and all(ids.shape == (TOKENS // 32, 33) for ids in seen)
    assert all(row in places for row in rows)
    starts = np.array([places[row] for row in rows]) / (len(learned) - 32)
    assert starts.min() < 0.1 and starts.max() > 0.9 and abs(starts.mean() - 0.5) < 0.12, "from all over it"


class Clock:
    """Each look at it is half a second later than the last."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self) -> float:
        self.now += 0.5
        return self.now


def test_time_ends_a_training_before_its_steps_do(own, monkeypatch):
    monkeypatch.setattr(language_model, "time", types.SimpleNamespace(perf_counter=Clock().perf_counter))
    events, outcome = finish(tiny(own, time=20, steps=400))
    assert 1 <= outcome.steps < 100
    steps = [e for e in events if isinstance(e, Step) and e.phase == "training"]
    assert steps[0].i == 1 and all(s.i <= s.total <= 400 for s in steps)
    assert finite(dict(outcome.metrics)) and outcome.metrics["ages"]
    kept = [step for step, _ in outcome.checkpoints]
    assert kept == sorted(set(kept)) and kept[0] == 0 and kept[-1] < outcome.steps, "ages are shares of the time then"


def test_time_that_is_enough_changes_nothing(own, monkeypatch):
    _, untimed = finish(tiny(own, steps=3))
    monkeypatch.setattr(language_model, "time", types.SimpleNamespace(perf_counter=lambda: 0.0))
    _, timed = finish(tiny(own, steps=3, time=20))
    assert all(torch.equal(untimed.state[name], timed.state[name]) for name in untimed.state)


@pytest.mark.parametrize(
    "text",
    ["", "A short text.", "\n\n".join(["Too short."] * 20), "王" * 90, "again " * 80],
    ids=["empty", "a sentence", "few tokens", "cjk", "one paragraph"],
)
def test_a_text_that_is_too_short_is_said_in_one_sentence(own, text):
    with pytest.raises(BadValue) as caught:
        next(EXPERIMENT.train(tiny(texts.keep(text)), Context(CPU, 0)))
    message = str(caught.value)
    assert "\n" not in message and message.count(".") == 1 and message.endswith(".") and "too few" in message


@pytest.mark.parametrize("kind", ["characters", "bpe-512"])
@pytest.mark.parametrize(
    "text", [story(CYRILLIC, 300), story(CHINESE, 500, "。", "")], ids=["cyrillic", "chinese without spaces"]
)
def test_texts_in_other_scripts_are_learned_from(own, text, kind):
    name = texts.keep(text)
    _, outcome = finish(tiny(name, tokens=kind, depth=1, steps=10))
    parts = {name for name, value in outcome.metrics.items() if isinstance(value, dict) and value.get("share") == 0}
    assert parts <= {"over_ngram_known", "over_ngram_new"}, "of no token there is no mean"
    assert finite({name: value for name, value in outcome.metrics.items() if name not in parts})
    counted = baselines(tokenized(name, kind))
    assert {key: outcome.metrics[key] for key in counted} == counted
    assert max(counted["trigram_bpc"], counted["bigram_bpc"]) < counted["unigram_bpc"]


@pytest.mark.parametrize("kind", ["characters", "bpe-512"])
@pytest.mark.parametrize("words", [LATIN, CYRILLIC], ids=["latin", "cyrillic"])
def test_baselines_are_kneser_neys_per_character(own, words, kind):
    text = tokenized(texts.keep(story(words, 200)), kind)
    found = baselines(text)
    characters = len(text.vocabulary.decode(text.held_out))
    for name, order in (("unigram_bpc", 1), ("bigram_bpc", 2), ("trigram_bpc", 3)):
        p = KneserNey(text.train, len(text.vocabulary), order).probabilities(text.held_out)
        a_token = -np.log2(p).sum() / len(p)
        assert found[name] == pytest.approx(a_token * len(text.held_out) / characters)


def test_from_a_text_to_the_stored_model_and_back(own, tmp_path):
    config = EXPERIMENT.strict({"data": own, "depth": "1", "width": "32", "context": "32", "steps": "40", "heads": "1"})
    finished = drive.run(EXPERIMENT, config, 0, CPU)
    record = drive.store(finished, tmp_path / "models").record
    assert record.key == EXPERIMENT.key(config, 0) and record.checkpoints == (0, 1, 2, 4, 8, 20)
    model = build(config)
    model.load_state_dict(drive.as_float32(artefacts.load_state(tmp_path / "models", record)))
    EXPERIMENT.warm(model, config)
    assert record.metrics["vocabulary_digest"] == digest(config)


def digest(config: Config) -> str:
    pieces = vocabulary(config.data, config.tokens).pieces
    return hashlib.sha256(b"\n".join(pieces)).hexdigest()[:16]


# The models that ship ---------------------------------------------------------------------------------------------


def test_shipped_models_speak_the_vocabulary_of_today_and_beat_counting(tmp_path, monkeypatch):
    """Weights without the tokens that they were trained with are noise; the merges are learned anew here."""
    folders = sorted((paths.baked_dir() / "language_model").glob("[0-9a-f]*"))
    if not folders:
        pytest.skip("no language model ships yet")
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    token_file._vocabulary.cache_clear()
    seen = 0
    for folder in folders:
        record = artefacts.read_record(paths.baked_dir(), "language_model", folder.name)
        metrics, config = record.metrics, EXPERIMENT.strict(record.config)
        assert metrics["bits_per_character"] < metrics["trigram_bpc"] < metrics["bigram_bpc"] < metrics["unigram_bpc"]
        if data.available(config.data):
            assert metrics["vocabulary_digest"] == digest(config)
            assert metrics["vocabulary"] == len(vocabulary(config.data, config.tokens))
            seen += 1
    if not seen:
        pytest.skip("the texts of the models that ship are not on this machine")


# Two threads ------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_two_halves_of_a_batch_have_the_loss_and_the_gradients_of_the_whole(two_threads, rows):
    model = LanguageModel(30, 16, 2, 2, 12)
    ids = torch.randint(30, (rows, 13), generator=torch.Generator().manual_seed(rows))
    whole = language_model.backward(model, ids, None)
    expected = [parameter.grad.clone() for parameter in model.parameters()]
    model.zero_grad(set_to_none=True)
    with language_model.second_thread() as pool:
        assert pool is not None
        halves = language_model.backward(model, ids, pool)
        assert pool.submit(torch.get_num_threads).result() == 1
    assert torch.get_num_threads() == 2
    assert not halves.requires_grad
    torch.testing.assert_close(halves, whole, rtol=0, atol=1e-5)
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=0, atol=1e-5)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_optimisers_step_alike_with_a_second_thread(two_threads, depth):
    def stepped(pool):
        model = LanguageModel(30, 16, depth, 2, 12)
        for i, parameter in enumerate(model.parameters()):
            generator = torch.Generator().manual_seed(i)
            with torch.no_grad():
                parameter.copy_(torch.randn(parameter.shape, generator=generator))
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        before = [parameter.detach().clone() for parameter in model.parameters()]
        optimisers = language_model.Optimisers(model)
        for share in (0.5, 1.0):
            with language_model.first_thread(pool):
                assert torch.get_num_threads() == (2 if pool is None else 1)
                optimisers.step(share, pool)
            assert torch.get_num_threads() == 2
        assert all(not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True)), "none is forgotten"
        return list(model.parameters())

    with language_model.second_thread() as pool:
        for alone, both in zip(stepped(None), stepped(pool), strict=True):
            torch.testing.assert_close(both, alone, rtol=0, atol=1e-5)


def test_a_training_with_one_thread_has_no_second_one():
    with language_model.second_thread() as pool:
        assert torch.get_num_threads() == 1 and pool is None


def test_an_error_in_the_other_half_is_raised(two_threads):
    model = LanguageModel(30, 16, 1, 2, 12)
    ids = torch.zeros(4, 13, dtype=torch.int64)
    ids[3, 5] = 99  # a token that the vocabulary does not have
    with language_model.second_thread() as pool, pytest.raises(IndexError):
        language_model.backward(model, ids, pool)
