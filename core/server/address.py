"""A page whose address has a name at its end is told at which address its server answers.

Streamlit's page looks for its server below its own address first, gets no answer there, and looks one folder higher: that
costs each deep link more than a tenth of a second before anything is asked for. The document can name the address itself
(`window.__streamlit`, which hosts of Streamlit set, too: theirs stays). The browser works it out, since behind a proxy the
server does not know its own address.
"""

from __future__ import annotations

import re
from typing import Any

SCRIPT = b'<script>window.__streamlit ??= { BACKEND_BASE_URL: new URL("./", location.href).href }</script>'
_NAMED = re.compile(r"/[\w-]+")
_HEAD = b"<head>"
# A part of the document that a browser has kept would lack the script; what is compressed cannot be written into.
_ASKED = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
_TOLD = (b"content-length", b"etag", b"last-modified", b"accept-ranges")


def is_named(scope: Any, path: str) -> bool:
    """Whether a request asks for a page by its name. path: below the folder under which the server answers."""
    return scope["type"] == "http" and scope["method"] == "GET" and _NAMED.fullmatch(path) is not None


def plain(scope: Any) -> Any:
    """The same request, for a whole document that is not compressed."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name.lower() not in _ASKED]}


class Told:
    """Sends an answer on; where it is a document, with SCRIPT as the first thing in its head."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self._start: Any = None  # of a document, until its body is whole
        self._body = b""

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            page = any(n.lower() == b"content-type" and v.startswith(b"text/html") for n, v in message["headers"])
            if page and message["status"] == 200:
                self._start = message
                return
        elif self._start and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = self._body.replace(_HEAD, _HEAD + SCRIPT, 1)
            headers = [(n, v) for n, v in self._start["headers"] if n.lower() not in _TOLD]
            headers.append((b"content-length", str(len(body)).encode()))
            await self._send({**self._start, "headers": headers})
            message = {"type": "http.response.body", "body": body}
            self._start = None
        await self._send(message)
