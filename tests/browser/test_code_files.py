"""The code of components where its files do not come: a proxy in front of the server that passes on what Streamlit knows."""

from __future__ import annotations

from tests.helpers.browser import PATIENCE


def test_a_lesson_answers_where_no_file_of_code_comes(shared_lab_server, tabs):
    with tabs.lent() as page:
        refused = []
        page.route("**/code/*", lambda route: (refused.append(route.request.url), route.abort()))
        page.goto(f"{shared_lab_server}/masked_images")
        page.wait_for_selector(".painter[data-shown]", timeout=PATIENCE)
        assert any("patch_painter" in url for url in refused)
        shown = page.locator(".painter").get_attribute("data-shown")
        page.locator(".painter").get_by_role("button", name="Clear", exact=True).click()
        page.wait_for_selector(f".painter[data-shown]:not([data-shown='{shown}'])", timeout=PATIENCE)
        page.get_by_role("button", name="Copy link").wait_for(timeout=PATIENCE)
        page.unroute("**/code/*")
        assert all("/code/" in fault for fault in page.faults)
        page.faults.clear()
