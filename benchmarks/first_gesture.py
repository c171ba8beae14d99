"""Seconds from the address bar to the first gesture answered: a newcomer who does what the lesson's first line says.

A server is started once; each visit is a browser context that knows nothing. The gesture is made as soon as its control has
a place on the screen, in the way of `Start here` at the head of the page, and made again where the page was not listening
yet. Two times are printed, both from the start of the navigation: when the control was there, and when what it changes had
changed. What people take to read is not in it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks import common
from core.course import LESSONS

PATIENCE = 60.0  # seconds for a control or an answer
AGAIN = 2.0  # seconds after which a gesture without an answer is made again
# A component says in `data-shown` which answer it has drawn; elsewhere the content itself tells.
FINGERPRINT = "all => all.map((e) => e.dataset.shown ?? e.innerHTML).join()"


@dataclass(frozen=True)
class Gesture:
    """control: selector of what is taken hold of. make: does it. changes: selector of what answers."""

    control: str
    make: Callable[[Any, Any], None]
    changes: str


def click(page: Any, control: Any) -> None:
    control.click()


def key(name: str) -> Callable[[Any, Any], None]:
    def press(page: Any, control: Any) -> None:
        control.focus()
        page.keyboard.press(name)

    return press


def number(page: Any, control: Any) -> None:
    control.fill("7")
    control.press("Enter")


def stroke(page: Any, control: Any) -> None:
    """Over the second row, a part of which is always visible at first."""
    box = control.bounding_box()
    cell = box["width"] / 7
    page.mouse.move(box["x"] + 0.5 * cell, box["y"] + 1.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 6.5 * cell, box["y"] + 1.5 * cell, steps=4)
    page.mouse.up()


def expression(page: Any, control: Any) -> None:
    control.fill("paris - france + italy")
    control.press("Enter")


def head(page: Any, control: Any) -> None:
    """Point at a word, then take the next head by the keyboard."""
    page.locator(".attention-view .map").first.hover()
    key("ArrowRight")(page, control)


GESTURES: dict[str, Gesture] = {
    "layers": Gesture(".layer-maps .step", click, ".layer-maps .n-train"),
    "backpropagation": Gesture(".forward-backward .back", click, ".forward-backward .where"),
    "features": Gesture(".unit-grid .tile:nth-child(8)", click, ".ll-femade"),
    "colour": Gesture(".colour-pad input[type=range]", key("ArrowRight"), ".colour-pad .guess .note"),
    "fill_in_the_blank": Gesture(".word-tiles .tile:nth-child(3)", click, ".ll-fbblanks"),
    "pictures_and_words": Gesture(".st-key-pw_picture_another button", click, ".ll-pw"),
    "text_to_picture": Gesture(".st-key-tp_other button", click, ".ll-tp"),
    "sight_and_sound": Gesture(".hear-see .sound:nth-child(3)", click, ".hear-see .told"),
    "video": Gesture(".clip-player .masked canvas", stroke, ".clip-player[data-shown]"),
    "how_much_to_hide": Gesture(".st-key-hm_other button", click, ".ll-hmfour"),
    "memory": Gesture(".glimpse .show", click, ".glimpse"),
    "bottleneck": Gesture(".st-key-b_another button", click, ".ll-gallery"),
    "denoising": Gesture(".st-key-d_percent input[type=range]", key("ArrowRight"), ".pad[data-shown]"),
    "masked_images": Gesture(".painter canvas", stroke, ".painter[data-shown]"),
    "word_vectors": Gesture(".expression-box[data-words] input", expression, ".expression-box .rows"),
    "soft_lookup": Gesture(".soft-dictionary input[type=range]", key("ArrowLeft"), ".soft-dictionary .rows"),
    "attention": Gesture(".attention-view canvas.grid", head, ".attention-view .card"),
    "contrastive": Gesture(".st-key-c_draw input", number, ".ll-pair"),
}


def visit(browser: Any, url: str, slug: str) -> dict[str, float]:
    """Seconds of one newcomer. Raises RuntimeError where nothing answers."""
    gesture = GESTURES[slug]
    page = common.new_page(browser, "")
    started = time.perf_counter()
    page.goto(f"{url}/{slug}", wait_until="commit")
    control, area = page.locator(gesture.control).first, page.locator(gesture.changes)
    control.wait_for(state="visible", timeout=1000 * PATIENCE)
    area.first.wait_for(state="visible", timeout=1000 * PATIENCE)
    there = time.perf_counter() - started
    before, tries = area.evaluate_all(FINGERPRINT), 0
    while area.evaluate_all(FINGERPRINT) == before:
        elapsed = time.perf_counter() - started - there
        if elapsed > PATIENCE:
            raise RuntimeError(f"{slug}: nothing answered the gesture")
        if elapsed >= tries * AGAIN:
            gesture.make(page, control)
            tries += 1
        page.wait_for_timeout(10)
    found = {"there_s": there, "answered_s": time.perf_counter() - started}
    common.check(page)
    page.context.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    slugs = [lesson.slug for lesson in LESSONS]
    parser.add_argument("--lesson", choices=[*slugs, "all"], default="all")
    parser.add_argument("--visits", type=int, default=5, help="newcomers of each lesson (default 5)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    wanted = slugs if args.lesson == "all" else [args.lesson]
    result: dict[str, Any] = {"load_before": common.load()}
    lines = ["seconds from the start of the navigation", ""]
    with (
        common.temporary_cache() as cache,
        common.chromium() as browser,
        common.serve(common.APP, cache) as server,
    ):
        visit(browser, server.url, wanted[0])  # the browser's own first page is slow
        for slug in wanted:
            rows = [visit(browser, server.url, slug) for _ in range(args.visits)]
            result[slug] = {name: common.summary([row[name] for row in rows]) for name in rows[0]}
            there, answered = result[slug]["there_s"], result[slug]["answered_s"]
            lines.append(
                f"{slug:14} control there {there['median']:.2f}, answered {answered['median']:.2f} "
                f"({answered['min']:.2f} to {answered['max']:.2f})"
            )
    common.finish(result, lines, args.json)


if __name__ == "__main__":
    main()
