"""The control with which a person brings pictures: what it takes, what it says, and how one leaves them again."""

from __future__ import annotations

import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.data import images, own_pictures

P = "c"


def script() -> None:
    import streamlit as st

    from core.ui import notes
    from core.ui.links import Table
    from core.ui.own import pictures as own_folder

    table = Table("c")
    folder = own_folder.declare(table)
    own_folder.own_folder(folder)
    st.text(f"chosen: {own_folder.chosen_folder(folder)}")
    for sentence in notes.take("c"):
        st.info(sentence)
    st.button("Reset", key="reset", on_click=table.reset)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_CACHE", str(tmp_path))
    images._load.cache_clear()
    yield tmp_path / "data" / "own"
    images._load.cache_clear()


def page(**query: str) -> AppTest:
    at = AppTest.from_function(script, default_timeout=30)
    for name, value in query.items():
        at.query_params[name] = value
    return fine(at.run())


def fine(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def pictures(names: list[str], seed: int = 0) -> bytes:
    draw, buffer = np.random.default_rng(seed), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            with archive.open(name, "w") as file:
                Image.fromarray(draw.integers(0, 256, (9, 9, 3), np.uint8)).save(file, "PNG")
    return buffer.getvalue()


PETS = pictures(
    [f"pets/{('cats', '*dogs* <b>$1')[i % 2]}/{i}.png" for i in range(44)] + ["pets/1/x.png", "pets/2/x.png"]
)


def bring(at: AppTest, content: bytes) -> AppTest:
    at.file_uploader[0].set_value(("pictures.zip", content, "application/zip"))
    return fine(at.run())


def chosen(at: AppTest) -> str:
    return at.text[-1].value.removeprefix("chosen: ")


def in_use(at: AppTest) -> str | None:
    return at.text[0].value if len(at.text) > 1 else None


def said(at: AppTest) -> list[str]:
    """What the upload had to say about the pictures in use: as text, because it names files."""
    return [text.value for text in at.text[1:-1]]


def captions(at: AppTest) -> list[str]:
    return [caption.value for caption in at.caption]


def test_nothing_is_chosen_before_anything_was_brought(cache):
    at = page()
    assert chosen(at) == "None" and not at.error and not at.info and len(at.button) == 1
    assert len(captions(at)) == 1 and "kept on this server" in captions(at)[0]
    assert not cache.exists()


def test_pictures_that_were_brought_are_in_the_link_and_in_use():
    at = bring(page(), PETS)
    name = chosen(at)
    assert own_pictures.OWN.fullmatch(name) and at.query_params["c_folder"] in (name, [name])
    assert own_pictures.read(name).classes == ("*dogs* <b>$1", "1", "2", "cats")
    assert in_use(at) == (
        "In use: 46 pictures of yours, of which 8 are held out; 4 classes: *dogs* <b>$1, 1, 2, cats."
    ), "as text, so a folder's name is no Markdown and no HTML"
    assert said(at) == ["Of 2 classes no picture is held out, because there are too few."]
    assert said(fine(at.run())) == said(at) and len(captions(at)) == 1, "it stays"
    assert not at.error and not at.info


def test_who_opens_the_link_has_the_same_pictures_without_the_notes_of_the_upload():
    name = chosen(bring(page(), PETS))
    images._load.cache_clear()
    at = page(c_folder=name)
    assert chosen(at) == name and said(at) == [] and "46 pictures of yours" in in_use(at)


def test_no_classes_are_said_and_many_are_not_all_named():
    at = bring(page(), pictures([f"{i}.png" for i in range(40)]))
    assert in_use(at) == "In use: 40 pictures of yours, of which 8 are held out; no classes."
    at = bring(at, pictures([f"{i % 8}/{i}.png" for i in range(80)], seed=1))
    assert in_use(at).endswith("; 8 classes: 0, 1, 2, 3, 4, 5 and others.")


@pytest.mark.parametrize("way", ["leave", "Reset"])
def test_one_can_leave_the_pictures_and_they_do_not_come_back_by_themselves(way):
    at = bring(page(), PETS)
    name = chosen(at)
    next(b for b in at.button if b.key == ("reset" if way == "Reset" else "c_folder_leave")).click()
    for _ in range(2):
        fine(at.run())
        assert chosen(at) == "None" and "c_folder" not in at.query_params and in_use(at) is None
    assert own_pictures.exists(name), "a link that somebody has still works"
    assert chosen(bring(at, PETS)) == name


def test_what_cannot_be_used_is_one_sentence_in_its_place():
    at = bring(page(), b"PK\x03\x04 <b>broken</b>")
    assert [e.value for e in at.error] == ["The zip is damaged or cut off: make it again."]
    assert chosen(at) == "None" and "c_folder" not in at.query_params
    assert len(fine(at.run()).error) == 1, "it stays until there is another file"
    at = bring(at, pictures(["a.png"]))
    assert re.search("has 1 different picture ", at.error[0].value) and len(at.error) == 1
    at = bring(at, PETS)
    assert not at.error and chosen(at) != "None"


def test_an_error_leaves_the_pictures_in_use_alone():
    at = bring(page(), PETS)
    name = chosen(at)
    at = bring(at, b"no zip")
    assert len(at.error) == 1 and chosen(at) == name and "46 pictures" in in_use(at)


def test_a_server_that_cannot_keep_them_says_so(cache):
    cache.parent.mkdir(parents=True)
    cache.write_text("a file in the place of the folder")
    at = bring(page(), PETS)
    assert len(at.error) == 1 and at.error[0].value.startswith("The server's folder cannot be written")
    assert chosen(at) == "None"


GONE = (
    "../../../etc/passwd",
    "pictures-" + "0" * 32,
    "pictures-" + "ABCDEF0123456789" * 2,
    "fashion",
    "none",
    "",
    "<b>x</b>",
    "x" * 999,
)


@pytest.mark.parametrize("name", GONE)
def test_a_link_to_pictures_that_are_not_there_is_one_sentence(name):
    at = page(c_folder=name)
    assert [e.value for e in at.info] == ["The pictures of this link are no longer on this server: bring them again."]
    assert chosen(at) == "None" and not at.error and "c_folder" not in at.query_params
    assert not fine(at.run()).info, "said once"


def test_a_link_with_a_name_of_an_older_version_says_so(cache):
    cache.mkdir(parents=True)
    (cache / f"pictures-{'0' * 16}.safetensors").write_bytes(b"")
    at = page(c_folder="pictures-" + "0" * 16)
    assert [e.value for e in at.info] == [
        "The link is of an older version, whose names of own pictures could be guessed: bring them again for a new link."
    ]
    assert chosen(at) == "None" and not at.error


def test_damaged_pictures_are_as_good_as_gone(cache):
    name = chosen(bring(page(), PETS))
    images._load.cache_clear()
    (cache / f"{name}.safetensors").write_bytes(b"damaged")
    at = page(c_folder=name)
    assert chosen(at) == "None" and len(at.info) == 1 and not at.error
    assert chosen(bring(at, PETS)) == name and images.load(name).classes[1] == "1"
