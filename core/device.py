"""Which device and how many threads: decided here, once."""

from __future__ import annotations

import os

import torch

from core.experiment import BadValue
from core.nn import no_compiler


class NoSuchDevice(BadValue):
    """A device that is not on this machine; the message names the allowed ones in one line."""


def best_device(wanted: str | None = None) -> torch.device:
    """CUDA, else Apple MPS, else the CPU; or the one that is asked for.

    Raises NoSuchDevice when `wanted` is not on this machine.
    """
    found = available_devices()
    if wanted is None or wanted == "auto":
        return torch.device(found[0])
    if wanted not in found:
        raise NoSuchDevice(f"device {wanted!r} is not on this machine; allowed: {', '.join(('auto', *found))}")
    return torch.device(wanted)


def available_devices() -> list[str]:
    """Names of the usable devices, best first."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def describe(device: torch.device) -> str:
    """The device in a person's words: "NVIDIA H200", "Apple GPU", "CPU, 2 cores"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    cores = core_count()
    return f"CPU, {cores} core" + ("s" if cores > 1 else "")


def core_count() -> int:
    """Cores this process may use (a container's share, not the whole machine's)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def be_a_server() -> None:
    """One thread for the small forward passes of pages: 30 sessions share the cores better that way."""
    torch.set_num_threads(1)


def be_a_worker(spare: int = 1) -> None:
    """All cores but `spare` for training, at a low priority, so that pages are served first.

    The models are small: on two cores a second thread gains little (docs/LOG.md), on many they stop gaining at eight.
    """
    no_compiler.leave_it_out()
    torch.set_num_threads(max(1, min(core_count() - spare, 8)))
    if hasattr(os, "nice"):
        os.nice(10)
