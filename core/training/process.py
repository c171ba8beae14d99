"""A worker process as the page process sees it: messages out, an inbox of messages back."""

from __future__ import annotations

import contextlib
import logging
import queue
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from core.store import paths
from core.training import wire
from core.training.pulse import Pulse

log = logging.getLogger(__name__)
WAKE = {"type": "wake"}


class WorkerProcess:
    """`python -m core.training.worker` with a reader thread. Its last message is {"type": "ended", "code"}.

    Plain Popen instead of multiprocessing: spawn would import `__main__` again, which Streamlit replaces.
    """

    def __init__(self, device: str) -> None:
        self.ready = False
        self.device = ""
        self.born = time.monotonic()
        self.pulse = Pulse()
        self._inbox: queue.Queue[dict[str, Any]] = queue.Queue()
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "core.training.worker", "--device", device],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=paths.REPOSITORY,
            start_new_session=True,  # Ctrl-C in the terminal is the server's; the worker ends with its stdin
        )
        threading.Thread(target=self._read, daemon=True, name=f"worker-{self.pid}").start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def send(self, message: dict[str, Any]) -> None:
        """Silent where the process is dead: the reader reports that."""
        with contextlib.suppress(OSError, ValueError):
            self._popen.stdin.write(wire.line(message))
            self._popen.stdin.flush()

    def receive(self, timeout: float) -> list[dict[str, Any]]:
        """All messages that are there, waiting up to `timeout` seconds for the first one."""
        batch = []
        with contextlib.suppress(queue.Empty):
            batch.append(self._inbox.get(timeout=max(timeout, 0.001)))
            while True:
                batch.append(self._inbox.get_nowait())
        return batch

    def wake(self) -> None:
        """Let `receive` return at once."""
        self._inbox.put(WAKE)

    def kill(self) -> None:
        self._popen.kill()

    def close(self, patience: float = 1.0) -> None:
        """End the process by ending its stdin; kill it where it does not follow."""
        with contextlib.suppress(OSError):
            self._popen.stdin.close()
        try:
            self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            self._popen.kill()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for text in self._popen.stdout:
                message = wire.parse(text)
                if message is None:
                    log.warning("worker %d wrote a line that is no message", self.pid)
                else:
                    self._inbox.put(message)
        code = self._popen.wait()
        with contextlib.suppress(OSError):
            self._popen.stdin.close()
        self._inbox.put({"type": "ended", "code": code})


def cause(code: int) -> str:
    """How a process ended, for a person: "SIGKILL: perhaps the memory ran out", "exit code 3"."""
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"{name}: perhaps the memory ran out" if name == "SIGKILL" else name
