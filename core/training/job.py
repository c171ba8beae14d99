"""One training run as the board keeps it, and the frozen view of it that pages poll."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core.data import own
from core.events import Preview, Step
from core.queue import State, Task, View
from core.training.thinned import Thinned

HISTORY_ROWS = 200
PREVIEWS = 8
Phase = Literal["starting", "training", "measuring"]


@dataclass(frozen=True)
class Request:
    """What is to be trained: an experiment by its name, with a config and a seed, under the key that names all three."""

    experiment: str
    config: Any
    seed: int
    key: str


@dataclass(frozen=True)
class Saved:
    """Where a trained model lies: under the folder `root`. stored: whether that is the cache and not a temporary folder.
    early: it was asked to finish before its last step, so it is not the model of its key."""

    root: str
    stored: bool
    message: str = ""
    early: bool = False


@dataclass(frozen=True, kw_only=True)
class JobView(View):
    """A moment of a run. Built at most once a batch of events and shared by all who poll.

    phase:       of a run whose state is "running": starting | training | measuring.
    done, total: of the present phase: while "measuring" they count its own units.
    history:     at most 200 rows {"i", "total", **metrics}, the first and the newest among them.
    usual:       seconds that measuring took the last time, or None; `seconds_left` holds them while the run still learns.
    preview:     the newest; `previews` an even spread, oldest first, at most 8.
    watchers:    sessions whose page showed the run within the last seconds.
    stored, root: of a run that is done: whether the model is in the cache, and the folder it lies under.
    learned:     of a run that goes on: the folders under which its model lies as it was, the newest last.
    """

    key: str
    experiment: str
    config: Mapping[str, Any]
    seed: int
    phase: Phase
    metrics: Mapping[str, Any]
    history: tuple[Mapping[str, Any], ...]
    usual: float | None
    preview: Preview | None
    previews: tuple[Preview, ...]
    device: str
    watchers: int
    keep: bool
    stored: bool
    root: str
    learned: tuple[str, ...]
    submitted: float  # this and the next four: time.monotonic()
    started: float | None
    ended: float | None
    estimated_end: float | None
    built: float

    def anonymous(self) -> JobView:
        """The view for people who did not bring what is learned from: neither its name nor what the run says of it."""
        return replace(
            self, value=None, message="", config=own.without_names(self.config, own.OTHERS), metrics={}, history=(), preview=None, previews=(), root="", learned=(),
        )  # fmt: skip

    @property
    def early(self) -> bool:
        """Whether the run is over and has a model of fewer steps than its setting says."""
        return self.state == "done" and isinstance(self.value, Saved) and self.value.early

    @property
    def seconds(self) -> float:
        """Seconds of training so far, or in all."""
        if self.started is None:
            return 0.0
        return (time.monotonic() if self.ended is None else self.ended) - self.started

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end of the phase at its pace so far, and those of the usual measuring; None where nobody can tell
        yet."""
        if not self.live or self.estimated_end is None:
            return None
        return max(0.0, self.estimated_end - time.monotonic())


@dataclass(frozen=True)
class Refused:
    """Why something was not stopped or deleted: so many other sessions look at it. may: who asks may insist."""

    others: int
    may: bool = True
    noun: str = "training"

    @property
    def message(self) -> str:
        people = "1 other person watches" if self.others == 1 else f"{self.others} other people watch"
        if self.may:
            return f"{people} this training; it goes on unless you stop it for everyone."
        return f"{people} this {self.noun}: only who started it, or the teacher, may end that."


def browser_of(session: str) -> str:
    """The browser of a session "browser.tab": who started something in one tab, started it in all of them."""
    return session.partition(".")[0]


class Full(Exception):
    """Too many runs wait already; the message is one sentence for a student."""


@dataclass(eq=False)
class Job(Task):
    """The board's own mutable record; read and written under the queue's lock alone. Its value is a Saved."""

    request: Request = field(kw_only=True)
    root: str = field(kw_only=True)
    recent: float = field(kw_only=True)  # seconds within which a session counts as a watcher
    usual: float | None = field(kw_only=True, default=None)  # seconds of measuring, of the last such run
    measured: float | None = None  # seconds of its own measuring
    _measuring: float | None = None  # when that began
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    phase: Phase = "starting"
    device: str = ""
    stored: bool = False
    enough: bool = False  # it was asked to finish
    learned: tuple[str, ...] = ()
    submitted: float = field(default_factory=time.monotonic)
    started: float | None = None
    ended: float | None = None
    sessions: dict[str, float] = field(default_factory=dict)  # session -> its last heartbeat
    _events: int = 0
    _metrics: Mapping[str, Any] = field(default_factory=dict)
    _first: tuple[float, int] | None = (
        None  # (time, i) of the phase's first step: the pace counts from there, not from imports
    )
    _newest_at: float = 0.0
    _history: Thinned[dict[str, Any]] = field(default_factory=lambda: Thinned(HISTORY_ROWS))
    _previews: Thinned[Preview] = field(default_factory=lambda: Thinned(PREVIEWS))
    _preview: Preview | None = None
    _view: JobView | None = None
    _seen: tuple[Any, ...] = ()  # what the view shows, as far as it changes

    @property
    def forgettable(self) -> bool:
        """A model that lies in a temporary folder lies nowhere else."""
        return self.stored or self.state != "done"

    def begin(self, device: str) -> None:
        """The worker says that it has begun."""
        if self.started is None:
            self.started, self.device, self.phase = time.monotonic(), device, "training"

    def take(self, event: Step | Preview) -> None:
        self._events += 1
        if isinstance(event, Preview):
            self._preview = event
            self._previews.add(event)
            return
        phase: Phase = "measuring" if event.phase == "measuring" else "training"
        if phase != self.phase:
            self.phase, self._first = phase, None
            self._measuring = time.monotonic() if phase == "measuring" else None
        self.done, self.total, self._newest_at = event.i, event.total, time.monotonic()
        self._metrics = event.metrics or self._metrics  # measuring has none of its own: the last loss stays to be seen
        if event.phase == "training":
            self._history.add({"i": event.i, "total": event.total, **event.metrics})
        self._first = self._first or (self._newest_at, event.i)

    def learn(self, root: str) -> None:
        """The worker says where the model lies as it is now. The one before stays as long: a page may be about to read it."""
        self._forget(self.learned[:-1])
        self.learned = (*self.learned[-1:], root)
        self._events += 1

    def _forget(self, roots: tuple[str, ...]) -> None:
        for root in roots:
            shutil.rmtree(root, ignore_errors=True)

    def end(self, state: State, message: str, value: Saved | None) -> None:
        super().end(state, value.message if value is not None else message, value)
        self.ended = time.monotonic()
        self._forget(self.learned)
        self.learned = ()
        if value is not None:
            self.measured = None if self._measuring is None else self.ended - self._measuring
            self.stored, self.root = value.stored, value.root

    def beat(self, session: str) -> None:
        """A session's page shows the run."""
        self.asked = time.monotonic()
        self.sessions = {s: at for s, at in self.sessions.items() if at >= self.asked - self.recent}
        self.sessions[session] = self.asked

    def watchers(self, other_than: str | None = None) -> int:
        """Sessions that were heard of within the last seconds; other_than: of other browsers than this one."""
        since = time.monotonic() - self.recent
        return sum(at >= since for session, at in self.sessions.items() if browser_of(session) != other_than)

    def view(self) -> JobView:
        """The view; the same object until something has happened."""
        seen = (self.state, self.phase, self.position, self.message, self.keep, self.watchers(), self._events)
        if self._view is None or self._seen != seen:
            self._seen, self._view = seen, self._now()
        return self._view

    def _now(self) -> JobView:
        return JobView(
            self.state,
            self.value,
            self.done,
            self.total,
            self.position,
            self.message,
            key=self.key,
            experiment=self.request.experiment,
            config=self.request.config,
            seed=self.request.seed,
            phase=self.phase,
            metrics=self._metrics,
            history=self._history.items(),
            usual=self.usual,
            preview=self._preview,
            previews=self._previews.items(),
            device=self.device,
            watchers=self.watchers(),
            keep=self.keep,
            stored=self.stored,
            root=self.root,
            learned=self.learned,
            submitted=self.submitted,
            started=self.started,
            ended=self.ended,
            estimated_end=self._estimate(),
            built=time.monotonic(),
        )

    def _estimate(self) -> float | None:
        if self._first is None or self.done <= self._first[1]:
            return None if self._measuring is None or self.usual is None else self._measuring + self.usual
        pace = (self._newest_at - self._first[0]) / (self.done - self._first[1])
        later = 0.0 if self.phase == "measuring" else self.usual or 0.0
        return self._newest_at + pace * (self.total - self.done) + later
