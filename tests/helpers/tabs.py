"""Browser tabs that tests take and give back.

A tab that has held the app opens it again for half the processor time, in the browser as well as in the server: its
programs are read, compiled and in the cache already. What a test may leave behind goes before the next one gets the tab:
storage, cookies, size, media, the place of the pointer. Whatever else a test changes in a tab needs `fresh=True`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.helpers.browser import LAPTOP, PATIENCE, is_fault

MEDIA = {"color_scheme": "light", "reduced_motion": "reduce", "forced_colors": "none"}
EMPTY = "/_stcore/health"  # of the app's own origin, so that the tab keeps its process; it has no script


class Wire:
    """What a tab asked its server for, and whether the answer is there."""

    def __init__(self, page: Any) -> None:
        self.asked = self.begun = False
        page.on("websocket", self._watch)

    def _watch(self, socket: Any) -> None:
        self.asked = self.begun = False
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, frame: Any) -> None:
        if isinstance(frame, bytes) and BackMsg.FromString(frame).HasField("rerun_script"):
            self.asked, self.begun = True, False  # a run that is under way does not know of it

    def _received(self, frame: Any) -> None:
        if not self.asked or not isinstance(frame, bytes):
            return
        message = ForwardMsg.FromString(frame)
        if message.HasField("new_session"):
            self.begun = True
        elif message.HasField("script_finished") and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self.asked = self.asked and not self.begun


class Tabs:
    """The free tabs of one browser, by what they were made with."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._free: dict[str, list[Any]] = {}

    def take(self, script: str = "", messages: bool = False, fresh: bool = False, **options: Any) -> Any:
        """A tab that nobody else has; a context of its own.

        script:   runs before the scripts of each page.
        messages: page.received gathers what the server sends.
        fresh:    no test had this tab before, none gets it afterwards.
        options:  of the context; a laptop's screen where nothing else is asked for. What any tab can be told (`color_scheme`,
                  and the `viewport` of what is no phone) makes no other tab.
        page.faults gathers errors of the page and of its console; page.wire knows whether an answer is awaited.
        """
        scheme, size = options.pop("color_scheme", "light"), None
        if not options.get("is_mobile"):
            size = options.pop("viewport", None)
        key = repr((script, messages, sorted(options.items())))
        free = self._free.setdefault(key, [])
        page = free.pop() if free and not fresh else self._open(script, messages, LAPTOP | options)
        if size and size != page.viewport_size:
            page.set_viewport_size(size)
        if scheme != page.media["color_scheme"]:
            page.emulate_media(color_scheme=scheme)
        page.faults, page.received = [], []
        page.kept = None if fresh else key
        return page

    def give_back(self, page: Any) -> None:
        """Make the tab ready for another test."""
        from playwright.sync_api import Error

        address = urlsplit(page.url)
        if page.kept is None or not address.netloc:
            page.context.close()
            return
        try:
            for other in page.context.pages:
                if other is not page:
                    other.close()
            page.goto(
                f"{address.scheme}://{address.netloc}{EMPTY}"
            )  # first: nobody draws the app once more for what follows
            page.mouse.move(0, 0)
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
            page.context.clear_cookies()
            page.emulate_media(**page.media)
            if page.viewport_size != page.size:
                page.set_viewport_size(page.size)
        except Error:
            page.context.close()
        else:
            self._free[page.kept].append(page)

    @contextlib.contextmanager
    def lent(self, **options: Any) -> Iterator[Any]:
        """A tab for a while; its pages raise and log no error."""
        page = self.take(**options)
        yield page
        faults = list(page.faults)
        self.give_back(page)
        assert not faults

    def _open(self, script: str, messages: bool, options: dict[str, Any]) -> Any:
        context = self._browser.new_context(**options)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.size = page.viewport_size
        # Named one by one: to "null" Playwright takes back what the context was made with, too.
        page.media = {name: options.get(name, plain) for name, plain in MEDIA.items()}
        page.wire = Wire(page)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda said: page.faults.append(f"{said.text} {said.location}") if is_fault(said) else None)
        if messages:
            page.on("websocket", lambda wire: wire.on("framereceived", lambda data: page.received.append(data)))
        return page
