"""The process that computes maps, as a server sees it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from core.maps.stored import is_map
from core.store import paths
from core.training.process import cause

TIME_LIMIT = 600.0  # seconds for one map
COMMAND = (sys.executable, "-m", "core.maps.umap_process")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


class CannotMap(Exception):
    """A map could not be computed; the message is one sentence."""


class MapProcess:
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

    def compute(self, x: np.ndarray, method: str, settings: Mapping[str, Any]) -> np.ndarray:
        """The map float32 (N, 2) of x float32 (N, D). Raises CannotMap; a process that broke its word is killed, and the next job gets a new one."""
        with tempfile.TemporaryDirectory(prefix=f"latent-lab-{os.getpid()}-map-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            save_file({"x": x}, folder / "x.safetensors")
            reply = self._exchange({"folder": name, "method": method, "settings": dict(settings)})
            if reply is not None and reply.get("error") is not None:
                raise CannotMap(f"The map could not be computed ({reply['error']}).")
            with contextlib.suppress(OSError, SafetensorError, KeyError):
                points = load_file(folder / "points.safetensors")["points"]
                if reply is not None and is_map(points, len(x)):
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

    def kill(self) -> None:
        """End the process now, also while it computes; `compute` then raises CannotMap."""
        self._popen.kill()

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
