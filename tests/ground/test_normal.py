"""Normal form C, also of what is made to take long."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.normal import _LAST_FORM, MOST_MARKS, nfc, nfkc
from core.data.read_text import read_text

MARKS = [chr(code) for code in (0x300, 0x301, 0x316, 0x327, 0x5B0, 0x64B, 0x1D165, 0x1E2AE)]


@given(st.text(), st.lists(st.sampled_from(MARKS), max_size=MOST_MARKS).map("".join), st.text())
def test_it_is_unicodes_own_where_no_run_is_long(before, marks, after):
    text = before + "a" + marks + "b" + after
    assert nfc(text) == unicodedata.normalize("NFC", text)


STAY = "\u0e33\u0eb3\ufdfa\ufdfb\u00b4"


@settings(deadline=None)  # the first call makes a table
@given(st.text(st.characters(exclude_characters=STAY)), st.text(st.sampled_from("ﬁＫﾞﾟｶ½²ŉⅳ①㍿ﷲﹾ\u3000\u0344\u1e9b")))
def test_kc_is_unicodes_own(text, forms):
    assert nfkc(text + forms + text) == unicodedata.normalize("NFKC", text + forms + text)


def test_there_is_no_form_behind_the_last_one():
    codes = range(_LAST_FORM + 1, sys.maxunicode + 1)
    assert not [c for c in codes if unicodedata.decomposition(chr(c)).startswith("<")]


@pytest.mark.parametrize("sign", STAY)
def test_what_unicode_would_spell_otherwise_stays(sign):
    assert nfkc(f"a{sign}b") == f"a{sign}b".replace("\u00b4", "'")


def test_marks_of_half_width_are_marks():
    """They become combining marks, so a run of them and of others is one that is sorted."""
    text = ("\uff9e" + "\u0301" * 30) * 100
    assert len(nfkc("a" + text)) <= MOST_MARKS + 1


@given(st.lists(st.sampled_from(MARKS), min_size=MOST_MARKS + 1, max_size=200).map("".join))
def test_of_a_long_run_the_beginning_stays(marks):
    assert nfc(f"x{marks}y{marks}") == unicodedata.normalize("NFC", f"x{marks[:MOST_MARKS]}y{marks[:MOST_MARKS]}")


def test_a_text_of_marks_is_read_like_any_other():
    """800 kB of marks in turn, which Unicode's own sorting would take minutes for."""
    words = " ".join(f"word{i % 200}" for i in range(3000))
    text = read_text((words + " e" + "\u0301\u0316" * 200_000 + " end").encode())
    assert text.startswith(words) and text.endswith(" end") and len(text) < len(words) + 50
