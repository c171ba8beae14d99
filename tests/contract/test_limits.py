"""How large things may be: what keeps a lesson cheap to read and to change."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UI_LINES, UI_FILE, PAGE, FUNCTION, PARAMETERS = 3_500, 300, 80, 60, 6
LONG = {"train", "measure"}  # a loop and its measuring stand in one piece: they are what an experiment is about
FILES = sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"])


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def too_large(tree: ast.AST) -> list[str]:
    """Functions with too many lines or parameters; `self` and `cls` do not count."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = node.end_lineno - node.lineno + 1
        if length > FUNCTION and node.name not in LONG:
            found.append(f"{node.name} has {length} lines")
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        count = len(names) - (names[:1] in (["self"], ["cls"]))
        if count > PARAMETERS:
            found.append(f"{node.name} has {count} parameters")
    return found


def test_functions_are_short_and_take_few_parameters():
    assert len(FILES) > 200
    found = {str(path.relative_to(ROOT)): too_large(ast.parse(path.read_text(encoding="utf-8"))) for path in FILES}
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.name)
def test_a_page_is_a_story_of_at_most_80_lines(path):
    assert lines(path) <= PAGE
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.stem not in ("home", "models"):
        flow = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.FunctionDef, ast.ClassDef)
        assert [type(node).__name__ for node in tree.body if isinstance(node, flow)] == [], "no control flow"


def test_the_kit_is_small():
    sizes = {path.relative_to(ROOT): lines(path) for path in (ROOT / "core/ui").rglob("*.py")}
    assert {str(path): size for path, size in sizes.items() if size > UI_FILE} == {}
    assert sum(sizes.values()) <= UI_LINES


def test_what_is_too_large_is_seen():
    long = "def f():\n" + "    x = 1\n" * 61
    assert too_large(ast.parse(long)) == ["f has 62 lines"]
    assert too_large(ast.parse(long.replace("f()", "train()"))) == []
    assert too_large(ast.parse("def f(a, b, c, *, d, e, g, h): pass")) == ["f has 7 parameters"]
    assert too_large(ast.parse("class A:\n def f(self, a, b, c, d, e, g): pass")) == []
