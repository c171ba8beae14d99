"""The claim "75% of a picture, 15% of a sentence, 90% of a video": trains what is missing of the curves, and writes what came out.

Each training is one point. A point is kept in a file of its own as soon as it is measured, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.analysis.mask_ratio import curve, verdict
from core.experiment import Experiment, get
from core.experiments.mask_ratio import DATA, MEASURES, STEPS, SWEPT, Config
from core.store import artefacts, paths
from core.store.record import Record
from core.training import drive

FORMAT = 1
HISTORY = 12  # losses of a point that are kept
ASSET = paths.REPOSITORY / "assets" / "claims" / "mask_ratio.json"


@dataclass(frozen=True)
class Sweep:
    """What is asked for: every kind with every seed and every share; ratios: None is what the printed curves have."""

    kinds: tuple[str, ...]
    ratios: tuple[float, ...] | None = None
    seeds: tuple[int, ...] = (0, 1, 2)
    length: str = "short"

    def points(self) -> Iterator[tuple[Config, int]]:
        """All settings, a whole curve of one seed before the next seed: what was interrupted is a curve with fewer seeds."""
        for seed in self.seeds:
            for kind in self.kinds:
                for ratio in self.ratios or SWEPT[kind]:
                    yield Config(kind, ratio, self.length), seed


def kept(experiment: Experiment, config: Config, seed: int) -> dict[str, Any] | None:
    """The point of this setting, from its file or from a model that a page has trained; None where there is none."""
    key = experiment.key(config, seed)
    try:
        point = json.loads(_file(key).read_text(encoding="utf-8"))
        if point["key"] == key and point["format"] == FORMAT:
            return point
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = artefacts.find(experiment.name, key)
    return None if found is None else as_point(found.record, config)


def run(sweep: Sweep, device: Any, say: Callable[[int, int, dict[str, Any]], None]) -> list[dict[str, Any]]:
    """Train what is missing; all points of the sweep. say: told (how many there are, of how many, the newest point)."""
    experiment, found = get("mask_ratio"), []
    wanted = list(sweep.points())
    for config, seed in wanted:
        point = kept(experiment, config, seed)
        if point is None:
            point = as_point(drive.run(experiment, config, seed, device).record, config)
            _keep(point)
        found.append(point)
        say(len(found), len(wanted), point)
    return found


def as_point(record: Record, config: Config) -> dict[str, Any]:
    """What is kept of one training."""
    step = max(1, len(record.history) // HISTORY)
    return {
        "format": FORMAT, "key": record.key, "kind": config.kind, "ratio": config.ratio, "length": config.length, "seed": record.seed,
        "version": record.version, "steps": record.steps, "seconds": record.seconds, "processor_seconds": record.processor_seconds,
        "threads": record.threads, "device": record.device, "parameters": record.parameters, "metrics": dict(record.metrics),
        "history": [[row["i"], round(row["loss"], 4)] for row in record.history[::step] if row.get("loss") is not None],
    }  # fmt: skip


def bake(points: Sequence[dict[str, Any]], sweep: Sweep, file: Path = ASSET) -> None:
    """Write what ships with the program."""
    whole = {
        "format": FORMAT, "length": sweep.length, "steps": {kind: STEPS[kind][sweep.length] for kind in sweep.kinds},
        "data": {kind: DATA[kind] for kind in sweep.kinds}, "points": list(points),
    }  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    _write(file, json.dumps(whole, indent=None, separators=(",", ":")).replace('{"format', '\n{"format') + "\n")


def table(points: Sequence[dict[str, Any]]) -> str:
    """The curves in plain text: one line a share, and what follows."""
    lines = []
    for kind, measures in MEASURES.items():
        for measure in measures:
            found = curve(points, kind, measure)
            if found is None:
                continue
            lines.append(f"{kind}, {measure.replace('_', ' ')}")
            for ratio, one in found.means.items():
                mark = "=" if ratio in found.same else " "
                mark = "*" if ratio == found.best else mark
                gap = found.gaps.get(ratio)
                worse = (
                    "" if gap is None else f"   worse than the best by {gap.value:.4f} [{gap.low:.4f}, {gap.high:.4f}]"
                )
                lines.append(
                    f"  {mark} {100 * ratio:3.0f}%  {one.value:.4f} [{one.low:.4f}, {one.high:.4f}] {one.count} seeds{worse}"
                )
            lines.append(f"    {verdict(found).replace('**', '')}")
    return "\n".join(lines)


def _file(key: str) -> Path:
    return paths.cache_root() / "claims" / "mask_ratio" / f"{key}.json"


def _keep(point: dict[str, Any]) -> None:
    _write(_file(point["key"]), json.dumps(point))


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
