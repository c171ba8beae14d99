"""An untrained model, whose weights tests know without training it."""

from __future__ import annotations

import torch

from core.data import texts
from core.data.tokens import vocabulary
from core.experiments import language_model
from core.lessons.attention.subject import Subject
from core.store.record import Record

TEXT = "\n\n".join(
    f"The {a} sees the {b} & eats <b>{i}</b> figs."
    for i, a in enumerate(["cat", "dog", "ox"] * 8)
    for b in ["hen", "*ram*"]
)
SENTENCE = "The cat sees the <b> hen & *ram*."


def made() -> Subject:
    """An untrained model of a small text, whose places have been told apart by hand."""
    name = texts.keep(TEXT)
    config = language_model.Config(data=name, tokens="characters", depth=2, heads=2, width=32, context=32)
    model = language_model.build(config, torch.Generator().manual_seed(0)).eval().requires_grad_(False)
    turn = torch.arange(32)[:, None] / 12 * torch.arange(1, 17)
    model.positions.weight.copy_(torch.cat([turn.cos(), turn.sin()], 1))
    known = {"data": name, "tokens": "characters"}
    record = Record("language_model", "0" * 16, 1, known, 0, "cpu", 1.0, 40, {}, (), "", 1)
    return Subject(model, vocabulary(name, "characters"), record, None, (), "made", "a model")
