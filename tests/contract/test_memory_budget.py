"""What lasts beyond a run of a page is in the one memory budget, or is small, for a reason that stands here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHES = {"cache", "lru_cache", "cache_data", "cache_resource"}  # of functools and of Streamlit
EMPTY = {"dict", "list", "set", "OrderedDict", "defaultdict", "deque", "Counter"}

# Where a cache of its own stands outside the budget, and why it may: at most a MB each, or as said.
SMALL = {
    "core.charts.live": "eight specs without data",
    "core.charts.theme": "specs of charts; the budget is told what they take (core/ui/boot.py)",
    "core.charts.words": "specs without data",
    "core.data.glove": "row numbers of a few words each",
    "core.data.normal": "tables of signs",
    "core.data.old_pages": "tables of 256 signs",
    "core.data.packages": "whether a file is sound",
    "core.data.tokens": "256 letters",
    "core.experiment": "the experiments themselves",
    "core.lessons.attention.charts_lens": "specs without data",
    "core.data.one_word": "low-pass filters of a few thousand numbers, one for each rate of a recording",
    "core.lessons.attention.charts_next_token": "specs without data",
    "core.lessons.soft_lookup.charts": "specs and lines of some dozen points",
    "core.lessons.word_vectors.charts_analogy": "specs without data",
    "core.nn.colours": "the cells' centres, and soft labels of all whole a and b (1.7 MB, mostly of use to a training process)",
    "core.nn.mel": "one filter bank of 64 x 257 numbers",
    "core.server.bundle": "the scripts of the components, once each",
    "core.server.early": "names of some hundred files",
    "core.server.scripts": "the same scripts as files",
    "core.server.static": "Streamlit's own files, compressed: 1 MB after a first page, 5 MB if somebody asks for all",
    "core.store.cache": "the names of the stores that bound themselves",
    "core.ui.boot": "that it was called",
    "core.ui.lesson": "the lessons themselves",
}


def name_of(node: ast.AST) -> str:
    """The last name of `functools.lru_cache(maxsize=8)`, `lru_cache` or `cache`."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def caches(tree: ast.Module) -> Iterator[str]:
    """Functions that remember their results for ever, calls that make such functions, and containers of a module that begin empty."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (node.name for decorator in node.decorator_list if name_of(decorator) in CACHES)
        elif isinstance(node, ast.Call) and name_of(node) in CACHES and node.args:
            yield f"line {node.lineno}"
    for node in tree.body:
        value = getattr(node, "value", None)
        made = isinstance(value, ast.Call) and not value.args and name_of(value) in EMPTY
        empty = isinstance(value, ast.Dict | ast.List) and not (
            getattr(value, "elts", None) or getattr(value, "keys", None)
        )
        if isinstance(node, ast.Assign | ast.AnnAssign) and (made or empty):
            yield f"line {node.lineno}"


def test_caches_outside_the_budget_are_few_and_small():
    files = [*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): list(
            caches(ast.parse(path.read_text(encoding="utf-8")))
        )
        for path in files
    }
    assert len(files) > 200
    assert {name for name, what in found.items() if what} == set(SMALL), (
        "use core.data.kept or lab.memo, or say why not"
    )


def test_a_cache_is_seen_however_it_is_written():
    for source in (
        "@functools.lru_cache(maxsize=4)\ndef f(): pass", "@cache\ndef f(): pass", "class A:\n @lru_cache\n def f(self): pass",
        "@st.cache_data\ndef f(): pass", "f = lru_cache(maxsize=1)(g)", "f = functools.cache(g)",
        "_seen = {}", "_seen: dict[str, int] = {}", "_seen = []", "_seen = OrderedDict()",
    ):  # fmt: skip
        assert list(caches(ast.parse(source))), source
    for source in (
        "@lab.memo\ndef f(): pass",
        "@kept('x')\ndef f(): pass",
        "A = {1: 2}",
        "@functools.cached_property\ndef f(): pass",
    ):
        assert not list(caches(ast.parse(source))), source
