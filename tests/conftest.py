"""What all tests share: a marker, and caches of their own that still find the pictures quickly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.store import paths

PICTURES = paths.data_dir()  # of the person who runs the tests; taken before any test moves the cache


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: opens pages in a real browser (skipped where there is none)")


@pytest.fixture(scope="session")
def new_cache() -> Callable[[Path], Path]:
    """new_cache(folder) makes an empty cache there; data sets that were read before are linked, not read again."""

    def make(folder: Path) -> Path:
        (folder / "data").mkdir(parents=True)
        for file in PICTURES.glob("*.safetensors"):
            (folder / "data" / file.name).symlink_to(file)
        return folder

    return make


@pytest.fixture
def lab_cache(new_cache, tmp_path, monkeypatch) -> Path:
    """An empty cache for one test, and nothing of an earlier test in memory."""
    from core import lab

    monkeypatch.setenv("LATENT_LAB_CACHE", str(new_cache(tmp_path / "cache")))
    monkeypatch.setattr(lab, "_models", None)
    monkeypatch.setattr(lab, "_board", None)
    yield tmp_path / "cache"
    lab.board().close()
