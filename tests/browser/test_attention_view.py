"""The attention view in a browser: what is drawn, pointed at, chosen and pinned, what Python hears of it, and what travels."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.charts import shades
from tests.helpers.attention_view import DEFAULT, View
from tests.helpers.browser import PATIENCE

APP = Path(__file__).parent / "apps" / "attention_view_app.py"
WIDE = {"width": 1920, "height": 1000}

# Answers can be held back by `lag` milliseconds; none overtakes another.
LAG = """
window.lag = 0
let before = Promise.resolve()
const late = (heard) => function (event) {
  const due = performance.now() + window.lag
  before = before.then(async () => {
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    heard.call(this, event)
  })
}
window.WebSocket = class extends WebSocket {
  addEventListener(type, heard, ...rest) { super.addEventListener(type, type === "message" ? late(heard) : heard, ...rest) }
  set onmessage(heard) { super.onmessage = heard && late(heard) }
  get onmessage() { return super.onmessage }
}
"""


# What is large in each frame from now on: the head's name, and the colour of the cell in the middle of row and column 5.
WATCH = """(root) => {
  window.seen = new Set()
  const look = () => {
    const map = root.querySelector(".map")
    const at = Math.round(5.5 * map.width / 8)
    const cell = map.getContext("2d").getImageData(at, at, 1, 1)
    seen.add(JSON.stringify([root.querySelector(".card .head").textContent, ...cell.data]))
    if (root.isConnected) requestAnimationFrame(look)
  }
  look()
}"""


def colour(weight: float) -> list[int]:
    """How bright a weight is drawn: cividis at its square root."""
    return shades.heat(np.array([[round(255 * weight**0.5) / 255]]), 1.0)[0, 0].tolist()


def pattern(kind: int, query: int, key: int, length: int) -> float:
    """A weight of the app's four patterns, written down once more."""
    return {
        0: float(query == key),
        1: 0.75 * (query == key + 1) + (0.25 if query else 1.0) * (query == key),
        2: 0.9 * (key == 0) + 0.1 * (query == key),
        3: 1 / length,
    }[kind]


@contextlib.contextmanager
def opened(server, tabs, wait_idle, query: str = "", **options) -> Iterator[View]:
    """The view on a page of its own, which raises nothing."""
    with tabs.lent(script=LAG, messages=True, **({"viewport": WIDE} | options)) as page:
        page.goto(f"{server(APP)}&{query}")
        page.wait_for_selector(".attention-view[data-shown]", timeout=PATIENCE)
        wait_idle(page)
        yield View(page, wait_idle)


@pytest.fixture
def open_view(server, tabs, wait_idle):
    """open_view(query) -> an open view for this test alone."""
    with contextlib.ExitStack() as stack:
        yield lambda query="", **options: stack.enter_context(opened(server, tabs, wait_idle, query, **options))


@pytest.fixture(scope="module")
def open_page(server, tabs, wait_idle) -> Iterator[View]:
    """The page that the tests share which leave nothing behind but a choice."""
    with opened(server, tabs, wait_idle) as view:
        yield view


@pytest.fixture(scope="module")
def open_pair(server, tabs, wait_idle) -> Iterator[View]:
    """The same for two causal views, one of which follows the other."""
    with opened(server, tabs, wait_idle, "two=1&causal=1") as view:
        yield view


@pytest.fixture
def view(open_page) -> View:
    """The shared page as it opens."""
    yield as_it_opens(open_page)
    assert not open_page.page.faults


@pytest.fixture
def leader(open_pair) -> View:
    """The first of the two views as the page opens."""
    yield as_it_opens(open_pair)
    assert not open_pair.page.faults


def as_it_opens(view: View) -> View:
    """The view after a reset: nothing is chosen, pointed at or counted."""
    view.page.evaluate("lag = 0")
    view.press("Reset")
    view.expect()
    view.live.filter(has_text="Layer 1, head 2, previous token: note of 0/1").wait_for(state="attached")
    view.page.evaluate("performance.clearMarks()")
    view.count_anew()
    return view


def test_what_is_drawn_and_what_a_pointer_is_told(view):
    assert view.root.get_attribute("data-shown") == "8 tokens" and view.root.get_attribute("data-view") == "both"
    cells = [(query, key) for query in range(8) for key in range(8)]
    box = view.map.bounding_box()["width"]
    drawn = view.pixel(view.map, *({"x": (key + 0.5) * box / 8, "y": (query + 0.5) * box / 8} for query, key in cells))
    assert np.reshape(drawn, (64, 4)).tolist() == [[*colour(pattern(1, *cell, 8)), 255] for cell in cells]

    # the small pictures: the middle of each lies on the corner of four cells; left of it and below is row 4, column 3
    places = view.thumbs()
    for layer, column in [(layer, column) for layer in range(2) for column in range(4)]:
        place = {"x": places[layer][column]["x"] - 3, "y": places[layer][column]["y"] + 3}
        weight = pattern((layer + column) % 4, 4, 3, 8)
        assert (view.pixel(view.grid, place) == [*colour(weight), 255]) == ((layer, column) != (1, 0)), (layer, column)
    x, y = (
        places[1][0]["x"],
        places[1][0]["y"],
    )  # the head that is switched off: the page shows through, and a cross stands on it
    assert view.pixel(view.grid, {"x": x + 14, "y": y})[3] < 128
    line = np.reshape(view.pixel(view.grid, *({"x": x + step, "y": y + 10} for step in range(-14, -6))), (-1, 4))
    assert ((line[:, :3].max(axis=1) < 60) & (line[:, 3] == 255)).any()
    label = view.root.locator(".labels span").nth(1)
    assert label.text_content() == "previous token" and label.is_visible()

    view.map.hover(position=view.cell(4, 3, 8))
    assert view.tip.text_content() == "·queen → ·the: 0.75"
    assert view.root.locator(".heat .held").all_text_contents() == ["·the", "·queen"]
    assert view.numbers(view.keys) == {"·the": "0.75", "·queen": "0.25"}
    view.page.locator("h1").hover()
    assert view.tip.is_hidden() and view.numbers(view.keys) == {}

    view.choose(0, 2)
    view.queries.nth(6).hover()
    assert view.numbers(view.keys) == {"The": "0.90", "·smiled": "0.10"}
    view.keys.nth(0).hover()  # who looks at the first token: five of eight
    assert view.numbers(view.queries) == dict(
        zip(["The", "·king", "·saw", "·the", "·queen"], ["1.00", *["0.90"] * 4], strict=True)
    )
    view.choose(0, 3)
    view.queries.nth(6).hover()
    assert list(view.numbers(view.keys).values()) == ["0.13"] * 5  # 1/8, rounded as JavaScript rounds 0.12500…
    view.grid.hover(position=view.thumbs()[1][0])
    assert view.tip.text_content() == "Layer 2, head 1, previous token, switched offnote of 1/0"
    view.grid.hover(position=view.thumbs()[1][5])
    assert view.tip.text_content() == "Layer 2, maxnote of 1/5"
    assert view.sent() == 2


def test_a_head_is_drawn_before_python_answers(view):
    page = view.page
    page.evaluate("lag = 700")
    places = view.thumbs()
    at_once = view.grid.evaluate(  # three clicks, between which nothing can come from the server
        """(grid, [before, ...places]) => {
          const root = grid.closest(".attention-view")
          const box = grid.getBoundingClientRect()
          return places.map(({ x, y }) => {
            grid.dispatchEvent(new MouseEvent("click", { clientX: box.x + x, clientY: box.y + y, bubbles: true }))
            const map = root.querySelector(".map")
            const cell = map.getContext("2d").getImageData(map.width / 16, Math.round(5.5 * map.height / 8), 1, 1) // row 5, column 0
            return [root.querySelector(".card .head").textContent, root.dataset.sent - before, ...cell.data]
          })
        }""",
        [view.before, places[1][1], places[0][0], places[1][3]],
    )
    assert at_once == [  # while a message is under way no other goes out; then the newest
        ["Layer 2, head 2, first token", 1, *colour(0.9), 255],
        ["Layer 1, head 1, itself", 1, *colour(0), 255],
        ["Layer 2, head 4, itself", 1, *colour(0), 255],
    ]
    view.root.evaluate(WATCH)
    page.wait_for_function("performance.getEntriesByName('attention-shown').length === 1", timeout=PATIENCE)
    page.evaluate("lag = 0")
    view.expect(layer=1, column=3, sent=2)
    seen = page.evaluate("[...seen].map(JSON.parse)")
    assert seen == [["Layer 2, head 4, itself", *colour(1), 255]], "no answer takes the choice back"
    marks = page.evaluate(
        "['attention-sent', 'attention-shown'].map(name => performance.getEntriesByName(name).map(m => [m.detail, m.startTime]))"
    )
    (first, second), (one, two) = marks
    assert (first[0], second[0]) == (one[0], two[0]) and first[0] != second[0]
    assert one[1] - first[1] >= 690 and second[1] >= one[1] and two[1] > second[1]


def test_keyboard(view):
    page = view.page
    view.grid.focus()
    for name in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(name)
    view.expect(layer=1, column=0)
    view.live.filter(has_text="Layer 2, head 1, previous token, switched off: note of 1/0").wait_for(state="attached")
    page.keyboard.press("End")
    view.expect(layer=1, column=5)
    view.live.filter(has_text="Layer 2, max: note of 1/5").wait_for(state="attached")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    view.expect()
    lines = view.root.locator(".strongest li").all_text_contents()
    assert len(lines) == 8
    view.root.locator(".strongest li", has_text="·queen looks most at ·the: 0.75.").wait_for(state="attached")

    # the tokens: one stop for the tabulator in each column, arrows in between
    assert (
        view.queries.locator("button[tabindex='0']").count() == view.keys.locator("button[tabindex='0']").count() == 1
    )
    view.queries.nth(0).locator("button").focus()
    for name in ("ArrowDown", "ArrowDown", "ArrowUp", "End", "ArrowUp"):
        page.keyboard.press(name)
    focused = "root => root.getRootNode().activeElement.textContent"
    assert view.root.evaluate(focused) == "·smiled"
    assert view.numbers(view.keys) == {"·and": "0.75", "·smiled": "0.25"}
    view.live.filter(has_text="·smiled looks at ·and 0.75, ·smiled 0.25.").wait_for(state="attached")
    assert view.queries.locator("button[tabindex='0']").all_text_contents() == ["·smiled"]
    page.keyboard.press("Enter")
    view.expect(pin=6)
    assert view.queries.nth(6).locator("button").get_attribute("aria-pressed") == "true"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    assert view.root.evaluate(focused) == "The"
    view.live.filter(has_text="The is looked at by The 1.00, ·king 0.75.").wait_for(state="attached")
    page.keyboard.press("Escape")
    view.expect(pin=None)


def test_a_pinned_token_stays_in_sight(view):
    view.queries.nth(4).locator("button").click()
    view.page.locator("h1").hover()
    assert view.numbers(view.keys) == {"·the": "0.75", "·queen": "0.25"}
    view.expect(pin=4, sent=1)
    view.queries.nth(2).hover()  # another one, for as long as the pointer is there
    assert view.numbers(view.keys) == {"·king": "0.75", "·saw": "0.25"}
    view.choose(0, 2)  # the pin stays with another head
    view.page.locator("h1").hover()
    assert view.numbers(view.keys) == {"The": "0.90", "·queen": "0.10"}
    view.expect(pin=4, column=2, sent=2)
    view.map.click(position=view.cell(1, 6, 8))
    view.expect(pin=1, column=2, sent=3)
    assert view.tip.text_content() == "·king → ·smiled: 0.00"
    view.map.click(position=view.cell(1, 2, 8))  # the same row again
    view.expect(pin=None, column=2, sent=4)
    view.page.locator("h1").hover()
    assert view.numbers(view.keys) == {}


def test_python_replaces_the_choice(open_view):
    view = open_view()
    view.choose(0, 3)
    view.expect(column=3, sent=1)
    view.press("Set it up")
    view.expect(layer=1, column=2, pin=2, sent=1)
    assert view.head.text_content() == "Layer 2, head 3, even" and view.shown(7, 7, 8) == colour(1 / 8)
    assert view.queries.nth(2).locator("button").get_attribute("aria-pressed") == "true"
    view.press("Rerun")  # sends the browser's old state along: it must not come back
    view.expect(layer=1, column=2, pin=2, sent=1)
    view.page.get_by_label("A word").fill("a")
    view.page.keyboard.press("Enter")  # a run of the whole page
    view.wait_idle()
    view.expect(layer=1, column=2, pin=2, sent=1)
    view.queries.nth(7).locator("button").click()
    view.expect(layer=1, column=2, pin=7, sent=2)

    view.press("Lines")
    view.expect(layer=1, column=2, pin=7, view="lines", sent=3)
    assert view.map.is_hidden()
    view.press("Both")
    view.expect(layer=1, column=2, pin=7, sent=4)

    view.press("Short sentence")  # has no token 7
    view.page.wait_for_selector(".attention-view[data-shown='3 tokens']")
    view.expect(layer=1, column=2, pin=None, sent=4)
    assert view.queries.count() == 3 and view.shown(2, 2, 3) == colour(1 / 3)
    view.press("Reset")
    view.expect(sent=4)
    view.choose(1, 0)
    view.expect(layer=1, column=0, sent=5)

    view.page.get_by_role("link", name="Other").click()
    view.page.wait_for_selector("#other")
    view.page.get_by_role("link", name="View").click()
    view.page.wait_for_selector(".attention-view[data-shown='3 tokens']")
    view.expect(layer=1, column=0, sent=0)  # the choice outlives the page switch, and another view is there
    view.choose(0, 1)
    view.expect(sent=1)


def test_another_view_follows(leader):
    view = leader
    other = View(view.page, view.wait_idle, nth=1)
    other.root.locator("xpath=self::*[@data-shown]").wait_for()
    assert other.grid.is_hidden() and other.shown(4, 3, 5) == colour(0.75)
    view.page.evaluate("lag = 600")
    view.choose(0, 2)
    assert other.head.text_content() == "Layer 1, head 3, first token" and other.shown(4, 0, 5) == colour(0.9)
    view.page.evaluate("lag = 0")
    view.expect(column=2)
    assert other.shown(4, 0, 5) == colour(0.9)
    other.queries.nth(1).locator("button").click()
    view.page.wait_for_function("JSON.parse(document.querySelector('.st-key-echo').innerText).second.pin === 1")
    view.expect(column=2)  # the pin is the other's own
    view.choose(1, 2)
    view.expect(layer=1, column=2)
    assert view.echo("second") == DEFAULT | {"layer": 1, "column": 2, "pin": 1}
    assert other.shown(4, 0, 5) == colour(1 / 5)


def test_tokens_are_shown_literally(open_view):
    view = open_view("t=0")
    shown = [
        "<b>bold</b>", "**star**·[x](y)", "·ملك", "שלום", "a␉b␊", "👩‍👩‍👧‍👦", "x" * 60, "U+202Eabc", "·", "∅", "U+200D", "&amp;",
    ]  # fmt: skip
    places = (".queries button", ".keys button", ".heat .left span", ".heat .top span")
    for place in places:
        found = view.root.locator(place)
        assert found.all_text_contents() == shown
        assert [item.get_attribute("title") for item in found.all()] == shown
        assert found.evaluate_all("all => all.map(e => [e.dir, getComputedStyle(e).unicodeBidi])") == [
            ["auto", "isolate"] if place.startswith(".heat") else ["auto", found.nth(0).evaluate("e => getComputedStyle(e).unicodeBidi")]
        ] * len(shown)  # fmt: skip
    assert view.root.locator("b, a, strong, em").count() == 0
    long = view.queries.nth(6).locator("button")
    assert long.evaluate("e => e.scrollWidth > e.clientWidth && getComputedStyle(e).textOverflow") == "ellipsis"
    assert view.queries.nth(4).locator(".mark").all_text_contents() == ["␉", "␊"]
    view.map.hover(position=view.cell(3, 2, 12))
    assert view.tip.text_content() == "שלום → ·ملك: 0.75"
    assert view.tip.locator("bdi").count() == 2
    view.map.hover(position=view.cell(1, 0, 12))
    assert view.tip.text_content() == "**star**·[x](y) → <b>bold</b>: 0.75"
    box, root = view.tip.bounding_box(), view.root.bounding_box()
    assert root["x"] <= box["x"] and box["x"] + box["width"] <= root["x"] + root["width"] + 1


def test_what_comes_later_is_not_seen(leader):
    view = leader
    view.choose(0, 3)  # even, over what is there to be seen
    for query in (0, 3, 7):
        assert view.shown(query, 0, 8) == colour(1 / (query + 1))
    clear = view.pixel(view.map, {name: at + 1.5 for name, at in view.cell(2, 6, 8).items()})
    assert clear[3] < 255  # no weight is drawn there, the ground shows
    view.map.hover(position=view.cell(2, 6, 8))
    assert view.tip.text_content() == "·saw → ·smiled comes later and is not seen"


def test_a_single_token(open_view):
    view = open_view("t=1")
    assert view.shown(0, 0, 1) == colour(1)
    view.map.click(position=view.cell(0, 0, 1))
    view.expect(pin=0, sent=1)
    assert view.numbers(view.keys) == {"The": "1.00"}


def test_a_long_sentence_scrolls_inside(open_view):
    view = open_view("t=128&layers=6&heads=12", viewport={"width": 1400, "height": 950})
    assert view.root.get_attribute("data-view") == "heat"  # both do not fit beside the heads
    assert view.page.get_by_role("button", name="Both").is_hidden()
    assert view.root.locator(".heat span:visible").count() == 0
    view.map.hover(position=view.cell(100, 99, 128))
    assert view.tip.text_content() == "·word100 → ·word99: 0.75"
    assert view.root.locator(".heat span:visible").all_text_contents() == ["·word99", "·word100"]
    before = len(view.page.received)
    view.press("Lines")
    view.expect(view="lines")
    later = [frame for frame in view.page.received[before:] if isinstance(frame, bytes)]
    assert "ref_hash" in [ForwardMsg.FromString(frame).WhichOneof("type") for frame in later]  # the weights
    assert sum(map(len, later)) < 200_000 < sum(map(len, view.page.received[:before]))
    lines = view.root.locator(".lines")
    assert lines.evaluate("e => e.scrollHeight > 3 * e.clientHeight && e.scrollWidth <= e.clientWidth")
    assert view.root.bounding_box()["height"] < 560
    view.queries.nth(120).hover()
    assert view.numbers(view.keys) == {"·word119": "0.75", "·word120": "0.25"}
    # a small picture has fewer pixels than weights, and the thin diagonal shows at its full strength all the same
    place = view.thumbs()[0][1]
    row = [view.pixel(view.grid, {"x": place["x"] + step, "y": place["y"]})[:3] for step in range(-4, 5)]
    assert colour(191 / 255) in row and colour(0) in row


def test_readable_in_light(view):
    readable(view, "light")


def test_readable_in_dark(open_view):
    readable(open_view(color_scheme="dark"), "dark")


def readable(view: View, scheme: str) -> None:
    """WCAG AA: 4.5 to 1 for text; 3 to 1 for the frame of the chosen head and the lines."""
    view.queries.nth(4).locator("button").click()
    view.queries.nth(2).hover()
    ratios = view.root.evaluate(
        """(root) => {
          const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
          const page = getComputedStyle(root).getPropertyValue("--st-background-color")
          const paint = (...colors) => { // one over the other, on the page
            for (const color of [page, ...colors]) { context.fillStyle = color; context.fillRect(0, 0, 1, 1) }
            return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
          }
          const light = (rgb) => rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
          const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort(); return (y + 0.05) / (x + 0.05) }
          const style = (selector) => getComputedStyle(root.querySelector(selector))
          const text = (selector, ground = "transparent") => ratio(paint(ground, style(selector).color), paint(ground))
          const grid = root.querySelector(".grid")
          const names = root.querySelectorAll(".names span")
          const left = names[1].getBoundingClientRect()
          const rows = root.querySelector(".rows span").getBoundingClientRect()
          const box = grid.getBoundingClientRect()
          const scale = grid.width / box.width
          // from the middle of the second small picture to the left: the last opaque pixel is the frame
          const y = Math.round((rows.y + rows.height / 2 - box.y) * scale)
          const strip = grid.getContext("2d").getImageData(0, y, Math.round((left.x + left.width / 2 - box.x) * scale), 1).data
          let at = strip.length / 4 - 1
          while (strip[4 * at + 3] === 255) at -= 1
          const frame = [...strip.slice(4 * (at + 2), 4 * (at + 2) + 3)]
          return {
            text: [".title", ".names span", ".rows span", ".card .head", ".card .note", ".scale", ".least", ".ticks span", ".ends",
              ".left span", ".keys button", ".found .number", ".mark"].map((s) => text(s)).concat(
              text(".held button", style(".held button").backgroundColor),
              text("[aria-pressed=true][data-view]", style("[aria-pressed=true][data-view]").backgroundColor)),
            marks: [ratio(frame, paint()), ratio(paint(style(".card .head").borderLeftColor), paint())],
            frame, accent: paint(style(".card .head").borderLeftColor),
            ground: light(paint()),
          }
        }"""
    )
    assert (ratios["ground"] < 0.1) == (scheme == "dark")
    assert min(ratios["text"]) >= 4.5, ratios
    assert min(ratios["marks"]) >= 3, ratios
    assert ratios["frame"] == pytest.approx(ratios["accent"], abs=2)


def test_phone(open_view):
    """Nothing is wider than the screen; the heads scroll inside their own box; what is tapped is told and pinned."""
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    view = open_view("t=20&layers=6&heads=12&causal=1", **phone)
    page = view.page
    heads = view.root.locator(".heads")

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert view.root.evaluate("e => e.scrollWidth <= e.clientWidth")

    fits()
    assert view.root.locator(".labels").is_hidden()
    assert heads.evaluate("e => e.scrollWidth > e.clientWidth && e.scrollLeft === 0")
    view.grid.focus()
    page.keyboard.press("End")  # the chosen one is always in sight
    view.expect(column=13)
    assert heads.evaluate("e => e.scrollLeft > 0")
    name, box = view.root.locator(".names span").nth(13).bounding_box(), heads.bounding_box()
    assert name["x"] + name["width"] <= box["x"] + box["width"]
    page.keyboard.press("Home")
    view.expect(column=0)
    assert heads.evaluate("e => e.scrollLeft === 0")
    view.grid.tap(position=view.thumbs()[2][3])
    view.expect(layer=2, column=3)
    view.map.tap(position=view.cell(9, 3, 20))
    view.expect(layer=2, column=3, pin=9)
    assert view.tip.text_content() == "·word9 → ·the: 0.00"
    page.get_by_role("button", name="Lines", exact=True).tap()
    view.expect(layer=2, column=3, pin=9, view="lines")
    assert view.numbers(view.keys) == {"·word8": "0.75", "·word9": "0.25"}
    view.queries.nth(4).locator("button").tap()
    view.expect(layer=2, column=3, pin=4, view="lines")
    fits()
    for button in page.locator(".attention-view .views button:visible").all():
        assert button.bounding_box()["height"] >= 44
    assert view.queries.nth(0).bounding_box()["height"] >= 32
    sizes = view.root.locator(":is(p, span, button, i):visible").evaluate_all(
        "all => all.filter(e => !e.closest('.heat')).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 15
