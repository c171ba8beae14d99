"""A person's own picture on a page: taken, taken in part and said so, or refused with one sentence."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.ui import pictures


def script() -> None:
    import streamlit as st

    from core.ui import pictures
    from core.ui.links import Table

    links = pictures.declare(Table("p"))
    st.text(pictures.choose(links, "shapes").about)


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def page() -> AppTest:
    at = AppTest.from_function(script, default_timeout=120)
    at.query_params["p_from"] = "own"
    return fine(at.run())


def fine(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def bring(at: AppTest, content: bytes) -> AppTest:
    at.file_uploader[0].set_value(("IMG_1.jpg", content, "image/jpeg"))
    return fine(at.run())


def said(at: AppTest) -> tuple[list[str], list[str]]:
    return [w.value for w in at.warning], [e.value for e in at.error]


def test_a_whole_picture_is_taken_without_a_word(jpeg):
    at = bring(page(), jpeg)
    assert at.text[0].value.startswith("Your picture") and said(at) == ([], [])


def test_a_picture_that_ends_too_early_is_taken_and_that_is_said(jpeg):
    at = bring(page(), jpeg[: len(jpeg) * 9 // 10])
    assert at.text[0].value.startswith("Your picture") and said(at) == ([pictures.CUT], [])
    at = bring(at, jpeg)
    assert said(at) == ([], []), "the next one is whole"


def test_what_is_no_picture_is_one_sentence_and_the_last_one_stays(jpeg):
    at = bring(bring(page(), jpeg), b"no picture")
    warnings, errors = said(at)
    assert at.text[0].value.startswith("Your picture") and not warnings and len(errors) == 1
