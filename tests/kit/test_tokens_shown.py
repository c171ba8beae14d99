"""Tokens that can be read: nothing in them is unseen, and nothing in them acts on its surroundings."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        (" the", "·the"),
        ("\n", "↵"),
        ("\t\r\x00\x7f", "␉␍␀␡"),
        ("\x85", "�"),
        ("\u202eevil\u202c", "<RLO>evil<PDF>"),
        ("\u2066\u2069\u200e\u200f", "<LRI><PDI><LRM><RLM>"),
        ("\u200b", "<ZWSP>"),
        ("\ufeffa\u00a0b\u2003c", "<BOM>a<NBSP>b<U+2003>c"),
        ("\u2028", "<U+2028>"),
        ("\ud83d", "�"),
        ("\U000e0041", "�"),
        ("\u3164", "�"),
        ("<F0 9F>", "<F0 9F>"),
        ("<F0 9F> ", "<F0·9F>·"),
        ("<b>&amp;*_$", "<b>&amp;*_$"),  # plain text: escaping is for those who put it into HTML or Markdown
        ("שלום", "שלום"),
        ("e\u0301", "e\u0301"),
        ("\u0301e", "◌\u0301e"),
        (" \u0301", "·◌\u0301"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\u200d", "<ZWJ>"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("\ufe0f", "◌\ufe0f"),
        ("##ly", "##ly"),
    ],
)
def test_every_sign_of_a_token_is_seen(text, shown):
    assert visible(text) == shown


@given(st.text(st.characters(), max_size=40))
def test_nothing_that_is_shown_is_unseen_or_turns_the_direction(text):
    shown = visible(text)
    shown.encode("utf-8")  # no lone surrogate is left
    for before, sign in zip(" " + shown, shown, strict=False):
        kind = unicodedata.category(sign)
        if sign in "\u200c\u200d" or kind.startswith("M"):  # they change what stands before them
            assert unicodedata.category(before)[0] in "LNPSM" or before in "\u200c\u200d"
        else:
            assert (kind[0] not in "Z" and kind not in ("Cc", "Cf", "Cs", "Cn")) or (sign == " " and text == shown)
    assert bool(shown) == bool(text)


def test_different_controls_look_different():
    signs = [chr(i) for i in range(33)] + ["\x7f", "\u202a", "\u202b", "\u202d", "\u202e", "\u200b", "\u200d"]
    assert len({visible(sign) for sign in signs}) == len(signs)
