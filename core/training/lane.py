"""One device's lane: it hands trainings one by one to its worker process and follows them to their end."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from core.queue import Failed, Queue, Stopped
from core.training import wire
from core.training.job import Job, Saved
from core.training.process import WorkerProcess, cause

log = logging.getLogger(__name__)
START_LIMIT = 180.0  # seconds; importing torch from a cold disk may take a minute
# A worker beats once a second while it trains. SILENT: seconds without any word, of a process that was stopped. STILL: seconds
# without an event and without using the processor, of one that waits for something that does not come, a driver perhaps.
SILENT, STILL = 20.0, 45.0
TRY_AGAIN = "Your page is fine: press Try again."
_EVENTS = {"started": lambda message: None, "step": wire.to_step, "preview": wire.to_preview}


class Lane:
    """A worker that is spawned with the first job and again whenever it has died or had to be killed.

    patience: seconds for a training loop to follow a stop, before its process is killed. tick: seconds between two looks at
    what nobody watches any more.
    """

    def __init__(self, device: str, patience: float, tick: float) -> None:
        self._device, self._patience, self._tick = device, patience, tick
        self.process: WorkerProcess | None = None

    def serve(self, job: Job, queue: Queue[Job]) -> Saved:
        """Bring one job to its end, whatever the worker does. Raises Failed and Stopped."""
        try:
            return self._follow(job, queue)
        except (Failed, Stopped):
            raise
        except Exception:
            self.close()
            raise

    def wake(self) -> None:
        process = self.process
        if process is not None:
            process.wake()

    def close(self) -> None:
        """Drop the worker."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()

    def _follow(self, job: Job, queue: Queue[Job]) -> Saved:
        process = self._worker()
        sent = asked = told = respawned = False
        while True:
            if process.ready and not sent:
                process.send(_request(job))
                process.pulse.begin()
                sent = True
            last, code = self._apply(job, process, queue, self._patience_left(job) if asked else self._tick)
            queue.reap()
            if last is not None:
                return _value(job, last)
            if sent and code is None and process.pulse.stopped(SILENT, STILL):
                log.error("worker %d does not answer", process.pid)
                self.close()
                if job.started is not None or respawned or job.stop_asked is not None:
                    raise Failed(f"The training process did not answer any more and was ended. {TRY_AGAIN}")
                process, respawned, sent, asked = self._worker(), True, False, False
            elif code is not None:
                self.process = None
                # Did it die while it was idle? Not this job's fault. Once, lest a machine without memory loops.
                if not process.ready or job.started is not None or respawned:
                    said = "was killed" if process.ready else "did not start"
                    raise Failed(f"The training process {said} ({cause(code)}). {TRY_AGAIN}")
                process, respawned, sent, asked = self._worker(), True, False, False
            elif job.enough and not told and job.stop_asked is None:
                process.send({"op": "finish", "job": job.id})
                told = True
            elif job.stop_asked is not None and not sent:
                raise Stopped  # the worker goes on starting, for the next job
            elif job.stop_asked is not None and not asked:
                process.send({"op": "stop", "job": job.id})
                asked = True
            elif asked and self._patience_left(job) <= 0:
                self.close()  # a loop that does not listen; SIGKILL needs no consent
                raise Stopped
            elif not process.ready and time.monotonic() - process.born > START_LIMIT:
                self.close()
                raise Failed(f"The training process takes too long to start. {TRY_AGAIN}")

    def _apply(
        self, job: Job, process: WorkerProcess, queue: Queue[Job], seconds: float
    ) -> tuple[Mapping[str, Any] | None, int | None]:
        """Take over what the worker says within so many seconds: the job's last message, and the process's exit code."""
        last, code = None, None
        messages = process.receive(seconds)
        process.pulse.look(messages)
        for message in messages:
            kind = message.get("type")
            if kind == "ready":
                process.ready, process.device = True, str(message["device"])
            elif kind == "ended":
                code = int(message["code"])
            elif message.get("job") != job.id:
                continue  # the tail of an earlier job
            elif kind in ("done", "stopped", "failed"):
                last = message
            elif kind in _EVENTS:
                event = _EVENTS[kind](message)
                with queue.changed:
                    job.begin(process.device)
                    if event is not None:
                        job.take(event)
            elif kind == "learned":
                with queue.changed:
                    job.learn(str(message["root"]))
        return last, code

    def _patience_left(self, job: Job) -> float:
        return (job.stop_asked or 0.0) + self._patience - time.monotonic()

    def _worker(self) -> WorkerProcess:
        if self.process is None or not self.process.alive:
            self.process = WorkerProcess(self._device)
        return self.process


def _value(job: Job, last: Mapping[str, Any]) -> Saved:
    """What the worker's last word on a job means. Raises Failed and Stopped."""
    if last["type"] == "done":
        return Saved(last["root"], last["stored"], last["message"], last.get("early", False))
    if last["type"] == "stopped":
        raise Stopped
    log.error("training %s of %s failed\n%s", job.key, job.request.experiment, last.get("detail", ""))
    raise Failed(last.get("message") or job.message)


def _request(job: Job) -> dict[str, Any]:
    wanted = job.request
    return {
        "op": "train",
        "job": job.id,
        "experiment": wanted.experiment,
        "config": dict(wanted.config),
        "seed": wanted.seed,
        "root": job.root,
    }
