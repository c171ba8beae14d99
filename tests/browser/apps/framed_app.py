"""A page with a file uploader."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.ui.framed import uploader

file = uploader("A file", type=["txt"], key="file")
st.text(f"came: {file.getvalue().decode() if file else 'nothing'}")
