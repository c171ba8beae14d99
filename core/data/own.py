"""What people bring: files under names that nobody can guess, each kept as long as somebody uses it.

A name is a keyed hash (HMAC-SHA256) of the content, 128 bits of it, under a secret that lies in the cache folder. So two people
who bring the same file share one name and one model, but somebody who merely has the same file cannot compute the name, and
finds nothing out without bringing it. A name is the only key to the data: it stands in the link of the person who brought them,
and nowhere else (`hidden`).
"""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import secrets
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.store import atomic, paths

DAYS = 7  # without use, after which what was brought is removed
KEPT = f"What nobody has used for {DAYS} days is removed, with the models that learned from it."
YOURS, OTHERS = "own", "others"  # what stands for a name of own data in a config that is shown
PRIVATE = {YOURS: "of yours", OTHERS: "of somebody"}
_SECRET_BYTES = 32
_NAMES = r"(?:pictures|text)-[0-9a-f]{{{}}}"
_ANY = re.compile(rf"{_NAMES.format(32)}|{_NAMES.format(16)}")  # also as names were before they were secrets
_INSIDE = re.compile(r"(?<![a-z])(pictures|text)-[0-9a-f]{7,}")  # also a name that was cut
_OLD = re.compile(_NAMES.format(16))


# Names -----------------------------------------------------------------------------------------------------------


def pattern(kind: str) -> re.Pattern[str]:
    """Of the names of own data of a kind, "pictures" or "text"."""
    return re.compile(rf"{kind}-[0-9a-f]{{32}}")


def name(kind: str, digest: bytes) -> str:
    """The name of the content with this digest. Makes the secret where there is none. Raises OSError."""
    return f"{kind}-{hmac.digest(_secret(), kind.encode() + digest, 'sha256').hex()[:32]}"


def is_own(value: Any) -> bool:
    """Whether a value is the name of own data, of this version or of an older one."""
    return isinstance(value, str) and _ANY.fullmatch(value) is not None


def named_in(config: Mapping[str, Any]) -> str | None:
    """The name of own data in a config, or None."""
    return next(filter(is_own, config.values()), None)


def without_names(config: Mapping[str, Any], instead: str = YOURS) -> dict[str, Any]:
    """The config with `instead` for names of own data: for others, and for downloads."""
    return {knob: instead if is_own(value) else value for knob, value in config.items()}


def hidden(text: str) -> str:
    """The text without names of own data: for logs."""
    return _INSIDE.sub(r"\1-…", text)


def gone(name: str, noun: str) -> str:
    """Why the link with this name opens nothing, in one sentence. noun: "pictures" or "text"."""
    it = "them" if noun == "pictures" else "it"
    if _OLD.fullmatch(name):
        return f"The link is of an older version, whose names of own {noun} could be guessed: bring {it} again for a new link."
    are = "are" if noun == "pictures" else "is"
    return f"The {noun} of this link {are} no longer on this server: bring {it} again."


def _secret() -> bytes:
    """The secret of this cache folder; made once, by whichever process comes first."""
    path = paths.cache_root() / ".secret"
    for _ in range(3):
        with contextlib.suppress(FileNotFoundError):
            content = path.read_bytes()
            if len(content) == _SECRET_BYTES:
                return content
            path.unlink(missing_ok=True)  # damaged: what was brought under it can be brought again
        temporary = path.with_name(f".secret-{uuid.uuid4().hex[:12]}")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_SECRET_BYTES))
            _first(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    raise OSError("the secret of the cache folder cannot be kept")


def _first(temporary: Path, path: Path) -> None:
    """Put the file there, unless another process was first."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            os.replace(temporary, path)


# Files -----------------------------------------------------------------------------------------------------------


def folder() -> Path:
    return paths.data_dir() / "own"


def touch(path: Path) -> None:
    """Say that a file is in use: what is used stays."""
    with contextlib.suppress(OSError):
        os.utime(path)


def write(path: Path, content: bytes, pattern: str, most: int) -> None:
    """Write a file in one step; then the oldest that fit the pattern go, until `most` bytes are left. Raises OSError."""
    temporary = path.with_name(f".tmp-{uuid.uuid4().hex[:12]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(temporary, content)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):  # another process makes room too; what is left, the next file will find
        files = sorted(path.parent.glob(pattern), key=lambda file: file.stat().st_mtime)
        size = sum(file.stat().st_size for file in files)
        for file in files:
            if size <= most or file == path:
                break
            size -= file.stat().st_size
            file.unlink(missing_ok=True)


def sweep(now: float | None = None) -> int:
    """Remove what nobody has used for DAYS days; how many files that were. now: seconds since the epoch."""
    long_ago = (time.time() if now is None else now) - DAYS * 86_400
    removed = 0
    merges = paths.data_dir().glob("merges-*")  # the subwords of texts, own ones among them
    for file in [*folder().glob("pictures-*"), *folder().glob("text-*"), *folder().glob(".tmp-*"), *merges]:
        with contextlib.suppress(OSError):
            if file.stat().st_mtime < long_ago:
                file.unlink()
                removed += 1
    return removed
