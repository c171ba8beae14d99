"""Maps on demand: 2-D pictures of embeddings that no page waits for.

    shown = service.projection("umap", x, n_neighbors=15, key=f"{record.key}/test")
    shown.state     # "queued" or "running": ask again in a second; "done": shown.value; "failed": shown.message, retry=True

One low-priority process computes one map after the other, so a server never imports umap or numba. A map is looked up
in memory, in the user's cache and in assets/maps before it is computed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.maps import stored
from core.maps.methods import METHODS
from core.maps.process import COMMAND, CannotMap, MapProcess
from core.maps.request import Request, finite
from core.queue import Failed, Queue, Rules, Stopped, Task, View
from core.store import cache

log = logging.getLogger(__name__)

REMEMBERED = 64  # maps and failures in memory
WAITING_BYTES = 512 << 20  # of inputs that wait for their turn
ABANDONED = 20.0  # seconds that nobody asked for a map that waits: pages ask once a second
IDLE = 120.0  # seconds until a process without work ends; it holds some 400 MB


def projection(
    method: str, x: torch.Tensor | np.ndarray, *, key: str | None = None, retry: bool = False, **settings: Any
) -> View:
    """The map of points x (N, D), N from 3 to 20,000, D up to 4,096, or how far it is; never waits for it.

    The value of a map that is done is read-only float32 (N, 2).

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


@dataclass(frozen=True)
class _Wanted:
    """What the process needs: points float32 (N, D), the method and its settings."""

    x: np.ndarray
    method: str
    settings: Mapping[str, Any]


class _Full(Exception):
    """Too many inputs wait."""


class _Lane:
    """Has maps computed by a process, and stores them."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: MapProcess | None = None

    def serve(self, task: Task, queue: Queue[Task]) -> np.ndarray:
        with queue.changed:
            task.keep = True  # a map that has begun is finished: another page will want it
        if self._process is None or not self._process.alive:
            self._process = MapProcess(self._command)
        if task.stop_asked is not None:
            raise Stopped
        wanted: _Wanted = task.work
        try:
            points = self._process.compute(wanted.x, wanted.method, wanted.settings)
        except CannotMap as error:
            raise (Failed(str(error)) if task.stop_asked is None else Stopped()) from error
        try:
            stored.write(stored.cache_dir(), task.key, points)
        except Exception as error:  # whatever it is, the map is there
            log.warning("map %s stays in memory: %s", task.key, error)
        return _shared(points)

    def wake(self) -> None:
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        if self._process is not None:
            self._process.close()


class Service:
    """The queue of maps: one process computes those that are nowhere. Safe for many threads."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        rules = Rules(ABANDONED, REMEMBERED, IDLE, failed="The map could not be computed ({error}).")
        self.queue: Queue[Task] = Queue("maps", [lambda: _Lane(command)], rules)

    def ask(self, method: str, x: Any, *, key: str | None = None, retry: bool = False, **settings: Any) -> View:
        """See `projection`."""
        request = Request.read(method, x, key, settings)

        def made() -> Task:
            points = stored.find(request.key, request.n)
            if points is not None:
                return Task(request.key, state="done", value=_shared(points))
            copied = finite(x).copy()  # the caller may go on to change his
            if self._waiting() + copied.nbytes > WAITING_BYTES:
                raise _Full
            return Task(request.key, _Wanted(copied, method, request.settings))

        try:
            with self.queue.changed:
                shown = self.queue.ask(request.key, made, retry)
                ahead = self.queue.ahead(self.queue.get(request.key)) if shown.live else 0
        except _Full:
            return View("failed", message="Too many maps are waiting to be computed: try again in a minute.")
        if shown.live:
            waits = f"The map waits for {ahead} other map{'s' if ahead > 1 else ''}."
            return replace(shown, message=waits if ahead else "The map is being computed.")
        return shown

    def bytes(self) -> int:
        """What the maps in memory take, and the points that wait for theirs."""
        with self.queue.changed:
            maps = [task.value.nbytes for task in self.queue.tasks() if task.value is not None]
            return sum(maps) + self._waiting()

    def _waiting(self) -> int:
        return sum(task.work.x.nbytes for task in self.queue.tasks() if task.live)

    def peek(self, method: str, shape: tuple[int, int], key: str, **settings: Any) -> np.ndarray | None:
        """See `found`."""
        request = Request.read(method, np.broadcast_to(np.float32(0), shape), key, settings)
        with self.queue.changed:
            known = self.queue.get(request.key)
            if known is not None and known.state == "done":
                return self.queue.ask(request.key, lambda: known).value  # asked for, so it stays longest
            points = stored.find(request.key, request.n)
            if points is not None and (known is None or not known.live):
                self.queue.put(Task(request.key, state="done", value=_shared(points)))
            return points


_service: Service | None = None
_making = threading.Lock()


def service() -> Service:
    """The one service of this process."""
    global _service
    with _making:
        if _service is None:
            _service = Service()
            cache.beside("Maps, and points that wait for one", "maps", _service.bytes)
        return _service


def _shared(points: np.ndarray) -> np.ndarray:
    """The points, read-only: all sessions see the same."""
    points.flags.writeable = False
    return points
