"""The lesson "Soft look-up" in a browser: dragging, typing, the keyboard, a finger; Python and the browser agree."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from core.data import glove
from tests.helpers.browser import PATIENCE, PHONE, Screen
from tests.helpers.looks import check_looks
from tests.helpers.readable import TOO_WIDE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not glove.available(), reason="the GloVe vectors are not on this machine"),
]

STAGE = ".soft-dictionary[data-shown]"
OWN = "sl_from=own"


class Look(Screen):
    """The open lesson."""

    @property
    def box(self):
        return self.page.locator(".soft-dictionary")

    def numbers(self) -> dict[str, list[float]]:
        """All numbers on show, unrounded, and what was merged."""
        found = self.box.evaluate(
            """(box) => {
              const all = (selector) => [...box.querySelectorAll(selector)].map((e) => e.dataset.number)
              const { x, y } = box.querySelector(".sum").dataset
              return { product: all(".product"), scaled: all(".scaled"), tempered: all(".tempered"), weight: all(".weight b"), merged: [x, y] }
            }"""
        )
        return {name: [float(x) if x else math.nan for x in values] for name, values in found.items()}

    def came_from(self) -> str:
        return self.box.get_attribute("data-from")

    def answered(self) -> Look:
        """Wait until Python's answer to all that was done is drawn."""
        self.until(lambda: self.came_from() == "python" and self.box.get_attribute("data-waiting") is None)
        return self

    def handle(self, name: str):
        return self.page.get_by_role("slider", name=f"Arrow of the {name}", exact=True)

    def tip(self, name: str) -> tuple[float, float]:
        return tuple(float(self.handle(name).get_attribute(f"data-{axis}")) for axis in "xy")

    def middle(self, name: str) -> tuple[float, float]:
        self.handle(name).scroll_into_view_if_needed()
        ring = self.handle(name).locator(".ring").bounding_box()
        return ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2

    def drag(self, name: str, right: float, down: float) -> None:
        """Take the tip and move it, without letting go."""
        x, y = self.middle(name)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + right, y + down, steps=5)

    def attention(self, temperature: float) -> tuple[list[float], list[float]]:
        """Weights and merged vector of the arrows as they stand, by torch."""
        words = [(row.locator(".key").input_value(), row.locator(".value").input_value()) for row in self.box.locator(".rows .row").all()]  # fmt: skip
        query, keys, values = (
            torch.tensor(tips, dtype=torch.float64)
            for tips in (
                [self.tip(f"query {self.field('Query').input_value()}")],
                [self.tip(f"key {key}") for key, _ in words],
                [self.tip(f"value {value}") for _, value in words],
            )
        )
        scale = 1 / (math.sqrt(2) * temperature)
        weights, merged = (F.scaled_dot_product_attention(query, keys, v, scale=scale)[0] for v in (torch.eye(len(keys)).double(), values))  # fmt: skip
        return weights.tolist(), merged.tolist()

    def attention_of_link(self) -> tuple[list[float], list[float]]:
        """The same from the arrows in the link, at T = 1."""
        self.until(lambda: "sl_a" in self.query())
        at = torch.tensor([float(x) for x in self.query()["sl_a"].split("_")], dtype=torch.float64).reshape(-1, 2)
        query, keys, values = at[:1], at[1::2], at[2::2]
        eye = torch.eye(len(keys)).double()
        weights, merged = (F.scaled_dot_product_attention(query, keys, v)[0].tolist() for v in (eye, values))
        return weights, merged

    def field(self, name: str):
        return self.box.get_by_role("textbox", name=name, exact=True)

    def sum(self) -> str:
        return self.box.locator(".sum").inner_text()

    def console(self) -> str:
        return self.page.locator(".st-key-sl_console").inner_text().strip().splitlines()[-1]

    def too_wide(self) -> list[str]:
        return self.page.evaluate(TOO_WIDE)


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson, in a browser of its own."""

    def start(query: str = "", **options) -> Look:
        screen = visit("sl", **options)
        look = Look(screen.page, screen.address, screen._wait_idle, "sl")
        look.go(query if "://" in query else f"soft_lookup?{query}", STAGE)
        return look.answered()

    return start


def same(one: dict[str, list[float]], other: dict[str, list[float]]) -> None:
    for name, values in one.items():
        assert other[name] == pytest.approx(values, abs=1e-6, nan_ok=True), name


def test_while_an_arrow_moves_the_browser_computes_and_python_agrees(lesson):
    screen = lesson(OWN)
    before = screen.numbers()
    for name, right, down in (("query orange", -40, 35), ("key banana", 60, 10), ("value citron", -30, 60)):
        screen.drag(name, right, down)
        assert screen.came_from() == "browser"
        live = screen.numbers()
        assert live != before
        weights, merged = screen.attention(1.0)
        assert live["weight"] == pytest.approx(weights, abs=1e-9) and live["merged"] == pytest.approx(merged, abs=1e-9)
        screen.page.mouse.up()
        screen.answered()
        same(live, screen.numbers())
        before = screen.numbers()
    screen.until(lambda: "sl_a" in screen.query())
    chain = screen.box.locator(".values-plane .step")
    assert chain.count() == 3, "one step a value, from tip to tip"
    ends = screen.box.locator(".values-plane .merged line").first.get_attribute("x1")
    assert float(ends) == pytest.approx(
        screen.box.locator(".values-plane svg").evaluate("s => s.clientWidth / 2"), abs=1
    )

    other = lesson(screen.page.url)
    same(screen.numbers(), other.numbers())
    assert other.tip("key banana") == screen.tip("key banana")

    # A tip stays within the plane, and follows the arrow keys.
    screen.drag("query orange", 900, -900)
    screen.page.mouse.up()
    assert screen.answered().tip("query orange") == (3, 3)
    handle = screen.handle("key lemon")
    x, y = screen.tip("key lemon")
    handle.focus()
    for press in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowDown"):
        screen.page.keyboard.press(press)
    assert screen.tip("key lemon") == pytest.approx((x - 0.2, y + 0.1 - 0.01))
    live = screen.numbers()
    assert screen.came_from() == "browser"
    screen.answered()
    same(live, screen.numbers())
    weights, _ = screen.attention(1.0)
    assert screen.numbers()["weight"] == pytest.approx(weights, abs=1e-9)
    assert handle.evaluate("e => e.getRootNode().activeElement === e"), "the focus stays on the tip"


def test_the_temperature_goes_from_hard_to_average_and_words_can_be_edited(lesson):
    screen = lesson()
    slider = screen.box.get_by_role("slider", name="Temperature")
    assert slider.get_attribute("aria-valuetext") == "T = 1"
    slider.focus()
    for _ in range(6):
        screen.page.keyboard.press("ArrowLeft")
    live = screen.numbers()
    assert screen.came_from() == "browser" and slider.get_attribute("aria-valuetext") == "T = 0.25"
    screen.answered()
    same(live, screen.numbers())
    assert screen.sum() == "orange ≈ 0.11 pomme + 0.08 banane + 0.81 citron"
    screen.until(lambda: screen.query() == {"sl_t": "0.25"})
    screen.page.keyboard.press("Home")
    live = screen.numbers()
    same(live, screen.answered().numbers())
    assert live["weight"] == [0, 0, 1] and all(map(math.isnan, live["tempered"]))
    assert screen.box.locator(".near li").first.inner_text().split()[0] == "citron"
    screen.page.keyboard.press("End")
    live = screen.numbers()
    same(live, screen.answered().numbers())
    assert live["weight"] == pytest.approx([1 / 3] * 3, abs=1e-12) and live["tempered"] == [0, 0, 0]
    assert screen.console() == "KeyError: 'orange'"
    screen.press("reset").until(lambda: slider.get_attribute("aria-valuetext") == "T = 1")
    screen.answered().until(lambda: screen.query() == {})

    # Words are typed, repaired, added and removed.
    screen.field("Query").fill("lemn")
    screen.page.keyboard.press("Enter")
    problem = screen.box.locator(".problem")
    problem.first.wait_for()
    assert "lemn" in problem.inner_text() and screen.sum().startswith("Without a vector")
    problem.get_by_role("button", name="lemon", exact=True).click()
    screen.answered().until(lambda: screen.console() == "'citron'")
    assert screen.field("Query").input_value() == "lemon" and problem.count() == 0

    screen.box.get_by_role("button", name="Add a key").click()
    screen.page.keyboard.type("cherry")  # the new key has the focus
    screen.page.keyboard.press("Tab")
    screen.page.keyboard.type("cerise")
    screen.page.keyboard.press("Enter")
    screen.answered().until(lambda: "cerise" in screen.sum())
    assert sum(screen.numbers()["weight"]) == pytest.approx(1) and len(screen.numbers()["weight"]) == 4
    screen.box.get_by_role("button", name="Remove banana").click()
    screen.answered().until(lambda: "banane" not in screen.sum())
    screen.until(lambda: screen.query().get("sl_e") == "apple~pomme~lemon~citron~cherry~cerise")
    screen.box.get_by_role("button", name="Remove apple").click()
    screen.answered()
    assert screen.box.get_by_role("button", name="Remove lemon").is_disabled()

    screen.choose("from", "Your own arrows").answered()
    for hostile in ("<img src=x onerror=alert(1)>", "שלום", "**a** $b$", "👩‍🔬"):
        screen.field("Query").fill(hostile)
        screen.page.keyboard.press("Enter")
        screen.answered().until(lambda hostile=hostile: screen.sum().startswith(hostile))
        assert screen.page.locator("img[src=x]").count() == 0 and repr(hostile) in screen.console()
    screen.page.get_by_role("link", name="Word vectors").click()
    screen.page.locator(".expression-box[data-shown]").wait_for(timeout=PATIENCE)
    screen.page.get_by_role("link", name="Soft look-up").click()
    screen.page.wait_for_selector(STAGE, timeout=PATIENCE)
    assert screen.answered().field("Query").input_value() == "👩‍🔬", "what was asked outlives a look at another page"


def test_cards_and_switches_set_the_stage_up(lesson):
    screen = lesson(OWN)
    screen.press("try2").until(lambda: screen.numbers()["weight"] == [0, 0.5, 0.5])
    assert "Python dictionary holds “lemon” once" in screen.box.locator(".problem").inner_text()
    screen.press("try1").until(lambda: screen.console() == "KeyError: 'tuesday'")
    raw = screen.answered().numbers()
    assert sum(raw["weight"]) == pytest.approx(1)
    screen.choose("scale", "no").answered().until(lambda: screen.numbers()["scaled"] == screen.numbers()["product"])
    assert max(screen.numbers()["weight"]) > max(raw["weight"])
    screen.choose("length", "all 1").answered().until(lambda: max(screen.numbers()["product"]) <= 1)
    first = screen.box.locator(".near li").first.inner_text()
    screen.press("try0").answered().until(lambda: screen.box.locator(".near li").first.inner_text() != first)
    charts = screen.page.locator("[data-testid=stVegaLiteChart] svg.marks")
    charts.filter(has_text="all alike").first.wait_for(timeout=PATIENCE)
    assert charts.count() == 4


def test_phone(lesson):
    """A finger drags a tip and scrolls the page elsewhere; nothing is wider than the screen."""
    screen = lesson(f"{OWN}&sl_e=" + "~".join(["averyveryverylongword", "donaudampfschifffahrtsgesellschaft"] * 4), color_scheme="dark", **PHONE)  # fmt: skip
    assert screen.no_scroll() and not screen.too_wide()
    x, y = screen.middle("query orange")
    before = screen.numbers()
    touch = screen.page.context.new_cdp_session(screen.page)
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x - 20, "y": y + 15}]),
        ("touchMove", [{"x": x - 40, "y": y + 30}]),
        ("touchEnd", []),
    ):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    screen.until(lambda: screen.numbers() != before).answered()
    weights, merged = screen.attention_of_link()
    assert screen.numbers()["weight"] == pytest.approx(weights, abs=1e-6)
    assert screen.numbers()["merged"] == pytest.approx(merged, abs=1e-6)
    screen.choose("from", "GloVe").answered()
    assert screen.idle().no_scroll() and not screen.too_wide()


def test_text_can_be_read_and_controls_have_names(lesson):
    """In both themes; and nothing is wider than the screen."""
    screen = lesson("sl_q=ornge")
    sources = {
        label: lambda label=label: screen.choose("from", label).answered() for label in ("Your own arrows", "GloVe")
    }
    sources["Your own arrows"]()
    sizes = screen.box.evaluate("""(box) => [...box.querySelectorAll("*")].filter((e) => e.getClientRects().length && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())).map((e) => parseFloat(getComputedStyle(e).fontSize))""")  # fmt: skip
    assert min(sizes) >= 15
    check_looks(screen, sources, larger=".soft-dictionary", part=".st-key-sl_play")
