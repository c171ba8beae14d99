"""What a run of a script says travels together.

Streamlit wakes the thread that sends for each element of a run. Both threads then want the interpreter: the run waits for the one that
sends, which waits for the run, some milliseconds each time, and a browser draws its page anew for the few elements that come by
themselves. Here the elements of a run wait for each other: they go out when the run ends, or AFTER the first of them where it takes longer.
What else a run says, that it begins or ends, takes all that waits along, in its order.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

AFTER = 0.03  # seconds; the run of a gesture is mostly over by then
_SLOT = "_latent_lab_waiting"  # an attribute of a session

_new = threading.Lock()


class Waiting:
    """The calls of one session that wait for the loop that sends. soon: has the loop run a call, from any thread; later: has it run one
    after so many seconds, from the loop alone."""

    def __init__(self, soon: Callable[[Callable[[], None]], None], later: Callable[..., Any]) -> None:
        self._soon, self._later = soon, later
        self._calls: deque[Callable[[], None]] = deque()
        self._asked = False  # whether the loop comes for them later

    def add(self, call: Callable[[], None], now: bool) -> None:
        """From any thread. now: the loop comes at once, for this and for all that waits."""
        self._calls.append(call)
        if now:
            self._soon(self.run)
        elif not self._asked:
            self._asked = True
            self._soon(lambda: self._later(AFTER, self.run))

    def run(self) -> None:
        """On the loop: all that waits."""
        self._asked = False  # first: what comes from here on asks again
        try:
            while True:
                try:
                    call = self._calls.popleft()
                except IndexError:
                    return
                call()
        except BaseException:
            self._soon(self.run)  # one that fails does not keep the others
            raise


def send_together(sessions: Any, element: object) -> bool:
    """Have all sessions of this server do so. sessions: Streamlit's class AppSession; element: its name for the event of an element.

    False where the class is made otherwise than known: then nothing changes.
    """
    known = (
        "_on_scriptrunner_event",
        "_handle_scriptrunner_event_on_event_loop",
        "_call_soon_on_event_loop",
        "_create_scriptrunner",
    )
    if not all(hasattr(sessions, name) for name in known):
        return False

    def on_event(session: Any, sender: Any, event: Any, **told: Any) -> None:
        """In place of AppSession's, whose twin it is but for the waiting."""
        handle = session._handle_scriptrunner_event_on_event_loop
        _of(session).add(lambda: handle(sender, event, **told), now=event is not element)

    create = sessions._create_scriptrunner

    def create_runner(session: Any, asked: Any) -> None:
        """What the last runner has said goes out first: a session does not listen to one that has been replaced."""
        _of(session).run()
        create(session, asked)

    sessions._on_scriptrunner_event = on_event
    sessions._create_scriptrunner = create_runner
    return True


def _of(session: Any) -> Waiting:
    with _new:
        found = session.__dict__.get(_SLOT)
        if found is None:
            found = Waiting(session._call_soon_on_event_loop, session._event_loop.call_later)
            session.__dict__[_SLOT] = found
        return found
