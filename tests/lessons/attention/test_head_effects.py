"""What switching heads off does, and how heads come about: computed once more here from the model and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.analysis import held_out
from core.analysis.reading import read
from core.data import texts
from core.data.pieces import Pieces
from core.data.tokens import tokenized, vocabulary
from core.experiment import get
from core.lessons.attention import effects
from core.nn.bert import Bert, BertSizes
from core.training import drive

pytestmark = pytest.mark.usefixtures("one_thread")
LM = get("language_model")
SENTENCE = "the cat saw the dog and the dog saw the cat"


@pytest.fixture(scope="module")
def finished(new_cache, tmp_path_factory):
    """A small model after a few steps on a text of its own, with what was measured on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_LAB_CACHE", str(new_cache(tmp_path_factory.mktemp("heads") / "cache")))
        animals = ("cat", "dog", "cow", "hen", "fox")
        text = "\n\n".join(
            f"the {a} saw the {b} and the {b} ran from the {a} to the {c}"
            for a in animals for b in animals for c in animals if len({a, b, c}) == 3
        )  # fmt: skip
        config = LM.strict(
            {
                "data": texts.keep(text),
                "tokens": "characters",
                "depth": 2,
                "heads": 2,
                "width": 32,
                "context": 32,
                "steps": 40,
            }
        )
        done = drive.run(LM, config, 0, torch.device("cpu"))
        model = LM.build(config)
        model.load_state_dict(drive.as_float32(done.state))
        yield model.eval().requires_grad_(False), config, done.record


def off(model, *heads):
    return held_out.without(model, list(heads))


# One sentence ----------------------------------------------------------------------------------------------------


def test_a_guess_is_what_the_model_says_of_a_token_after_all_before_it(finished):
    model, config, _ = finished
    pieces = vocabulary(config.data, config.tokens).tokens(SENTENCE, 32)
    without = off(model, (0, 1), (1, 0))
    found = effects.on_sentence(read(model, pieces, causal=True), read(model, pieces, without, causal=True))
    assert [guess.place for guess in found.guesses] == list(range(1, 32))
    for heads_on, side in ((None, "before"), (without, "after")):
        bits = 0.0
        for guess in found.guesses:  # the model is given the beginning alone, so it cannot have seen the token
            p = model(torch.tensor([pieces.ids[: guess.place]]), heads_on=heads_on)[0, -1].softmax(-1)
            assert getattr(guess, side) == pytest.approx(float(p[pieces.ids[guess.place]]), abs=1e-5)
            bits -= math.log2(float(p[pieces.ids[guess.place]]))
        assert getattr(found, f"bits_{side}") == pytest.approx(bits, rel=1e-4)
        p = model(torch.tensor([pieces.ids]), heads_on=heads_on)[0, -1].softmax(-1)
        assert getattr(found, f"top_{side}") == (int(p.argmax()), pytest.approx(float(p.max()), abs=1e-5))
    assert abs(found.bits_after - found.bits_before) > 1e-3, "the two heads do something"


def test_one_token_has_nothing_to_be_guessed_from(finished):
    model, config, _ = finished
    reading = read(model, vocabulary(config.data, config.tokens).tokens("t", 32), causal=True)
    found = effects.on_sentence(reading, reading)
    assert found.guesses == () and found.bits_before == found.bits_after == 0
    assert found.top_before == found.top_after and 0 < found.top_before[1] <= 1


def encoder():
    torch.manual_seed(0)
    return Bert(BertSizes(vocabulary=20, positions=12, width=16, depth=2, heads=4, hidden=32, eps=1e-6)).eval()


def some_pieces(*ids):
    names = [f"t{i}" for i in ids]
    return Pieces(list(ids), names, names, list(range(len(ids))), list(range(1, len(ids) + 1)), None)


def test_an_embedding_is_the_mean_of_the_hidden_states():
    model, pieces = encoder(), some_pieces(1, 5, 7, 5, 2)
    heads_on = torch.ones(2, 4)
    heads_on[0, 1] = heads_on[1] = 0
    whole, now = (read(model, pieces, on, causal=False) for on in (None, heads_on))
    found = effects.on_embedding(whole, now)
    a, b = (reading.output.numpy().astype(np.float64) for reading in (whole, now))

    def cosine(x, y):
        return float(x @ y / math.sqrt((x @ x) * (y @ y)))

    assert found.embedding == pytest.approx(cosine(a.mean(0), b.mean(0)), abs=1e-5) and found.embedding < 0.9999
    assert found.tokens == pytest.approx([cosine(x, y) for x, y in zip(a, b, strict=True)], abs=1e-5)
    same = effects.on_embedding(whole, whole)
    assert same.embedding == pytest.approx(1) and same.tokens == pytest.approx([1] * 5)


def test_readings_that_cannot_be_compared_are_refused(finished):
    model, config, _ = finished
    words = vocabulary(config.data, config.tokens)
    one, other = (read(model, words.tokens(text, 32), causal=True) for text in ("the cat", "the dog"))
    a, b = (read(encoder(), some_pieces(*ids), causal=False) for ids in ((1, 2), (1, 3)))
    for compare, pairs in ((effects.on_sentence, ((one, other), (a, a))), (effects.on_embedding, ((a, b), (one, one)))):
        for pair in pairs:
            with pytest.raises(ValueError):
                compare(*pair)


# Held-out text ---------------------------------------------------------------------------------------------------


def test_the_held_out_loss_is_the_one_that_the_training_measured(finished):
    model, config, record = finished
    whole = effects.held_out_bits(model, config.data, config.tokens)
    assert whole == pytest.approx(record.metrics["bits_per_character_sample"], abs=1e-5)
    for head, effect in effects.effects_of(record.metrics).items():
        now = effects.held_out_bits(model, config.data, config.tokens, off(model, head))
        assert now - whole == pytest.approx(effect, abs=1e-5)
    # All tokens of a short text lie in its windows: the mean over all of them, token by token.
    text = tokenized(config.data, config.tokens)
    rows = held_out.windows(len(text.held_out), 32)
    assert len(rows) <= held_out.SWITCHED
    ids, nats = torch.from_numpy(text.held_out.astype(np.int64)), 0.0
    for start, skip in rows:
        logs = model(ids[None, start : start + 32])[0].log_softmax(-1)
        nats -= sum(float(logs[i, ids[start + i + 1]]) for i in range(skip, 32))
    assert whole == pytest.approx(nats / math.log(2) / (len(ids) - 1) * len(ids) / text.held_out_characters, rel=1e-4)


def test_progress_ends_at_the_whole(finished):
    model, config, _ = finished
    told = []
    effects.held_out_bits(model, config.data, config.tokens, None, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0 and told == sorted(told)


def test_who_asks_can_end_it(finished):
    model, config, _ = finished

    def enough(done, total):
        raise TimeoutError

    with pytest.raises(TimeoutError):
        effects.held_out_bits(model, config.data, config.tokens, None, enough)


# The record ------------------------------------------------------------------------------------------------------

SCORES = {
    "previous": [[0.1, 0.9], [0.5, 0.2]],
    "first": [[0.6, 0.05], [0.5, 0.1]],
    "same": [[0.0, 0.0], [0.1, 0.3]],
    "induction": [[0.0, 0.0], [0.1, 0.35]],
    "itself": [[0.3, 0.05], [0.1, 0.2]],
}


def metrics(**changes):
    return {
        "head_scores": SCORES,
        "head_effects": [[0.1, 0.3], [-0.02, 0.04]],
        "bits_per_character_sample": 2.0,
    } | changes


def test_the_verdict_compares_the_best_previous_head_with_the_median_head():
    found = effects.verdict(metrics())
    assert (found.head, found.score, found.effect) == ((0, 1), 0.9, 0.3) and found.median == pytest.approx(0.07)
    assert found.clear and found.more
    less = effects.verdict(metrics(head_effects=[[0.1, -0.01], [-0.02, 0.04]]))
    assert less.effect == -0.01 and not less.more and less.median == pytest.approx(0.015)
    dim = effects.verdict(metrics(head_scores=SCORES | {"previous": [[0.1, 0.2], [0.39, 0.2]]}))
    assert dim.head == (1, 0) and not dim.clear


def test_effects_that_were_not_finite_are_left_out():
    gaps = metrics(head_effects=[[0.1, None], [0.2, 0.4]])
    assert effects.effects_of(gaps) == {(0, 0): 0.1, (1, 0): 0.2, (1, 1): 0.4}
    assert effects.verdict(gaps).head == (1, 0) and effects.verdict(gaps).median == 0.2
    assert effects.verdict({"head_effects": [[None]], "head_scores": SCORES}) is None and effects.verdict({}) is None


def test_heads_of_a_kind_have_it_as_their_highest_and_clear_score():
    assert effects.of_kind(SCORES, "previous") == ((0, 1), (1, 0))  # 1.0 shares its first place
    assert effects.of_kind(SCORES, "first") == ((0, 0), (1, 0))
    assert effects.of_kind(SCORES, "induction") == () == effects.of_kind(SCORES, "itself")


@pytest.mark.parametrize(
    ("joint", "single", "how"),
    [(0.5, (0.1, 0.2), "more"), (0.31, (0.1, 0.2), "alike"), (0.2, (0.1, 0.2), "less"), (-0.2, (0.1, 0.2), "less"),
     (0.001, (0.0, -0.0005), "alike"), (0.0, (), "alike"), (-0.1, (-0.3, 0.0), "more")],
)  # fmt: skip
def test_heads_together_cost_more_or_less_than_the_sum(joint, single, how):
    total, found = effects.together(joint, single)
    assert total == pytest.approx(sum(single)) and found == how


def aged(*rows):
    """Ages with (step, bits, best previous score)."""
    return effects.grown(
        metrics(
            ages=[
                {
                    "step": step,
                    "bits_per_character": bits,
                    "head_scores": SCORES | {"previous": [[0.1, best], [0.0, 0.0]]},
                }
                for step, bits, best in rows
            ]
        ),
        100,
    )


def test_ages_end_with_the_finished_model():
    ages = aged((0, 5.0, 0.2), (10, 4.0, 0.5))
    assert [(age.step, age.bits) for age in ages] == [(0, 5.0), (10, 4.0), (100, 2.0)]
    assert ages[1].best["previous"] == (0.5, (0, 1)) and ages[2].best["previous"] == (0.9, (0, 1))
    assert ages[0].best["induction"] == (0.35, (1, 1)) and set(ages[0].best) == set(effects.GROWING)
    assert ages[2].scores is SCORES


def test_ages_without_a_loss_are_none():
    assert effects.grown({}, 10) == ()
    assert aged((0, None, 0.2)) == ()
    assert effects.grown(metrics(bits_per_character_sample=None, ages=[]), 10) == ()
    assert [age.step for age in effects.grown(metrics(), 10)] == [10]


def test_a_kind_passes_where_it_stays():
    assert effects.passes(aged((0, 5.0, 0.1), (10, 4.0, 0.45), (20, 3.0, 0.6)), "previous") == 1
    assert effects.passes(aged((0, 5.0, 0.1), (10, 4.0, 0.45), (20, 3.0, 0.3)), "previous") == 3
    assert effects.passes(aged((0, 5.0, 0.4)), "previous") == 0
    assert effects.passes(aged((0, 5.0, 0.4)), "induction") is None


def test_the_first_age_that_beats_a_baseline():
    ages = aged((0, 5.0, 0.1), (10, 4.0, 0.4), (20, 3.0, 0.4))
    assert effects.beats(ages, 4.0) == 2 and effects.beats(ages, 9.0) == 0
    assert effects.beats(ages, 2.0) is None and effects.beats(ages, None) is None


def test_a_real_record_has_all_its_ages(finished):
    _, _, record = finished
    ages = effects.grown(record.metrics, record.steps)
    assert [age.step for age in ages] == [0, 1, 2, 4, 8, 20, 40]
    assert ages[-1].bits < ages[0].bits - 0.1, "it learned something"
    found = effects.verdict(record.metrics)
    assert found.score == record.metrics["previous_token_score"]
