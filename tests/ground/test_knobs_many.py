"""Knobs of which several values are taken: the same set from any spelling, and nothing that is no choice."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import data
from core.experiment import BadValue, Knob, config_dict, get, set_knob

SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
WORDS = Knob("Words", ("red", "green", "blue"), many=True)
NUMBERS = Knob("Sizes", SIZES, many=True)

subsets = st.sets(st.sampled_from(SIZES), min_size=1)


@given(chosen=st.lists(st.sampled_from(SIZES), min_size=1, max_size=20))
def test_any_order_and_any_repetition_names_the_same_set(chosen):
    expected = tuple(sorted(set(chosen)))
    for joint in ("-", ","):
        assert NUMBERS.match(joint.join(map(str, chosen))) == (expected,)
    assert NUMBERS.match(chosen) == NUMBERS.match(tuple(chosen)) == (expected,)
    assert NUMBERS.match(" - ".join(f" {c} " for c in chosen)) == (expected,)
    assert NUMBERS.holds(expected)


@given(chosen=subsets)
def test_text_is_read_back(chosen):
    value = tuple(sorted(chosen))
    assert NUMBERS.match(Knob.text(value)) == (value,)
    assert Knob.text(value) == "-".join(map(str, value))


@given(chosen=st.sets(st.sampled_from(WORDS.choices), min_size=1))
def test_words_stand_in_the_order_of_the_menu(chosen):
    value = tuple(word for word in WORDS.choices if word in chosen)
    assert WORDS.match(Knob.text(value).upper()) == (value,) == WORDS.match(sorted(chosen))


@pytest.mark.parametrize(
    "junk", ["", "-", "--", "3", "1-3", "1-", "-1", "1-2-x", "nan", "inf", "1e999", "1 2", "None", None, [], (), {}, [[1]],
             [None], {1: 2}, True, [True], float("nan"), 1.5, [1, 1.5], b"1", object()],
)  # fmt: skip
def test_junk_is_no_value(junk):
    assert NUMBERS.match(junk) is None


@given(
    raw=st.one_of(st.text(max_size=30), st.lists(st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=9))
)
def test_whatever_comes_is_a_valid_set_or_nothing(raw):
    for find in (NUMBERS.match, NUMBERS.nearest):
        found = find(raw)
        assert found is None or NUMBERS.holds(found[0])
        if found:
            assert all(type(one) is int for one in found[0])


@given(
    kept=subsets, junk=st.lists(st.sampled_from(["3", "x", "", "9999", "1e9"]), min_size=1, max_size=5), data=st.data()
)
def test_nearest_keeps_the_members_that_fit(kept, junk, data):
    parts = data.draw(st.permutations([*map(str, kept), *junk]))
    assert NUMBERS.match("-".join(parts)) is None
    assert NUMBERS.nearest("-".join(parts)) == (tuple(sorted(kept)),) == NUMBERS.nearest(list(parts))
    assert NUMBERS.nearest("-".join(junk)) is None


def test_a_single_number_is_a_set_of_one():
    assert NUMBERS.match(8) == NUMBERS.match("8") == NUMBERS.match("8.0") == ((8,),)


def test_an_endless_list_is_cut_before_it_is_read():
    endless = "1-" * 1_000_000 + "1"
    assert NUMBERS.match(endless) == ((1,),)


@pytest.mark.parametrize("value", [(), (2, 1), (1, 1), (3,), [1, 2], "1", 1, None])
def test_a_config_holds_ordered_sets_alone(value):
    assert not NUMBERS.holds(value)


def test_a_knob_of_one_value_is_what_it_was():
    one = Knob("Width", (64, 128))
    assert one.holds(64) and not one.holds((64,)) and not one.holds(65)
    assert one.match("64") == (64,) and one.match("64-128") is None and one.match([64]) is None
    assert one.nearest("100") == (128,) and one.nearest("x") is None and Knob.text(64) == "64"


def test_defaults_outside_the_menu_are_refused():
    for wrong in ((), (3,), (2, 1), 1):
        with pytest.raises(ValueError, match="Sizes"):
            set_knob(wrong, "Sizes", SIZES)

    @dataclass(frozen=True)
    class Config:
        sizes: tuple[int, ...] = set_knob((1, 2), "Sizes", SIZES)

    assert Config().sizes == (1, 2)


@pytest.fixture
def autoencoder(monkeypatch):
    """The experiment with such a knob, without its data."""
    monkeypatch.setattr(data, "fingerprint", lambda name: f"fingerprint of {name}")
    monkeypatch.setattr(data, "available", lambda name: True)
    return get("autoencoder")


def test_a_subset_has_another_key_than_all(autoencoder):
    everything = autoencoder.config()
    assert autoencoder.key(autoencoder.strict({"sizes": "128-64-32-16-8-4-2-1"}), 0) == autoencoder.key(everything, 0)
    some = [autoencoder.strict({"sizes": text}) for text in ("1", "2", "1-2", "2-4", "1-2-4-8-16-32-64")]
    keys = {autoencoder.key(config, 0) for config in (everything, *some)}
    assert len(keys) == 6
    assert autoencoder.key(autoencoder.strict({"sizes": "2-1"}), 0) == autoencoder.key(some[2], 0)
    assert autoencoder.strict(config_dict(some[2])) == some[2], "a stored config is read back"


def test_a_refusal_names_the_choices_and_how_several_are_joined(autoencoder):
    with pytest.raises(BadValue) as caught:
        autoencoder.strict({"sizes": "1-3"})
    message = str(caught.value)
    assert "sizes='1-3'" in message and "several joined by -" in message
    assert all(str(size) in message for size in SIZES) and "\n" not in message


def test_a_link_keeps_what_fits_and_says_so(autoencoder):
    default = autoencoder.config()
    assert autoencoder.lenient({"sizes": "4-1"}) == (dataclasses.replace(default, sizes=(1, 4)), [])
    config, notes = autoencoder.lenient({"sizes": "4-5-1"})
    assert config.sizes == (1, 4) and len(notes) == 1 and "1-4" in notes[0]
    config, notes = autoencoder.lenient({"sizes": "nothing"})
    assert config == default and len(notes) == 1 and Knob.text(SIZES) in notes[0]
