"""The lesson "Layers as maps" in AppTest: what its stage was told, and what a browser would send."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from core.lessons.layers import links
from tests.helpers.pages import fine, open_page


def page(**query: str) -> AppTest:
    """The lesson at a link without the prefix."""
    return fine(open_page("layers", **{f"ly_{name}": value for name, value in query.items()}))


def box(at: AppTest) -> dict[str, Any]:
    [element] = [e for e in at.get("bidi_component") if e.key == links.BOX]
    return json.loads(element.proto.json)


def shown(at: AppTest) -> dict[str, Any]:
    """The setting on the stage."""
    return box(at)["held"]["value"]


def send(at: AppTest, stamp: str = "hand-1", **changes: Any) -> AppTest:
    """What the browser sends after a gesture."""
    held = box(at)["held"]
    at.session_state[links.BOX] = {"held": {"value": held["value"] | changes, "puts": held["puts"], "stamp": stamp}}
    return fine(at.run())
