"""What is resident in memory, shared by all sessions of the page process: models, data, and results computed from them."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from core.store.sizes import bytes_of, device_of

_MB = 1 << 20
_A_CORE = 160 * _MB  # without a GPU: with what programs take, a server with two cores stays below 800 MB (docs/LOG.md)
GROUPS = ("models", "words", "data", "maps", "results")  # the sorts of values, as they are shown
Model = tuple[str, str]  # name and key of a record


@dataclass(frozen=True)
class Resident:
    """One model in memory, or all results of one kind. `last_used` is seconds since the epoch; group: one of GROUPS."""

    key: str
    label: str
    bytes: int
    device: str
    last_used: float
    group: str = "results"


@dataclass(frozen=True)
class About:
    """What the cache is told of a value.

    label:  for a person.
    bytes:  measures the value.
    models: the trained models that it comes from; when one of them is deleted, the value goes too.
    kind:   values of one kind are shown as one line; None for a line of its own.
    group:  one of GROUPS.
    """

    label: str
    bytes: Callable[[Any], int] = bytes_of
    models: frozenset[Model] = frozenset()
    kind: Hashable = None
    group: str = "results"


@dataclass(frozen=True)
class Beside:
    """A store that bounds itself and takes its room in the budget. measure: gives its bytes, and asks nothing of the cache."""

    group: str
    measure: Callable[[], int]


@dataclass
class _Entry:
    value: Any
    about: About
    bytes: int
    device: str
    last_used: float


@dataclass
class _Flight:
    """One `make` in progress and those who wait for it."""

    about: About
    thread: int = field(default_factory=threading.get_ident)
    over: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    value: Any = None
    error: Exception | None = None


def default_budget() -> int:
    """Bytes for all that is resident: LATENT_LAB_MEMORY_MB, else a quarter of the free GPU memory, else 160 MB a core.

    Results lie in the machine's own memory, so that with a GPU a quarter of that is the most, and an eighth without. One core has
    320 MB, too: the largest lesson needs some 200.
    """
    wanted = os.environ.get("LATENT_LAB_MEMORY_MB", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted) * _MB
    if torch.cuda.is_available():
        return min(torch.cuda.mem_get_info()[0] // 4, _own_memory() // 4)
    return max(2 * _A_CORE, min((os.cpu_count() or 1) * _A_CORE, _own_memory() // 8))


def _own_memory() -> int:
    """Bytes of this machine's memory; 8 GB where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 << 30


class ModelCache:
    """Thread-safe, one `make` per key at a time, least recently used out first.

    Eviction only drops the cache's reference: a session that still holds the value goes on with it. The newest
    value always stays, even where it alone is over the budget; without it each rerun would make it again.

    beside: label -> another store, whose bytes are not free for values here; it may grow later.
    """

    def __init__(self, budget: int | None = None, beside: Mapping[str, Beside] | None = None) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()  # oldest use first
        self._used = 0  # bytes of all entries
        self._flights: dict[Hashable, _Flight] = {}
        self._beside = {} if beside is None else beside

    def get(
        self,
        key: str,
        make: Callable[[], nn.Module],
        label: str = "",
        models: Iterable[Model] = (),
        bytes: Callable[[Any], int] = bytes_of,
        group: str = "models",
    ) -> nn.Module:
        """The module under `key`, in eval mode and without gradients; `make` builds it on its device if need be.

        All who wait for the same failing `make` get its exception; the next `get` tries again. The rest as in `About`.
        """
        about = About(label or key, bytes, frozenset(models), group=group)
        return self.value(key, lambda: make().eval().requires_grad_(False), lambda: about)

    def value(self, key: Hashable, make: Callable[[], Any], about: Callable[[], About]) -> Any:
        """The value under `key`, made if need be; failures as in `get`. about: called only where it is made.

        Raises RuntimeError where `make` asks for its own key.
        """
        while True:
            with self._lock:
                entry = self._entries.get(key)
                if entry is not None:
                    self._entries.move_to_end(key)
                    entry.last_used = time.time()
                    return entry.value
                flight = self._flights.get(key)
                mine = flight is None
                if flight is None:
                    flight = self._flights[key] = _Flight(about())
            if mine:
                return self._lead(key, flight, make)
            if flight.thread == threading.get_ident() and not flight.over.is_set():
                raise RuntimeError(f"{flight.about.label}: its computation asks for its own result")
            flight.over.wait()
            if flight.error is not None:
                raise flight.error
            if flight.done:
                return flight.value
            # The leader's script was interrupted (not an error of `make`): somebody else takes the lead.

    def resident(self) -> list[Resident]:
        """What is in memory, most recently used first; results of one kind on one device are one line."""
        with self._lock:
            entries = [*reversed(self._entries.items())]
        lines: dict[Hashable, list[tuple[Hashable, _Entry]]] = {}
        for key, entry in entries:
            line = key if entry.about.kind is None else (entry.about.kind, entry.device)
            lines.setdefault(line, []).append((key, entry))
        now = time.time()
        beside = [Resident(label, label, size, "cpu", now, group) for label, group, size in self._measured() if size]
        return [_line(members) for members in lines.values()] + beside

    def drop(self, key: Hashable) -> bool:
        """Forget a value, also one that is being made; whether it was resident."""
        with self._lock:
            self._flights.pop(key, None)
            return self._remove(key)

    def drop_where(self, test: Callable[[About], bool]) -> None:
        """Forget all values about which `test` is true, also those that are being made."""
        with self._lock:
            for key in [key for key, flight in self._flights.items() if test(flight.about)]:
                del self._flights[key]
            for key in [key for key, entry in self._entries.items() if test(entry.about)]:
                self._remove(key)

    @property
    def budget(self) -> int:
        if self._budget is None:
            self._budget = default_budget()
        return self._budget

    def _lead(self, key: Hashable, flight: _Flight, make: Callable[[], Any]) -> Any:
        try:
            value = make()
            entry = _Entry(value, flight.about, flight.about.bytes(value), device_of(value), time.time())
            flight.value, flight.done = value, True
            beside = sum(size for _, _, size in self._measured())  # without the lock: others have theirs
            with self._lock:
                if self._flights.get(key) is flight:  # else it was dropped meanwhile
                    self._insert(key, entry, self.budget - beside)
            return value
        except Exception as error:
            flight.error = error
            raise
        finally:  # also for a BaseException, with which Streamlit interrupts a script
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]
            flight.over.set()

    def _measured(self) -> list[tuple[str, str, int]]:
        return [(label, other.group, other.measure()) for label, other in list(self._beside.items())]

    def _insert(self, key: Hashable, entry: _Entry, room: int) -> None:
        self._entries[key] = entry
        self._used += entry.bytes
        while self._used > room and len(self._entries) > 1:
            self._remove(next(iter(self._entries)))

    def _remove(self, key: Hashable) -> bool:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._used -= entry.bytes
        return entry is not None


def _line(members: list[tuple[Hashable, _Entry]]) -> Resident:
    """One line of `resident`; the first member was used last."""
    key, newest = members[0]
    label, group = newest.about.label, newest.about.group
    if newest.about.kind is None:
        return Resident(str(key), label, newest.bytes, newest.device, newest.last_used, group)
    size = sum(entry.bytes for _, entry in members)
    named = label if len(members) == 1 else f"{label} (× {len(members):,})"
    return Resident(f"{group}: {label}", named, size, newest.device, newest.last_used, group)


# The one of this process -----------------------------------------------------------------------------------------

_once = threading.Lock()
_shared: ModelCache | None = None
_others: dict[str, Beside] = {}


def shared() -> ModelCache:
    """The cache of this process, made with the first call: all that lasts beyond a run of a page is in its budget."""
    global _shared
    with _once:
        if _shared is None:
            _shared = ModelCache(beside=_others)
        return _shared


def beside(label: str, group: str, measure: Callable[[], int]) -> None:
    """Tell the cache of this process of another store; see `Beside`."""
    _others[label] = Beside(group, measure)
