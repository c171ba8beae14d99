"""Which trained models people look at, so that nobody deletes them under their eyes."""

from __future__ import annotations

import weakref

from core.training.job import browser_of


class Watcher:
    """One open tab and the model that it shows. The tab holds it: when the tab is gone, so is this."""

    def __init__(self, session: str) -> None:
        self.browser, self.key = browser_of(session), ""
        _open.add(self)


_open: weakref.WeakSet[Watcher] = weakref.WeakSet()


def others(key: str, session: str) -> int:
    """How many tabs of other browsers show the model of this key."""
    return sum(watcher.key == key and watcher.browser != browser_of(session) for watcher in list(_open))
