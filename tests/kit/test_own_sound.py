"""What a person's own sound leaves behind: nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from core.ui.own import sound


@pytest.fixture
def manager(monkeypatch):
    """Streamlit's own, with a session that brought two sounds and another one's."""
    found = MemoryUploadedFileManager("/upload")
    context = SimpleNamespace(uploaded_file_mgr=found, session_id="mine")
    monkeypatch.setattr(sound, "get_script_run_ctx", lambda: context)
    state = {}
    for session, file_id in (("mine", "one"), ("mine", "two"), ("other", "three")):
        found.add_file(session, UploadedFileRec(file_id, "a.wav", "audio/wav", b"RIFF"))
        state[file_id] = UploadedFile(UploadedFileRec(file_id, "a.wav", "audio/wav", b"RIFF"), FileURLs())
    monkeypatch.setattr(
        sound, "st", SimpleNamespace(session_state={"hm_recorded_0": state["one"], "hm_sound_file_1": state["two"]})
    )
    return found


def left(manager: MemoryUploadedFileManager, session: str) -> list[str]:
    return sorted(manager.file_storage.get(session, {}))


def test_what_old_controls_brought_is_dropped_and_nothing_else(manager):
    assert left(manager, "mine") == ["one", "two"]
    sound.forget("hm", 0)
    assert left(manager, "mine") == ["two"] and left(manager, "other") == ["three"]
    sound.forget("hm", 0)
    sound.forget("hm", 5)
    assert left(manager, "mine") == ["two"], "nothing was brought there"
    sound.forget("hm", 1)
    assert left(manager, "mine") == [] and left(manager, "other") == ["three"]


def test_outside_of_a_run_nothing_happens(manager, monkeypatch):
    monkeypatch.setattr(sound, "get_script_run_ctx", lambda: None)
    sound.forget("hm", 0)
    assert left(manager, "mine") == ["one", "two"]
