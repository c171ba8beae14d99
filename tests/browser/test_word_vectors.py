"""The lesson "Word vectors" in a browser: typing, the charts, a text of one's own, a live training, on a laptop and a phone."""

from __future__ import annotations

import random
import re

import pytest

from core import data
from core.data import glove
from tests.helpers.browser import PATIENCE, PHONE, Screen, is_trained
from tests.helpers.looks import check_looks
from tests.helpers.readable import TOO_WIDE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not glove.available(), reason="the GloVe vectors are not on this machine"),
]

STAGE = ".expression-box[data-shown][data-words]"
QUICK = "wv_words=10000&wv_test=similarity&wv_guess=-"  # nothing is asked in the background

# What stands in each chart, and in no other.
AXIS, PARALLEL, ACCURACY = (
    re.compile("she her woman|urban city"),
    "mean cosine between two steps",
    "capital-common-countries",
)


class Words(Screen):
    """The open lesson."""

    @property
    def box(self):
        return self.page.locator(".expression-box")

    @property
    def field(self):
        return self.page.get_by_role("combobox", name="Words to add and subtract")

    def answer(self) -> list[str]:
        return self.box.locator(".rows .word").all_text_contents()

    def shown(self) -> str:
        """What the answer belongs to."""
        return self.box.get_attribute("data-shown") or ""

    def answered(self, expression: str) -> Words:
        self.until(lambda: self.shown().endswith(f"/{expression}") and self.box.get_attribute("data-waiting") is None)
        return self

    def type(self, text: str) -> None:
        self.field.fill(text[:-1])
        self.field.press_sequentially(text[-1])

    def enter(self, text: str) -> Words:
        self.type(text)
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("Enter")
        return self.answered(text)

    @property
    def drawing(self):
        """The chart beside the answer."""
        return self.page.locator(".st-key-wv_stage [data-testid=stVegaLiteChart] svg.marks")

    def chart(self, text: str) -> Words:
        """Wait until the browser has drawn a chart with this text in it."""
        charts = self.page.locator("[data-testid=stVegaLiteChart] svg.marks").filter(has_text=text)
        self.reach(charts)
        charts.first.wait_for(timeout=PATIENCE)
        return self

    def too_wide(self) -> list[str]:
        return self.page.evaluate(TOO_WIDE)


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson, in a browser of its own."""

    def start(query: str = QUICK, **options) -> Words:
        screen = visit("wv", **options)
        words = Words(screen.page, screen.address, screen._wait_idle, "wv")
        words.go(query if "://" in query else f"word_vectors?{query}", STAGE)
        words.drawing.wait_for(timeout=PATIENCE)
        return words

    return start


# Typing ----------------------------------------------------------------------------------------------------------


def test_a_word_is_completed_and_the_answer_and_its_drawing_come(lesson):
    screen = lesson()
    assert screen.answer()[0] == "queen" and len(screen.answer()) == 10
    drawing = screen.drawing.inner_html()
    screen.type("paris - france + ital")
    options = screen.page.get_by_role("option")
    options.filter(has_text="italy").first.wait_for()
    screen.page.keyboard.press("ArrowDown")
    for _ in range(8):
        if options.and_(screen.page.locator("[aria-selected=true]")).inner_text().strip() == "italy":
            break
        screen.page.keyboard.press("ArrowDown")
    screen.page.keyboard.press("Enter")
    assert screen.field.input_value().strip() == "paris - france + italy"
    screen.page.keyboard.press("Enter")
    screen.until(lambda: screen.answer()[:1] == ["rome"])
    screen.until(lambda: screen.drawing.inner_html() != drawing)
    assert screen.query()["wv_e"].strip() == "paris - france + italy"

    other = lesson(screen.page.url)
    assert other.answer() == screen.answer()
    assert other.field.input_value().strip() == "paris - france + italy"


def test_what_cannot_be_read_is_said_and_cards_switches_and_reset_move_the_box(lesson):
    screen = lesson()
    fresh = screen.answer()
    screen.enter("kingg - man + woman")
    trouble = screen.box.locator(".trouble")
    assert "kingg" in trouble.inner_text() and not screen.answer()
    trouble.get_by_role("button", name="king", exact=True).click()
    screen.answered("king - man + woman")
    assert screen.answer()[0] == "queen"
    for hostile in ("<img src=x onerror=alert(1)>", "((((", "שלום + ملك"):
        screen.enter(hostile)
        assert trouble.locator(".error").inner_text() and screen.field.input_value() == hostile
        assert screen.page.locator("img[src=x]").count() == 0
    screen.press("reset").until(lambda: screen.answer() == fresh)

    screen.choose("own", "may win").until(lambda: screen.answer()[0] == "king")
    assert screen.box.locator(".rows .note").first.text_content() == "in the query"
    screen.choose("by", "3CosMul").until(lambda: screen.answer()[0] == "queen")
    screen.press("try1").answered("(berlin + moscow) / 2")
    assert screen.field.input_value() == "(berlin + moscow) / 2" and screen.query()["wv_e"] == "(berlin + moscow) / 2"
    screen.enter("tea + milk")
    screen.press("reset").until(lambda: screen.field.input_value() == "king - man + woman")
    screen.until(lambda: screen.query() == {})
    assert screen.answer()[0] == fresh[0]
    screen.choose("own", "may win").until(lambda: screen.answer()[0] == "king")
    assert screen.field.input_value() == "king - man + woman", "what the browser still holds does not come back"


# The rest of the page --------------------------------------------------------------------------------------------


def test_ways_to_look_and_all_of_them_can_be_read(lesson):
    """A map takes its time. Controls have names, and nothing is wider than the screen."""
    screen = lesson().chart("capitals and countries")
    screen.choose("project", "t-SNE")
    screen.page.get_by_text("t-SNE keeps neighbours together").wait_for(timeout=PATIENCE)
    screen.chart("capitals and countries").choose("see", "On an axis")
    screen.chart(AXIS)
    screen.choose("axis", "your own").key("low", "input").fill("war battle")
    screen.page.keyboard.press("Enter")
    screen.until(lambda: screen.query().get("wv_low") == "war battle")
    screen.choose("see", "Are the arrows parallel?").chart(PARALLEL)
    screen.choose("test", "Analogies")
    screen.chart(ACCURACY)
    assert screen.page.get_by_text(re.compile(r"questions are answered right by GloVe, 10,000 words")).count() == 1
    check_looks(
        screen,
        {
            "parallel arrows, analogies": lambda: (
                screen.choose("see", "Are the arrows parallel?")
                .chart(PARALLEL)
                .choose("test", "Analogies")
                .chart(ACCURACY)
            ),
            "on an axis, dot products": lambda: (
                screen.choose("see", "On an axis").chart(AXIS).choose("kind", "dot product").chart("wine")
            ),
            "on a plane, similarity": lambda: (
                screen.choose("see", "On a map").chart("capitals and countries").choose("test", "Similarity").idle()
            ),
        },
        larger=".st-key-wv_stage [data-testid=stVegaLiteChart] svg.marks text",
    )


def test_many_expressions_come_back_as_csv(lesson):
    screen = lesson()
    screen.page.locator("summary").filter(has_text="Many expressions at once").click()
    screen.key("lines", "textarea").fill("king - man + woman\n=1+1\npars - france + italy")
    screen.page.keyboard.press("Control+Enter")
    button = screen.key("lines_csv", "button")
    button.wait_for(timeout=PATIENCE)
    with screen.idle().page.expect_download() as download:
        button.click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "line,expression,rank,word,cosine,error"
    assert lines[1].startswith("1,king - man + woman,1,queen,0.85")
    assert lines[2].startswith("2,'=1+1,"), "no spreadsheet takes it for a formula"
    screen.press("reset")
    screen.until(lambda: screen.key("lines", "textarea").input_value() == "")


# Training --------------------------------------------------------------------------------------------------------

GERMAN = """der könig die königin gehen im garten bei nacht mit brot wein wasser feuer sohn tochter vater mutter haus tür
straße fluss größe süß schön alt jung gut böse tag licht kind frau mann bruder schwester pferd hund katze vogel baum stein
berg meer schiff krieg frieden wort buch hand auge herz kopf himmel erde sonne mond stern wald feld dorf stadt"""


def test_a_text_of_ones_own_is_learned_and_shown(visit):
    words, draw = GERMAN.split(), random.Random(0)
    text = "\n\n".join(" ".join(draw.choices(words, k=9)) + "." for _ in range(400))
    first = visit("wv")
    screen = Words(first.page, first.address, first._wait_idle, "wv")
    screen.page.goto(f"{screen.address}/word_vectors?wv_from=own&wv_dimension=10&wv_epochs=1")
    field = screen.key("file", "input[type=file]")
    field.wait_for(state="attached", timeout=PATIENCE)
    field.set_input_files({"name": "x.txt", "mimeType": "text/plain", "buffer": "größe ".encode("latin-1") * 2000})
    screen.page.get_by_text("not in UTF-8").wait_for(timeout=PATIENCE)
    screen.key("pasted", "textarea").fill(text)
    screen.key("paste", "button").click(timeout=PATIENCE)  # one press, while the field still has the focus
    screen.idle().until(lambda: re.fullmatch("text-[0-9a-f]{32}", screen.query().get("wv_text", "")))
    screen.press("train")
    screen.page.wait_for_selector(STAGE, timeout=2 * PATIENCE)
    screen.idle().enter("könig - vater + mutter")
    assert len(screen.answer()) == 10 and {*screen.answer()} <= {*words}
    screen.drawing.wait_for(timeout=PATIENCE)
    assert screen.page.get_by_text("Skip-gram on your text").count() > 0


@pytest.mark.skipif(not data.available("kjv"), reason="the King James Bible is not on this machine")
def test_a_live_training_shows_how_neighbours_settle(visit):
    first = visit("wv")
    screen = Words(first.page, first.address, first._wait_idle, "wv")
    screen.page.goto(f"{screen.address}/word_vectors?wv_from=kjv&wv_epochs=40&wv_seed=77")
    screen.press("train")
    bar = screen.panel.locator("[data-testid=stProgress]").filter(has_text=re.compile(r"Step [1-9]"))
    bar.wait_for(timeout=PATIENCE)
    charts = screen.panel.locator("[data-testid=stVegaLiteChart] :is(svg, canvas).marks")
    screen.until(lambda: charts.count() == 2)
    assert screen.panel.locator("svg.marks").filter(has_text="king").count() == 1
    screen.key("stop", "button").click()
    screen.key("train", "button").wait_for(timeout=PATIENCE)


@pytest.mark.skipif(not is_trained("word2vec"), reason="the default model is not in assets/trained")
def test_the_bible_opens_as_the_first_thing(lesson):
    screen = lesson("wv_from=kjv&wv_test=similarity")
    assert "queen" in screen.answer()
    screen.see_all().page.get_by_text("How the neighbours settled").click()
    screen.chart("king")
    assert screen.key("train", "button").is_enabled()


# Phones ----------------------------------------------------------------------------------------------------------


def test_phone(lesson):
    """A finger types; nothing is wider than the screen."""
    screen = lesson(color_scheme="dark", **PHONE)
    assert screen.no_scroll() and not screen.too_wide()
    screen.enter("(berlin + moscow) / 2")
    assert screen.no_scroll() and not screen.too_wide()
