"""x"""

import streamlit as st

st.title("Latent Lab")
