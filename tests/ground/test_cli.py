"""The command line: what it prints for people, for tools, and when it refuses."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import subprocess
import sys

import pytest
import torch

from core import __main__ as cli
from core import device as devices
from core import experiment as experiments
from core.course import LESSONS
from core.data import efficientnet, films, glove, images, kept, minilm, texts, voices
from core.data.kinds import Entry, Missing, Raw, Source
from core.store import artefacts, paths
from core.training import remeasure
from tests import fake_experiment
from tests.helpers.shortest_text import shortest_text

VERBS = ("lessons", "experiments", "train", "bake", "analogy", "analogies", "claims", "warm", "get", "doctor")


@pytest.fixture(autouse=True)
def own_world(tmp_path, monkeypatch):
    """Empty caches, tiny data sets, one more experiment, and a process that keeps its priority."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("LATENT_LAB_EXPERIMENTS", "fake=tests.fake_experiment")
    monkeypatch.delenv("FAKE_EXPERIMENT_LOG", raising=False)
    monkeypatch.setattr(paths, "baked_dir", lambda: tmp_path / "baked")
    monkeypatch.setattr(images, "ENTRIES", {n: tiny_entry(n) for n in ("fashion", "mnist", "openmoji")})
    source = Source("verses", "made by the test", "none", "none")
    entry = texts.Entry("Verses", lambda: ("In the beginning.",), lambda: True, source, "install kjv")
    monkeypatch.setattr(texts, "ENTRIES", {"kjv": entry})
    monkeypatch.setattr(glove, "available", lambda: False)
    monkeypatch.setattr(minilm, "available", lambda: False)
    monkeypatch.setattr(efficientnet, "available", lambda: False)
    monkeypatch.setattr(films, "available", lambda: False)
    monkeypatch.setattr(voices, "available", lambda: False)
    monkeypatch.setattr(devices, "be_a_worker", lambda spare=1: None)
    # It prints on purpose, to prove that a worker's pipe stays clean; here only the command may print.
    monkeypatch.setattr(fake_experiment, "print", lambda *words: None, raising=False)
    clear()
    yield
    clear()


def clear() -> None:
    experiments.get.cache_clear()
    texts._load.cache_clear()
    images._load.cache_clear()
    kept.forget()  # fingerprints of what was made of the tiny data, too


def tiny_entry(name: str) -> Entry:
    def read() -> Raw:
        x, y = torch.arange(8, dtype=torch.uint8).view(2, 1, 2, 2), torch.tensor([0, 1])
        return Raw(x, y, x.clone(), y.clone(), ("a", "b"), Source(name, "made by the test", "none", "none"))

    return Entry(name, read, lambda: True, f"install {name}")


@pytest.fixture
def run(capsys):
    """run(*argv) -> (exit code, stdout, stderr)."""

    def call(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(list(argv))
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def run_json(run):
    def call(*argv: str):
        code, out, err = run(*argv, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return call


# Lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([verb, "--help"])
    out = capsys.readouterr().out
    assert end.value.code == 0 and f"python -m core {verb}" in out and "--json" in out


def test_the_verbs_are_the_documented_ones(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert end.value.code == 0
    assert re.findall(r"^    (\w+)", out, re.MULTILINE) == list(VERBS)


def test_the_docstring_names_the_verbs_that_exist():
    assert tuple(cli.__doc__.split("python -m core ")[1].rstrip(".\n").split(" | ")) == VERBS


@pytest.mark.parametrize("argv", [[], ["fly"], ["train"], ["train", "fake", "--seed", "many"]])
def test_what_argparse_refuses_ends_with_2(argv, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(argv)
    assert end.value.code == 2 and len(capsys.readouterr().err.splitlines()) == 1


def test_lessons_are_listed_for_tools_and_for_people(run, run_json):
    rows = run_json("lessons")
    assert [row["slug"] for row in rows] == [lesson.slug for lesson in LESSONS]
    assert set(rows[0]) == {"slug", "title", "section", "section_title", "experiments", "question"}
    code, out, _ = run("lessons")
    assert code == 0 and len(out.splitlines()) == len(LESSONS) and rows[0]["question"] in out


def test_experiments_are_listed_with_knobs_keys_and_state(run, run_json):
    rows = {row["name"]: row for row in run_json("experiments")}
    assert set(rows) == {*experiments.EXPERIMENT_NAMES, "fake"}
    fake = rows["fake"]
    assert fake["default"]["steps"] == 3 and fake["knobs"]["steps"]["choices"] == [3, 20, 1000]
    assert fake["key"] == fake_experiment.EXPERIMENT.key(fake_experiment.Config(), 0)
    assert (fake["baked"], fake["cached"]) == (False, False)
    run("train", "fake")
    fake = next(row for row in run_json("experiments") if row["name"] == "fake")
    assert (fake["baked"], fake["cached"]) == (False, True)
    code, out, _ = run("experiments")
    assert code == 0 and "[3], 20, 1000" in out and "default, quick" in out and "cached" in out


# Train ------------------------------------------------------------------------------------------------------------


def test_train_prints_exactly_the_documented_object_and_answers_from_the_cache(run_json):
    first = run_json("train", "fake", "--seed", "4", "--set", "steps=20", "--device", "cpu")
    assert list(first) == [
        "name", "key", "config", "seed", "device", "threads", "seconds", "processor_seconds", "steps", "cached", "metrics",
    ]  # fmt: skip
    assert first["threads"] >= 1 and first["processor_seconds"] >= 0
    config = fake_experiment.Config(steps=20)
    assert (first["name"], first["key"]) == ("fake", fake_experiment.EXPERIMENT.key(config, 4))
    assert first["config"] == experiments.config_dict(config)
    assert (first["seed"], first["steps"], first["cached"]) == (4, 20, False)
    assert first["device"] == devices.describe(torch.device("cpu"))
    assert first["metrics"]["norm"] > 0 and first["metrics"]["nothing"] is None and first["seconds"] >= 0

    again = run_json("train", "fake", "--seed", "4", "--set", "steps=20")
    assert again == first | {"cached": True}


def test_force_trains_again(run_json, tmp_path, monkeypatch):
    log = tmp_path / "log"
    monkeypatch.setenv("FAKE_EXPERIMENT_LOG", str(log))
    cached = [run_json("train", "fake", *more)["cached"] for more in ([], [], ["--force"], ["--seed", "1"])]
    assert cached == [False, True, False, False]
    assert log.read_text().splitlines() == ["3 0", "3 0", "3 1"]


def test_presets_and_knobs_are_set_by_name(run_json):
    assert run_json("train", "fake", "--set", "preset=quick", "--set", "steps=20")["config"]["steps"] == 20
    assert run_json("train", "fake", "--set", " steps = 20 ")["cached"], "the same setting, the same key"


def test_train_for_people_says_where_the_model_came_from(run):
    code, out, err = run("train", "fake")
    assert code == 0 and err == "" and "trained in" in out and "norm" in out
    assert "found in the cache models" in run("train", "fake")[1]


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["train", "wrong"], ["wrong", "mae", "fake"]),
        (["train", "fake", "--set", "colour=red"], ["colour", "preset", "steps", "pause"]),
        (["train", "fake", "--set", "steps=4"], ["steps", "4", "3, 20, 1000"]),
        (["train", "fake", "--set", "steps=4\n5"], ["steps", "3, 20, 1000"]),
        (["train", "fake", "--set", "preset=huge"], ["huge", "default, quick"]),
        (["train", "fake", "--set", "steps"], ["steps", "KNOB=VALUE", "preset, steps"]),
        (["train", "fake", "--device", "abacus"], ["abacus", "auto", "cpu"]),
        (["bake", "wrong"], ["wrong", "mae", "fake"]),
        (["bake", "fake", "--device", "abacus"], ["abacus", "auto", "cpu"]),
        (["bake", "fake", "--part", "3/2"], ["3/2", "I/N"]),
        (["bake", "fake", "--part", "0/2"], ["0/2", "I/N"]),
        (["bake", "fake", "--part", "half"], ["half", "I/N"]),
    ],
)
def test_what_is_impossible_ends_with_2_and_one_line_that_names_what_is_allowed(run, argv, named):
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1 and err.startswith(f"{argv[0]}: ") and all(word in err for word in named)
    assert run(*argv, "--json")[:2] == (2, ""), "tools get the same"


def test_missing_data_ends_with_1_and_the_sentence(run, monkeypatch):
    def missing() -> Raw:
        raise Missing("Fashion-MNIST is not on this machine. Install it.")

    entry = Entry("Fashion-MNIST", missing, lambda: False, "Install it.")
    monkeypatch.setattr(images, "ENTRIES", {"fashion": entry})
    code, out, err = run("train", "mae", "--set", "data=fashion")
    assert (code, out) == (1, "") and err == "train: Fashion-MNIST is not on this machine. Install it.\n"
    code, out, _ = run("bake", "mae", "--json", "--part", "1/9")
    [row] = json.loads(out)
    assert code == 1 and row["state"] == "skipped" and "Install it." in row["why"]


def test_a_cache_that_cannot_be_written_costs_a_warning(run, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "file"))
    code, out, err = run("train", "fake", "--json")
    assert code == 0 and json.loads(out)["cached"] is False
    assert err.startswith("warning: ") and len(err.splitlines()) == 1


# Bake, warm, doctor -----------------------------------------------------------------------------------------------


def test_bake_resumes_and_its_models_are_found(run, run_json):
    [first] = run_json("bake", "fake")
    assert (first["state"], first["name"], first["config"]) == ("baked", "fake", {}) and first["bytes"] > 0
    assert artefacts.find("fake", first["key"]).source == "baked"
    [second] = run_json("bake", "fake")
    assert second == first | {"state": "kept"}
    [forced] = run_json("bake", "fake", "--force")
    assert forced["state"] == "baked"
    code, out, _ = run("bake", "fake")
    assert code == 0 and out.startswith("kept") and first["key"] in out
    assert run_json("train", "fake")["cached"], "what is baked need not be trained"
    assert not paths.models_dir().exists(), "baking leaves the user's cache alone"


def test_what_is_baked_is_measured_again_without_a_training(run, run_json, monkeypatch):
    code, out, _ = run("bake", "fake", "--measure")
    assert code == 1 and out.startswith("skipped") and "not baked" in out
    [baked] = run_json("bake", "fake")
    path = paths.baked_dir() / "fake" / baked["key"] / "record.json"
    before = json.loads(path.read_text())
    before.pop("seal")  # as records have none that were shipped before there were seals
    path.write_text(json.dumps(before | {"metrics": {"norm": -1.0, "speed": 7.0}}))
    monkeypatch.setattr(cli, "_train_and_store", lambda *all: pytest.fail("it was trained"))
    [again] = run_json("bake", "fake", "--measure")
    assert (again["state"], again["key"]) == ("measured", baked["key"])
    after = json.loads(path.read_text())
    assert after["metrics"]["norm"] == before["metrics"]["norm"] and after["metrics"]["speed"] == 7.0
    assert len(after["metrics"]["younger_norms"]) == 1 and after["metrics"]["nothing"] is None
    assert after.pop("seal")
    assert {n: v for n, v in after.items() if n != "metrics"} == {n: v for n, v in before.items() if n != "metrics"}
    assert artefacts.find("fake", baked["key"]).record.metrics == after["metrics"]
    assert sorted(p.name for p in path.parent.iterdir()) == sorted(["record.json", *before["files"]])


def test_an_experiment_that_cannot_measure_again_says_so(run_json):
    [baked] = run_json("bake", "fake")
    record = artefacts.read_record(paths.baked_dir(), "fake", baked["key"])
    dumb = dataclasses.replace(fake_experiment.EXPERIMENT, measure=None)
    with pytest.raises(remeasure.NotMeasured, match="while it is trained"):
        remeasure.remeasure(dumb, paths.baked_dir(), record, torch.device("cpu"))


def test_parts_of_a_bake_share_the_work(run_json, monkeypatch):
    seen = []

    def told(experiment, config, seed, device, root, *more):
        seen.append(experiments.config_dict(config))
        raise Missing("not today")

    monkeypatch.setattr(cli, "_train_and_store", told)
    for part in ("1/3", "2/3", "3/3"):
        cli.main(["bake", "mae", "--part", part, "--json"])
    mae = experiments.get("mae")
    wanted = [experiments.config_dict(mae.strict(raw)) for raw in mae.baked]
    assert len(seen) == len(wanted) and all(config in seen for config in wanted)


def test_a_bake_that_cannot_be_written_fails(run, tmp_path):
    (tmp_path / "baked").write_text("a file is in the way")
    code, out, _ = run("bake", "fake", "--json")
    assert code == 1 and json.loads(out)[0]["state"] != "baked"


def test_warm_loads_data_and_checks_models(run, run_json):
    [baked] = run_json("bake", "fake")
    rows = run_json("warm")
    assert [(row["what"], row["name"]) for row in rows] == [
        ("data", "fashion"), ("data", "mnist"), ("data", "openmoji"), ("data", "kjv"), ("model", f"fake/{baked['key']}"),
    ]  # fmt: skip
    assert all(row["ready"] for row in rows)
    assert sorted(p.name for p in paths.data_dir().iterdir()) == [
        f"{n}-1.{images.FORMAT}.safetensors" for n in ("fashion", "mnist", "openmoji")
    ]

    model = paths.baked_dir() / "fake" / baked["key"] / "model.safetensors"
    content = bytearray(model.read_bytes())
    content[-1] ^= 1
    model.write_bytes(content)
    code, out, _ = run("warm")
    assert code == 1 and [line.split()[0] for line in out.splitlines()] == [*["ready"] * 4, "MISSING"]


def test_doctor_tells_and_touches_nothing(run, run_json, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    report = run_json("doctor")
    assert list(report) == [
        "python", "platform", "device", "device_name", "devices", "cores", "versions", "data", "folders",
    ]  # fmt: skip
    assert report["device"] in report["devices"] and report["devices"][-1] == "cpu" and report["cores"] >= 1
    assert (
        report["versions"]["torch"] == torch.__version__.split("+")[0]
        or report["versions"]["torch"] == torch.__version__
    )
    assert [row["name"] for row in report["data"]] == [
        "fashion",
        "mnist",
        "openmoji",
        "kjv",
        "glove",
        "minilm",
        "efficientnet",
        "voices",
        "films",
    ]
    assert set(report["data"][0]) == {"name", "title", "found", "cached", "bytes", "how_to_get", "original"}
    assert str(tmp_path / "cache" / "models") in [folder["path"] for folder in report["folders"]]
    assert all(set(folder) == {"what", "path", "bytes", "writable"} for folder in report["folders"])
    code, out, _ = run("doctor")
    assert code == 0 and report["device_name"] in out and "streamlit" in out
    assert sorted(tmp_path.rglob("*")) == before


def test_doctor_ends_with_1_where_nothing_can_be_shown(run, monkeypatch):
    entry = Entry("Fashion-MNIST", lambda: None, lambda: False, "Install it.")
    monkeypatch.setattr(images, "ENTRIES", {"fashion": entry})
    monkeypatch.setattr(texts, "ENTRIES", {})
    code, out, _ = run("doctor")
    assert code == 1 and "missing. Install it." in out


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "core", "lessons", "--json"],
        cwd=paths.REPOSITORY, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["slug"] for row in json.loads(done.stdout)] == [lesson.slug for lesson in LESSONS]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-16"])
@pytest.mark.parametrize("command", [["lessons"], ["experiments"], ["doctor"], ["train", "--help"]], ids=" ".join)
def test_any_console_can_show_it(encoding, command, monkeypatch):
    """A sign that an encoding lacks becomes a question mark."""
    console = io.TextIOWrapper(io.BytesIO(), encoding=encoding)  # strict, as Python opens it
    monkeypatch.setattr(sys, "stdout", console)
    try:
        code = cli.main(command)
    except SystemExit as end:  # of --help
        code = end.code
    console.flush()
    assert code == 0 and len(console.buffer.getvalue().decode(encoding)) > 50


def test_help_names_the_experiments(capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert all(name in said for name in experiments.EXPERIMENT_NAMES) and "--text FILE" in said


def test_a_text_of_ones_own_is_trained_on_by_name(tmp_path, monkeypatch, capsys):
    file = tmp_path / "mine.txt"
    file.write_text(shortest_text(4))
    seen = []

    def stopped(experiment, config, *rest):
        seen.append(config.data)
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_train_and_store", stopped)
    assert cli.main(["train", "word2vec", "--text", str(file)]) == 130
    assert texts.OWN.fullmatch(seen[0]) and "nothing is kept" in capsys.readouterr().err
    assert cli.main(["train", "word2vec", "--text", str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err
    file.write_text("too short")
    assert cli.main(["train", "word2vec", "--text", str(file)]) == 2
    assert capsys.readouterr().err.startswith("train: --text") and len(seen) == 1


def test_a_package_that_is_missing_is_one_line(monkeypatch, capsys):
    def without_torch(args):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(cli, "_doctor", without_torch)
    assert cli.main(["doctor"]) == 1
    assert capsys.readouterr().err == "doctor: the package torch is missing: pip install -r requirements.txt\n"
