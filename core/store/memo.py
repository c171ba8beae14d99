"""Results that are computed once for all sessions, by their arguments; they live in the memory budget of the models."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import inspect
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar

import numpy as np
from torch import Tensor, nn

from core.store.cache import About, Model, ModelCache
from core.store.record import Record
from core.store.sizes import bytes_of

P = ParamSpec("P")
R = TypeVar("R")
Cost = int | Callable[[Any], int]
_ENTRY = 1_000  # bytes that the cache needs for any result


def memoized(
    function: Callable[P, R],
    cache: Callable[[], ModelCache],
    label: str = "",
    cost: Cost | None = None,
    group: str = "results",
) -> Callable[P, R]:
    """`function` with its results kept in the cache of the process; see `core.lab.memo`, which says what the rest means.
    group: one of `core.store.cache.GROUPS`.

    The new function has `cache_clear()`, which forgets its results.
    """
    label = label or function.__name__.strip("_").replace("_", " ").capitalize()

    @functools.wraps(function)
    def found(*args: P.args, **kwargs: P.kwargs) -> R:
        named = (*map(named_by, args), *((name, named_by(kwargs[name])) for name in sorted(kwargs)))

        def about() -> About:
            beside = _ENTRY + _text_in(named)
            return About(label, lambda value: beside + _cost(cost, value), models_in(named), found, group)

        return cache().value((found, named), lambda: function(*args, **kwargs), about)

    def cache_clear() -> None:
        cache().drop_where(lambda about: about.kind is found)

    found.cache_clear = cache_clear
    return found


def _cost(cost: Cost | None, value: Any) -> int:
    if cost is None:
        return bytes_of(value)
    return cost(value) if callable(cost) else cost


def named_by(argument: Any) -> Hashable:
    """What stands for an argument in a key: itself, its `memo_key` where it has one, the digest of an array's content.

    Raises TypeError for what no two sessions have in common: modules, tensors, and objects hashed by identity.
    """
    if argument is None or isinstance(argument, str | bytes | int | float | Record):
        return argument
    if isinstance(argument, tuple):
        return tuple(map(named_by, argument))
    if isinstance(argument, np.ndarray):
        digest = hashlib.blake2b(np.ascontiguousarray(argument).data, digest_size=16).digest()
        return ("array", argument.dtype.str, argument.shape, digest)
    if hasattr(argument, "memo_key"):
        return (type(argument), named_by(argument.memo_key))
    if inspect.isfunction(argument) or isinstance(argument, type):
        return argument
    if isinstance(argument, nn.Module | Tensor) or type(argument).__hash__ in (None, object.__hash__):
        raise TypeError(f"a {type(argument).__name__} names no result: hand in its record, or give it a memo_key")
    return argument


def models_in(named: Any) -> frozenset[Model]:
    """Name and key of each record in a key. Raises TypeError as `named_by` does, for what hides in a dataclass."""
    if isinstance(named, Record):
        return frozenset({(named.name, named.key)})
    if isinstance(named, tuple):
        return frozenset().union(*map(models_in, named))
    if dataclasses.is_dataclass(named) and not isinstance(named, type):
        return models_in(tuple(named_by(getattr(named, field.name)) for field in dataclasses.fields(named)))
    return frozenset()


def _text_in(named: Any) -> int:
    """The length of all text and bytes in a key; records are shared by many keys and count nothing."""
    if isinstance(named, tuple):
        return sum(map(_text_in, named))
    return len(named) if isinstance(named, str | bytes) else 0
