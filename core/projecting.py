"""Maps on demand: 2-D pictures of embeddings that no page waits for.

    shown = projecting.projection("umap", x, n_neighbors=15, key=f"{record.key}/test")
    shown.state     # "working": ask again in a second; "ready": shown.points; "failed": shown.message, retry=True

One low-priority process computes one map after the other, so a server never imports umap or numba. A map is looked up
in memory, in the user's cache and in assets/maps before it is computed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, load_file, save, save_file

from core.analysis import tsne_map, umap_map
from core.store import atomic, paths
from core.training.process import cause

log = logging.getLogger(__name__)

METHODS = {"umap": (umap_map.check_settings, umap_map.umap_2d), "tsne": (tsne_map.check_settings, tsne_map.tsne_2d)}
VERSION = 1  # raise it when the same input gives another map
POINTS, VALUES = (3, 20_000), (1, 4_096)  # fewest and most of N and D
REMEMBERED = 64  # maps, and failures, in memory
WAITING_BYTES = 512 << 20  # of inputs that wait for their turn
ABANDONED = 20.0  # seconds that nobody asked for a map that waits: pages ask once a second
IDLE = 120.0  # seconds until a process without work ends; it holds some 400 MB
TIME_LIMIT = 600.0  # seconds for one map
COMMAND = (sys.executable, "-m", "core.analysis.umap_process")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Map:
    """points: read-only float32 (N, 2) where the state is "ready", else None. message: one sentence for a student."""

    state: Literal["ready", "working", "failed"]
    points: np.ndarray | None
    message: str


class CannotMap(Exception):
    """A map could not be computed; the message is one sentence."""


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
    request = _Request.read(method, x, key, settings)
    path = baked_dir() / f"{request.key}.safetensors"
    if _read(path, request.n) is not None:
        return path
    points = METHODS[method][1](_values(x), **request.settings)
    return _write(baked_dir(), request.key, points)


def map_key(fingerprint: str, name: str) -> str:
    """Names the embeddings `name` of the model with this fingerprint, for `projection` and `bake_map`."""
    return f"{fingerprint[:12]}-{name}"


def cache_dir() -> Path:
    return paths.cache_root() / "maps"


def baked_dir() -> Path:
    return paths.REPOSITORY / "assets" / "maps"


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
        request = _Request.read(method, x, key, settings)
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
            points = _find(key, request.n)
            if points is not None:
                _remember(self._ready, key, points)
                return _ready(points)
            values = _values(x).copy()  # the caller may go on to change his
            if sum(job.x.nbytes for job in self._jobs.values()) + values.nbytes > WAITING_BYTES:
                return Map("failed", None, "Too many maps are waiting to be computed: try again in a minute.")
            self._failed.pop(key, None)
            self._jobs[key] = _Job(key, values, method, request.settings)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="maps")
                self._thread.start()
            self._changed.notify()
            return self._working(key)

    def peek(self, method: str, shape: tuple[int, int], key: str, **settings: Any) -> np.ndarray | None:
        """See `found`."""
        request = _Request.read(method, np.broadcast_to(np.float32(0), shape), key, settings)
        with self._changed:
            if request.key in self._ready:
                self._ready.move_to_end(request.key)
                return self._ready[request.key]
            points = _find(request.key, request.n)
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
        process: _Process | None = None
        while (job := self._next()) is not None:
            try:
                if process is None or not process.alive:
                    process = _Process(self._command)
                points = process.compute(job)
            except Exception as error:
                if not isinstance(error, CannotMap):
                    log.exception("map %s", job.key)
                    error = CannotMap(f"The map could not be computed ({error}).")
                with self._changed:
                    _remember(self._failed, job.key, str(error))
                    del self._jobs[job.key]
                continue
            try:
                _write(cache_dir(), job.key, points)
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


class _Process:
    """The process as the thread sees it. It ends with its stdin, also where the server is killed."""

    def __init__(self, command: Sequence[str]) -> None:
        self._popen = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=paths.REPOSITORY,
            env={**os.environ, **ONE_THREAD},
            start_new_session=True,  # Ctrl-C in the terminal is the server's
        )

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def compute(self, job: _Job) -> np.ndarray:
        """Float32 (N, 2). Raises CannotMap; a process that broke its word is killed, and the next job gets a new one."""
        with tempfile.TemporaryDirectory(prefix="latent-lab-map-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            save_file({"x": job.x}, folder / "x.safetensors")
            reply = self._exchange({"folder": name, "method": job.method, "settings": job.settings})
            if reply is not None and reply.get("error") is not None:
                raise CannotMap(f"The map could not be computed ({reply['error']}).")
            with contextlib.suppress(OSError, SafetensorError, KeyError):
                points = load_file(folder / "points.safetensors")["points"]
                if reply is not None and _is_map(points, len(job.x)):
                    return points
        self.close(patience=0)
        raise CannotMap("The process that computes maps gave no map: try again.")

    def _exchange(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The reply, or None where it is none. Raises CannotMap where the process ended or takes too long."""
        late = threading.Event()
        timer = threading.Timer(TIME_LIMIT, lambda: (late.set(), self._popen.kill()))
        timer.daemon = True
        timer.start()
        try:
            with contextlib.suppress(OSError):  # a process that died is seen below
                self._popen.stdin.write(json.dumps(request).encode() + b"\n")
                self._popen.stdin.flush()
            line = self._popen.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            self.close(patience=1)
            if late.is_set():
                raise CannotMap(f"The map took longer than {TIME_LIMIT / 60:.0f} minutes and was given up.")
            raise CannotMap(f"The process that computes maps was killed ({cause(self._popen.returncode)}): try again.")
        try:
            reply = json.loads(line)
        except ValueError:
            return None
        return reply if isinstance(reply, dict) else None

    def close(self, patience: float = 5.0) -> None:
        """End the process by ending its stdin; kill it where it does not follow."""
        with contextlib.suppress(OSError):
            self._popen.stdin.close()
        try:
            self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._popen.stdout.close()


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


# What is asked for ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Request:
    """A checked request; `key` is the hash of method, settings, version, shape and content."""

    key: str
    n: int
    method: str
    settings: dict[str, Any]

    @classmethod
    def read(cls, method: str, x: Any, key: str | None, settings: dict[str, Any]) -> _Request:
        if method not in METHODS:
            raise ValueError(f"there is no map {method!r}; allowed: {', '.join(METHODS)}")
        settings = METHODS[method][0](**settings)
        shape = tuple(x.shape)
        if len(shape) != 2 or not all(
            least <= s <= most for s, (least, most) in zip(shape, (POINTS, VALUES), strict=True)
        ):
            raise ValueError(
                f"x has the shape {shape}; a map needs {POINTS[0]} to {POINTS[1]:,} points "
                f"of {VALUES[0]} to {VALUES[1]:,} values"
            )
        named = json.dumps([VERSION, method, settings, shape, key], sort_keys=True)
        digest = hashlib.sha256(named.encode())
        if key is None:
            digest.update(_array(x))
        return cls(digest.hexdigest()[:32], shape[0], method, settings)


def _array(x: Any) -> np.ndarray:
    """x as a float32 array, contiguous; x itself where it is one."""
    if isinstance(x, torch.Tensor):
        x = x.detach().to("cpu")
        x = x.float().numpy() if x.is_floating_point() else x.numpy()
    if x.dtype.kind not in "biuf":
        raise ValueError(f"x holds {x.dtype}; a map needs numbers")
    with np.errstate(over="ignore"):  # said below
        return np.ascontiguousarray(x, dtype=np.float32)


def _values(x: Any) -> np.ndarray:
    values = _array(x)
    if not np.isfinite(values).all():
        raise ValueError("x has values that are not finite")
    return values


# Maps on disk ----------------------------------------------------------------------------------------------------


def _find(key: str, n: int) -> np.ndarray | None:
    """The stored map of n points; a damaged file counts as none and is replaced by the next map of its key."""
    for folder in (cache_dir(), baked_dir()):
        points = _read(folder / f"{key}.safetensors", n)
        if points is not None:
            return points
    return None


def _read(path: Path, n: int) -> np.ndarray | None:
    try:
        if path.stat().st_size > 8 * n + 1_000:  # points, checksum and header
            raise ValueError("it is too long")
        stored = load(path.read_bytes())
        points = stored["points"]
        if not _is_map(points, n) or stored["sha256"].tobytes() != hashlib.sha256(points.tobytes()).digest():
            raise ValueError("it is not what was stored")
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        log.warning("map %s cannot be used: %s", path, error)
        return None
    return points


def _write(folder: Path, key: str, points: np.ndarray) -> Path:
    """Store a map atomically; where it lies. Raises OSError."""
    path = folder / f"{key}.safetensors"
    temporary = folder / f".tmp-{key}-{uuid.uuid4().hex[:8]}"
    checksum = np.frombuffer(hashlib.sha256(points.tobytes()).digest(), np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    atomic.sweep(folder)
    temporary.mkdir()
    try:
        atomic.write(temporary / path.name, save({"points": points, "sha256": checksum}))
        atomic.put_in_place(temporary / path.name, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return path


def _is_map(points: np.ndarray, n: int) -> bool:
    return points.shape == (n, 2) and points.dtype == np.float32 and bool(np.isfinite(points).all())
