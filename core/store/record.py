"""The record of one trained model: what it is, how it was trained, and the checksums of its files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")  # an experiment
KEY = re.compile(r"[0-9a-f]{16}")  # see Experiment.key
MODEL, CHECKPOINTS, PREVIEWS = "model.safetensors", "checkpoints.safetensors", "previews.safetensors"
SEAL = "seal"
FILES = (MODEL, CHECKPOINTS, PREVIEWS)


class Damaged(Exception):
    """A stored model is not what its record says; the message is one sentence."""


@dataclass(frozen=True)
class Record:
    """One trained model. Shared by all sessions: treat the mappings as read-only. A key: equal ones are the same model.

    config:      JSON-ready values; `Experiment.strict` turns them into a config.
    history:     at most 200 rows {"i", "total", **metrics}; a metric that was not finite is None.
    checkpoints: the steps of the stored younger models, oldest first.
    files:       file name -> {"sha256", "bytes"}; empty as long as the model is not stored.
    seconds:     of training by the clock. On cores that other work used as well it is more than the training needs.
    processor_seconds: of all its threads together; 0 where it was not recorded.
    threads:     torch's threads, on which the last bits of the weights depend; 0 where they were not recorded.
    """

    name: str
    key: str
    version: int
    config: Mapping[str, Any]
    seed: int
    device: str
    seconds: float
    steps: int
    metrics: Mapping[str, Any]
    history: tuple[Mapping[str, Any], ...]
    created: str
    parameters: int
    checkpoints: tuple[int, ...] = ()
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    threads: int = 0
    processor_seconds: float = 0.0

    def __hash__(self) -> int:
        return hash((self.name, self.key, self.fingerprint))

    @property
    def bytes(self) -> int:
        """Size on disk, without the record itself."""
        return sum(entry["bytes"] for entry in self.files.values())

    @property
    def fingerprint(self) -> str:
        """The weights' own checksum: two trainings of one key may differ in the last bit."""
        return self.files[MODEL]["sha256"] if MODEL in self.files else ""

    @property
    def machine(self) -> str:
        """The device and the threads it was trained with: "CPU, 2 cores, 1 thread"."""
        if not self.threads:
            return self.device
        return f"{self.device}, {self.threads} thread{'s' if self.threads > 1 else ''}"

    def to_json(self) -> str:
        raw = json_ready(dataclasses.asdict(self))
        return json.dumps({**raw, SEAL: _seal(raw)}, indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Record:
        """The record in `text`; raises Damaged unless each field is there with its type, and it is what was stored."""
        try:
            raw = json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise Damaged("record.json is no JSON.") from error
        if isinstance(raw, dict) and SEAL in raw and raw.pop(SEAL) != _seal(raw):
            raise Damaged("record.json is not what was stored.")
        if not isinstance(raw, dict) or not _NEEDED <= set(raw) <= set(_CHECKS):
            raise Damaged("record.json does not hold the fields of a record.")
        for name, value in raw.items():
            if not _CHECKS[name](value):
                raise Damaged(f"record.json holds an impossible value for {name}.")
        return cls(**raw | {"history": tuple(raw["history"]), "checkpoints": tuple(raw["checkpoints"])})


def check(name: str, key: str) -> None:
    """Raises ValueError unless both are safe as folder names; called before they touch a path."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no experiment's name")
    if not KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no model's key")


def json_ready(value: Any) -> Any:
    """The same value with None for every number that JSON cannot hold (nan, inf); tuples become lists."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): json_ready(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(inner) for inner in value]
    return value


def _seal(raw: Mapping[str, Any]) -> str:
    """The checksum of a record's own fields; records that ship, and those of older versions, have none."""
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 200


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _row(value: Any) -> bool:
    """Whether this is a row of the history: numbers by their names."""
    return isinstance(value, dict) and all(v is None or isinstance(v, int | float) for v in value.values())


def _is_file(item: tuple[Any, Any]) -> bool:
    name, entry = item
    return (
        name in FILES
        and isinstance(entry, dict)
        and set(entry) == {"sha256", "bytes"}
        and isinstance(entry["sha256"], str)
        and re.fullmatch(r"[0-9a-f]{64}", entry["sha256"]) is not None
        and _count(entry["bytes"])
    )


def _duration(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


_CHECKS = {
    "name": lambda v: isinstance(v, str) and NAME.fullmatch(v) is not None,
    "key": lambda v: isinstance(v, str) and KEY.fullmatch(v) is not None,
    "version": _integer,
    "config": _object,
    "seed": _integer,
    "device": _text,
    "seconds": _duration,
    "steps": _count,
    "metrics": _object,
    "history": lambda v: isinstance(v, list) and len(v) <= 1000 and all(map(_row, v)),
    "created": _text,
    "parameters": _count,
    "checkpoints": lambda v: isinstance(v, list) and all(map(_count, v)),
    "files": lambda v: isinstance(v, dict) and MODEL in v and all(map(_is_file, v.items())),
    "threads": _count,
    "processor_seconds": _duration,
}
_NEEDED = set(_CHECKS) - {"threads", "processor_seconds"}  # records of older versions lack these
