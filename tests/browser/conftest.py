"""Helpers for tests in a real browser: a Streamlit server, a Chromium, and waiting until the app is idle.

The browser comes from the environment variable CHROMIUM, from the usual places, or from Playwright's own download.
Without one the tests are skipped, except where CI or LATENT_LAB_REQUIRE_BROWSER is set: there they fail.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import data
from tests.helpers import quick_mae
from tests.helpers.browser import Screen
from tests.helpers.server import ROOT, serve
from tests.helpers.tabs import Tabs

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOGETHER = Path(__file__).parent / "apps" / "together.py"
# The server is there, no script runs, and no component that is mounted waits for the file of its code; see
# assets/components/kit/mount.js.
AT_REST = """() => {
  const app = document.querySelector("[data-testid=stApp]")?.dataset
  const parts = [...(globalThis[Symbol.for("latent-lab")]?.values() ?? [])]
  return app?.testConnectionState === "CONNECTED" && app.testScriptState === "notRunning" &&
    parts.every((part) => part.run || ![...part.waiting.keys()].some((root) => root.isConnected))
}"""
# Asked once on the page's own clock, which may stand still: each question costs three processes some milliseconds.
AT_REST_SOON = f"(ms) => new Promise((over) => setTimeout(() => over(({AT_REST})()), ms))"
LOOK_MS = 50  # between two looks. By default Playwright looks in each frame, and so asks the browser for sixty a second
DEBOUNCE_MS = 210  # Streamlit's front end gathers changes this long before it says that it runs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A second try for what came too late: two busy cores can stall any gesture. What is there and wrong gets none."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError", "it did not come"]))


def _wait_idle(page, timeout: float = 60_000) -> None:
    rests = page.evaluate(AT_REST_SOON, DEBOUNCE_MS)
    end = time.monotonic() + timeout / 1000
    while (wire := getattr(page, "wire", None)) and wire.asked:
        assert time.monotonic() < end, "the answer: it did not come"
        page.wait_for_timeout(LOOK_MS)
        rests = False
    if not rests:
        page.wait_for_function(AT_REST, timeout=timeout, polling=LOOK_MS)


@pytest.fixture(scope="session")
def wait_idle() -> Callable:
    """wait_idle(page) returns once the app has nothing left to run."""
    return _wait_idle


# A script behind the gate of the app, which has the code of components.
GATED = """
import streamlit as st
from starlette.middleware import Middleware
from core.server.web import Gate
app = st.App({script!r}, middleware=[Middleware(Gate, base=lambda: "")])
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Callable[[Path], str]]:
    """server(script) -> an address to which more of a query may be added; the apps of `together.py` share one server for the whole session, others have their own."""
    urls: dict[Path, str] = {}
    shared = TOGETHER.read_text("utf-8")
    with contextlib.ExitStack() as stack:

        def start(script: Path) -> str:
            together = script.parent == TOGETHER.parent and f'"{script.stem.removesuffix("_app")}"' in shared
            runs = TOGETHER if together else script
            if runs not in urls:
                folder = tmp_path_factory.mktemp("server")
                (folder / "gated.py").write_text(GATED.format(script=str(runs.resolve())), "utf-8")
                urls[runs] = stack.enter_context(serve(folder / "gated.py", folder / f"{runs.stem}.log"))
            return f"{urls[runs]}/?app={script.stem.removesuffix('_app')}" if together else f"{urls[runs]}/?"

        yield start


@pytest.fixture(scope="session")
def _lab(new_cache, tmp_path_factory) -> Iterator[str]:
    """The address of the whole app: an empty cache, and nobody has asked it for anything yet."""
    folder = tmp_path_factory.mktemp("lab")
    env = {"LATENT_LAB_CACHE": str(new_cache(folder / "cache")), "LATENT_LAB_EXPERIMENTS": quick_mae.OFFER}
    with serve(ROOT / "app.py", folder / "server.log", env=env) as url:
        yield url


@pytest.fixture(scope="session")
def first_page(_lab, tabs, wait_idle) -> dict:
    """What a deep link shows as the very first request to the server; nothing where there are no pictures."""
    if not any(map(data.available, data.names())):
        return {}
    with tabs.lent() as page:
        Screen(page, _lab, wait_idle, "mi").go("masked_images", ".painter[data-shown]")
        return {
            "links": [a.get_attribute("href") for a in page.locator("[data-testid=stSidebarNav] a").all()],
            "title": page.locator("[data-testid=stMain] h1").text_content(),
            "dialogs": page.locator("[role=dialog]").count(),
            "pictures": page.locator(".painter figure img").count(),
            "errors": page.locator(".ll-bars dt").count(),
        }


@pytest.fixture(scope="session")
def shared_lab_server(_lab, first_page) -> str:
    """The address of the whole app on one server for all modules: a start costs a processor some twenty seconds.

    What others have trained on it is there; no training goes on when a test is over. A masked auto-encoder is measured on few
    pictures.
    """
    return _lab


@pytest.fixture(scope="session")
def workers(shared_lab_server) -> Callable[[], list]:
    """workers() -> the training processes of the server that are alive."""
    import psutil

    port = shared_lab_server.rsplit(":", 1)[1]
    [process] = [p for p in psutil.Process().children() if f"--server.port={port}" in p.cmdline()]

    def alive() -> list:
        found = []
        for child in process.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "core.training.worker" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                    found.append(child)
        return found

    return alive


@pytest.fixture(scope="session")
def tabs(browser) -> Tabs:
    """The browser's tabs that are free."""
    return Tabs(browser)


@pytest.fixture
def tab(tabs):
    """tab(**options) -> a tab for this test. No page may have raised or logged an error in the end."""
    taken = []

    def take(**options):
        taken.append(tabs.take(**options))
        return taken[-1]

    yield take
    faults = [fault for page in taken for fault in page.faults]
    exceptions = sum(page.locator("[data-testid=stException]").count() for page in taken)
    for page in taken:
        tabs.give_back(page)
    assert not faults and not exceptions


@pytest.fixture
def visit(shared_lab_server, tab, wait_idle):
    """visit() -> a Screen, or what a lesson's tests made of it, in a tab of its own."""
    return lambda prefix="b", kind=Screen, **options: kind(tab(**options), shared_lab_server, wait_idle, prefix)


@pytest.fixture(scope="module")
def shared(shared_lab_server, tabs, wait_idle):
    """shared(target, stage, prefix, kind) -> a lesson that a module opens once, as Reset leaves it where a test has changed it.

    To open a lesson costs more than most gestures in it.
    """
    opened: dict[str, Screen] = {}
    with contextlib.ExitStack() as stack:

        def share(target: str, stage: str, prefix: str, kind=Screen) -> Screen:
            if target not in opened:
                page = stack.enter_context(tabs.lent())
                opened[target] = kind(page, shared_lab_server, wait_idle, prefix).go(target, stage)
                opened[target].first = opened[target].query()
            screen = opened[target]
            if screen.query() != screen.first:
                Screen.press(screen, "reset").until(lambda: screen.query() == screen.first)
            return screen

        yield share
        assert not any(s.page.locator("[data-testid=stException]").count() for s in opened.values())


def _chromium() -> str | None:
    """A Chromium of this machine, or None for Playwright's own."""
    known = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first is the lightest
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, known)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """One Chromium for the session."""
    required = bool(os.environ.get("CI") or os.environ.get("LATENT_LAB_REQUIRE_BROWSER"))
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        if required:
            raise
        pytest.skip("playwright is not installed")
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=_chromium(), headless=True, args=FLAGS)
        except Error as error:
            if required:
                raise
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        # Where motion is unwelcome nothing fades and no skeleton shines while a page comes: without a graphics card each
        # such frame is drawn by the processor, and that is half of what a page costs. What moves has its own tests.
        chromium.new_context = functools.partial(chromium.new_context, reduced_motion="reduce")
        yield chromium
        chromium.close()
