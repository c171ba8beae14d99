"""torch's optimisers without torch's compiler.

Each step of `torch.optim` tells the compiler about itself, and for that imports it: some seconds before the first step of
a training, and 80 MB, for two functions that do nothing outside of a compilation. Here they do nothing at once. Whoever
asks the compiler for more gets the real one.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

NAME = "torch._dynamo"


class _Idle(ModuleType):
    """What optimisers call of the compiler."""

    @staticmethod
    def graph_break(*args: Any, **kwargs: Any) -> None:
        """Outside of a compilation there is no graph."""

    @staticmethod
    def disable(function: Callable | None = None, *args: Any, **kwargs: Any) -> Callable:
        """The function as it is; without one, what leaves functions as they are."""
        return function if function is not None else lambda function: function

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":  # somebody looks through all modules
            raise AttributeError(name)
        if sys.modules.get(NAME) is self:
            del sys.modules[NAME]
        return getattr(importlib.import_module(NAME), name)


def leave_it_out() -> None:
    """For a process that trains. Where the compiler is imported already, nothing changes."""
    sys.modules.setdefault(NAME, _Idle(NAME))
