"""What stands in the weights of a transformer themselves: the matrices of a head, and the embeddings of tokens and places.

A head is two circuits (Elhage et al. 2021, "A mathematical framework for transformer circuits"): W_Q W_K^T says which token
looks at which, W_V W_O what it takes from there. Rows are tokens, x W, as in `core.nn`; the paper writes columns.

Axis letters: N chosen tokens, V vocabulary, P places, D width, K = D / H numbers of a head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from core import lab
from core.data import texts
from core.data.tokens import vocabulary
from core.nn.bert import Bert


class HeadMatrices(NamedTuple):
    """q, k, v: (D, K), from the residual stream to the head; o: (K, D), back to it. q_bias, k_bias, v_bias: (K,)."""

    q: Tensor
    k: Tensor
    v: Tensor
    o: Tensor
    q_bias: Tensor
    k_bias: Tensor
    v_bias: Tensor


def head_matrices(model: nn.Module, layer: int, head: int) -> HeadMatrices:
    """The matrices of one head, both counted from 0, on the CPU. Raises IndexError for a head that does not exist."""
    if not (0 <= layer < len(model.blocks) and 0 <= head < model.heads):
        raise IndexError(f"there is no head {head} in layer {layer}")
    attention = model.blocks[layer].attention
    weight, bias = _cpu(attention.qkv.weight), _cpu(attention.qkv.bias)
    D = weight.shape[1]
    q, k, v = weight.view(3, model.heads, D // model.heads, D)[:, head].mT  # (3, H, K, D) -> 3 x (D, K)
    o = _cpu(attention.out.weight).mT.reshape(model.heads, -1, D)[head]  # (H K, D) -> (K, D)
    return HeadMatrices(q, k, v, o, *bias.view(3, model.heads, -1)[:, head])


def spectrum(matrix: Tensor) -> Tensor:
    """Share of the squares of all numbers that each singular value holds, largest first: (min(rows, columns),), sum 1.

    The sum of the squared singular values is that of the squared numbers. Zeros for a matrix of zeros.
    """
    squares = torch.linalg.svdvals(matrix.double()).square()
    return (squares / squares.sum().clamp_min(1e-300)).float()


def random_spectra(rows: int, columns: int, draws: int = 20) -> Tensor:
    """`spectrum` of independent normal numbers in this shape, which have learned nothing: (draws, min(rows, columns))."""
    generator = torch.Generator().manual_seed(0)
    return torch.stack([spectrum(torch.randn(rows, columns, generator=generator)) for _ in range(draws)])


# Circuits ---------------------------------------------------------------------------------------------------------


def alone(model: nn.Module, layer: int, ids: Tensor) -> Tensor:
    """What a layer's attention reads of tokens (N,) that have no place and nothing but their embedding: (N, D).

    In the first layer this is all but the place; deeper down, earlier layers have added more.
    """
    ids = ids.to(next(model.parameters()).device)
    if isinstance(model, Bert):  # it normalises before the first layer, and after each step
        return _cpu(model.norm(model.word.weight[ids] + model.segment.weight[0]))
    return _cpu(model.blocks[layer].norm1(model.tokens.weight[ids]))


@torch.no_grad()
def qk_circuit(model: nn.Module, layer: int, head: int, ids: Tensor) -> Tensor:
    """(E W_Q + b_Q)(E W_K + b_K)^T / sqrt K, (N, N): how much each token (row) wants to look at each token (column)."""
    w, x = head_matrices(model, layer, head), alone(model, layer, ids)
    return (x @ w.q + w.q_bias) @ (x @ w.k + w.k_bias).mT * w.q.shape[1] ** -0.5


@torch.no_grad()
def ov_circuit(model: nn.Module, layer: int, head: int, ids: Tensor) -> Tensor:
    """(E W_V + b_V) W_O E^T, (N, N): how much a look at each token (row) raises the score of each token (column).

    Of a language model the scores are logits, but for the scale of its last normalisation; of MiniLM, which has no output
    over tokens, they are products with its word embeddings.
    """
    w, x = head_matrices(model, layer, head), alone(model, layer, ids)
    return _scored(model, (x @ w.v + w.v_bias) @ w.o, ids)


@torch.no_grad()
def copying(model: nn.Module, layer: int, head: int) -> float:
    """From -1 to 1: sum l / sum |l| of the eigenvalues l of E W_V W_O E^T, over the whole vocabulary; 0 for a matrix of zeros.

    It is about mixtures of tokens that the matrix maps to multiples of themselves, and about the mean of its diagonal; see
    `raised` for the single tokens.

    Elhage et al. 2021, section "Summarizing OV/QK matrices". The V x V matrix has the eigenvalues of a K x K one.
    """
    w = head_matrices(model, layer, head)
    every = torch.arange(len(token_embeddings(model)))
    values = torch.linalg.eigvals((_scored(model, w.o, every) @ (alone(model, layer, every) @ w.v)).double())
    size = values.abs().sum()
    return float(values.real.sum() / size) if size > 0 else 0.0


def raised(model: nn.Module, layer: int, head: int) -> float:
    """The share of the tokens (N,) that a look at the token itself raises above the mean token: of the diagonal of
    E W_V W_O E^T, each row without its mean."""
    w = head_matrices(model, layer, head)
    every = torch.arange(len(token_embeddings(model)))
    looked, scored = alone(model, layer, every) @ w.v, _scored(model, w.o, every)  # (N, K), (K, N)
    own = (looked * (scored.mT - scored.mean(dim=1))).sum(dim=1)
    return float((own > 0).double().mean())


def _scored(model: nn.Module, said: Tensor, ids: Tensor) -> Tensor:
    """What is added to the residual stream (n, D), as scores (n, N) of the tokens (N,)."""
    if not isinstance(model, Bert):  # the last normalisation takes the mean off and multiplies
        said = (said - said.mean(dim=-1, keepdim=True)) * _cpu(model.norm.weight)
    return said @ token_embeddings(model)[ids].mT


def centred(values: Tensor) -> Tensor:
    """Each row (..., N) without its mean, which a softmax over the row does not see."""
    return values - values.mean(dim=-1, keepdim=True)


# Embeddings -------------------------------------------------------------------------------------------------------


def token_embeddings(model: nn.Module) -> Tensor:
    """(V, D) on the CPU."""
    return _cpu(model.word.weight if isinstance(model, Bert) else model.tokens.weight)


def place_embeddings(model: nn.Module) -> Tensor:
    """(P, D) on the CPU: one for each place in the text."""
    return _cpu(model.position.weight if isinstance(model, Bert) else model.positions.weight)


def cosines(x: Tensor) -> Tensor:
    """Of all rows (P, D) with each other, (P, P); zeros for a row of zeros."""
    unit = x / x.norm(dim=1, keepdim=True).clamp_min(1e-12)
    return unit @ unit.mT


def by_distance(square: Tensor) -> Tensor:
    """Means of the diagonals of (P, P), from the main one outwards: (P,)."""
    return torch.stack([square.diagonal(d).mean() for d in range(len(square))])


def nearest(x: Tensor, row: int, count: int) -> list[tuple[int, float]]:
    """The rows of (V, D) of highest cosine with one of them, without itself, highest first."""
    unit = x / x.norm(dim=1, keepdim=True).clamp_min(1e-12)
    found = unit @ unit[row]
    found[row] = -torch.inf
    values, rows = found.topk(min(count, len(x) - 1))
    return list(zip(rows.tolist(), values.tolist(), strict=True))


def mean_cosine(x: Tensor, row: int) -> float:
    """The mean of the cosines of a row of (V, D) with all others."""
    unit = x / x.norm(dim=1, keepdim=True).clamp_min(1e-12)
    return float((unit @ unit[row]).sum() - unit[row].square().sum()) / (len(x) - 1)


# Which tokens -----------------------------------------------------------------------------------------------------

COUNTED = 200_000  # characters, from all over a text: enough to order the most frequent tokens, and quick


@lab.memo(label="Frequent tokens of a text")
def frequent(name: str, kind: str) -> tuple[int, ...]:
    """The tokens that stand in a sample of a text, most frequent first. Raises texts.Missing."""
    passages, words = texts.load(name).passages, vocabulary(name, kind)
    step = max(1, sum(map(len, passages)) // COUNTED)
    lines = [passage + "\n" for passage in passages[::step]]
    sample = "".join(lines)[: 4 * COUNTED]  # few and long passages
    counts = np.bincount(words.encode(sample), minlength=len(words))
    order = np.argsort(-counts, kind="stable")
    return tuple(order[counts[order] > 0].tolist())


BEGINS, CONTINUES, CAPITAL, DIGIT, SIGN, BYTES = (
    "begins a word", "continues a word", "capital", "digit", "sign", "bytes",
)  # fmt: skip
_BYTES = re.compile(r"<[0-9A-F]{2}( [0-9A-F]{2})*>")


def kind_of(name: str, pieces: bool) -> str:
    """What kind of token a name of the vocabulary is. pieces: as in BERT "##" continues a word, else a space begins one."""
    if not pieces and _BYTES.fullmatch(name):
        return BYTES
    word = name.removeprefix("##") if pieces else name.removeprefix(" ")
    first = word[:1]
    if first.isdigit():
        return DIGIT
    if not first.isalpha():
        return SIGN
    if first.isupper():
        return CAPITAL
    return BEGINS if (word == name) == pieces else CONTINUES


def in_order(ids: Sequence[int], most: int) -> list[int]:
    """The tokens, each once, in their order; at most so many."""
    return list(dict.fromkeys(ids))[:most]


def _cpu(x: Tensor) -> Tensor:
    return x.detach().float().cpu()
