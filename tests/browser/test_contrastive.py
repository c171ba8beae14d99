"""The lesson "Contrastive" in a browser: views, the map, own pictures, a live training, phones and themes."""

from __future__ import annotations

import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.helpers.browser import PATIENCE, Screen, is_trained
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("simclr"), reason="the default model is not in assets/trained"),
]
MAP = ".embedding-map[data-ready][data-shown]"
SPACE = "look-at-the-space"  # anchor of the map's act


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson at its stage."""
    return lambda query="", **options: visit("c", **options).go(f"contrastive?{query}", ".ll-pair[data-shown]")


def at_map(screen: Screen) -> Screen:
    """Straight to the map."""
    screen.reach(MAP, SPACE).page.wait_for_selector(MAP, timeout=PATIENCE)
    return screen.idle()


def pair(screen: Screen) -> str:
    return screen.page.locator(".ll-pair").get_attribute("data-shown")


def test_views_follow_the_sliders_and_a_link_shows_the_same(lesson):
    screen = lesson("c_picture=5")
    before, image = pair(screen), screen.page.locator(".ll-pair img").nth(1).get_attribute("src")
    thumb = screen.key("v_rotation", "input[type=range]")
    thumb.focus()
    for _ in range(2):
        screen.page.keyboard.press("ArrowRight")
    screen.until(lambda: pair(screen).endswith("-0.5-0"))
    assert pair(screen) != before
    assert screen.page.locator(".ll-pair img").nth(1).get_attribute("src") != image
    assert screen.query()["c_v_rotation"] == "50"
    other = lesson(screen.page.url.partition("?")[2])
    assert other.page.locator(".ll-pair").inner_html() == screen.page.locator(".ll-pair").inner_html()
    screen.key("try0", "button").click()
    screen.until(lambda: screen.page.locator(".ll-seen .ours td").first.inner_text() == "1.00")


def test_a_click_shows_true_neighbours_and_a_region_its_pictures(lesson):
    screen = at_map(lesson())
    page, root = screen.page, screen.page.locator(".embedding-map")
    hand = root.locator(".hand")
    hand.scroll_into_view_if_needed()
    assert root.get_attribute("data-layout") == "now"
    hand.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    screen.until(lambda: page.locator(".ll-about img").count() == 3)
    point = root.get_attribute("data-chosen")
    assert screen.query()["c_point"] == point
    other = at_map(lesson(f"c_point={point}"))
    shown = [i.get_attribute("src") for i in page.locator(".ll-about img").all()]
    assert [i.get_attribute("src") for i in other.page.locator(".ll-about img").all()] == shown
    page.get_by_role("button", name="Select a region").click()
    hand.scroll_into_view_if_needed()
    box = hand.bounding_box()
    places = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98)]
    for i, (x, y) in enumerate(places):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if i == 0:
            page.mouse.down()
    page.mouse.up()
    screen.until(lambda: page.locator(".ll-about").get_by_text("10,000 pictures").count() == 1)
    with page.expect_download() as download:
        screen.key("region_csv", "button").click()
    rows = download.value.path().read_text().splitlines()
    assert len(rows) == 10_001 and rows[0].startswith("picture,class,x,y,d0")


def test_own_pictures_are_taken_and_a_broken_zip_is_one_sentence(lesson):
    draw, buffer = np.random.default_rng(0), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i in range(60):
            with archive.open(f"mine/<b>{i % 2}</b>/{i}.png", "w") as file:
                Image.fromarray(draw.integers(0, 256, (12, 12, 3), np.uint8)).save(file, "PNG")
    screen = lesson()
    screen.page.get_by_role("button", name="Your own pictures").click()
    field = screen.page.locator(
        "[class*=st-key-c_folder_own] input[type=file], [data-testid=stPopoverBody] input[type=file]"
    ).first
    field.set_input_files({"name": "x.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04 no zip"})
    error = screen.page.locator("[data-testid=stAlertContentError]")
    error.wait_for(timeout=PATIENCE)
    assert error.inner_text().count(".") <= 2 and "Traceback" not in error.inner_text()
    field.set_input_files({"name": "mine.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()})
    screen.until(lambda: re.fullmatch(r"pictures-[0-9a-f]{32}", screen.query().get("c_folder", "")))
    screen.page.get_by_text("has not been trained yet").first.wait_for(timeout=PATIENCE)
    assert screen.page.locator("main b", has_text="0").count() == 0, "a folder's name is text"


def test_a_live_training_shows_the_space_and_ends_when_asked(visit):
    screen = visit("c")
    screen.page.goto(f"{screen.address}/contrastive?c_steps=12000&c_width=8&c_batch=32&c_seed=78")
    screen.key("train", "button").click(timeout=PATIENCE)
    figure = screen.panel.locator("figure.ll-map img")
    figure.wait_for(timeout=PATIENCE)
    first = figure.get_attribute("src")
    screen.until(lambda: figure.get_attribute("src") != first)
    screen.panel.locator("[data-testid=stVegaLiteChart]").wait_for()
    screen.key("stop", "button").click()
    over, asked = screen.key("train", "button"), screen.key("stop_all", "button")
    over.or_(asked).first.wait_for(timeout=PATIENCE)
    if asked.is_visible():
        asked.click()
    over.wait_for(timeout=PATIENCE)


def test_text_can_be_read_and_controls_have_names(lesson):
    """In both themes; and nothing is wider than the screen."""
    check_looks(lesson("c_point=3"))
