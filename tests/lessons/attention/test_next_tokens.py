"""Guesses of the next token, against the same numbers computed the long way."""

from __future__ import annotations

import math
import threading
from types import SimpleNamespace

import pytest
import torch

from core.analysis.generation import Sampling, generate
from core.analysis.held_out import without
from core.analysis.reading import read
from core.data.pieces import Pieces
from core.experiments.language_model import LanguageModel, next_token_loss
from core.lessons.attention.next_tokens import MOST_WRITTEN, Continuation, guesses, lens, next_token, settling

pytestmark = pytest.mark.usefixtures("one_thread")
SIZE, DEPTH, CONTEXT = 23, 3, 12


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    torch.manual_seed(0)
    made = LanguageModel(SIZE, width=16, depth=DEPTH, heads=2, context=CONTEXT)
    for p in made.parameters():
        torch.nn.init.normal_(p, std=0.5)
    return made.eval().requires_grad_(False)


def pieces(ids: list[int]) -> Pieces:
    names = [str(i) for i in ids]
    return Pieces(ids, names, names, list(range(len(ids))), list(range(1, len(ids) + 1)), None)


IDS = [3, 1, 4, 1, 5, 9, 2, 6]
LOGITS = torch.tensor([1.0, 3.0, 2.0, 0.0])


def softmax(values: list[float]) -> list[float]:
    total = sum(math.exp(v) for v in values)
    return [math.exp(v) / total for v in values]


def bits(p: list[float]) -> float:
    return -sum(x * math.log2(x) for x in p if x)


# What comes next? ------------------------------------------------------------------------------------------------


def test_without_settings_what_is_drawn_from_is_the_models_own_guess():
    found = next_token(LOGITS, Sampling(1.0, 0, 1.0))
    p = softmax([1, 3, 2, 0])
    assert [one.token for one in found.candidates] == [1, 2, 0, 3]
    assert [one.own for one in found.candidates] == pytest.approx(sorted(p, reverse=True))
    assert [one.drawn for one in found.candidates] == pytest.approx(sorted(p, reverse=True))
    assert found.own_bits == pytest.approx(bits(p)) == pytest.approx(found.drawn_bits)
    assert found.possible == 4 and found.cut == 0


def test_what_is_cut_off_is_counted_in_the_models_own_guess():
    found = next_token(LOGITS, Sampling(0.5, 2, 1.0), count=3)
    p, q = softmax([1, 3, 2, 0]), softmax([6, 4])
    assert [one.drawn for one in found.candidates] == pytest.approx([*q, 0])
    assert found.possible == 2 and found.cut == pytest.approx(p[0] + p[3])
    assert found.own_bits == pytest.approx(bits(p)) and found.drawn_bits == pytest.approx(bits(q))


def test_at_temperature_zero_one_token_is_left():
    found = next_token(LOGITS, Sampling(0, 0, 1.0))
    assert (found.possible, found.drawn_bits, found.candidates[0].drawn) == (1, 0, 1)
    assert found.cut == pytest.approx(1 - softmax([1, 3, 2, 0])[1])


@pytest.mark.parametrize("settings", [(-1, 0, 1.0), (1.0, -1, 1.0), (1.0, 0, 0.0), (math.inf, 0, 1.0)])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match="temperature"):
        next_token(LOGITS, Sampling(*settings))


# Writing ---------------------------------------------------------------------------------------------------------


def continuation(model: LanguageModel, seed: int = 0, **settings) -> Continuation:
    return Continuation(model, torch.tensor(IDS), torch.Generator().manual_seed(seed), CONTEXT, Sampling(**settings))


def test_a_continuation_is_what_generate_draws_with_the_probabilities_of_each():
    torch.manual_seed(1)
    model = LanguageModel(SIZE, 16, 2, 2, CONTEXT).eval()
    settings = {"temperature": 0.7, "top_k": 5, "top_p": 0.9}
    found = continuation(model, **settings).tokens(20)
    drawn = list(
        generate(model, torch.tensor(IDS), 20, torch.Generator().manual_seed(0), CONTEXT, Sampling(**settings))
    )
    assert [one.token for one in found] == drawn
    for i, one in enumerate(found):
        seen = torch.tensor([*IDS, *drawn[:i]])[-CONTEXT:]
        with torch.no_grad():
            logits = model(seen[None])[0, -1]
        here = next_token(logits, Sampling(**settings), count=SIZE)
        place = [c.token for c in here.candidates].index(one.token)
        assert one.rank == place + 1
        assert (one.own, one.drawn) == pytest.approx(here.candidates[place][1:], abs=1e-6)
        assert one.drawn > 0


def test_a_longer_continuation_begins_with_the_shorter_one(model):
    grown, once = continuation(model), continuation(model)
    parts = [grown.tokens(n) for n in (1, 2, 7, 0, 30)]
    whole = once.tokens(30)
    assert parts == [whole[:n] for n in (1, 2, 7, 0, 30)]
    assert continuation(model, seed=1).tokens(30) != whole


def test_the_guess_after_what_is_written_is_the_models(model):
    found = continuation(model)
    assert torch.equal(found.logits(0), model(torch.tensor([IDS]))[0, -1])
    written = [one.token for one in found.tokens(9)]
    seen = torch.tensor([*IDS, *written])[-CONTEXT:]
    torch.testing.assert_close(found.logits(9), model(seen[None])[0, -1])


def test_a_continuation_ends_at_its_most(model):
    found = continuation(model)
    assert len(found.tokens(MOST_WRITTEN + 50)) == MOST_WRITTEN
    assert torch.equal(found.logits(MOST_WRITTEN), found.logits(MOST_WRITTEN + 50))


def test_many_threads_get_the_same_text(model):
    found, alone = continuation(model), continuation(model).tokens(40)
    got = []
    threads = [threading.Thread(target=lambda n=n: got.append((n, found.tokens(n)))) for n in (40, 10, 25, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4 and all(tokens == alone[:n] for n, tokens in got)


# What one sentence teaches ---------------------------------------------------------------------------------------


def test_the_table_has_each_tokens_loss_and_its_mean_is_the_loss_of_training(model):
    logits = model(torch.tensor([IDS]))[0]
    rows = guesses(logits, IDS)
    assert [row.position for row in rows] == list(range(7)) and [row.label for row in rows] == IDS[1:]
    for row in rows:
        values = logits[row.position].tolist()
        p = softmax(values)
        assert row.probability == pytest.approx(p[row.label], rel=1e-5)
        assert row.bits == pytest.approx(-math.log2(p[row.label]), rel=1e-5)
        assert row.rank == 1 + sum(v > values[row.label] for v in values)
    mean = sum(row.bits for row in rows) / len(rows)
    assert mean * math.log(2) == pytest.approx(float(next_token_loss(model, torch.tensor([IDS]))), rel=1e-5)


def test_one_token_teaches_nothing(model):
    assert guesses(model(torch.tensor([[3]]))[0], [3]) == []


def test_a_sure_guess_costs_no_bits_and_equal_ones_share_a_rank():
    sure = torch.full((2, 4), -1e4)
    sure[0, 2] = 1e4
    [row] = guesses(sure, [0, 2])
    assert (row.bits, row.rank, row.probability) == (0, 1, 1) and math.copysign(1, row.bits) == 1
    [row] = guesses(torch.zeros(2, 4), [0, 2])
    assert (row.bits, row.rank) == (pytest.approx(2), 1)


# Logit lens ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [[], [(0, 1), (2, 0)]])
def test_each_row_of_the_lens_is_the_guess_of_the_model_that_ends_there(model, off):
    on = without(model, off)
    reading = read(model, pieces(IDS), on, causal=True)
    found = lens(model.read_out, reading.states, IDS)
    assert found.top.shape == (DEPTH + 1, len(IDS))
    for layer in range(DEPTH + 1):
        short = SimpleNamespace(**{name: getattr(model, name) for name in ("tokens", "positions", "norm", "bias")})
        short.blocks, short.read_out = list(model.blocks)[:layer], model.read_out
        p = LanguageModel.forward(short, torch.tensor([IDS]), heads_on=on)[0].softmax(-1)
        assert found.top[layer].tolist() == p.argmax(-1).tolist()
        torch.testing.assert_close(found.top_p[layer].float(), p.amax(-1))
        for t, label in enumerate(IDS[1:]):
            assert float(found.label_p[layer, t]) == pytest.approx(float(p[t, label]), rel=1e-4)
            assert int(found.label_rank[layer, t]) == 1 + int((p[t] > p[t, label]).sum())
        assert math.isnan(found.label_p[layer, -1]) and int(found.label_rank[layer, -1]) == 0
    last = guesses(reading.output, IDS)
    assert found.label_rank[-1, :-1].tolist() == [row.rank for row in last]


def test_the_lens_says_where_guesses_become_the_last_ones(model):
    found = lens(model.read_out, read(model, pieces(IDS), causal=True).states, IDS)
    by_hand = [sum(a == b for a, b in zip(row, found.top[-1].tolist(), strict=True)) / 8 for row in found.top.tolist()]
    assert found.agreement == pytest.approx(by_hand) and found.agreement[-1] == 1
    assert settling([0.1, 0.4, 0.6, 0.9, 1]) == 2
    assert settling([0.1, 0.2, 0.3, 1]) == 2
    assert settling([0.5, 1]) == 0


def test_the_lens_of_one_token_has_no_label(model):
    found = lens(model.read_out, read(model, pieces([7]), causal=True).states, [7])
    assert found.top.shape == (DEPTH + 1, 1) and found.label_p.isnan().all()
