"""Which comparisons with trusted libraries are due: those of what changed lately, and all of them with `pytest --full`.

A twin costs seconds, most of them for the import of its library, and says the same until one of its two sides changes.
Its mark names the files that it tests: `@pytest.mark.twin("core/nn/contrast.py")`; a folder ends with a slash.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LATELY = "HEAD~30"  # what is younger counts as changed, unless LATENT_LAB_BASE names another commit
LIBRARIES = ("requirements.txt", "tests/requirements.txt")  # of all twins: another version may answer otherwise


def base() -> str:
    """The commit to compare with."""
    return os.environ.get("LATENT_LAB_BASE") or LATELY


def changed_since(commit: str, root: Path = ROOT) -> frozenset[str] | None:
    """Files of the working tree that differ from the commit or are new; None where git cannot say, as in an archive."""
    found: set[str] = set()
    for command in (
        ["diff", "--name-only", "--no-renames", commit, "--"],
        ["ls-files", "--others", "--exclude-standard"],
    ):
        try:
            done = subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        found |= {line for line in done.stdout.splitlines() if line}
    return frozenset(found)


def split(items: Iterable[pytest.Item], changed: frozenset[str] | None) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Tests to run and twins to leave out."""
    due, rest = [], []
    for item in items:
        tested = [file for mark in item.iter_markers("twin") for file in mark.args]
        here = item.path.relative_to(ROOT).as_posix()
        (due if not tested or _concerns(changed, (*tested, here, *LIBRARIES)) else rest).append(item)
    return due, rest


def _concerns(changed: frozenset[str] | None, names: tuple[str, ...]) -> bool:
    if changed is None:
        return True
    return any(file == name or (name.endswith("/") and file.startswith(name)) for name in names for file in changed)
