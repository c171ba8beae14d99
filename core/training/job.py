"""One training run as the board keeps it, and the frozen view of it that pages poll."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.events import Preview, Step
from core.training.thinned import Thinned

HISTORY_ROWS = 200
PREVIEWS = 8
LIVE = ("queued", "starting", "running", "measuring")


@dataclass(frozen=True)
class JobView:
    """A moment of a run. Built at most once a batch of events and shared by all who poll.

    state:       queued | starting | running | measuring | done | failed | stopped.
    position:    1 is next in the queue, 0 is not queued.
    i, total:    of the present phase: while "measuring" they count its own units.
    history:     at most 200 rows {"i", "total", **metrics}, the first and the newest among them.
    preview:     the newest; `previews` an even spread, oldest first, at most 8.
    watchers:    sessions whose page showed the run within the last seconds.
    stored, root: after "done": whether the model is in the cache, and the folder it lies under.
    """

    key: str
    experiment: str
    config: Mapping[str, Any]
    seed: int
    state: str
    position: int
    i: int
    total: int
    metrics: Mapping[str, Any]
    history: tuple[Mapping[str, Any], ...]
    preview: Preview | None
    previews: tuple[Preview, ...]
    device: str
    message: str
    watchers: int
    keep: bool
    stored: bool
    root: str
    submitted: float  # this and the next four: time.monotonic()
    started: float | None
    ended: float | None
    estimated_end: float | None
    built: float

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def seconds(self) -> float:
        """Seconds of training so far, or in all."""
        if self.started is None:
            return 0.0
        return (time.monotonic() if self.ended is None else self.ended) - self.started

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the last step at the pace so far; None where nobody can tell yet."""
        if self.state != "running" or self.estimated_end is None:
            return None
        return max(0.0, self.estimated_end - time.monotonic())


@dataclass(frozen=True)
class Refused:
    """Why a stop was not carried out: so many other sessions watch the run."""

    others: int

    @property
    def message(self) -> str:
        people = "1 other person watches" if self.others == 1 else f"{self.others} other people watch"
        return f"{people} this training; it goes on unless you stop it for everyone."


@dataclass(eq=False)
class Job:
    """The board's own mutable record; read and written under the board's lock alone."""

    key: str
    experiment: str
    config: Mapping[str, Any]
    seed: int
    root: str
    keep: bool = False
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: str = "queued"
    position: int = 0
    device: str = ""
    message: str = ""
    stored: bool = False
    stop_asked: float | None = None
    submitted: float = field(default_factory=time.monotonic)
    started: float | None = None
    ended: float | None = None
    last_beat: float = field(default_factory=time.monotonic)
    sessions: dict[str, float] = field(default_factory=dict)  # session -> its last heartbeat
    dirty: bool = True
    _step: Step | None = None
    _metrics: Mapping[str, Any] = field(default_factory=dict)
    _first: tuple[float, int] | None = None  # (time, i) of the first step: the pace counts from there, not from imports
    _newest_at: float = 0.0
    _history: Thinned[dict[str, Any]] = field(default_factory=lambda: Thinned(HISTORY_ROWS))
    _previews: Thinned[Preview] = field(default_factory=lambda: Thinned(PREVIEWS))
    _preview: Preview | None = None
    _view: JobView | None = None

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def take(self, event: Step | Preview) -> None:
        self.dirty = True
        if isinstance(event, Preview):
            self._preview = event
            self._previews.add(event)
            return
        self.state = "measuring" if event.phase == "measuring" else "running"
        self._step, self._newest_at = event, time.monotonic()
        self._metrics = event.metrics or self._metrics  # measuring has none of its own: the last loss stays to be seen
        if event.phase == "training":
            self._history.add({"i": event.i, "total": event.total, **event.metrics})
            self._first = self._first or (self._newest_at, event.i)

    def beat(self, session: str) -> None:
        now = time.monotonic()
        self.dirty |= session not in self.sessions
        self.sessions[session] = self.last_beat = now

    def watchers(self, within: float, other_than: str | None = None) -> int:
        """Sessions that were heard of within the last seconds."""
        since = time.monotonic() - within
        return sum(at >= since for session, at in self.sessions.items() if session != other_than)

    def view(self, recent: float) -> JobView:
        """The view; the same object until something has happened."""
        if self._view is None or self.dirty:
            step = self._step
            self.dirty = False
            self._view = JobView(
                key=self.key,
                experiment=self.experiment,
                config=self.config,
                seed=self.seed,
                state=self.state,
                position=self.position,
                i=step.i if step else 0,
                total=step.total if step else 0,
                metrics=self._metrics,
                history=self._history.items(),
                preview=self._preview,
                previews=self._previews.items(),
                device=self.device,
                message=self.message,
                watchers=self.watchers(recent),
                keep=self.keep,
                stored=self.stored,
                root=self.root,
                submitted=self.submitted,
                started=self.started,
                ended=self.ended,
                estimated_end=self._estimate(),
                built=time.monotonic(),
            )
        return self._view

    def _estimate(self) -> float | None:
        if self._step is None or self._first is None or self._step.i <= self._first[1]:
            return None
        pace = (self._newest_at - self._first[0]) / (self._step.i - self._first[1])
        return self._newest_at + pace * (self._step.total - self._step.i)
