"""Data that come in packages are what the installer wrote: checked when they are loaded, once a process.

An installed package lists its files with their SHA-256 (RECORD; PEP 376 and 627). A file that was cut or edited since then is said
in one sentence. What no package lists cannot be checked, and passes.
"""

from __future__ import annotations

import base64
import hashlib
import os
import threading
from functools import lru_cache
from importlib import metadata, util
from importlib.machinery import ModuleSpec
from pathlib import Path

from core.data.kinds import Missing

_PIECE = 1 << 20
_checking = threading.Lock()
_found: dict[str, ModuleSpec] = {}


def find_spec(name: str) -> ModuleSpec | None:
    """importlib's. Each run of a page asks some twenty times, and a search takes a millisecond: a package that was found once
    stays found in this process, and is read, or missed, where it was."""
    if name not in _found and (spec := util.find_spec(name)) is not None:
        _found[name] = spec
    return _found.get(name)


def check(package: str, path: Path) -> Path:
    """The path of a file of an installed package, named as pip names it. Raises Missing where the file is not what was installed.

    A file is read once a process, and again after it was changed.
    """
    try:
        stat = os.stat(path)
        with _checking:  # 30 sessions that come together read it once
            sound = _is_sound(package, path, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise Missing(f"The package {package} cannot be read ({error.strerror}): {_again(package)}.") from error
    if not sound:
        raise Missing(f"The package {package} is damaged ({path.name} is not what was installed): {_again(package)}.")
    return path


def get(*names: str) -> str:
    """How to get packages that are absent, by either of two ways; for the end of a sentence."""
    wanted = " ".join(names)
    return (
        f"pip install {wanted} (without a network: pip download {wanted} on a machine that has one, then "
        f"pip install --no-index --find-links FOLDER {wanted} here)"
    )


def sentence(how: str) -> str:
    """What `get` says, as a sentence of its own; other sentences as they are."""
    return f"To get it, run {how}." if how.startswith("pip ") else how


def damaged(title: str, package: str) -> str:
    """One sentence on a package whose file cannot be read."""
    return f"The package of {title} is damaged: {_again(package)}."


def _again(package: str) -> str:
    return f"install it again with pip install --force-reinstall --no-deps {package}"


@lru_cache(maxsize=64)
def _is_sound(package: str, path: Path, changed: int, size: int) -> bool:
    wanted = _listed(package, path)
    if wanted is None:
        return True
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode() == wanted


def _listed(package: str, path: Path) -> str | None:
    """The SHA-256 that the package lists for the file, or None where it lists none."""
    try:
        files = metadata.files(package) or ()
    except metadata.PackageNotFoundError:
        return None
    place = Path(path).resolve()
    for file in files:
        listed = file.name == place.name and file.hash is not None and file.hash.mode == "sha256"
        if listed and Path(file.locate()).resolve() == place:
            return file.hash.value
    return None
