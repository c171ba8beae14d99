"""The expression box in a browser: what is typed, completed and clicked, what Python hears of it, and what travels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

APP = Path(__file__).parent / "apps" / "expression_box_app.py"
DEFAULT = "king - man + woman"

# Answers can be held back by `lag` milliseconds.
LAG = """
window.lag = 0
window.WebSocket = class extends WebSocket {
  addEventListener(type, heard, ...rest) {
    const late = (event) => window.lag ? setTimeout(() => heard.call(this, event), window.lag) : heard.call(this, event)
    super.addEventListener(type, type === "message" ? late : heard, ...rest)
  }
  set onmessage(heard) {
    super.onmessage = heard && ((event) => window.lag ? setTimeout(() => heard.call(this, event), window.lag) : heard.call(this, event))
  }
  get onmessage() { return super.onmessage }
}
"""


class Box:
    """The expression box of one open page."""

    def __init__(self, page, wait_idle):
        self.page = page
        self.wait_idle = lambda: wait_idle(page)
        self.root = page.locator(".expression-box")
        self.input = page.get_by_role("combobox", name="Words to add and subtract")

    def type(self, text: str) -> None:
        """In the place of all that was there; the last letter by its key. A slow machine makes no pause in between."""
        self.input.fill(text[:-1])
        self.input.press_sequentially(text[-1])

    def key(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def options(self) -> list[str]:
        return self.page.get_by_role("option").all_text_contents()

    def caret(self) -> int:
        return self.input.evaluate("input => input.selectionStart")

    def sent(self) -> int:
        return int(self.root.get_attribute("data-sent"))

    def echo(self) -> dict:
        return json.loads(self.page.locator(".st-key-echo").inner_text())

    def words(self) -> list[str]:
        return self.page.locator(".expression-box .word").all_text_contents()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def expect(self, expression: str, sent: int | None = None) -> None:
        """The input, the answer and Python agree on this expression, after so many messages."""
        self.page.wait_for_function(
            """(expression) => {
              const found = (root) => root.querySelector(".expression-box") ??
                [...root.querySelectorAll("*")].map((e) => e.shadowRoot && found(e.shadowRoot)).find(Boolean)
              const box = found(document)
              return box?.dataset.shown.startsWith(expression + "/") && !("waiting" in box.dataset)
            }""",
            arg=expression,
            timeout=60_000,
        )
        self.wait_idle()
        assert self.echo()["expression"] == expression
        assert self.input.input_value() == expression
        assert sent is None or self.sent() == sent


@pytest.fixture
def open_box(server, tab, wait_idle):
    """open_box(query) -> the box of a new session."""

    def start(query: str = "", **options) -> Box:
        page = tab(script=LAG, **options)
        page.goto(f"{server(APP)}&{query}")
        page.wait_for_selector(f".expression-box[data-shown]{'' if query == 'n=0' else '[data-words]'}", timeout=60_000)
        wait_idle(page)
        return Box(page, wait_idle)

    return start


@pytest.fixture
def box(open_box) -> Box:
    return open_box()


def test_enter_sends_and_the_answer_is_a_table_of_words(box):
    page = box.page
    box.expect(DEFAULT, sent=0)
    rows = page.locator(".expression-box .rows li")
    assert page.locator(".expression-box .normal").text_content() == "king − man + woman ≈"
    assert rows.count() == 10
    assert rows.nth(0).locator(".rank").text_content() == "1"
    assert rows.nth(0).locator(".note").text_content() == "in the query"
    assert [row.locator(".note").text_content() for row in rows.all()].count("in the query") == 3
    numbers = [float(row.locator(".score").text_content()) for row in rows.all()]
    assert numbers == sorted(numbers, reverse=True)
    cells = page.locator(".expression-box .bar").evaluate_all(
        "all => all.map(bar => bar.querySelector('i').offsetWidth / bar.offsetWidth)"
    )
    assert cells == pytest.approx(numbers, abs=0.01)  # a cosine of 1 fills the cell

    box.type("queen - ")
    box.key("Enter")
    page.wait_for_function("performance.getEntriesByName('expression-shown').length === 1")
    marks = page.evaluate(
        "['expression-sent', 'expression-shown'].map(name => performance.getEntriesByName(name).map(m => [m.detail, m.startTime]))"
    )
    [[sent], [shown]] = marks
    assert sent[0] == shown[0] and sent[1] < shown[1]
    box.wait_idle()
    assert box.echo()["expression"] == "queen -"
    live = page.locator(".expression-box [aria-live=polite]")
    assert live.text_content() == "10 results for queen -: queen comes first."


def test_completion_by_keyboard(box):
    box.type("king - man + ki")
    assert box.options() == ["king", "kings", "kingdom", "kingston"]  # by frequency
    assert box.input.get_attribute("aria-expanded") == "true"
    box.key("ArrowDown", "ArrowDown", "ArrowDown")
    active = box.page.locator(f"#{box.input.get_attribute('aria-activedescendant')}")
    assert active.text_content() == "kingdom" and active.get_attribute("aria-selected") == "true"
    box.key("ArrowUp", "Enter")
    assert box.input.input_value() == "king - man + kings" and box.caret() == len("king - man + kings")
    assert box.options() == [] and box.input.get_attribute("aria-expanded") == "false"
    box.expect("king - man + kings", sent=1)  # by itself: it is complete

    box.type("qu")
    box.key("Tab")  # the first one
    assert box.input.input_value() == "queen"
    box.type("king")
    assert box.options() == ["kings", "kingdom", "kingston"]  # not the word itself
    box.key("Tab")  # behind a complete word Tab leaves the input
    assert box.input.input_value() == "king" and not box.input.evaluate("i => i.getRootNode().activeElement === i")
    box.expect("king")

    box.type("ki")
    box.key("Escape")
    assert box.options() == [] and box.input.input_value() == "ki"
    box.key("ArrowDown")  # opens it again
    assert box.options()[0] == "king"
    box.key("ArrowUp")  # none of them
    assert box.input.get_attribute("aria-activedescendant") is None
    box.type("zzz")
    assert box.options() == []
    box.type("2")
    assert box.options() == []
    box.input.fill("")
    assert box.options() == []


def test_completion_of_the_word_at_the_caret(box):
    box.input.fill("ki - man")
    box.input.evaluate("input => input.setSelectionRange(1, 1)")
    box.input.press_sequentially("n")
    assert box.input.input_value() == "kni - man" and box.options() == ["knight"]
    box.key("ArrowDown", "Enter")
    assert box.input.input_value() == "knight - man" and box.caret() == len("knight")
    box.expect("knight - man")
    box.type("ملك")
    assert box.options() == ["ملكة"]
    box.key("Tab")  # behind a complete word
    box.expect("ملك")


def test_completion_by_pointer(box):
    box.type("(kin")
    box.page.get_by_role("option", name="kingdom").click()
    assert box.input.input_value() == "(kingdom" and box.caret() == len("(kingdom")
    assert box.input.evaluate("i => i.getRootNode().activeElement === i")
    box.input.press_sequentially(")")
    box.expect("(kingdom)", sent=1)
    box.type("king + and")
    box.page.get_by_role("option", name="and/or").click()
    assert box.input.input_value() == 'king + "and/or"'  # bare it would be a quotient
    box.key("Enter")
    box.expect('king + "and/or"', sent=2)


def test_answers_come_while_typing_but_not_in_the_middle_of_a_word(box):
    runs = box.echo()["runs"]
    box.type("que")
    box.page.wait_for_timeout(500)
    assert box.sent() == 0 and box.echo()["runs"] == runs
    box.input.press_sequentially("en - man")
    box.expect("queen - man", sent=1)
    box.input.press_sequentially(" ")  # nothing new
    box.type("kin")
    box.page.locator("h1").click()  # leaving the input sends what is there
    box.page.wait_for_selector(".expression-box .error:visible")
    assert box.sent() == 2
    box.input.focus()
    box.page.locator("h1").click()
    box.wait_idle()
    assert box.sent() == 2


def test_shortcuts_of_streamlit_do_not_hear_the_letters(box):
    runs = box.echo()["runs"]
    box.input.fill("")
    box.input.press_sequentially("rrcc")
    box.wait_idle()
    assert box.echo()["runs"] == runs
    assert box.page.get_by_role("dialog").count() == 0


def test_a_word_of_the_answer_and_an_example_become_the_expression(box):
    box.press("queen")
    box.expect("queen", sent=1)
    box.type("paris - fra")  # half typed: a click on a word is one message, not two
    box.press(box.words()[1])
    box.wait_idle()
    assert box.sent() == 2 and box.options() == []
    box.press("walked - walk + look")
    box.expect("walked - walk + look", sent=3)
    word = box.words()[0]
    box.page.get_by_role("button", name=word, exact=True).focus()
    box.key("Enter")
    box.expect(word, sent=4)


def test_an_error_offers_words(box):
    page = box.page
    height = box.root.bounding_box()["height"]
    box.type("kng - kng + man")
    box.key("Enter")
    page.wait_for_selector(".expression-box .error:visible")
    assert "“kng” is not among" in page.locator(".expression-box .error").text_content()
    assert box.words() == [] and box.input.get_attribute("aria-invalid") == "true"
    assert abs(box.root.bounding_box()["height"] - height) < 1  # nothing below it jumps
    assert page.locator(".expression-box .repair span").text_content() == "Did you mean"
    box.press("king")
    box.expect("king - king + man", sent=2)
    assert box.input.get_attribute("aria-invalid") == "false"
    box.type('"kng" + man')
    box.key("Enter")
    page.wait_for_selector(".expression-box .error:visible")
    box.press("king")
    box.expect("king + man", sent=4)

    box.type("wman - qeen")
    box.key("Enter")
    page.wait_for_selector(".expression-box .repair >> nth=1")
    assert page.locator(".expression-box .repair span").all_text_contents() == [
        "wman: did you mean",
        "qeen: did you mean",
    ]
    page.locator(".expression-box .repair", has_text="qeen").get_by_role("button", name="queen").click()
    page.wait_for_selector(".expression-box .repair >> nth=0 >> text=Did you mean")
    assert box.input.input_value() == "wman - queen"

    sent = box.sent()
    box.input.fill("king + " * 400)
    box.key("Enter")
    assert page.locator(".expression-box .error").text_content() == (
        "An expression has at most 2,000 characters; this one has 2,799."
    )
    assert box.sent() == sent
    box.type("king")
    box.expect("king", sent=sent + 1)


def test_python_replaces_the_expression(box):
    box.type("queen")
    box.expect("queen", sent=1)
    box.press("Set it up")
    box.expect("rome - italy + france", sent=1)
    box.press("Rerun")  # sends the browser's old state along: it must not come back
    box.expect("rome - italy + france", sent=1)
    box.type("kin")
    box.press("Set it up")  # leaving the input sends "kin"; the button is newer
    box.expect("rome - italy + france", sent=2)
    box.type("king")
    box.expect("king", sent=3)
    box.press("Reset")
    box.expect(DEFAULT, sent=3)
    box.type("look")
    box.expect("look", sent=4)

    box.page.get_by_role("link", name="Other").click()
    box.page.wait_for_selector("#other")
    box.page.get_by_role("link", name="Box").click()
    box.page.wait_for_selector(".expression-box[data-words]")
    box.expect("look", sent=0)  # the expression outlives the page switch, and another box is there
    box.type("well")
    box.expect("well", sent=1)


def test_another_widget_sends_nothing_and_leaves_what_is_typed(box):
    box.type("queen")
    box.expect("queen", sent=1)
    for text in ("a", "b"):
        box.page.get_by_label("A word").fill(text)
        box.page.keyboard.press("Enter")  # a run of the whole page
        box.wait_idle()
    box.expect("queen", sent=1)
    box.type("queen + ki")
    runs = box.echo()["runs"]
    box.page.get_by_role("button", name="Rerun").evaluate("button => button.click()")  # moves no focus
    box.wait_idle()
    assert box.echo()["runs"] == runs + 1
    assert box.input.input_value() == "queen + ki" and box.sent() == 1


def test_an_old_answer_fades_and_never_takes_the_text_back(box):
    page = box.page
    box.root.evaluate(
        "root => new MutationObserver(() => { window.faded ??= performance.now() }).observe(root, { attributeFilter: ['data-waiting'] })"
    )
    page.evaluate("lag = 700")
    box.type("queen -")
    box.key("Enter")
    page.wait_for_selector(".expression-box[data-waiting]")
    sent = page.evaluate("performance.getEntriesByName('expression-sent')[0].startTime")
    assert page.evaluate("faded") - sent >= 145  # a quick answer does not flicker
    assert len(box.words()) == 10  # the old rows stand until then
    box.type("queen + walk")
    box.key("Enter")
    for _ in range(20):
        page.wait_for_timeout(60)
        assert box.input.input_value() == "queen + walk"
    page.evaluate("lag = 0")
    box.press("Rerun")
    box.expect("queen + walk", sent=2)


def test_markup_is_shown_as_text(box):
    evil = "<img src=x onerror=document.title='gone'> + <b>king</b>"
    box.type(evil)
    box.key("Enter")
    box.page.wait_for_selector(".expression-box .error:visible")
    assert "“<img” is not among" in box.page.locator(".expression-box .error").text_content()
    box.wait_idle()  # the echo comes after the box
    assert box.echo()["expression"] == evil
    assert box.page.locator(".expression-box :is(img, b)").count() == 0
    assert box.page.title() != "gone"


def test_an_input_method_is_not_disturbed(box):
    """While a composition runs nothing is sent, whatever the keys are."""
    box.input.fill("")
    ime = box.page.context.new_cdp_session(box.page)
    ime.send("Input.imeSetComposition", {"text": "女王", "selectionStart": 2, "selectionEnd": 2})
    assert box.input.input_value() == "女王"
    enter = "new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })"
    assert box.input.evaluate(f"input => input.dispatchEvent({enter})")  # left to the input method
    box.page.wait_for_timeout(500)
    assert box.sent() == 0 and box.options() == []
    ime.send("Input.insertText", {"text": "女王"})
    box.expect("女王", sent=1)


@pytest.mark.parametrize("split", [0, 1])
def test_the_vocabulary_travels_once_and_fifty_thousand_words_complete(open_box, split):
    box = open_box(f"n=50000&split={split}", messages=True)
    received = box.page.received
    assert box.root.get_attribute("data-words") == "50000"
    assert sum(b"word49926" in frame for frame in received if isinstance(frame, bytes)) == 1
    before = len(received)
    box.type("king + a")
    assert len(box.options()) == 8
    box.type("king + aaword")
    assert len(box.options()) == 8
    box.key("Tab")
    box.page.wait_for_selector(".expression-box[data-sent='1']")
    box.wait_idle()
    assert box.sent() == 1
    later = [frame for frame in received[before:] if isinstance(frame, bytes)]
    assert later and sum(map(len, later)) < 200_000
    kinds = [ForwardMsg.FromString(frame).WhichOneof("type") for frame in later]
    assert kinds.count("ref_hash") == (0 if split else 1)  # the vocabulary by reference, or not at all


def test_without_a_vocabulary_enter_still_works(open_box):
    box = open_box("n=0")
    box.type("queen + ki")
    assert box.options() == []
    box.page.wait_for_timeout(500)
    assert box.sent() == 0
    box.type("queen - king")
    box.key("Enter")
    box.expect("queen - king", sent=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_are_readable_in_both_themes(open_box, scheme):
    """WCAG AA: 4.5 to 1 for text, also on the grey bars; 3 to 1 for the input's frame and the bars."""
    box = open_box(color_scheme=scheme)
    box.type("king - man + k")
    box.key("ArrowDown")
    ratios = box.root.evaluate(
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
          return {
            text: [".title", "input", ".normal", ".score-name", ".rank", ".word", ".score"].map((s) => text(s)).concat(
              text('.option[aria-selected="true"]', style('.option[aria-selected="true"]').backgroundColor),
              text(".asked .note", style(".asked .bar i").backgroundColor)),
            marks: [ratio(paint(style("input").borderTopColor), paint()),
              ratio(paint(style("li:not(.asked) .bar i").backgroundColor), paint())],
            ground: light(paint()),
          }
        }"""
    )
    assert (ratios["ground"] < 0.1) == (scheme == "dark")
    assert min(ratios["text"]) >= 4.5, ratios
    assert min(ratios["marks"]) >= 3, ratios


def test_phone(open_box):
    """Nothing is wider than the screen, whatever is typed or answered; each target is large enough for a finger."""
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    box = open_box("rows=20", **phone)
    page = box.page

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
        root = box.root.bounding_box()
        for button in page.locator(".expression-box :is(.word, .repair button):visible").all():
            rect = button.bounding_box()
            assert rect["height"] >= 44 and rect["width"] >= 44
            assert rect["x"] >= root["x"] - 1 and rect["x"] + rect["width"] <= root["x"] + root["width"] + 1

    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        box.press("(king + queen) * 0.5")
        box.expect("(king + queen) * 0.5")
        assert len(box.words()) == 20
        fits()
        box.type("king - man + k")
        assert len(box.options()) == 5
        fits()
        page.keyboard.press("ArrowUp")  # the last one: its strip scrolls, the page does not
        last, strip = page.get_by_role("option").last.bounding_box(), page.locator(".options").bounding_box()
        assert strip["x"] <= last["x"] and last["x"] + last["width"] <= strip["x"] + strip["width"]
        page.get_by_role("option").last.tap()
        box.expect("king - man + knight")
        box.type("x" * 60 + " - qeen")
        page.keyboard.press("Enter")
        page.wait_for_selector(".expression-box .repair >> text=queen")
        fits()
    sizes = page.locator(".expression-box :is(p, span, button, label, input)").evaluate_all(
        "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 15
