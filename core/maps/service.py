"""Maps on demand: 2-D pictures of embeddings that no page waits for.

    shown = service.projection("umap", x, n_neighbors=15, key=f"{record.key}/test")
    shown.state     # "working": ask again in a second; "ready": shown.points; "failed": shown.message, retry=True

One low-priority process computes one map after the other, so a server never imports umap or numba. A map is looked up
in memory, in the user's cache and in assets/maps before it is computed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from core.maps import stored
from core.maps.methods import METHODS
from core.maps.process import COMMAND, CannotMap, MapProcess
from core.maps.request import Request, finite

log = logging.getLogger(__name__)

REMEMBERED = 64  # maps, and failures, in memory
WAITING_BYTES = 512 << 20  # of inputs that wait for their turn
ABANDONED = 20.0  # seconds that nobody asked for a map that waits: pages ask once a second
IDLE = 120.0  # seconds until a process without work ends; it holds some 400 MB


@dataclass(frozen=True)
class Map:
    """points: read-only float32 (N, 2) where the state is "ready", else None. message: one sentence for a student."""

    state: Literal["ready", "working", "failed"]
    points: np.ndarray | None
    message: str


def projection(
    method: str, x: torch.Tensor | np.ndarray, *, key: str | None = None, retry: bool = False, **settings: Any
) -> Map:
    """The map of points x (N, D), N from 3 to 20,000, D up to 4,096, or how far it is; never waits for it.

    method:   "umap" or "tsne"; settings are those of its own `check_settings`.
    key:      names the content of x (say model and pictures), so that x is not read on each call. Baked maps need one:
              the last bits of an embedding differ from machine to machine.
    retry:    start anew where the last run failed; without it a failure stays, so that polling pages do not loop.
    Raises ValueError where method, settings or x cannot give a map, TypeError for a setting that does not exist.
    """
    return service().ask(method, x, key=key, retry=retry, **settings)


def found(method: str, shape: tuple[int, int], key: str, **settings: Any) -> np.ndarray | None:
    """The map of the points that `key` names, of that shape (N, D), where it was computed before; nothing is computed, so the
    points themselves are not needed. Raises as `projection`."""
    return service().peek(method, shape, key, **settings)


def bake_map(x: torch.Tensor | np.ndarray, *, method: str = "umap", key: str | None = None, **settings: Any) -> Path:
    """Compute a map in this process and write it to assets/maps; the file. One that is there and whole is kept.

    Raises as `projection`, and OSError.
    """
    request = Request.read(method, x, key, settings)
    path = stored.baked_dir() / f"{request.key}.safetensors"
    if stored.read(path, request.n) is not None:
        return path
    points = METHODS[method].compute(finite(x), **request.settings)
    return stored.write(stored.baked_dir(), request.key, points)


def map_key(fingerprint: str, name: str) -> str:
    """Names the embeddings `name` of the model with this fingerprint, for `projection` and `bake_map`."""
    return f"{fingerprint[:12]}-{name}"


# The service -----------------------------------------------------------------------------------------------------


@dataclass
class _Job:
    key: str
    x: np.ndarray
    method: str
    settings: dict[str, Any]
    asked: float = field(default_factory=time.monotonic)


class Service:
    """Maps in memory, and one thread with one process that computes those that are nowhere; safe for many threads."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._changed = threading.Condition()
        self._ready: OrderedDict[str, np.ndarray] = OrderedDict()
        self._failed: OrderedDict[str, str] = OrderedDict()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()  # in order of arrival, the running one too
        self._thread: threading.Thread | None = None

    def ask(self, method: str, x: Any, *, key: str | None = None, retry: bool = False, **settings: Any) -> Map:
        """See `projection`."""
        request = Request.read(method, x, key, settings)
        key = request.key
        with self._changed:
            if key in self._ready:
                self._ready.move_to_end(key)
                return _ready(self._ready[key])
            if key in self._jobs:
                self._jobs[key].asked = time.monotonic()
                return self._working(key)
            if key in self._failed and not retry:
                return Map("failed", None, self._failed[key])
            points = stored.find(key, request.n)
            if points is not None:
                _remember(self._ready, key, points)
                return _ready(points)
            copied = finite(x).copy()  # the caller may go on to change his
            if sum(job.x.nbytes for job in self._jobs.values()) + copied.nbytes > WAITING_BYTES:
                return Map("failed", None, "Too many maps are waiting to be computed: try again in a minute.")
            self._failed.pop(key, None)
            self._jobs[key] = _Job(key, copied, method, request.settings)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="maps")
                self._thread.start()
            self._changed.notify()
            return self._working(key)

    def peek(self, method: str, shape: tuple[int, int], key: str, **settings: Any) -> np.ndarray | None:
        """See `found`."""
        request = Request.read(method, np.broadcast_to(np.float32(0), shape), key, settings)
        with self._changed:
            if request.key in self._ready:
                self._ready.move_to_end(request.key)
                return self._ready[request.key]
            points = stored.find(request.key, request.n)
            if points is not None:
                _remember(self._ready, request.key, points)
            return points

    def _working(self, key: str) -> Map:
        before = list(self._jobs).index(key)
        if before == 0:
            return Map("working", None, "The map is being computed.")
        return Map("working", None, f"The map waits for {before} other map{'s' if before > 1 else ''}.")

    def _work(self) -> None:
        """The thread: takes jobs until there has been none for a while."""
        process: MapProcess | None = None
        while (job := self._next()) is not None:
            try:
                if process is None or not process.alive:
                    process = MapProcess(self._command)
                points = process.compute(job.x, job.method, job.settings)
            except Exception as error:
                if not isinstance(error, CannotMap):
                    log.exception("map %s", job.key)
                    error = CannotMap(f"The map could not be computed ({error}).")
                with self._changed:
                    _remember(self._failed, job.key, str(error))
                    del self._jobs[job.key]
                continue
            try:
                stored.write(stored.cache_dir(), job.key, points)
            except Exception as error:  # whatever it is, the thread must live: others wait
                log.warning("map %s stays in memory: %s", job.key, error)
            with self._changed:
                _remember(self._ready, job.key, points)
                del self._jobs[job.key]
        if process is not None:
            process.close()

    def _next(self) -> _Job | None:
        """The job to compute now, waiting for one; None, and no thread any more, where none came."""
        with self._changed:
            while True:
                for job in list(self._jobs.values()):
                    if time.monotonic() - job.asked <= ABANDONED:
                        return job
                    del self._jobs[job.key]
                if not self._changed.wait(IDLE) and not self._jobs:
                    self._thread = None
                    return None


_service: Service | None = None
_making = threading.Lock()


def service() -> Service:
    """The one service of this process."""
    global _service
    with _making:
        _service = _service or Service()
        return _service


def _ready(points: np.ndarray) -> Map:
    return Map("ready", points, "The map is ready.")


def _remember(shelf: OrderedDict[str, Any], key: str, value: Any) -> None:
    if isinstance(value, np.ndarray):
        value.flags.writeable = False  # shared by all sessions
    shelf[key] = value
    shelf.move_to_end(key)
    if len(shelf) > REMEMBERED:
        shelf.popitem(last=False)
