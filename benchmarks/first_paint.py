"""From the address bar to the lesson: the first visitor of a fresh server, against the first visitor of an empty page.

A server is started, and the instant it says that it is healthy a fresh browser context opens the lesson by its own
address. The lesson is there when its first view is: the component has drawn the shipped model's pictures (its mark, such
as `patch-shown`); in "bottleneck" the gallery of all sizes is drawn, whose map lies below the fold and comes later; in
"word_vectors" the expression box shows its answer (it marks answers to messages alone). The empty page is there when its
button has a place on the screen. All by the page's clock, which starts with the navigation.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks import common

TARGET = 1.5
# `wanted` names a mark and what has to be on the screen ("" for none); the promise is the time when both are there.
PROBE = """
((wanted) => {
  const at = {} // when each part was there
  const roots = [document] // and those of components, which the document's own queries and observers do not see into
  window.arrived = new Promise((done, fail) => {
    const drawn = (element) => element.getClientRects().length &&
      (element.tagName !== "IMG" || (element.complete && element.naturalWidth > 0))
    const look = () => {
      const now = performance.now()
      const elements = wanted.elements ? roots.flatMap((root) => [...root.querySelectorAll(wanted.elements)]) : []
      if (!wanted.elements || (elements.length && elements.every(drawn))) at.elements ??= wanted.elements ? now : 0
      at.mark ??= wanted.mark ? performance.getEntriesByName(wanted.mark)[0]?.startTime : 0
      if (at.mark === undefined || at.elements === undefined) return
      changes.disconnect()
      done(Math.max(at.mark, at.elements))
    }
    const changes = new MutationObserver(look)
    const observe = (root) => changes.observe(root, { subtree: true, childList: true, attributes: true })
    observe(document)
    const attach = Element.prototype.attachShadow
    Element.prototype.attachShadow = function (...given) {
      const root = attach.apply(this, given)
      roots.push(root)
      observe(root)
      return root
    }
    document.addEventListener("load", look, true) // of a picture: it does not bubble
    new PerformanceObserver(look).observe({ entryTypes: ["mark"] })
    setTimeout(() => fail(new Error(`not drawn within 60 s: ${JSON.stringify(wanted)}, there are ${JSON.stringify(at)}`)), 60_000)
  })
  window.arrived.catch(() => {})
})(%s)
"""
AT_REST = 4000  # ms: the first tab draws the rest of its page, which elsewhere another machine would do
HOME = common.Lesson("home", "", "", "", "", first=".ll-face img.ll-moves, .painter[data-shown]")
EMPTY = PROBE % json.dumps({"mark": "", "elements": ".st-key-press button"})


def lesson_probe(lesson: common.Lesson) -> str:
    return PROBE % json.dumps({"mark": "" if lesson.first else lesson.shown, "elements": lesson.first})


def path_of(lesson: common.Lesson) -> str:
    return "" if lesson is HOME else lesson.slug


def when_drawn(page: Any) -> float:
    """Milliseconds from the start of the navigation. Raises where the page shows an error, or is not drawn in time."""
    try:
        return page.evaluate("window.arrived")
    except Exception:
        common.check(page)  # says more than that it was late
        raise


def visit(browser: Any, script: Path, path: str, cache: Path, probe: str) -> dict[str, float]:
    """One fresh server and its first visitors."""
    with common.serve(script, cache) as server:
        page = common.new_page(browser, probe)
        page.goto(f"{server.url}/{path}", wait_until="commit")
        arrived = when_drawn(page)
        page.wait_for_timeout(AT_REST)
        found = {"paint_ms": arrived, "boot_s": server.boot, "server_mb": server.memory()["server_mb"]}
        # The second visitor tells what of it was the server's first time.
        again = common.new_page(browser, probe)
        again.goto(f"{server.url}/{path}", wait_until="commit")
        found["second_paint_ms"] = when_drawn(again)
        # The third is counted: what comes through the socket until the lesson is there. Counting takes time.
        counted = common.new_page(browser, probe)
        traffic = common.Traffic(counted)
        counted.goto(f"{server.url}/{path}", wait_until="commit")
        when_drawn(counted)
        found |= {"messages": traffic.messages, "kb": traffic.bytes / 1000}
        for open_page in (page, again, counted):
            common.check(open_page)
            open_page.context.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    common.add_lesson(parser)
    parser.add_argument("--home", action="store_true", help="the home page as well")
    parser.add_argument("--pairs", type=int, default=5, help="fresh servers of each kind (default 5)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    lessons = [*common.chosen(args.lesson), *([HOME] if args.home else [])]
    result: dict[str, Any] = {"load_before": common.load()}
    visits: dict[str, list[dict[str, float]]] = {"empty": [], **{lesson.slug: [] for lesson in lessons}}
    with common.temporary_cache() as cache, common.chromium() as browser:
        visit(browser, common.EMPTY, "", cache, EMPTY)  # the browser's own first page is slow
        for i in range(args.pairs):
            common.say(f"round {i + 1} of {args.pairs}")
            visits["empty"].append(visit(browser, common.EMPTY, "", cache, EMPTY))
            for lesson in lessons:
                visits[lesson.slug].append(visit(browser, common.APP, path_of(lesson), cache, lesson_probe(lesson)))
    for side, rows in visits.items():
        result[side] = {name: common.summary([row[name] for row in rows]) for name in rows[0]}
        result[side]["boot_s"] = {"median": round(sorted(row["boot_s"] for row in rows)[len(rows) // 2], 2)}
    ratios = {
        lesson.slug: {
            name: result[lesson.slug][name]["median"] / result["empty"][name]["median"]
            for name in ("paint_ms", "second_paint_ms")
        }
        for lesson in lessons
    }
    result["ratios"] = {
        slug: {name: round(value, 3) for name, value in values.items()} for slug, values in ratios.items()
    }
    lines = ["milliseconds from the start of the navigation until the content is drawn", ""]
    for side in visits:
        s = result[side]
        lines.append(
            f"{side:13} first visitor median {s['paint_ms']['median']:7.1f}  ({s['paint_ms']['min']:.0f} to "
            f"{s['paint_ms']['max']:.0f})  second {s['second_paint_ms']['median']:7.1f}  boot "
            f"{s['boot_s']['median']:.2f} s  memory {s['server_mb']['median']:.0f} MB  "
            f"messages {s['messages']['median']:.0f}, {s['kb']['median']:.0f} kB"
        )
    lines.append("")
    for slug, values in ratios.items():
        lines += [
            f"{slug:13} first visitor:  {common.verdict(values['paint_ms'], TARGET)}",
            f"{slug:13} second visitor: {common.verdict(values['second_paint_ms'], TARGET)}",
        ]
    common.finish(result, lines, args.json)


if __name__ == "__main__":
    main()
