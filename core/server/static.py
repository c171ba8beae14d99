"""Streamlit's own scripts, styles and fonts, from memory.

Streamlit opens each of them anew in a thread, which takes some 3 ms, and sends them as they are. A page begins with a hundred,
so a server of few cores has more to do with these than with the page. Here each is read and compressed once. A request names
one of the files that were there at the start, never a path; their names change with their content, so browsers keep them.
"""

from __future__ import annotations

import functools
import gzip
import importlib.util
from pathlib import Path
from typing import Any

from core.server.scripts import File, reads

_KINDS = {".js": b"text/javascript; charset=utf-8", ".css": b"text/css; charset=utf-8", ".woff2": b"font/woff2"}
_PACKED = (".js", ".css")  # a font is compressed already
MOST = 1_000_000  # bytes of one file; what is longer is for charts that the lab does not draw


def folder() -> Path:
    """Streamlit's folder of what browsers get."""
    spec = importlib.util.find_spec("streamlit")
    return Path(spec.origin if spec and spec.origin else "").parent / "static"


@functools.cache
def _known() -> dict[str, Path]:
    """Path of a request, below the folder under which the server answers -> file."""
    found = (folder() / "static").glob("*/*")
    return {
        f"/static/{file.parent.name}/{file.name}": file
        for file in found
        if file.suffix in _KINDS and file.is_file() and file.stat().st_size <= MOST
    }


@functools.cache
def _file(path: str) -> File | None:
    """The file, read at the first request for it; None where it cannot be read."""
    file = _known()[path]
    try:
        plain = file.read_bytes()
    except OSError:
        return None
    packs = file.suffix in _PACKED
    return File(gzip.compress(plain, 6, mtime=0) if packs else plain, packs, _KINDS[file.suffix])


def find(scope: Any, path: str) -> File | None:
    """The file that a request asks for; None where Streamlit has to answer."""
    return _file(path) if reads(scope) and path in _known() else None


def warm(names: tuple[str, ...]) -> None:
    """Read these scripts now: the first visitor asks for them all at once."""
    for name in names:
        if (path := f"/static/js/{name}") in _known():
            _file(path)
