"""The lesson that docs/NEW_LESSON.md walks through: one folder, one page, one line, built from the code on that page."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("core", "pages", ".streamlit")
BLOCK = re.compile(r"^`(?P<path>[\w/.]+)`\n```(?:python|text)\n(?P<code>.*?)```", re.MULTILINE | re.DOTALL)
SCRIPT = """
from core import course

# Of the other lessons the first stays, with which the home page begins: what all of them do has tests of its own.
course.LESSONS = tuple(one for one in course.LESSONS if one.slug in (course.LESSONS[0].slug, "average"))
assert len(course.LESSONS) == 2

from streamlit.testing.v1 import AppTest

def open_page(slug, **query):
    at = AppTest.from_file("core/ui/router.py", default_timeout=120)
    at.query_params.update(query)
    if slug != "home":
        at.switch_page(f"../../pages/{slug}.py")
    at.run()
    assert not at.exception, [one.message for one in at.exception]
    assert not at.error, [one.value for one in at.error]
    return at

def mean(at):
    return at.metric[0].value

fresh = open_page("average")
assert fresh.title[0].value == "Average"
linked = open_page("average", av_count="256", av_seed="7")
assert linked.number_input(key="av_seed").value == 7 and mean(linked) != mean(fresh)
assert dict(linked.query_params) == {"av_count": "256", "av_seed": "7"}, dict(linked.query_params)
linked.button(key="av_reset").click().run()
assert mean(linked) == mean(fresh) and not dict(linked.query_params)
fresh.button(key="av_try0").click().run()
assert mean(fresh) == mean(open_page("average", av_count="1"))
wrong = open_page("average", av_count="17", av_seed="-5")
assert len(wrong.info) == 2, [one.value for one in wrong.info]
home = open_page("home")
assert any("The mean of 16 numbers" in one.proto.body for one in home.get("html")), "no card"
assert "average" in {one.proto.page for one in home.get("page_link")}
print("the lesson works")
"""


@pytest.fixture
def program(tmp_path) -> Path:
    """A copy of the program with what was compiled of it, without its models' weights: they are linked."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    return tmp_path


def sources(program: Path) -> dict[Path, bytes]:
    """All of the program's own files but what was compiled."""
    found = (path for part in PARTS for path in (program / part).rglob("*") if "__pycache__" not in path.parts)
    return {path: path.read_bytes() for path in found if path.is_file()}


def add_the_lesson(program: Path) -> list[Path]:
    """Write what the document says; the files that are new."""
    blocks = {m["path"]: m["code"] for m in BLOCK.finditer((ROOT / "docs/NEW_LESSON.md").read_text(encoding="utf-8"))}
    course = program / "core/course.py"
    line = blocks.pop("core/course.py")
    text = course.read_text(encoding="utf-8")
    assert text.count(")  # fmt: skip\n") == 1
    course.write_text(text.replace(")  # fmt: skip\n", f"{line})  # fmt: skip\n"), encoding="utf-8")
    for path, code in blocks.items():
        (program / path).parent.mkdir(parents=True, exist_ok=True)
        (program / path).write_text(code, encoding="utf-8")
    return [program / path for path in blocks]


def run(program: Path, script: str, cache: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=program, capture_output=True, text=True, timeout=240,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(program), "LATENT_LAB_CACHE": str(cache), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_lesson_of_the_document_works_and_goes_without_a_trace(program, tmp_path_factory):
    cache, before = tmp_path_factory.mktemp("cache"), sources(program)
    new = add_the_lesson(program)
    assert {path.relative_to(program).parts[:3] for path in new} == {
        ("core", "lessons", "average"),
        ("pages", "average.py"),
    }, "one folder and one page"
    assert "the lesson works" in run(program, SCRIPT, cache)
    shutil.rmtree(program / "core/lessons/average")
    (program / "pages/average.py").unlink()
    shutil.copy(ROOT / "core/course.py", program / "core/course.py")
    assert sources(program) == before, "what is left is the program that all other tests are about"
