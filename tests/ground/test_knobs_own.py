"""A knob that takes, beside its choices, names of what a person brought."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import data
from core.data import texts
from core.experiment import BadValue, Knob, get, knob

DIGITS = "0123456789abcdef" * 2
NAME = f"text-{DIGITS}"
TEXT = Knob("Text", ("kjv", "wordnet"), own=texts.OWN)
NO_NAMES = (
    "text-", NAME[:-1], f"{NAME}0", f"text-{DIGITS.upper()}", f"TEXT-{DIGITS}", NAME[:21], f" {NAME}", f"{NAME} ",
    f"{NAME}\n", f"x{NAME}", "text-../../etc/passwd", "text-../../x", f"{NAME[:-1]}g", f"text-०१२३४५६७८९{DIGITS[10:]}", "", "other",
)  # fmt: skip


def test_a_choice_and_an_own_name_are_values():
    for value in ("kjv", "wordnet", NAME):
        assert TEXT.holds(value) and TEXT.match(value) == (value,) and TEXT.match(Knob.text(value)) == (value,)
    assert TEXT.match(" KJV ") == ("kjv",), "choices are found as before"


@pytest.mark.parametrize(
    "raw", [*NO_NAMES, None, 1, 1.5, True, [NAME], (NAME,), {NAME: 1}, NAME.encode(), ...], ids=repr
)
def test_what_does_not_fit_is_no_value(raw):
    assert not TEXT.holds(raw) and TEXT.match(raw) is None and TEXT.nearest(raw) is None


@given(st.one_of(st.text(max_size=40), st.from_regex(r"text-[0-9a-f]{30,34}", fullmatch=True)))
@example(NAME)
def test_whatever_comes_is_a_choice_or_a_whole_name(raw):
    found = TEXT.match(raw)
    assert (found is None) == (
        raw.strip().lower() not in ("kjv", "wordnet") and not re.fullmatch("text-[0-9a-f]{32}", raw, re.A)
    )
    assert found is None or TEXT.holds(found[0])


def test_without_a_pattern_only_choices_are_values():
    plain = Knob("Text", ("kjv", "wordnet"))
    assert not plain.holds(NAME) and plain.match(NAME) is None and plain.holds("kjv")


def test_a_default_is_a_choice_or_fits_the_pattern():
    with pytest.raises(ValueError, match="Text"):
        knob("text-x", "Text", ("kjv",), own=texts.OWN)

    @dataclass(frozen=True)
    class Config:
        data: str = knob(NAME, "Text", ("kjv",), own=texts.OWN)

    assert Config().data == NAME


@pytest.fixture
def experiment(monkeypatch):
    """The experiment with such a knob, without its data."""
    monkeypatch.setattr(data, "fingerprint", lambda name: f"fingerprint of {name}")
    monkeypatch.setattr(data, "available", lambda name: True)
    return get("word2vec")


def test_strict_takes_an_own_name_and_gives_it_a_key_of_its_own(experiment):
    config = experiment.strict({"data": NAME})
    assert config == dataclasses.replace(experiment.config(), data=NAME) and experiment.data_of(config) == NAME
    keys = {experiment.key(experiment.strict({"data": name}), 0) for name in ("kjv", NAME, NAME[:-1] + "0")}
    assert len(keys) == 3


@pytest.mark.parametrize("name", NO_NAMES)
def test_strict_refuses_a_name_that_does_not_fit_and_names_the_choices(experiment, name):
    with pytest.raises(BadValue) as caught:
        experiment.strict({"data": name})
    message = str(caught.value)
    assert "\n" not in message and "data=" in message and "kjv, wordnet" in message


def test_a_link_may_name_an_own_text(experiment):
    assert experiment.lenient({"data": NAME}) == (dataclasses.replace(experiment.config(), data=NAME), [])


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_link_with_a_name_that_does_not_fit_gets_the_default_and_is_told(experiment, name):
    config, notes = experiment.lenient({"data": name})
    assert config == experiment.config() and len(notes) == 1 and "Text" in notes[0] and "kjv" in notes[0]


def test_other_knobs_do_not_take_such_names(experiment):
    for field in experiment.knobs():
        if field != "data":
            with pytest.raises(BadValue):
                experiment.strict({field: NAME})
