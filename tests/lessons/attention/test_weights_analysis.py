"""What is read out of weights: each matrix and circuit is compared with what the model itself does."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.data import texts
from core.data.tokens import vocabulary
from core.experiments.language_model import LanguageModel
from core.lessons.attention import matrices as weights
from core.nn.bert import Bert, BertSizes

pytestmark = pytest.mark.usefixtures("one_thread")
V, D, L, H = 11, 12, 2, 3
TOKENS = torch.tensor([3, 0, 7, 10, 5])


def shaken(model: nn.Module) -> nn.Module:
    """All parameters random, norms and biases too: what is forgotten then shows."""
    generator = torch.Generator().manual_seed(1)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.6, generator=generator)
    return model.double().eval().requires_grad_(False)


def language() -> LanguageModel:
    return shaken(LanguageModel(V, D, L, H, context=8))


def bert() -> Bert:
    return shaken(Bert(BertSizes(V, 8, D, L, H, 2 * D, 1e-12)))


MODELS = {"language model": language, "MiniLM": bert}


def only(head: int) -> torch.Tensor:
    return F.one_hot(torch.tensor(head), H).double()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("layer", "head"), [(0, 0), (1, 2)])
def test_the_matrices_of_a_head_do_what_the_head_does(name, layer, head):
    model = MODELS[name]()
    attention = model.blocks[layer].attention
    x = torch.randn(1, 5, D, dtype=torch.double, generator=torch.Generator().manual_seed(2))
    trace = []
    out = attention(x, trace, only(head)) - attention.out.bias
    w = weights.head_matrices(model, layer, head)
    x = x[0].float()
    for part, matrix, bias in (("q", w.q, w.q_bias), ("k", w.k, w.k_bias), ("v", w.v, w.v_bias)):
        torch.testing.assert_close(x @ matrix + bias, getattr(trace[0], part)[0, head].float(), atol=1e-5, rtol=1e-4)
    looked = trace[0].weights[0, head].float()
    torch.testing.assert_close(looked @ (x @ w.v + w.v_bias) @ w.o, out[0].float(), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("layer", "head"), [(L, 0), (-1, 0), (0, H), (0, -1)])
def test_a_head_that_does_not_exist_is_an_error(layer, head):
    with pytest.raises(IndexError, match="no head"):
        weights.head_matrices(language(), layer, head)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("head", range(H))
def test_softmax_of_the_qk_circuit_is_the_attention_of_the_first_layer_without_places(name, head):
    model = MODELS[name]()
    (model.position if name == "MiniLM" else model.positions).weight.zero_()
    for block in model.blocks:
        block.attention.causal = False
    trace = []
    model(TOKENS[None], trace)
    found = weights.qk_circuit(model, 0, head, TOKENS)
    expected = trace[0].weights[0, head].float()
    torch.testing.assert_close(found.softmax(-1), expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(weights.centred(found).softmax(-1), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("head", range(H))
def test_the_ov_circuit_is_what_a_look_at_one_token_adds_to_the_logits(head):
    """A token by itself can look only at itself. Of the last norm the mean and the factors count, not its scale."""
    model = language()
    block = model.blocks[1]
    found = weights.ov_circuit(model, 1, head, TOKENS)
    for i, token in enumerate(TOKENS):
        x = model.tokens.weight[token].view(1, 1, D)
        said = (block.attention(block.norm1(x), heads_on=only(head)) - block.attention.out.bias)[0, 0]
        mean_off = F.layer_norm(said, (D,), eps=0) * said.std(correction=0)
        logits = (mean_off * model.norm.weight) @ model.tokens.weight[TOKENS].T
        torch.testing.assert_close(found[i], logits.float(), atol=1e-4, rtol=1e-4)


def test_the_ov_circuit_of_minilm_is_a_product_with_its_word_embeddings():
    model = bert()
    attention = model.blocks[0].attention
    found = weights.ov_circuit(model, 0, 1, TOKENS)
    for i, token in enumerate(TOKENS):
        x = model.norm(model.word.weight[token] + model.segment.weight[0]).view(1, 1, D)
        said = (attention(x, heads_on=only(1)) - attention.out.bias)[0, 0]
        torch.testing.assert_close(found[i], (model.word.weight[TOKENS] @ said).float(), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_the_copying_score_is_that_of_the_whole_matrix(name):
    model, every = MODELS[name](), torch.arange(V)
    for block in model.blocks:  # the eigenvalues are those of the linear part
        block.attention.qkv.bias.zero_()
    values = torch.linalg.eigvals(weights.ov_circuit(model, 1, 2, every).double())
    expected = float(values.real.sum() / values.abs().sum())
    assert weights.copying(model, 1, 2) == pytest.approx(expected, abs=1e-4)
    assert abs(expected) < 0.999


def test_a_head_that_copies_has_the_score_1_and_one_that_forbids_minus_1():
    model = language()
    block, K = model.blocks[0], D // H
    block.norm1.weight.fill_(1), block.norm1.bias.zero_(), model.norm.weight.fill_(1)
    values = block.attention.qkv.weight.view(3, H, K, D)[2, 0]  # W_V of the first head, transposed
    block.attention.out.weight[:, :K] = values.T
    model.tokens.weight -= model.tokens.weight.mean(1, keepdim=True)
    model.tokens.weight /= model.tokens.weight.std(1, keepdim=True, correction=0)  # so that the norm changes nothing
    assert weights.copying(model, 0, 0) == pytest.approx(1, abs=1e-3)
    block.attention.out.weight[:, :K] = -values.T
    assert weights.copying(model, 0, 0) == pytest.approx(-1, abs=1e-3)
    block.attention.out.weight[:, :K] = 0
    assert weights.copying(model, 0, 0) == 0


@pytest.mark.parametrize("name", MODELS)
def test_the_share_of_tokens_that_are_raised_is_that_of_the_whole_matrix(name):
    model, every = MODELS[name](), torch.arange(V)
    for block in model.blocks:
        block.attention.qkv.bias.zero_()
    whole = weights.ov_circuit(model, 1, 2, every).double()
    expected = float((whole.diagonal() > whole.mean(1)).double().mean())
    assert weights.raised(model, 1, 2) == pytest.approx(expected, abs=1.5 / V)
    assert 0 < expected < 1


# Numbers ----------------------------------------------------------------------------------------------------------


def test_a_spectrum_is_that_of_the_squares():
    matrix = torch.randn(7, 4, generator=torch.Generator().manual_seed(3))
    values = np.linalg.eigvalsh((matrix.T @ matrix).double().numpy())[::-1]
    np.testing.assert_allclose(weights.spectrum(matrix), values / values.sum(), atol=1e-6)
    np.testing.assert_allclose(weights.spectrum(torch.ones(5, 3)), [1, 0, 0], atol=1e-6)
    assert weights.spectrum(torch.zeros(5, 3)).tolist() == [0, 0, 0]


def test_random_spectra_are_the_same_each_time_and_differ_from_draw_to_draw():
    draws = weights.random_spectra(20, 6, draws=3)
    assert torch.equal(draws, weights.random_spectra(20, 6, draws=3))
    np.testing.assert_allclose(draws.sum(1), 1, atol=1e-6)
    assert not torch.allclose(draws[0], draws[1])
    assert 1 / 6 < float(draws[:, 0].mean()) < 1 / 2  # neither even nor in one direction


def test_cosines_and_their_means_by_distance():
    x = torch.tensor([[2.0, 0], [0, 3], [-1, 0], [0, 0]])
    square = weights.cosines(x)
    np.testing.assert_allclose(square, [[1, 0, -1, 0], [0, 1, 0, 0], [-1, 0, 1, 0], [0, 0, 0, 0]], atol=1e-7)
    np.testing.assert_allclose(weights.by_distance(square), [3 / 4, 0, -1 / 2, 0], atol=1e-7)


def test_nearest_rows_are_those_of_highest_cosine():
    x = torch.randn(9, 4, generator=torch.Generator().manual_seed(4)) + 0.5
    unit = (x / x.norm(dim=1, keepdim=True)).numpy()
    expected = unit @ unit[3]
    order = [i for i in np.argsort(-expected) if i != 3]
    found = weights.nearest(x, 3, 4)
    assert [i for i, _ in found] == order[:4]
    np.testing.assert_allclose([c for _, c in found], expected[order[:4]], atol=1e-6)
    assert len(weights.nearest(x, 3, 100)) == 8
    assert weights.mean_cosine(x, 3) == pytest.approx(np.delete(expected, 3).mean(), abs=1e-6)


# Tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "pieces", "kind"),
    [
        (" king", False, weights.BEGINS), ("ing", False, weights.CONTINUES), ("And", False, weights.CAPITAL),
        (" I", False, weights.CAPITAL), (" 12", False, weights.DIGIT), (",", False, weights.SIGN), (" ", False, weights.SIGN),
        ("\n", False, weights.SIGN), ("", False, weights.SIGN), ("<F0 9F>", False, weights.BYTES), ("<", False, weights.SIGN),
        ("<f0>", False, weights.SIGN), (" ملك", False, weights.BEGINS), ("king", True, weights.BEGINS),
        ("##ing", True, weights.CONTINUES), ("##1", True, weights.DIGIT), ("[CLS]", True, weights.SIGN),
    ],
)  # fmt: skip
def test_kinds_of_tokens(name, pieces, kind):
    assert weights.kind_of(name, pieces) == kind


def test_the_most_frequent_tokens_of_a_text_come_first(lab_cache):
    text = "\n\n".join(["the cat and the dog and the bird"] * 40 + ["a zebra"] * 3)
    name = texts.keep(text)
    words = vocabulary(name, "characters")
    counts = Counter("".join(p + "\n" for p in texts.load(name).passages))
    found = weights.frequent(name, "characters")
    assert [counts[words.name(i)] for i in found] == sorted(counts.values(), reverse=True)
    assert {words.name(i) for i in found} == set(counts)


def test_tokens_in_their_order_once():
    assert weights.in_order([3, 1, 3, 2, 1, 5], 3) == [3, 1, 2]
    assert weights.in_order([], 3) == []
