"""A second browser finds neither name nor content of what the first one brought."""

from __future__ import annotations

import re

import pytest

from tests.helpers.browser import PATIENCE

SECRET = "xyzzyquux"
WORDS = [
    a + b
    for a in ("ka", "mo", "ri", "su", "te", "vu", "li", "po")
    for b in ("ban", "dor", "fin", "gul", "hes", "jat", "kem", "lop")
]
TEXT = "\n\n".join(f"{SECRET} " + " ".join(WORDS[(i * k) % len(WORDS)] for k in range(3, 20)) + "." for i in range(200))
PAGES = ("", "models", "word_vectors?wv_from=own", "attention?a_from=own", "contrastive")


@pytest.fixture
def pages(shared_lab_server, tab, wait_idle):
    """pages() -> go(path) in a browser of its own."""

    def one():
        page = tab()  # a context of its own, without cookies

        def go(path: str):
            page.goto(f"{shared_lab_server}/{path}")
            page.locator("h1").first.wait_for(timeout=PATIENCE)
            wait_idle(page, PATIENCE)
            return page

        return go

    return one


def bring(go, wait_idle) -> str:
    """The first browser brings the text and trains on it; the name of the text."""
    page = go("word_vectors?wv_from=own&wv_epochs=1&wv_dim=16&wv_seed=4711")
    page.locator(".st-key-wv_pasted textarea").fill(TEXT)
    page.locator(".st-key-wv_paste button").first.click()
    page.wait_for_url(re.compile("wv_text=text-"), timeout=PATIENCE)
    wait_idle(page, PATIENCE)
    return re.search(r"text-[0-9a-f]{32}", page.url)[0]


def test_a_second_browser_finds_nothing_of_the_first_one(pages, wait_idle, shared_lab_server):
    anna, ben = pages(), pages()
    name = bring(anna, wait_idle)
    page = anna(f"word_vectors?wv_from=own&wv_text={name}&wv_seed=4711")
    page.locator(".st-key-wv_train button").first.click(timeout=PATIENCE)
    page.locator(".st-key-wv_download button").first.wait_for(timeout=PATIENCE)  # it is trained
    [key] = {found for found in re.findall(r"<code>([0-9a-f]{16})</code>", page.content())}

    page.get_by_role("link", name="Models", exact=True).first.click()  # in the same session
    page.locator(f".st-key-download_{key}").wait_for(timeout=PATIENCE)
    assert "of yours" in page.locator("[data-testid=stMain]").inner_text()

    digits = name.removeprefix("text-")
    guesses = [f"word_vectors?wv_from=own&wv_text={guess}" for guess in (f"text-{digits[:16]}", "text-" + "0" * 32)]
    for path in (*PAGES, *guesses):
        seen = ben(path).content()
        assert SECRET not in seen and digits not in seen.replace(path, "") and key not in seen, path
    page = ben("models")
    assert "are not listed" in page.locator("[data-testid=stMain]").inner_text()
    for path in (
        f"media/{key}.zip",
        f"media/word2vec-{key}.zip",
        "_stcore/metrics",
        "_stcore/agent/openapi.json",
        f"app/static/{name}",
    ):
        answer = page.request.get(f"{shared_lab_server}/{path}")
        assert answer.status == 404 and SECRET not in answer.text()
