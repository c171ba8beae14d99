"""The lesson "Attention" in a browser: the stage, a link with all of it, hostile sentences, a live training, themes, a phone.

Acts are drawn late, and only where one is looked at: with all of them on the page each gesture costs a browser seconds.
"""

from __future__ import annotations

import random
import re

import pytest

from core import data
from tests.helpers.attention_view import View
from tests.helpers.browser import PATIENCE, PHONE, Screen, is_trained
from tests.helpers.looks import check_looks
from tests.helpers.readable import TOO_WIDE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not data.available("kjv"), reason="the King James Bible is not on this machine"),
]

STAGE = ".attention-view[data-shown]"
SWITCHES, NEXT = "what-does-a-head-do", "what-comes-next"  # anchors of acts
SENTENCE = "And God said, Let there be light: and there was light"
LONG = "a_steps=16000&a_depth=1&a_width=32&a_context=32&a_seed=77"  # does not end by itself while a test looks at it
TINY = "a_steps=40&a_depth=1&a_width=32&a_context=32"
HOSTILE = "<img src=x onerror=alert(1)> <b>big</b> **bold** [link](http://e.vil) $x^2$ :red[red] `code` &amp;"

# What a browser would have made of HOSTILE and of the words of MARKED if it were not shown as text.
MADE = """() => {
  const found = []
  const visit = (root) => {
    for (const e of root.querySelectorAll("b, strong, em, code, a, img, h1, script, [class*=katex], [class*=colored]")) {
      if (e.matches(".ll-written b[title]")) continue // a token that was written
      const text = e.textContent.trim()
      if (["big", "bold", "link", "red", "code", "head", "x2", "x"].includes(text) || /e\\.vil|^x$/.test(e.getAttribute("src") ?? e.getAttribute("href") ?? "")) found.push(e.outerHTML.slice(0, 120))
    }
    for (const e of root.querySelectorAll("*")) if (e.shadowRoot) visit(e.shadowRoot)
  }
  visit(document.querySelector("[data-testid=stMain]"))
  return found
}"""


class Attention(Screen):
    """The open lesson."""

    def view(self, nth: int = 0) -> View:
        return View(self.page, self._wait_idle, nth)

    def shown(self) -> str:
        """What the stage belongs to."""
        return self.view().root.get_attribute("data-shown") or ""

    def head(self, nth: int = 0) -> str:
        return self.view(nth).head.text_content()

    def tokens(self, nth: int = 0) -> list[str]:
        return self.view(nth).root.locator(".heat .left span").all_text_contents()

    def type(self, name: str, text: str) -> Attention:
        """A sentence, and wait until the stage shows it."""
        self.key(name, "input").fill(text)
        self.page.keyboard.press("Enter")
        self.until(lambda: self.query().get(f"a_{name}", "") == text)
        return self

    def steps(self) -> str:
        return self.page.locator(".ll-steps table").inner_text()

    def said(self) -> str:
        """What Python says about the head that is large."""
        return self.page.locator(".st-key-a_views").inner_text()

    def continued(self) -> str:
        """The sentence that the model goes on with. It stands below the stage, and follows when nobody types."""
        return self.reach(".ll-written", NEXT).page.locator(".ll-written").inner_text()

    def written(self) -> list[str]:
        return self.reach(".ll-written", NEXT).page.locator(".ll-written b").all_text_contents()

    def stages(self) -> dict:
        return {
            "shown": [self.view(i).root.get_attribute("data-shown") for i in range(self.page.locator(STAGE).count())],
            "heads": [self.head(i) for i in range(self.page.locator(STAGE).count())],
            "tokens": self.tokens(), "pinned": self.view().root.locator(".heat .left .held").all_text_contents(),
        }  # fmt: skip

    def everything(self) -> dict:
        self.see_all()
        return {
            **self.stages(), "steps": self.steps(), "written": self.written(), "off": self.page.locator("p:has(strong:text-is('Off:'))").inner_text(),
            "guesses": self.page.locator(".ll-lessons").inner_text(),
        }  # fmt: skip

    def too_wide(self) -> list[str]:
        return self.page.evaluate(TOO_WIDE)

    def step(self) -> int:
        """The step that the progress bar speaks of, once there is one."""
        bar = self.panel.locator("[data-testid=stProgress]").filter(has_text=re.compile(r"[1-9][\d,]* of 16,000"))
        bar.wait_for(timeout=PATIENCE)
        return int(re.search(r"([\d,]+) of 16,000", bar.text_content()).group(1).replace(",", ""))


@pytest.fixture(scope="module")
def fresh(shared_lab_server, tabs, wait_idle) -> dict:
    """What the plain address shows: the stage as it opens, then all of it."""
    with tabs.lent() as page:
        screen = Attention(page, shared_lab_server, wait_idle, "a").go("attention", STAGE)
        return {
            "title": page.locator("h1").all_text_contents(), "alerts": page.locator("[data-testid=stAlert]").all_text_contents(),
            "tokens": screen.tokens(), "sentence": screen.key("t", "input").input_value(), "query": screen.query(),
            "headers": page.locator("[data-testid=stMain] h2").all_text_contents(), "head": screen.head(),
            "exceptions": page.locator("[data-testid=stException]").count(), "faults": list(page.faults), "too wide": screen.too_wide(),
            "everything": screen.everything(),
        }  # fmt: skip


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson, in a browser of its own."""

    def start(query: str = "", **options) -> Attention:
        first = visit("a", **options)
        screen = Attention(first.page, first.address, first._wait_idle, "a")
        screen.go(query if "://" in query else f"attention?{query}", STAGE)
        return screen

    return start


@pytest.fixture
def panel(visit):
    """panel(query) -> the lesson where it may have no model yet."""

    def start(query: str) -> Attention:
        first = visit("a")
        screen = Attention(first.page, first.address, first._wait_idle, "a")
        screen.page.goto(f"{screen.address}/attention?{query}")
        return screen

    return start


# The stage, and its link -----------------------------------------------------------------------------------------


def test_the_plain_address_opens_on_the_stage(fresh):
    assert is_trained("language_model"), "the default model belongs into assets/trained"
    assert fresh["title"] == ["Attention"] and fresh["sentence"] == SENTENCE
    assert not fresh["alerts"] and not fresh["exceptions"] and not fresh["faults"]
    assert "".join(fresh["tokens"]).replace("·", " ") == SENTENCE
    assert re.match(r"Layer \d, head \d", fresh["head"])
    assert fresh["headers"][:2] == ["What does a head do?", "What comes next?"]
    assert fresh["query"] == {"a_tokens": "bpe-2048", "a_t": SENTENCE} and not fresh["too wide"]


def test_a_link_leads_to_the_same_screen_and_reset_back(lesson, fresh):
    """And what is set up is still there after another page, and in the link again."""
    screen = lesson()
    screen.view().choose(1, 2)
    screen.until(lambda: screen.query().get("a_head") == "3" or "head 3" in screen.head())
    assert screen.head().startswith("Layer 2, head 3")
    screen.view().map.click(position=screen.view().cell(4, 1, len(screen.tokens())))
    screen.until(lambda: screen.query().get("a_pin") == "5")
    screen.page.mouse.move(2, 2)
    screen.type("t2", "The robot must not harm a human being").until(lambda: screen.page.locator(STAGE).count() == 2)
    before = screen.shown()
    screen.reach(screen.key("lit1"), SWITCHES).key("lit1").get_by_role("button", name="2", exact=True).click()
    screen.until(lambda: screen.query().get("a_off") == "1.2").until(lambda: screen.shown() != before)
    screen.reach(screen.key("temp"), NEXT).key("temp", "input[type=range]").focus()
    for _ in range(3):
        screen.page.keyboard.press("ArrowRight")
    screen.until(lambda: screen.query().get("a_temp") == "1.1")
    screen.press("twenty_more", NEXT).until(lambda: len(screen.written()) == 20)

    link, stages = screen.query(), screen.stages()
    screen.page.locator("[data-testid=stSidebarNav] a[href$='/models']").click()
    screen.page.get_by_role("heading", name="Models", level=1).wait_for()
    screen.idle()
    screen.page.locator("[data-testid=stSidebarNav] a[href$='/attention']").click()
    screen.page.wait_for_selector(STAGE)
    screen.idle().until(lambda: screen.page.locator(STAGE).count() == 2)
    assert screen.stages() == stages, "after a look at another page"
    here = screen.everything()
    assert screen.query() == link, "also of acts that had to be drawn anew"
    assert here["heads"] == [screen.head()] * 2 and here["off"].startswith("Off: 1.2") and here["pinned"]
    assert len(here["written"]) == 20

    other = lesson(screen.page.url)
    other.until(lambda: other.page.locator(STAGE).count() == 2 and len(other.written()) == 20)
    assert other.everything() == here
    assert other.query() == screen.query() == link

    screen.press("all_on").until(lambda: screen.shown() == before)
    assert "a_off" not in screen.query()
    screen.press("reset").until(lambda: screen.query() == fresh["query"] and screen.page.locator(STAGE).count() == 1)
    screen.until(lambda: screen.everything() == fresh["everything"])
    screen.press("one_more").until(lambda: len(screen.written()) == 1)
    assert screen.everything() == fresh["everything"] | {"written": screen.written()}, (
        "what the browser still holds does not come back"
    )


def test_the_keyboard_chooses_a_head_and_the_other_sentence_follows(lesson):
    """And all that is on the page can be read, in both themes; nothing is wider than the screen."""
    screen = lesson("a_off=1.2&a_t2=In+the+beginning&a_written=20&a_pin=3&a_layer=1&a_head=1")
    screen.until(lambda: screen.page.locator(STAGE).count() == 2)
    steps = screen.steps()
    screen.view().grid.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        screen.page.keyboard.press(key)
    assert screen.head().startswith("Layer 2, head 3") and screen.head(1) == screen.head(), "at once"
    screen.until(lambda: "in layer 2, head 3" in screen.said())  # the answer to the last key, not to one before it
    screen.until(lambda: screen.steps() != steps)
    screen.page.keyboard.press("Home")
    screen.page.keyboard.press("ArrowUp")
    screen.until(lambda: "in layer 1, head 1" in screen.said())
    screen.until(lambda: screen.steps() == steps)
    assert screen.head(1) == screen.head() and screen.head().startswith("Layer 1, head 1")
    check_looks(screen, larger=".attention-view .card .head")


# Bad input -------------------------------------------------------------------------------------------------------


def test_nothing_that_is_typed_is_rendered(lesson):
    screen = lesson("a_t=%ED%A0%80%FF%3Cscript%3Ealert(1)%3C/script%3E%zz%00")
    assert screen.page.locator("[data-testid=stMain] script").count() == 0
    dialogs = []
    screen.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for text in (HOSTILE, HOSTILE[::-1], "\u202eשלום \u2066ملك", "😀👩‍👩‍👧 🇩🇪"):
        before, continued = screen.shown(), screen.continued()
        screen.type("t", text).type("t2", text).until(lambda: screen.shown() != before)  # noqa: B023
        screen.until(lambda: screen.continued() != continued)  # noqa: B023
        assert not screen.page.evaluate(MADE), text
        assert not text.startswith("<") or screen.continued().strip().startswith(
            "<img src=x onerror=alert(1)> <b>big</b> **bold**"
        )
    screen.key("t", "input").fill("x" * 4001)
    assert screen.key("t", "input").input_value() == text, "more than 4,000 characters are not taken"
    screen.type("t", "x" * 4000).page.get_by_text("The sentence is longer than 128 tokens").first.wait_for()
    screen.idle().type("t", " ")
    screen.page.get_by_text("There is nothing to look at yet").wait_for()
    screen.until(lambda: screen.page.locator(STAGE).count() == 0)  # what was there goes at the end of the run
    assert not dialogs
    screen.idle().type("t", "Light").until(lambda: screen.page.locator(STAGE).count() == 2)
    assert "a_after" not in screen.query(), "the guess is still looked at behind the last token, whatever that is"


def test_a_text_full_of_markup_is_learned_and_never_rendered(panel):
    """Its signs become tokens, so every chart, menu and sentence of the page speaks of them."""
    marked = ("**bold**", "<b>big</b>", "[link](http://e.vil)", "$x^2$", ":red[red]", "`code`", "<img src=x>", "_em_")
    draw = random.Random(0)
    plain = [
        f"{a}{b}"
        for a in ("ba", "de", "fi", "go", "ku", "la", "me", "no")
        for b in ("r", "ss", "t", "nd", "lk", "m", "x")
    ]
    text = "\n\n".join(" ".join(draw.choices(marked, k=8) + draw.choices(plain, k=2)) for _ in range(150))
    screen = panel(f"a_from=own&{TINY}&a_t=**bold**+:red[red]+%24x%5E2%24+%60code%60&a_after=99")
    screen.key("pasted", "textarea").fill(text)
    screen.page.keyboard.press("Control+Enter")
    screen.idle().key("paste", "button").click(timeout=PATIENCE)
    screen.idle().until(lambda: re.fullmatch("text-[0-9a-f]{32}", screen.query().get("a_text", "")))
    screen.press("train")
    screen.page.wait_for_selector(STAGE, timeout=2 * PATIENCE)
    screen.key("download", "button").wait_for()
    assert "40 steps" in screen.panel.inner_text() and "trained on this machine" in screen.panel.inner_text()
    assert {"**", "$"} <= {token.strip("·") for token in screen.tokens()}, "its signs are tokens"
    screen.press("twenty_more", NEXT).until(lambda: len(screen.written()) == 20)
    screen.unfold()
    assert screen.page.locator("[data-testid=stMain] h2").count() == 7
    assert not screen.page.evaluate(MADE)
    screen.page.get_by_text("on your text").first.wait_for()


# Training --------------------------------------------------------------------------------------------------------


def test_a_live_training_says_what_it_writes_and_where_counting_would_be(panel):
    """That a training can be killed, tried again and stopped is looked at in another lesson."""
    screen = panel(LONG)
    screen.press("train")
    assert screen.step() > 0
    screen.panel.locator(".ll-sample").first.wait_for(timeout=PATIENCE)
    assert screen.panel.locator(".ll-sample").last.inner_text().startswith("And ")
    rules = screen.panel.locator("[data-testid=stVegaLiteChart] svg.marks").filter(has_text="bigrams")
    rules.wait_for(timeout=PATIENCE)
    assert re.search(r"unigrams \d\.\d\d.*bigrams \d\.\d\d.*trigrams \d\.\d\d", rules.text_content())
    assert not screen.too_wide()
    screen.press("stop")
    screen.key("train", "button").wait_for(timeout=PATIENCE)


# Phones ----------------------------------------------------------------------------------------------------------


def test_phone(lesson):
    """All heads stand in the first screen, the large one below them; a finger chooses a head; nothing is wider than the screen."""
    screen = lesson("a_t2=In+the+beginning", color_scheme="dark", **PHONE)
    assert screen.view().root.bounding_box()["width"] <= 390
    grid, card, heat, tools = (
        screen.view().root.locator(name).first.bounding_box() for name in (".grid", ".card", ".heat", ".tools")
    )
    assert grid["y"] + grid["height"] < PHONE["viewport"]["height"] and grid["y"] < card["y"] < heat["y"] < tools["y"]
    assert screen.key("t").bounding_box()["y"] < grid["y"] < heat["y"] < screen.key("t2").bounding_box()["y"]
    menu = screen.key("tokens", "button").first
    assert menu.evaluate("e => [...e.querySelectorAll('*')].every(x => x.scrollWidth <= x.clientWidth + 1)"), (
        "no word is cut"
    )
    assert screen.no_scroll() and not screen.too_wide()
    screen.view().grid.scroll_into_view_if_needed()
    screen.view().grid.tap(position=screen.view().thumbs()[3][0])
    screen.until(lambda: screen.head().startswith("Layer 4, head 1"))
    assert screen.idle().head(1) == screen.head()
    assert screen.no_scroll() and not screen.too_wide()
