"""The tests themselves: what two of them use stands in a helper module, so that no file is needed to run another one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


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
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(TESTS.rglob("*.py"))}
    assert len(trees) > 80
    found = {str(path.relative_to(TESTS)): collected_by_pytest(imported(tree)) for path, tree in trees.items()}
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
