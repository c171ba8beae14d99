"""The code of components as files: a browser gets each once, and keeps it.

What is not put here is not there: a request names one of the files in memory, never a path.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from typing import Any

_PATH = re.compile(r"/code/([a-z0-9_-]+\.js)")
_HEADERS = (
    (b"cache-control", b"public, max-age=31536000, immutable"),  # its name changes with its content
    (b"vary", b"accept-encoding"),
)


@dataclass(frozen=True)
class File:
    """What is kept of a file. packed: whether that is compressed. kind: its media type."""

    kept: bytes
    packed: bool = True
    kind: bytes = b"text/javascript; charset=utf-8"

    @property
    def plain(self) -> bytes:
        """Its content; hardly a browser asks for it like this."""
        return gzip.decompress(self.kept) if self.packed else self.kept


_files: dict[str, File] = {}


def put(name: str, script: str) -> None:
    """Offer a script as `code/<name>`."""
    _files[name] = File(gzip.compress(script.encode(), mtime=0))


def find(scope: Any, path: str) -> File | None:
    """The file that a request asks for, or None. path: below the folder under which the server answers."""
    named = _PATH.fullmatch(path)
    return _files.get(named[1]) if named and reads(scope) else None


def reads(scope: Any) -> bool:
    """Whether a request asks for a file, or what it would get."""
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD")


async def send_file(found: File, scope: Any, send: Any, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """Answer with a file, compressed where the browser takes that."""
    packs = found.packed and any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])
    body = found.kept if packs else found.plain
    more = ((b"content-encoding", b"gzip"),) if packs else ()
    length = (b"content-length", str(len(body)).encode())
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", found.kind), *_HEADERS, *more, length, *headers],
        }
    )
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
