"""No click is lost because something else was said in the same moment, or before its run had begun."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType

from core.server import heard

MERGED = script_requests._coalesce_widget_states


class Session:
    """What `heard` knows of a session: two fragments, one of which has a button; the page has another."""

    def __init__(self) -> None:
        self.asked: list[ClientState] = []
        self._client_state = SimpleNamespace(page_script_hash="here")
        owners = {"act": "act", "stroke": "stage", "in stage": "stage", "card": None}
        known = {name: SimpleNamespace(fragment_id=owner) for name, owner in owners.items()}
        self._session_state = SimpleNamespace(_new_widget_state=SimpleNamespace(widget_metadata=known))
        self._scriptrunner = None

    def has_fragment(self, fragment: str) -> bool:
        return fragment in ("act", "stage")

    def request_rerun(self, said) -> None:
        self.asked.append(said)


@pytest.fixture
def session():
    kind = type("Mine", (Session,), {})
    assert heard.hear_all(kind, MERGED)
    return kind()


def said(fragment: str = "", page: str = "here", by_itself: bool = False, **happened) -> ClientState:
    """A message: a word of an act and clicks as triggers, anything else as a value."""
    state = ClientState(fragment_id=fragment, page_script_hash=page, is_auto_rerun=by_itself)
    for name, value in happened.items():
        one = state.widget_states.widgets.add(id=name.replace("_", " "))
        if isinstance(value, bool):
            one.trigger_value = value
        elif isinstance(value, str):
            one.json_trigger_value = value
        else:
            one.double_value = value
    return state


def about(session: Session, message: ClientState) -> str:
    session.request_rerun(message)
    return session.asked[-1].fragment_id


def test_a_click_elsewhere_makes_it_a_message_about_the_page(session):
    message = said("act", act='{"seen": true}', card=True)
    assert about(session, message) == "" and message.fragment_id == "act", "the message itself is left as it came"
    assert [one.id for one in session.asked[-1].widget_states.widgets] == ["act", "card"]
    assert about(session, said("act", act="{}", in_stage=True)) == "", "of another fragment, too"


def test_what_a_fragment_says_alone_stays_its_own(session):
    assert about(session, said("act", act='{"seen": true}')) == "act"
    assert about(session, said("stage", stroke=0.5, in_stage=True, card=False, act="")) == "stage"


def test_what_is_said_of_a_fragment_that_is_gone_is_said_of_the_page(session):
    assert about(session, said("gone", card=True)) == ""
    assert about(session, said("gone")) == ""
    assert about(session, said("gone", by_itself=True)) == "gone", "what repeats itself is no gesture"
    assert about(session, said("gone", page="there", card=True)) == "gone", "nobody is led back to a page"


def waiting(*fragments: str, **happened) -> SimpleNamespace:
    requests = ScriptRequests()
    requests.request_rerun(RerunData(widget_states=said(**happened).widget_states, fragment_id_queue=[*fragments]))
    return SimpleNamespace(_requests=requests)


def test_a_click_that_waits_travels_with_the_run_that_overtakes_it(session):
    session._scriptrunner = waiting("stage", in_stage=True, stroke=0.2)
    session.request_rerun(said(stroke=0.7, act="{}"))
    [told] = session.asked
    values = {one.id: one for one in told.widget_states.widgets}
    assert values["in stage"].trigger_value and values["stroke"].double_value == 0.7
    assert session._scriptrunner._requests._state is ScriptRequestType.STOP, "and happens once"


def test_what_has_begun_and_what_a_fragment_says_overtake_nothing(session):
    session._scriptrunner = waiting("stage", in_stage=True)
    session.request_rerun(said("act", act="{}"))
    assert session._scriptrunner._requests._state is ScriptRequestType.RERUN, "Streamlit gathers these itself"
    session._scriptrunner._requests.on_scriptrunner_ready()
    session.request_rerun(said(card=True))
    assert [one.id for one in session.asked[-1].widget_states.widgets] == ["card"]
    session.request_rerun(None)
    assert session.asked[-1] is None


def test_the_installed_streamlit_is_made_as_it_is_known():
    for name in ("_scriptrunner", "_client_state", "_session_state", "has_fragment"):
        assert name in inspect.getsource(AppSession)
    assert {"_lock", "_state", "_rerun_data"} <= vars(ScriptRequests()).keys()
    assert not heard.hear_all(type("Other", (), {}), MERGED)
