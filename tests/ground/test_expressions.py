"""Expressions of words: what they come to, and one sentence for each way to write them wrongly."""

from __future__ import annotations

import pytest

from core.analysis.expressions import BadExpression, UnknownWords, parse, written

SOME = """
    king queen man woman paris london rome mother in law mother-in-law u.s. u.s.-led mr. 's 9/11 don't + - ( *
    2000 1999 1998 1990s a b c könig κόσμος \u1e96 हिन्दी 東京
"""
KNOWN = set(SOME.split())


def terms(text: str) -> dict[str, float]:
    return parse(text, KNOWN.__contains__).terms


def everything(text: str) -> dict[str, float]:
    return parse(text, lambda word: True).terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("king", {"king": 1}),
        ("king - man + woman", {"king": 1, "man": -1, "woman": 1}),
        ("king-man+woman", {"king": 1, "man": -1, "woman": 1}),
        ("King − MAN – woman — a", {"king": 1, "man": -1, "woman": -1, "a": -1}),
        ("king −man", {"king": 1, "man": -1}),
        ("-king + man", {"king": -1, "man": 1}),
        ("+ king", {"king": 1}),
        ("mother-in-law - man", {"mother-in-law": 1, "man": -1}),
        ("mother - in - law", {"mother": 1, "in": -1, "law": -1}),
        ("mother-in", {"mother": 1, "in": -1}),
        ("u.s. - u.s.-led", {"u.s.": 1, "u.s.-led": -1}),
        ("king-u.s.", {"king": 1, "u.s.": -1}),
        ("mr. - king.", {"mr.": 1, "king": -1}),
        ("don’t - don't + a", {"a": 1}),
        ("1990s", {"1990s": 1}),
        ("2000 - 1999 + 1998", {"2000": 1, "1999": -1, "1998": 1}),
        ("-(2000) + king", {"2000": -1, "king": 1}),
        ("2 * king", {"king": 2}),
        ("king × 0.5 + queen · .25", {"king": 0.5, "queen": 0.25}),
        ("king × (-2)", {"king": -2}),
        ("(−2) (king)", None),
        ("0.5 (king + queen)", {"king": 0.5, "queen": 0.5}),
        ("2/3*king", {"king": 2 / 3}),
        ("(paris + london + rome) / 3", {"paris": 1 / 3, "london": 1 / 3, "rome": 1 / 3}),
        ("king - (man - 2 (woman - queen))", {"king": 1, "man": -1, "woman": 2, "queen": -2}),
        ("0.1*a + 0.2*a - 0.3*a + b", {"b": 1}),
        ("a - a + b + a", {"a": 1, "b": 1}),
        ("0 * a + b", {"b": 1}),
        ("2 * 2000 * 0.25 - a", None),
        ('"9/11" - “\'s”', {"9/11": 1, "'s": -1}),
        ('3 × "2000"', {"2000": 3}),
        ("König", {"könig": 1}),
        ("ΚΌΣΜΟΣ − 東京 + हिन्दी", {"κόσμος": 1, "東京": -1, "हिन्दी": 1}),
        ("ko\u0308nig", {"könig": 1}),
        ("H\u0331", {"\u1e96": 1}),  # only the small letter has a composed form
        ("ki\u00adng\u200b", {"king": 1}),
        ("（king＋queen）／2", {"king": 0.5, "queen": 0.5}),
        ("ＫＩＮＧ－ｍａｎ＋０．５×ｗｏｍａｎ", {"king": 1, "man": -1, "woman": 0.5}),
        ("1000 a", None),
        ("1000*a + 0.000001*b", {"a": 1000, "b": 1e-6}),
    ],
)
def test_what_an_expression_comes_to(text, expected):
    if expected is None:
        with pytest.raises(BadExpression):
            terms(text)
    else:
        found = terms(text)
        assert found == expected
        assert list(found) == list(expected)  # in order of appearance


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (" \n\t ", "is empty"),
        ("()", '"()" is empty'),
        ("king + ()", '"()" is empty'),
        ('""', 'two double quotes ("")'),
        ("(king", 'A "(" is not closed'),
        ("((king) - (man", '2 brackets "(" are not closed'),
        ("king)", 'A ")" has no "(" before it'),
        ("king +", 'no word after the "+" at the end'),
        ("king -", 'no word after the "−" at the end'),
        ("-", 'no word after the "−" at the end'),
        ("king × ", 'no word after the "×" at the end'),
        ("(king +) - man", 'no word after the "+" before the ")"'),
        ("king - + man", 'Two operators stand in a row ("− +")'),
        ("king--man", 'Two operators stand in a row ("− −")'),
        ("+- king", 'Two operators stand in a row ("+ −")'),
        ("king + * man", 'Two operators stand in a row ("+ ×")'),
        ("* king", 'Nothing stands before a "×"'),
        ("king - (/ man)", 'Nothing stands before a "/"'),
        ("new york", 'double quotes around them if they are one word: "new york"'),
        ("king man", 'between "king" and "man"'),
        ("2 king", 'between "2" and "king": put +, − or × there'),
        ("king (man)", 'between "king" and "("'),
        ("(king) man", 'between ")" and "man"'),
        ("king = man", 'sign "="'),
        ("king_man", 'sign "_"'),
        ("king; man", 'sign ";"'),
        ("king > 👑", 'sign ">"'),
        ("👑", 'sign "👑"'),
        ("king\x00", "U+0000"),
        ("king\ud800", "U+D800"),
        ("0,5 * king", "with a dot"),
        ('"king', "double quote"),
        ("king * man", 'between "king" and "man"'),
        ("(king + man) (queen)", 'between ")" and "("'),
        ("(king + man) × queen", "Words cannot be multiplied"),
        ("king / man", "divided by a word"),
        ("2 / king", "divided by a word"),
        ("king / (man)", "divided by a word"),
        ("king / 0", "divided by 0"),
        ("king / (2 * 0.0)", "divided by 0"),
        ("2 * 3", "A number stands alone"),
        ("king + 2 * 3", "A number stands alone"),
        ("9/11", "put it in double quotes"),
        ("1000.1 * king", 'weight of "king" is too large'),
        ("king × " + "9" * 1_500, "too large"),
        ("king / " + "9" * 1_500, "almost 0"),
        ("king / 0." + "0" * 1_500 + "1", "too large"),
        ("0.0000001 * king", "almost 0"),
        ("king - king", "cancel out"),
        ("2 (king - man) - 2 king + 2 man", "between"),
        ("2 (king - man) - 2 × king + 2 × man", "cancel out"),
        ("0 * king", "cancel out"),
        ("(" * 51 + "king" + ")" * 51, "more than 50 deep"),
        ("(" * 5_000 + "king" + ")" * 5_000, "10,004 characters; at most 2,000"),
        ("(" * 5_000, "5,000 characters; at most 2,000"),
        ("king + " * 10_000 + "king", "10,001 terms; at most 100"),
        ("+".join(["king"] * 101), "101 terms; at most 100"),
        ("a" * 2_001, "2,001 characters"),
        ("king + " * 10**6, "7,000,000 characters"),
        ("__import__('os').system('true')", 'sign "_"'),
    ],
)
def test_each_mistake_has_its_sentence(text, says):
    with pytest.raises(BadExpression) as caught:
        terms(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith((".", '"new york".'))
    assert not isinstance(caught.value, UnknownWords)


def test_as_much_as_is_allowed_is_read():
    assert terms("+".join(["king"] * 100)) == {"king": 100}
    assert terms("2 * " + "+ 2 *".join(["king"] * 100)) == {"king": 200}  # weights are no terms
    assert terms("+".join(["2 (king)"] * 100)) == {"king": 200}
    assert terms("(" * 50 + "king" + ")" * 50) == {"king": 1}


def test_unknown_words_are_named_once_each_after_the_syntax():
    with pytest.raises(UnknownWords) as caught:
        terms("kign - womon + kign + king")
    assert caught.value.words == ("kign", "womon")
    assert '"kign", "womon"' in str(caught.value)
    with pytest.raises(UnknownWords) as caught:
        terms(" + ".join(f"x{i}" for i in range(30)))
    assert caught.value.words == tuple(f"x{i}" for i in range(10))
    with pytest.raises(BadExpression) as other:
        terms("kign - ")
    assert not isinstance(other.value, UnknownWords)
    with pytest.raises(UnknownWords):
        terms("kign - kign")  # what is unknown is said also where it cancels out


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("king-man+woman", "king − man + woman"),
        ("-king + man", "− king + man"),
        ("0.5 (king + queen)", "0.5 × king + 0.5 × queen"),
        ("-(king+queen)/3", "− 1/3 × king − 1/3 × queen"),
        ("king * 0.000001", "0.000001 × king"),
        ("mother-in-law - 2000", "mother-in-law − 2000"),
        ('"+" - "-" + "(" - "*"', '"+" − "-" + "(" − "*"'),
        ('2 × "2000" - "9/11"', '2 × "2000" − "9/11"'),
    ],
)
def test_the_tidy_way_to_write_it_is_read_back(text, normal):
    expression = parse(text, KNOWN.__contains__)
    assert expression.normal() == normal
    assert parse(normal, KNOWN.__contains__).terms == expression.terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("king - man + woman", ("man", "king", "woman")),
        ("- man + king + woman", ("man", "king", "woman")),
        ("woman + king - man", ("man", "woman", "king")),
        ("2 * king - king - man + woman", ("man", "king", "woman")),
        ("king - man", None),
        ("king - man - woman", None),
        ("king + man + woman", None),
        ("2 * king - man + woman", None),
        ("king - 2 * man + woman", None),
        ("king - man + woman - 0.5*queen", None),
        ("king - man + woman + queen", None),
    ],
)
def test_the_pair_of_a_minus_b_plus_c(text, expected):
    assert parse(text, KNOWN.__contains__).pair() == expected


def test_an_expression_knows_its_words_and_its_text():
    expression = parse("  King -  (man + 2*woman) ", KNOWN.__contains__)
    assert expression.words == ("king", "man", "woman")
    assert expression.text == "King - (man + 2*woman)"
    assert hash(expression) == hash(parse("King - (man + 2*woman)", KNOWN.__contains__))


def test_with_every_word_known_a_hyphen_binds():
    assert everything("king-man") == {"king-man": 1}
    assert everything("king.") == {"king.": 1}
    assert everything("king -man") == {"king": 1, "man": -1}


def test_a_word_is_written_with_quotes_only_where_it_needs_them():
    assert [written(word) for word in ("king", "u.s.", "2000", "9/11", "'s")] == [
        "king",
        "u.s.",
        "2000",
        '"9/11"',
        '"\'s"',
    ]
    assert written("2000", 2) == '2 × "2000"'
