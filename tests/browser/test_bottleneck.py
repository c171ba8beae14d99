"""The lesson "Bottleneck" in a browser: the map, the chart, the sliders, the pad, a live training, on a laptop and a phone."""

from __future__ import annotations

import re
from functools import partial

import pytest

from tests.helpers.browser import PATIENCE, PHONE, Screen, is_trained, photograph
from tests.helpers.looks import check_looks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not is_trained("autoencoder"), reason="the default model is not in assets/trained"),
]

MODES = ("walk", "numbers", "between", "new", "draw")
SMALL = "b_steps=100&b_sizes=1-2&b_seed=77"  # trained within seconds
LONG = "b_steps=20000&b_sizes=1-2&b_seed=78"  # a training that does not end by itself while a test looks at it


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson, in a browser of its own."""

    def start(query: str = "", stage: str = ".latent-map[data-shown]", **options) -> Screen:
        return visit(**options).go(query if "://" in query else f"bottleneck?{query}", stage)

    return start


@pytest.fixture
def screen(shared) -> Screen:
    """The open lesson as it was at first."""
    return shared("bottleneck", ".latent-map[data-shown]", "b")


# The map, the chart, the sizes -----------------------------------------------------------------------------------


def test_a_click_on_the_map_draws_the_place_and_the_link_leads_there(screen, lesson):
    first = screen.tiles()
    assert len(first) == 2 and "b_z" not in screen.query()
    screen.click_map(0.7, 0.3)
    there = screen.tiles()
    assert there[0] != first[0]
    code = screen.query()["b_z"]
    place = screen.map.locator(".place").text_content()
    assert [float(v) for v in re.findall(r"-?[\d.]+", place.replace("\u2212", "-"))] == pytest.approx(
        [float(v) for v in code.removeprefix("0:").split(",")], abs=0.3
    )
    other = lesson(screen.page.url)
    assert other.tiles() == there
    assert other.map.locator(".place").text_content() == place
    assert other.query()["b_z"] == code

    screen.click_map(0.2, 0.8)
    assert screen.query()["b_z"] != code and screen.tiles()[0] != there[0]
    screen.press("another")
    assert "b_picture" in screen.query()
    screen.until(lambda: screen.tiles()[0] not in (there[0], first[0]))


def test_the_chart_and_the_menu_choose_the_size(screen):
    """The newer one of the two wins; a click on the same size again is no news."""

    def chart(size: int, of: str = "error") -> Screen:
        svg = screen.page.locator(f".st-key-b_curve_{of} svg.marks")
        screen.reach(svg)
        label = svg.locator(".role-axis-label text").get_by_text(str(size), exact=True)
        label.scroll_into_view_if_needed()
        x, box = label.bounding_box(), svg.bounding_box()
        screen.page.mouse.click(x["x"] + x["width"] / 2, box["y"] + 0.4 * box["height"])
        return screen.until(lambda: f"Inside {size} number" in screen.heading())

    rows = screen.page.locator(".ll-gallery").first
    assert screen.heading() == "Inside 2 numbers"
    chart(32)
    assert screen.query()["b_size"] == "32"
    assert rows.locator("dt.ours").inner_text().startswith("32 numbers")
    assert screen.key("size").get_by_role("radio", checked=True).inner_text() == "32"
    screen.choose("size", "64").until(lambda: screen.heading() == "Inside 64 numbers")
    assert screen.query()["b_size"] == "64"
    screen.press("another")
    assert screen.heading() == "Inside 64 numbers", "what the chart still holds does not come back"
    chart(1)
    screen.until(lambda: screen.page.locator(".latent-map[data-shown]").count() == 1)
    screen.press("guess_8")
    screen.until(lambda: screen.page.locator(".st-key-b_curve_use svg.marks").count() == 1)
    assert screen.query()["b_guess"] == "8"
    assert screen.heading() == "Inside 1 number"
    chart(8, "use")


def test_a_umap_comes_and_a_click_takes_a_held_out_picture(lesson):
    screen = lesson("b_size=32&b_view=umap", stage="[class*=st-key-b_map], [data-testid=stAlert]")
    screen.page.wait_for_selector(".latent-map[data-shown]", timeout=PATIENCE)
    screen.idle()
    before = screen.tiles()
    screen.click_map(0.25, 0.35)
    assert screen.tiles() != before
    assert len(screen.query()["b_z"].split(",")) == 32
    other = lesson(screen.page.url)
    assert other.tiles() == screen.tiles()


# The other ways --------------------------------------------------------------------------------------------------


def test_a_slider_moves_the_picture_and_does_not_jump_back(lesson):
    screen = lesson("b_do=numbers", stage=".ll-big")
    screen.until(lambda: len(screen.sliders()) > 1)  # they come after the picture
    first, start = screen.galleries(), screen.sliders()
    fields = screen.page.locator("[class*=st-key-b_slide] input[type=range]")
    fields.nth(0).focus()
    for _ in range(8):  # quicker than the answers come
        screen.page.keyboard.press("ArrowRight")
        screen.page.wait_for_timeout(60)
    expected = f"{float(start[0]) + 0.8:.1f}"
    screen.until(
        lambda: "b_z" in screen.query() and abs(float((screen.sliders() or ["9"])[0]) - float(expected)) < 0.01
    )
    for _ in range(5):
        screen.page.wait_for_timeout(250)
        assert float(screen.idle().sliders()[0]) == pytest.approx(float(expected))
    assert screen.galleries()[-1] != first[-1]
    moved = screen.query()["b_z"]

    fields.nth(1).focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowLeft"):
        screen.page.keyboard.press(key)
    screen.until(lambda: screen.query()["b_z"] != moved)
    screen.page.wait_for_timeout(600)
    values = [float(value) for value in screen.idle().sliders()]
    assert values == pytest.approx([float(expected), float(start[1]) - 0.3], abs=0.11), "the first one stayed"
    shown = screen.galleries()

    other = lesson(screen.page.url, stage=".ll-big")
    assert other.galleries() == shown
    screen.choose("do", "Walk the map").page.wait_for_selector(".latent-map[data-shown]")
    code = [float(v) for v in screen.query()["b_z"].removeprefix("0:").split(",")]
    place = screen.map.locator(".place").text_content().replace("\u2212", "-")
    assert [float(v) for v in re.findall(r"-?[\d.]+", place)] == pytest.approx(code, abs=0.1), "one code for all ways"
    screen.click_map(0.5, 0.5)
    screen.choose("do", "Number by number").page.wait_for_selector(".ll-big")
    assert [float(v) for v in screen.sliders()] != pytest.approx(values, abs=0.05), "the sliders follow the map"
    screen.press("let_go").until(lambda: screen.galleries() == first)
    assert screen.sliders() == start and "b_z" not in screen.query()


def test_between_two_pictures_and_new_ones(lesson):
    screen = lesson("b_do=between&b_size=16", stage=".st-key-b_end")
    before = screen.galleries()
    screen.key("end", "input").fill("3")
    screen.page.keyboard.press("Enter")
    screen.until(lambda: screen.galleries() != before)
    assert screen.query()["b_end"] == "3"
    assert screen.galleries()[0] == before[0], "the stage above stays"
    before = screen.galleries()
    screen.press("end_another").until(lambda: screen.galleries() != before)

    screen.choose("do", "New pictures").page.wait_for_selector(".st-key-b_draw")
    before = screen.idle().galleries()
    screen.key("draw", "input").fill("5")
    screen.page.keyboard.press("Enter")
    screen.until(lambda: screen.galleries() != before)
    assert screen.query() == {"b_do": "new", "b_size": "16", "b_draw": "5", "b_end": screen.query()["b_end"]}


def test_a_drawing_travels_and_can_be_taken_back(lesson):
    screen = lesson("b_do=draw", stage=".pad[data-shown]")
    empty, blank = screen.tiles(), screen.ink()
    screen.stroke((0.3, 0.3), (0.7, 0.3), (0.7, 0.7))
    drawn, ink = screen.tiles(), screen.ink()
    assert drawn[0] != empty[0] and ink != blank
    other = lesson(screen.page.url, stage=".pad[data-shown]")
    assert other.tiles() == drawn
    assert other.query()["b_drawn"] == screen.query()["b_drawn"]

    before = screen.shown()
    screen.choose("size", "32").until(lambda: screen.shown() not in ("", before))
    assert screen.tiles()[0] != drawn[0] and screen.ink() == ink, "another network looks at the same drawing"
    screen.choose("do", "Walk the map").page.wait_for_selector(".latent-map[data-shown]")
    screen.choose("do", "Draw your own").page.wait_for_selector(".pad[data-shown]")
    assert screen.query().get("b_drawn"), "it is there again"

    screen.press("reset")
    screen.page.wait_for_selector(".latent-map[data-shown]")
    assert screen.query() == {}
    screen.choose("do", "Draw your own").page.wait_for_selector(".pad[data-shown]")
    screen.until(lambda: screen.tiles() == empty)
    assert "b_drawn" not in screen.query()
    screen.press("another")
    assert screen.tiles() == empty, "what the browser still holds does not come back"
    screen.page.mouse.move(2, 2)
    assert screen.ink() == blank
    draw_on_a_picture_of_ones_own(screen)


def draw_on_a_picture_of_ones_own(screen: Screen) -> None:
    """Bring one, have a broken file refused, and draw. Its link is looked at in another lesson."""
    screen.page.goto(f"{screen.address}/bottleneck?b_do=draw&b_begin=picture&b_start_from=own")
    screen.page.wait_for_selector(".pad[data-shown]", timeout=PATIENCE)
    screen.idle()
    before = screen.tiles()
    screen.page.locator("[data-testid=stPopover] button").first.click()
    field = screen.page.locator("[class*=upload] input[type=file]")
    field.set_input_files({"name": "shoe.png", "mimeType": "image/png", "buffer": photograph()})
    screen.until(lambda: screen.tiles() != before)
    mine = screen.tiles()
    broken = screen.page.locator("[data-testid=stAlert]").filter(has_text="choose")
    assert broken.count() == 0
    field.set_input_files({"name": "broken.png", "mimeType": "image/png", "buffer": b"no picture at all"})
    broken.wait_for()
    assert broken.count() == 1
    screen.page.keyboard.press("Escape")
    screen.idle()
    assert screen.tiles() == mine, "the picture before it stays"
    screen.stroke((0.2, 0.2), (0.8, 0.8))
    assert screen.tiles()[0] != mine[0]


# Training --------------------------------------------------------------------------------------------------------


def test_a_training_from_its_start_to_its_end(visit):
    screen = visit()
    screen.page.goto(f"{screen.address}/bottleneck?{SMALL}")
    screen.key("train", "button").wait_for()
    assert (
        screen.page.locator("[data-testid=stAlert]")
        .filter(has_text="networks for this setting have not been trained yet")
        .count()
        == 1
    )
    assert screen.page.locator(".ll-gallery").count() == 0
    screen.press("train")
    screen.key("download").wait_for(timeout=2 * PATIENCE)
    screen.page.wait_for_selector(".latent-map[data-shown]", timeout=PATIENCE)
    rows = screen.idle().page.locator(".ll-gallery").first.locator("dt").all_inner_texts()
    assert [row.split("\n")[0] for row in rows] == ["original", "PCA 2", "1 number", "2 numbers"]
    assert screen.page.locator("[data-testid=stAlert]").filter(has_text="have not been trained yet").count() == 0
    screen.click_map(0.6, 0.4)
    assert "b_z" in screen.query()


def test_a_live_training_shows_its_pictures(visit):
    """That a training can be watched, found again and stopped is looked at in another lesson."""
    screen = visit()
    screen.page.goto(f"{screen.address}/bottleneck?{LONG}")
    screen.press("train")
    live = screen.panel.locator(".ll-gallery")
    live.wait_for(timeout=PATIENCE)
    names = [row.split("\n")[0] for row in live.locator("dt").all_inner_texts()]
    assert {"1 number", "2 numbers", "original"} <= set(names)
    screen.panel.locator("[data-testid=stVegaLiteChart]").wait_for()
    pictures = live.locator("img").nth(names.index("2 numbers")).get_attribute("src")
    screen.until(lambda: live.locator("img").nth(names.index("2 numbers")).get_attribute("src") != pictures)
    screen.key("stop", "button").click()
    screen.key("train", "button").wait_for(timeout=PATIENCE)
    assert screen.panel.locator("[data-testid=stAlert]").filter(has_text="stopped").count() == 1


# Phones, themes --------------------------------------------------------------------------------------------------


def test_phone(lesson):
    """A finger moves the cross-hair and does not scroll; nothing is wider than the screen."""
    screen = lesson(**PHONE)
    assert screen.no_scroll()
    page, hand = screen.page, screen.map.locator(".hand")
    hand.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    scroll = page.locator("[data-testid=stMain]").evaluate("e => e.scrollTop")
    before = screen.tiles()
    touch = page.context.new_cdp_session(page)
    for kind, *places in (
        ("touchStart", (0.3, 0.3)),
        ("touchMove", (0.5, 0.4)),
        ("touchMove", (0.7, 0.7)),
        ("touchEnd",),
    ):
        points = [dict(zip("xy", screen.at(*place), strict=True)) for place in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    screen.until(lambda: "b_z" in screen.query() and screen.tiles()[0] != before[0])
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollTop") == scroll
    assert screen.no_scroll()


def test_text_can_be_read_and_controls_have_names(lesson):
    """In both themes and whatever is done; and nothing is wider than the screen."""
    screen = lesson("b_size=32&b_guess=8")

    def do(label: str, sign: str) -> None:
        screen.choose("do", label).page.wait_for_selector(sign)

    signs = {
        "Walk the map": ".latent-map[data-shown]",
        "Number by number": ".ll-big",
        "Between two": ".st-key-b_end",
        "New pictures": ".st-key-b_draw",
        "Draw your own": ".pad[data-shown]",
    }
    states = {label: partial(do, label, sign) for label, sign in signs.items()}
    check_looks(screen, states, part=".st-key-b_act_inside-the-code")
