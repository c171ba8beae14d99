"""The small apps behind one server, `?app=` says which: a start costs as much as many of their tests."""

import runpy
from pathlib import Path

import streamlit as st

APPS = (
    "attention_view",
    "embedding_map",
    "expression_box",
    "forced_colours",
    "framed",
    "latent_map",
    "painter",
    "sketch_pad",
)

if "app" in st.query_params:
    st.session_state["_app"] = st.query_params["app"]  # a link to another page of the app empties the address
name = st.session_state["_app"]
assert name in APPS
runpy.run_path(str(Path(__file__).with_name(f"{name}_app.py")), run_name="__main__")
