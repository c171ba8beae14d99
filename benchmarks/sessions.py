"""Streamlit sessions without a browser: a websocket and Streamlit's own messages, to have very many of them."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.common import LESSON

BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"  # as a class has it: the page below its stage waits until it is seen
STEP = re.compile(r"^Step ([\d,]+) of")


@dataclass
class Session:
    """One open tab. What the server said is kept here."""

    port: int
    query: str = ""
    page: str = LESSON
    bytes: int = 0
    messages: int = 0
    errors: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)  # user key -> the id that a click names
    here: str = ""  # Streamlit's hash of the page that the last run was on, as a browser sends it along
    polled: tuple[str, float] | None = None  # fragment to poll, and how often
    steps: list[tuple[float, int]] = field(default_factory=list)  # (time, training step) as the page showed them

    @contextlib.asynccontextmanager
    async def open(self):
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        async with websockets.connect(
            address, subprotocols=["streamlit"], max_size=None, open_timeout=60, user_agent_header=BROWSER
        ) as socket:
            self.socket = socket
            yield self

    async def run(self, click: str = "", fragment: str = "", timeout: float = 120) -> float:
        """Ask for a run of the page (or of one fragment, as its poll); seconds until all scripts finished."""
        began = time.perf_counter()
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name, state.page_script_hash = self.query, self.page, self.here
        state.fragment_id, state.is_auto_rerun = fragment, bool(fragment)
        if click:
            pressed = state.widget_states.widgets.add()
            pressed.id, pressed.trigger_value = self.buttons[click], True
        await self.socket.send(message.SerializeToString())
        while True:
            raw = await asyncio.wait_for(self.socket.recv(), timeout)
            if self._take(raw):
                return time.perf_counter() - began

    async def watch(self, until: float) -> list[float]:
        """Poll like a tab with a live panel until the clock says `until`; seconds that each poll took."""
        took = []
        due = time.perf_counter()
        while self.polled and due < until:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            fragment, interval = self.polled
            took.append(await self.run(fragment=fragment))
            due = max(due + interval, time.perf_counter())  # a late answer delays the next poll; none are saved up
        return took

    def _take(self, raw: bytes) -> bool:
        """Keep what one message says; whether it ends the run."""
        self.messages += 1
        self.bytes += len(raw)
        message = ForwardMsg()
        message.ParseFromString(raw)
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.here = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self.polled = message.auto_rerun.fragment_id, message.auto_rerun.interval
        elif kind == "stop_auto_rerun" and self.polled and self.polled[0] in message.stop_auto_rerun.fragment_ids:
            self.polled = None
        elif kind == "delta":
            for name, element in _elements(message):
                if name == "exception":
                    self.errors.append(f"{element.type}: {element.message}")
                elif name == "button" and "-" in element.id:
                    self.buttons[element.id.rsplit("-", 1)[1]] = element.id
                elif name == "progress" and (found := STEP.match(element.text)):
                    self.steps.append((time.perf_counter(), int(found[1].replace(",", ""))))
        elif kind == "script_finished":
            status = message.script_finished
            if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                self.errors.append("compile error")
            # FINISHED_EARLY_FOR_RERUN: the page asked for another run itself; the answer is the one that follows.
            return status != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False


def _elements(message: ForwardMsg) -> Iterator[tuple[str, object]]:
    if message.delta.WhichOneof("type") == "new_element":
        element = message.delta.new_element
        name = element.WhichOneof("type")
        yield name, getattr(element, name)


def steps_per_second(steps: list[tuple[float, int]], after: float = 0.0, until: float = float("inf")) -> float | None:
    """How fast a training ran, by what the page showed between two moments."""
    shown = [(at, step) for at, step in steps if after <= at <= until]
    if len(shown) < 2 or shown[-1][0] == shown[0][0]:
        return None
    return (shown[-1][1] - shown[0][1]) / (shown[-1][0] - shown[0][0])
