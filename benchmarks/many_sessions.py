"""A class opens the lesson at once, and a class watches one training: how long everyone waits, and what it costs.

Sessions are websockets that speak Streamlit's own protocol, so the numbers are the server's; drawing comes on top on
each student's own machine. The clients run in this process, on the same cores as the server.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time
from typing import Any

from benchmarks import common
from benchmarks.sessions import Session, steps_per_second

CROWDS = (30, 100)
WATCHERS = 30
WATCHED_SECONDS = 20.0


async def crowd(port: int, count: int) -> dict[str, Any]:
    """`count` sessions open the lesson in the same instant."""

    async def one() -> tuple[float, Session | None, str]:
        began = time.perf_counter()
        try:
            async with Session(port).open() as session:
                await session.run()
                return 1000 * (time.perf_counter() - began), session, "; ".join(session.errors)
        except (OSError, TimeoutError) as error:
            return 1000 * (time.perf_counter() - began), None, repr(error)

    found = await asyncio.gather(*(one() for _ in range(count)))
    whole = [session for _, session, _ in found if session is not None]
    return {
        "sessions": count,
        "ms": common.summary([ms for ms, _, _ in found]),
        "errors": [why for _, _, why in found if why],
        "kilobytes_each": round(statistics.median(s.bytes for s in whole) / 1024, 1) if whole else None,
        "messages_each": statistics.median(s.messages for s in whole) if whole else None,
    }


async def start_training(port: int) -> None:
    async with Session(port, common.UNTRAINED).open() as session:
        await session.run()
        await session.run(click="mi_train")


async def watched(port: int, count: int, seconds: float) -> dict[str, Any]:
    """`count` sessions watch the training that runs; the first one also tells how fast it is."""
    async with contextlib.AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(Session(port, common.UNTRAINED).open()) for _ in range(count)]
        await asyncio.gather(*(tab.run() for tab in tabs))
        await asyncio.sleep(1)
        began = time.perf_counter()

        async def later(i: int) -> list[float]:
            await asyncio.sleep(i / count)  # tabs were not opened in the same millisecond: spread over one interval
            return await tabs[i].watch(began + seconds)

        polls = await asyncio.gather(*(later(i) for i in range(count)))
    took = [1000 * value for values in polls for value in values]
    return {
        "watchers": count,
        "poll_ms": {"p50": round(common.percentile(took, 0.5), 1), "p95": round(common.percentile(took, 0.95), 1),
                    "max": round(max(took), 1), "n": len(took)} if took else None,
        "polls_expected": round(count * seconds),
        "steps_s": steps_per_second(tabs[0].steps, after=began),
        "errors": [why for tab in tabs for why in tab.errors],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=WATCHED_SECONDS, help="of each watched phase (default 20)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result: dict[str, Any] = {"load_before": common.load(), "crowds": [], "watched": []}
    with common.temporary_cache() as cache:
        with common.serve(common.EMPTY, cache) as server:
            result["empty"] = [asyncio.run(crowd(server.port, count)) for count in CROWDS]
        with common.serve(common.APP, cache) as server:
            asyncio.run(crowd(server.port, 1))
            result["memory"] = {"one session": server.memory()}
            for count in CROWDS:
                common.say(f"{count} sessions at once")
                result["crowds"].append(asyncio.run(crowd(server.port, count)))
                result["memory"][f"after {count}"] = server.memory()
        with common.serve(common.APP, cache) as server:
            asyncio.run(start_training(server.port))
            asyncio.run(watched(server.port, 1, 6))  # until the worker is up and its first steps are over
            for count in (1, WATCHERS, 1):
                common.say(f"a training with {count} watching")
                result["watched"].append(asyncio.run(watched(server.port, count, args.seconds)))
                time.sleep(6)  # a session that left counts as a watcher for five seconds more
            result["memory"]["in training"] = server.memory()

    lines = ["milliseconds from opening the websocket until the page's script had finished", ""]
    for row, label in (
        *((row, "empty page") for row in result["empty"]),
        *((row, "lesson") for row in result["crowds"]),
    ):
        lines.append(
            f"{label:10} {row['sessions']:4} at once: median {row['ms']['median']:8.1f}  p95 {row['ms']['p95']:8.1f}  "
            f"errors {len(row['errors'])} (target 0)  {row['messages_each']:.0f} messages, {row['kilobytes_each']} kB each"
        )
    lines += ["", "a training that is watched with the page's poll of one second"]
    for row in result["watched"]:
        polls, speed = row["poll_ms"], row["steps_s"]
        if polls is None or speed is None:
            lines.append(f"{row['watchers']:4} watching: no poll was answered")
            continue
        lines.append(
            f"{row['watchers']:4} watching: poll p50 {polls['p50']:6.1f} ms  p95 {polls['p95']:6.1f} ms  "
            f"({polls['n']} of {row['polls_expected']} polls)  {speed:6.1f} steps/s  errors {len(row['errors'])}"
        )
    speeds = [row["steps_s"] for row in result["watched"]]
    if all(speeds):
        alone = (speeds[0] + speeds[2]) / 2  # before and after, in case the machine changed its mind meanwhile
        result["speed_kept"] = round(speeds[1] / alone, 3)
        lines.append(f"with {WATCHERS} watching the training keeps {100 * result['speed_kept']:.0f} % of its speed")
    lines += ["", "memory in MB: " + ", ".join(f"{name} {value}" for name, value in result["memory"].items())]
    common.finish(result, lines, args.json)


if __name__ == "__main__":
    main()
