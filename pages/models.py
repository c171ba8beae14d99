"""All models: running, stored and loaded."""

import streamlit as st

from core.ui import model_list, teacher

st.title("Models", anchor=False)
st.html('<p class="ll-question">Running, stored and loaded models.</p>')
st.header("Running", anchor=False)
model_list.runs()
st.header("Stored", anchor=False)
model_list.trained()
st.header("Loaded", anchor=False)
model_list.resident()
teacher.ask()
