"""Maps on demand, with a stand-in for the process that answers at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.maps import process, request, stored
from core.maps import service as maps
from core.maps.methods import METHODS
from core.maps.service import Service
from core.queue import LIVE, View
from core.store import paths

# A map is the first two values of each point. What it does otherwise is asked for by the seed.
# It imports no numpy, for a quick start: a safetensors file is the header's length, the header and the bytes.
STAND_IN = """
import json, os, signal, sys, time
from pathlib import Path

log = Path(sys.argv[1])
for line in sys.stdin:
    request = json.loads(line)
    folder, seed = Path(request["folder"]), request["settings"]["seed"]
    with open(log, "a") as file:
        file.write(f"{os.getpid()} {seed}\\n")
    if seed == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if seed == 2:
        print(json.dumps({"error": "ValueError: no"}), flush=True)
        continue
    if seed == 3:
        print("what?", flush=True)
        continue
    if seed == 4:
        (folder / "points.safetensors").write_bytes(b"nothing")
    elif seed == 5:
        time.sleep(60)
    else:
        while seed == 6 and not log.with_name("go").exists():
            time.sleep(0.01)
        raw = (folder / "x.safetensors").read_bytes()
        start = 8 + int.from_bytes(raw[:8], "little")
        n, d = json.loads(raw[8:start])["x"]["shape"]
        rows = [raw[start + 4 * d * i :][:8] for i in range(seed == 7, n)]
        points = {"dtype": "F32", "shape": [len(rows), 2], "data_offsets": [0, 8 * len(rows)]}
        header = json.dumps({"points": points}).encode()
        packed = len(header).to_bytes(8, "little") + header + b"".join(rows)
        (folder / "points.safetensors").write_bytes(packed)
    print(json.dumps({"error": None}), flush=True)
"""
KILLED, REFUSED, NONSENSE, NO_FILE, NEVER, WAITS, TOO_SHORT = range(1, 8)


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch) -> Path:
    """An empty user's cache and an empty folder of baked maps."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stored, "baked_dir", lambda: tmp_path / "baked")
    monkeypatch.setattr(maps, "IDLE", 0.05)  # threads and processes end soon after the test
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    return tmp_path


@pytest.fixture
def new_service(folders):
    """new_service() makes a service; the test ends when they are idle, so that none writes into another's cache."""
    made = []

    def make(python: str = sys.executable) -> Service:
        made.append(Service((python, str(folders / "stand_in.py"), str(folders / "log"))))
        return made[-1]

    yield make
    (folders / "go").touch()
    for service in made:
        wait_until(lambda: not service.queue.lanes)  # noqa: B023


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("not after 30 s")


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)


def runs(folders: Path) -> list[int]:
    """The seeds of the maps that were computed."""
    log = folders / "log"
    return [int(line.split()[1]) for line in log.read_text().splitlines()] if log.exists() else []


def settled(service: Service, x, **settings) -> View:
    """What comes in the end; a hang fails the test."""
    shown = service.ask("umap", x, **settings)
    settings.pop("retry", None)

    def over() -> bool:
        nonlocal shown
        shown = service.ask("umap", x, **settings)
        return not shown.live

    if shown.live:
        wait_until(over)
    return shown


def file_of(folder: Path) -> Path:
    (file,) = folder.glob("*.safetensors")
    return file


def test_a_map_is_computed_once_and_remembered(folders, new_service, x):
    service = new_service()
    assert service.ask("umap", x) == View("queued", position=1, message="The map is being computed.")
    shown = settled(service, x)
    assert shown.state == "done" and np.array_equal(shown.value, x[:, :2]) and shown.value.dtype == np.float32
    assert service.ask("umap", x).value is shown.value
    assert not shown.value.flags.writeable
    again = new_service()
    assert again.ask("umap", x).state == "done", "from disk"
    assert runs(folders) == [0]
    assert [p.name for p in stored.cache_dir().iterdir()] == [file_of(stored.cache_dir()).name], "no leftovers"


def test_other_values_other_settings_and_other_shapes_are_other_maps(folders, new_service, x):
    service = new_service()
    settled(service, x)
    moved = x.copy()
    moved[7, 3] += 1e-3
    for other in (moved, x.reshape(10, 10)):
        assert np.array_equal(settled(service, other).value, other[:, :2])
    settled(service, x, min_dist=0.2)
    settled(service, x, n_neighbors=15, min_dist=0.1, seed=0)  # the defaults, said
    assert runs(folders) == [0] * 4


def test_the_content_counts_and_not_its_type(folders, new_service, x):
    service, values = new_service(), np.round(x * 10) + 0  # no negative zeros
    settled(service, values)
    for same in (torch.from_numpy(values), values.astype(np.float64), values.astype(np.int8), np.asfortranarray(values),
                 torch.from_numpy(values).bfloat16().requires_grad_()):  # fmt: skip
        assert service.ask("umap", same).state == "done"
    assert runs(folders) == [0]


def test_callers_of_the_same_key_share_a_run(folders, new_service, x):
    service, seen = new_service(), []
    threads = [threading.Thread(target=lambda: seen.append(service.ask("umap", x, seed=WAITS))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(shown.state in LIVE for shown in seen) and len(seen) == 8
    assert service.ask("umap", x).message == "The map waits for 1 other map.", "one at a time"
    (folders / "go").touch()
    assert settled(service, x, seed=WAITS).state == "done"
    assert settled(service, x).state == "done"
    assert runs(folders) == [WAITS, 0]
    assert len({line.split()[0] for line in (folders / "log").read_text().splitlines()}) == 1, "by one process"


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        (KILLED, "The process that computes maps was killed (SIGKILL: perhaps the memory ran out): try again."),
        (REFUSED, "The map could not be computed (ValueError: no)."),
        (NONSENSE, "The process that computes maps gave no map: try again."),
        (NO_FILE, "The process that computes maps gave no map: try again."),
        (TOO_SHORT, "The process that computes maps gave no map: try again."),
    ],
)
def test_a_failure_is_said_and_stays_until_it_is_retried(folders, new_service, x, seed, message):
    service = new_service()
    assert settled(service, x, seed=seed) == View("failed", message=message)
    assert service.ask("umap", x, seed=seed) == View("failed", message=message)
    assert runs(folders) == [seed]
    assert service.ask("umap", x, seed=seed, retry=True).live
    assert settled(service, x, seed=seed).message == message
    assert settled(service, x).state == "done", "the next map gets a process that works"
    assert runs(folders) == [seed, seed, 0]


def test_a_retry_can_succeed(folders, new_service, x):
    program = folders / "no-such-program"
    service = new_service(str(program))
    failed = settled(service, x)
    assert failed.state == "failed" and "could not be computed" in failed.message
    program.symlink_to(sys.executable)
    assert settled(service, x, retry=True).state == "done"


def test_a_map_that_takes_too_long_is_given_up(new_service, monkeypatch, x):
    monkeypatch.setattr(process, "TIME_LIMIT", 0.2)
    shown = settled(new_service(), x, seed=NEVER)
    assert shown.state == "failed" and "given up" in shown.message


def test_a_map_that_is_stopped_takes_its_process_along_and_the_next_one_gets_another(folders, new_service, x):
    service = new_service()
    service.ask("umap", x, seed=NEVER)
    wait_until(lambda: runs(folders) == [NEVER])
    (running,) = service.queue.tasks()
    service.queue.stop(running)
    wait_until(lambda: not running.live)
    assert running.state == "stopped"
    assert settled(service, x).state == "done"


def test_a_process_that_died_between_two_maps_is_replaced(folders, new_service, monkeypatch, x):
    monkeypatch.setattr(maps, "IDLE", 1)
    service = new_service()
    settled(service, x)
    process = int((folders / "log").read_text().split()[0])
    os.kill(process, signal.SIGKILL)
    time.sleep(0.1)
    assert settled(service, x, min_dist=0.3).state == "done"


def test_an_idle_service_ends_its_process_and_starts_another(folders, new_service, x):
    service = new_service()
    settled(service, x)
    wait_until(lambda: not service.queue.lanes)
    assert settled(service, x, min_dist=0.3).state == "done"
    assert len({line.split()[0] for line in (folders / "log").read_text().splitlines()}) == 2


def test_what_nobody_asks_for_any_more_is_not_computed(folders, new_service, monkeypatch, x):
    service = new_service()
    service.ask("umap", x, seed=WAITS)
    for seed in (20, 21):
        service.ask("umap", x, seed=seed)
    monkeypatch.setattr(service.queue, "rules", replace(service.queue.rules, silence=0.3))
    time.sleep(0.4)
    service.ask("umap", x, seed=21)
    (folders / "go").touch()
    assert settled(service, x, seed=21).state == "done"
    assert runs(folders) == [WAITS, 21]


def test_inputs_that_wait_have_a_limit(folders, new_service, monkeypatch, x):
    monkeypatch.setattr(maps, "WAITING_BYTES", 2 * x.nbytes)
    service = new_service()
    states = [service.ask("umap", x, seed=seed).state for seed in (WAITS, 20, 21)]
    assert [state in LIVE for state in states] == [True, True, False] and states[2] == "failed"
    assert service.bytes() == 2 * x.nbytes
    (folders / "go").touch()
    settled(service, x, seed=WAITS), settled(service, x, seed=20)
    assert settled(service, x, seed=21).state == "done", "it was not remembered as a failure"


@pytest.mark.parametrize("place", ["cache", "baked"])
@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:-1] + bytes([b[-1] ^ 1]),
                                    lambda b: b + bytes(10**6), lambda b: b"version https://git-lfs"])  # fmt: skip
def test_a_damaged_file_is_computed_again(folders, new_service, x, place, damage):
    key = request.Request.read("umap", x, None, {}).key
    file = stored.write(folders / "cache" / "maps" if place == "cache" else folders / "baked", key, x[:, :2].copy())
    assert new_service().ask("umap", x).state == "done", "while it is whole"
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    shown = settled(new_service(), x)
    assert np.array_equal(shown.value, x[:, :2]) and runs(folders) == [0]
    assert file_of(stored.cache_dir()).read_bytes() == whole, "and replaced"


def test_a_cache_that_cannot_be_written_leaves_maps_in_memory(folders, new_service, x):
    (folders / "cache").write_text("a file where the folder should be")
    service = new_service()
    shown = settled(service, x)
    assert shown.state == "done" and service.ask("umap", x).value is shown.value
    assert runs(folders) == [0]


def test_only_the_latest_maps_stay_in_memory(new_service, monkeypatch, x):
    monkeypatch.setattr(maps, "REMEMBERED", 2)
    service = new_service()
    for seed in (20, 21, 22):
        settled(service, x, seed=seed)
    assert len([task for task in service.queue.tasks() if task.state == "done"]) == 2
    assert service.bytes() == 2 * 8 * len(x), "float32 (N, 2)"
    assert service.ask("umap", x, seed=20).state == "done", "from disk"


def test_a_key_stands_for_the_content(folders, new_service, x):
    service = new_service()
    settled(service, x, key="model/test")
    shown = service.ask("umap", x * np.nan, key="model/test")
    assert shown.state == "done" and np.array_equal(shown.value, x[:, :2]), "x was not read"
    assert settled(service, x[:10], key="model/test").value.shape == (10, 2), "but its shape counts"
    settled(service, x, key="model/train"), settled(service, x)
    assert runs(folders) == [0] * 4


def test_a_baked_map_needs_no_process(folders, new_service, monkeypatch, x):
    monkeypatch.setitem(
        METHODS,
        "umap",
        replace(METHODS["umap"], compute=lambda x, n_neighbors, min_dist, seed: x[:, :2] + n_neighbors),
    )
    file = maps.bake_map(torch.from_numpy(x), key="model/test", n_neighbors=4)
    assert file.parent == folders / "baked"
    shown = new_service().ask("umap", x, key="model/test", n_neighbors=4)
    assert shown.state == "done" and np.array_equal(shown.value, x[:, :2] + 4)
    assert new_service().ask("umap", x, key="model/test", n_neighbors=5).live


@pytest.mark.parametrize(
    "bad",
    [np.zeros((2, 5)), np.zeros((20_001, 1)), np.zeros((5, 4_097)), np.zeros((5, 0)), np.zeros(9), np.zeros((3, 3, 3)),
     np.array([["1"] * 3] * 3), np.zeros((3, 3), complex), np.full((3, 3), 1e39), torch.full((3, 3), torch.nan)],
)  # fmt: skip
def test_points_that_cannot_be_mapped_are_refused(folders, new_service, bad):
    with pytest.raises(ValueError, match="x h"):
        new_service().ask("umap", bad)
    with pytest.raises(ValueError, match="x h"):
        maps.bake_map(bad)
    assert runs(folders) == []


def test_methods_and_settings_that_do_not_exist_are_refused(new_service, x):
    with pytest.raises(ValueError, match="allowed: umap"):
        new_service().ask("../umap", x)
    with pytest.raises(ValueError, match="n_neighbors"):
        new_service().ask("umap", x, n_neighbors=1)
    with pytest.raises(TypeError, match="perplexity"):
        new_service().ask("umap", x, perplexity=30)


def test_the_caller_may_change_his_array_afterwards(folders, new_service, x):
    service, before = new_service(), x.copy()
    service.ask("umap", x, seed=WAITS)
    service.ask("umap", x, seed=20)
    x += 1
    (folders / "go").touch()
    assert np.array_equal(settled(service, before, seed=20).value, before[:, :2])


PAGE = """
import sys, time
import numpy as np
from core.maps import service as maps

maps.IDLE = 0.05
x = np.eye(9, dtype=np.float32)
service = maps._service = maps.Service((sys.executable, sys.argv[1], sys.argv[2]))
while (shown := maps.projection("umap", x)).live:
    time.sleep(0.01)
assert np.array_equal(shown.value, x[:, :2]), shown
print(sorted({m.split(".")[0] for m in sys.modules} & {"umap", "numba", "pynndescent", "streamlit"}))
"""


def test_a_server_imports_neither_umap_nor_numba(folders):
    command = [sys.executable, "-c", PAGE, str(folders / "stand_in.py"), str(folders / "log")]
    done = subprocess.run(command, cwd=paths.REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_stored_map_is_found_by_the_name_of_its_points_without_the_points(monkeypatch):
    first_two = replace(METHODS["umap"], compute=lambda x, **settings: np.ascontiguousarray(x[:, :2]))
    monkeypatch.setitem(METHODS, "umap", first_two)
    x = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
    assert maps.found("umap", (20, 4), "mine", seed=9) is None
    maps.bake_map(x, key="mine", seed=9)
    assert np.array_equal(maps.found("umap", (20, 4), "mine", seed=9), x[:, :2].numpy())
    for method, shape, key, seed in (
        ("umap", (21, 4), "mine", 9),
        ("umap", (20, 4), "yours", 9),
        ("umap", (20, 4), "mine", 8),
        ("tsne", (20, 4), "mine", 9),
    ):
        assert maps.found(method, shape, key, seed=seed) is None
    with pytest.raises(ValueError):
        maps.found("pca", (20, 4), "mine")
