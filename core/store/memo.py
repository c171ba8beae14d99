"""A shelf for what is costly to make and cannot be a cache's key: the newest few, shared by all sessions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class Newest:
    """At most `limit` values by key; a value is made once, while others wait for it."""

    def __init__(self, limit: int) -> None:
        self._limit, self._values, self._making = limit, OrderedDict(), threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of the key, made by `make()` where there is none; what it raises goes through."""
        with self._making:
            if key not in self._values:
                value = make()
                if len(self._values) >= self._limit:
                    self._values.popitem(last=False)
                self._values[key] = value
            self._values.move_to_end(key)
            return self._values[key]
