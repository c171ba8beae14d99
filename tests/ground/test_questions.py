"""The sets that judge word vectors: what stands in them, where they are found, and what is passed over."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.data import glove, questions, relations
from core.data.questions import analogy_set, analogy_sets, similarity_set, similarity_sets

WITH_GENSIM = pytest.mark.skipif(find_spec("gensim") is None, reason="the published sets come with gensim")
WITH_GLOVE = pytest.mark.skipif(not glove.available(), reason=glove.HOW_TO_GET)


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """A machine without gensim, and an empty cache folder for data."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    monkeypatch.setattr(questions, "find_spec", lambda name: None)
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@WITH_GENSIM
def test_the_published_sets_are_read_whole_and_in_lower_case():
    google = analogy_sets()[0]
    assert google.name == "google" and len(google.categories) == 14
    assert sum(map(len, google.categories.values())) == 19_544
    assert google.categories["capital-common-countries"][0] == ("athens", "greece", "baghdad", "iraq")
    sets = {one.name: one for one in similarity_sets()}
    assert list(sets) == ["wordsim353", "simlex999", "own"]
    assert len(sets["wordsim353"].rows) == 353 and len(sets["simlex999"].rows) == 999
    assert sets["wordsim353"].rows[1] == ("tiger", "cat", 7.35)
    assert sets["simlex999"].rows[0] == ("old", "new", 1.58)
    assert all(a == a.lower() and b == b.lower() for a, b, _ in sets["wordsim353"].rows)


@WITH_GENSIM
def test_gensim_is_found_but_not_imported():
    code = "import sys; from core.data import questions as q; print(len(q.analogy_sets())); assert 'gensim' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr


def test_a_machine_without_the_published_sets_has_those_made_here(cache):
    assert [one.name for one in analogy_sets()] == ["own"]
    assert [one.name for one in similarity_sets()] == ["own"]
    with pytest.raises(KeyError):
        analogy_set("google")
    with pytest.raises(KeyError):
        similarity_set("simlex999")


def test_own_questions_are_every_pair_with_every_other():
    own = analogy_set("own").categories
    assert len(own) == len(relations.RELATIONS)
    for relation in relations.RELATIONS:
        made, n = own[relation.title], len(relation.pairs)
        assert len(made) == len(set(made)) == n * (n - 1)
        assert {q[:2] for q in made} == {q[2:] for q in made} == set(relation.pairs)
        assert all(q[:2] != q[2:] for q in made)


def test_own_judgements_lie_from_0_to_10_and_name_no_pair_twice():
    rows = similarity_set("own").rows
    assert len({frozenset(row[:2]) for row in rows}) == len(rows) >= 40
    assert all(0 <= score <= 10 and a != b for a, b, score in rows)
    assert similarity_set("own").title.startswith(f"A small set of {len(rows)} pairs")


def test_files_in_the_cache_are_used_and_malformed_lines_passed_over(cache):
    (cache / "questions-words.txt").write_bytes(
        b"early bird too soon\n: Good\nA B C D\nthree words only\none two three four five\n\n:\nno category here either\n"
        b": empty\n: good\ne f g \xff\n"
    )
    (cache / "wordsim353.tsv").write_text(
        "# x\ty\t1\nA\tb\t2.5\nc\td\nc\td\tmuch\nc\td\tnan\n\te\t1\ne\tf\t3\t4\ng\th\t-1\n"
    )
    assert analogy_set("google").categories == {"good": [("a", "b", "c", "d"), ("e", "f", "g", "�")]}
    assert [one.name for one in similarity_sets()] == ["wordsim353", "own"]
    assert similarity_set("wordsim353").rows == [("a", "b", 2.5), ("g", "h", -1.0)]


def test_a_file_without_a_good_line_counts_as_absent_and_a_changed_one_is_read_again(cache):
    file = cache / "questions-words.txt"
    file.write_text("nothing of use")
    assert [one.name for one in analogy_sets()] == ["own"]
    file.write_text(": a\n1 2 3 4\n")
    assert analogy_set("google").categories == {"a": [("1", "2", "3", "4")]}
    file.write_text(": b\n1 2 3 4\n5 6 7 8\n")
    assert list(analogy_set("google").categories) == ["b"]


def test_gensims_file_goes_before_that_in_the_cache(cache, tmp_path, monkeypatch):
    package = tmp_path / "gensim"
    (package / "test" / "test_data").mkdir(parents=True)
    monkeypatch.setattr(
        questions, "find_spec", lambda name: type("Spec", (), {"submodule_search_locations": [package]})
    )
    (cache / "questions-words.txt").write_text(": cache\n1 2 3 4\n")
    assert list(analogy_set("google").categories) == ["cache"]
    (package / "test" / "test_data" / "questions-words.txt").write_text(": gensim\n1 2 3 4\n")
    assert list(analogy_set("google").categories) == ["gensim"]


@pytest.mark.parametrize("fault", ["a folder", "too large", "no spec"])
def test_nothing_on_disk_raises(cache, monkeypatch, fault):
    file = cache / "questions-words.txt"
    if fault == "a folder":
        file.mkdir()
    elif fault == "too large":
        file.write_text(": a\n1 2 3 4\n")
        os.truncate(file, questions.MOST_BYTES + 1)
    else:
        monkeypatch.setattr(questions, "find_spec", lambda name: (_ for _ in ()).throw(ValueError("__spec__ is None")))
    assert [one.name for one in analogy_sets()] == ["own"]


# The word lists ---------------------------------------------------------------------------------------------------


def every_word() -> list[str]:
    pairs = [word for relation in relations.RELATIONS for pair in relation.pairs for word in pair]
    groups = [word for group in relations.GROUPS for word in group.words]
    axes = [word for axis in relations.AXES for word in (*axis.low, *axis.high, *axis.words)]
    return [*pairs, *groups, *axes, *relations.OCCUPATIONS]


def test_words_are_single_and_lower_case():
    assert [word for word in every_word() if not (word.isascii() and word.isalpha() and word.islower())] == []


@pytest.mark.parametrize("relation", relations.RELATIONS, ids=lambda one: one.name)
def test_no_word_stands_twice_in_a_relation(relation):
    words = [word for pair in relation.pairs for word in pair]
    assert [word for word in words if words.count(word) > 1] == []
    assert 12 <= len(relation.pairs) <= 25 and relation.kind in ("meaning", "grammar")
    assert relations.relation(relation.name) is relation


def test_names_are_unique_and_arrows_join_words_of_their_group():
    for records in (relations.RELATIONS, relations.GROUPS, relations.AXES):
        assert len({one.name for one in records}) == len({one.title for one in records}) == len(records)
    for group in relations.GROUPS:
        assert len(set(group.words)) == len(group.words)
        assert {word for arrow in group.arrows for word in arrow} <= set(group.words)
    for axis in relations.AXES:
        assert not {*axis.low, *axis.high} & set(axis.words)
    with pytest.raises(KeyError):
        relations.relation("nothing")


@WITH_GLOVE
def test_nearly_all_words_are_among_the_first_30_000_of_glove():
    first = set(glove.load(30_000)[0])
    rare = {word for word in every_word() if word not in first}
    assert rare <= {"kitten", "foal", "duckling", "fawn", "gosling", "oxen"}
