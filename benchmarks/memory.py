"""All lessons and all data on one server, one after the other: how much memory it has of its own, and what of that its budget knows.

Each shipped model is opened in its lesson, with what else a lesson can be asked for; then each lesson once more. Own memory is what
the server has written (Anonymous; Linux). Beside it stands what it alone holds (USS): that counts pages of files that are merely
mapped, unless another process has mapped them too.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import common
from benchmarks.sessions import Session
from core.course import LESSONS
from core.experiment import Knob, get
from core.store import artefacts

TARGET = 800.0  # MB on a machine with two cores
KNOWN = re.compile(r"([\d.,]+) MB of at most ([\d.,]+) MB")

# What no shipped model stands for: vectors and models of others, and the parts of a lesson of which one at a time is shown.
MORE: dict[str, tuple[str, ...]] = {
    "bottleneck": ("b_do=numbers", "b_do=between", "b_do=new", "b_do=draw", "b_size=128"),
    "denoising": ("d_feed=noise",),
    "word_vectors": (
        *(f"wv_from=glove&wv_words={n}" for n in (10_000, 50_000, 400_000)), "wv_see=axis", "wv_see=parallel", "wv_test=similarity",
    ),
    "soft_lookup": ("sl_from=own",),
    "attention": ("a_from=minilm", "a_see=circuits", "a_see=tokens", "a_see=positions"),
    "contrastive": ("c_space=z", "c_method=pca", "c_method=tsne", "c_placed=on&c_point=5"),
}  # fmt: skip


class Reader(Session):
    """A session that also keeps what the page says."""

    def _take(self, raw: bytes) -> bool:
        message = ForwardMsg()
        message.ParseFromString(raw)
        if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "markdown":
            self.said = getattr(self, "said", "") + message.delta.new_element.markdown.body + "\n"
        return super()._take(raw)


def links() -> Iterator[tuple[str, str]]:
    """Page and query of all that is opened, in its order."""
    yield "", ""
    shipped = [found.record for found in artefacts.list_records() if found.source == "baked"]
    for lesson in LESSONS:
        yield lesson.slug, ""
        for record in shipped:
            if record.name in lesson.experiments:
                config = vars(get(record.name).strict(record.config))
                knobs = {f"{lesson.prefix}_{name}": Knob.text(value) for name, value in config.items()}
                source = {f"{lesson.prefix}_from": config["data"]} if lesson.slug == "word_vectors" else {}
                yield lesson.slug, urlencode({**knobs, **source})
        for query in MORE.get(lesson.slug, ()):
            yield lesson.slug, query
    for lesson in LESSONS:
        yield lesson.slug, ""


async def visit(port: int, page: str, query: str) -> Reader:
    session = Reader(port, query=query, page=page)
    async with session.open():
        await session.run(timeout=300)
        await session.run(timeout=300)  # a browser's second run draws what the first one leaves out
    return session


def memory(pid: int) -> dict[str, float]:
    """MB of a process: own, alone, and resident."""
    rollup = dict(line.split()[:2] for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    sizes = {
        name: 1024 * int(rollup[f"{name}:"]) / 1e6 for name in ("Anonymous", "Private_Dirty", "Private_Clean", "Rss")
    }
    alone = sizes["Private_Dirty"] + sizes["Private_Clean"]
    return {"own": round(sizes["Anonymous"], 1), "alone": round(alone, 1), "resident": round(sizes["Rss"], 1)}


async def walk(server: common.Server) -> dict[str, Any]:
    said: dict[str, Any] = {"start": memory(server.pid), "steps": [], "errors": []}
    for page, query in links():
        session = await visit(server.port, page, query)
        now = memory(server.pid)
        said["steps"].append({"opened": f"{page or 'home'}?{query}", **now})
        said["errors"] += session.errors
        common.say(f"{now['own']:7.1f} MB own, {now['alone']:7.1f} MB alone: {page or 'home'}?{query}")
    models = await visit(server.port, "models", "")
    said["end"] = memory(server.pid)
    said["most"] = {name: max(step[name] for step in said["steps"]) for name in said["end"]}
    used, limit = KNOWN.search(models.said).groups()
    said["known_mb"], said["budget_mb"] = (float(number.replace(",", "")) for number in (used, limit))
    said["models_page"] = models.said
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result: dict[str, Any] = {"load_before": common.load()}
    with common.temporary_cache() as cache, common.serve(common.APP, cache) as server:
        result |= asyncio.run(walk(server))
    verdict = "met" if result["most"]["own"] <= TARGET else "MISSED"
    start, most, end = result["start"], result["most"], result["end"]
    lines = [
        f"{len(result['steps'])} pages, {len(result['errors'])} errors (target 0)",
        f"own memory after the start {start['own']:.0f} MB, in the end {end['own']:.0f} MB, at most {most['own']:.0f} MB "
        f"(target <= {TARGET:.0f} MB: {verdict})",
        f"with mapped files that no other process has: {start['alone']:.0f}, {end['alone']:.0f}, {most['alone']:.0f} MB; "
        f"resident {start['resident']:.0f}, {end['resident']:.0f}, {most['resident']:.0f} MB",
        f"the budget knows {result['known_mb']:.0f} MB of at most {result['budget_mb']:.0f} MB",
        *result["errors"][:5],
    ]  # fmt: skip
    common.finish(result, lines, args.json)


if __name__ == "__main__":
    main()
