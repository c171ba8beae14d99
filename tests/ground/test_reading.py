"""What a model makes of a sentence: the parts of a reading against the model itself, for both kinds of model."""

from __future__ import annotations

import pytest
import torch

from core.analysis.reading import AGGREGATES, read
from core.data.pieces import Pieces
from core.experiments.language_model import LanguageModel
from core.nn.attention import rollout
from core.nn.bert import Bert, BertSizes

pytestmark = pytest.mark.usefixtures("one_thread")

IDS = [3, 1, 4, 1, 5, 9, 2]
T, L, H, D, V = len(IDS), 3, 2, 16, 11


def pieces(ids: list[int] = IDS) -> Pieces:
    names = [f"t{i}" for i in ids]
    return Pieces(list(ids), names, names, list(range(len(ids))), list(range(1, len(ids) + 1)), None)


@pytest.fixture(params=["language model", "encoder"])
def model(request):
    torch.manual_seed(0)
    made = (
        LanguageModel(V, D, L, H, 16)
        if request.param == "language model"
        else Bert(BertSizes(V, 16, D, L, H, 24, 1e-12))
    )
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    return made.eval()


def reading(model, heads_on=None):
    return read(model, pieces(), heads_on, causal=isinstance(model, LanguageModel))


def test_output_is_that_of_the_model_on_its_quick_path(model):
    found = reading(model)
    with torch.no_grad():
        torch.testing.assert_close(found.output, model(torch.tensor([IDS]))[0], rtol=0, atol=1e-4)
    assert found.output.shape == (T, V if found.causal else D) and not found.output.requires_grad
    assert found.pieces == pieces()


def test_weights_are_all_heads_of_all_layers_in_their_order(model):
    found, trace = reading(model), []
    with torch.no_grad():
        model(torch.tensor([IDS]), trace=trace)
    assert found.weights.shape == (L, H, T, T)
    for layer in range(L):
        for head in range(H):
            torch.testing.assert_close(found.weights[layer, head], trace[layer].weights[0, head])
    torch.testing.assert_close(found.weights.sum(-1), torch.ones(L, H, T))
    above = found.weights[..., torch.ones(T, T, dtype=torch.bool).triu(1)]
    assert (above == 0).all() if found.causal else (above > 0).all()


def test_the_steps_of_a_head_make_its_weights(model):
    found = reading(model)
    for layer in range(L):
        for head in range(H):
            weights, q, k, v = found.head(layer, head)
            assert q.shape == k.shape == v.shape == (T, D // H)
            scores = q @ k.T / (D / H) ** 0.5
            if found.causal:
                scores[torch.ones(T, T, dtype=torch.bool).triu(1)] = float("-inf")
            torch.testing.assert_close(scores.softmax(-1), weights, rtol=0, atol=1e-5)
            torch.testing.assert_close(weights, found.weights[layer, head])


def test_maps_are_the_heads_and_three_ways_to_sum_them_up(model):
    found = reading(model)
    maps = found.maps
    assert maps.shape == (L, H + len(AGGREGATES), T, T) and AGGREGATES == ("mean", "max", "rollout")
    for layer in range(L):
        heads = [found.weights[layer, head] for head in range(H)]
        torch.testing.assert_close(maps[layer, :H], torch.stack(heads))
        torch.testing.assert_close(maps[layer, H], sum(heads) / H)
        torch.testing.assert_close(maps[layer, H + 1], torch.maximum(*heads))
        up_to_here = rollout([found.weights[i : i + 1] for i in range(layer + 1)])[0]
        torch.testing.assert_close(maps[layer, H + 2], up_to_here)
    assert not torch.allclose(maps[0, H + 2], maps[1, H + 2], atol=1e-3), "each layer has its own rollout"


def test_states_are_the_stream_from_the_embeddings_to_the_last_layer(model):
    found = reading(model)
    assert len(found.states) == L + 1 and all(state.shape == (T, D) for state in found.states)
    with torch.no_grad():
        x = found.states[0][None]
        for block, after in zip(model.blocks, found.states[1:], strict=True):
            x = block(x)
            torch.testing.assert_close(x[0], after, rtol=0, atol=1e-4)
        last = model.read_out(found.states[-1]) if found.causal else found.states[-1]
    torch.testing.assert_close(last, found.output, rtol=0, atol=1e-5)


def test_heads_that_are_off_change_what_comes_after_them_alone(model):
    on = torch.ones(L, H)
    on[1, 0] = 0
    whole, without = reading(model), reading(model, on)
    with torch.no_grad():
        torch.testing.assert_close(without.output, model(torch.tensor([IDS]), heads_on=on)[0], rtol=0, atol=1e-4)
    for layer in (0, 1):  # a head that is off still looks, and says nothing
        torch.testing.assert_close(without.weights[layer], whole.weights[layer])
    assert not torch.allclose(without.weights[2], whole.weights[2], atol=1e-4)
    assert not torch.allclose(without.output, whole.output, atol=1e-3)


def test_one_token_is_a_sentence_and_none_is_not(model):
    found = read(model, pieces([3]), causal=isinstance(model, LanguageModel))
    assert found.weights.tolist() == [[[[1.0]]] * H] * L and found.maps.tolist() == [[[[1.0]]] * (H + 3)] * L
    with pytest.raises(ValueError, match="needs a token"):
        read(model, pieces([]), causal=True)
