"""What the measurements say about the three networks, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.analysis import intervals
from core.charts.written import number
from core.experiments.denoising import NETWORKS

LABELS = {"overcomplete": "Over-complete", "bottleneck": "Bottleneck", "denoising": "Denoising"}
COPIES_BELOW = 0.25  # share of the variance of noise: a network below it gives noise back
HALF_BELOW = 0.75  # below it, and not a copy, part of the noise comes back
SEEDS_DIFFER = (
    0.18  # standard deviation of that share between seeds, as a part of it: 0.256, 0.295, 0.367 on shapes (docs/LOG.md)
)


def verdict(found: Mapping[str, Any]) -> str:
    """Who copies, who does not, and whether the codes differ, whichever way it came out."""
    return _cheat(found) + _others(found) + _codes(found)


def copied(found: Mapping[str, Any], name: str) -> list[float]:
    """Interval of the share of noise that a network fails to copy, over trainings from other seeds: two standard deviations."""
    ratio = found[f"{name}.noise_copy_ratio"]
    return [ratio * (1 - 2 * SEEDS_DIFFER), ratio * (1 + 2 * SEEDS_DIFFER)]


def _copies(found: Mapping[str, Any], name: str) -> bool:
    return intervals.below(copied(found, name), COPIES_BELOW)


def _cheat(found: Mapping[str, Any]) -> str:
    ratio, error = found["overcomplete.noise_copy_ratio"], found["overcomplete.test_mse"]
    if _copies(found, "overcomplete"):
        return (
            f"The over-complete network has a held-out error of {number(error)}, and it gives back pure noise, which "
            f"it never saw, with an error of **{ratio:.2g} ×** its variance: it copies. Its error says nothing about clothes, digits or anything."
        )
    if not intervals.above(copied(found, "overcomplete"), COPIES_BELOW):
        return (
            f"The over-complete network gives pure noise back with an error of {ratio:.2g} × its variance. Trainings from other seeds differ "
            f"by about a fifth of that, so on which side of {COPIES_BELOW:g}, below which it counts as a copy, this network stands is "
            f"**chance**. Its held-out error is {number(error)}."
        )
    if error < 0.01 * found["mean_image_mse"]:
        return (
            f"Here the over-complete network does **not** quite copy noise ({ratio:.2g} × its variance; below {COPIES_BELOW:g} counts as a "
            f"copy), although its held-out error is {number(error)}: it is the identity on pictures like those it "
            "was shown, and they never hold most of what noise is made of."
        )
    return (
        f"Here the over-complete network does **not** copy noise ({ratio:.2g} × its variance): with a held-out error of "
        f"{number(error)} it has not become the identity yet. More training steps bring it there."
    )


def _others(found: Mapping[str, Any]) -> str:
    """The bottleneck and the denoising network: a copy, half a copy, or none."""
    said = []
    for name in ("bottleneck", "denoising"):
        ratio = f"{LABELS[name].lower()} {found[f'{name}.noise_copy_ratio']:.2f} ×"
        if _copies(found, name):
            said.append(f"{ratio}, a copy as well")
        elif intervals.below(copied(found, name), HALF_BELOW):
            said.append(f"{ratio}, which copies part of it")
        else:
            said.append(f"{ratio}, no copy")
    return f" The other two: {'; '.join(said)}."


def _codes(found: Mapping[str, Any]) -> str:
    """Which codes a probe reads better than which: only where the interval of the difference excludes zero."""
    if "probe_gains" not in found:
        return f" {intervals.UNKNOWN}"
    better = []
    for pair, interval in found["probe_gains"].items():
        one, other = pair.split("-")
        if intervals.below(interval):
            one, other, interval = other, one, [-interval[1], -interval[0]]
        if intervals.above(interval):
            gain = _accuracy(found, other) - _accuracy(found, one)
            better.append(f"{_named(other)} above {_named(one)} by {intervals.in_points(gain, interval)}")
    each = ", ".join(f"{LABELS[name].lower()} {found[f'{name}.probe_accuracy']:.1%}" for name in NETWORKS)
    if not better:
        said = f" A linear probe cannot tell the codes apart ({each}, raw pixels {found['probe_accuracy_raw']:.1%})"
        copy = "overcomplete" if _copies(found, "overcomplete") else ""
        return said + (": a copy still holds everything that raw pixels hold." if copy else ".")
    return f" A linear probe ({each}, raw pixels {found['probe_accuracy_raw']:.1%}) reads {'; '.join(better)}. Of all other pairs the interval holds zero."


def _named(name: str) -> str:
    return "raw pixels" if name == "raw" else f"the {LABELS[name].lower()} code"


def _accuracy(found: Mapping[str, Any], name: str) -> float:
    return found["probe_accuracy_raw" if name == "raw" else f"{name}.probe_accuracy"]
