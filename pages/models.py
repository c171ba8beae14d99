"""All models: what runs, what is trained, what is in memory."""

import streamlit as st

from core.ui import model_list, teacher

st.title("Models", anchor=False)
st.html('<p class="ll-question">What is being trained, what is there, and what it costs.</p>')
st.header("Runs", anchor=False)
model_list.runs()
st.header("Trained", anchor=False)
model_list.trained()
st.header("In memory", anchor=False)
model_list.resident()
teacher.ask()
