"""Sheets of style: each rule stands where it is used, and the theme is told once."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from core.charts import theme
from core.course import LESSONS, by_slug
from core.ui import look

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted(path.stem for path in look.STYLES.glob("*.css"))
SLUGS = {lesson.slug for lesson in LESSONS}


def classes(sheet: str) -> set[str]:
    return set(re.findall(r"\.(ll-[a-z]+)", sheet))


def users(name: str) -> set[str]:
    """The lessons' folders, and "ui" for the kit and the pages, whose source names this class."""
    files = [path for folder in ("core/lessons", "core/ui", "pages") for path in (ROOT / folder).rglob("*.py")]
    parts = (
        path.relative_to(ROOT).parts for path in files if re.search(rf"\b{name}\b", path.read_text(encoding="utf-8"))
    )
    return {part[2] if part[1] == "lessons" else "ui" for part in parts}


def test_there_are_sheets_for_every_page_for_presenters_and_for_lessons_alone():
    assert {"base", "present", "home"} < set(SHEETS)
    assert set(SHEETS) - {"base", "present", "home"} <= SLUGS
    assert all(look.sheet(name) for name in SHEETS)
    assert look.sheet("no_such_lesson") == ""


@pytest.mark.parametrize("slug", sorted(SLUGS & set(SHEETS)))
def test_what_a_lesson_s_sheet_styles_only_that_lesson_shows(slug):
    own = classes(look.sheet(slug)) - classes(look.sheet("base"))
    keys = set(re.findall(r"\.st-key-([a-z]+)_", look.sheet(slug)))
    assert own or keys, "a sheet without anything of its lesson belongs to all"
    assert keys <= {by_slug(slug).prefix}
    assert {name: users(name) for name in own} == {name: {slug} for name in own}


def test_what_every_page_brings_the_kit_or_two_lessons_show():
    """A rule that one lesson alone needs goes into that lesson's sheet."""
    alone = {name: users(name) for name in classes(look.sheet("base")) if "ui" not in users(name)}
    assert {name: where for name, where in alone.items() if len(where) < 2} == {}


def test_percent_is_written_in_one_way():
    """ "70%" wherever a page or the description of a chart says it."""
    apart, found = re.compile(r"(\d|^) %(?![\w(])"), []
    folders = ("core/lessons", "core/ui", "core/charts", "pages")
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py") if path.name != "guess.py"):
        said = (
            one.value for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(one, ast.Constant)
        )
        found += [(path.name, text) for text in said if isinstance(text, str) and apart.search(text)]
    assert found == [] and apart.search("the middle 80 %.") and not apart.search("%d %s of 80%")


def test_no_style_is_a_string_in_a_program():
    sources = (path for folder in ("core", "pages") for path in (ROOT / folder).rglob("*.py"))
    with_style = {str(p.relative_to(ROOT)) for p in sources if "<style" in p.read_text(encoding="utf-8")}
    assert with_style == {"core/ui/look.py"}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_travels_with_the_rules_of_its_file(name):
    whole = (look.STYLES / f"{name}.css").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/", "", whole, flags=re.DOTALL)
    assert "/*" in whole and "/*" not in look.sheet(name) and "\n" not in look.sheet(name)
    assert re.sub(r"\s|;(?=\s*})", "", rules) == re.sub(r"\s", "", look.sheet(name))
    assert [part.split() for part in re.findall(r"[^{};,>]+", rules) if part.strip()] == [
        part.split() for part in re.findall(r"[^{};,>]+", look.sheet(name))
    ], "spaces that mean something are still there"


@pytest.mark.parametrize("dark", [False, True])
def test_every_custom_property_of_a_sheet_is_set(dark):
    known = look.tokens(theme.look(dark)) + look.sheet("base")
    used = {name for sheet in SHEETS for name in re.findall(r"var\((--ll-[a-z]+)\)", look.sheet(sheet))}
    in_python = (path.read_text(encoding="utf-8") for path in (ROOT / "core").rglob("*.py"))
    used |= {name for text in in_python for name in re.findall(r"var\((--ll-[a-z]+)\)", text)}
    assert {"--ll-ours", "--ll-ground", "--ll-stone"} <= used
    assert {name for name in used if f"{name}:" not in known} == set()


# The theme ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def config() -> dict:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]


@pytest.mark.parametrize(("name", "seen"), [("light", theme.LIGHT), ("dark", theme.DARK)])
def test_charts_and_pages_have_one_ink_one_ground_and_one_link(config, name, seen):
    page = config[name]
    assert (seen.ink, seen.ground, seen.link) == (page["textColor"], page["backgroundColor"], page["linkColor"])


def test_the_accent_is_the_page_s(config):
    """On the dark ground a chart's accent is brighter: white text on a button must stay readable, a line has no text on it."""
    assert theme.LIGHT.ours == config["light"]["primaryColor"] == config["dark"]["primaryColor"] == theme.ABOVE
    assert theme.LIGHT.dark is False and theme.DARK.dark is True


def test_one_scale_of_cividis(config):
    assert list(theme.CIVIDIS) == config["chartSequentialColors"][::-1]
