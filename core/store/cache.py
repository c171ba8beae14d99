"""Models that are resident on the device, shared by all sessions of the page process."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

_MB = 1 << 20


@dataclass(frozen=True)
class Resident:
    """One model in memory. `last_used` is seconds since the epoch."""

    key: str
    label: str
    bytes: int
    device: str
    last_used: float


@dataclass
class _Flight:
    """One `make` in progress and those who wait for it."""

    over: threading.Event = field(default_factory=threading.Event)
    module: nn.Module | None = None
    error: Exception | None = None


def default_budget() -> int:
    """Bytes for resident models: LATENT_LAB_MEMORY_MB, else a quarter of the free GPU memory, else 512 MB."""
    wanted = os.environ.get("LATENT_LAB_MEMORY_MB", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted) * _MB
    if torch.cuda.is_available():
        return torch.cuda.mem_get_info()[0] // 4
    return 512 * _MB


class ModelCache:
    """Thread-safe, one `make` per key at a time, least recently used out first.

    Eviction only drops the cache's reference: a session that still holds the module goes on with it. The newest
    model always stays, even where it alone is over the budget; without it each rerun would load it again.
    """

    def __init__(self, budget: int | None = None) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[nn.Module, Resident]] = OrderedDict()  # oldest use first
        self._flights: dict[str, _Flight] = {}

    def get(self, key: str, make: Callable[[], nn.Module], label: str = "") -> nn.Module:
        """The module under `key`, in eval mode and without gradients; `make` builds it on its device if need be.

        All who wait for the same failing `make` get its exception; the next `get` tries again.
        """
        while True:
            with self._lock:
                if key in self._entries:
                    return self._touch(key)
                flight = self._flights.get(key)
                mine = flight is None
                if flight is None:
                    flight = self._flights[key] = _Flight()
            if mine:
                return self._lead(key, flight, make, label)
            flight.over.wait()
            if flight.error is not None:
                raise flight.error
            if flight.module is not None:
                return flight.module
            # The leader's script was interrupted (not an error of `make`): somebody else takes the lead.

    def resident(self) -> list[Resident]:
        """What is in memory, most recently used first."""
        with self._lock:
            return [entry for _, entry in reversed(self._entries.values())]

    def drop(self, key: str) -> bool:
        """Forget a model, also one that is being made; whether it was resident."""
        with self._lock:
            self._flights.pop(key, None)
            return self._entries.pop(key, None) is not None

    @property
    def budget(self) -> int:
        if self._budget is None:
            self._budget = default_budget()
        return self._budget

    def _lead(self, key: str, flight: _Flight, make: Callable[[], nn.Module], label: str) -> nn.Module:
        try:
            module = make().eval().requires_grad_(False)
            flight.module = module
            with self._lock:
                if self._flights.get(key) is flight:  # else it was dropped meanwhile
                    self._insert(key, module, label)
            return module
        except Exception as error:
            flight.error = error
            raise
        finally:  # also for a BaseException, with which Streamlit interrupts a script
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]
            flight.over.set()

    def _touch(self, key: str) -> nn.Module:
        module, entry = self._entries.pop(key)
        fresh = Resident(entry.key, entry.label, entry.bytes, entry.device, time.time())
        self._entries[key] = (module, fresh)
        return module

    def _insert(self, key: str, module: nn.Module, label: str) -> None:
        tensors = [*module.parameters(), *module.buffers()]
        size = sum(t.numel() * t.element_size() for t in tensors)
        device = str(tensors[0].device) if tensors else "cpu"
        self._entries[key] = (module, Resident(key, label or key, size, device, time.time()))
        used = sum(entry.bytes for _, entry in self._entries.values())
        while used > self.budget and len(self._entries) > 1:
            _, (_, evicted) = self._entries.popitem(last=False)
            used -= evicted.bytes
