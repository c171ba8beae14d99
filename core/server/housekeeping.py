"""What a server clears away at its start and once a day: what nobody uses any more, and what a killed process left behind."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import re
import shutil
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core import data, lab
from core.data import images, kept, own
from core.store import artefacts, paths

log = logging.getLogger(__name__)
DAY = 86_400.0
LATER = 20.0  # seconds: reading all records takes half a second, in which the first visitor would wait
OFTEN = 15.0  # seconds between two collections of what nobody refers to
M_MMAP_THRESHOLD, LARGE = -3, 4 << 20  # glibc's number of the option; bytes
TEMPORARY = re.compile(r"latent-lab-(\d+)-.+")  # models that could not be stored; the number is the server's process


def give_memory_back() -> bool:
    """Let the C library give large blocks back to the system as soon as they are free; whether it took the order.

    Arrow asks the C library too, then: its own allocator keeps 25 MB for the words of GloVe, which are 5.
    glibc by itself learns to keep blocks of up to 32 MB, the size of the tensors that pages make and drop: a server that had shown
    all lessons held 85 MB of nothing (docs/LOG.md). Other systems' libraries do without.
    """
    import pyarrow

    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    try:
        libc = ctypes.CDLL("libc.so.6")
        return bool(libc.mallopt(M_MMAP_THRESHOLD, LARGE))
    except (OSError, AttributeError):
        return False


def start() -> None:
    """Clear away soon and each day, and collect what runs of pages leave in memory, in threads."""
    threading.Thread(target=_daily, daemon=True, name="housekeeping").start()
    threading.Thread(target=_collect, daemon=True, name="collect").start()


def end() -> None:
    """The server ends: stop what runs, and leave no temporary folder. A signal ends the process without its exit handlers."""
    lab.close()
    for path in Path(tempfile.gettempdir()).glob(f"latent-lab-{os.getpid()}-*"):
        shutil.rmtree(path, ignore_errors=True)


def tidy() -> None:
    """Remove own data that nobody has used for `own.DAYS` days and the models that learned from them, models that were set
    aside as damaged as long ago, and the temporary folders of servers that are gone."""
    if own.sweep():
        kept.forget()
    for found in artefacts.list_records():
        name = own.named_in(found.record.config)
        if found.source == "cache" and name is not None and not data.available(name):
            lab.delete(found.record.name, found.record.key)
    for file in images.older_files():
        file.unlink(missing_ok=True)
    _remove_damaged(datetime.now(UTC) - timedelta(days=own.DAYS))
    _remove_temporary(Path(tempfile.gettempdir()))


def _daily() -> None:
    _remove_temporary(Path(tempfile.gettempdir()))
    time.sleep(LATER)
    while True:
        try:
            tidy()
        except Exception:  # a disk that is full or gone: tomorrow again
            log.exception("could not clear away")
        time.sleep(DAY)


def _collect() -> None:
    """Streamlit's own collection after each run (`runner.postScriptGC`) is off: it takes longer the more sessions there are."""
    while True:
        time.sleep(OFTEN)
        gc.collect()


def _remove_damaged(long_ago: datetime) -> None:
    for folder in (paths.models_dir() / ".damaged").glob("*"):
        with contextlib.suppress(ValueError, OSError):
            since = datetime.strptime(folder.name.rsplit("-", 1)[-1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            if since < long_ago:
                shutil.rmtree(folder)


def _remove_temporary(folder: Path) -> None:
    for path in folder.glob("latent-lab-*"):
        match = TEMPORARY.fullmatch(path.name)
        if match and not _alive(int(match[1]), path):
            shutil.rmtree(path, ignore_errors=True)


def _alive(pid: int, path: Path) -> bool:
    """Whether the server that a temporary folder belongs to may still run."""
    if os.name == "nt":  # there a signal of 0 ends the process
        return time.time() - path.stat().st_mtime < DAY
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
