"""The whole app in a browser: the lesson "Masked images" as a student uses it, on a laptop and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from core import data, lab
from core.course import LESSONS
from core.experiment import get
from tests.helpers import browser
from tests.helpers.browser import PATIENCE, PHONE, photograph, scroll_until
from tests.helpers.looks import DARK, check_looks, readable

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not any(map(data.available, data.names())), reason="no pictures on this machine"),
]

PATHS = ("", "models", *(lesson.slug for lesson in LESSONS))
LONG = "mi_steps=20000&mi_seed=77"  # a training that does not end by itself while a test looks at it
SMALLEST = "mi_steps=100&mi_depth=1&mi_decoder_depth=1&mi_width=32"


class Screen:
    """One open page of the lab."""

    def __init__(self, page, address: str, wait_idle: Callable):
        self.page, self.address, self._wait_idle = page, address, wait_idle
        self.painter = page.locator(".painter")
        self.canvas = page.locator(".painter canvas")
        self.panel = page.locator(".st-key-mi_training")

    def go(self, target: str) -> Screen:
        """Open a path with its query, or an address."""
        self.page.goto(target if "://" in target else f"{self.address}/{target}")
        self.page.wait_for_selector("[data-testid=stMain] h1", timeout=PATIENCE)
        self.idle()
        return self

    def lesson(self, query: str = "") -> Screen:
        self.go(f"masked_images?{query}")
        self.page.wait_for_selector(".painter[data-shown]", timeout=PATIENCE)
        self.whole()
        return self

    def whole(self) -> None:
        """Wait for what comes after the stage."""
        self.page.wait_for_selector(".st-key-mi_try0", state="attached", timeout=PATIENCE)
        self.idle()

    def idle(self) -> None:
        self._wait_idle(self.page, PATIENCE)

    def key(self, name: str, inside: str = ""):
        return self.page.locator(f".st-key-mi_{name} {inside}".strip()).first

    def press(self, name: str) -> None:
        self.key(name, "button").click(timeout=PATIENCE)

    def shown(self) -> str:
        """What the pictures on show belong to."""
        return self.painter.get_attribute("data-shown")

    def until_changed(self, before: str) -> None:
        self.page.wait_for_function(
            """before => {
                const find = (node) => {
                    for (const child of node.querySelectorAll("*")) {
                        if (child.matches(".painter")) return child
                        const found = child.shadowRoot && find(child.shadowRoot)
                        if (found) return found
                    }
                }
                const shown = find(document)?.dataset.shown
                return shown && shown !== before
            }""",
            arg=before,
            timeout=PATIENCE,
        )
        self.idle()

    def count(self) -> str:
        return self.page.locator(".painter .count").text_content()

    def pictures(self) -> list[str]:
        return [image.get_attribute("src") for image in self.page.locator(".painter figure img").all()]

    def errors(self) -> dict[str, str]:
        rows = self.page.locator(".ll-bars")
        labels = rows.locator("dt").all_text_contents()
        return dict(zip(labels, rows.locator("dd span").all_text_contents(), strict=True))

    def everything(self) -> dict:
        return {"count": self.count(), "pictures": self.pictures(), "errors": self.errors(), "shown": self.shown()}

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query)

    def at(self, row: float, column: float) -> tuple[float, float]:
        box = self.canvas.bounding_box()
        n = int(re.search(r"of (\d+)", self.count()).group(1)) ** 0.5
        return box["x"] + (column + 0.5) * box["width"] / n, box["y"] + (row + 0.5) * box["height"] / n

    def drag(self, *stops: tuple[float, float]) -> None:
        """Paint from one patch to the next, and wait for the answer."""
        before = self.shown()
        self.canvas.scroll_into_view_if_needed()
        self.page.mouse.move(*self.at(*stops[0]))
        self.page.mouse.down()
        for stop in stops[1:]:
            self.page.mouse.move(*self.at(*stop), steps=4)
        self.page.mouse.up()
        self.until_changed(before)

    def tool(self, name: str) -> None:
        self.painter.get_by_role("button", name=name, exact=True).click()

    def step(self) -> int:
        """The step that the progress bar speaks of, once there is one."""
        bar = self.panel.locator("[data-testid=stProgress]").filter(has_text=re.compile(r"[1-9][\d,]* of 20,000"))
        bar.wait_for(timeout=PATIENCE)
        return int(re.search(r"([\d,]+) of 20,000", bar.text_content()).group(1).replace(",", ""))

    def stop(self) -> None:
        """Stop the run, also where others watch it, and wait until the page says so."""
        self.press("stop")
        over, asked = self.key("train", "button"), self.key("stop_all", "button")
        over.or_(asked).first.wait_for(timeout=PATIENCE)
        if asked.is_visible():
            asked.click()
        over.wait_for(timeout=PATIENCE)
        self.idle()


@pytest.fixture
def visit(shared_lab_server, tab, wait_idle):
    """visit() -> a Screen in a tab of its own."""
    return lambda **options: Screen(tab(**options), shared_lab_server, wait_idle)


# The stage -------------------------------------------------------------------------------------------------------


def test_a_deep_link_works_as_the_first_request_of_a_server(first_page):
    assert first_page["title"] == "Masked images"
    assert first_page["dialogs"] == 0
    found = " ".join(first_page["links"])
    for slug in PATHS:
        assert f"/{slug}" in found
    assert first_page["pictures"] >= 3
    assert first_page["errors"]


def test_the_link_shows_somebody_else_the_same_screen(visit):
    """Mask, picture, data set and the network's age: all that is on the stage is in the address."""
    here = [n for n in get("mae").knobs()["data"].choices if data.available(n)]
    screen, other = visit().lesson(), visit()
    for name in sorted(here, key=lambda name: name != get("mae").default().data):  # the default first: it is open
        trained = lab.view("mae", get("mae").lenient({"data": name})[0], 0)
        if name != get("mae").default().data:
            before = screen.shown()
            screen.key("data").locator("button").nth(here.index(name)).click()
            screen.until_changed(before)
        if screen.key("picture", "input").input_value() != "5":
            before = screen.shown()
            screen.key("picture", "input").fill("5")
            screen.page.keyboard.press("Enter")
            screen.until_changed(before)
        if isinstance(trained, lab.Ready) and trained.record.checkpoints:
            before = screen.shown()
            screen.key("age", "input").focus()
            screen.page.keyboard.press("ArrowLeft")
            screen.until_changed(before)
        before = screen.shown()
        screen.tool("Clear")  # the mask is the same for all data sets
        screen.until_changed(before)
        screen.drag((0, 0), (0, 4), (5, 4))
        mine = screen.everything()

        other.go(screen.page.url)
        other.page.wait_for_selector(".painter[data-shown]")
        other.whole()
        assert other.everything() == mine, name
        assert other.query() == screen.query(), name
        assert other.key("picture", "input").input_value() == "5", name
        for part in ("age", "data"):
            assert other.page.locator(f".st-key-mi_{part}").all_inner_texts() == (
                screen.page.locator(f".st-key-mi_{part}").all_inner_texts()
            ), name


def test_painting_changes_the_screen_and_its_link_and_reset_leads_back(visit):
    screen = visit(permissions=["clipboard-read", "clipboard-write"]).lesson()
    fresh, link = screen.everything(), screen.query()["mi_mask"]
    screen.tool("Clear")
    screen.until_changed(fresh["shown"])
    assert screen.count().startswith("0 of")
    screen.drag((1, 1), (1, 4), (3, 4))
    after = screen.everything()
    assert after["count"].startswith("6 of")
    assert after["errors"].keys() == fresh["errors"].keys()
    assert after["errors"] != fresh["errors"]
    assert after["pictures"][0] != fresh["pictures"][0]
    assert screen.query()["mi_mask"] != link

    before = screen.shown()
    screen.key("picture", "input").fill("3")
    screen.page.keyboard.press("Enter")
    screen.until_changed(before)
    screen.drag((2, 0), (2, 6))
    screen.page.get_by_role("button", name="Copy link").click()
    screen.page.wait_for_function("navigator.clipboard.readText().then(text => text === location.href)")
    assert "mi_picture=3" in screen.page.url

    before = screen.shown()
    screen.press("reset")
    screen.until_changed(before)
    assert screen.everything() == fresh
    assert "mi_picture" not in screen.query()

    # What the browser still holds of the old mask does not come back with the next thing that is touched.
    before = screen.shown()
    screen.key("picture", "input").fill("1")
    screen.page.keyboard.press("Enter")
    screen.until_changed(before)
    assert screen.count() == fresh["count"]
    screen.drag((0, 0), (0, 6), (1, 0), (1, 6))
    assert screen.query()["mi_picture"] == ["1"]


# One's own picture -----------------------------------------------------------------------------------------------


def test_a_picture_of_ones_own_travels_in_the_link_and_a_broken_file_is_one_sentence(visit):
    screen = visit().lesson("mi_from=own")
    before = screen.shown()
    screen.page.locator("[data-testid=stPopover] button").first.click()
    field = screen.page.locator(".st-key-mi_upload input[type=file]")
    field.set_input_files({"name": "shoe.png", "mimeType": "image/png", "buffer": photograph()})
    screen.until_changed(before)
    assert screen.query()["mi_own"]
    mine = screen.everything()

    other = visit().go(screen.page.url)
    other.page.wait_for_selector(".painter[data-shown]")
    other.whole()
    assert other.everything() == mine

    broken = screen.page.locator("[data-testid=stAlert]").filter(has_text="choose")
    assert broken.count() == 0
    field.set_input_files({"name": "broken.png", "mimeType": "image/png", "buffer": b"no picture at all"})
    broken.wait_for()
    screen.page.keyboard.press("Escape")
    screen.idle()
    assert screen.everything() == mine, "the picture before it stays"
    screen.drag((0, 0), (0, 6), (6, 6))
    assert screen.page.locator("[data-testid=stException]").count() == 0


# Training --------------------------------------------------------------------------------------------------------


def test_train_stop_kill_try_again_reload_and_watch_together(visit, workers):
    screen = visit().lesson(LONG)
    assert screen.page.locator(".ll-bars dt.ours").count() == 0, "no network of this setting yet"
    screen.press("train")
    assert screen.step() > 0
    assert screen.key("train").count() == 0
    screen.stop()
    assert screen.panel.locator("[data-testid=stAlert]").count() == 1, "it says that it was stopped"

    screen.press("train")
    screen.step()
    [worker] = workers()
    worker.kill()
    again = screen.page.get_by_role("button", name="Try again")
    again.wait_for()
    said = screen.panel.locator("[data-testid=stAlertContainer]").inner_text().splitlines()[-1]
    assert screen.panel.inner_text().count(said) == 1, "once"
    screen.idle()
    again.click()
    step = screen.step()
    assert [new.pid for new in workers()] != [worker.pid]

    screen.page.reload()
    assert screen.step() >= step, "the reload did not start it again"
    chart = screen.panel.locator("[data-testid=stVegaLiteChart]")
    chart.wait_for()
    screen.panel.locator(".ll-gallery img").first.wait_for(timeout=PATIENCE)  # the live preview

    other = visit().lesson(LONG)
    assert other.step() >= step
    screen.press("stop")
    screen.key("stop_all", "button").wait_for()
    assert screen.panel.locator("[data-testid=stAlert]").count() == 1, "it says that somebody else watches"
    assert other.step() >= step, "and the run goes on"
    screen.key("stop_all", "button").click()
    for each in (screen, other):
        each.key("train", "button").wait_for()
    assert screen.page.locator("[data-testid=stException]").count() == 0


def test_a_training_to_its_end_puts_the_new_network_on_the_stage(visit):
    screen = visit().lesson(SMALLEST)
    before = len(screen.pictures())
    assert screen.page.locator(".ll-bars dt.ours").count() == 0
    screen.press("train")
    screen.page.locator(".ll-bars dt.ours").wait_for(timeout=2 * PATIENCE)
    screen.key("download").wait_for()
    screen.idle()
    assert len(screen.pictures()) > before
    scroll_until(screen.page)
    screen.page.locator("[data-testid=stVegaLiteChart]").nth(1).wait_for()  # what was measured on it

    other = visit().lesson(SMALLEST)
    assert other.everything() == screen.everything()
    models = visit().go("models")
    key = get("mae").key(
        get("mae").lenient(dict(part.removeprefix("mi_").split("=") for part in SMALLEST.split("&")))[0], 0
    )
    assert models.page.locator(f".st-key-download_{key}").count() == 1
    listed = models.page.locator("[class*=st-key-download_]").count()  # with those of other tests
    assert models.page.get_by_role("button", name="Delete").count() == listed


# Phones, themes --------------------------------------------------------------------------------------------------


def test_phone(visit):
    """Nothing is wider than the screen, a finger paints, and no word of the tool bar is cut."""
    screen = visit(**PHONE)
    page = screen.page

    def fits(path: str) -> None:
        scroll_until(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollWidth <= e.clientWidth"), path

    for path in ("", "models"):
        screen.go(path)
        fits(path)
    screen.lesson()
    before = screen.shown()
    screen.tool("Clear")
    screen.until_changed(before)
    before = screen.shown()
    screen.canvas.scroll_into_view_if_needed()
    touch = page.context.new_cdp_session(page)
    for kind, *places in (("touchStart", (1, 1)), ("touchMove", (1, 3)), ("touchMove", (4, 3)), ("touchEnd",)):
        points = [dict(zip("xy", screen.at(*place), strict=True)) for place in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    screen.until_changed(before)
    assert screen.count().startswith("6 of")

    edges = screen.painter.bounding_box()
    for button in screen.painter.locator("button").all():
        box = button.bounding_box()
        assert box["x"] >= edges["x"] - 1 and box["x"] + box["width"] <= edges["x"] + edges["width"] + 1
        assert box["height"] >= 40
        assert button.evaluate("b => b.scrollWidth <= b.clientWidth"), button.text_content()
    fits("masked_images")


@pytest.mark.parametrize("path", ["", "models"])
def test_text_of_the_other_pages_can_be_read_in_both_themes(visit, path):
    screen = visit(viewport={"width": 1400, "height": 6000}).go(path)  # what is scrolled away is not checked
    for scheme in ("light", "dark"):
        screen.page.emulate_media(color_scheme=scheme)
        if scheme == "dark":
            screen.page.reload()  # Python hears of the theme
            screen.page.wait_for_selector("[data-testid=stMain] h1", timeout=PATIENCE)
        for summary in screen.page.locator("[data-testid=stExpander] summary").all():
            summary.click()
        screen.idle()
        assert readable(screen.page, f"{path}, {scheme}", theme=scheme == "dark") >= 8
        assert screen.page.evaluate(DARK) == (scheme == "dark")


def test_text_can_be_read_and_controls_have_names(shared_lab_server, tab, wait_idle):
    """In both themes, of a trained network and of one that is not; and nothing is wider than the screen."""
    screen = browser.Screen(tab(), shared_lab_server, wait_idle, "mi")
    check_looks(screen.go("masked_images", ".painter[data-shown]"), one_screen=True)
    untrained = browser.Screen(tab(), shared_lab_server, wait_idle, "mi")
    check_looks(untrained.go("masked_images?mi_steps=100&mi_seed=4242", ".painter[data-shown]"), fewest=30)
