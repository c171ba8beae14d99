"""A link can hold anything: no page ever answers it with an error, and the lesson always has its stage."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import parse_qsl, quote

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core import data
from core.course import LESSONS, Lesson
from core.data.read_picture import pack, unpack
from core.experiment import get
from core.lessons.__main__ import document
from core.lessons.masked_images import masks
from core.maps import service
from core.queue import View
from core.ui.lesson import slice_of

ROOT = Path(__file__).resolve().parents[2]
ROUTER = ROOT / "core" / "ui" / "router.py"
PAGES = ("home", "models", *(lesson.slug for lesson in LESSONS))
PATIENCE = 120
INSIDE = ("painter", "hidden", "tools", "upload", "last", "own_id", "pad", "map", "box", "look")

some = settings(
    max_examples=8,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def start() -> AppTest:
    return AppTest.from_file(str(ROUTER), default_timeout=PATIENCE)


def known_names(*lessons: Lesson) -> list[str]:
    """Every parameter that these lessons' pages read, from their tables; and session keys beside them, which no link may reach."""
    names = ["present", "act"]
    for lesson in lessons:
        names += [link.key for link in slice_of(lesson.slug).links.all().values()]
        names += [f"{lesson.prefix}_{name}" for name in INSIDE]
    return sorted({*names})


def own_names(slug: str) -> list[str]:
    """Those of one page: a parameter of another lesson changes nothing on it, so most of what a link draws is of these."""
    return known_names(*(lesson for lesson in LESSONS if lesson.slug == slug))


text = st.text(st.characters(codec="utf-8"), max_size=30)
numbers = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["-1", "nan", "inf", "-inf", "1e999", "9" * 400, "0x10", "1_000", "٣", "½", "0.75", "1.0", "00", "+5"]
    ),
)
strange = st.sampled_from(
    ["", " ", "true", "None", "null", "[]", "{}", "\0", "\u202e", "🎭" * 50, "a" * 100_000, "%00", "../../etc/passwd",
     "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "'; DROP TABLE models;--", "$$\\frac{1}{0}$$",
     ":material/none:", "[link](javascript:alert(1))", "same", "own", "openmoji", "mnist", "fashion", "normalised",
     "walk", "numbers", "between", "new", "draw", "picture", "noise", "umap", "2-8", "8-2", "9-x", "0:1,1", "0:nan,1",
     "0:1e999", "5:-", "00000000.AAAA", "7x0", "7x1ffffffffffff", "8xffffffffffffffff", "7x-1", "7x+1", "7x_1", "7x" + "f" * 500, "x", "0x0"]
)  # fmt: skip
pictures = st.sampled_from([pack(np.full((side, side, 3), side, np.uint8)) for side in (2, 28, 32, 64)])
values = st.one_of(text, numbers, strange, pictures, st.binary(max_size=40).map(lambda b: base64.b64encode(b).decode()))


@pytest.fixture(scope="module")
def names(module_cache):
    """The names of all parameters; the module's pages share one cache and its models."""
    if not any(map(data.available, data.names())):
        pytest.skip("no pictures on this machine")
    return known_names(*LESSONS)


@pytest.fixture(scope="module", autouse=True)
def no_new_maps():
    """Maps that are there are found. Others are not begun: a page runs once here, and would not show them."""

    def projection(method, x, *, key=None, retry=False, **wanted):
        points = None if key is None else service.found(method, tuple(x.shape), key, **wanted)
        return View("queued") if points is None else View("done", value=points)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "projection", projection)
        yield


def test_the_tables_hold_every_parameter_that_a_page_writes(names):
    """What the pages remember for Reset is declared, and so is each knob of their experiments."""
    for lesson in LESSONS:
        at = start().switch_page(f"../../pages/{lesson.slug}.py").run()
        declared = {*slice_of(lesson.slug).links.all()}
        beside = {"pasted", "lines", "lines_by", "lines_count"}  # controls that are put back and travel in no link
        assert {*at.session_state[f"_{lesson.prefix}_defaults"]} - beside <= declared, lesson.slug
        assert {knob for experiment in lesson.experiments for knob in get(experiment).knobs()} <= declared
    assert {"mi_mask", "mi_pin", "mi_own", "b_z", "b_drawn", "d_percent", "c_point", "a_off", "sl_e", "wv_e"} <= {
        *names
    }


def test_the_document_of_links_is_what_the_tables_say():
    assert (ROOT / "docs" / "LINKS.md").read_text(encoding="utf-8") == document(), (
        "python -m core.lessons > docs/LINKS.md"
    )


def check(slug: str, query: dict[str, list[str]]) -> None:
    at = start()
    for name, given_values in query.items():
        at.query_params[name] = given_values
    if slug != "home":
        at.switch_page(f"../../pages/{slug}.py")
    at.run()
    assert not at.exception
    assert len(at.title) == 1
    if slug == "masked_images":
        assert [e.key for e in at.get("bidi_component") if e.key == "mi_painter"]
        assert not at.error


@pytest.mark.parametrize("slug", PAGES)
@some
@given(draw=st.data())
def test_any_link_opens(slug, names, draw):
    own = st.sampled_from(own_names(slug))
    name = st.one_of(own, own, own, st.sampled_from(names), text.filter(bool))
    several = st.lists(values, min_size=1, max_size=3)  # more than one: the key is repeated
    check(slug, draw.draw(st.dictionaries(name, several, min_size=1, max_size=7)))


@pytest.mark.parametrize("slug", [lesson.slug for lesson in LESSONS])
@settings(some, max_examples=8)
@given(draw=st.data())
def test_a_link_with_everything_in_it_opens(slug, names, draw):
    check(slug, {name: [draw.draw(values)] for name in own_names(slug)})


NEAR_MISSES = [
    "mi_data=openmoji&mi_mask=7x1f&mi_picture=9999",
    "mi_data=nothing&mi_from=nothing&mi_age=nothing&mi_picture=nothing&mi_seed=nothing",
    "mi_from=fashion&mi_data=fashion",
    "mi_from=own",
    "mi_from=own&mi_own=AAAA",
    "mi_picture=-1&mi_seed=-1&mi_age=-1",
    "mi_picture=1e3&mi_seed=1e3",
    "mi_picture=nan&mi_seed=inf",
    "mi_age=1&mi_steps=100",
    "mi_age=8000&mi_steps=400",
    "mi_mask=7x1&mi_pin=48",
    "mi_mask=7x0&mi_pin=0",
    "mi_mask=&mi_pin=&mi_data=&mi_age=&mi_seed=&mi_present=",
    "mi_mask_ratio=0.7&mi_width=65&mi_steps=7999&mi_seed=10000",
    "present=1&present=0",
    "act=this-model&act=This+model",
    "act=&present=1",
    "mi_painter=1&mi_hidden=50&mi_tools=1&mi_upload=1&mi_reset=true&mi_train=true",
    "MI_DATA=mnist&mi_Data=mnist& mi_data=mnist",
    "embed=true&page=models&mi_mask=" + quote("7x1f\u0660"),
]


@pytest.mark.parametrize("link", NEAR_MISSES)
def test_links_that_almost_fit_open(names, link):
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(link, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    query.pop("embed", None)
    check("masked_images", query)


def test_a_number_that_is_no_choice_is_moved_to_the_nearest_and_that_is_said(names):
    at = start()
    at.query_params["mi_mask_ratio"] = "0.7"
    at.query_params["mi_width"] = "<b>wide</b>"
    at.switch_page("../../pages/masked_images.py").run()
    assert at.selectbox(key="mi_mask_ratio").value == 0.75
    assert at.selectbox(key="mi_width").value == get("mae").default().width
    assert len(at.info) == 2
    assert not any("<b>" in note.value for note in at.info), "what the link says is not repeated as text of the page"


# The functions behind it -----------------------------------------------------------------------------------------

sides = st.sampled_from([7, 8])
pure = settings(max_examples=300, deadline=None)


@pure
@given(st.data())
def test_a_mask_survives_its_way_through_the_link(draw):
    n = draw.draw(st.integers(1, 12))
    mask = draw.draw(st.sets(st.integers(0, n * n - 1)).map(sorted).map(tuple))
    text = masks.to_text(mask, n)
    assert masks.from_text(text, n) == mask
    assert masks.from_text(text, n + 1) is None
    assert quote(text) == text, "no character needs an escape"


@pure
@given(st.one_of(st.none(), text, numbers, strange, text.map(lambda t: f"7x{t}")), sides)
@example("7x", 7)
@example("7x" + "f" * 13, 7)
@example("7x 1", 7)
def test_any_text_is_a_mask_of_the_grid_or_none(raw, n):
    mask = masks.from_text(raw, n)
    if mask is not None:
        assert list(mask) == sorted({*mask})
        assert all(0 <= cell < n * n for cell in mask)


@pure
@given(st.one_of(st.none(), text, numbers, strange, st.integers(-5, 70).map(str)), sides)
@example("²", 7)
@example("٣", 7)
def test_any_text_is_a_pin_of_the_grid_or_none(raw, n):
    pin = masks.pin(raw, n)
    assert pin is None or 0 <= pin < n * n


@pure
@given(values)
def test_any_text_is_a_picture_of_that_size_or_none(raw):
    pixels = unpack(raw, 32, 3)
    assert pixels is None or (pixels.shape == (32, 32, 3) and pixels.dtype == np.uint8)
