"""A server that is told to end leaves no temporary folder, and the next one removes what a killed one left."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from core.server import housekeeping
from tests.helpers import server as helper

ROOT = Path(__file__).resolve().parents[2]
APP = """
import os, tempfile
import streamlit as st
from core.ui import boot
boot.boot = lambda: None  # what it prepares is not the subject here
from app import lifespan
os.mkdir(f"{tempfile.gettempdir()}/latent-lab-{os.getpid()}-model")
app = st.App(os.path.join(os.path.dirname(__file__), "page.py"), lifespan=lifespan)
"""


@pytest.fixture
def server(tmp_path, monkeypatch):
    """server() starts the app's own start and end around a page that costs nothing; the process."""
    (tmp_path / "page.py").write_text("import streamlit as st\nst.title('x')\n")
    (tmp_path / "ending.py").write_text(APP)
    (tmp_path / "tmp").mkdir()
    started, popen = [], subprocess.Popen

    def noted(*args, **kwargs):
        started.append(popen(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(helper.subprocess, "Popen", noted)
    env = {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp"), "LATENT_LAB_CACHE": str(tmp_path / "cache")}

    def serve(log: str):
        return helper.serve(tmp_path / "ending.py", tmp_path / log, cwd=tmp_path, env=env)

    return serve, started, tmp_path / "tmp"


def test_temporary_folders_go_with_the_server_and_at_the_next_start(server):
    serve, started, folder = server
    with serve("first"):
        first = folder / f"latent-lab-{started[-1].pid}-model"
        assert first.is_dir()
        started[-1].send_signal(signal.SIGTERM)
        assert started[-1].wait(60) is not None
        assert not first.exists(), "after SIGTERM"
    with serve("second"):
        second = folder / f"latent-lab-{started[-1].pid}-model"
        started[-1].kill()
        started[-1].wait(60)
        assert second.is_dir(), "after SIGKILL nobody could"
    with serve("third"):
        third = folder / f"latent-lab-{started[-1].pid}-model"
        for _ in range(600):
            if not second.exists():
                break
            subprocess.run(["sleep", "0.1"], check=True)
        assert not second.exists() and third.is_dir(), "at the next start"
    assert not third.exists() and housekeeping.TEMPORARY.fullmatch(third.name)
