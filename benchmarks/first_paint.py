"""From the address bar to the lesson: the first visitor of a fresh server, against the first visitor of an empty page.

A server is started, and the instant it says that it is healthy a fresh browser context opens the lesson by its own
address. The lesson is there when the painter has drawn the shipped model's pictures (its mark `patch-shown`), the
empty page when its button has a place on the screen; both by the page's clock, which starts with the navigation.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from benchmarks import common

TARGET = 2.0
PROBE = """
window.arrived = new Promise((done) => {
  new PerformanceObserver((list) => {
    const shown = list.getEntries().find((e) => e.name === "patch-shown")
    if (shown) done(shown.startTime)
  }).observe({ entryTypes: ["mark"] })
  const look = (_, observer) => {
    const button = document.querySelector(".st-key-press button")
    if (!button || !button.getClientRects().length) return
    observer.disconnect()
    done(performance.now())
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true })
})
"""


def visit(browser: Any, script: Path, path: str, cache: Path) -> dict[str, float]:
    """One fresh server and its first visitor."""
    with common.serve(script, cache) as server:
        page = common.new_page(browser, PROBE)
        page.goto(f"{server.url}/{path}", wait_until="commit")
        arrived = page.evaluate("window.arrived")
        page.wait_for_timeout(1000)
        found = {"paint_ms": arrived, "boot_s": server.boot, "server_mb": server.memory()["server_mb"]}
        # The second visitor tells what of it was the server's first time.
        again = common.new_page(browser, PROBE)
        again.goto(f"{server.url}/{path}", wait_until="commit")
        found["second_paint_ms"] = again.evaluate("window.arrived")
        for open_page in (page, again):
            open_page.context.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="fresh servers of each kind (default 5)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result: dict[str, Any] = {"load_before": common.load()}
    visits: dict[str, list[dict[str, float]]] = {"empty": [], "lesson": []}
    with common.temporary_cache() as cache, common.chromium() as browser:
        visit(browser, common.EMPTY, "", cache)  # the browser's own first page is slow
        for i in range(args.pairs):
            common.say(f"pair {i + 1} of {args.pairs}")
            visits["empty"].append(visit(browser, common.EMPTY, "", cache))
            visits["lesson"].append(visit(browser, common.APP, common.LESSON, cache))
    for side, rows in visits.items():
        result[side] = {name: common.summary([row[name] for row in rows]) for name in rows[0]}
        result[side]["boot_s"] = {"median": round(sorted(row["boot_s"] for row in rows)[len(rows) // 2], 2)}
    ratios = {
        name: result["lesson"][name]["median"] / result["empty"][name]["median"]
        for name in ("paint_ms", "second_paint_ms")
    }
    result["ratios"] = {name: round(value, 3) for name, value in ratios.items()}
    lines = ["milliseconds from the start of the navigation until the content is drawn", ""]
    for side in ("empty", "lesson"):
        s = result[side]
        lines.append(
            f"{side:7} first visitor median {s['paint_ms']['median']:7.1f}  ({s['paint_ms']['min']:.0f} to "
            f"{s['paint_ms']['max']:.0f})  second {s['second_paint_ms']['median']:7.1f}  boot "
            f"{s['boot_s']['median']:.2f} s  memory {s['server_mb']['median']:.0f} MB"
        )
    lines += [
        "",
        f"first visitor:  {common.verdict(ratios['paint_ms'], TARGET)}",
        f"second visitor: {ratios['second_paint_ms']:.2f} × (no target)",
    ]
    common.finish(result, lines, args.json)


if __name__ == "__main__":
    main()
