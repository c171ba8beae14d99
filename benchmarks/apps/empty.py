"""The least a Streamlit page can do: one button that counts. What the lab is measured against."""

import streamlit as st

st.session_state.setdefault("count", 0)
if st.button("Count", key="press"):
    st.session_state.count += 1
st.html(f'<p id="counter">{st.session_state.count}</p>')
