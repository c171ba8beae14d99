"""Fine-tuning: an encoder and a linear head learn labelled pictures together, settings chosen on validation pictures.

The other way to ask what a pretrained network is worth. A linear probe (`core.analysis.probes`) leaves the encoder as it is; fine-tuning
goes on training it (He et al. 2021, section 4: the two need not agree, and for masked auto-encoders they do not).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.analysis.probes import Labelled, Reading
from core.data.pixels import in_batches

BATCH = 50


@dataclass(frozen=True)
class Settings:
    """rates: learning rates that validation chooses among. epochs: passes over the labelled pictures; validation chooses after which one to stop."""

    rates: tuple[float, ...] = (3e-3, 1e-3)
    epochs: int = 15
    decay: float = 0.05


def fine_tune(
    encoder: nn.Module,
    features: Callable[[nn.Module, Tensor], Tensor],
    labelled: Labelled,
    generator: torch.Generator,
    settings: Settings = Settings(),
) -> Generator[None, None, Reading]:
    """Train copies of `encoder` with a linear head; yields after each epoch, returns how the best of them reads the test pictures.

    features: (encoder, x float (B, ...) in [0, 1]) -> (B, D). Rate and epoch are those with the highest accuracy on validation pictures, the
    earlier ones where several are equal. The test pictures are read once, with these.
    """
    (train_x, valid_x, test_x), (train_y, valid_y, test_y) = labelled.x, labelled.y
    device = next(encoder.parameters()).device
    classes = 1 + max(int(y.max()) for y in labelled.y)
    start = generator.get_state()
    best, chosen, kept = -1.0, {}, None
    for rate in settings.rates:
        generator.set_state(start)  # each rate sees the same batches
        model = Tuned(copy.deepcopy(encoder), features, classes, train_x[:1].to(device))
        optimiser = torch.optim.AdamW(model.parameters(), rate, weight_decay=settings.decay)
        total = settings.epochs * -(-len(train_x) // BATCH)
        done = 0
        for epoch in range(1, settings.epochs + 1):
            for rows in torch.randperm(len(train_x), generator=generator).split(BATCH):
                for group in optimiser.param_groups:
                    group["lr"] = rate * falling(done / total)
                loss = F.cross_entropy(model(train_x[rows].to(device).float() / 255), train_y[rows].to(device))
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                optimiser.step()
                done += 1
            right = float(model.right(valid_x, valid_y).double().mean())
            if right > best:
                best, chosen = right, {"rate": rate, "epoch": epoch, "validation": right}
                kept = copy.deepcopy(model)
            yield
    return Reading(kept.right(test_x, test_y), chosen)


def falling(done: float) -> float:
    """The share of the highest learning rate after the share `done` of the training: up in a tenth of it, then down in a straight line."""
    return min(1.0, 10 * done + 0.1) * (1 - done)


class Tuned(nn.Module):
    """An encoder with a linear head that begins at zero: at first all classes are equally likely."""

    def __init__(
        self, encoder: nn.Module, features: Callable[[nn.Module, Tensor], Tensor], classes: int, one: Tensor
    ) -> None:
        super().__init__()
        self.encoder, self.features = encoder.requires_grad_(True).train(), features
        with torch.no_grad():
            width = features(encoder, one.float() / 255).shape[1]
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.head = nn.Linear(width, classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        self.to(one.device)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, classes)."""
        return self.head(self.norm(self.features(self.encoder, x)))

    @torch.no_grad()
    def right(self, x: Tensor, y: Tensor) -> Tensor:
        """Which of the pictures uint8 (N, ...) are told right, bool (N,) on the CPU."""
        found = [self(part).argmax(dim=1).cpu() for part in in_batches(x, 250, self.head.weight.device)]
        return torch.cat(found) == y.cpu()
