"""Word vectors by counting: which words stand near which, how much more often than by chance, and the short form of that.

Levy and Goldberg 2014, "Neural word embedding as implicit matrix factorization"; the choices below are those of Levy,
Goldberg, Dagan 2015, "Improving distributional similarity with lessons learned from word embeddings".
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

DENSE = 1000  # words, up to which all singular vectors are computed: quick, and sure where the table has few
SMOOTHING = 0.75  # power of the context counts, as for the random words of skip-gram


def co_occurrences(
    tokens: np.ndarray, sentence: np.ndarray, size: int, distance: int, weight: float = 1.0
) -> sparse.csr_matrix:
    """How often two words stand exactly `distance` apart in one sentence, both ways: (size, size), times `weight`."""
    left, right = tokens[:-distance], tokens[distance:]
    together = sentence[:-distance] == sentence[distance:]
    left, right = left[together], right[together]
    table = sparse.coo_matrix((np.ones(len(left), np.float32), (left, right)), shape=(size, size)).tocsr()
    return (table + table.T) * weight  # last, because a float32 counts ones exactly and loses parts of ones


def ppmi(table: sparse.csr_matrix, negatives: float = 1.0) -> sparse.csr_matrix:
    """Positive pointwise mutual information, shifted: max(0, log p(w, c) / (p(w) p(c)) - log negatives).

    p(c) is smoothed by a power of 3/4. Skip-gram with so many negatives factors the shifted table with its negative cells
    (Levy and Goldberg 2014, equation 7); this one has zeros in their place, so that it stays sparse.
    """
    table = table.tocoo()
    total = table.sum()
    by_word = np.asarray(table.tocsr().sum(axis=1)).ravel()
    by_context = np.asarray(table.tocsr().sum(axis=0)).ravel() ** SMOOTHING
    expected = by_word[table.row] * (by_context[table.col] / by_context.sum())
    information = np.log(np.maximum(table.data, 1e-30) / np.maximum(expected, 1e-30)) - np.log(negatives)
    kept = (information > 0) & (table.data > 0) & np.isfinite(total)
    cells = (information[kept].astype(np.float32), (table.row[kept], table.col[kept]))
    return sparse.csr_matrix(cells, shape=table.shape)


def factor(table: sparse.csr_matrix, dimension: int) -> tuple[np.ndarray, np.ndarray]:
    """Two float32 tables (V, dimension) whose product is nearest to the given one: U sqrt(S) and V sqrt(S) of its SVD.

    Where the vocabulary is smaller than the dimension, the last columns are zero. The same table gives the same two.
    """
    size = table.shape[0]
    number = min(dimension, size)
    if size <= DENSE:
        u, s, vt = np.linalg.svd(table.toarray().astype(np.float64))
    elif table.nnz:
        u, s, vt = svds(table.astype(np.float64), number, v0=np.full(size, size**-0.5))
    else:  # no two words stand near each other, and svds does not begin
        u, s, vt = np.zeros((size, number)), np.zeros(number), np.zeros((number, size))
    order = np.argsort(-s)[:number]
    words, contexts = u[:, order] * np.sqrt(s[order]), vt[order].T * np.sqrt(s[order])
    wider = ((0, 0), (0, dimension - number))
    return np.pad(words, wider).astype(np.float32), np.pad(contexts, wider).astype(np.float32)
