"""What a started server answers over HTTP, and what it does not; see docs/ENDPOINTS.md."""

from __future__ import annotations

import asyncio
import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit import config
from streamlit.web.server.starlette import starlette_app

from core.server import address as server_address
from core.server import static, web
from core.server.bundle import code
from tests.helpers.server import serve

ROOT = Path(__file__).resolve().parents[2]
APP = """
import streamlit as st
from starlette.middleware import Middleware
from core.server.web import Gate
from core.ui.components import page_tools
app = st.App("page.py", middleware=[Middleware(Gate, base=lambda: st.get_option("server.baseUrlPath"))])
"""
OPEN = ("/", "/models", "/word_vectors", "/_stcore/health", "/_stcore/host-config", "/favicon.png")
CLOSED = (
    "/_stcore/metrics", "/_stcore/metrics?families=session_events", "/_stcore/agent/interact", "/_stcore/agent/mcp",
    "/_stcore/agent/openapi.json", "/_stcore/agent/", "/_stcore/script-health-check", "/_stcore/bidi-components/a/b.js",
    "/_stcore/", "/_stcore/allowed-message-origins", "/component/x/index.html", "/app/static/x", "/auth/login", "/auth/logout",
    "/oauth2callback", "/_stcore/health/x", "/_stcore//metrics", "/media/", "/media/a/b", "/_stcore/upload_file",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server with the gate of the app and a page that costs nothing."""
    folder = tmp_path_factory.mktemp("gate")
    (folder / "page.py").write_text("import streamlit as st\nst.title('x')\n")
    (folder / "gated.py").write_text(APP)
    with serve(folder / "gated.py", folder / "log", cwd=folder, env={"PYTHONPATH": str(ROOT), "STREAMLIT_SERVER_ENABLE_AGENT_API": "true"}) as url:  # fmt: skip
        yield url


def ask(url: str, method: str = "GET", **headers: str):
    """(status, headers, text) of an answer."""
    # Without content: a server that answers before it has read some ends the connection, and the answer may be lost.
    request = urllib.request.Request(
        url, method=method, headers=headers, data=b"" if method in ("POST", "PUT") else None
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode("utf-8", "replace")


def test_the_app_has_the_gate():
    import app

    [middleware] = app.app._user_middleware
    assert middleware.cls is web.Gate


def test_what_the_pages_need_is_open(address):
    for path in OPEN:
        status, headers, _ = ask(address + path)
        assert status == 200, path
        assert headers["Referrer-Policy"] == "same-origin" and headers["X-Content-Type-Options"] == "nosniff", path
    assert ask(address + "/_stcore/health")[2] == "ok"


def test_the_code_of_components_is_a_file_that_a_browser_keeps(address):
    [known_as] = code("page_tools")[1]
    for given, packed in (({}, None), ({"Accept-Encoding": "gzip"}, "gzip")):
        status, headers, text = ask(f"{address}/code/{known_as}.js", **given)
        assert status == 200 and headers["Content-Type"].startswith("text/javascript"), given
        assert headers["Content-Encoding"] == packed and "immutable" in headers["Cache-Control"]
        assert packed or text == code("page_tools")[0]
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Set-Cookie"] is None
    assert ask(f"{address}/code/{known_as}.js", "HEAD")[2] == ""
    for other in ("nothing.js", "%2e%2e/app.py", f"{known_as}.css"):
        assert "javascript" not in (ask(f"{address}/code/{other}")[1]["Content-Type"] or ""), other


def test_a_page_with_a_name_is_told_where_its_server_answers(address):
    """Whatever the browser has kept of it or can unpack; the page at the root finds its server by itself."""
    told = server_address.SCRIPT.decode()
    for given in ({}, {"Accept-Encoding": "gzip", "If-None-Match": ask(f"{address}/models")[1]["etag"] or '"x"'}):
        status, headers, text = ask(f"{address}/models", **given)
        assert status == 200 and text.count(told) == 1 and text.index(told) < text.index("<script type")
        assert int(headers["Content-Length"]) == len(text.encode()) and not headers["ETag"]
    assert told not in ask(f"{address}/")[2] and "ETag" in ask(f"{address}/")[1]
    assert ask(f"{address}/favicon.png")[1]["Content-Type"] == "image/png"


def test_a_document_that_comes_in_parts_is_told_and_no_other_answer_is_touched():
    def answered(kind: bytes, status: int, *parts: bytes) -> list:
        sent = []

        async def app(scope, receive, send):
            assert b"accept-encoding" not in dict(scope["headers"]) and dict(scope["headers"])[b"cookie"] == b"a=b"
            await send(
                {"type": "http.response.start", "status": status, "headers": [(b"content-type", kind), (b"etag", b"1")]}
            )
            for i, part in enumerate(parts):
                await send({"type": "http.response.body", "body": part, "more_body": i + 1 < len(parts)})

        async def send(message):
            sent.append(message)

        headers = [(b"accept-encoding", b"gzip"), (b"cookie", b"a=b")]
        run(
            web.Gate(app, lambda: "")(
                {"type": "http", "method": "GET", "path": "/models", "headers": headers}, None, send
            )
        )
        return sent

    start, body = answered(b"text/html; charset=utf-8", 200, b"<he", b"ad>x")
    assert body["body"] == b"<head>" + server_address.SCRIPT + b"x" and b"etag" not in dict(start["headers"])
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()
    for kind, status in ((b"text/plain", 200), (b"text/html", 404)):
        start, *bodies = answered(kind, status, b"<he", b"ad>x")
        assert [body["body"] for body in bodies] == [b"<he", b"ad>x"] and dict(start["headers"])[b"etag"] == b"1"


def test_everything_else_is_closed_for_every_method(address):
    for path in CLOSED:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            status, _, said = ask(address + path, method)
            assert status == 404 and said in ("Not found", ""), (path, method, status)


def test_uploads_and_media_want_what_nobody_guesses(address):
    for path in ("/_stcore/upload_file/session/file", "/media/0123456789abcdef.zip"):
        assert ask(address + path, "PUT")[0] in (400, 403, 405)
    assert ask(address + "/media/0123456789abcdef.zip")[0] == 404
    assert "<html" in ask(address + "/_stcore/upload_file/session/file")[2], "what was uploaded does not come back"


def test_a_browser_gets_one_cookie_and_keeps_it(address):
    _, headers, _ = ask(address + "/")
    [given] = [one for one in headers.get_all("Set-Cookie") if one.startswith(web.COOKIE)]
    value = re.fullmatch(rf"{web.COOKIE}=([0-9a-f]{{32}}); Path=/; HttpOnly; SameSite=Lax", given)[1]
    other = ask(address + "/")[1].get_all("Set-Cookie")
    assert not any(value in one for one in other)
    again = ask(address + "/", Cookie=f"a=b; {web.COOKIE}={value}")[1].get_all("Set-Cookie") or []
    assert not any(one.startswith(web.COOKIE) for one in again)
    for nonsense in ("x", "../..", "0" * 31, "0" * 33, '"', "a=b; ="):
        fresh = ask(address + "/", Cookie=f"{web.COOKIE}={nonsense}")[1].get_all("Set-Cookie")
        assert any(one.startswith(web.COOKIE) for one in fresh), nonsense


def test_a_document_names_the_code_of_widgets_ahead_and_nothing_else_does(address):
    _, headers, _ = ask(f"{address}/models")
    [first, *others] = re.findall(r"<([^>]+)>; rel=modulepreload", headers["link"])
    assert len(others) > 20
    plain = ask(address + first)
    for given, packed in (({}, None), ({"Accept-Encoding": "br, gzip"}, "gzip")):
        status, headers, code = ask(address + first, **given)
        assert status == 200 and code and "link" not in headers and headers["Content-Encoding"] == packed
        assert "immutable" in headers["Cache-Control"] and headers["Content-Type"].startswith("text/javascript")
        assert (code == plain[2]) == (packed is None)
    [font, *_] = (static.folder() / "static/media").glob("*.woff2")
    status, headers, _ = ask(f"{address}/static/media/{font.name}", **{"Accept-Encoding": "br, gzip"})
    assert status == 200 and headers["Content-Encoding"] is None and headers["Content-Type"] == "font/woff2"
    assert int(headers["Content-Length"]) == font.stat().st_size


def test_every_route_that_streamlit_registers_stands_in_the_table(monkeypatch):
    """A newer Streamlit with a route of its own must be looked at: it is closed, or it stands here."""
    said = (ROOT / "docs/ENDPOINTS.md").read_text(encoding="utf-8")

    class Anything:
        def __getattr__(self, name):
            return Anything()

    for option in ("server.enableStaticServing", "server.scriptHealthCheckEnabled"):
        monkeypatch.setitem(config.get_config_options(), option, config.ConfigOption(option, default_val=True))
    monkeypatch.setattr(starlette_app, "create_app_static_serving_routes", lambda *_: [])
    paths = {route.path for route in starlette_app.create_streamlit_routes(Anything()) if route.path not in ("", "/")}
    assert len(paths) > 12
    for path in paths:
        plain = re.sub(r"\{[^}]*\}", "x", path)
        first = next(part for part in (plain.rpartition("/")[0], plain) if part)
        assert plain in said or first in said or first.rpartition("/")[0] in said, path
    assert {path for path in paths if web.is_open(re.sub(r"\{[^}]*\}", "x", path))} == {
        "/_stcore/health", "/_stcore/host-config", "/_stcore/stream", "/_stcore/upload_file/{session_id}/{file_id}", "/media/{file_id:path}",
    }  # fmt: skip


def run(work) -> None:
    """In a thread of its own: this one may have a loop already, where a browser was tested before."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@pytest.mark.parametrize(("base", "path", "status"), [
    ("", "/_stcore/metrics", 404), ("lab", "/lab/_stcore/metrics", 404), ("/lab/", "/lab/_stcore/health", 200),
    ("lab", "/lab/models", 200), ("lab", "/lab/media/x", 200), ("lab", "/lab/component/x", 404),
])  # fmt: skip
def test_the_gate_knows_the_folder_under_which_the_server_answers(base, path, status):
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    run(web.Gate(app, lambda: base)(scope, None, send))
    assert sent[0]["status"] == status


def test_a_websocket_elsewhere_is_closed():
    sent = []

    async def send(message):
        sent.append(message)

    run(web.Gate(None, lambda: "")({"type": "websocket", "path": "/_stcore/other", "headers": []}, None, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]
