"""What a transformer makes of one sentence: where its heads look, what it says next, and what it would say after each layer.

Axis letters: T tokens, L layers, H heads, D width, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

from core.data.pieces import Pieces
from core.nn.attention import Seen, Trace, rollout

AGGREGATES = ("mean", "max", "rollout")


@dataclass(frozen=True, eq=False)
class Reading:
    """A sentence of T tokens, read.

    trace:   what each layer's attention did, one `Seen` a layer with B = 1.
    states:  the residual stream (T, D) after the embeddings and after each layer, L + 1 of them.
    output:  (T, V) logits of the next token from a causal model; (T, D) last hidden states from an encoder.
    """

    pieces: Pieces
    trace: Trace
    states: tuple[Tensor, ...]
    output: Tensor
    causal: bool

    @cached_property
    def weights(self) -> Tensor:
        """(L, H, T, T) on the CPU: rows are queries and sum to 1."""
        return torch.cat([seen.weights for seen in self.trace]).cpu()

    @cached_property
    def maps(self) -> Tensor:
        """(L, H + 3, T, T): each layer's heads, then their mean, their maximum, and the rollout up to that layer."""
        layers = [seen.weights.cpu() for seen in self.trace]
        rolled = torch.stack([rollout(layers[: i + 1])[0] for i in range(len(layers))])  # (L, T, T)
        w = self.weights
        return torch.cat([w, w.mean(1, keepdim=True), w.amax(1, keepdim=True), rolled[:, None]], dim=1)

    def head(self, layer: int, head: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Weights (T, T), q, k and v (T, D/H) of one head, on the CPU."""
        seen: Seen = self.trace[layer]
        return tuple(part[0, head].cpu() for part in seen)


@torch.no_grad()
def read(model: nn.Module, pieces: Pieces, heads_on: Tensor | None = None, *, causal: bool) -> Reading:
    """Read a sentence. model: called with ids (1, T), trace=, heads_on= and states=. Raises ValueError for no tokens."""
    if not pieces.ids:
        raise ValueError("a sentence needs a token")
    device = next(model.parameters()).device
    trace: Trace = []
    states: list[Tensor] = []
    output = model(torch.tensor([pieces.ids], device=device), trace=trace, heads_on=heads_on, states=states)
    return Reading(pieces, trace, tuple(state[0] for state in states), output[0], causal)
