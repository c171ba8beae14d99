"""All models: what runs, what is trained, what is in memory."""

import streamlit as st

from core import lab
from core.ui import model_list

st.title("Models", anchor=False)
st.html('<p class="ll-question">What is being trained, what is there, and what it costs.</p>')
live = any(job.live for job in lab.models().jobs)
st.header("Runs", anchor=False)
st.fragment(model_list.runs, run_every=1.0 if live else None)(live)
st.header("Trained", anchor=False)
model_list.trained()
st.header("In memory", anchor=False)
model_list.resident()
