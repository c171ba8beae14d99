"""The board: all training runs of this page process, on one queue, with those who watch them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from core.experiment import config_dict
from core.queue import Queue, Rules
from core.store import paths
from core.training.job import Full, Job, JobView, Refused, Request, browser_of
from core.training.lane import TRY_AGAIN, Lane

ENDED_KEPT = 64  # views of runs that are over
EARLY_KEPT = 16  # models of runs that were asked to finish early; they lie in temporary folders
EARLIER = 3  # runs of a session whose losses are shown behind a new one
MOST_OF_ONE, MOST = 12, 40  # runs that wait or train: of one session, and in all
RULES = Rules(
    silence=45.0,
    kept=ENDED_KEPT,
    idle=None,
    abandoned="Nobody watched this training any more, so it ended.",
    failed=f"The training process could not be used ({{error}}). {TRY_AGAIN}",
)


class Board:
    """Thread-safe. One flight per key; a run is stopped by its watchers, or when it has none left.

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
        grace: float = RULES.silence,
        recent: float = 5.0,
        patience: float = 0.7,
    ) -> None:
        lanes = [partial(Lane, device, patience, min(0.5, grace / 4)) for device in devices]
        self.queue: Queue[Job] = Queue("lane", lanes, replace(RULES, silence=grace))
        self._root, self._recent = root, recent

    @property
    def closed(self) -> bool:
        return self.queue.closed

    def submit(self, request: Request, *, keep: bool = False, session_id: str | None = None, again: bool = True) -> Job:
        """The run of the request's key: the live one if there is one, else a new one at the end of the queue.

        With again=False a run that is done and whose model is still on disk is returned too. Raises RuntimeError where the
        board is closed, Full where too many runs wait: then those that nobody watches go first.
        """
        config = request.config
        described = dict(config) if isinstance(config, Mapping) else config_dict(config)
        with self.queue.changed:
            job = self.queue.get(request.key)
            if job is None or self.closed or not self._still_good(job, again):
                self._make_room(session_id)
                fresh = Job(
                    request.key,
                    owner=browser_of(session_id or ""),
                    request=replace(request, config=described),
                    root=str(self._root or paths.models_dir()),
                    recent=self._recent,
                    usual=self._usual(request.experiment),
                )
                self.queue.put(fresh)
                if job is not None:
                    self._remove_temporary(job)
                job = fresh
            job.keep |= keep
            job.asked = time.monotonic()
            if session_id is not None:
                job.beat(session_id)
            return job

    def snapshot(self, key: str) -> JobView | None:
        """The view of the newest run of this key."""
        with self.queue.changed:
            job = self.queue.get(key)
            return job.view() if job else None

    def snapshots(self) -> list[JobView]:
        """All runs that are known: live ones in their order, then those that are over, newest first."""
        with self.queue.changed:
            views = [job.view() for job in self.queue.tasks()]
        live = sorted((v for v in views if v.live), key=lambda v: v.position)
        return live + [v for v in reversed(views) if not v.live]

    def watch(self, key: str, session_id: str) -> JobView | None:
        """A heartbeat of a page that shows the run, and the snapshot."""
        with self.queue.changed:
            job = self.queue.get(key)
            if job is None:
                return None
            if job.live:
                job.beat(session_id)
            return job.view()

    def keep(self, key: str) -> None:
        """Let the run go on when nobody watches."""
        with self.queue.changed:
            job = self.queue.get(key)
            if job is not None:
                job.keep = True

    def stop(self, key: str, session_id: str = "", force: bool = False, teacher: bool = False) -> Refused | None:
        """Ask the run to stop; it is over within a second. Refused while others watch, unless who started it, or a teacher,
        forces it. Without a session it is the program itself that asks, and may."""
        with self.queue.changed:
            job, refused = self._may_end(key, session_id, force, teacher)
            if job is not None:
                self.queue.stop(job)
            return refused

    def finish(self, key: str, session_id: str = "", force: bool = False, teacher: bool = False) -> Refused | None:
        """As `stop`, but a run that learns keeps what it has: it takes no further step, is measured, and is done."""
        with self.queue.changed:
            job, refused = self._may_end(key, session_id, force, teacher)
            if job is not None and job.phase == "training" and job.done:
                job.enough = True
                self.queue.poke(job)
            elif job is not None:
                self.queue.stop(job)
            return refused

    def _may_end(self, key: str, session_id: str, force: bool, teacher: bool) -> tuple[Job | None, Refused | None]:
        """The live run of this key if it may be ended now, or why not."""
        job = self.queue.get(key)
        if job is None or not job.live:
            return None, None
        others = job.watchers(other_than=browser_of(session_id))
        may = teacher or not session_id or job.owner == browser_of(session_id)
        return (None, Refused(others, may)) if others and not (force and may) else (job, None)

    def saw(self, key: str, session_id: str) -> bool:
        """Whether this browser asked for the newest run of this key, or had a page that showed it."""
        with self.queue.changed:
            job = self.queue.get(key)
            return job is not None and browser_of(session_id) in {job.owner, *map(browser_of, job.sessions)} - {""}

    def histories(self, run: JobView, session_id: str) -> list[tuple[Mapping[str, Any], ...]]:
        """Of the last runs of the same experiment that this browser saw and that are over: their losses, newest last."""
        browser = browser_of(session_id)
        with self.queue.changed:
            found = [
                job.view().history
                for job in self.queue.tasks()
                if not job.live and job.request.experiment == run.experiment
                and browser in {job.owner, *map(browser_of, job.sessions)} - {""}
            ]  # fmt: skip
        return [rows for rows in found if len(rows) > 1][-EARLIER:]

    def started_by(self, key: str) -> str | None:
        """The browser that asked for the newest run of this key; None where there was none, or nobody knows."""
        with self.queue.changed:
            job = self.queue.get(key)
            return (job.owner or None) if job is not None else None

    def wait(self, key: str, timeout: float) -> JobView | None:
        """Block until the run is over, or the timeout; for tests and the command line."""
        self.queue.wait(key, timeout)
        return self.snapshot(key)

    def forget(self, key: str) -> None:
        """Drop a run that is over, and its model where that lies in a temporary folder."""
        job = self.queue.forget(key)
        if job is not None:
            self._remove_temporary(job)

    def close(self) -> None:
        """Stop everything, end the workers, remove temporary models."""
        self.queue.close(patience=2.0)
        for job in self.queue.tasks():
            self._remove_temporary(job)

    def _usual(self, experiment: str) -> float | None:
        """Seconds that measuring took the last time; None where no such run was measured yet."""
        took = (j.measured for j in reversed(self.queue.tasks()) if j.request.experiment == experiment)
        return next((seconds for seconds in took if seconds is not None), None)

    def _make_room(self, session: str | None) -> None:
        """Raises Full where there is none."""
        early = [job.key for job in self.queue.tasks() if job.view().early]
        for key in early[: max(0, len(early) - EARLY_KEPT)]:
            self.forget(key)
        live = [job for job in self.queue.tasks() if job.live and job.stop_asked is None]
        own = sum(job.owner == browser_of(session) for job in live) if session else 0
        if own >= MOST_OF_ONE:
            raise Full(f"{own} trainings that you asked for wait already: ask for more when some are over.")
        if len(live) < MOST:
            return
        unwatched = [job for job in live if job.state == "queued" and job.watchers() == 0]
        if not unwatched:
            raise Full(f"{len(live)} trainings wait already: try again when some are over.")
        self.queue.stop(unwatched[-1], "Others wait, and nobody watched this training any more, so it ended.")

    @staticmethod
    def _still_good(job: Job, again: bool) -> bool:
        """Whether asking for a run's key means this run."""
        if job.live:
            return job.stop_asked is None  # one that is about to stop is nobody's flight any more
        stored = Path(job.root) / job.request.experiment / job.key / "record.json"
        return job.state == "done" and not again and stored.is_file()

    @staticmethod
    def _remove_temporary(job: Job) -> None:
        if job.state == "done" and not job.stored:
            shutil.rmtree(job.root, ignore_errors=True)
