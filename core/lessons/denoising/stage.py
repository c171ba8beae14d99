"""The stage of "Cheating and denoising": one spoiled picture, three networks, and what the numbers say about them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core import lab
from core.charts import theme
from core.data.pixels import as_bytes, gray_or_colour
from core.experiments.denoising import NETWORKS, PLANE_NOISE, Three, curve, noise_images
from core.lessons.denoising import charts as cheating
from core.nn.corruption import corrupt
from core.rng import generator
from core.store.record import Record
from core.ui import drawn
from core.ui.components.sketch_pad import COLOUR_PENS, GRAY_PENS, read, sketch_pad
from core.ui.components.tiles import Tile
from core.ui.figures import number
from core.ui.pictures import Picture

LABELS = {"overcomplete": "Over-complete", "bottleneck": "Bottleneck", "denoising": "Denoising"}
FEEDS = {"picture": "A picture", "noise": "Pure noise"}
ARROW = 0.085  # longest arrow, in units of the plane
COPIES_BELOW = 0.25  # share of the variance of noise: a network below it gives noise back


def show(prefix: str, record: Record, picture: Picture, fed: str, kind: str, level: float) -> None:
    """The pad with the spoiled picture, to scribble on, and the three answers. Raises lab.Damaged."""
    model: Three = lab.model(record)
    truth = torch.from_numpy(picture.pixels.copy()).permute(2, 0, 1)[None].float() / 255
    if fed == "noise":
        spoiled = noise_images(1, tuple(truth.shape[1:]), generator(0, "page noise"))
        name = f"noise-{truth.shape[1]}x{truth.shape[2]}"
    else:
        spoiled = corrupt(truth, kind, level, generator(0, "page corruption"))
        name = f"{picture.name}-{kind}-{level:g}-{drawn.digest(picture.pixels)}"
    base = as_bytes(spoiled)[0]
    side, _, channels = base.shape
    key = f"{prefix}_pad"
    linked = drawn.linked(prefix, name, side, channels)
    sketch = read(key, side, channels, name)
    pixels = sketch.pixels if sketch is not None else base if linked is None else linked
    touched = not np.array_equal(pixels, base)
    drawn.keep(prefix, name, pixels if touched else None)
    # Untouched, the networks get the noise as it is; what was painted over it has been through bytes.
    x = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 255 if touched else spoiled
    goal = x if fed == "noise" else truth
    tiles = []
    with torch.no_grad():
        device = next(model.parameters()).device
        for network_name, network in model.networks().items():
            y = network(x.to(device)).cpu()
            error = float((y - goal).square().mean())
            tiles.append(Tile(LABELS[network_name], gray_or_colour(as_bytes(y)[0]), note=_note(fed, error, goal)))
    if fed == "picture":
        tiles.append(
            Tile(
                "The clean picture",
                gray_or_colour(picture.pixels),
                note=f"input error {float((x - goal).square().mean()):.4f}",
            )
        )
    sketch_pad(
        key=key, base=base, drawing=linked, tiles=tiles, revision=name, pens=GRAY_PENS if channels == 1 else COLOUR_PENS,
        result_id=f"{record.fingerprint[:8]}/{drawn.digest(pixels)}/{name}", title="What they see: scribble over it",
    )  # fmt: skip
    if fed == "noise":
        st.caption("Nothing but noise. A network that gives it back has learned to copy, whatever it is shown.")
    else:
        st.caption(picture.about)


def _note(fed: str, error: float, goal: Tensor) -> str:
    if fed == "noise":
        return f"error {error / float(goal.var()):.2f} × the noise's variance"
    return f"error {error:.4f}"


def verdict(found: dict[str, Any]) -> str:
    """What the measurements say, whichever way they came out."""
    copies = [name for name in NETWORKS if found[f"{name}.noise_copy_ratio"] < COPIES_BELOW]
    ratio = found["overcomplete.noise_copy_ratio"]
    if "overcomplete" in copies:
        first = (
            f"The over-complete network has a held-out error of {number(found['overcomplete.test_mse'])}, and it gives back pure noise, which "
            f"it never saw, with an error of **{ratio:.3f} ×** its variance: it copies. Its error says nothing about clothes, digits or anything."
        )
    elif found["overcomplete.test_mse"] < 0.01 * found["mean_image_mse"]:
        first = (
            f"Here the over-complete network does **not** quite copy noise ({ratio:.2f} × its variance; below {COPIES_BELOW:g} counts as a "
            f"copy), although its held-out error is {number(found['overcomplete.test_mse'])}: it is the identity on pictures like those it "
            "was shown, and they never hold most of what noise is made of."
        )
    else:
        first = (
            f"Here the over-complete network does **not** copy noise ({ratio:.2f} × its variance): with a held-out error of "
            f"{number(found['overcomplete.test_mse'])} it has not become the identity yet. More training steps bring it there."
        )
    others = [name for name in ("bottleneck", "denoising") if name not in copies]
    parts = [
        f"{LABELS[name].lower()} {found[f'{name}.noise_copy_ratio']:.2f} ×" for name in ("bottleneck", "denoising")
    ]
    either = "" if "overcomplete" in copies else " either"
    second = (
        f" The other two cannot{either} ({', '.join(parts)})."
        if len(others) == 2
        else f" Of the other two ({', '.join(parts)}), {LABELS[others[0]].lower()} cannot."
        if others
        else f" Here the other two copy as well ({', '.join(parts)})."
    )
    probes = {name: found[f"{name}.probe_accuracy"] for name in NETWORKS}
    spread = max(probes.values()) - min(probes.values())
    # Two standard errors of the difference between two accuracies near one half, the widest there is.
    margin = 2 * (0.5 / min(found["held_out"], found["probe_labels"])) ** 0.5
    third = (
        f" A linear probe, though, reads all three codes about equally well ({', '.join(f'{p:.1%}' for p in probes.values())})"
        + (": a copy still holds everything that raw pixels hold." if "overcomplete" in copies else ".")
        + " In these small convolutions the numbers of the wide codes see 5 × 5 pixels each; "
        "that the denoising code is the better one, as in the paper's deeper networks, is not seen here."
        if spread < margin
        else f" A linear probe reads them differently well: {', '.join(f'{LABELS[n].lower()} {p:.1%}' for n, p in probes.items())}."
    )
    return first + second + third


def level_rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of the chart of repaired error by level of noise."""
    labels = {**LABELS, "untouched": "left as it is"}
    return [
        {"level": row["level"], "network": labels[name], "mse": row[name], "ours": name == "denoising"}
        for row in found["by_level"] for name in (*NETWORKS, "untouched")
    ]  # fmt: skip


def vector_field(prefix: str, record: Record, look: theme.Look) -> None:
    """Arrows from a grid of points to what the plane's network makes of them."""
    rows = [dict(row) for row in _field(record.name, record.key, record.fingerprint)]
    st.vega_lite_chart(theme.spec(cheating.field, rows, look), width="stretch", theme=None, key=f"{prefix}_field")
    st.caption(
        f"Trained with Gaussian noise of standard deviation {PLANE_NOISE:g}, in the same run as the networks above. Long arrows are cut short."
    )


@lru_cache(maxsize=16)
def _field(name: str, key: str, fingerprint: str) -> tuple[dict[str, Any], ...]:
    model: Three = lab.model(lab.artefacts.find(name, key).record)
    axis = torch.linspace(-1.1, 1.1, 23)
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        answer = model.plane(grid.to(next(model.parameters()).device)).cpu()
    step = answer - grid
    step = step * (ARROW / step.norm(dim=1, keepdim=True)).clamp(max=1)  # longer ones would cover each other
    arrows = torch.cat([grid, grid + step], dim=1).tolist()
    points = curve(300, generator(0, "shown spiral")).tolist()
    return (
        *({"kind": "data", "x": x, "y": y, "x2": None, "y2": None} for x, y in points),
        *({"kind": "arrow", "x": x, "y": y, "x2": x2, "y2": y2} for x, y, x2, y2 in arrows),
    )
