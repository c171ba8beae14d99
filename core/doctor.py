"""What this machine has for the lab: device, versions, data, caches. Read by `python -m core doctor` and the app."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from pathlib import Path
from typing import Any

PACKAGES = (
    "streamlit",
    "torch",
    "torchvision",
    "scikit-learn",
    "umap-learn",
    "altair",
    "numpy",
    "pandas",
    "safetensors",
)


def report() -> dict[str, Any]:
    """One JSON-ready object; nothing is downloaded or written."""
    from core import data
    from core import device as devices
    from core.store import paths

    best = devices.best_device()
    return {
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "device": str(best),
        "device_name": devices.describe(best),
        "devices": devices.available_devices(),
        "cores": devices.core_count(),
        "versions": {name: _version(name) for name in PACKAGES},
        "data": data.everything(),
        "folders": [
            _folder("user cache, models", paths.models_dir()),
            _folder("user cache, data", paths.data_dir()),
            _folder("shipped models", paths.baked_dir(), writes=False),
        ],
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _folder(what: str, path: Path, writes: bool = True) -> dict[str, Any]:
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) if path.is_dir() else 0
    existing = next(p for p in (path, *path.parents) if p.exists())
    return {
        "what": what,
        "path": str(path),
        "bytes": size,
        "writable": os.access(existing, os.W_OK) if writes else None,
    }


def as_text(found: dict[str, Any]) -> str:
    """The report for a terminal."""
    lines = [
        f"Python {found['python']} on {found['platform']}",
        f"Device   {found['device_name']} ({found['device']}; usable: {', '.join(found['devices'])})",
        "",
        "Packages",
        *(
            f"  {name:14} {version or 'missing: pip install -r requirements.txt'}"
            for name, version in found["versions"].items()
        ),
        "",
        "Data",
    ]
    for row in found["data"]:
        here = "found (the original)" if row["original"] else "found"
        state = here if row["found"] else f"missing. {row['how_to_get']}"
        cached = f", cached ({row['bytes'] / 1e6:.1f} MB)" if row["cached"] else ""
        lines.append(f"  {row['name']:10} {row['title']}: {state}{cached}")
    lines += ["", "Folders"]
    for row in found["folders"]:
        note = "" if row["writable"] in (True, None) else "; cannot be written: trained models stay in memory"
        lines.append(f"  {row['what']:20} {row['path']} ({row['bytes'] / 1e6:.1f} MB{note})")
    return "\n".join(lines)


def ready(found: dict[str, Any]) -> bool:
    """Whether the app can run: Python is new enough, every package is there, and one data set is."""
    return (
        sys.version_info >= (3, 11) and all(found["versions"].values()) and any(row["found"] for row in found["data"])
    )
