"""The contents of a lesson, links to its acts, presenting by keyboard alone, and a print of all of it."""

from __future__ import annotations

import re

import pytest

from tests.helpers import axe
from tests.helpers.browser import PHONE, is_trained

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("denoising"), reason="the default model is not in assets/trained"),
]
STAGE = ".pad[data-shown]"
POINTS = "where-a-denoiser-points"
ACTS = ["Cheating and denoising", "Measured: who cheats?", "Where a denoiser points", "These models"]
MOST_ENTRIES = 50  # of its history that Chromium keeps of a tab; other tests used this one before
STUB = "window.print = () => { window.printed = true }"


def marked(screen) -> str:
    return screen.page.locator("nav.contents a[aria-current]").text_content()


def top(screen, anchor: str = POINTS) -> float:
    return screen.page.locator(f".st-key-d_act_{anchor}").evaluate("act => act.getBoundingClientRect().top")


def open_at(screen, path: str):
    """A link whose act may be far below: its stage is not waited for."""
    screen.page.goto(f"{screen.address}/{path}")
    screen.page.wait_for_selector("nav.contents", state="attached")
    return screen.idle()


def test_the_contents_follow_the_scroll_and_lead_to_an_act_and_back(visit):
    screen = visit("d").go("denoising", STAGE)
    page, links = screen.page, screen.page.locator("nav.contents a")
    assert links.all_text_contents() == [*ACTS, "Try this", "How it works"]
    assert marked(screen) == ACTS[0] and POINTS in screen.waiting()
    asked = page.evaluate("history.length")
    links.nth(2).focus()
    page.keyboard.press("Enter")
    screen.until(lambda: POINTS not in screen.waiting() and abs(top(screen) - 76) < 3)
    screen.until(lambda: screen.query() == {"act": POINTS})
    assert marked(screen) == ACTS[2] and page.evaluate("history.length") == min(asked + 1, MOST_ENTRIES)
    page.mouse.move(700, 500)
    page.mouse.wheel(0, -6000)
    screen.until(lambda: marked(screen) == ACTS[0])
    assert screen.query() == {"act": POINTS}, "scrolling asks nothing of the server"
    page.go_back()
    screen.until(lambda: screen.query() == {})
    page.go_forward()
    screen.until(lambda: abs(top(screen) - 76) < 3 and marked(screen) == ACTS[2])


def test_a_link_opens_at_its_act_also_on_a_phone_where_the_contents_are_folded(visit):
    screen = open_at(visit("d", **PHONE), f"denoising?act={POINTS}")
    screen.until(lambda: POINTS not in screen.waiting() and abs(top(screen) - 76) < 3)
    links, toggle = screen.page.locator("nav.contents ol"), screen.page.locator("nav.contents .toggle")
    assert not links.is_visible()
    toggle.tap()
    links.get_by_text("These models").tap()
    screen.until(lambda: screen.query() == {"act": "these-models"} and not links.is_visible())
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= 390


WATCHED = """stage => { // it is seen by the browser itself, however late this process looks
  window.seen = []
  const look = () => {
    const now = getComputedStyle(stage).outlineStyle
    if (now !== window.seen.at(-1)) window.seen.push(now)
    requestAnimationFrame(look)
  }
  look()
}"""


def test_a_card_leads_to_what_it_has_changed_and_outlines_it_for_a_moment(visit):
    screen = visit("d").go("denoising", STAGE)
    stage = screen.page.locator(".st-key-d_play")
    stage.evaluate(WATCHED)
    screen.page.locator(".st-key-d_try0 button").click()  # scrolls down to it
    screen.until(lambda: screen.page.evaluate("window.seen") == ["none", "solid", "none"])
    screen.until(lambda: screen.query() == {"d_feed": "noise"})  # the address may follow the outline
    assert stage.evaluate("stage => stage === document.activeElement")
    assert abs(stage.evaluate("stage => stage.getBoundingClientRect().top") - 76) < 3


REACHED = """button => {
  const { left, top, width, height } = button.getBoundingClientRect()
  const at = button.getRootNode().elementFromPoint(left + width / 2, top + height / 2)
  return top >= 0 && (at === button || button.contains(at))
}"""


def test_at_twice_the_size_nothing_lies_over_the_tools(visit):
    """A window of 1400 x 900 at 200% is one of 700 x 450."""
    screen = visit("d").go("denoising", STAGE)
    page = screen.page
    page.set_viewport_size({"width": 700, "height": 450})
    screen.idle()
    for name in ("Copy link", "Present", "Reset this lesson"):
        tool = page.get_by_role("button", name=name, exact=True).first
        screen.until(lambda tool=tool: tool.evaluate(REACHED))
    assert screen.no_scroll() and axe.violations(page) == []


def test_presenting_by_keyboard_alone_shows_one_act_after_the_other(visit):
    screen = visit("d", viewport={"width": 1920, "height": 1080}).go("denoising", STAGE)
    page = screen.page
    where, button = page.locator(".where"), page.get_by_role("button", name="Present", exact=True)

    def shown() -> list[str]:
        return [title for title in ACTS[1:] if page.get_by_role("heading", name=title, exact=True).is_visible()]

    def step(key: str, i: int) -> None:
        page.keyboard.press(key)
        screen.until(lambda: where.text_content() == f"{i + 1} of 4 · {ACTS[i]}")
        screen.until(lambda: shown() == ACTS[1:][i - 1 : i] and not page.locator(".act-watch >> visible=true").count())

    button.focus()
    page.keyboard.press("Enter")
    screen.until(lambda: where.is_visible() and screen.query() == {"present": "1"})
    assert shown() == [] and not page.locator("[data-testid=stSidebar]").is_visible()
    assert float(page.evaluate("getComputedStyle(document.documentElement).fontSize")[:-2]) >= 20
    for i, key in enumerate(["Space", "ArrowRight", "PageDown"], start=1):
        step(key, i)
    step("PageUp", 2)
    step("Home", 0)
    slider = page.get_by_role("slider").first
    before = slider.get_attribute("aria-valuetext") or slider.input_value()
    slider.focus()
    page.keyboard.press("ArrowRight")
    screen.until(lambda: (slider.get_attribute("aria-valuetext") or slider.input_value()) != before)
    assert where.text_content().startswith("1 of 4"), "a key inside a control is the control's, and the step survives"
    where.focus()
    step("ArrowRight", 1)
    captions = page.locator(".st-key-d_act_measured-who-cheats [data-testid=stCaptionContainer]")
    assert captions.count() and not captions.first.is_visible()
    page.keyboard.press("t")
    assert captions.first.is_visible()
    page.keyboard.press("Escape")
    screen.until(lambda: "present" not in screen.query() and page.locator("[data-testid=stSidebar]").is_visible())
    assert marked(screen) == ACTS[1]
    screen.until(lambda: button.evaluate("e => e.getRootNode().activeElement === e"))


def test_a_print_waits_for_all_acts_and_is_as_long_as_the_page(visit):
    screen = visit("d", script=STUB).go("denoising", STAGE)
    page = screen.page
    assert screen.waiting()
    page.keyboard.press("Control+p")
    screen.until(lambda: page.evaluate("window.printed === true"))
    assert screen.waiting() == []
    page.emulate_media(media="print")
    titles = page.locator("[data-testid=stMain] h2")
    assert [*ACTS[1:], "Try this"] == titles.all_text_contents() and all(title.is_visible() for title in titles.all())
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    assert page.evaluate("document.documentElement.scrollHeight") >= height > 1500
    assert not page.locator("nav.contents").is_visible()
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", scale=0.5)))
    assert pages >= height * 0.5 // 1123
    page.emulate_media(media="null")
