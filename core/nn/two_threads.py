"""A training step in two threads: each does half of the work with half of torch's threads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

T = TypeVar("T")


@contextlib.contextmanager
def second_thread() -> Iterator[ThreadPoolExecutor | None]:
    """A thread for half of the work of each step, or None where training has one core: two threads with half a batch each are
    quicker than one batch whose small products are all divided among the cores (`benchmarks/language_model.py`)."""
    threads = torch.get_num_threads()
    if threads < 2:
        yield None
        return
    with ThreadPoolExecutor(1, "batch", lambda: torch.set_num_threads(threads // 2)) as pool:
        yield pool


@contextlib.contextmanager
def first_thread(pool: ThreadPoolExecutor | None) -> Iterator[None]:
    """While this lasts, this thread works with what the second one leaves of torch's threads. It should last for a whole step:
    OpenMP's helpers stay awake for a while after each product that they had a share in, and keep the second thread waiting."""
    threads = torch.get_num_threads()
    if pool is not None:
        torch.set_num_threads(threads - threads // 2)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def side_by_side(pool: ThreadPoolExecutor, one: Callable[[], T], other: Callable[[], T]) -> tuple[T, T]:
    """What both return; they run at once."""
    later = pool.submit(other)
    return one(), later.result()
