"""The messages between the page process and a worker: one JSON object a line."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from core.events import Preview, Step
from core.store.record import json_ready

TYPES = {"uint8": np.uint8, "int32": np.int32}  # of a preview's arrays: pictures, and words or tokens by their number


def line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def parse(text: bytes) -> dict[str, Any] | None:
    """The message in a line, or None for a line that holds none."""
    try:
        message = json.loads(text)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def step_message(job: str, step: Step) -> dict[str, Any]:
    metrics = json_ready(step.metrics)
    return {"type": "step", "job": job, "i": step.i, "total": step.total, "phase": step.phase, "metrics": metrics}


def preview_message(job: str, preview: Preview) -> dict[str, Any]:
    """Arrays travel as base64 of their raw bytes, with their shape and type."""
    arrays = {}
    for name, array in preview.arrays.items():
        if array.dtype.name not in TYPES:
            raise TypeError(f"preview {name!r} must be {' or '.join(TYPES)}, not {array.dtype}")
        raw = np.ascontiguousarray(array).tobytes()
        arrays[name] = {"shape": list(array.shape), "type": array.dtype.name, "data": base64.b64encode(raw).decode()}
    return {"type": "preview", "job": job, "i": preview.i, "arrays": arrays}


def to_step(message: dict[str, Any]) -> Step:
    return Step(message["i"], message["total"], message["metrics"], message["phase"])


def to_preview(message: dict[str, Any]) -> Preview:
    return Preview(
        message["i"],
        {
            name: np.frombuffer(base64.b64decode(packed["data"]), TYPES[packed["type"]]).reshape(packed["shape"])
            for name, packed in message["arrays"].items()
        },
    )
