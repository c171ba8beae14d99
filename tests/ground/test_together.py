"""What a run says goes out together, in its order, and nothing is lost."""

from __future__ import annotations

import asyncio
import inspect
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent

from core.server import together
from core.server.together import Waiting


class Loop:
    """What waits for a loop: calls for now, and calls for later."""

    def __init__(self) -> None:
        self.soon, self.later, self.said = [], [], []
        self.waiting = Waiting(self.soon.append, lambda after, call: self.later.append(call))

    def say(self, name: object, now: bool = False) -> None:
        self.waiting.add(lambda: self.said.append(name), now)

    def come(self) -> None:
        """The loop does what it has to do now."""
        calls, self.soon[:] = self.soon[:], []
        for call in calls:
            call()

    def come_later(self) -> None:
        calls, self.later[:] = self.later[:], []
        for call in calls:
            call()


@pytest.fixture
def loop():
    return Loop()


def test_elements_wake_the_loop_once_and_go_out_after_a_moment(loop):
    for i in range(20):
        loop.say(i)
    assert len(loop.soon) == 1
    loop.come()
    assert loop.said == [] and len(loop.later) == 1
    loop.say(20)
    assert loop.soon == [], "the loop comes for it already"
    loop.come_later()
    assert loop.said == list(range(21))
    loop.say(21)
    loop.come()
    loop.come_later()
    assert loop.said == list(range(22)), "what comes later is fetched, too"


def test_the_end_of_a_run_takes_along_what_waits(loop):
    loop.say("begins", now=True)
    loop.say("element")
    loop.say("ends", now=True)
    loop.come()
    assert loop.said == ["begins", "element", "ends"]
    loop.come_later()
    assert loop.said == ["begins", "element", "ends"], "a moment that comes for nothing does nothing"


def test_a_call_that_fails_does_not_keep_the_others(loop):
    loop.waiting.add(lambda: 1 / 0, now=False)
    loop.say("after")
    loop.come()
    with pytest.raises(ZeroDivisionError):
        loop.come_later()
    loop.come()
    assert loop.said == ["after"]


def test_all_that_threads_say_comes_once_and_in_their_order():
    said: list[tuple[int, int]] = []

    async def listen() -> None:
        running, chance = asyncio.get_running_loop(), random.Random(0)
        waiting = Waiting(running.call_soon_threadsafe, lambda _, call: running.call_later(0.001, call))

        def speak(who: int) -> None:
            for i in range(300):
                waiting.add(lambda i=i: said.append((who, i)), now=chance.random() < 0.1)
                if i % 50 == 0:
                    time.sleep(0.002)

        threads = [threading.Thread(target=speak, args=(who,)) for who in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) or len(said) < 1200:
            await asyncio.sleep(0.005)

    with ThreadPoolExecutor(1) as apart:  # a browser that tests drive has a loop in this thread
        apart.submit(lambda: asyncio.run(asyncio.wait_for(listen(), 20))).result()
    assert all([i for w, i in said if w == who] == list(range(300)) for who in range(4)) and len(said) == 1200


def test_a_session_of_the_installed_streamlit_takes_part(monkeypatch):
    """Its own method gives all that it was told to the one that handles it: what stands in its place may do the same."""
    told = [
        list(inspect.signature(method).parameters)
        for method in (AppSession._on_scriptrunner_event, AppSession._handle_scriptrunner_event_on_event_loop)
    ]
    assert told[0] == told[1]
    monkeypatch.setattr(AppSession, "_on_scriptrunner_event", AppSession._on_scriptrunner_event)
    assert together.send_together(AppSession, ScriptRunnerEvent.ENQUEUE_FORWARD_MSG)
    handled: list[object] = []

    class Session:
        _event_loop = type("", (), {"call_later": staticmethod(lambda after, call: None)})
        _call_soon_on_event_loop = staticmethod(lambda call: call())
        _on_scriptrunner_event = AppSession._on_scriptrunner_event

        def _handle_scriptrunner_event_on_event_loop(self, sender, event, **more):
            handled.append((sender, event, more))

    one, other = Session(), Session()
    one._on_scriptrunner_event("runner", event=ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, forward_msg="element")
    assert handled == []
    other._on_scriptrunner_event("another", ScriptRunnerEvent.SHUTDOWN, client_state=None)
    assert [sender for sender, _, _ in handled] == ["another"], "each session has its own"
    one._on_scriptrunner_event("runner", ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS)
    assert handled[1:] == [
        ("runner", ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, {"forward_msg": "element"}),
        ("runner", ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS, {}),
    ]


def test_another_streamlit_is_left_as_it_is(monkeypatch):
    monkeypatch.delattr(AppSession, "_handle_scriptrunner_event_on_event_loop")
    mine = AppSession._on_scriptrunner_event
    assert not together.send_together(AppSession, ScriptRunnerEvent.ENQUEUE_FORWARD_MSG)
    assert AppSession._on_scriptrunner_event is mine
