"""What this server answers over HTTP: what pages need, and nothing else. See docs/ENDPOINTS.md.

Streamlit registers more routes than the lab uses; those are closed here, before Streamlit sees the request. And each browser gets
a random cookie, so that who started a training may stop it after a reload, too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from core.server import address, early, scripts, static, turns

COOKIE = "latent_lab_browser"
_VALUE = re.compile(r"[0-9a-f]{32}")
# Of Streamlit's own paths those that the pages need; all others under these first parts are closed.
OPEN = re.compile(r"/_stcore/(?:health|host-config|stream|upload_file/[^/]+/[^/]+)|/media/[^/]+")
OURS = re.compile(r"/(?:_stcore|media|component|app|auth|oauth2callback)(?:/.*)?", re.DOTALL)
# Links hold names of own data: no other site may read them in the Referer.
HEADERS = ((b"referrer-policy", b"same-origin"), (b"x-content-type-options", b"nosniff"))


def is_open(path: str) -> bool:
    """Whether the server answers on this path at all."""
    return OPEN.fullmatch(path) is not None or OURS.fullmatch(path) is None


def browser_in(cookies: Mapping[str, str]) -> str | None:
    """The browser that sent these cookies, or None."""
    value = cookies.get(COOKIE, "")
    return value if isinstance(value, str) and _VALUE.fullmatch(value) else None


class Gate:
    """ASGI middleware: 404 for what is closed, a cookie for each browser, headers on each answer.

    base: the folder of the address under which the server answers, "" for the root; asked for with each request.
    """

    def __init__(self, app: Any, base: Callable[[], str]) -> None:
        self._app, self._base = app, base

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        base = self._base().strip("/")
        path = scope["path"].removeprefix(f"/{base}") if base else scope["path"]
        if not is_open(path):
            return await _refuse(scope, send)
        turns.pages.came()
        if found := scripts.find(scope, path) or static.find(scope, path):
            return await scripts.send_file(found, scope, send, HEADERS)
        if scope["type"] == "websocket":
            return await self._app(scope, receive, send)
        known = browser_in(_cookies(scope)) is not None

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *HEADERS]
                page = any(n.lower() == b"content-type" and v.startswith(b"text/html") for n, v in headers)
                if page and (link := early.header(base)):
                    headers.append((b"link", link))
                if page and not known:
                    value = f"{COOKIE}={secrets.token_hex(16)}; Path=/; HttpOnly; SameSite=Lax"
                    headers.append((b"set-cookie", value.encode()))
                message = {**message, "headers": headers}
            await send(message)

        if address.is_named(scope, path):
            return await self._app(address.plain(scope), receive, address.Told(answer))
        return await self._app(scope, receive, answer)


async def _refuse(scope: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not found"})


def _cookies(scope: Any) -> dict[str, str]:
    found = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found.load(value.decode("latin-1"))
            except CookieError:
                continue
    return {name: morsel.value for name, morsel in found.items()}
