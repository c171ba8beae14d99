"""Streamlit's own controls and the kit's bars, as pages show them."""

import sys
from pathlib import Path

import pandas as pd
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from core.ui import look
from core.ui.bars import Bar, bars

look.apply()
st.toggle("Toggle", True, key="toggle")
st.radio("Radio", ["one", "two"], index=1, key="radio")
st.segmented_control("Segments", ["one", "two"], default="two", key="segments")
st.pills("Pills", ["one", "two"], default=["two"], selection_mode="multi", key="pills")
st.slider("Slider", 0, 10, 3, key="slider")
with st.container(key="progress"):
    st.progress(0.4, "Progress")
with st.container(key="bars"):
    bars([Bar("ours", 0.8, ours=True), Bar("other", 0.6)])
st.line_chart(pd.DataFrame({"y": [1, 2, 3]}), height=200)
