"""BERT, the encoder (Devlin et al. 2019, "BERT: Pre-training of deep bidirectional transformers"), to be looked into.

It reads weights that others trained. Nothing here trains, so there is no dropout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nn.attention import SelfAttention, Trace


class PostNormBlock(nn.Module):
    """The block of the first transformer (Vaswani et al. 2017, section 3.1): norm(x + attention(x)), norm(x + mlp(x)).

    Tokens of shape (B, T, D) in and out. `core.nn.blocks.Block` normalises before each step, this one after it.
    """

    def __init__(self, width: int, heads: int, hidden: int, eps: float):
        super().__init__()
        self.attention = SelfAttention(width, heads)
        self.norm1 = nn.LayerNorm(width, eps)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))
        self.norm2 = nn.LayerNorm(width, eps)

    def forward(
        self, x: Tensor, trace: Trace | None = None, heads_on: Tensor | None = None, places: Tensor | None = None
    ) -> Tensor:
        """places: bool (B, T); what follows the attention is computed there alone, and (K, D) comes back."""
        x = x + self.attention(x, trace, heads_on)
        x = self.norm1(x if places is None else x[places])
        return self.norm2(x + self.mlp(x))


@dataclass(frozen=True)
class BertSizes:
    """The sizes of a BERT. vocabulary, positions: how many tokens and places have an embedding. width: numbers of a token.
    depth: blocks. hidden: width inside each MLP. eps: of the norms."""

    vocabulary: int
    positions: int
    width: int
    depth: int
    heads: int
    hidden: int
    eps: float


class Bert(nn.Module):
    """`depth` blocks over the sum of three embeddings: which token, at which place, of which of two segments.

    Raises ValueError where the width is not divisible by the heads.
    """

    def __init__(self, sizes: BertSizes):
        super().__init__()
        width, heads = sizes.width, sizes.heads
        self.heads = heads
        self.word = nn.Embedding(sizes.vocabulary, width)
        self.position = nn.Embedding(sizes.positions, width)
        self.segment = nn.Embedding(2, width)  # BERT was trained on pairs of sentences; a text by itself is segment 0
        self.norm = nn.LayerNorm(width, sizes.eps)
        self.blocks = nn.ModuleList(PostNormBlock(width, heads, sizes.hidden, sizes.eps) for _ in range(sizes.depth))

    def forward(
        self,
        ids: Tensor,
        trace: Trace | None = None,
        heads_on: Tensor | None = None,
        states: list[Tensor] | None = None,
        places: Tensor | None = None,
    ) -> Tensor:
        """The last hidden states (B, T, D) of the tokens `ids` (B, T), int64, none of which is padding.

        trace:    a list to which each layer appends what its attention did.
        heads_on: (L, H), multiplies what each head says before the output projection; 0 switches it off.
        states:   a list to which the hidden states (B, T, D) are appended: after the embeddings, then after each
                  layer, L + 1 in all; the last one is what is returned.
        places:   bool (B, T), the K places whose last hidden states are wanted: (K, D), row by row.

        Raises ValueError for more tokens than places, and for a `heads_on` of another shape.
        """
        T, room = ids.shape[1], self.position.num_embeddings
        if room < T:
            raise ValueError(f"{T} tokens are more than the {room} places of this model")
        if heads_on is not None and heads_on.shape != (len(self.blocks), self.heads):
            raise ValueError(f"heads_on has shape {tuple(heads_on.shape)}, not {(len(self.blocks), self.heads)}")
        x = self.norm(self.word(ids) + self.segment.weight[0] + self.position.weight[:T])
        if states is not None:
            states.append(x)
        for layer, block in enumerate(self.blocks):
            last = layer == len(self.blocks) - 1
            x = block(x, trace, None if heads_on is None else heads_on[layer], places if last else None)
            if states is not None:
                states.append(x)
        return x


def sentence_embedding(hidden: Tensor) -> Tensor:
    """One vector a text (B, D) from last hidden states (B, T, D): their mean over the tokens, at unit length.

    Reimers and Gurevych 2019, "Sentence-BERT", section 3, pooling "MEAN"; the special tokens count as any other.
    """
    return F.normalize(hidden.mean(dim=1), dim=-1)


# Published weights ------------------------------------------------------------------------------------------------

# Our name of a part -> the name that Hugging Face's BertModel gives it.
_EMBEDDINGS = {
    "word": "embeddings.word_embeddings",
    "position": "embeddings.position_embeddings",
    "segment": "embeddings.token_type_embeddings",
    "norm": "embeddings.LayerNorm",
}
_BLOCK = {
    "attention.qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),  # one below the other
    "attention.out": ("attention.output.dense",),
    "norm1": ("attention.output.LayerNorm",),
    "mlp.0": ("intermediate.dense",),
    "mlp.2": ("output.dense",),
    "norm2": ("output.LayerNorm",),
}
# Not read: the numbers 0, 1, 2 ... of the places, and a layer over [CLS] that sentence embeddings leave out.
_NOT_READ = {"embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"}


def from_hugging_face(state: Mapping[str, Tensor], config: Mapping[str, Any]) -> Bert:
    """The model whose weights and config.json have the names of Hugging Face's BertModel; weights become float32.

    Weights that are float32 stay where they lie: those of a file that is mapped take no memory of the process's own.
    Raises ValueError where a weight is missing, unknown or of another shape.
    """
    sizes = BertSizes(
        vocabulary=config["vocab_size"],
        positions=config["max_position_embeddings"],
        width=config["hidden_size"],
        depth=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["intermediate_size"],
        eps=config["layer_norm_eps"],
    )
    sources = {name: _names_there(name) for name in _names(sizes.depth)}
    expected = {there for names in sources.values() for there in names}
    if wrong := expected ^ (set(state) - _NOT_READ):
        raise ValueError(f"weights are missing or unknown: {', '.join(sorted(wrong)[:5])}")
    # Only queries, keys and values have to be put together; the rest stays in the mapped file.
    ours = {
        name: (state[names[0]] if len(names) == 1 else torch.cat([state[there] for there in names])).float()
        for name, names in sources.items()
    }
    # Layer by layer, so that what is drawn and dropped is one layer. Not on the device "meta": for that torch imports 70 MB of its compiler.
    model = Bert(replace(sizes, depth=0))
    try:
        model.load_state_dict({name: w for name, w in ours.items() if not name.startswith("blocks.")}, assign=True)
        for layer in range(sizes.depth):
            block, prefix = PostNormBlock(sizes.width, sizes.heads, sizes.hidden, sizes.eps), f"blocks.{layer}."
            mine = {name.removeprefix(prefix): w for name, w in ours.items() if name.startswith(prefix)}
            block.load_state_dict(mine, assign=True)
            model.blocks.append(block)
    except RuntimeError as error:
        raise ValueError(f"weights have other shapes than the config says: {error}") from error
    return model


def own_bytes(model: Bert) -> int:
    """Bytes of a model of `from_hugging_face` that are not the mapped file's, on the processor; elsewhere all of them."""
    mine = (p for name, p in model.named_parameters() if ".qkv." in name or p.device.type != "cpu")
    return sum(p.numel() * p.element_size() for p in mine)


def _names(depth: int) -> list[str]:
    """Our names of all weights."""
    blocks = [f"blocks.{layer}.{part}" for layer in range(depth) for part in _BLOCK]
    both = [f"{part}.{kind}" for part in ("norm", *blocks) for kind in ("weight", "bias")]
    return [*(f"{part}.weight" for part in _EMBEDDINGS if part != "norm"), *both]


def _names_there(name: str) -> tuple[str, ...]:
    """Where a weight of ours comes from: "blocks.2.norm1.bias" -> "encoder.layer.2.attention.output.LayerNorm.bias"."""
    part, kind = name.rsplit(".", 1)
    if part in _EMBEDDINGS:
        return (f"{_EMBEDDINGS[part]}.{kind}",)
    _, layer, inner = part.split(".", 2)
    return tuple(f"encoder.layer.{layer}.{there}.{kind}" for there in _BLOCK[inner])
