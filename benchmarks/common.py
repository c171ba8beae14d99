"""What all benchmarks share: servers that end with the block, one Chromium, statistics, and how busy the machine was."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from core.course import by_slug

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "app.py"
EMPTY = ROOT / "benchmarks" / "apps" / "empty.py"
LESSON = "masked_images"
UNTRAINED = (
    "mi_steps=20000&mi_seed=77&act=this-model"  # a setting that no baked model answers, and long enough to watch
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Two pages are measured in turn: the one behind must not be slowed down for being behind.
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
]
FAULTS = '[data-testid="stException"], [data-testid="stAlertContentError"]'


# Lessons ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lesson:
    """What a benchmark has to know about a lesson.

    component: selector of the component that a person plays with; `data-shown` appears on it once its pictures are drawn.
    sent, shown: performance marks that the component sets when it sends a gesture and when all of the answer is drawn.
    untrained: URL parameters of a setting that no baked model answers, and that trains long enough to be watched.
    first:     selector of what has to be drawn for the first view, or "" where the mark `shown` says when it is.
    opened:    URL parameters of the page in which gestures are measured.
    """

    slug: str
    component: str
    sent: str
    shown: str
    untrained: str
    first: str = ""
    opened: str = ""

    @property
    def prefix(self) -> str:
        return by_slug(self.slug).prefix


LESSONS = {
    lesson.slug: lesson
    for lesson in (
        Lesson(LESSON, ".painter", "patch-commit", "patch-shown", UNTRAINED),
        Lesson("bottleneck", ".latent-map", "map-sent", "map-shown", "b_steps=20000&b_width=64", ".ll-gallery img"),
        Lesson("denoising", ".pad", "sketch-commit", "sketch-shown", "d_steps=10000&d_level=0.1"),
        # The largest vocabulary.
        Lesson(
            "word_vectors", ".expression-box", "expression-sent", "expression-shown",
            untrained="wv_from=kjv&wv_epochs=40&wv_dimension=200&wv_window=10&wv_subsample=0", first=".expression-box[data-shown]",
            opened="wv_words=400000",
        ),
        Lesson(
            "attention", ".attention-view", "attention-sent", "attention-shown", "a_steps=16000&a_width=192",
            first=".attention-view[data-shown]",
        ),
        Lesson("soft_lookup", "", "", "", "", first=".soft-dictionary[data-shown]"),
        Lesson("contrastive", ".ll-pair", "", "", "c_steps=12000&c_width=32", first=".ll-pair[data-shown]"),
        # The browser answers each gesture by itself: only their first view is measured.
        Lesson("layers", ".layer-maps", "", "", "", first=".layer-maps[data-frames]"),
        Lesson("backpropagation", ".forward-backward", "", "", "", first=".forward-backward[data-at]"),
        Lesson("memory", ".glimpse", "", "", "", first=".glimpse[data-state]"),
        Lesson("features", ".unit-grid", "", "", "fe_steps=3000&fe_level=0.1", first=".ll-festrongest img"),
        Lesson("colour", ".colour-pad", "", "", "co_steps=6000&co_mix=1.0", first=".colour-pad[data-shown]"),
        Lesson("video", ".clip-player", "clip-sent", "", "vi_steps=3000&vi_clips=4000", first=".clip-player[data-shown]"),
        Lesson("how_much_to_hide", ".ll-hmfour", "", "", "hm_steps=6000&hm_width=96", first=".ll-hmfour img"),
        Lesson("fill_in_the_blank", ".word-tiles", "", "", "fb_steps=16000&fb_width=128", first=".ll-fbwords"),
        Lesson("pictures_and_words", ".pad", "sketch-commit", "sketch-shown", "pw_steps=6000&pw_width=128", first=".ll-pw"),
        Lesson("sight_and_sound", ".hear-see", "", "", "ss_steps=1600&ss_dimensions=64", first=".hear-see[data-shown]"),
        Lesson("text_to_picture", ".ll-tp", "", "", "tp_steps=6000&tp_target=noise", first=".ll-tp .film"),
    )
}  # fmt: skip


def see_all(page: Any, prefix: str) -> None:
    """The rest of an open lesson comes, and each of its acts is looked at; then the page stands at its head again."""
    page.wait_for_selector(f".st-key-{prefix}_try0 button", timeout=120_000)
    # Streamlit hides what an act has taken the place of, and at times never removes it.
    places, end = page.locator(".act-watch >> visible=true"), time.monotonic() + 120
    while places.count():
        if time.monotonic() > end:
            raise RuntimeError("an act was not drawn within two minutes")
        places.evaluate_all("all => all[0]?.scrollIntoView()")
        page.wait_for_timeout(50)
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, 0)")


def add_lesson(parser: argparse.ArgumentParser) -> None:
    """The option `--lesson`; `chosen` reads it."""
    parser.add_argument("--lesson", choices=[*LESSONS, "all"], default=LESSON, help=f"default {LESSON}")


def chosen(name: str) -> list[Lesson]:
    return list(LESSONS.values()) if name == "all" else [LESSONS[name]]


# Servers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A running Streamlit server. boot: seconds from its start until it said that it is healthy."""

    port: int
    pid: int
    boot: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> dict[str, float]:
        """Resident MB of the server itself and of the processes it started (training workers)."""
        process = psutil.Process(self.pid)
        children = sum(child.memory_info().rss for child in process.children(recursive=True))
        return {"server_mb": round(process.memory_info().rss / 2**20, 1), "workers_mb": round(children / 2**20, 1)}


@contextlib.contextmanager
def serve(script: Path, cache: Path) -> Iterator[Server]:
    """`streamlit run script` with its cache in `cache`; the block ends the server and whatever it started."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    if script == EMPTY:  # as Streamlit makes it; the lab's own settings (.streamlit/config.toml) leave this out
        options["runner.postScriptGC"] = "true"
    command = [sys.executable, "-m", "streamlit", "run", str(script), *[f"--{n}={v}" for n, v in options.items()]]
    log = cache / f"{script.stem}-{port}.log"
    with log.open("w") as out:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a process group of its own, so that ending it ends nothing else
            env={**os.environ, "LATENT_LAB_CACHE": str(cache)},
        )
        try:
            port_url = f"http://127.0.0.1:{port}"
            while not _healthy(port_url):
                if process.poll() is not None or time.perf_counter() - began > 90:
                    raise RuntimeError(f"the server did not come up:\n{log.read_text()}")
                time.sleep(0.01)
            yield Server(port, process.pid, time.perf_counter() - began)
        finally:
            end(process)


def end(process: subprocess.Popen) -> None:
    """End a process that leads its own group, with its group and the sessions that it started."""
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        children = []
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
            break
    # A training worker leads a session of its own and ends with its stdin; one that does not is ended here.
    for child in psutil.wait_procs(children, timeout=3)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def _healthy(url: str) -> bool:
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).read() == b"ok"
    return False


@contextlib.contextmanager
def temporary_cache() -> Iterator[Path]:
    """A cache folder for one run: no model in it, but the data sets of this machine, so that none is read in again."""
    from core.store import paths

    folder = Path(tempfile.mkdtemp(prefix="latent-lab-benchmark-"))
    try:
        if paths.data_dir().is_dir():
            (folder / "data").symlink_to(paths.data_dir().resolve())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# Browser ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """One headless Chromium: CHROMIUM, else one of this machine, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def new_page(browser: Any, script: str = "") -> Any:
    """A page in a context of its own (own storage, own window); `script` runs in it before the page's own."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    if script:
        page.add_init_script(script)
    return page


class Traffic:
    """Counts what a page sends and receives through its web socket from now on.

    bytes: in both directions. messages: what the server sent, one for each element, container or order to the page.
    """

    def __init__(self, page: Any) -> None:
        self.bytes = self.messages = 0
        page.on("websocket", self._follow)

    def _follow(self, socket: Any) -> None:
        socket.on("framesent", self._count)
        socket.on("framereceived", self._received)

    def _received(self, payload: str | bytes) -> None:
        self.messages += 1
        self._count(payload)

    def _count(self, payload: str | bytes) -> None:
        self.bytes += len(payload)


def check(page: Any) -> None:
    """Raise where a page shows an error instead of its lesson: its times would be those of the error."""
    if faults := page.locator(FAULTS).all_inner_texts():
        raise RuntimeError(f"{page.url} shows an error: {faults[0][:500]}")


# Numbers ---------------------------------------------------------------------------------------------------------


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank, so that it is a value that occurred."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked) + 0.5) - 1))]


def summary(values: Sequence[float]) -> dict[str, float]:
    return {
        "n": len(values),
        "median": round(statistics.median(values), 1),
        "p90": round(percentile(values, 0.9), 1),
        "p95": round(percentile(values, 0.95), 1),
        "min": round(min(values), 1),
        "max": round(max(values), 1),
    }


def load() -> dict[str, Any]:
    """How busy the machine is: without that the numbers of a benchmark mean nothing."""
    return {"cores": os.cpu_count(), "load_1_min": round(os.getloadavg()[0], 2), "cpu_percent": psutil.cpu_percent(1.0)}


def say(text: str) -> None:
    """Progress goes to stderr: stdout holds the result alone."""
    print(text, file=sys.stderr, flush=True)


def verdict(value: float, target: float) -> str:
    return f"{value:.2f} × (target < {target:g} ×: {'met' if value < target else 'MISSED'})"


def finish(result: dict[str, Any], lines: Sequence[str], as_json: bool) -> None:
    """Print the result, for a tool or for a person."""
    result["load_after"] = load()
    if as_json:
        print(json.dumps(result, indent=1))
        return
    before, after = result["load_before"], result["load_after"]
    print(f"{before['cores']} cores; load {before['load_1_min']} before and {after['load_1_min']} after")
    print("\n".join(lines))
