"""How many frames a second *Layers as maps* draws while its network trains, in the default setting.

Play is pressed in one tab, and the component's own count of drawn frames is read by the page's clock: with nobody else on
the server, and then while other sessions open lessons of the same server again and again. Those are websockets, as in
`many_sessions`: a class has machines of its own to draw with, and shares the server alone. The heap of the page and the
memory of the server are read before and after as well; `--seconds 600` shows whether they grow.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import common
from benchmarks.sessions import Session

SLUG, STAGE = "layers", ".layer-maps[data-frames]"
SETTLE = 3.0  # seconds of play that do not count
PAUSE = 5.0  # seconds between two pages of the same session
COUNT = """ms => new Promise((over) => {
  const host = [...document.querySelectorAll("[data-testid^=stBidi], div")].find((e) => e.shadowRoot?.querySelector(".layer-maps"))
  const root = (host?.shadowRoot ?? document).querySelector(".layer-maps")
  const [began, before] = [performance.now(), +root.dataset.frames]
  setTimeout(() => over(1000 * (+root.dataset.frames - before) / (performance.now() - began)), ms)
})"""


@contextlib.contextmanager
def others(port: int, count: int) -> Iterator[list[str]]:
    """`count` sessions that open the lesson again and again until the block ends; yields what went wrong."""
    errors: list[str] = []
    over = threading.Event()

    async def one(i: int) -> None:
        async with Session(port, page=SLUG).open() as session:
            await asyncio.sleep(PAUSE * i / count)
            while not over.is_set():
                await session.run()
                await asyncio.sleep(PAUSE)
            errors.extend(session.errors)

    async def everyone() -> None:
        await asyncio.gather(*(one(i) for i in range(count)))

    thread = threading.Thread(target=lambda: asyncio.run(everyone()))
    thread.start()
    try:
        yield errors
    finally:
        over.set()
        thread.join()


def measured(page: Any, server: common.Server, seconds: float) -> dict[str, Any]:
    """Frames a second, and megabytes of the page's heap and of the server before and after."""
    wire = page.context.new_cdp_session(page)

    def memory() -> tuple[float, float]:
        wire.send("HeapProfiler.collectGarbage")
        return wire.send("Runtime.getHeapUsage")["usedSize"] / 2**20, server.memory()["server_mb"]

    page.wait_for_timeout(1000 * SETTLE)
    before = memory()
    rate = page.evaluate(COUNT, 1000 * seconds)
    after = memory()
    return {
        "frames_s": round(rate, 1),
        "page_mb": [round(before[0], 1), round(after[0], 1)],
        "server_mb": [before[1], after[1]],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement (default 10)")
    parser.add_argument("--sessions", type=int, default=20, help="that open lessons meanwhile (default 20)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    result: dict[str, Any] = {"load_before": common.load()}
    with (
        common.temporary_cache() as cache,
        common.serve(common.APP, cache) as server,
        common.chromium() as browser,
    ):
        page = common.new_page(browser)
        page.goto(f"{server.url}/{SLUG}")
        page.locator(STAGE).first.wait_for(timeout=60_000)
        page.get_by_role("button", name="Play", exact=True).first.click()
        result["alone"] = measured(page, server, chosen.seconds)
        with others(server.port, chosen.sessions) as errors:
            time.sleep(PAUSE)
            result["beside"] = {"sessions": chosen.sessions, **measured(page, server, chosen.seconds)}
        result["errors"] = errors
    rows = (("alone", result["alone"], 30), (f"with {chosen.sessions} sessions", result["beside"], 10))
    lines = [
        f"{name:18} {row['frames_s']:5.1f} frames/s (target ≥ {target}: {'met' if row['frames_s'] >= target else 'MISSED'})  "
        f"page {row['page_mb'][0]} -> {row['page_mb'][1]} MB, server {row['server_mb'][0]} -> {row['server_mb'][1]} MB"
        for name, row, target in rows
    ]
    common.finish(result, [*lines, f"errors: {len(result['errors'])}"], chosen.json)


if __name__ == "__main__":
    main()
