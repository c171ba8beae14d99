"""A class that goes through all pages for minutes: whether the server's memory stays what it is, and what its log says.

Each client opens a page of the course, lets it run some times, leaves and opens another one. A session that left stays with
Streamlit for two minutes, so the first minutes do not count.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import time
from typing import Any

from benchmarks import common
from benchmarks.sessions import Session
from core.course import LESSONS

CLIENTS, SECONDS, WARM = 25, 600.0, 240.0
PAGES = ("", "models", *(lesson.slug for lesson in LESSONS))
TARGET = 1.10
FAULT = re.compile(r"Traceback|\bERROR\b|Uncaught")


async def client(port: int, number: int, until: float, said: dict[str, Any]) -> None:
    draw = random.Random(number)
    while time.perf_counter() < until:
        session = Session(port, page=draw.choice(PAGES))
        try:
            async with session.open():
                for _ in range(draw.randint(1, 3)):
                    await session.run()
                    await asyncio.sleep(draw.uniform(0.5, 3.0))
        except (OSError, TimeoutError) as error:
            said["errors"].append(repr(error))
        said["visits"] += 1
        said["errors"] += session.errors


async def soak(server: common.Server, clients: int, seconds: float, warm: float) -> dict[str, Any]:
    said: dict[str, Any] = {"visits": 0, "errors": [], "memory": []}
    began = time.perf_counter()
    tasks = [asyncio.create_task(client(server.port, i, began + seconds, said)) for i in range(clients)]
    while (now := time.perf_counter() - began) < seconds:
        said["memory"].append((round(now), server.memory()["server_mb"]))
        await asyncio.sleep(5)
    await asyncio.gather(*tasks)
    late = [mb for at, mb in said["memory"] if at >= warm]
    quarter = max(1, len(late) // 4)
    said["begins_mb"], said["ends_mb"] = statistics.median(late[:quarter]), statistics.median(late[-quarter:])
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--warm", type=float, default=WARM, help="seconds that do not count (default 240)")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result: dict[str, Any] = {"load_before": common.load()}
    with common.temporary_cache() as cache, common.serve(common.APP, cache) as server:
        result |= asyncio.run(soak(server, args.clients, args.seconds, args.warm))
        log = "\n".join(file.read_text(errors="replace") for file in cache.glob("*.log"))
        result["log"] = [line for line in log.splitlines() if FAULT.search(line)]
    result["ratio"] = round(result["ends_mb"] / result["begins_mb"], 3)
    verdict = "met" if result["ratio"] < TARGET else "MISSED"
    lines = [
        f"{args.clients} clients, {args.seconds:.0f} s, {result['visits']} visits, {len(result['errors'])} errors (target 0), "
        f"{len(result['log'])} faults in the log (target 0)",
        f"memory after {args.warm:.0f} s {result['begins_mb']:.0f} MB, in the end {result['ends_mb']:.0f} MB: "
        f"{result['ratio']:.3f} x (target < {TARGET:g} x: {verdict}); at most {max(mb for _, mb in result['memory']):.0f} MB",
        *result["log"][:5], *result["errors"][:5],
    ]  # fmt: skip
    common.finish(result, lines, args.json)


if __name__ == "__main__":
    main()
