"""What can be seen of a picture without its class: colourings of a map by properties of the pictures themselves."""

from __future__ import annotations

import numpy as np
import torch

from core.data import images, shapes
from core.data.pixels import gray_or_colour, silhouettes

FIFTHS = ("least", "little", "middling", "much", "most")
HUES = ("red", "orange", "yellow", "green", "cyan", "blue", "violet", "pink", "no colour")


def of(name: str, count: int) -> tuple[tuple[str, str, np.ndarray, tuple[str, ...]], ...]:
    """(name, title, uint8 groups (N,), names of the groups) of the first `count` held-out pictures of a data set."""
    pictures = images.load(name)
    x = pictures.test_x[:count]
    found = [("ink", "how much is drawn", fifths(drawn(x)), FIFTHS)]
    if pictures.channels == 3:
        found.append(("hue", "main colour", main_hue(x), HUES))
    if name == "shapes":
        factors = shapes.known_factors("test")
        found.append(("size", "size", fifths(factors["size"][:count]), FIFTHS))
        found.append(("rotation", "rotation", fifths(factors["rotation"][:count]), FIFTHS))
    return tuple(found)


def drawn(x: torch.Tensor) -> torch.Tensor:
    """The share of ink (N,): mean brightness of gray pictures, drawn pixels of coloured ones. x: uint8 (N, C, H, W)."""
    return x.float().mean(dim=(1, 2, 3)) / 255 if x.shape[1] == 1 else silhouettes(x).float().mean(dim=(1, 2))


def fifths(values: torch.Tensor) -> np.ndarray:
    """Five groups of equal size by value, uint8 (N,)."""
    rank = values.argsort(stable=True).argsort(stable=True)
    return (rank * 5 // max(len(values), 1)).numpy().astype(np.uint8)


def main_hue(x: torch.Tensor) -> np.ndarray:
    """Which of HUES most of the vivid pixels have, uint8 (N,); pictures uint8 (N, 3, H, W)."""
    x = x.float() / 255
    top, bottom = x.amax(dim=1), x.amin(dim=1)
    chroma = top - bottom
    red, green, blue = x.unbind(dim=1)
    safe = chroma.clamp(min=1e-6)
    sixth = torch.where(
        top == red,
        ((green - blue) / safe) % 6,
        torch.where(top == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    degrees = sixth * 60
    edges = torch.tensor([15.0, 40.0, 70.0, 165.0, 195.0, 255.0, 290.0, 345.0])
    hue = torch.bucketize(degrees, edges, right=True) % 8
    vivid = chroma > 0.25
    counts = torch.zeros(len(x), 8).scatter_add_(1, hue.flatten(1), vivid.flatten(1).float())
    enough = counts.sum(dim=1) > 0.01 * x[0, 0].numel()
    return torch.where(enough, counts.argmax(dim=1), 8).numpy().astype(np.uint8)


def thumbnails(name: str, count: int, columns: int) -> np.ndarray:
    """The first held-out pictures as one sheet, row by row."""
    x = images.load(name).test_x[:count].permute(0, 2, 3, 1).numpy()
    n, h, w, c = x.shape
    rows = -(-n // columns)
    padded = np.zeros((rows * columns, h, w, c), np.uint8)
    padded[:n] = x
    tiled = padded.reshape(rows, columns, h, w, c).transpose(0, 2, 1, 3, 4)
    return gray_or_colour(tiled.reshape(rows * h, columns * w, c))
