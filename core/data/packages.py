"""Data that come in packages are what the installer wrote: checked when they are loaded, once a process.

An installed package lists its files with their SHA-256 (RECORD; PEP 376 and 627). A file that was cut or edited since then is said
in one sentence. What no package lists cannot be checked, and passes.

Some packages have a second source, the originals (core.data.originals), which are checked alike. The package is used where both are
here, and the original's file in place of a damaged one of the package.
"""

from __future__ import annotations

import base64
import hashlib
import os
import threading
from collections.abc import Iterator
from functools import lru_cache
from importlib import metadata, util
from importlib.machinery import ModuleSpec
from pathlib import Path

from core.data import originals
from core.data.kinds import Missing

_PIECE = 1 << 20
_checking = threading.Lock()
_found: dict[str, ModuleSpec] = {}
_replaced: set[tuple[str, str]] = set()  # package and file, where the original's file is used instead


def find_spec(name: str) -> ModuleSpec | None:
    """importlib's. Each run of a page asks some twenty times, and a search takes a millisecond: a package that was found once
    stays found in this process, and is read, or missed, where it was."""
    if name not in _found and (spec := util.find_spec(name)) is not None:
        _found[name] = spec
    return _found.get(name)


def check(package: str, path: Path) -> Path:
    """The path of a file of an installed package, named as pip names it, or of its original: where the package's file is not what
    was installed, and the original is here, the path of the original's. Raises Missing where neither is sound.

    A file is read once a process, and again after it was changed.
    """
    try:
        if _is_sound_now(package, path):
            _replaced.discard((package, path.name))
            return path
        wrong = f"is damaged ({path.name} is not what was {'published' if originals.at(path) else 'installed'})"
    except OSError as error:
        wrong = f"cannot be read ({error.strerror})"
    if original := originals.at(path):
        one = originals.TABLE[original[0]]
        fetch = f"python -m core get {original[0]}, or " if one.host else ""
        raise Missing(f"The original of {one.title} {wrong}: {fetch}{get(one.package, offer=False)}.")
    instead = _of_original(package, path.name)
    if instead is None:
        raise Missing(f"The package {package} {wrong}: {_again(package)}{_offer(package)}.")
    found = check(package, instead)
    _replaced.add((package, path.name))
    return found


def _of_original(package: str, file: str) -> Path | None:
    """A file of the original of a package, where it is here."""
    name = originals.of_package(package)
    path = originals.folder(name) / file if name else None
    return path if path is not None and path.is_file() else None


def place(name: str, module: str) -> Path | None:
    """The folder with the files of `originals.TABLE[name]`: the package's, whose name in Python is `module`, else the original's.

    Where neither has them all, it is the package's, and None without a package.
    """
    return next((folder for _, folder in _places(name, module)), _inside(name, module))


def where(name: str, checked: bool = False) -> str | None:
    """Which one of an original is used, "package" or "original"; None where it is not here. checked: damaged files do not count.
    Then it reads them all."""
    one = originals.TABLE[name]
    for which, folder in _places(name, one.module):
        if not checked or all(_can_be_used(one.package, folder / file.name) for file in one.files):
            return "original" if which == "package" and _is_replaced(one.package) and not checked else which
    return None


def origin(name: str, module: str) -> str:
    """Where the files of an original that are used came from, for `Source.origin`."""
    one = originals.TABLE[name]
    if place(name, module) == originals.folder(name) or _is_replaced(one.package):
        return f"original at {one.host}" if one.host else "original"
    return f"package {one.package}"


def _places(name: str, module: str) -> Iterator[tuple[str, Path]]:
    """The folders that have all files of an original, the one that is used first."""
    for which, folder in (("package", _inside(name, module)), ("original", originals.folder(name))):
        if folder is not None and originals.TABLE[name].is_in(folder):
            yield which, folder


def _inside(name: str, module: str) -> Path | None:
    spec = find_spec(module)
    found = spec.submodule_search_locations if spec else None
    return Path(found[0]) / originals.TABLE[name].inside if found else None


def _is_replaced(package: str) -> bool:
    return any(replaced == package for replaced, _ in list(_replaced))


def get(*names: str, offer: bool = True) -> str:
    """How to get packages that are absent, with a network or without one; for the end of a sentence. offer: also say which have a
    second source."""
    wanted = " ".join(names)
    return (
        f"pip install {wanted} (without a network: pip download {wanted} on a machine that has one, then "
        f"pip install --no-index --find-links FOLDER {wanted} here){_offer(*names) if offer else ''}"
    )


def sentence(how: str) -> str:
    """What `get` says, as a sentence of its own; other sentences as they are."""
    return f"To get it, run {how}." if how.startswith("pip ") else how


def damaged(title: str, package: str) -> str:
    """One sentence on a package whose file cannot be read."""
    return f"The package of {title} is damaged: {_again(package)}{_offer(package)}."


def _offer(*packages: str) -> str:
    """The second source of those packages that have one, to be appended; "" where none has."""
    names = {package: originals.of_package(package) for package in packages}
    found = [name for name in names.values() if name and originals.TABLE[name].host]
    if not found:
        return ""
    rest = [package for package, name in names.items() if name not in found]
    still = f" (still by pip: {', '.join(rest)})" if rest else ""
    return f", or, with a network but without a package index, python -m core get {' '.join(found)}{still}"


def _again(package: str) -> str:
    return f"install it again with pip install --force-reinstall --no-deps {package}"


def _is_sound_now(package: str, path: Path) -> bool:
    """Whether a file is what was installed or published. Raises OSError."""
    stat = os.stat(path)
    with _checking:  # 30 sessions that come together read it once
        return _is_sound(package, path, stat.st_mtime_ns, stat.st_size)


def _can_be_used(package: str, path: Path) -> bool:
    try:
        return _is_sound_now(package, path)
    except OSError:
        return False


@lru_cache(maxsize=64)
def _is_sound(package: str, path: Path, changed: int, size: int) -> bool:
    original = originals.at(path)
    if original is not None:
        return original[1].is_sound(path)
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
