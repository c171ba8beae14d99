"""How long a gesture takes: a painted stroke in the lesson against a click on an empty page, at rest and in training.

Both clocks run inside the page: from the pointer's release to the change of the DOM (empty page) or to the mark that
the painter sets once all pictures of the new mask are drawn (lesson). Playwright only moves the mouse.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import common, sessions

PAUSE = 0.3  # seconds between two gestures: what a server does after an answer is over by then
WARM_UP = 5
QUIET, TRAINING, AIM = 3.0, 5.0, 2.0
WATCHERS = 10

# One answer a gesture: `arm` promises the milliseconds from the release to what the page counts as its answer.
PROBE = """
window.released = 0
window.addEventListener("pointerup", () => { window.released = performance.now() }, true)
window.arm = {
  click: () => { window.answer = new Promise((done) => {
    const before = document.querySelector("#counter").textContent
    new MutationObserver((changes, observer) => {
      const counter = document.querySelector("#counter")
      if (!counter || counter.textContent === before) return
      const now = performance.now()
      observer.disconnect()
      done(now - window.released)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  }) },
  stroke: () => { window.answer = new Promise((done) => {
    new PerformanceObserver((list, observer) => {
      const shown = list.getEntries().find((e) => e.name === "patch-shown" && e.startTime > window.released)
      if (!shown || !window.released) return
      observer.disconnect()
      done(shown.startTime - window.released)
    }).observe({ entryTypes: ["mark"] })
  }) },
}
"""


class Click:
    """The empty page."""

    def __init__(self, browser: Any, url: str):
        self.page = common.new_page(browser, PROBE)
        self.page.goto(url)
        self.page.wait_for_selector("#counter", timeout=60_000)
        self.page.wait_for_timeout(1000)

    def gesture(self) -> float:
        self.page.evaluate("window.arm.click()")
        self.page.locator(".st-key-press button").click()
        return self.page.evaluate("window.answer")


class Stroke:
    """The lesson: strokes over three patches in turn hide and show, so that the mask stays about as it is."""

    def __init__(self, browser: Any, url: str, query: str = ""):
        self.page = common.new_page(browser, PROBE)
        self.page.goto(f"{url}/{common.LESSON}?{query}")
        self.page.wait_for_selector(".painter[data-shown]", timeout=60_000)
        self.page.wait_for_timeout(2000)
        self.chance = random.Random(0)
        self.erase = True

    def gesture(self) -> float:
        page, canvas = self.page, self.page.locator(".painter canvas")
        while True:
            box = canvas.bounding_box()
            cell = box["width"] / 7
            row, column = self.chance.randrange(7), self.chance.randrange(5)
            y = box["y"] + (row + 0.5) * cell
            before = page.locator(".painter").get_attribute("data-committed")
            page.mouse.move(box["x"] + (column + 0.5) * cell, y)
            page.evaluate("window.released = 0, window.arm.stroke()")
            if self.erase:
                page.keyboard.down("Shift")
            page.mouse.down()
            page.mouse.move(box["x"] + (column + 2.5) * cell, y, steps=3)
            page.mouse.up()
            if self.erase:
                page.keyboard.up("Shift")
            if page.locator(".painter").get_attribute("data-committed") != before:
                break  # else it changed nothing: all three patches were like that already
            page.wait_for_timeout(50)
        self.erase = not self.erase
        return page.evaluate("window.answer")


def measure(click: Click, stroke: Stroke, gestures: int) -> dict[str, dict[str, float]]:
    """Both gestures in turn, so that whatever else the machine does meets both alike."""
    took: dict[str, list[float]] = {"empty": [], "lesson": []}
    for i in range(WARM_UP + gestures):
        for name, side in (("empty", click), ("lesson", stroke)):
            milliseconds = side.gesture()
            if i >= WARM_UP:
                took[name].append(milliseconds)
            time.sleep(PAUSE)
    return {name: common.summary(values) for name, values in took.items()}


@contextlib.contextmanager
def training(browser: Any, url: str) -> Iterator[Any]:
    """A model trains, started and watched in a page of its own; it is stopped at the end."""
    page = common.new_page(browser)
    page.goto(f"{url}/{common.LESSON}?{common.UNTRAINED}")
    page.locator(".st-key-mi_train button").first.click(timeout=60_000)
    page.get_by_text("Step ").first.wait_for(timeout=120_000)
    time.sleep(3)
    try:
        yield page
    finally:
        page.locator(".st-key-mi_stop button").first.click(timeout=30_000)
        with contextlib.suppress(Exception):  # others watch: the page asks whether it is meant
            page.locator(".st-key-mi_stop_all button").first.click(timeout=3_000)
        page.locator(".st-key-mi_train button").first.wait_for(timeout=30_000)
        page.close()


@contextlib.contextmanager
def watchers(port: int, count: int) -> Iterator[None]:
    """Further sessions that watch the training with the page's own poll, as browser tabs do."""
    import asyncio

    stop = threading.Event()

    async def one() -> None:
        async with sessions.Session(port, common.UNTRAINED).open() as session:
            await session.run()
            while not stop.is_set() and session.polled:
                await session.watch(time.perf_counter() + 1.5)

    async def all_of_them() -> None:
        await asyncio.gather(*(one() for _ in range(count)))

    thread = threading.Thread(target=lambda: asyncio.run(all_of_them()), daemon=True)
    thread.start()
    time.sleep(5)
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


def ratio(lesson: dict[str, float], empty: dict[str, float]) -> float:
    return round(lesson["median"] / empty["median"], 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gestures", type=int, default=40, help="of each kind and phase (default 40)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result: dict[str, Any] = {"load_before": common.load()}
    with contextlib.ExitStack() as stack:
        cache = stack.enter_context(common.temporary_cache())
        empty = stack.enter_context(common.serve(common.EMPTY, cache))
        lab = stack.enter_context(common.serve(common.APP, cache))
        browser = stack.enter_context(common.chromium())
        click, stroke = Click(browser, empty.url), Stroke(browser, lab.url)
        common.say("at rest")
        result["quiet"] = measure(click, stroke, args.gestures)
        with training(browser, lab.url) as page:
            common.say("while a model trains")
            result["training"] = measure(click, stroke, args.gestures)
            with watchers(lab.port, WATCHERS):
                common.say(f"while a model trains and {WATCHERS} more sessions watch")
                result["watched"] = measure(click, stroke, args.gestures)
                result["said"] = page.get_by_text("Step ").first.text_content()
        result["memory"] = lab.memory()

    at_rest = result["quiet"]["empty"]
    result["ratios"] = {
        "quiet": ratio(result["quiet"]["lesson"], at_rest),
        "training / empty at rest": ratio(result["training"]["lesson"], at_rest),
        "training / empty in training": ratio(result["training"]["lesson"], result["training"]["empty"]),
        "watched / empty at rest": ratio(result["watched"]["lesson"], at_rest),
        "watched / empty in training": ratio(result["watched"]["lesson"], result["watched"]["empty"]),
    }
    lines = ["milliseconds from the pointer's release to the answer on the screen", ""]
    for phase, label in (("quiet", "at rest"), ("training", "training"), ("watched", f"+ {WATCHERS} watchers")):
        for side in ("empty", "lesson"):
            s = result[phase][side]
            lines.append(f"{label:14} {side:7} median {s['median']:6.1f}  p90 {s['p90']:6.1f}  ({s['n']} gestures)")
    r = result["ratios"]
    lines += [
        "",
        f"at rest:                                {common.verdict(r['quiet'], QUIET)}, aim {AIM:g} ×",
        f"training, against the empty page at rest: {common.verdict(r['training / empty at rest'], TRAINING)}",
        f"training, against the empty page then:    {r['training / empty in training']:.2f} ×",
        f"with watchers, against the empty page at rest {r['watched / empty at rest']:.2f} ×, "
        f"then {r['watched / empty in training']:.2f} × (no target)",
        f"The training ended at: {result['said']}. Memory: {result['memory']}",
    ]
    common.finish(result, lines, args.json)


if __name__ == "__main__":
    main()
