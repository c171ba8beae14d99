"""The folder of what people brought: files under names made of their content, the longest unused of which make room."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

from core.store import atomic


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
