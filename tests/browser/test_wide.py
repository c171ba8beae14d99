"""A screen with as many pixels as four: the type of charts grows with that of the page."""

from __future__ import annotations

import pytest

from tests.helpers.browser import is_trained

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("denoising"), reason="the default model is not in assets/trained"),
]
TYPE = "() => [...document.querySelectorAll('.vega-embed svg.marks text')].map(t => parseFloat(t.getAttribute('font-size')))"
PAGE = "parseFloat(getComputedStyle(document.documentElement).fontSize)"


def test_charts_are_written_as_large_as_the_page(visit):
    screen = visit("d", viewport={"width": 3840, "height": 2160}).go("denoising", ".pad[data-shown]")
    screen.see_all()

    def large() -> bool:
        found = screen.page.evaluate(TYPE)
        return bool(found) and min(found) >= 0.9 * screen.page.evaluate(PAGE)

    screen.until(large)
    screen.page.set_viewport_size({"width": 1400, "height": 900})
    screen.go("denoising", ".pad[data-shown]").see_all()
    screen.until(lambda: (found := screen.page.evaluate(TYPE)) and max(found) < 18)  # a laptop's stay as they were
