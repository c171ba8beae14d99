"""When a page says that no file can be sent from it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from core.ui import framed


@pytest.fixture
def browser(monkeypatch):
    """browser(headers, cookies, protected): a session of a browser that came with these."""

    def come(headers: dict, cookies: dict, protected: bool = True) -> None:
        monkeypatch.setattr(framed.st, "context", SimpleNamespace(headers=headers, cookies=cookies))
        monkeypatch.setattr(framed.st, "get_option", {"server.enableXsrfProtection": protected}.__getitem__)

    return come


HEADERS = {"Host": "lab"}


def test_a_browser_without_the_cookie_cannot_send_files(browser):
    browser(HEADERS, {})
    assert framed.refused()
    browser(HEADERS, {"another": "1"})
    assert framed.refused()


def test_with_the_cookie_or_without_the_protection_it_can(browser):
    browser(HEADERS, {framed.COOKIE: "2|abc"})
    assert not framed.refused()
    browser(HEADERS, {}, protected=False)
    assert not framed.refused()


def test_where_there_is_no_browser_nothing_is_said(browser):
    browser({}, {})
    assert not framed.refused()
