"""How many multiplications the gradients of all weights and biases take, in three ways. The twin of the component's counting.js.

Counted are products of factors of the chain rule. The slopes of the activations and the loss's own derivative are there in each way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """reuse: each factor is multiplied once, as reverse mode does. chains: each layer's chain is multiplied from its start.
    paths: the chain rule written out, a product for each path from a weight to the loss."""

    reuse: int
    chains: int
    paths: int


def counts(widths: Sequence[int]) -> Counts:
    """Of a network with these widths: input, layers, output. The loss is a function of the output's units."""
    layers = range(1, len(widths))
    through = {k: widths[k] * widths[k - 1] + widths[k - 1] for k in layers}  # by the weights, then by the slopes
    outer = {k: widths[k] * widths[k - 1] for k in layers}  # delta times input
    last = len(widths) - 1
    chains = paths = 0
    for layer in layers:
        chains += outer[layer] + sum(through[k] for k in range(layer + 1, last + 1))
        ways = math.prod(widths[layer + 1 :])  # from one unit of this layer to the loss
        factors = 2 * (last - layer)  # behind the loss's derivative: a weight and a slope for each layer on the way
        paths += ways * widths[layer] * (widths[layer - 1] * (factors + 1) + factors)
    reuse = sum(outer.values()) + sum(through[k] for k in layers if k > 1)
    return Counts(reuse, chains, paths)


def of_depth(layers: int, width: int) -> tuple[int, ...]:
    """Widths of a network with so many layers: 2 inputs, `width` units in each layer but the last, which has one."""
    return (2, *(width,) * (layers - 1), 1)
