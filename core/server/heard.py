"""What a browser says is heard, all of it.

Streamlit makes one message of all that a page tells its front end within one turn of the browser's event loop, about the fragment that
was told of first. The server runs that fragment alone, or nothing where a run of the page has dropped it meanwhile: the click on a button
elsewhere is lost. It also forgets a request that waits for the end of a run when a later one is about the whole page. Here a message that
says more than its fragment is about the page, and what waits travels on with the request that overtakes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Of the parts of a message, those that say that something has happened, and not how something is.
_HAPPENED = ("trigger_value", "string_trigger_value", "chat_input_value", "json_trigger_value")


def hear_all(sessions: Any, merged: Callable[[Any, Any], Any]) -> bool:
    """Have all sessions of this server do so. sessions: Streamlit's class AppSession; merged(old, new): its rule for the states of two
    requests, of which the first has not been answered.

    False where the class is made otherwise than known: then nothing changes.
    """
    if not all(hasattr(sessions, name) for name in ("request_rerun", "has_fragment")):
        return False
    ask = sessions.request_rerun

    def request_rerun(session: Any, said: Any) -> None:
        """In place of AppSession's."""
        if said is not None:
            if said.fragment_id and _is_about_the_page(session, said):
                said = _copy(said)
                said.fragment_id = ""
            if not said.fragment_id and (waits := _overtaken(session)):
                said = _copy(said)
                said.widget_states.CopyFrom(merged(waits, said.widget_states))
        ask(session, said)

    sessions.request_rerun = request_rerun
    return True


def _copy(said: Any) -> Any:
    """A message that may be changed: the one that came stays what the browser has said."""
    new = type(said)()
    new.CopyFrom(said)
    return new


def _is_about_the_page(session: Any, said: Any) -> bool:
    """Whether a message about a fragment says more than that. Only of the page that the session is on: it must not lead back to another."""
    if said.is_auto_rerun or said.page_script_hash != session._client_state.page_script_hash:
        return False
    return not session.has_fragment(said.fragment_id) or any(
        _has_happened(one) and _fragment(session, one.id) != said.fragment_id for one in said.widget_states.widgets
    )


def _has_happened(one: Any) -> bool:
    kind = one.WhichOneof("value")
    if kind not in _HAPPENED:
        return False
    value = getattr(one, kind)
    return bool(value.ListFields()) if hasattr(value, "ListFields") else bool(value)


def _fragment(session: Any, widget: str) -> str | None:
    """The fragment that a widget was drawn in; None for the page itself."""
    known = session._session_state._new_widget_state.widget_metadata.get(widget)
    return known.fragment_id if known is not None else None


def _overtaken(session: Any) -> Any:
    """What was said with a request that waits for the end of a run. That run ends here and takes it no more. None where none waits."""
    runner = session._scriptrunner
    if runner is None:
        return None
    asked = runner._requests
    with asked._lock:
        if asked._state.name != "RERUN":
            return None
        asked._state = type(asked._state).STOP
        return asked._rerun_data.widget_states
