"""Vocabularies: round trips of any text, merges against a slow twin, tokens against Hugging Face's, and a fair split."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from core.compat import torchvision
from core.data import Missing, texts
from core.data import tokens as token_file
from core.data.tokens import BLOCK, KINDS, Vocabulary, learn_merges, split, tokenized, vocabulary
from core.store import paths

STORY = (
    "And the naïve king's 12 sons, who don't sing, sang: ‘Sing, O sons!’ They've sung 120 songs; the song's end is near.\n"
    "Über allen Gipfeln ist Ruh. Шёл король, и шла королева; шли они долго. 王は歌った。 🙂🙂 and 👩‍👩‍👧 sang  too\n"
    "\tThe singing king isn't singing:  he's the song. So sang the sons, and so they'll sing.\n"
) * 4  # fmt: skip
TRICKY = (
    "", " ", "\n\n", "a", "é", "🙂", "👩‍👩‍👧", "שלום עולם", "مرحبا", "a\x00b\x07\x7f", "\ud800", "x\udfffy", "\ufeffx", "e\u0301",
    "a\u2028b\x85c\x0bd\x1ce", "\r\n", "王は歌った", "<|endoftext|>", "Ġ Ċ", "'re'S 's", "a" * 200, " \t \n  x ", "\U0010ffff",
)  # fmt: skip
any_text = st.one_of(
    st.text(max_size=60), st.text("ab 'séö王🙂\n\ud800\u200f\x00", max_size=60), st.sampled_from(TRICKY)
)
SIZE = 400  # of the vocabulary that the tests learn from the story


@pytest.fixture(scope="module")
def learned() -> Vocabulary:
    return token_file._from_merges(learn_merges(STORY, SIZE))


@pytest.fixture(scope="module")
def characters() -> Vocabulary:
    """As the texts make it, with a few characters of more than one byte."""
    own = sorted(sign.encode() for sign in "éшёл王🙂")
    return Vocabulary((*(bytes([i]) for i in range(256)), *own))


@pytest.fixture(params=["learned", "characters"])
def words(request) -> Vocabulary:
    return request.getfixturevalue(request.param)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An own cache, and nothing of an earlier test in memory."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    for remembered in (texts._load, token_file._vocabulary):
        remembered.cache_clear()
    yield paths.data_dir()
    for remembered in (texts._load, token_file._vocabulary):
        remembered.cache_clear()


def written(text: str) -> str:
    """What can be written to a file of it: a lone surrogate becomes "?"."""
    return text.encode("utf-8", "replace").decode()


def every(text_test):
    """A property of any text, with the tricky ones always among them."""
    for text in TRICKY:
        text_test = example(text=text)(text_test)
    return settings(max_examples=80, deadline=None)(given(text=any_text)(text_test))


# Round trips ------------------------------------------------------------------------------------------------------


@every
def test_any_text_comes_back(learned, characters, text):
    for words in (learned, characters):
        ids = words.encode(text)
        assert ids.dtype == np.int32 and ids.ndim == 1
        assert not len(ids) or (ids.min() >= 0 and ids.max() < len(words))
        assert words.decode(ids) == written(text)
        assert b"".join(words.pieces[i] for i in ids) == written(text).encode()


def test_the_first_256_tokens_are_the_bytes(words):
    assert words.pieces[:256] == tuple(bytes([i]) for i in range(256))
    assert len(set(words.pieces)) == len(words) == len(words.pieces)


def test_each_token_is_found_again_by_itself(words):
    for i, piece in enumerate(words.pieces):
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            assert words.name(i) == f"<{' '.join(f'{byte:02X}' for byte in piece)}>"
            continue
        assert words.name(i) == text and words.encode(text).tolist() == [i]


def test_characters_are_one_token_each_where_they_have_one(characters):
    assert [characters.name(i) for i in characters.encode("aéш🙂")] == ["a", "é", "ш", "🙂"]
    assert characters.encode("ü").tolist() == [0xC3, 0xBC], "others are spelled byte by byte"


def test_bytes_that_are_no_text_are_said_as_such(words):
    assert words.decode([0xF0, 0x9F]) == "\ufffd" and words.name(0xF0) == "<F0>"
    assert words.decode([]) == ""


# A text for the page ----------------------------------------------------------------------------------------------


@every
def test_pieces_say_where_they_stand_and_the_cut_never_halves_a_character(learned, characters, text):
    for words in (learned, characters):
        for most in (1, 2, 3, 7, 1_000):
            check_pieces(words, text, most)


def check_pieces(words: Vocabulary, text: str, most: int) -> None:
    read, whole, found = written(text), words.encode(text).tolist(), words.tokens(text, most)
    assert {len(part) for part in found[:5]} == {len(found.ids)} and len(found.ids) <= most
    assert found.ids == whole[: len(found.ids)] and found.names == [words.name(i) for i in found.ids]
    assert (found.cut is None) == (len(whole) <= most)
    taken = len(text) if found.cut is None else found.cut
    assert b"".join(words.pieces[i] for i in found.ids) == read[:taken].encode(), "all that was taken, and no more"
    at = 0  # bytes before this token
    for i, start, end, shown in zip(found.ids, found.starts, found.ends, found.texts, strict=True):
        after = at + len(words.pieces[i])
        assert shown == read[start:end]
        assert len(read[:start].encode()) <= at < len(read[: start + 1].encode()), "the character of its first byte"
        assert len(read[: end - 1].encode()) < after <= len(read[:end].encode()), "and of its last"
        at = after
    if found.cut is not None and len(found.ids) < most:  # then because the next has no end within `most`
        more = words.tokens(text, len(found.ids) + 1)
        assert (len(more.ids), more.cut) == (len(found.ids), found.cut)


def test_a_token_of_a_letter_and_half_a_character_goes_with_what_it_cannot_end():
    """Byte-pair encoding may join "a" to the first byte of "é". Where the second has no room, "a" has none either."""
    letters = token_file._letters()
    odd = token_file._from_merges([(letters[ord("a")], letters[0xC3])])
    assert [odd.pieces[i] for i in odd.encode("aé")] == [b"a\xc3", b"\xa9"]
    found = odd.tokens("aé", 1)
    assert found.ids == [] and found.cut == 0
    assert odd.tokens("aé", 2).cut is None and odd.tokens("xaé", 2).cut == 1
    assert odd.tokens("aé", 2).texts == ["aé", "é"]


def test_a_very_long_text_is_not_read_to_its_end(words, monkeypatch):
    read = []
    encode = Vocabulary.encode
    monkeypatch.setattr(Vocabulary, "encode", lambda self, text: read.append(len(text)) or encode(self, text))
    text = STORY * 2_000
    found = words.tokens(text, 20)
    assert max(read) < 1_000 and len(found.ids) == 20 and 0 < found.cut < 400
    assert words.decode(found.ids) == text[: found.cut]
    assert found.ids == encode(words, STORY)[:20].tolist(), "the end of what is read does not show"


# Merges -----------------------------------------------------------------------------------------------------------


def pattern():
    """How GPT-2 cuts a text before it joins anything (encoder.py, line 53)."""
    regex = pytest.importorskip("regex")
    return regex.compile(r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+""")


def join(signs: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    found, i = [], 0
    while i < len(signs):
        step = 2 if signs[i : i + 2] == pair else 1
        found.append("".join(signs[i : i + step]))
        i += step
    return tuple(found)


def slow_merges(text: str, size: int) -> list[tuple[str, str]]:
    """Sennrich et al. 2016, algorithm 1, on bytes; of equally frequent pairs the one of the older tokens."""
    letters = token_file._letters()
    age = {letter: i for i, letter in enumerate(sorted(letters))}
    words = Counter(
        tuple(letters[byte] for byte in part.encode())
        for line in text.splitlines(keepends=True)
        for part in pattern().findall(line)
    )
    merges = []
    while len(age) < size:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, count in words.items():
            for pair in pairwise(word):
                pairs[pair] += count
        best = max(pairs, key=lambda p: (pairs[p], -age[p[0]], -age[p[1]]), default=None)
        if best is None or pairs[best] < 2:
            break
        merges.append(best)
        age["".join(best)] = len(age)
        joined: Counter[tuple[str, ...]] = Counter()
        for word, count in words.items():
            joined[join(word, best)] += count
        words = joined
    return merges


@pytest.mark.parametrize("size", [256, 257, 300, SIZE])
def test_merges_are_those_of_the_paper(size):
    found = learn_merges(STORY, size)
    assert found == slow_merges(STORY, size) and len(found) == size - 256


def test_a_text_with_too_few_pairs_gives_fewer_tokens():
    text = "abab ab xyz"
    found = learn_merges(text, 512)
    assert found == slow_merges(text, 512) and 0 < len(found) < 10
    assert learn_merges("", 512) == [] == learn_merges("abcdef", 512)


def test_runs_of_one_letter_are_joined_from_the_left():
    text = "aaaaaaa aaaaa aaa\n" * 3
    assert learn_merges(text, 270) == slow_merges(text, 270)


@pytest.fixture(scope="module")
def gpt2_encode():
    """encoder.py, function bpe: of all pairs in the word the one of lowest rank, everywhere, until none is left."""
    merges, letters, cut = learn_merges(STORY, SIZE), token_file._letters(), pattern()
    rank = {pair: i for i, pair in enumerate(merges)}
    number = {name: i for i, name in enumerate([*letters, *("".join(pair) for pair in merges)])}

    def encode(text: str) -> list[int]:
        ids = []
        for part in cut.findall(text):
            word = tuple(letters[byte] for byte in part.encode())
            while found := [pair for pair in pairwise(word) if pair in rank]:
                word = join(word, min(found, key=rank.__getitem__))
            ids += [number[sign] for sign in word]
        return ids

    return encode


@every
def test_encoding_joins_the_oldest_merge_first_as_gpt2_does(learned, gpt2_encode, text):
    assert learned.encode(text).tolist() == gpt2_encode(written(text))


def test_encoding_a_whole_text_is_gpt2s_too(learned, gpt2_encode):
    assert learned.encode(STORY).tolist() == gpt2_encode(STORY)


@pytest.fixture(scope="module")
def hugging_face():
    torchvision()  # transformers imports it and would stop beside a CPU build of torch
    from transformers import GPT2Tokenizer

    merges = learn_merges(STORY, SIZE)
    names = [*token_file._letters(), *("".join(pair) for pair in merges)]
    return GPT2Tokenizer({name: i for i, name in enumerate(names)} | {"<|endoftext|>": len(names)}, merges)


@pytest.mark.twin("core/data/tokens.py", "core/data/pieces.py")
@every
def test_encoding_is_that_of_hugging_faces_gpt2(learned, hugging_face, text):
    assume("<|endoftext|>" not in text)  # a special token there, plain text here
    ids = learned.encode(text).tolist()
    assert ids == hugging_face(written(text), add_special_tokens=False)["input_ids"]
    assert learned.decode(ids) == hugging_face.decode(ids, clean_up_tokenization_spaces=False)


@every
def test_a_text_line_by_line_is_the_text_in_one_piece(learned, characters, text):
    text = "".join(line.rstrip() + "\n" for line in text.splitlines())  # as all passages are
    for words in (learned, characters):
        assert token_file._encode_long(words, text).tolist() == words.encode(text).tolist()


def test_another_process_learns_the_same_merges():
    """Whatever its hashes and the order of its threads are."""
    script = (
        "import sys; from core.data.tokens import learn_merges; "
        "sys.stdout.buffer.write(repr(learn_merges(sys.stdin.buffer.read().decode(), 400)).encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=STORY.encode(), capture_output=True, check=True, timeout=120,
        cwd=paths.REPOSITORY, env={**os.environ, "PYTHONHASHSEED": "7", "RAYON_NUM_THREADS": "3"},
    )  # fmt: skip
    assert done.stdout.decode() == repr(learn_merges(STORY, SIZE))


# What is kept -----------------------------------------------------------------------------------------------------


def paragraphs(count: int = 60) -> str:
    lines = [line.strip() for line in STORY.splitlines()]
    return "\n\n".join(f"{lines[i % len(lines)]} So it was {i} times." for i in range(count))


def test_merges_are_learned_once_and_read_after_that(cache, monkeypatch):
    name = texts.keep(paragraphs())
    first = vocabulary(name, "bpe-512")
    assert vocabulary(name, "bpe-512") is first
    (file,) = cache.glob("merges-*")
    assert file.name.endswith("-bpe-512.txt") and not list(cache.glob(".tmp-*"))
    monkeypatch.setattr(token_file, "learn_merges", lambda *arguments: pytest.fail("learned again"))
    token_file._vocabulary.cache_clear()
    again = vocabulary(name, "bpe-512")
    assert again is not first and again.pieces == first.pieces
    assert again.encode(STORY).tolist() == first.encode(STORY).tolist()


def test_a_damaged_file_of_merges_is_learned_anew(cache):
    name = texts.keep(paragraphs())
    good = vocabulary(name, "bpe-512").pieces
    (file,) = cache.glob("merges-*")
    content = file.read_bytes()
    lines = content.splitlines(keepends=True)
    damages = {
        "empty": b"",
        "half": content[: len(content) // 2],
        "without its end": content[: -len(b"end\n")],
        "no text": b"\xff\xfe" + content,
        "a pair of one": b"".join([*lines[:5], lines[5].split()[0] + b"\n", *lines[6:]]),
        "a pair of three": b"".join([*lines[:5], lines[5].strip() + b" x\n", *lines[6:]]),
        "letters that are no bytes": b"".join([*lines[:5], "王 は\n".encode(), *lines[6:]]),
        "a token that is not made yet": b"".join([*lines[:5], b"zzz zz\n", *lines[6:]]),
        "a pair twice": b"".join([*lines[:5], *lines[4:]]),
        "a line lost, on which later ones build": b"".join(lines[1:]),
    }
    for what, damaged in damages.items():
        file.write_bytes(damaged)
        token_file._vocabulary.cache_clear()
        assert vocabulary(name, "bpe-512").pieces == good, what
        assert file.read_bytes() == content, f"{what}: it is mended"


def test_a_cache_that_cannot_be_written_costs_time_alone(cache, monkeypatch):
    name = texts.keep(paragraphs())
    monkeypatch.setattr(token_file.os, "replace", lambda *names: (_ for _ in ()).throw(OSError("full")))
    assert len(vocabulary(name, "bpe-512")) > 256
    assert [file.name for file in cache.iterdir()] == ["own"], "and leaves nothing half written behind"


def test_a_text_that_is_gone_is_missing(cache):
    for kind in KINDS:
        with pytest.raises(Missing):
            vocabulary("text-0123456789abcdef", kind)


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_of_a_text_are_its_two_parts(cache, kind):
    name = texts.keep(paragraphs())
    text = tokenized(name, kind)
    learned, kept = split(texts.load(name).passages)
    assert text.vocabulary.decode(text.train) == learned and text.vocabulary.decode(text.held_out) == kept
    assert (text.train_characters, text.held_out_characters) == (len(learned), len(kept))
    assert text.train.dtype == text.held_out.dtype == np.int32
    assert len(text.vocabulary) <= max(KINDS[kind], 256 + token_file.CHARACTERS)


def test_only_characters_that_come_often_have_a_token_and_the_held_out_text_teaches_none(cache):
    passages = [f"{'é' if i < 10 else 'e'}{'ж' if i < 9 else 'x'} {i}" for i in range(50)]
    _, kept = split(passages)
    passages = [p + " 王" * 5 if p + "\n" in kept else p for p in passages]
    words = vocabulary(texts.keep("\n\n".join(passages)), "characters")
    assert [piece.decode() for piece in words.pieces[256:]] == ["é"], "10 times, 9 times, and held out"


# The split --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [10, 37, 99, 100, 499, 500, 5_003])
def test_each_passage_is_in_one_part_and_about_a_tenth_is_held_out(count):
    passages = [f"passage {i}" for i in range(count)]
    learned, kept = (part.splitlines() for part in split(passages))
    assert sorted([*learned, *kept]) == sorted(passages) and not set(learned) & set(kept)
    in_learned = set(learned)
    assert learned == [p for p in passages if p in in_learned], "in their order"
    assert kept and abs(len(kept) - count / 10) <= min(BLOCK, max(1, count / 10))
    numbers = [int(p.split()[1]) for p in kept]
    runs = 1 + sum(b != a + 1 for a, b in pairwise(numbers))
    block = max(1, min(BLOCK, count // 10))
    assert runs == -(-len(kept) // block), "whole blocks"
    if count > 1_000:
        assert runs == 10 and numbers[0] < count / 8 and numbers[-1] > count * 7 / 8, "from all over the text"


SENTENCES = " ".join(f"This is sentence number {i}, is it not?" for i in range(80))
CJK = "".join(f"王は第{i}の歌を歌った。" for i in range(80))


@pytest.mark.parametrize(
    "passages",
    [[SENTENCES], [SENTENCES, "The end."], ["\n".join(f"line {i}" for i in range(100))], ["no sign of an end " * 60],
     ["王は歌を歌い女王はそれを聞いた" * 60], [CJK], [f"{CJK} और {SENTENCES}"]],
    ids=["one paragraph", "two", "lines", "no sentences", "cjk without an end", "cjk without spaces", "mixed"],
)  # fmt: skip
def test_a_text_without_paragraphs_is_split_too(passages):
    learned, kept = split(passages)
    whole, both = (Counter("".join("".join(part).split())) for part in (passages, (learned, kept)))
    assert whole == both, "no sign is lost, none is in both"
    share = len(kept) / (len(learned) + len(kept))
    assert 0.05 < share < 0.15


@pytest.mark.parametrize("passages", [[], [""], ["a"], ["a b"], ["One.", "Two."], [".", "\n"]])
def test_a_text_of_next_to_nothing_is_split_without_an_error(passages):
    learned, kept = split(passages)
    assert Counter("".join((learned + kept).split())) == Counter("".join("".join(passages).split()))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab.!? \n。é", max_size=20), max_size=30))
def test_no_sign_is_lost_or_doubled_by_the_split(passages):
    learned, kept = split(passages)
    assert Counter("".join((learned + kept).split())) == Counter("".join("".join(passages).split()))
    assert len(kept) <= max(40, 0.5 * len(learned))
