"""What all tests share: one thread for each process, a marker, and caches of their own that still find the pictures quickly."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from hypothesis import settings

from core.nn import no_compiler
from core.store import paths

settings.register_profile("no timed assertion", deadline=None)  # a busy machine is no fault of what is tested
settings.load_profile("no timed assertion")
pytest.register_assert_rewrite("tests.helpers")  # what fails there is shown in full too
from tests.helpers import focus, twins  # noqa: E402

PICTURES = paths.data_dir()  # of the person who runs the tests; taken before any test moves the cache

# Several processes test at the same time, and a second thread of one would wait for a core that another one has: t-SNE,
# which brings its threads together at every step, then takes thirty times as long. Servers have one thread anyway
# (core/ui/boot.py). OpenMP and BLAS read this when torch and NumPy are imported, so it stands before any such import.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(PICTURES.parent / "numba")
)  # UMAP compiles for half a minute, and once is enough

no_compiler.leave_it_out()  # as a training process does; it costs each process of the tests some seconds


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full",
        action="store_true",
        help="run every comparison with a trusted library, changed or not, and axe with its rule of contrast",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--full"):
        os.environ["LATENT_LAB_FULL"] = "1"  # for helpers, in each process of the tests


LEFT_OUT = pytest.StashKey[int]()  # twins that are not due
OF_OTHERS = pytest.StashKey[int]()  # tests of the contract that belong to lessons nobody asked for


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Twins whose subject has not changed lately, and other lessons where one is asked for, are left out and counted."""
    if config.getoption("--full"):
        return
    items[:], rest = twins.split(items, twins.changed_since(twins.base()))
    config.stash[LEFT_OUT] = len(rest)
    if lessons := focus.lessons_asked(config.args):
        items[:], others = focus.split(items, lessons)
        config.stash[OF_OTHERS] = len(others)
        rest += others
    config.hook.pytest_deselected(items=rest)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error) -> None:
    """What a process of pytest-xdist has left out, all have."""
    counts = getattr(node, "workeroutput", {}).get("left out", (0, 0))
    node.config.stash[LEFT_OUT], node.config.stash[OF_OTHERS] = counts


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        stash = session.config.stash
        session.config.workeroutput["left out"] = (stash.get(LEFT_OUT, 0), stash.get(OF_OTHERS, 0))


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"{count} comparisons with trusted libraries left out: what they test is as it was at {twins.base()} (pytest --full runs them)"
        )
    if count := config.stash.get(OF_OTHERS, 0):
        terminalreporter.write_line(f"{count} tests of other lessons left out: the command line names lessons")


@pytest.fixture(scope="session", autouse=True)
def packages_are_searched_once():
    """Each AppTest looks for components in all installed packages, for longer than the page takes: the first one's answer stays."""
    if "streamlit.testing.v1" not in sys.modules:  # no collected test uses it
        yield
        return
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        search = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", search)
        yield


@pytest.fixture(scope="session")
def read_once(tmp_path_factory) -> Path:
    """A folder with every set of pictures that is on this machine, as the cache keeps it: read by one worker for all."""
    from core import data
    from core.data import images

    own = tmp_path_factory.getbasetemp()
    root = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "read-once"
    (root / "data").mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_LAB_CACHE", str(root))
        for patience in (0, -1):  # first what no other worker is reading, then wait for those
            for name in filter(data.available, data.names()):
                with contextlib.suppress(Timeout), FileLock(root / f"{name}.lock", timeout=patience):
                    file = images._cache_file(name)
                    if (PICTURES / file.name).is_file() and not file.exists():
                        file.symlink_to(PICTURES / file.name)
                    if not file.exists():
                        images._write_cache(data.load(name))
    return root / "data"


LEARNED = ("merges-*.txt", "voices-*.safetensors", "melodies-*.safetensors")  # what else takes seconds to make again


@pytest.fixture(scope="session")
def new_cache(read_once) -> Callable[[Path], Path]:
    """new_cache(folder) makes an empty cache there; data sets that were read before are linked, not read again, and so are
    the subwords of texts and the sounds that a test before this one has made."""
    made: list[Path] = []

    def make(folder: Path) -> Path:
        (folder / "data").mkdir(parents=True)
        for file in (file for one in made for pattern in LEARNED for file in (one / "data").glob(pattern)):
            if not file.is_symlink() and _shared(file.name):
                with contextlib.suppress(FileExistsError):  # another worker was first
                    os.link(file, read_once / file.name)
        for file in (*read_once.glob("*.safetensors"), *read_once.glob("merges-*.txt")):
            (folder / "data" / file.name).symlink_to(file)
        made.append(folder)
        return folder

    return make


def _shared(name: str) -> bool:
    """Whether a file of a cache follows from data that come in packages, and not from a text that a test has brought."""
    from core.data import texts

    return not name.startswith("merges-") or name.split("-")[1] in {
        texts.load(text).fingerprint for text in texts.names() if texts.available(text)
    }


@pytest.fixture(scope="session")
def memory():
    """What a server that has been up for a while holds of models, and of what is computed from them.

    Both go by the fingerprint of a model's weights: what one test has computed is what the next one would compute. It has
    more room than a server has: tests go through all lessons, and each file would compute again what the one before had to forget.
    """
    from core.store.cache import ModelCache

    return ModelCache(1 << 30)


def _lab(cache: Path, memory: object | None, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The lab with this cache folder. memory: None for that of a server that has just started."""
    from core import lab

    patch.setenv("LATENT_LAB_CACHE", str(cache))
    patch.setattr("core.store.cache._shared", memory)
    patch.setattr(lab, "_board", None)
    yield cache
    lab.board().close()


@pytest.fixture(scope="session", autouse=True)
def data_are_read_once():
    """Tests that begin with an empty memory do not read texts and pictures anew: data have a store of their own here."""
    if "core.data.kept" not in sys.modules:  # no collected test uses it
        yield
        return
    from core.data import kept
    from core.store.cache import ModelCache

    store = ModelCache(1 << 30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "store", lambda: store)
        yield


@pytest.fixture
def empty_memory() -> None:
    """For tests to which it matters what is read from disk: nothing is in the lab's memory when they begin."""


@pytest.fixture
def lab_cache(request, new_cache, memory, tmp_path, monkeypatch) -> Iterator[Path]:
    """An empty cache folder for one test, and no run of an earlier one."""
    if {"baked", "empty_memory"} & set(request.fixturenames):  # what is to be damaged must be read anew
        memory = None
    yield from _lab(new_cache(tmp_path / "cache"), memory, monkeypatch)


@pytest.fixture(scope="module")
def module_cache(new_cache, memory, tmp_path_factory) -> Iterator[Path]:
    """The same for a module whose tests change nothing in it."""
    with pytest.MonkeyPatch.context() as patch:
        yield from _lab(new_cache(tmp_path_factory.mktemp("module") / "cache"), memory, patch)


@pytest.fixture
def baked(tmp_path, monkeypatch) -> Path:
    """A copy of the trained models that ship with the lab, to be damaged."""
    copy = tmp_path / "trained"
    shutil.copytree(paths.baked_dir(), copy)
    monkeypatch.setattr(paths, "baked_dir", lambda: copy)
    return copy


@pytest.fixture(scope="module")
def one_thread():
    """On small tensors a second thread only waits."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
