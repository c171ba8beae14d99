"""Where numba keeps what it has compiled: umap-learn asks it to, and it fails where neither the package nor the home can be written."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from core.store.paths import cache_root


def keep() -> None:
    """Give numba a folder: the lab's cache, or one for this process where that cannot be written. Before numba is imported."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    folder = cache_root() / "numba"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        folder = tempfile.mkdtemp(prefix=f"latent-lab-{os.getpid()}-numba-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
