"""What the measurements say about the three networks, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.experiments.denoising import NETWORKS
from core.ui.figures import number

LABELS = {"overcomplete": "Over-complete", "bottleneck": "Bottleneck", "denoising": "Denoising"}
COPIES_BELOW = 0.25  # share of the variance of noise: a network below it gives noise back


def verdict(found: Mapping[str, Any]) -> str:
    """Who copies, who does not, and whether the codes differ, whichever way it came out."""
    copies = [name for name in NETWORKS if found[f"{name}.noise_copy_ratio"] < COPIES_BELOW]
    return _cheat(found, copies) + _others(found, copies) + _codes(found, copies)


def _cheat(found: Mapping[str, Any], copies: list[str]) -> str:
    ratio, error = found["overcomplete.noise_copy_ratio"], found["overcomplete.test_mse"]
    if "overcomplete" in copies:
        return (
            f"The over-complete network has a held-out error of {number(error)}, and it gives back pure noise, which "
            f"it never saw, with an error of **{ratio:.3f} ×** its variance: it copies. Its error says nothing about clothes, digits or anything."
        )
    if error < 0.01 * found["mean_image_mse"]:
        return (
            f"Here the over-complete network does **not** quite copy noise ({ratio:.2f} × its variance; below {COPIES_BELOW:g} counts as a "
            f"copy), although its held-out error is {number(error)}: it is the identity on pictures like those it "
            "was shown, and they never hold most of what noise is made of."
        )
    return (
        f"Here the over-complete network does **not** copy noise ({ratio:.2f} × its variance): with a held-out error of "
        f"{number(error)} it has not become the identity yet. More training steps bring it there."
    )


def _others(found: Mapping[str, Any], copies: list[str]) -> str:
    two = ("bottleneck", "denoising")
    others = [name for name in two if name not in copies]
    said = ", ".join(f"{LABELS[name].lower()} {found[f'{name}.noise_copy_ratio']:.2f} ×" for name in two)
    if len(others) == 2:
        return f" The other two cannot{'' if 'overcomplete' in copies else ' either'} ({said})."
    if others:
        return f" Of the other two ({said}), {LABELS[others[0]].lower()} cannot."
    return f" Here the other two copy as well ({said})."


def _codes(found: Mapping[str, Any], copies: list[str]) -> str:
    probes = {name: found[f"{name}.probe_accuracy"] for name in NETWORKS}
    spread = max(probes.values()) - min(probes.values())
    # Two standard errors of the difference between two accuracies near one half, the widest there is.
    margin = 2 * (0.5 / min(found["held_out"], found["probe_labels"])) ** 0.5
    if spread >= margin:
        each = ", ".join(f"{LABELS[n].lower()} {p:.1%}" for n, p in probes.items())
        return f" A linear probe reads them differently well: {each}."
    holds = ": a copy still holds everything that raw pixels hold." if "overcomplete" in copies else "."
    return (
        f" A linear probe, though, reads all three codes about equally well ({', '.join(f'{p:.1%}' for p in probes.values())}){holds}"
        " In these small convolutions the numbers of the wide codes see 5 × 5 pixels each; "
        "that the denoising code is the better one, as in the paper's deeper networks, is not seen here."
    )
