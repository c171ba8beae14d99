"""The code of Streamlit's widgets comes while a page is still starting.

Streamlit's document names the code that every page needs. The code of each kind of widget, in some 45 files, is asked for when
the first one of its kind is drawn, and until then a browser waits with nothing to do. A header of the document names those
files too, so that they are there by then.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

from core.server import static as kept

WIDGETS = (
    "BidiComponent",
    "Html",
    "Button",
    "ButtonGroup",
    "Selectbox",
    "NumberInput",
    "Slider",
    "TextInput",
)  # of a lesson's stage
_ENTRY = re.compile(r'<script[^>]*\bsrc="\./static/js/([\w.-]+\.js)"')
_IMPORTS = re.compile(r'\b(?:from|import)\s*"\./([\w.-]+\.js)"')


def files(static: Path | None) -> tuple[str, ...]:
    """Names of the files behind WIDGETS that the document does not ask for itself; none where Streamlit is laid out otherwise.

    static: Streamlit's folder of what browsers get; None for that of the installed one.
    """
    known, wanted = both(static)
    return tuple(name for name in wanted if name not in known) if known else ()


@functools.cache
def both(static: Path | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the files that the document asks for, and of those behind WIDGETS."""
    static = static or kept.folder()
    scripts = static / "static" / "js"
    try:
        entries = _ENTRY.findall((static / "index.html").read_text("utf-8"))
        wanted = [file.name for name in WIDGETS for file in sorted(scripts.glob(f"{name}.*.js"))]
        return tuple(_with_imports(scripts, entries)), tuple(_with_imports(scripts, wanted))
    except (OSError, UnicodeDecodeError):
        return (), ()


def warm() -> None:
    """Read all these files now: the first visitor asks for them at once."""
    for names in both(None):
        kept.warm(names)


@functools.cache
def header(base: str) -> bytes:
    """The value of the header `Link`. base: the folder of the address under which the server answers, without slashes at its ends."""
    folder = f"/{base}/static/js" if base else "/static/js"
    return ", ".join(f"<{folder}/{name}>; rel=modulepreload" for name in files(None)).encode()


def _with_imports(scripts: Path, names: list[str]) -> dict[str, None]:
    """The names, and those of all that they import before they run, in the order in which they are found."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += _IMPORTS.findall((scripts / name).read_text("utf-8"))
    return found
