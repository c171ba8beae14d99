"""A class of thirty at once, on a real server: thirty websocket sessions share one training."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core import data

websockets = pytest.importorskip("websockets")
pytestmark = [
    pytest.mark.browser,  # it asks the server of the browser tests
    pytest.mark.skipif(not any(map(data.available, data.names())), reason="no pictures on this machine"),
]

CLASS = 30
PATIENCE = 240  # seconds for thirty pages on a busy machine
QUERY = "mi_steps=20000&mi_seed=79"


def _in_own_thread(work):
    """asyncio.run in a thread: Playwright's fixtures of other tests keep a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Visitor:
    """A browser tab without a browser: it asks for runs and remembers what the newest one put on the page."""

    def __init__(self, socket, query: str, page: str):
        self.socket, self.query, self.page = socket, query, page
        self.elements: list = []

    async def run(self, pressed: str = "") -> Visitor:
        """One run of the page; pressed: the key of a button."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = self.page
        if pressed:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.trigger_value = self.button(pressed), True
        await self.socket.send(message.SerializeToString())
        elements, begun = [], False
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await asyncio.wait_for(self.socket.recv(), PATIENCE))
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                elements, begun = [], True
            elif kind == "delta":
                elements.append(answer.delta)
            elif kind == "script_finished" and begun:
                if answer.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue  # the page asked to be run again; that run follows
                self.elements = elements
                assert not list(self.of("exception"))
                return self

    def of(self, kind: str) -> Iterator:
        for delta in self.elements:
            if delta.WhichOneof("type") == "new_element" and delta.new_element.WhichOneof("type") == kind:
                yield getattr(delta.new_element, kind)

    def buttons(self) -> list[str]:
        return [button.id for button in self.of("button")]

    def button(self, key: str) -> str:
        [found] = [name for name in self.buttons() if name.endswith(f"-{key}")]
        return found

    def has(self, key: str) -> bool:
        return any(name.endswith(f"-{key}") for name in self.buttons())

    def progress(self) -> str:
        return " ".join(bar.text for bar in self.of("progress"))


async def everyone(address: str) -> dict:
    """Thirty open the same lesson, all press train, watch, and one stops it."""
    opened = []

    async def visitor(page: str = "masked_images") -> Visitor:
        socket = await websockets.connect(
            address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"], max_size=None
        )
        opened.append(socket)
        return await Visitor(socket, QUERY, page).run()

    seen: dict = {}
    try:
        pupils = await asyncio.gather(*(visitor() for _ in range(CLASS)))
        seen["could train"] = [pupil.has("mi_train") for pupil in pupils]
        await asyncio.gather(*(pupil.run("mi_train") for pupil in pupils))
        seen["can stop"] = [pupil.has("mi_stop") for pupil in pupils]
        for _ in range(PATIENCE):
            await pupils[0].run()
            if re.search(r"[1-9][\d,]* of 20,000", pupils[0].progress()):
                break
            await asyncio.sleep(0.5)
        teacher = await visitor("models")
        seen["runs"] = [name for name in teacher.buttons() if re.search(r"-stop_[0-9a-f]{16}$", name)]
        await asyncio.gather(*(pupil.run() for pupil in pupils))
        seen["progress"] = [pupil.progress() for pupil in pupils]
        for pupil in pupils:  # one after the other: the one before has just been seen to watch
            await pupil.run("mi_stop")
        seen["may insist"] = [pupil.has("mi_stop_all") for pupil in pupils]
        seen["goes on"] = (await pupils[1].run()).has("mi_stop")
        owner = pupils[seen["may insist"].index(True)]  # whose request came first; any of them
        await owner.run("mi_stop_all")
        for _ in range(PATIENCE):
            if not (await owner.run()).has("mi_stop"):
                break
            await asyncio.sleep(0.2)
        await asyncio.gather(*(pupil.run() for pupil in pupils))
        seen["can train again"] = [pupil.has("mi_train") for pupil in pupils]
    finally:
        await asyncio.gather(*(socket.close() for socket in opened))
    return seen


def test_thirty_sessions_that_press_train_share_one_training(shared_lab_server, workers):
    seen = _in_own_thread(everyone(shared_lab_server))
    assert all(seen["could train"]) and len(seen["could train"]) == CLASS
    assert all(seen["can stop"]), "everyone sees the run"
    assert len(seen["runs"]) == 1, "and there is one"
    assert len(workers()) == 1
    assert all(re.search(r"of 20,000", text) for text in seen["progress"]), "nobody waits in a queue"
    assert seen["goes on"], "one pupil's stop does not end what the others watch"
    assert seen["may insist"].count(True) == 1, "and only who started it may end it for all"
    assert all(seen["can train again"])
