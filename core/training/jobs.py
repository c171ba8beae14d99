"""The board: all training runs of this page process. A queue, one flight per key, stop, and cheap snapshots."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.events import Preview, Step
from core.experiment import config_dict
from core.store import paths
from core.training.job import Job, JobView, Refused
from core.training.lane import Lane

ENDED_KEPT = 64  # views of runs that are over


class Board:
    """Thread-safe. Its threads are daemons: a thread pool would hold up the server's end.

    devices:  one worker process each.
    root:     where models are stored; None is the user's cache.
    grace:    seconds without any heartbeat after which a run ends by itself, unless it is to be kept.
    recent:   seconds within which a session counts as a watcher.
    patience: seconds for a training loop to follow a stop, before its process is killed.
    """

    def __init__(
        self,
        devices: Sequence[str] = ("auto",),
        root: Path | None = None,
        grace: float = 45.0,
        recent: float = 5.0,
        patience: float = 0.7,
    ) -> None:
        self.patience = patience
        self.tick = min(0.5, grace / 4)
        self.closed = False
        self._devices, self._root, self._grace, self._recent = tuple(devices), root, grace, recent
        self._changed = threading.Condition(threading.RLock())  # guards all below and each Job
        self._jobs: dict[str, Job] = {}  # key -> the newest run of it, oldest submission first
        self._queue: deque[Job] = deque()
        self._lanes: list[Lane] = []
        self._lane_of: dict[str, Lane] = {}  # job id -> the lane that serves it

    # For pages ---------------------------------------------------------------------------------------------------

    def submit(
        self,
        experiment: str,
        config: Any,
        seed: int,
        key: str,
        *,
        keep: bool = False,
        session_id: str | None = None,
        again: bool = True,
    ) -> Job:
        """The run of `key`: the live one if there is one, else a new one at the end of the queue.

        With again=False a run that is done and whose model is still on disk is returned too.
        """
        described = dict(config) if isinstance(config, Mapping) else config_dict(config)
        with self._changed:
            if self.closed:
                raise RuntimeError("this board is closed")
            job = self._jobs.get(key)
            if job is None or not self._still_good(job, again):
                if job is not None and job.state == "done":
                    self._remove_temporary(job)
                self._jobs.pop(key, None)
                job = Job(key, experiment, described, seed, str(self._root or paths.models_dir()))
                self._jobs[key] = job
                self._queue.append(job)
                self._number()
                self._forget_oldest()
            job.keep |= keep
            job.dirty = True
            job.last_beat = time.monotonic()
            if session_id is not None:
                job.beat(session_id)
            if not self._lanes:
                self._lanes = [Lane(self, device) for device in self._devices]
            self._changed.notify_all()
            return job

    def snapshot(self, key: str) -> JobView | None:
        with self._changed:
            job = self._jobs.get(key)
            return job.view(self._recent) if job else None

    def snapshots(self) -> list[JobView]:
        """All runs that are known: live ones in their order, then those that are over, newest first."""
        with self._changed:
            views = [job.view(self._recent) for job in self._jobs.values()]
        live = sorted((v for v in views if v.live), key=lambda v: v.position)
        return live + [v for v in reversed(views) if not v.live]

    def watch(self, key: str, session_id: str) -> JobView | None:
        """A heartbeat of a page that shows the run, and the snapshot."""
        with self._changed:
            job = self._jobs.get(key)
            if job is None:
                return None
            if job.live:
                job.beat(session_id)
            return job.view(self._recent)

    def keep(self, key: str) -> None:
        """Let the run go on when nobody watches."""
        with self._changed:
            if key in self._jobs:
                self._jobs[key].keep = True
                self._jobs[key].dirty = True

    def stop(self, key: str, session_id: str = "", force: bool = False) -> Refused | None:
        """Ask the run to stop; it is over within a second. Refused, unless forced, while other sessions watch."""
        with self._changed:
            job = self._jobs.get(key)
            if job is None or not job.live:
                return None
            others = job.watchers(self._recent, other_than=session_id)
            if others and not force:
                return Refused(others)
            self._ask_to_stop(job, "")
            return None

    def wait(self, key: str, timeout: float) -> JobView | None:
        """Block until the run is over, or the timeout; for tests and the command line."""
        with self._changed:
            self._changed.wait_for(lambda: key not in self._jobs or not self._jobs[key].live, timeout)
            return self.snapshot(key)

    def forget(self, key: str) -> None:
        """Drop a run that is over, and its model where that lies in a temporary folder."""
        with self._changed:
            job = self._jobs.get(key)
            if job is not None and not job.live:
                self._remove_temporary(self._jobs.pop(key))

    def close(self) -> None:
        """Stop everything, end the workers, remove temporary models."""
        with self._changed:
            self.closed = True
            for job in list(self._queue):
                self.end(job, "stopped", "")
            self._changed.notify_all()
            lanes = list(self._lanes)
        for lane in lanes:
            lane.wake()
        for lane in lanes:
            lane.join(2.0)
        with self._changed:
            for job in self._jobs.values():
                self._remove_temporary(job)

    # For the lanes -----------------------------------------------------------------------------------------------

    def take(self, lane: Lane) -> Job | None:
        """The next job, waiting for one; None when the board is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self.closed)
            if self.closed:
                return None
            job = self._queue.popleft()
            job.state, job.position, job.dirty = "starting", 0, True
            self._lane_of[job.id] = lane
            self._number()
            return job

    def progress(self, job: Job, device: str, events: Sequence[Step | Preview]) -> None:
        """The worker has begun, or says how far it is."""
        with self._changed:
            if not job.live:
                return
            if job.started is None:
                job.started, job.device, job.state = time.monotonic(), device, "running"
            job.dirty = True
            for event in events:
                job.take(event)

    def end(self, job: Job, state: str, message: str, stored: bool = False, root: str | None = None) -> None:
        with self._changed:
            if not job.live:
                return
            with contextlib.suppress(ValueError):
                self._queue.remove(job)
            job.state, job.message, job.stored, job.ended = state, message, stored, time.monotonic()
            job.root = root or job.root
            job.position, job.dirty = 0, True
            self._lane_of.pop(job.id, None)
            self._number()
            self._changed.notify_all()

    def reap(self) -> None:
        """End the runs that nobody has watched for too long; refresh the count of watchers."""
        now = time.monotonic()
        with self._changed:
            for job in list(self._jobs.values()):
                if not job.live:
                    continue
                job.sessions = {s: at for s, at in job.sessions.items() if now - at <= max(self._grace, self._recent)}
                job.dirty |= job.watchers(self._recent) != job.view(self._recent).watchers
                if not job.keep and job.stop_asked is None and now - job.last_beat > self._grace:
                    self._ask_to_stop(job, "Nobody watched this training any more, so it ended.")

    # Under the lock ----------------------------------------------------------------------------------------------

    def _ask_to_stop(self, job: Job, message: str) -> None:
        if job.state == "queued":
            self.end(job, "stopped", message)
        elif job.stop_asked is None:
            job.stop_asked, job.message, job.dirty = time.monotonic(), message, True
            if job.id in self._lane_of:
                self._lane_of[job.id].wake()

    def _still_good(self, job: Job, again: bool) -> bool:
        if job.live:
            return job.stop_asked is None  # one that is about to stop is nobody's flight any more
        stored = Path(job.root) / job.experiment / job.key / "record.json"
        return job.state == "done" and not again and stored.is_file()

    def _number(self) -> None:
        for position, job in enumerate(self._queue, start=1):
            job.dirty |= job.position != position
            job.position = position

    def _forget_oldest(self) -> None:
        """Keep the newest views of runs that are over, and each whose model lies nowhere else."""
        over = [job for job in self._jobs.values() if not job.live and (job.stored or job.state != "done")]
        for job in over[: max(0, len(over) - ENDED_KEPT)]:
            del self._jobs[job.key]

    @staticmethod
    def _remove_temporary(job: Job) -> None:
        if job.state == "done" and not job.stored:
            shutil.rmtree(job.root, ignore_errors=True)
