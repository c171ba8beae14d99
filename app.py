"""Latent Lab: `streamlit run app.py`.

The pages hang on core/ui/router.py and not on this file: with a folder `pages/` beside the main script Streamlit
would answer a deep link on a cold server with that page alone, without navigation or theme.
"""

import contextlib
import logging

import streamlit as st
from starlette.middleware import Middleware

from core.server.web import Gate


@contextlib.asynccontextmanager
async def lifespan(app):
    """Import torch and read the default model before the server says it is healthy: the first visitor must not wait."""
    from streamlit.runtime.app_session import AppSession
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent
    from streamlit.runtime.scriptrunner_utils import script_requests

    from core import background
    from core.server import early, heard, housekeeping, logs, sockets, together, turns
    from core.ui import boot

    background.give_way = turns.pages.let_pass
    sockets.send_at_once()
    together.send_together(AppSession, ScriptRunnerEvent.ENQUEUE_FORWARD_MSG)
    heard.hear_all(AppSession, script_requests._coalesce_widget_states)
    logs.keep_secrets()
    housekeeping.give_memory_back()
    early.warm()
    boot.boot()
    housekeeping.start()
    yield
    housekeeping.end()


def say_sorry(error: Exception) -> bool:
    """The last safety net: one sentence in place of a traceback, which goes to the log."""
    logging.getLogger("latent_lab").exception("a page failed", exc_info=error)
    st.error(
        "Something on this page went wrong; nothing you trained is lost. Reload the page, or open it without the part "
        "of the address after the question mark.",
        icon=":material/sentiment_worried:",
    )
    return True


gate = Middleware(Gate, base=lambda: st.get_option("server.baseUrlPath"))
app = st.App("core/ui/router.py", lifespan=lifespan, on_script_error=say_sorry, middleware=[gate])
