"""What a page has computed and dropped goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from core.store import paths

SCRIPT = """
import numpy as np, psutil
from core.server import housekeeping
assert housekeeping.give_memory_back()
process = psutil.Process()
before = process.memory_info().rss
for _ in range(3):  # the C library learns to keep blocks of a size that was freed before
    large, small = [np.ones(12 << 20, np.uint8) for _ in range(4)], []
    for one in range(4):
        small.append(np.ones(1 << 16, np.uint8))  # what stays above keeps the heap from shrinking
        large.pop()
    kept = small
print(process.memory_info().rss - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_large_blocks_go_back_at_once():
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, cwd=paths.REPOSITORY, check=True
    )
    assert int(said.stdout) < 12 << 20
