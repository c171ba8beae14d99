"""Somebody brings files that were made to be slow: what they are told, and how long everybody else waits meanwhile.

A text of combining marks, a JPEG whose last scan is repeated, and a picture bomb in a link. A thread asks the server for its
health all the time; the longest answer while each file is read is what others would have waited.
"""

from __future__ import annotations

import argparse
import base64
import io
import threading
import time
import urllib.request
import zlib
from typing import Any

from PIL import Image

from benchmarks import common

TARGET_MS = 500.0
SAID = "[data-testid=stAlert]"


def marks(size: int = 800_000) -> bytes:
    """A text of one letter and combining marks of two classes in turn: to order them takes the square of their number."""
    return ("a" + "\u0301\u0323" * (size // 4 - 1)).encode()


def scans(size: int = 2_000_000) -> bytes:
    """A progressive JPEG whose last scan stands in it again and again."""
    buffer = io.BytesIO()
    Image.new("RGB", (2000, 1500), "white").save(buffer, "JPEG", progressive=True)
    content = buffer.getvalue()
    last = content.rindex(b"\xff\xda")
    scan = content[last:-2]
    return content[:last] + scan * max(1, (size - last) // len(scan)) + content[-2:]


def bomb(side: int = 5800) -> str:
    """A PNG of side x side pixels in a few kB, as a link carries pictures."""
    rows = zlib.compress(bytes(side * (side // 8 + 1)), 9)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return base64.urlsafe_b64encode(png).decode().rstrip("=")


class Others:
    """Asks for the server's health every 20 ms; the longest answer since `begin`."""

    def __init__(self, url: str) -> None:
        self._url, self._over = f"{url}/_stcore/health", threading.Event()
        self.longest = 0.0
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def begin(self) -> None:
        self.longest = 0.0

    def _ask(self) -> None:
        while not self._over.wait(0.02):
            asked = time.perf_counter()
            try:
                urllib.request.urlopen(self._url, timeout=30).read()
            except OSError:
                self.longest = float("inf")
            self.longest = max(self.longest, 1000 * (time.perf_counter() - asked))

    def close(self) -> None:
        self._over.set()
        self._thread.join(30)


def bring(page: Any, url: str, path: str, field: str, content: bytes, name: str) -> str:
    """Upload a file on an open page; what the page says to it."""
    page.goto(f"{url}/{path}")
    if "mi_" in path:
        page.locator("[data-testid=stPopover] button").first.click(timeout=60_000)
    upload = page.locator(f"{field} input[type=file]").first
    upload.wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(1500)
    upload.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    said = page.locator(f"{SAID} p").filter(has_text="choose").or_(page.locator(f"{SAID} p").filter(has_text="save it"))
    said.first.wait_for(timeout=90_000)
    return said.first.inner_text()


def link(page: Any, url: str) -> str:
    """Open the link with the bomb; what the page says, or that it opened without the picture."""
    page.goto(f"{url}/masked_images?mi_from=own&mi_own={bomb()}")
    page.wait_for_selector(".st-key-mi_try0, .st-key-mi_training", timeout=60_000)
    page.wait_for_timeout(1500)
    return " ".join(page.locator(f"{SAID} p").all_inner_texts()) or "opens without the picture"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result: dict[str, Any] = {"load_before": common.load(), "files": {}}
    with common.temporary_cache() as cache, common.serve(common.APP, cache) as server, common.chromium() as browser:
        page = common.new_page(browser)
        others = Others(server.url)
        text, picture = "word_vectors?wv_from=own", "masked_images?mi_from=own"
        tries = {
            "nothing": lambda: page.wait_for_timeout(5000) or "",
            "text of combining marks, 800 kB": lambda: bring(
                page, server.url, text, ".st-key-wv_file", marks(), "x.txt"
            ),
            "JPEG of repeated scans, 2 MB": lambda: bring(
                page, server.url, picture, ".st-key-mi_upload", scans(), "x.jpg"
            ),
            "picture bomb in a link": lambda: link(page, server.url),
        }
        for name, attempt in tries.items():
            common.say(name)
            others.begin()
            said = attempt()
            result["files"][name] = {"others_wait_ms": round(others.longest, 1), "said": said}
        others.close()
    lines = [
        f"{name:34} others wait {row['others_wait_ms']:7.1f} ms at most (target < {TARGET_MS:g})  {row['said']}"
        for name, row in result["files"].items()
    ]
    common.finish(result, lines, args.json)


if __name__ == "__main__":
    main()
