"""A bar's length says its value, at any width of the page."""

from __future__ import annotations

import pytest

from core.ui import look
from core.ui.bars import Bar, as_html

ROWS = [
    Bar("z, after the projector", 0.826),
    Bar("h, this encoder", 0.868, ours=True),
    Bar("raw pixels", 0.2, note="without a network"),
    Bar("nothing", float("nan")),
]


@pytest.mark.parametrize("width", [320, 520, 1400])
def test_widths_are_proportional_to_values(tab, width):
    page = tab(fresh=True)
    page.set_viewport_size({"width": width, "height": 400})
    page.set_content(f"<!doctype html><style>{look.sheet('base')}</style>{as_html(ROWS)}")
    seen = page.evaluate("[...document.querySelectorAll('.ll-bars i')].map((bar) => bar.getBoundingClientRect().width)")
    longest = max(seen)
    assert longest > 0.2 * width
    for row, one in zip(ROWS[:3], seen, strict=False):
        assert abs(one / longest - row.value / 0.868) < 0.005, (width, seen)
    fits = page.evaluate(
        "[...document.querySelectorAll('.ll-bars span')].every((text) => text.getBoundingClientRect().right <= innerWidth)"
    )
    assert fits and page.evaluate(
        "document.querySelector('.ll-bars').scrollWidth <= document.querySelector('.ll-bars').clientWidth"
    )
