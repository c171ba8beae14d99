"""A lesson in a real browser, as tests look at it and touch it."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from PIL import Image, ImageDraw

from core import data, lab
from core.experiment import get

PATIENCE = 90_000  # milliseconds; far more than anything takes, for a busy machine
LAPTOP = {"viewport": {"width": 1400, "height": 950}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def is_trained(experiment: str) -> bool:
    return data.available("fashion") and isinstance(lab.view(experiment, get(experiment).default(), 0), lab.Ready)


def is_fault(said) -> bool:
    """Errors in the console, but not Streamlit's own search for the root of the server from a page's address."""
    return said.type == "error" and not re.search(r"/\w+/_stcore/(health|host-config)$", said.location.get("url", ""))


def photograph() -> bytes:
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).ellipse((110, 60, 190, 140), fill=(160, 20, 20))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def scroll_until(page, there=None, act: str = "") -> None:
    """Scroll to the places of acts that are not drawn, until there is such an element; without one, until all are drawn.

    Those that presenting hides come with their step. act: selector of the only act to scroll to; those above it are jumped
    over, and what is not drawn costs nothing.
    """
    places = page.locator(f"{act} .act-watch >> visible=true".strip())
    end = time.monotonic() + PATIENCE / 1000
    while places.count() if there is None else not there.count():
        assert time.monotonic() < end, "it did not come"
        places.evaluate_all("all => all[0]?.scrollIntoView()")
        page.wait_for_timeout(40)


ALL = (
    "() => { globalThis[Symbol.for('latent-lab-acts')]?.all() }"  # assets/components/act_watch/turns.js; not waited for
)


class Screen:
    """One open lesson; prefix: of its keys."""

    def __init__(self, page, address: str, wait_idle: Callable, prefix: str = "b"):
        self.page, self.address, self._wait_idle, self.prefix = page, address, wait_idle, prefix
        self.panel = page.locator(f".st-key-{prefix}_training")
        self.map = page.locator(".latent-map")
        self.pad = page.locator(".pad")

    def go(self, target: str, stage: str) -> Screen:
        """Open a path with its query, or an address; stage: what has to be there."""
        self.page.goto(target if "://" in target else f"{self.address}/{target}")
        rest = f".st-key-{self.prefix}_try0"  # the second run has drawn it; presenting hides it
        self.page.wait_for_selector(rest, state="attached", timeout=PATIENCE)
        self.idle().reach(stage).page.wait_for_selector(stage, timeout=PATIENCE)
        return self.idle()

    def idle(self) -> Screen:
        self._wait_idle(self.page, PATIENCE)
        return self

    def until(self, what: Callable[[], object]) -> Screen:
        """Wait until `what` is true."""
        end = time.monotonic() + PATIENCE / 1000
        while not what():
            assert time.monotonic() < end, f"it did not come at {self.page.url}"
            self.page.wait_for_timeout(40)
        return self.idle()

    def reach(self, there, act: str = "") -> Screen:
        """Scroll down, act by act, until there is such an element: a selector or a locator. act: anchor of its act."""
        place = act and f".st-key-{self.prefix}_act_{act}"
        scroll_until(self.page, self.page.locator(there) if isinstance(there, str) else there, place)
        return self

    def waiting(self) -> list[str]:
        """The acts that are not drawn. Streamlit hides what an act has taken the place of, and at times never removes it."""
        return self.page.locator(".act-watch").evaluate_all(
            "all => all.filter((place) => place.offsetHeight).map((place) => place.dataset.act)"
        )

    def see_all(self) -> Screen:
        """Each act is drawn, by one word as for a print."""
        self.page.evaluate(ALL)
        scroll_until(self.page)
        return self.idle()

    def unfold(self) -> Screen:
        """All acts are drawn, and what is folded is unfolded."""
        self.see_all()
        for summary in self.page.locator("[data-testid=stMain] [data-testid=stExpander] summary").all():
            summary.click()
        return self.idle()

    def key(self, name: str, inside: str = ""):
        return self.page.locator(f".st-key-{self.prefix}_{name} {inside}".strip()).first

    def press(self, name: str, act: str = "") -> Screen:
        self.reach(self.key(name), act).key(name, "button").click(timeout=PATIENCE)
        return self.idle()

    def choose(self, name: str, label: str, act: str = "") -> Screen:
        """One of the segments of a control."""
        self.reach(self.key(name), act).key(name).get_by_role("radio", name=label, exact=True).click(timeout=PATIENCE)
        return self.idle()

    def query(self) -> dict[str, str]:
        return {name: value for name, [value] in parse_qs(urlsplit(self.page.url).query).items()}

    def shown(self) -> str:
        """What the pictures of the map or the pad belong to."""
        return self.map.or_(self.pad).first.get_attribute("data-shown") or ""

    def tiles(self) -> list[str]:
        return [picture.get_attribute("src") for picture in self.map.or_(self.pad).locator("figure img").all()]

    def galleries(self) -> list[str]:
        return [picture.get_attribute("src") for picture in self.page.locator(".ll-gallery img, .ll-big").all()]

    def at(self, right: float, down: float, canvas: str = ".hand") -> tuple[float, float]:
        """Page coordinates of a place, in shares of the canvas."""
        box = self.page.locator(f".latent-map {canvas}, .pad canvas").first.bounding_box()
        return box["x"] + right * box["width"], box["y"] + down * box["height"]

    def click_map(self, right: float, down: float) -> Screen:
        before = self.shown()
        self.map.locator(".hand").scroll_into_view_if_needed()
        self.page.mouse.click(*self.at(right, down))
        return self.until(lambda: self.shown() not in ("", before))

    def stroke(self, *stops: tuple[float, float]) -> Screen:
        """Draw on the pad, and wait for the answer."""
        before = self.shown()
        self.pad.locator("canvas").scroll_into_view_if_needed()
        self.page.mouse.move(*self.at(*stops[0]))
        self.page.mouse.down()
        for stop in stops[1:]:
            self.page.mouse.move(*self.at(*stop), steps=4)
        self.page.mouse.up()
        self.page.mouse.move(2, 2)  # the tip of the pen is drawn on the picture
        self.until(lambda: self.shown() not in ("", before))
        return self.until(lambda: f"{self.prefix}_drawn" in self.query())

    def ink(self) -> str:
        """A drawing's pixels as they stand on the pad."""
        return self.pad.locator("canvas").evaluate("canvas => canvas.toDataURL()")

    def sliders(self) -> list[str]:
        fields = self.page.locator(f"[class*=st-key-{self.prefix}_slide] input[type=range]")
        return [field.input_value() for field in fields.all()]

    def heading(self) -> str:
        return self.page.locator("h2", has_text="Inside").text_content()

    def no_scroll(self) -> bool:
        """Whether nothing that is drawn makes the page wider than the screen."""
        main = self.page.locator("[data-testid=stMain]").evaluate("e => e.scrollWidth <= e.clientWidth")
        return main and self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
