"""A person's own sound: recorded here, or a WAV file. Its bytes stay in the session."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.ui import framed


def brought(prefix: str, label: str, turn: int) -> bytes | None:
    """The bytes of the recording, or else of the file; None where there is neither. turn: a new number brings empty controls."""
    recorded = st.audio_input(label, sample_rate=16_000, key=f"{prefix}_recorded_{turn}")
    with st.popover("A WAV file instead", icon=":material/audio_file:"):
        key = f"{prefix}_sound_file_{turn}"
        file = framed.uploader("A WAV file, at most 10 MB", type=["wav"], key=key, max_upload_size=10)
    chosen = recorded if recorded is not None else file
    return None if chosen is None else chosen.getvalue()


def forget(prefix: str, turn: int) -> None:
    """Drop what these controls brought: Streamlit keeps it until the session ends, also when the controls are gone."""
    for key in (f"{prefix}_recorded_{turn}", f"{prefix}_sound_file_{turn}"):
        if (file := st.session_state.get(key)) and (context := get_script_run_ctx()):
            context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file.file_id)
