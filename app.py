"""Latent Lab: `streamlit run app.py`.

The pages hang on core/ui/router.py and not on this file: with a folder `pages/` beside the main script Streamlit
would answer a deep link on a cold server with that page alone, without navigation or theme.
"""

import contextlib

import streamlit as st


@contextlib.asynccontextmanager
async def lifespan(app):
    """Import torch and read the default model before the server says it is healthy: the first visitor must not wait."""
    from core.ui import boot

    boot.boot()
    yield


app = st.App("core/ui/router.py", lifespan=lifespan)
