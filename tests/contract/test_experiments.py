"""What every experiment, every lesson and every shipped model must hold; new ones are picked up by themselves."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import math
import re
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from core import data
from core import experiment as experiments
from core.course import LESSONS, SECTIONS, by_slug
from core.data import images, spoken
from core.events import Step
from core.experiment import BadValue, Experiment, config_dict, get, modules
from core.store import artefacts, paths
from core.store.record import KEY, NAME, Record
from core.training.drive import as_float32

NAMES = list(modules())
MODEL_BYTES = 8_000_000  # most are under 1 MB; eight dense networks, and all words of a dictionary with two vectors each, are more


@pytest.fixture(params=NAMES)
def experiment(request) -> Experiment:
    return get(request.param)


@pytest.fixture
def no_data_needed(monkeypatch):
    """Keys and defaults without reading a data set."""
    monkeypatch.setattr(data, "fingerprint", lambda name: f"fingerprint of {name}")
    monkeypatch.setattr(data, "available", lambda name: True)


# The record -------------------------------------------------------------------------------------------------------


def test_every_file_of_experiments_is_listed():
    files = {path.stem for path in (paths.REPOSITORY / "core" / "experiments").glob("*.py")} - {"__init__"}
    assert files == set(experiments.EXPERIMENT_NAMES)


def test_the_record_is_complete(experiment):
    module = importlib.import_module(modules()[experiment.name])
    assert module.EXPERIMENT is experiment and module.VERSION == experiment.version >= 1
    assert NAME.fullmatch(experiment.name) and experiment.title.strip()
    assert experiment.metric_names and len(set(experiment.metric_names)) == len(experiment.metric_names)
    assert inspect.isgeneratorfunction(experiment.train)
    assert callable(experiment.warm) and isinstance(experiment.keeps_ages(experiment.config()), bool)


def test_the_config_is_frozen_and_each_field_is_a_short_menu(experiment):
    config = experiment.config()
    field = dataclasses.fields(config)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(config, field, None)
    assert list(experiment.knobs()) == [f.name for f in dataclasses.fields(config)]
    for name, knob in experiment.knobs().items():
        assert knob.label and name != "preset"
        assert 1 <= len(knob.choices) <= 8 and len(set(map(str, knob.choices))) == len(knob.choices)
        assert len({type(choice) for choice in knob.choices}) == 1
        assert knob.holds(getattr(config, name))
    labels = [knob.label for knob in experiment.knobs().values()]
    assert len(set(labels)) == len(labels)


def test_the_data_is_known(experiment):
    choices = experiment.knobs()["data"].choices if "data" in experiment.knobs() else (None,)
    for choice in choices:
        config = dataclasses.replace(experiment.config(), **({} if choice is None else {"data": choice}))
        assert experiment.data_of(config) in (
            *data.names(),
            *data.texts.names(),
            data.gallery.NAME,
            data.scenes.NAME,
            *spoken.NAMES,
            "none",
        )


def test_presets_and_baked_settings_are_possible(experiment, no_data_needed):
    assert "quick" in experiment.presets and "default" not in experiment.presets
    for name, preset in experiment.presets.items():
        assert experiment.strict({"preset": name}) == experiment.strict(preset) != experiment.config()
    baked = [experiment.strict(raw) for raw in experiment.baked]
    keys = [experiment.key(config, 0) for config in baked]
    assert len(set(keys)) == len(keys)
    assert experiment.config() in baked, "a lesson opens on the default, so the default ships"


def test_build_takes_its_randomness_from_the_generator(experiment):
    def weights(seed: int) -> dict[str, torch.Tensor]:
        model = experiment.build(experiment.config(), torch.Generator().manual_seed(seed))
        assert isinstance(model, nn.Module)
        return model.state_dict()

    first, second, other = weights(0), weights(0), weights(1)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_a_training_that_is_told_it_is_enough_goes_on_to_measure(experiment):
    config = experiment.strict({"preset": "quick"})
    if not data.available(experiment.data_of(config)):
        pytest.skip("its data are not on this machine")
    asked, told = [], []
    enough, learned = (lambda: asked.append(1) or True), (lambda *trained: told.append(trained))
    loop = experiment.train(config, experiments.Context(torch.device("cpu"), 0, enough, learned))
    phases = (event.phase for event in loop if isinstance(event, Step))
    assert "measuring" in phases and len(asked) == 1
    loop.close()
    if experiment.name in ("features", "pretrained_features"):
        assert not told, "their stages show what is measured of each unit"
    else:  # before the first word of the measuring
        assert len(told) == 1, "train() calls context.learned(steps, state) before it measures: docs/NEW_LESSON.md"
        steps, state, *_ = told[0]
        assert steps >= 1
        experiment.build(config).load_state_dict(as_float32(state))


def test_docstrings_are_there(experiment):
    module = importlib.import_module(modules()[experiment.name])
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    assert len(ast.get_docstring(tree) or "") > 40
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and node.name != "Config":
            assert ast.get_docstring(node), f"{node.name} of {experiment.name} says nothing about itself"


# Settings from text -----------------------------------------------------------------------------------------------


def test_strict_takes_every_choice_as_text(experiment, no_data_needed):
    for name, knob in experiment.knobs().items():
        for choice in knob.choices:
            for text in (str(choice), f" {choice} ", str(choice).upper()):
                assert getattr(experiment.strict({name: text}), name) == ((choice,) if knob.many else choice)
    config = experiment.strict({"preset": "quick"})
    assert experiment.strict(config_dict(config)) == config
    assert experiment.strict({}) == experiment.strict({"preset": "default"}) == experiment.config()


def test_a_knob_stands_above_the_preset(experiment, no_data_needed):
    name, value = next(iter(experiment.presets["quick"].items()))
    other = next(choice for choice in experiment.knobs()[name].choices if choice != value)
    assert getattr(experiment.strict({"preset": "quick", name: other}), name) == other
    assert getattr(experiment.strict({name: other, "preset": "quick"}), name) == other


def test_strict_refuses_in_one_line_that_names_what_is_allowed(experiment, no_data_needed):
    for name, knob in experiment.knobs().items():
        for wrong in ("no\nsuch", "", "nan", "-1e99"):
            with pytest.raises(BadValue) as caught:
                experiment.strict({name: wrong})
            message = str(caught.value)
            assert "\n" not in message and name in message
            assert all(str(choice) in message for choice in knob.choices)
    with pytest.raises(BadValue) as caught:
        experiment.strict({"no_such_knob": "1"})
    assert all(name in str(caught.value) for name in ("preset", *experiment.knobs()))
    with pytest.raises(BadValue) as caught:
        experiment.strict({"preset": "enormous"})
    assert all(name in str(caught.value) for name in ("default", *experiment.presets))


odd_text = st.one_of(st.text(max_size=12), st.floats().map(str), st.integers().map(str), st.just("1e999"))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=80, deadline=None)
@given(choice=st.data())
def test_lenient_takes_any_text_and_says_what_it_changed(name, choice):
    experiment = get(name)
    fields = st.sampled_from([*experiment.knobs(), "preset", "nonsense"])
    raw = choice.draw(st.dictionaries(fields, odd_text))
    config, notes = experiment.lenient(raw)
    default, changed = experiment.default(), 0
    for field, knob in experiment.knobs().items():
        value = getattr(config, field)
        assert knob.holds(value) and type(value) is (tuple if knob.many else type(knob.choices[0]))
        if field not in raw:
            assert value == getattr(default, field)
            continue
        try:
            assert value == getattr(experiment.strict({field: raw[field]}), field)
        except BadValue:
            changed += 1
            assert any(knob.label in note and knob.text(value) in note for note in notes)
            number = as_number(raw[field])
            if knob.many:  # a member that fits stays
                assert value == getattr(default, field) or all(str(choice) in raw[field] for choice in value)
            elif isinstance(knob.choices[0], int | float) and number is not None:
                assert abs(value - number) == min(abs(other - number) for other in knob.choices)
            else:
                assert value == getattr(default, field)
    assert len(notes) == changed


def as_number(text: str) -> float | None:
    try:
        return float(text) if math.isfinite(float(text)) else None
    except ValueError:
        return None


# The key ----------------------------------------------------------------------------------------------------------


def test_the_key_changes_with_whatever_changes_the_weights_and_with_nothing_else(
    experiment, no_data_needed, monkeypatch
):
    config = experiment.config()
    key = experiment.key(config, 0)
    assert KEY.fullmatch(key) and key == experiment.key(experiment.config(), 0)
    keys = [key, experiment.key(config, 1), dataclasses.replace(experiment, version=99).key(config, 0)]
    keys.append(dataclasses.replace(experiment, name="other").key(config, 0))
    for name, knob in experiment.knobs().items():
        for choice in ((one,) if knob.many else one for one in knob.choices):
            if choice != getattr(config, name):
                keys.append(experiment.key(dataclasses.replace(config, **{name: choice}), 0))
    monkeypatch.setattr(data, "fingerprint", lambda name: "other pictures")
    keys.append(experiment.key(config, 0))
    assert len(set(keys)) == len(keys)


# Lessons ----------------------------------------------------------------------------------------------------------


def test_lessons_are_told_apart_by_slug_prefix_and_title():
    for what in ("slug", "prefix", "title", "question"):
        values = [getattr(lesson, what) for lesson in LESSONS]
        assert len(set(values)) == len(values), f"two lessons share a {what}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_a_lesson_is_whole(lesson):
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", lesson.slug)
    assert by_slug(lesson.slug) is lesson
    assert (paths.REPOSITORY / "pages" / f"{lesson.slug}.py").is_file()
    assert set(lesson.experiments) <= set(experiments.EXPERIMENT_NAMES)
    assert 1 <= lesson.section <= len(SECTIONS)
    assert re.fullmatch(r":material/[a-z0-9_]+:", lesson.icon) and lesson.title and lesson.question.endswith("?")


def test_an_unknown_slug_is_a_key_error():
    with pytest.raises(KeyError):
        by_slug("no_such_lesson")


# Shipped models ---------------------------------------------------------------------------------------------------


@pytest.fixture
def shipped(experiment) -> list[Record]:
    """The experiment's models in assets/trained; read in the test, so that a bake may run beside it."""
    root, records = paths.baked_dir(), []
    for folder in sorted((root / experiment.name).glob("*")):
        if KEY.fullmatch(folder.name):
            assert artefacts.damage(root, experiment.name, folder.name) is None
            records.append(artefacts.read_record(root, experiment.name, folder.name))
    assert records, f"no model of {experiment.name} ships with the program"
    return records


def test_shipped_models_are_whole_small_and_fit_their_network(experiment, shipped):
    root = paths.baked_dir()
    for record in shipped:
        state = artefacts.load_state(root, record)  # verifies the checksum, and so do the two below
        assert record.files["model.safetensors"]["bytes"] < MODEL_BYTES
        assert record.version == experiment.version
        config = experiment.strict(record.config)
        model = experiment.build(config)
        model.load_state_dict(as_float32(state))
        assert record.parameters == sum(p.numel() for p in model.parameters())
        assert all(value.isfinite().all() for value in state.values())
        younger = artefacts.load_checkpoints(root, record)
        assert tuple(step for step, _ in younger) == record.checkpoints
        assert younger or not experiment.keeps_ages(config)
        previews = [p.i for p in artefacts.load_previews(root, record)]
        assert previews == sorted(set(previews)) and previews[-1] == record.steps


def finite(value: object) -> bool:
    """Whether a metric, or each member of a list or object of metrics, is a finite number."""
    if isinstance(value, list | dict):
        return bool(value) and all(map(finite, value.values() if isinstance(value, dict) else value))
    return math.isfinite(value)


def test_shipped_models_have_their_metrics_and_their_history(experiment, shipped):
    for record in shipped:
        assert all(finite(record.metrics[name]) for name in experiment.metric_names), record.key
        rows = [row["i"] for row in record.history]
        assert rows == sorted(set(rows)) and rows[-1] == record.history[-1]["total"]
        assert record.seconds > 0 and record.seed == 0


def test_shipped_models_are_those_that_bake_makes(experiment, shipped, no_data_needed):
    possible = [config_dict(experiment.strict(raw)) for raw in experiment.baked]
    for record in shipped:
        assert dict(record.config) in possible, record.key


@pytest.fixture
def pictures(new_cache, tmp_path, monkeypatch):
    """A cache of our own, so that the data of the person who runs the tests is only read."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(new_cache(tmp_path / "cache")))
    images._load.cache_clear()
    yield
    images._load.cache_clear()


def test_shipped_models_are_found_under_the_keys_of_today(experiment, shipped, pictures):
    missing = set()
    for record in shipped:
        config = experiment.strict(record.config)
        if not data.available(experiment.data_of(config)):
            missing.add(experiment.data_of(config))
            continue
        assert experiment.key(config, record.seed) == record.key
        assert artefacts.find(record.name, record.key).source == "baked"
    if missing:
        pytest.skip(f"not on this machine, and part of the key: {', '.join(sorted(missing))}")
