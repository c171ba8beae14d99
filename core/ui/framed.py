"""Uploads inside another site's frame: the browser keeps our cookie from us there, and Streamlit refuses files without it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import streamlit as st

COOKIE = "_streamlit_xsrf"  # set with the first answers, before a session connects
SAID = (
    "Your browser blocks this page's cookie because the page is shown inside another site, so files cannot be uploaded "
    "here. Open the lab in its own tab."
)


def uploader(label: str, **kwargs: Any) -> Any:
    """A file uploader; where files would be refused, a sentence before it, and the way to a tab in which they are not."""
    if refused():
        st.warning(SAID, icon=":material/tab:")
        here = f"{st.context.url}?{urlencode(st.query_params.to_dict())}"
        st.link_button("Open in a tab", here, icon=":material/open_in_new:")
    return st.file_uploader(label, **kwargs)


def refused() -> bool:
    """Whether the session's browser came without the cookie that an upload has to show."""
    asked = st.get_option("server.enableXsrfProtection") and st.context.headers  # without headers there is no browser
    return bool(asked) and COOKIE not in st.context.cookies
