"""Expressions of words, "king - man + 0.5 (woman + girl)", read into a weight for each word.

Nothing here runs text: a tokenizer names the parts and one loop puts them together, brackets on a stack of its own.

    sum      [+ | −] product { (+ | −) product }
    product  factor { (× | /) factor }
    factor   word | number | "quoted word" | ( sum ), and a number right before a bracket multiplies it

Weights are exact fractions until the end, so that what cancels does cancel: 0.1 a + 0.2 a − 0.3 a is nothing.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from core.data.normal import nfc

MOST_CHARACTERS = 2_000
MOST_TERMS = 100
MOST_DEPTH = 50  # brackets within brackets
LARGEST, SMALLEST = 1_000, Fraction(1, 10**6)  # sizes of a weight
_COUNTED = 200_000  # in a longer text not even the terms are counted

# Each kind of operator, and the signs that mean it.
_SIGNS = {"-": "-−–—－", "+": "+＋", "*": "*×·⋅∗＊", "/": "/÷∕／", "(": "(（", ")": ")）"}
_KINDS = {sign: kind for kind, signs in _SIGNS.items() for sign in signs}
_SHOWN = {"-": "−", "*": "×"}
# Signs that keyboards and word processors put in place of the plain ones.
# Letters and digits as a keyboard for Chinese or Japanese types them; _SIGNS has the signs.
_WIDE = {chr(0xFEE0 + ord(sign)): sign for sign in string.ascii_letters + string.digits + "."}
_PLAIN = str.maketrans(_WIDE | {"’": "'", "‐": "-", "‑": "-", **dict.fromkeys("“”„‟«»＂", '"')})
_JOINERS = "\u200c\u200d"  # invisible, and part of the spelling in Persian and in scripts of India

# The shape of a text has "0" for the digits 0-9, "w" for other letters, marks and digits; other signs stay.
_TOKEN = re.compile(
    r' +|(?P<quoted>"[^"]*")|(?P<word>(?:\.(?=0))?[w0]+(?:(?:\.?-|[.\'])[w0]+)*\.?)|(?P<sign>.)', re.DOTALL
)
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+")


class BadExpression(ValueError):
    """The expression cannot be read; the message is one sentence that says what to do."""


class UnknownWords(BadExpression):
    """The expression is well formed, but some words have no vector. words: each once, at most 10."""

    def __init__(self, words: Iterable[str]):
        self.words = tuple(words)[:10]
        named = ", ".join(_named(word) for word in self.words)
        what = "this word" if len(self.words) == 1 else "these words"
        super().__init__(f"The vocabulary does not have {what}: {named}; check the spelling or choose another word.")


@dataclass(frozen=True)
class Expression:
    """Words with their weights, in order of appearance; no weight is 0. text: as it was typed, spaces tidied."""

    terms: dict[str, float] = field(hash=False)
    text: str

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.terms)

    def normal(self) -> str:
        """The same terms without brackets: "king − man + 0.5 × woman"; `parse` reads it back to equal terms."""
        parts = [("− " if weight < 0 else "+ ") + written(word, abs(weight)) for word, weight in self.terms.items()]
        return " ".join(parts).removeprefix("+ ")

    def pair(self) -> tuple[str, str, str] | None:
        """(start, end, base) of a − b + c, in any order: the step from b to a, taken from c; None for other shapes.

        a is the first of the two positive words. These are the arguments of `vectors.pair_direction`.
        """
        plus = [word for word, weight in self.terms.items() if weight == 1]
        minus = [word for word, weight in self.terms.items() if weight == -1]
        if len(self.terms) != 3 or len(plus) != 2 or len(minus) != 1:
            return None
        return minus[0], plus[0], plus[1]


def parse(text: str, known: Callable[[str], bool]) -> Expression:
    """Reads an expression. known: says whether the vocabulary has a word (in small letters, Unicode NFC).

    A hyphen without spaces belongs to the word where the whole is known ("mother-in-law"), else it is a minus; so
    does a dot at the end ("u.s."), which else ends a sentence and is left out. A number that nothing multiplies is a
    word ("2000 − 1999 + 1998"). Raises BadExpression, and once the syntax is right UnknownWords.
    """
    plain = _plain(text)
    tokens = _tokens(plain, known)
    terms = _count_terms(tokens)
    if terms > MOST_TERMS:
        raise BadExpression(f"The expression has {terms:,} terms; at most {MOST_TERMS}: write a shorter one.")
    if len(plain) > MOST_CHARACTERS:
        raise _too_long(plain)
    if not tokens:
        raise BadExpression(
            "The expression is empty: write words with + and − between them, such as king − man + woman."
        )
    weights = _read(tokens).words()
    unknown = [word for word in weights if not known(word)]
    if unknown:
        raise UnknownWords(unknown)
    return Expression({word: _weight(word, w) for word, w in _not_cancelled(weights).items()}, plain)


# Characters and tokens --------------------------------------------------------------------------------------------


class _Token(NamedTuple):
    kind: str  # "word", "number" or one of + - * / ( )
    text: str


def _plain(text: str) -> str:
    """NFC, plain quotes and hyphens, single spaces, no invisible signs. Raises BadExpression for what has no picture."""
    if len(text) > _COUNTED:
        raise _too_long(text)
    text = " ".join(nfc(text).translate(_PLAIN).split())
    if text.isascii() and text.isprintable():
        return text
    text = "".join(c for c in text if c in _JOINERS or unicodedata.category(c) != "Cf")
    for sign in text:
        if not sign.isprintable() and sign not in _JOINERS:
            raise _not_allowed(sign)
    return nfc(" ".join(text.split()))


def _shape(text: str) -> str:
    def letter(c: str) -> str:
        if "0" <= c <= "9":
            return "0"
        return "w" if c.isalpha() or c in _JOINERS or unicodedata.category(c)[0] in "LMN" else c

    return "".join(map(letter, text))


def _lowered(word: str) -> str:
    return nfc(word.lower())


def _tokens(text: str, known: Callable[[str], bool]) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(_shape(text)):
        part = text[match.start() : match.end()]
        if match["word"]:
            tokens += _split(_lowered(part), known)
        elif match["quoted"]:
            word = _lowered(part[1:-1].strip())
            if not word:
                raise BadExpression('There is nothing between two double quotes (""): write a word there.')
            tokens.append(_Token("word", word))
        elif match["sign"]:
            if part not in _KINDS:
                raise _not_allowed(part)
            tokens.append(_Token(_KINDS[part], part))
    return tokens


def _split(run: str, known: Callable[[str], bool]) -> list[_Token]:
    """A run of letters with hyphens, dots and apostrophes inside, and maybe a dot after it: a word, or some and minuses."""
    bare = run.removesuffix(".")
    if _NUMBER.fullmatch(bare):
        return [_Token("number", bare)]
    for word in (run, bare):
        if known(word):
            return [_Token("word", word)]
    if "-" not in bare:
        return [_Token("word", bare)]
    first, *others = (_split(part, known) for part in run.split("-"))  # no hyphens are left, so no deeper than this
    return first + [token for other in others for token in (_Token("-", "-"), *other)]


def _count_terms(tokens: list[_Token]) -> int:
    """Words, and numbers that are not plainly weights."""
    count = 0
    for i, token in enumerate(tokens):
        before = tokens[i - 1].kind if i else ""
        after = tokens[i + 1].kind if i + 1 < len(tokens) else ""
        weighs = token.kind == "number" and (before in ("*", "/") or after in ("*", "/", "("))
        count += token.kind in ("word", "number") and not weighs
    return count


# Putting the tokens together --------------------------------------------------------------------------------------


class _Value(NamedTuple):
    """What a part comes to. A lone number has both readings, a product of numbers is no word: its terms are empty."""

    terms: dict[str, Fraction]
    number: Fraction | None = None

    def times(self, factor: Fraction) -> _Value:
        number = None if self.number is None else self.number * factor
        return _Value({word: weight * factor for word, weight in self.terms.items()}, number)

    def words(self) -> dict[str, Fraction]:
        if not self.terms:
            raise BadExpression(
                "A number stands alone where a word is needed: multiply a word with it (2 × king) or, if it is a word,"
                " put it in double quotes."
            )
        return self.terms

    def plus(self, other: _Value) -> _Value:
        total = dict(self.words())
        for word, weight in other.words().items():
            total[word] = total.get(word, Fraction(0)) + weight
        return _Value(total)


def _product(left: _Value, operator: str, right: _Value) -> _Value:
    if operator == "/":
        if right.number is None:
            word = _named(next(iter(right.terms)))
            raise BadExpression(f'Nothing can be divided by a word: divide by a number in place of {word}, or use "−".')
        if not right.number:
            raise BadExpression("Nothing can be divided by 0: divide by another number.")
        right = _Value({}, 1 / right.number)
    if left.number is not None and right.number is not None:
        return _Value({}, left.number * right.number)
    if left.number is None and right.number is None:
        first, second = (_named(next(iter(value.terms))) for value in (left, right))
        raise BadExpression(
            f"Words cannot be multiplied with each other: put + or − between {first} and {second},"
            " or a number in place of one."
        )
    return right.times(left.number) if right.number is None else left.times(right.number)


class _Frame:
    """One pair of brackets while it is read: the sum so far, the product in hand, and their operators."""

    def __init__(self) -> None:
        self.sum: _Value | None = None
        self.product: _Value | None = None
        self.sign = ""  # before the product in hand
        self.operator = ""  # * or / that waits for its right side

    def take(self, value: _Value) -> None:
        self.product = _product(self.product, self.operator, value) if self.operator else value
        self.operator = ""

    def close(self) -> _Value:
        """The sum with the product in hand; a single one keeps its reading as a number."""
        signed = self.product.times(Fraction(-1)) if self.sign == "-" else self.product
        return signed if self.sum is None else self.sum.plus(signed)


def _read(tokens: list[_Token]) -> _Value:
    frames = [_Frame()]
    before = _Token("", "")
    for token in tokens:
        frame, kind = frames[-1], token.kind
        # after a value an operator or ")" must come, else a value or "("
        after_value = before.kind in ("word", "number", ")")
        if kind in ("word", "number"):
            if after_value:
                raise _side_by_side(before, token)
            frame.take(_Value({token.text: Fraction(1)}, Fraction(token.text) if kind == "number" else None))
        elif kind == "(":
            if after_value and before.kind != "number":
                raise _side_by_side(before, token)
            if after_value:
                frame.operator = "*"
            if len(frames) > MOST_DEPTH:
                raise BadExpression(f"The brackets stand more than {MOST_DEPTH} deep: leave some out.")
            frames.append(_Frame())
        elif kind == ")":
            if len(frames) == 1:
                raise BadExpression('A ")" has no "(" before it: add the "(" or leave the ")" out.')
            if before.kind == "(":
                raise BadExpression('A pair of brackets "()" is empty: write words between them or leave them out.')
            if not after_value:
                raise _nothing_after(before, 'before the ")"')
            frames.pop()
            frames[-1].take(frame.close())
        elif after_value:
            if kind in "*/":
                frame.operator = kind
            else:
                frame.sum, frame.product, frame.sign = frame.close(), None, kind
        elif before.kind in ("", "("):  # at the beginning: a sign may stand here
            if kind in "*/":
                raise BadExpression(f'Nothing stands before a "{_shown(token)}": write a word or a number there.')
            frame.sign = kind
        else:
            raise BadExpression(
                f'Two operators stand in a row ("{_shown(before)} {_shown(token)}"): write a word between them or leave one out.'
            )
        before = token
    if len(frames) > 1:
        count = len(frames) - 1
        raise BadExpression(
            'A "(" is not closed: add a ")" or leave the "(" out.'
            if count == 1
            else f'{count} brackets "(" are not closed: add {count} ")" or leave them out.'
        )
    if before.kind not in ("word", "number", ")"):
        raise _nothing_after(before, "at the end")
    return frames[0].close()


def _not_cancelled(weights: dict[str, Fraction]) -> dict[str, Fraction]:
    left = {word: weight for word, weight in weights.items() if weight}
    if not left:
        raise BadExpression("All words cancel out, so nothing is left: change a word or a weight.")
    return left


def _weight(word: str, weight: Fraction) -> float:
    if abs(weight) > LARGEST:
        raise BadExpression(f"The weight of {_named(word)} is too large: use numbers up to {LARGEST:,}.")
    if abs(weight) < SMALLEST:
        raise BadExpression(f"The weight of {_named(word)} is almost 0: use one of at least 0.000001 or leave it out.")
    return float(weight)


# Writing ----------------------------------------------------------------------------------------------------------


def written(word: str, weight: float = 1) -> str:
    """A word as `parse` reads it back, with its positive weight, and in quotes where it would be read otherwise bare."""
    try:
        bare = _tokens(word, lambda _: True)
    except BadExpression:
        bare = []
    readings = [_Token("word", word)] + [_Token("number", word)] * (weight == 1)
    name = word if len(bare) == 1 and bare[0] in readings else f'"{word}"'
    return name if weight == 1 else f"{_written_number(weight)} × {name}"


def _written_number(weight: float) -> str:
    """Digits that are read back as the same float: "0.5", or "1/3" where there is no short decimal."""
    decimal = f"{Decimal(repr(weight)):f}".removesuffix(".0")  # never an exponent
    ratio = Fraction(weight).limit_denominator(100)
    return str(ratio) if len(decimal) > 10 and float(ratio) == weight else decimal


def _shown(token: _Token) -> str:
    return _SHOWN.get(token.kind, token.kind)


def _named(word: str) -> str:
    """A word for a message: in quotes, and cut where it is very long."""
    return f'"{word}"' if len(word) <= 40 else f'"{word[:39]}…"'


# Sentences --------------------------------------------------------------------------------------------------------


def _too_long(text: str) -> BadExpression:
    return BadExpression(
        f"The expression has {len(text):,} characters; at most {MOST_CHARACTERS:,}: write a shorter one."
    )


def _not_allowed(sign: str) -> BadExpression:
    if sign == '"':
        return BadExpression('A double quote (") is not closed: add the second one or leave it out.')
    if sign == ",":
        return BadExpression('The sign "," has no meaning here: write 0.5 with a dot, and + or − between words.')
    name = f'"{sign}"' if sign.isprintable() else unicodedata.name(sign, f"U+{ord(sign):04X}")
    return BadExpression(
        f"The sign {name} has no meaning here: use words, numbers, + − × / and ( ), and put a word that has other signs"
        " in double quotes."
    )


def _side_by_side(left: _Token, right: _Token) -> BadExpression:
    both = f"{_named(left.text)} and {_named(right.text)}"
    if (left.kind, right.kind) != ("word", "word"):
        return BadExpression(f"No operator stands between {both}: put +, − or × there.")
    joined = _named(f"{left.text} {right.text}")
    return BadExpression(
        f"No operator stands between {both}: put + or − there, or double quotes around them if they are one word: {joined}."
    )


def _nothing_after(token: _Token, where: str) -> BadExpression:
    return BadExpression(f'There is no word after the "{_shown(token)}" {where}: write one or leave the sign out.')
