"""One device's lane: a thread that takes the board's jobs one by one and hands them to its worker process."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from core.events import Preview, Step
from core.training import wire
from core.training.job import Job
from core.training.process import WorkerProcess, cause

if TYPE_CHECKING:
    from core.training.jobs import Board

log = logging.getLogger(__name__)
START_LIMIT = 180.0  # seconds; importing torch from a cold disk may take a minute
TRY_AGAIN = "Your page is fine: press Try again."


class Lane:
    """A worker that is spawned with the first job and again whenever it has died or had to be killed."""

    def __init__(self, board: Board, device: str) -> None:
        self._board = board
        self._device = device
        self.process: WorkerProcess | None = None
        self._thread = threading.Thread(target=self._loop, daemon=True, name=f"lane-{device}")
        self._thread.start()

    def wake(self) -> None:
        process = self.process
        if process is not None:
            process.wake()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _loop(self) -> None:
        while (job := self._board.take(self)) is not None:
            try:
                self._serve(job)
            except Exception as error:  # the lane must live: other jobs wait in the queue
                log.exception("lane %s", self._device)
                self._drop_worker()
                self._board.end(job, "failed", f"The training process could not be used ({error}). {TRY_AGAIN}")
        self._drop_worker()

    def _serve(self, job: Job) -> None:
        """Bring one job to its end, whatever the worker does."""
        process = self._worker()
        sent = asked = respawned = False
        while job.live:
            if process.ready and not sent:
                process.send(_request(job))
                sent = True
            messages = process.receive(self._patience_left(job) if asked else self._board.tick)
            ended = self._apply(job, process, messages)
            self._board.reap()
            if not job.live:
                return
            if ended is not None:
                self.process = None
                if process.ready and job.started is None and not respawned:
                    # It died while it was idle: not this job's fault. Once, lest a machine without memory loops.
                    process, respawned, sent, asked = self._worker(), True, False, False
                elif process.ready:
                    self._board.end(job, "failed", f"The training process was killed ({cause(ended)}). {TRY_AGAIN}")
                else:
                    self._board.end(job, "failed", f"The training process did not start ({cause(ended)}). {TRY_AGAIN}")
            elif self._board.closed:
                self._drop_worker()
                self._board.end(job, "stopped", "")
            elif job.stop_asked is not None and not sent:
                self._board.end(job, "stopped", job.message)  # the worker goes on starting, for the next job
            elif job.stop_asked is not None and not asked:
                process.send({"op": "stop", "job": job.id})
                asked = True
            elif asked and self._patience_left(job) <= 0:
                self._drop_worker()  # a loop that does not listen; SIGKILL needs no consent
                self._board.end(job, "stopped", job.message)
            elif not process.ready and time.monotonic() - process.born > START_LIMIT:
                self._drop_worker()
                self._board.end(job, "failed", f"The training process takes too long to start. {TRY_AGAIN}")

    def _apply(self, job: Job, process: WorkerProcess, messages: list[dict[str, Any]]) -> int | None:
        """Take over a batch of messages; the exit code where the process has ended."""
        events: list[Step | Preview] = []
        last: dict[str, Any] | None = None
        started = False
        ended = None
        for message in messages:
            kind = message.get("type")
            if kind == "ready":
                process.ready, process.device = True, str(message["device"])
            elif kind == "ended":
                ended = int(message["code"])
            elif message.get("job") != job.id:
                continue  # the tail of an earlier job
            elif kind == "started":
                started = True
            elif kind == "step":
                events.append(wire.to_step(message))
            elif kind == "preview":
                events.append(wire.to_preview(message))
            elif kind in ("done", "stopped", "failed"):
                last = message
        if started or events:
            self._board.progress(job, process.device, events)
        if last is not None:
            if last["type"] == "failed":
                log.error("training %s of %s failed\n%s", job.key, job.experiment, last.get("detail", ""))
            if last["type"] == "done":
                self._board.end(job, "done", last["message"], stored=last["stored"], root=last["root"])
            else:
                self._board.end(job, last["type"], last.get("message") or job.message)
        return ended

    def _patience_left(self, job: Job) -> float:
        return (job.stop_asked or 0.0) + self._board.patience - time.monotonic()

    def _worker(self) -> WorkerProcess:
        if self.process is None or not self.process.alive:
            self.process = WorkerProcess(self._device)
        return self.process

    def _drop_worker(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()


def _request(job: Job) -> dict[str, Any]:
    return {
        "op": "train",
        "job": job.id,
        "experiment": job.experiment,
        "config": dict(job.config),
        "seed": job.seed,
        "root": job.root,
    }
