"""The stamps of messages: "k3f9-12" is the twelfth message of one instance of a component in somebody's browser.

Streamlit sends a component's last state along with every other widget, so the same message arrives again and again, and
an old one may come late: a component takes a message only if its stamp is newer than that of the last one it took.
"""

from __future__ import annotations

import re
from typing import Any

_STAMP = re.compile(r"([a-z0-9]{1,32})-([0-9]{1,9})", re.ASCII)


def is_stamp(value: Any) -> bool:
    return isinstance(value, str) and _STAMP.fullmatch(value) is not None


def is_newer(stamp: str, seen: str) -> bool:
    """Whether a message follows the newest one seen; another instance of the browser starts a count of its own."""
    new, old = _STAMP.fullmatch(stamp), _STAMP.fullmatch(seen)
    return old is None or new[1] != old[1] or int(new[2]) > int(old[2])
