"""A person's own text: whatever the file is, clean text comes out, or one sentence."""

from __future__ import annotations

import io
import unicodedata
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.data import read_text as reader
from core.data.normal import nfkc
from core.data.read_picture import Unreadable
from core.data.read_text import MOST_BYTES, decode, read_pasted, read_text

TEXT = "\n".join(f"the word{i} of line {i % 7} isn’t like café number {i % 100}" for i in range(300))


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, TEXT)
    return buffer.getvalue()


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, kind)
    return buffer.getvalue()


UNREADABLE = {
    "empty": (b"", "is empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "kB"),
    "one word": (b"hello", "0.0 kB: choose one of at least 5 kB"),
    "too small": (TEXT.encode()[:4_000], "at least 5 kB"),
    "too small as text": ("a\x01\u200b".encode() + b"word " * 980 + b"\xe2\x80\x8b" * 200, "at least 5 kB"),
    "too small in UTF-16": (TEXT[:4_000].encode("utf-16"), "at least 5 kB"),
    "too large": (b"a" * (MOST_BYTES + 1), "20,000,001 bytes; at most 20,000,000"),
    "UTF-16 that is cut": (("漢字" * 5_000).encode("utf-16")[:-1], "save it as UTF-8"),
    "ZIP": (zipped("a.txt"), "not plain text"),
    "DOCX": (zipped("word/document.xml"), "not plain text"),
    "PDF": (b"%PDF-1.4\n" + TEXT.encode(), "not plain text"),
    "RTF": (rb"{\rtf1 " + TEXT.encode(), "not plain text"),
    "PNG": (picture("PNG"), "not plain text"),
    "JPEG": (picture("JPEG"), "not plain text"),
    "BMP": (picture("BMP"), "not plain text"),
    "noise": (np.random.default_rng(0).bytes(20_000), "not plain text"),
    "noise that begins as UTF-16": (b"\xff\xfe" + np.random.default_rng(0).bytes(20_000), "not plain text"),
    "zeros": (bytes(20_000), "not plain text"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), "not plain text"),
    "UTF-32": (TEXT.encode("utf-32"), "not plain text"),
    "Latin-1": (TEXT.replace("’", "'").encode("latin-1"), "save it as UTF-8"),
    "Windows": (TEXT.encode("cp1252"), "save it as UTF-8"),
    "Cyrillic of Windows": (("привет мир " * 2_000).encode("cp1251"), "save it as UTF-8"),
    "Shift JIS": (("吾輩は猫である。" * 2_000).encode("shift-jis"), "save it as UTF-8"),
    "no words": (b"--- !!! " * 2_000, "no words"),
    "spaces": (b" \n" * 5_000, "no words"),
    "one repeated word": (b"Hello hello " * 2_000, "one word again and again"),
    "few different words": (" ".join(f"w{i % 49}" for i in range(3_000)).encode(), "only 49 different words"),
    "few words": (" ".join(f"{'long' * 3}{i}" for i in range(999)).encode(), "only 999 words"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_used_is_said_in_one_sentence(name):
    content, says = UNREADABLE[name]
    with pytest.raises(Unreadable) as caught:
        read_text(content)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 160 and "\n" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_least_that_is_enough():
    assert read_text(" ".join(f"long{i % 50}" for i in range(1_000)).encode())
    with pytest.raises(Unreadable, match="only 49 different"):
        read_text(" ".join(f"long{i % 49}" for i in range(1_000)).encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_gives_the_same_text(encoding):
    assert read_text(TEXT.encode(encoding)) == TEXT


def test_utf_16_of_both_orders():
    assert (
        read_text(b"\xfe\xff" + TEXT.encode("utf-16-be")) == read_text(b"\xff\xfe" + TEXT.encode("utf-16-le")) == TEXT
    )


def test_a_script_that_utf_16_writes_shorter_is_measured_as_text():
    text = "".join(chr(0x4E00 + i % 900) for i in range(2_000))
    content = text.encode("utf-16")
    assert len(content) < 5_000 < len(text.encode())
    assert read_text(content).replace(" ", "") == text


@pytest.mark.parametrize("end", ["\r\n", "\r", "\f", "\u2028", "\x85"])
def test_ends_of_lines_become_one_kind(end):
    assert read_text(TEXT.replace("\n", end).encode()) == TEXT


def test_control_and_invisible_signs_are_left_out():
    strange = TEXT.replace("word9 ", "wo\u00adrd9\x07\x9f\u200b ").replace("\n", "\ufeff\n", 1) + "\x1a"
    assert read_text(strange.encode()) == TEXT
    kept = TEXT + "\tمی\u200cخواهم"  # a joiner is part of the spelling
    assert read_text(kept.encode()) == kept


def test_accents_are_composed():
    assert read_text(unicodedata.normalize("NFD", TEXT).encode()) == TEXT


THAI = "".join(chr(0x0E01 + i % 40) + "\u0e34" for i in range(1_200))  # 1,200 letters, each with its vowel


@pytest.mark.parametrize(
    ("run", "sizes"),
    [
        ("q" * 250, [100, 100, 50]),
        ("z" * 100, [100]),
        ("=" * 101, [100, 1]),
        ("0" * 99 + "." + "1" * 100, [200]),
        ("e\u0301\u0323" * 150, [100, 50]),
        (THAI, [500, 500, 200]),
        ("漢" * 501 + "。", [500, 2]),
    ],
    ids=["letters", "a word of 100", "a line", "two numbers", "marks", "Thai", "Han"],
)
def test_what_is_longer_than_any_word_gets_spaces(run, sizes):
    """Subwords and pieces are learned in a time that grows with the square of a word's length; a file may be one word."""
    said = read_text(f"{TEXT} {run}".encode())
    parts = said[len(TEXT) + 1 :].split(" ")
    assert [sum(not unicodedata.combining(sign) and sign != "\u0e34" for sign in part) for part in parts] == sizes
    assert said.startswith(TEXT) and "".join(parts) == nfkc(run)


FORMS = {
    "\ufb01rst \ufb02oor o\ufb03ce \u017fea": "first floor office sea",
    "ＫＩＮＧ ｑｕｅｅｎ １２３": "KING queen 123",
    "ｶﾞｷﾞ ﾈｺ": "ガギ ネコ",
    "a\u00a0word\u3000here": "a word here",
    "don\u00b4t": "don't",
    "\ufefb\ufe8e \ufb4f": "لاا אל",
    "⼈⾁": "人肉",
    "น้ำ \u0eb3": "น้ำ \u0eb3",
    "\U0001d40a\U0001d422ng": "King",
}


@pytest.mark.parametrize("written", FORMS)
def test_forms_of_letters_are_the_letters(written):
    """As they are copied out of a PDF, or typed with a keyboard of full width."""
    assert read_text(f"{TEXT}\n{written}".encode()) == f"{TEXT}\n{FORMS[written]}"


BREAKS = {
    "an exam-\nple of it": "an example of it",
    "an exam-  \n   ple": "an example",
    "an exam\u2010\r\nple": "an example",
    "an exam\u00ad\nple and sy\u00adlla\u00adble": "an example and syllable",
    "a-\nb-\nc-\nd": "abcd",
    "Donau-\nDampf": "Donau-\nDampf",
    "pages 12-\n14 and 3-\nfold": "pages 12-\n14 and 3-\nfold",
    "an end -\nand so": "an end -\nand so",
    "an exam-\n\nple": "an exam-\n\nple",
    "the line-\nword": "the line-word",
    "a line-\nword, and linewords; lineword": "a lineword, and linewords; lineword",
    "wei-\nſe": "weise",
    "пример-\nный": "примерный",
}


@pytest.mark.parametrize("written", BREAKS)
def test_a_word_that_is_parted_at_the_end_of_a_line_is_one_again(written):
    """TEXT has "line" and "word", so a hyphen between these two may be meant."""
    text = TEXT + "\nword and line\n"
    assert read_text((text + written).encode()) == text + BREAKS[written]


def test_in_a_file_of_lines_hyphens_at_ends_stay():
    assert decode(b"king-\nman") == "king-\nman"


def test_a_sign_that_stands_for_many_is_counted_as_them(monkeypatch):
    monkeypatch.setattr(reader, "MOST_BYTES", 60_000)
    with pytest.raises(Unreadable, match="at most 60,000"):
        read_text((TEXT + "㍿" * 15_000).encode())


def test_a_pasted_text_has_the_same_checks():
    assert read_pasted(TEXT.replace("\n", "\r\n")) == TEXT
    assert "\ud800" not in read_pasted(TEXT + "\ud800")
    for text, says in (
        ("", "is empty"),
        ("hello", "5 kB"),
        ("a " * 9_000, "one word"),
        ("é" * 11_000_000, "22,000,000 bytes"),
    ):
        with pytest.raises(Unreadable, match=says):
            read_pasted(text)


def test_sizes_are_checked_before_anything_is_decoded(monkeypatch):
    def fail(content):
        raise AssertionError("decoded")

    monkeypatch.setattr(reader, "_decoded", fail)
    for content in (b"a" * 3_000, b"a" * (MOST_BYTES + 1)):
        with pytest.raises(Unreadable):
            read_text(content)
    with pytest.raises(Unreadable):
        read_pasted("a" * (MOST_BYTES + 1))


def test_a_small_file_of_expressions_can_be_decoded_alone():
    assert decode("\ufeffking − man\r\n# x".encode()) == "king − man\n# x"
    with pytest.raises(Unreadable, match="save it as UTF-8"):
        decode("König".encode("latin-1"))


@settings(max_examples=200, deadline=None, database=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", TEXT.encode()]))
def test_any_bytes_are_text_or_one_sentence(content, before):
    for read in (read_text, decode):
        try:
            text = read(before + content)
        except Unreadable as why:
            assert str(why) and "\n" not in str(why)
        else:
            assert (
                unicodedata.is_normalized("NFC", text)
                and nfkc(text) == text
                and not set(text) & set("\r\f\v\x85\x00\x07\ufeff\ud800")
            )
            assert decode(b"\xef\xbb\xbf" + text.encode()) == text  # nothing is left to tidy
