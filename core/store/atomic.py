"""Putting a whole folder in place at once, also where several writers do so with the same folder."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
import uuid
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def put_in_place(temporary: Path, final: Path) -> None:
    """Rename over `final`. A folder cannot replace a full one in a step, so the older one moves out of the way first;
    with several writers of a key each keeps trying, and the last one wins."""
    older = []
    _sync_folder(temporary)
    for _ in range(100):
        try:
            temporary.rename(final)
            break
        except OSError as error:
            if not final.exists() and error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                if older:
                    older[-1].rename(final)  # better the older model than none
                raise
        aside = final.with_name(f".old-{final.name}-{uuid.uuid4().hex[:8]}")
        with contextlib.suppress(FileNotFoundError):  # another writer moved it first
            final.rename(aside)
            older.append(aside)
    else:
        raise OSError(errno.EBUSY, "other writers of the same model never pause", str(final))
    _sync_folder(final.parent)
    for aside in older:
        shutil.rmtree(aside, ignore_errors=True)


def sweep(shelf: Path) -> None:
    """Remove what a writer that was killed left here more than a day ago."""
    for leftover in [*shelf.glob(".tmp-*"), *shelf.glob(".old-*")]:
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > 86_400:
                shutil.rmtree(leftover, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some systems cannot sync a folder; the rename is atomic all the same
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
