"""The tests themselves: no file is needed to run another one, and comparisons with trusted libraries run when they are due."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.helpers import focus, twins

TESTS = Path(__file__).resolve().parents[1]


@functools.cache
def trees() -> dict[Path, ast.Module]:
    """The sources of all tests: parsed once, and only where one of these tests runs."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(TESTS.rglob("*.py"))}


def imported(tree: ast.AST) -> Iterator[str]:
    """All that a module imports, also within functions; of `from a import b` both a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def collected_by_pytest(names: Iterator[str]) -> set[str]:
    """The names with a part that pytest collects as a test module, or reads as its configuration."""
    return {name for name in names if any(part.startswith("test_") or part == "conftest" for part in name.split("."))}


def test_no_test_module_imports_another():
    assert len(trees()) > 80
    found = {str(path.relative_to(TESTS)): collected_by_pytest(imported(tree)) for path, tree in trees().items()}
    assert {path: names for path, names in found.items() if names} == {}


def test_an_import_of_a_test_module_is_seen():
    for source in (
        "from tests.kit.test_pages import words",
        "import tests.kit.test_pages as pages",
        "from tests.kit import test_pages",
        "def f():\n    from tests.browser.conftest import serve",
    ):
        assert collected_by_pytest(imported(ast.parse(source))), source
    assert not collected_by_pytest(imported(ast.parse("from tests.helpers.pages import words\nimport pytest")))


# Twins ------------------------------------------------------------------------------------------------------------


def twin_marks(tree: ast.AST) -> list[list[object]]:
    """What each mark `twin` names."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        [ast.literal_eval(arg) for arg in call.args] for call in calls if ast.unparse(call.func) == "pytest.mark.twin"
    ]


def test_what_twins_test_is_there():
    """A file that was moved or renamed would never be seen to change."""
    marks = [mark for tree in trees().values() for mark in twin_marks(tree)]
    assert len(marks) > 10
    for mark in marks:
        assert mark, "a twin says what it tests"
        for name in mark:
            assert ((TESTS.parent / name).is_dir() and name.endswith("/")) or (TESTS.parent / name).is_file(), name


def left_out(changed: set[str] | None) -> list[str]:
    """Which of three tests are left out: a twin of a file, a twin of a folder, and no twin."""
    items = [
        SimpleNamespace(name=name, path=TESTS / "ground" / "test_some.py", iter_markers=lambda kind, marks=marks: marks)
        for name, marks in {
            "loss": [pytest.mark.twin("core/nn/contrast.py", "core/nn/views.py").mark],
            "maps": [pytest.mark.twin("core/maps/").mark],
            "plain": [],
        }.items()
    ]
    due, rest = twins.split(items, changed if changed is None else frozenset(changed))
    assert {item.name for item in (*due, *rest)} == {"loss", "maps", "plain"}
    return [item.name for item in rest]


def test_a_twin_is_due_when_what_it_tests_has_changed():
    assert left_out(set()) == left_out({"README.md", "core/nn/contrast_other.py", "core/maps.py"}) == ["loss", "maps"]
    assert left_out({"core/nn/views.py"}) == ["maps"]
    assert left_out({"core/maps/umap_quick.py"}) == ["loss"]
    for all_of_them in ({"tests/ground/test_some.py"}, {"requirements.txt"}, {"tests/requirements.txt"}, None):
        assert left_out(all_of_them) == []


def test_changes_are_those_of_commits_of_the_working_tree_and_new_files(tmp_path):
    def git(*words: str) -> None:
        who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *who, *words], check=True, capture_output=True)

    git("init", "-q")
    for name in ("old", "committed", "edited", "moved"):
        (tmp_path / name).write_text(name)
    git("add", "-A")
    git("commit", "-qm", "first")
    (tmp_path / "committed").write_text("changed")
    git("mv", "moved", "there")
    git("commit", "-qam", "second")
    (tmp_path / "edited").write_text("changed")
    (tmp_path / "new").write_text("new")
    assert twins.changed_since("HEAD~1", tmp_path) == {"committed", "moved", "there", "edited", "new"}
    assert twins.changed_since("HEAD", tmp_path) == {"edited", "new"}
    assert twins.changed_since("HEAD~30", tmp_path) is None, "there are not so many commits"


# One lesson -------------------------------------------------------------------------------------------------------


def test_lessons_are_asked_for_where_nothing_else_is():
    lessons, contract = TESTS / "lessons", str(TESTS / "contract")
    one, other = f"{lessons / 'attention'}", f"{lessons / 'denoising' / 'test_x.py'}::test_y"
    assert focus.lessons_asked([one, contract]) == focus.lessons_asked([one]) == {"attention"}
    assert focus.lessons_asked([one, other, contract]) == {"attention", "denoising"}
    for args in ([], [contract], [str(lessons)], [one, str(TESTS / "kit")], [one, str(lessons / "nothing")], ["/"]):
        assert focus.lessons_asked(args) is None, args


def test_what_the_contract_asks_of_other_lessons_is_left_out():
    def item(folder: str, **params: object) -> SimpleNamespace:
        call = {"callspec": SimpleNamespace(params=params)} if params else {}
        return SimpleNamespace(path=TESTS / folder / "test_some.py", **call)

    own = [item("contract", name="page:attention"), item("contract", name="train:language_model")]
    own += [
        item("contract", link=SimpleNamespace(slug="attention")),
        item("contract", slug="denoising", name="attention"),
    ]
    shared = [item("contract"), item("contract", text="a: b"), item("lessons/denoising", slug="denoising")]
    others = [item("contract", name="page:denoising"), item("contract", link=SimpleNamespace(slug="contrastive"))]
    others += [item("contract", name="mae")]
    assert focus.split([*own, *shared, *others], frozenset({"attention"})) == ([*own, *shared], others)
