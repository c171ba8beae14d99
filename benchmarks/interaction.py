"""How long a gesture takes: one in a lesson against a click on an empty page, at rest and in training.

In "masked_images" the gesture is a painted stroke, in "bottleneck" a click on the latent map, in "denoising" a stroke on
the sketch pad, in "word_vectors" the Enter behind another expression, over 400,000 words, in "attention" the Enter behind
another sentence of 128 tokens and more; `GESTURES` has the others. All clocks run inside the page:
from the pointer's release to the change of the DOM (empty page) or to the mark that the component sets once all of the
answer is drawn (lesson). The latent map answers to the press and the expression box to the key, so their clocks start
there. Playwright only moves the mouse and presses the keys.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks import common, sessions

PAUSE = 0.3  # seconds between two gestures: what a server does after an answer is over by then
WARM_UP = 5
QUIET, TRAINING, AIM = 3.0, 5.0, 2.0
WATCHERS = 10
LIVE_MS = 100  # of sketch_pad.js: a stroke that takes longer is sent on the way, too
TRIES = 20

# One answer a gesture: `arm` promises when pointer or key was pressed and released and when the page had answered, in
# milliseconds. An answer belongs to the message whose stamp it bears, where the component gives stamps. One that does not
# come fails the benchmark: it must not wait for ever.
PROBE = """
window.last = {}
for (const type of ["pointerdown", "pointerup", "keydown"]) {
  window.addEventListener(type, () => { window.last[type] = performance.now() }, true)
}
const answered = (wait) => {
  window.answer = new Promise((done, fail) => {
    setTimeout(() => fail(new Error("no answer to a gesture within 30 s")), 30_000)
    wait((at) => done({ pressed: window.last.pointerdown, released: window.last.pointerup, key: window.last.keydown, at }))
  })
  window.answer.catch(() => {}) // a gesture that is made again leaves its promise behind
}
window.deep = (root, selector) => {
  const here = root.querySelector(selector)
  if (here) return here
  for (const e of root.querySelectorAll("*")) {
    const inside = e.shadowRoot && window.deep(e.shadowRoot, selector)
    if (inside) return inside
  }
  return null
}
window.content = (element, name) => name ? element.getAttribute(name) : element.innerHTML
window.arm = {
  click: () => answered((done) => {
    const before = document.querySelector("#counter").textContent
    new MutationObserver((changes, observer) => {
      const counter = document.querySelector("#counter")
      if (!counter || counter.textContent === before) return
      const now = performance.now()
      observer.disconnect()
      done(now)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  }),
  // The component says which result it shows; a sentence is typed outside of it, so no message of its own bears a stamp.
  // It may be mounted anew; looking for it in each frame would cost more than the answer.
  result: (before) => answered((done) => {
    let host = null
    const shown = () => {
      if (!host?.isConnected) host = [...document.querySelectorAll("[data-testid^=stBidi], div")].find((one) => one.shadowRoot?.querySelector(".attention-view"))
      return host?.shadowRoot.querySelector(".attention-view[data-shown]")?.dataset.shown
    }
    const look = () => {
      const now = shown()
      if (now && now !== before) done(performance.now())
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }),
  // What stands behind `selector`, in the page or in a component, is another one in `name`: an attribute, or "" for its content.
  changed: ([selector, name, before]) => answered((done) => {
    let element = null
    const look = () => {
      if (!element?.isConnected) element = window.deep(document, selector)
      const now = element && window.content(element, name)
      if (now && now !== before) done(performance.now())
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }),
  plain: ([selector, before]) => answered((done) => {
    const look = () => {
      const now = document.querySelector(selector)?.dataset.shown
      if (now && now !== before) done(performance.now())
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }),
  marks: ([sent, shown]) => answered((done) => {
    const first = (name, after, stamp) =>
      performance.getEntriesByName(name).find((e) => e.startTime > after && (stamp === undefined || e.detail === stamp))
    const armed = performance.now()
    new PerformanceObserver((list, observer) => {
      const left = first(sent, armed)
      const answer = left && first(shown, left.startTime, left.detail)
      if (!answer) return
      observer.disconnect()
      done(answer.startTime)
    }).observe({ entryTypes: ["mark"] })
  }),
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
        answer = self.page.evaluate("window.answer")
        return answer["at"] - answer["released"]


class Stage:
    """A lesson's stage in a page of its own, open when all of the page has come."""

    rest = PAUSE

    def __init__(self, browser: Any, url: str, lesson: common.Lesson):
        self.lesson = lesson
        self.page = common.new_page(browser, PROBE)
        self.traffic = common.Traffic(self.page)
        self.page.goto(f"{url}/{lesson.slug}?{lesson.opened}")
        ready = lesson.first if isinstance(self, Changing) else f"{lesson.component}[data-shown]"
        self.page.wait_for_selector(f"{ready}, {common.FAULTS}", timeout=60_000)
        common.check(self.page)
        common.see_all(self.page, lesson.prefix)  # the most that a gesture can rerun
        self.page.wait_for_timeout(2000)
        self.canvas = self.page.locator(f'{lesson.component} canvas[role="application"]')
        self.chance = random.Random(0)
        self.again = 0  # gestures that could not be counted

    def gesture(self) -> float:
        """One gesture; milliseconds until its answer is drawn."""
        raise NotImplementedError

    def arm(self) -> None:
        self.page.evaluate("window.arm.marks", [self.lesson.sent, self.lesson.shown])

    def box(self) -> dict[str, float]:
        """Where the canvas lies in the window."""
        self.canvas.scroll_into_view_if_needed()
        return self.canvas.bounding_box()

    def drag(self, start: tuple[float, float], stop: tuple[float, float], steps: int) -> None:
        """Press, move and release; both in the window's pixels. The pointer waits at `start` already."""
        self.page.mouse.move(*start)
        self.arm()
        self.page.mouse.down()
        self.page.mouse.move(*stop, steps=steps)
        self.page.mouse.up()


class Painting(Stage):
    """Strokes over three patches in turn hide and show, so that the mask stays about as it is."""

    erase = True

    def gesture(self) -> float:
        painter = self.page.locator(self.lesson.component)
        for _ in range(TRIES):
            box = self.box()
            cell = box["width"] / 7
            row, column = self.chance.randrange(7), self.chance.randrange(5)
            left, y = box["x"] + (column + 0.5) * cell, box["y"] + (row + 0.5) * cell
            before = painter.get_attribute("data-committed")
            if self.erase:
                self.page.keyboard.down("Shift")
            self.drag((left, y), (left + 2 * cell, y), steps=3)
            if self.erase:
                self.page.keyboard.up("Shift")
            if painter.get_attribute("data-committed") != before:
                self.erase = not self.erase
                answer = self.page.evaluate("window.answer")
                return answer["at"] - answer["released"]
            self.page.wait_for_timeout(50)  # it changed nothing: all three patches were like that already
        raise RuntimeError(f"{TRIES} strokes changed nothing")


class Walking(Stage):
    """Clicks on places of the latent map, wherever chance has it."""

    def gesture(self) -> float:
        box = self.box()
        x, y = (self.chance.uniform(0.05, 0.95) * box[edge] for edge in ("width", "height"))
        self.arm()
        self.canvas.click(position={"x": x, "y": y})
        answer = self.page.evaluate("window.answer")
        return answer["at"] - answer["pressed"]


class Sketching(Stage):
    """Strokes somewhere on the pad, each drawn in white and then over in black, so that each one changes something."""

    pen = "black"
    line = (0.0, 0.0, 0.0)  # left end and height of the stroke, and how far it goes down, in edges of the pad

    def gesture(self) -> float:
        for _ in range(TRIES):
            if self.pen == "black":
                self.line = self.chance.uniform(0.1, 0.6), self.chance.uniform(0.2, 0.8), self.chance.uniform(-0.1, 0.1)
            self.pen = "white" if self.pen == "black" else "black"
            self.page.locator(f'{self.lesson.component} [data-pen="{self.pen}"]').click()
            box = self.box()
            edge, (left, top, down) = box["width"], self.line
            x, y = box["x"] + left * edge, box["y"] + top * edge
            self.drag((x, y), (x + 0.3 * edge, y + down * edge), steps=2)
            if self.page.evaluate("window.last.pointerup - window.last.pointerdown") < LIVE_MS:
                answer = self.page.evaluate("window.answer")
                return answer["at"] - answer["released"]
            self.again += 1  # the mouse was slow: what comes back may answer the first part of the stroke alone
            self.page.wait_for_timeout(1000)
        raise RuntimeError(f"the mouse took {LIVE_MS} ms or more for each of {TRIES} strokes: the machine is too busy")


class Typing(Stage):
    """Enter behind an expression of two or three words that was not asked before, so that no cache answers.

    The text is put into the input by script: keys would start the pause after which the box sends by itself.
    """

    WORDS = (
        "king queen man woman paris france rome italy berlin germany london england tokyo japan walk walked look looked "
        "river sea bread wine tea coffee music art science school teacher doctor nurse war peace summer winter gold "
        "silver small large good bad day night computer"
    )

    def __init__(self, browser: Any, url: str, lesson: common.Lesson):
        super().__init__(browser, url, lesson)
        self.input = self.page.locator(f"{lesson.component} input")
        self.asked: set[str] = set()

    def expression(self) -> str:
        """a − b + c, or a + b."""
        while True:
            words = self.chance.sample(self.WORDS.split(), self.chance.choice((2, 3)))
            text = " + ".join((" - ".join(words[:-1]), words[-1]))
            if text not in self.asked:
                self.asked.add(text)
                return text

    def gesture(self) -> float:
        text = self.expression()
        self.input.focus()
        self.input.evaluate("(input, text) => { input.value = text }", text)
        self.arm()
        self.page.keyboard.press("Enter")
        answer = self.page.evaluate("window.answer")
        return answer["at"] - answer["key"]


class Writing(Stage):
    """Enter behind a sentence that nobody has read before: longer than what is shown, so that 128 tokens are."""

    WORDS = (
        "and the lord said unto moses behold king people israel went down from house of his father into land day night "
        "water stone fire bread brother daughter hand eyes great fear heart speak answered saying came before them"
    )

    def gesture(self) -> float:
        text = " ".join(self.chance.choice(self.WORDS.split()) for _ in range(140))
        box = self.page.locator(f".st-key-{self.lesson.prefix}_t input")
        box.fill(text)
        shown = self.page.locator(f"{self.lesson.component}[data-shown]").get_attribute("data-shown")
        self.page.evaluate("window.arm.result", shown)
        self.page.keyboard.press("Enter")
        answer = self.page.evaluate("window.answer")
        return answer["at"] - answer["key"]


class Drawing(Stage):
    """Another held-out picture on the stage of "Contrastive": its views are drawn, and their similarities computed."""

    def gesture(self) -> float:
        shown = self.page.locator(f"{self.lesson.component}[data-shown]").get_attribute("data-shown")
        self.page.evaluate("window.arm.plain", [f"{self.lesson.component}[data-shown]", shown])
        self.page.locator(f".st-key-{self.lesson.prefix}_another button").click()
        answer = self.page.evaluate("window.answer")
        return answer["at"] - answer["released"]


class Changing(Stage):
    """A gesture after which something on the stage is another one. watched: its selector, and an attribute or "" for its content."""

    watched = ("", "")
    rest = 1.5  # the acts below the stage follow, up to a second after it

    def act(self) -> str:
        """The gesture; which clock it starts: "released" or "key"."""
        raise NotImplementedError

    def gesture(self) -> float:
        before = self.page.evaluate("([s, n]) => window.content(window.deep(document, s), n)", list(self.watched))
        self.page.evaluate("window.arm.changed", [*self.watched, before])
        clock = self.act()
        answer = self.page.evaluate("window.answer")
        return answer["at"] - answer[clock]

    def click(self, selector: str, many: int) -> str:
        """A click on one of the first `many` such elements, never the last one again."""
        self.last = self.chance.choice([i for i in range(many) if i != getattr(self, "last", None)])
        self.page.locator(selector).nth(self.last).click()
        return "released"


class Units(Changing):
    """A click on another unit: the pictures that excite it most."""

    watched = (".ll-festrongest img", "src")

    def act(self) -> str:
        return self.click(".unit-grid .tile", 40)


class Hiding(Changing):
    """A click on a word hides it, or shows it again."""

    watched = (".ll-fbblanks", "")

    def act(self) -> str:
        return self.click(".word-tiles .tile", 6)


class Hinting(Changing):
    """A pixel of colour on the gray picture."""

    watched = (".colour-pad", "data-shown")

    def act(self) -> str:
        box = self.page.locator(".colour-pad .gray canvas").bounding_box()
        if not hasattr(self, "swatch"):
            self.swatch = self.page.locator(".colour-pad [data-swatch='6']").click()
        x, y = (box[edge] * self.chance.uniform(0.1, 0.9) for edge in ("width", "height"))
        self.page.mouse.click(box["x"] + x, box["y"] + y)
        return "released"


class Cubes(Changing):
    """A cube of a clip is hidden by a click, and another one shown again with Shift."""

    watched = (".clip-player", "data-shown")
    shows = False

    def act(self) -> str:
        player = self.page.locator(".clip-player")
        for _ in range(TRIES):
            before = player.get_attribute("data-hidden")
            box = player.locator(".masked canvas").bounding_box()
            x, y = (box[edge] * (self.chance.randrange(4) + 0.5) / 4 for edge in ("width", "height"))
            if self.shows:
                self.page.keyboard.down("Shift")
            self.page.mouse.click(box["x"] + x, box["y"] + y)
            if self.shows:
                self.page.keyboard.up("Shift")
            if player.get_attribute("data-hidden") != before:
                self.shows = not self.shows
                return "released"
        raise RuntimeError(f"{TRIES} clicks changed nothing")


class Sharing(Changing):
    """The slider of "How much to hide?", one step up or down: four examples are hidden and filled in anew."""

    watched = (".ll-hmfour", "")
    key = "ArrowRight"

    def act(self) -> str:
        self.key = "ArrowLeft" if self.key == "ArrowRight" else "ArrowRight"
        self.page.get_by_role("slider").first.focus()
        self.page.keyboard.press(self.key)
        return "key"


GESTURES: dict[str, type[Stage]] = {
    "features": Units,
    "fill_in_the_blank": Hiding,
    "colour": Hinting,
    "video": Cubes,
    "how_much_to_hide": Sharing,
    "masked_images": Painting,
    "bottleneck": Walking,
    "denoising": Sketching,
    "word_vectors": Typing,
    "attention": Writing,
    "contrastive": Drawing,
}


def measure(click: Click, stage: Stage, gestures: int) -> dict[str, dict[str, float]]:
    """Both gestures in turn, so that whatever else the machine does meets both alike."""
    took: dict[str, list[float]] = {"empty": [], "lesson": [], "bytes": []}
    for i in range(WARM_UP + gestures):
        for name, side in (("empty", click), ("lesson", stage)):
            before = stage.traffic.bytes
            milliseconds = side.gesture()
            if i >= WARM_UP:
                took[name].append(milliseconds)
            time.sleep(stage.rest)
            if side is stage and i >= WARM_UP:
                stage.page.wait_for_timeout(1)  # what came in the pause is counted
                took["bytes"].append(stage.traffic.bytes - before)
    common.check(stage.page)
    return {name: common.summary(values) for name, values in took.items()}


@dataclass
class Training:
    """What the page says of the training that runs in it."""

    page: Any
    said: Any

    def progress(self) -> str:
        """Raises RuntimeError where the training is over: what was measured then was not measured in training."""
        common.check(self.page)
        if not self.said.count():
            raise RuntimeError("the training ended before the measurement did: take fewer gestures or a longer setting")
        return self.said.text_content()


@contextlib.contextmanager
def training(browser: Any, url: str, lesson: common.Lesson) -> Iterator[Training]:
    """A model trains, started and watched in a page of its own; it is stopped at the end."""
    page, panel = common.new_page(browser), f".st-key-{lesson.prefix}"
    page.goto(f"{url}/{lesson.slug}?{lesson.untrained}")
    page.locator(f"{panel}_train button").first.click(timeout=60_000)
    running = Training(page, page.locator(f"{panel}_training").get_by_text(sessions.STEP))
    running.said.wait_for(timeout=120_000)
    time.sleep(3)
    yield running
    page.locator(f"{panel}_stop button").first.click(timeout=30_000)
    with contextlib.suppress(Exception):  # others watch: the page asks whether it is meant
        page.locator(f"{panel}_stop_all button").first.click(timeout=3_000)
    page.locator(f"{panel}_train button").first.wait_for(timeout=30_000)
    page.close()


@contextlib.contextmanager
def watchers(port: int, lesson: common.Lesson, count: int) -> Iterator[None]:
    """Further sessions that watch the training with the page's own poll, as browser tabs do."""
    stop = threading.Event()
    tabs = [sessions.Session(port, lesson.untrained, lesson.slug) for _ in range(count)]

    async def one(tab: sessions.Session) -> None:
        async with tab.open():
            await tab.run()
            while not stop.is_set() and tab.polled:
                await tab.watch(time.perf_counter() + 1.5)

    async def all_of_them() -> None:
        await asyncio.gather(*map(one, tabs))

    thread = threading.Thread(target=lambda: asyncio.run(all_of_them()), daemon=True)
    thread.start()
    try:
        _until_watching(tabs)
        yield
        _until_watching(tabs, seconds=0)
    finally:
        stop.set()
        thread.join(20)


def _until_watching(tabs: list[sessions.Session], seconds: float = 60) -> None:
    """Wait until each session polls the panel. Raises RuntimeError where one does not, or was shown an error."""
    late = time.perf_counter() + seconds
    while (idle := sum(len(tab.steps) < 2 or not tab.polled for tab in tabs)) and time.perf_counter() < late:
        time.sleep(0.2)
    if errors := [error for tab in tabs for error in tab.errors]:
        raise RuntimeError(f"a watching session was shown an error: {errors[0]}")
    if idle:
        raise RuntimeError(f"{idle} of {len(tabs)} sessions do not watch the training")


def ratio(lesson: dict[str, float], empty: dict[str, float]) -> float:
    return round(lesson["median"] / empty["median"], 3)


def run(lesson: common.Lesson, gestures: int, watched: bool = True) -> dict[str, Any]:
    """All phases of one lesson, on servers of its own. watched: also with more sessions that watch the training."""
    result: dict[str, Any] = {"lesson": lesson.slug, "load_before": common.load()}
    with contextlib.ExitStack() as stack:
        cache = stack.enter_context(common.temporary_cache())
        empty = stack.enter_context(common.serve(common.EMPTY, cache))
        lab = stack.enter_context(common.serve(common.APP, cache))
        browser = stack.enter_context(common.chromium())
        click, stage = Click(browser, empty.url), GESTURES[lesson.slug](browser, lab.url, lesson)
        common.say(f"{lesson.slug} at rest")
        result["quiet"] = measure(click, stage, gestures)
        with training(browser, lab.url, lesson) as running:
            common.say("while a model trains")
            result["training"] = measure(click, stage, gestures)
            result["said"] = running.progress()
            if watched:
                with watchers(lab.port, lesson, WATCHERS):
                    common.say(f"while a model trains and {WATCHERS} more sessions watch")
                    result["watched"] = measure(click, stage, gestures)
                    result["said"] = running.progress()
        result["memory"] = lab.memory()
        result["made_again"] = stage.again

    at_rest = result["quiet"]["empty"]
    result["ratios"] = {
        "quiet": ratio(result["quiet"]["lesson"], at_rest),
        "training / empty at rest": ratio(result["training"]["lesson"], at_rest),
        "training / empty in training": ratio(result["training"]["lesson"], result["training"]["empty"]),
    }
    if watched:
        result["ratios"] |= {
            "watched / empty at rest": ratio(result["watched"]["lesson"], at_rest),
            "watched / empty in training": ratio(result["watched"]["lesson"], result["watched"]["empty"]),
        }
    return result


def told(result: dict[str, Any]) -> list[str]:
    """The result of one lesson, for a person."""
    lines = [f"{result['lesson']}: milliseconds from the gesture to the answer on the screen", ""]
    for phase, label in (("quiet", "at rest"), ("training", "training"), ("watched", f"+ {WATCHERS} watchers")):
        for side in ("empty", "lesson") if phase in result else ():
            s = result[phase][side]
            lines.append(f"{label:14} {side:7} median {s['median']:6.1f}  p90 {s['p90']:6.1f}  ({s['n']} gestures)")
    travelled = result["quiet"]["bytes"]
    lines.append(
        f"{'at rest':14} bytes   median {travelled['median']:,.0f}  p90 {travelled['p90']:,.0f} a gesture, both ways"
    )
    r = result["ratios"]
    again = result["made_again"]
    return [
        *lines,
        "",
        f"at rest:                                {common.verdict(r['quiet'], QUIET)}, aim {AIM:g} ×",
        f"training, against the empty page at rest: {common.verdict(r['training / empty at rest'], TRAINING)}",
        f"training, against the empty page then:    {r['training / empty in training']:.2f} ×",
        *(
            [
                f"with watchers, against the empty page at rest {r['watched / empty at rest']:.2f} ×, "
                f"then {r['watched / empty in training']:.2f} × (no target)"
            ]
            if "watched" in result
            else []
        ),
        f"The training ended at: {result['said']}. Memory: {result['memory']}",
        *([f"Strokes made again, because the mouse took {LIVE_MS} ms or more: {again}"] if again else []),
        "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    common.add_lesson(parser)
    parser.add_argument("--gestures", type=int, default=40, help="of each kind and phase (default 40)")
    parser.add_argument("--alone", action="store_true", help="without the phase in which more sessions watch")
    parser.add_argument("--json", action="store_true", help="one document a lesson")
    args = parser.parse_args()
    for lesson in common.chosen(args.lesson):
        if lesson.slug not in GESTURES:
            common.say(f"{lesson.slug}: its gestures are answered in the browser alone, or are not measured yet")
            continue
        result = run(lesson, args.gestures, watched=not args.alone)
        common.finish(result, told(result), args.json)


if __name__ == "__main__":
    main()
