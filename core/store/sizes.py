"""How much memory a value takes: tensors, arrays and bytes by their length, and all that is made of them."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from torch import Tensor, nn

_PLAIN = frozenset({str, int, float, bool, bytes, complex, type(None)})  # hold nothing; a vocabulary has thousands


def bytes_of(value: Any) -> int:
    """The bytes of a value with all that it holds; what it holds twice counts once.

    Functions and classes count nothing: what a closure holds is not seen.
    """
    return sum(_alone(part) for part in _parts(value))


def device_of(value: Any) -> str:
    """The device of the first tensor in the value, "cpu" where it has none."""
    return next((str(part.device) for part in _parts(value) if isinstance(part, Tensor)), "cpu")


def own_memory() -> int | None:
    """Bytes that this process has written, so that they must stay in memory; None where the system does not say.

    Pages of files that are merely mapped (programs, pictures, MiniLM) are not among them: the system drops and reads them again.
    """
    try:
        with open("/proc/self/smaps_rollup", encoding="ascii") as file:
            return sum(int(line.split()[1]) << 10 for line in file if line.startswith("Anonymous:"))
    except (OSError, ValueError, IndexError):
        return None


def _parts(value: Any) -> Iterator[Any]:
    """The value and all that it holds, each once."""
    waiting, seen = [value], set()
    while waiting:
        part = waiting.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            waiting.extend(_held(part))


def _held(value: Any) -> list[Any]:
    if type(value) in _PLAIN:
        return []
    if isinstance(value, nn.Module):
        return [*value.parameters(), *value.buffers()]
    if isinstance(value, Tensor | np.ndarray) or inspect.isroutine(value) or isinstance(value, type):
        return []
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if dataclasses.is_dataclass(value) and not hasattr(value, "__dict__"):  # one with slots
        return [getattr(value, field.name) for field in dataclasses.fields(value)]
    return list(getattr(value, "__dict__", {}).values())


def _alone(value: Any) -> int:
    if type(value) in _PLAIN:
        return sys.getsizeof(value)
    if isinstance(value, nn.Module):
        return 0  # its tensors count
    if isinstance(value, Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, np.ndarray):
        return value.nbytes
    if inspect.isroutine(value) or isinstance(value, type):
        return 0
    return sys.getsizeof(value, 0)
