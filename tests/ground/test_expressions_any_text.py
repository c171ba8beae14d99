"""Whatever is typed: finite weights or one sentence; and what is written is what is read."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.analysis.expressions import LARGEST, BadExpression, Expression, UnknownWords, parse

some = settings(max_examples=300, deadline=None, database=None)

any_text = st.one_of(
    st.text(st.characters(), max_size=60),  # lone surrogates too
    st.text("abK12.-−+*×/()\" '’,\t\n", max_size=40),
    st.lists(
        st.sampled_from(
            ["king", "man", "2000", "0.5", '"a b"', '"+"', "+", "-", "*", "/", "(", ")", " ", "u.s.", "x-y", "0"]
        ),
        max_size=30,
    ).map(" ".join),
)
vocabularies = st.sampled_from(
    [lambda word: True, lambda word: "-" not in word and not word.endswith("."), lambda word: len(word) % 2 == 0]
)


@some
@given(any_text, vocabularies)
@example("(" * 5_000, lambda word: True)
@example("(" * 900 + "a" + ")" * 900, lambda word: True)
@example("a+" * 10_000, lambda word: True)
@example("9" * 1_900 + "*a", lambda word: True)
@example("a/" + "9/" * 900 + "9", lambda word: True)
@example("\u0344İ ΑΣ.", lambda word: True)
def test_any_text_is_an_expression_or_one_sentence(text, known):
    try:
        expression = parse(text, known)
    except BadExpression as why:
        assert str(why).strip() and len(str(why).splitlines()) == 1 and len(str(why)) < 700
        str(why).encode()  # no lone surrogate
        if isinstance(why, UnknownWords):
            assert 1 <= len(why.words) <= 10 and not any(known(word) for word in why.words)
    else:
        assert expression.terms and all(known(word) for word in expression.words)
        assert all(math.isfinite(w) and w != 0 and abs(w) <= LARGEST for w in expression.terms.values())
        again = parse(expression.normal(), known)
        assert (again.terms, again.words, again.normal()) == (expression.terms, expression.words, expression.normal())


words = st.one_of(
    st.sampled_from(
        [
            "king",
            "queen",
            "man",
            "woman",
            "1990s",
            "don't",
            "u.s.",
            "mother-in-law",
            "東京",
            "2000",
            "a b",
            "+",
            "−",
            "(",
            "/",
        ]
    )
)
weights = st.floats(-999, 999).filter(lambda w: abs(w) >= 1e-6)


@some
@given(st.dictionaries(words, weights, min_size=1))
def test_any_terms_are_written_and_read_back_exactly(terms):
    assert parse(Expression(terms, "").normal(), lambda word: True).terms == terms


@st.composite
def sums(draw, depth=3) -> tuple[str, dict[str, Fraction]]:
    """A random sum as text with brackets, and what it comes to, from a calculation of its own."""
    text, total = "", {}
    for i in range(draw(st.integers(1, 3))):
        sign = draw(st.sampled_from(["", "+", "-", "−"] if not i else ["+", "-", "−"]))
        if depth and draw(st.booleans()):
            inner, terms = draw(sums(depth - 1))
            part, simple = f"({inner})", False
        else:
            word = draw(st.sampled_from(["king", "queen", "man", "woman", "東京", "o'clock"]))
            part, terms, simple = word, {word: Fraction(1)}, True
        factor = Fraction(draw(st.integers(0, 30)), 10)
        decimal = f"{float(factor):.1f}"
        match draw(st.sampled_from(["none", "before", "after", "divide", *([] if simple else ["beside"])])):
            case "none":
                factor = Fraction(1)
            case "before":
                part = f"{decimal} * {part}"
            case "after":
                part = f"{part} × {decimal}"
            case "beside":
                part = f"{decimal} {part}"
            case "divide":
                factor = Fraction(1, 1 + factor.numerator)
                part = f"{part} / {factor.denominator}"
        text += f" {sign} {part}"
        for word, weight in terms.items():
            total[word] = total.get(word, 0) + weight * factor * (-1 if sign in ("-", "−") else 1)
    return text, total


@some
@given(sums())
def test_a_linear_combination_is_read_back(sum_of):
    text, expected = sum_of
    expected = {word: float(weight) for word, weight in expected.items() if weight}
    try:
        found = parse(text, lambda word: True)
    except BadExpression as why:
        too_small = any(abs(weight) < 1e-6 for weight in expected.values())
        assert ("cancel" in str(why) and not expected) or ("almost 0" in str(why) and too_small)
    else:
        assert found.terms == expected
        assert list(found.terms) == list(expected)


tokens = st.lists(
    st.sampled_from(["king", "man", "mother-in-law", "2", "0.5", "2000", '"a b"', "+", "-", "*", "×", "/", "(", ")"]),
    max_size=12,
)


def outcome(text: str, known: Callable[[str], bool] = lambda word: True) -> object:
    try:
        return parse(text, known).terms
    except BadExpression as why:
        return str(why)


@some
@given(tokens, st.data())
def test_more_spaces_between_tokens_change_nothing(parts, data):
    spaces = st.text(" \t\n\u00a0", min_size=1, max_size=3)
    apart = "".join(part + data.draw(spaces) for part in parts)
    assert outcome(apart) == outcome(" ".join(parts))


@some
@given(st.lists(st.sampled_from(["king", "man", "u.s", "2000", "東京"]), min_size=1))
def test_hyphens_without_spaces_are_minuses_where_the_whole_is_no_word(parts):
    def known(word: str) -> bool:
        return "-" not in word

    assert outcome("-".join(parts), known) == outcome(" - ".join(parts), known)


@pytest.mark.parametrize("count", [101, 10_000])
def test_too_many_terms_are_counted(count):
    with pytest.raises(BadExpression, match=f"has {count:,} terms; at most 100"):
        parse(" - ".join(f"w{i}" for i in range(count)), lambda word: True)
