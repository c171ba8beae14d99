"""Streamlit's own files from memory: the same bytes, compressed for who takes that, and no other file."""

from __future__ import annotations

import pytest

from core.server import early, static

FILES = static.folder() / "static"


def get(path: str, method: str = "GET", kind: str = "http") -> dict:
    return {"type": kind, "method": method, "path": path, "headers": []}


@pytest.mark.parametrize("folder", ["js", "css", "media"])
def test_each_file_is_the_one_on_disk(folder):
    seen = 0
    for file in sorted((FILES / folder).iterdir()):
        path = f"/static/{folder}/{file.name}"
        found = static.find(get(path), path)
        small = file.stat().st_size <= static.MOST
        assert (found is not None) == (small and file.suffix in (".js", ".css", ".woff2")), file.name
        if found is not None and seen < 20:
            seen += 1
            assert found.plain == file.read_bytes()
            assert found.packed == (file.suffix != ".woff2")
            assert not found.packed or len(found.kept) < len(found.plain) or len(found.plain) < 100
    assert seen


def test_what_a_first_visitor_asks_for_has_been_read_already(monkeypatch):
    static._file.cache_clear()
    early.warm()
    before = static._file.cache_info().misses
    names = {*early.both(None)[0], *early.files(None)}
    assert len(names) > 80
    for name in names:
        assert static.find(get(f"/static/js/{name}"), f"/static/js/{name}"), name
    assert static._file.cache_info().misses == before


@pytest.mark.parametrize(
    "path",
    ["/static/js/", "/static/js/nothing.js", "/static/js/../index.html", "/static/js/%2e%2e/index.html", "/static/js",
     "/static/../../__init__.py", "//static/js/", "/index.html", "/"],
)  # fmt: skip
def test_no_other_path_names_a_file(path):
    assert static.find(get(path), path) is None


def test_only_who_reads_gets_it():
    path = f"/static/js/{early.files(None)[0]}"
    assert static.find(get(path), path) is static.find(get(path, "HEAD"), path) is not None
    assert static.find(get(path, "POST"), path) is static.find(get(path, kind="websocket"), path) is None


def test_a_file_that_is_gone_is_left_to_streamlit(monkeypatch, tmp_path):
    monkeypatch.setattr(static, "_known", lambda: {"/static/js/lost.js": tmp_path / "lost.js"})
    assert static.find(get("/static/js/lost.js"), "/static/js/lost.js") is None
