"""A person's own sound: recorded here, or a WAV file. Its bytes stay in the session."""

from __future__ import annotations

import streamlit as st

from core.ui import framed


def brought(prefix: str, label: str, turn: int) -> bytes | None:
    """The bytes of the recording, or else of the file; None where there is neither. turn: a new number brings empty controls."""
    recorded = st.audio_input(label, sample_rate=16_000, key=f"{prefix}_recorded_{turn}")
    with st.popover("A WAV file instead", icon=":material/audio_file:"):
        key = f"{prefix}_sound_file_{turn}"
        file = framed.uploader("A WAV file, at most 10 MB", type=["wav"], key=key, max_upload_size=10)
    chosen = recorded if recorded is not None else file
    return None if chosen is None else chosen.getvalue()
