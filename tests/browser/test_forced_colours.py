"""Forced colours (high contrast): what is pressed, chosen or drawn as a bar can be told, though the system sets all backgrounds.

A state can be told where the pixels of its element change with it. Each test takes the state away and compares.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.course import LESSONS
from core.server import bundle
from core.ui import look
from tests.helpers.readable import FAINT, TOO_WIDE, UNMARKED

APPS = Path(__file__).parent / "apps"
PATIENCE = 60_000


@pytest.fixture(scope="module", params=["dark", "light"])
def page(tabs, request):
    """A tab in forced colours, over a dark and over a light page. Each test opens a page of its own in it."""
    with tabs.lent(fresh=True) as page:
        page.emulate_media(forced_colors="active", color_scheme=request.param, reduced_motion="reduce")
        yield page


def pixels(locator) -> np.ndarray:
    locator.scroll_into_view_if_needed()
    return np.asarray(Image.open(io.BytesIO(locator.screenshot(timeout=20_000))).convert("RGB")).astype(int)


def changed(locator, change: Callable[[], object]) -> float:
    """How much of an element's picture is another one after `change`, from 0 to 1."""
    before = pixels(locator)
    change()
    after = pixels(locator)
    assert before.shape == after.shape, "a state does not move what stands beside it"
    return float((np.abs(before - after).max(2) > 60).mean())


def without(locator, *attributes: str) -> Callable[[], object]:
    return lambda: locator.evaluate(
        "(e, names) => names.forEach((name) => e.setAttribute(name, 'false'))", list(attributes)
    )


def hidden(locator) -> Callable[[], object]:
    return lambda: locator.evaluate("(e) => { e.style.opacity = 0 }")


# Streamlit's own controls, and the kit's bars ----------------------------------------------------------------------


@pytest.fixture
def controls(page, server, wait_idle):
    page.goto(server(APPS / "forced_colours_app.py"))
    page.wait_for_selector(".st-key-slider [data-testid=stSliderThumbValue]", timeout=PATIENCE)
    wait_idle(page)
    assert not page.locator("[data-testid=stException]").count()
    return page


def test_streamlits_own_controls_say_what_is_on(controls):
    toggle = controls.locator(".st-key-toggle [data-testid=stCheckbox] label")
    track = toggle.locator("> span + div")
    assert changed(track, without(toggle, "data-selected")) > 0.2
    option = controls.locator(".st-key-radio [data-testid=stRadioOption]").nth(1)
    assert changed(option.locator("> span + div > div").first, without(option, "data-selected")) > 0.2
    for key in ("segments", "pills"):
        button = controls.locator(f".st-key-{key} button").nth(1)
        assert changed(button, without(button, "data-selected")) > 0.5


def test_sliders_bars_and_progress_are_seen(controls):
    slider = controls.locator(".st-key-slider [role=group]")
    assert changed(slider, hidden(slider.locator("> div > div").first)) > 0.005
    thumb = slider.locator("[style*='left:']")
    assert changed(thumb, hidden(thumb)) > 0.5
    progress = controls.locator(".st-key-progress [data-testid=stProgressBarTrack]")
    assert changed(progress, hidden(progress.locator("> div"))) > 0.2
    for nth, share in ((0, 0.6), (1, 0.03)):  # ours is filled, the other one is a frame
        bar = controls.locator(".st-key-bars i").nth(nth)
        assert changed(bar, hidden(bar)) > share


def test_a_chart_keeps_its_colours_on_its_own_ground(controls):
    chart = controls.locator("[data-testid=stVegaLiteChart]")
    chart.locator("canvas, svg").first.wait_for(timeout=PATIENCE)
    ground = pixels(chart)[2, 2]
    said = chart.evaluate("(e) => getComputedStyle(document.documentElement).getPropertyValue('--ll-ground').trim()")
    assert tuple(ground) == tuple(int(said[i : i + 2], 16) for i in (1, 3, 5))


# Components --------------------------------------------------------------------------------------------------------


def test_a_pressed_tool_can_be_told_and_a_picture_keeps_its_colours(page, server, wait_idle):
    page.goto(server(APPS / "painter_app.py"))
    page.wait_for_selector(".painter canvas", timeout=PATIENCE)
    wait_idle(page)
    tool = page.locator(".painter button[data-mode=paint]")
    assert changed(tool, without(tool, "aria-pressed")) > 0.5
    canvas = page.locator(".painter canvas").first
    assert len(np.unique(pixels(canvas).reshape(-1, 3), axis=0)) > 20, "a picture keeps its colours"


def standing(page, name: str, markup: str) -> None:
    """Put a piece of a component's markup on the page, with the component's own rules and a theme that is light."""
    theme = "--st-text-color:#1d2126;--st-background-color:#fff;--st-primary-color:#0072b2;--st-link-color:#00609a;--st-border-color:#ccc;--st-button-radius:8px"
    _, rules = bundle._look(name)
    page.set_content(f"<style>:root{{{theme}}}</style><style>{rules}</style>{markup}")


PRESSED = {
    "attention_view": '<div class="attention-view" data-room="wide"><div class="views"><button aria-pressed="true">Lines</button></div></div>',
    "latent_map": '<div class="latent-map"><div class="legend"><button aria-pressed="true"><span>boot</span></button></div></div>',
    "embedding_map": '<div class="embedding-map"><div class="legend"><button aria-pressed="true"><span>boot</span></button></div></div>',
    "sketch_pad": '<div class="desk"><div class="group"><button aria-pressed="true"><span>Pen</span></button></div></div>',
    "page_tools": '<div class="tools"><button aria-pressed="true" data-tip="Present"><svg viewBox="0 0 24 24"><path d="M4 4h16v12H4z"/></svg></button></div>',
    "expression_box": '<div class="expression-box"><div class="options"><div class="option" aria-selected="true">queen</div></div></div>',
}  # fmt: skip


@pytest.mark.parametrize("name", PRESSED)
def test_what_is_pressed_or_selected_can_be_told_in_every_component(page, name):
    standing(page, name, PRESSED[name])
    control = page.locator("[aria-pressed], [aria-selected]")
    both = ("aria-pressed", "aria-selected")
    mark = control.evaluate(
        "(e) => ['::after', '::before'].map((p) => getComputedStyle(e, p)).filter((s) => s.height === '3px').map((s) => s.backgroundColor)"
    )
    ground = control.evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert mark and ground not in mark, "a mark, beside the filling"
    assert changed(control, without(control, *both)) > 0.4


BARS = {
    "expression_box": ('<div class="expression-box"><div class="bar"><i style="width:60px"></i></div></div>', ".bar i", 0.9),
    "soft_dictionary": ('<div class="soft-dictionary"><div class="weight"><div class="track"><i style="width:60px"></i></div></div></div>', ".track i", 0.9),
    "attention_steps": ('<div class="w"><b style="width:60px"></b></div>', ".w b", 0.9),
}  # fmt: skip


@pytest.mark.parametrize("name", BARS)
def test_bars_are_seen_in_every_component(page, name):
    markup, where, share = BARS[name]
    standing(page, name, markup)
    bar = page.locator(where)
    assert changed(bar, hidden(bar)) > share


def test_what_was_put_in_is_told_from_what_was_found(page):
    rows = "".join(
        f'<div class="{kind}"><div class="bar"><i style="width:60px"></i></div></div>' for kind in ("asked", "found")
    )
    standing(page, "expression_box", f'<div class="expression-box">{rows}</div>')
    asked, found = (pixels(page.locator(f".{kind} i"))[:20] for kind in ("asked", "found"))  # 20.8 pixels high
    assert (np.abs(asked - found).max(2) > 60).mean() > 0.5


def test_the_slider_of_the_temperature_and_a_pot_of_paint_are_seen(page):
    slider = '<input type="range" class="temperature" style="--fill:70%;width:300px">'
    standing(page, "soft_dictionary", f'<div class="soft-dictionary">{slider}</div>')
    drawn = pixels(page.locator("input"))
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 2
    fill = drawn[drawn.shape[0] // 2]
    assert np.abs(fill[10] - fill[-10]).max() > 60, "the filled part, and the rest"
    standing(page, "sketch_pad", '<span class="ink" style="--ink:#d55e00;display:block"></span>')
    assert tuple(pixels(page.locator(".ink"))[11, 11]) == (0xD5, 0x5E, 0)


# Sheets of lessons -------------------------------------------------------------------------------------------------


def sheet(page, name: str, markup: str) -> None:
    page.set_content(
        f"<style>:root{{--ll-ours:#0072b2;--ll-link:#00609a;--ll-ground:#fff}}{look.sheet('base')}{look.sheet(name)}</style>{markup}"
    )


def test_bars_of_lessons_are_seen(page):
    sheet(page, "bottleneck", '<div class="ll-code"><span><i style="height:40%;bottom:50%"></i></span></div>')
    bar = page.locator("i")
    assert changed(bar, hidden(bar)) > 0.9
    sheet(
        page,
        "attention",
        '<table class="ll-lessons"><tr><td class="b"><div><i style="width:60px"></i></div></td></tr></table>',
    )
    bar = page.locator("i")
    assert changed(bar, hidden(bar)) > 0.9
    sheet(page, "attention", '<p class="ll-written"><b style="--p:80%;padding:0 40px .22rem">the</b></p>')
    token = page.locator("b")
    assert changed(token, lambda: token.evaluate("(e) => e.style.setProperty('--p', '0%')")) > 0.04


def test_what_is_framed_is_told_from_what_is_not(page):
    pair = '<div class="ll-pair"><figure class="{}"><img width="40" height="40"></figure></div>'
    for name, markup, where in (
        ("contrastive", pair, "figure"),
        ("contrastive", '<div class="ll-matrix"><table><tr><td class="{}">0.9</td></tr></table></div>', "td"),
        ("base", '<dl class="ll-gallery"><dd class="{}">.</dd></dl>', "dd"),
    ):
        kind = "pair" if where == "td" else "ours"
        sheet(page, name, markup.format(kind))
        framed = page.locator(where)
        assert changed(framed, lambda framed=framed: framed.evaluate("(e) => { e.className = '' }")) > 0.002


# Whole lessons -----------------------------------------------------------------------------------------------------


def test_every_lesson_can_be_read_in_forced_colours_on_a_wide_screen(shared_lab_server, tab, wait_idle):
    """One tab sees them all: type grows with the screen, text is told from its ground, and what is chosen from what is not."""
    page = tab(viewport={"width": 3840, "height": 2160})
    page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
    for lesson in LESSONS:
        page.goto(f"{shared_lab_server}/{lesson.slug}")
        page.locator(f".st-key-{lesson.prefix}_head h1").wait_for(timeout=PATIENCE)
        page.wait_for_selector(f".st-key-{lesson.prefix}_try0", state="attached", timeout=PATIENCE)  # the rest has come
        wait_idle(page)
        page.wait_for_function("!document.querySelector('[data-stale=true]')", timeout=PATIENCE)  # what is stale fades
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= 20, lesson.slug
        for _ in range(20):  # what has just come fades in
            read = page.evaluate(FAINT)
            if not read["faint"]:
                break
            page.wait_for_timeout(500)
        assert read["seen"] >= 20 and not read["faint"], (lesson.slug, read)
        for wrong in (UNMARKED, TOO_WIDE):
            assert page.evaluate(wrong) == [], lesson.slug
