"""The measured curves: the points that ship, what a chart needs of them, and what the papers print."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core import lab
from core.analysis import intervals
from core.analysis.mask_ratio import LOWER_IS_BETTER, Curve, Mean, curve, verdict
from core.lessons.how_much_to_hide.links import KINDS, NAMES
from core.store import paths

FILE = paths.REPOSITORY / "assets" / "claims" / "mask_ratio.json"
COMMAND = "`python -m core claims mask-ratio --bake`"
# What the page's switch calls a measure -> the name in the points, by kind of data.
MEASURES: dict[str, dict[str, str]] = {
    "probe": {"images": "probe_accuracy", "text": "blank_accuracy", "video": "probe_accuracy"},
    "tuned": {"images": "fine_tuned_accuracy"},
    "loss": {"images": "held_out_loss", "text": "held_out_loss", "video": "held_out_loss"},
}
MEASURE_NAMES = {"probe": "Frozen network", "tuned": "Fine-tuned", "loss": "Error in filling in"}
TITLES = {
    ("images", "probe_accuracy"): "linear probe, 10 classes", ("images", "fine_tuned_accuracy"): "fine-tuned, 10 classes",
    ("images", "held_out_loss"): "error with 75% hidden", ("text", "blank_accuracy"): "one hidden word, right",
    ("text", "held_out_loss"): "nats for one hidden word", ("video", "probe_accuracy"): "linear probe, 4 directions",
    ("video", "held_out_loss"): "error with 90% hidden",
}  # fmt: skip
PUBLISHED = {"images": 75, "text": 15, "video": 90}  # per cent: what the papers are quoted for
PAPERS = {"images": "He et al. 2021", "text": "BERT", "video": "Feichtenhofer et al. 2022"}


@lab.memo(label="Measured curves")
def baked() -> dict[str, Any]:
    """What `python -m core claims mask-ratio --bake` wrote; without points where that is missing or damaged."""
    try:
        found = json.loads(FILE.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) and isinstance(found.get("points"), list) else {"points": []}
    except (OSError, ValueError):
        return {"points": []}


def points() -> list[dict[str, Any]]:
    """The points that ship."""
    return baked()["points"]


def measured(kind: str, measure: str, more: Sequence[Mapping[str, Any]] = ()) -> Curve | None:
    """The curve of a kind of data; None where that measure has none. more: points beside those that ship."""
    name = MEASURES[measure].get(kind)
    return None if name is None else curve([*points(), *more], kind, name)


def rows(found: Curve, guess: str | None = None, share: int | None = None) -> list[dict[str, Any]]:
    """One row a share: per cent, the mean over seeds with its interval, whether it equals the best within the seeds, and the marks beside."""
    lower = found.measure in LOWER_IS_BETTER
    return [
        {
            "share": round(100 * ratio), "value": one.value, "low": one.low, "high": one.high, "seeds": one.count,
            "same": ratio in found.same, "best": ratio == found.best, "title": TITLES[found.kind, found.measure],
            "accuracy": not lower, "guess": int(guess) if guess and guess.isdigit() else None, "slider": share,
            "published": PUBLISHED[found.kind],
        }
        for ratio, one in found.means.items()
    ]  # fmt: skip


def said(found: Curve) -> str:
    """Where the best share is, one sentence."""
    words = verdict(found)
    return f"{words[0].upper()}{words[1:]}."


def value(found: Curve, one: Mean) -> str:
    """A mean in the unit of its measure."""
    return f"{one.value:.4f}" if found.measure in LOWER_IS_BETTER else f"{one.value:.1%}"


def gap(found: Curve, ratio: float) -> str:
    """How much worse a share is than the best, with its interval over seeds; empty for the best itself."""
    if ratio not in found.gaps:
        return ""
    one = found.gaps[ratio]
    if one.count < 2:
        unit = f"{one.value:+.4f}" if found.measure in LOWER_IS_BETTER else f"{-100 * one.value:+.1f} points"
        return f"{unit.replace('-', '−')} (one seed)"
    if found.measure in LOWER_IS_BETTER:
        return f"{one.value:+.4f} ({one.low:+.4f} to {one.high:+.4f})".replace("-", "−")
    return intervals.in_points(-one.value, [-one.high, -one.low]).replace("**", "")


def untrained(found: Curve) -> str:
    """What the same network is worth before its first step, the mean over seeds; empty where that was not measured."""
    name = f"untrained_{found.measure}"
    by_seed = {p["seed"]: p["metrics"][name] for p in points() if p["kind"] == found.kind and name in p["metrics"]}
    return f"the same network untrained: {sum(by_seed.values()) / len(by_seed):.1%}" if by_seed else ""


def seeds(kind: str) -> int:
    """How many seeds the points of a kind have at least at each share."""
    by: dict[float, set[int]] = {}
    for point in points():
        if point["kind"] == kind:
            by.setdefault(point["ratio"], set()).add(point["seed"])
    return min((len(some) for some in by.values()), default=0)


def how_long() -> str:
    """How short the trainings were, in one sentence with the numbers of the records."""
    parts = []
    for kind in KINDS:
        some = [p for p in points() if p["kind"] == kind]
        if some:
            spent = [p["processor_seconds"] or p["seconds"] for p in some]
            parts.append(
                f"{NAMES[kind]}: {some[0]['steps']:,} steps, {min(spent):.0f} to {max(spent):.0f} s of one core each, "
                f"{some[0]['parameters'] / 1e3:.0f} k parameters, {seeds(kind)} seed{'s' if seeds(kind) > 1 else ''}"
            )
    return "; ".join(parts)
