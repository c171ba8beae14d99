"""Maps where numba has no place of its own to keep what it compiled: no home, a home that cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.maps import compiled

# What umap-learn compiles while it is imported takes half a minute. Where to keep it numba asks before: that can fail, so that stays.
IMPORT = """
from core.maps import compiled
compiled.keep()
from numba.core.dispatcher import Dispatcher
Dispatcher.compile = lambda self, signature: self.py_func
Dispatcher.disable_compile = lambda self: None
import umap
print("imported")
"""
ALONE = "UserProvidedCacheLocator"  # numba's name for NUMBA_CACHE_DIR: as if neither the package nor the home could be written


@pytest.fixture
def environment(monkeypatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    return monkeypatch


def test_the_labs_cache_is_taken(environment, tmp_path):
    environment.setenv("LATENT_LAB_CACHE", str(tmp_path / "new"))
    compiled.keep()
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "new" / "numba")


def test_where_that_cannot_be_written_a_temporary_folder_is(environment, tmp_path):
    (tmp_path / "file").write_text("")
    environment.setenv("LATENT_LAB_CACHE", str(tmp_path / "file" / "cache"))
    compiled.keep()
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    assert folder.is_dir() and not folder.is_relative_to(tmp_path)
    folder.rmdir()


def test_a_folder_that_somebody_chose_stays(environment, tmp_path):
    environment.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    compiled.keep()
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path)


@pytest.mark.twin("core/maps/compiled.py")
def test_umap_can_be_imported_where_neither_home_nor_cache_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    nowhere = str(tmp_path / "file" / "x")
    found = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=False,
        env={**found, "HOME": nowhere, "XDG_CACHE_HOME": nowhere, "LATENT_LAB_CACHE": nowhere, "PYTHONPATH": os.getcwd(),
             "NUMBA_CACHE_LOCATOR_CLASSES": ALONE},
    )  # fmt: skip
    assert done.stdout.strip() == "imported", done.stderr[-2000:]
