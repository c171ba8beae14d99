"""On a device that exists nowhere every experiment trains, every measure is taken and every page opens: so on a GPU, too.

All of it runs in one process of its own (`tests.helpers.virtual_checks`), because the device cannot be unplugged again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from core import data
from core.course import LESSONS
from core.experiment import EXPERIMENT_NAMES
from core.store.paths import REPOSITORY

PATIENCE = 900  # seconds; far more than it takes, for a busy machine
ANALYSIS = ("words", "sentences", "photographs", "embeddings", "drawings")
# Pages that open without a network: the browser computes, or a press of a button begins it. What they compute then has checks of its own.
WITHOUT = ("page:layers", "page:backpropagation", "page:memory")
REFUSALS = ("mixing", "numpy", "double", "generator", "indices")
HERE = (
    all(map(data.available, (*data.names(), "kjv", "wordnet", data.gallery.NAME)))
    and data.glove.available()
    and data.minilm.available()
)
NAMES = [f"train:{name}" for name in EXPERIMENT_NAMES] + [f"analysis:{name}" for name in ANALYSIS]
PAGES = [f"page:{lesson.slug}" for lesson in LESSONS]


@pytest.fixture(scope="module")
def answers(new_cache, tmp_path_factory, request) -> dict[str, dict]:
    """Of each check by its name: the error, empty where it went through, and how many operations ran on the device."""
    here = [item.callspec.params for item in request.session.items if item.path == request.path]
    asked = [params.get("name") or f"refused:{params['kind']}" for params in here]
    cache = new_cache(tmp_path_factory.mktemp("virtual") / "cache")
    run = subprocess.run(
        [sys.executable, "-m", "tests.helpers.virtual_checks", *asked], cwd=REPOSITORY, capture_output=True, text=True,
        timeout=PATIENCE, env={**os.environ, "LATENT_LAB_CACHE": str(cache), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-4_000:]
    return {one["name"]: one for one in map(json.loads, run.stdout.splitlines())}


@pytest.mark.skipif(not HERE, reason="a data set or a published model is not on this machine")
@pytest.mark.parametrize("name", [*NAMES, *PAGES])
def test_nothing_stops_on_another_device(answers, name):
    found = [one for one in answers if one.split("-")[0] == name]  # train:simclr-1 is another setting of train:simclr
    assert found, f"{name} is not among {sorted(answers)}"
    for one in found:
        assert answers[one]["error"] == "", answers[one]["error"]
        if name not in WITHOUT:
            assert answers[one]["operations"] > 20, "it has to use the device, or it says nothing"


@pytest.mark.skipif(not HERE, reason="a data set or a published model is not on this machine")
@pytest.mark.parametrize("kind", REFUSALS)
def test_the_device_refuses_what_a_gpu_refuses(answers, kind):
    assert "Elsewhere" in answers[f"refused:{kind}"]["error"]
