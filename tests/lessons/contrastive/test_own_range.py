"""Own pictures at both ends of what the form takes, few of them and many classes: they train, and every act of the lesson is drawn."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from core.analysis import probes
from core.data import own_pictures
from core.data.folder_classes import MOST_CLASSES
from core.data.read_zip import LEAST_PICTURES, read_folder
from core.lessons.contrastive import honesty
from core.maps import honest, service
from core.maps.methods import METHODS
from core.queue import View
from tests.helpers.pages import fine, open_page, words
from tests.helpers.trained import trained

SMALL = {"steps": "40", "batch": "32", "width": "8"}


@pytest.fixture(autouse=True)
def maps_at_once(lab_cache, monkeypatch):
    """Maps are computed on the spot, by the same functions. Probes stop early: that they get to the best weights has tests of its own."""
    monkeypatch.setattr(probes, "ITERATIONS", 3)

    def projection(method, x, *, key=None, retry=False, **settings):
        return View("done", value=METHODS["tsne" if method == "umap" else method].compute(x.numpy())[: len(x)])

    monkeypatch.setattr(service, "projection", projection)


def zipped(count: int, classes: int) -> bytes:
    draw, buffer = np.random.default_rng(count), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i in range(count):
            with archive.open(f"pets/{i % classes}/{i}.png", "w") as file:
                Image.fromarray(draw.integers(0, 256, (9, 9, 3), np.uint8)).save(file, "PNG")
    return buffer.getvalue()


def learned(content: bytes) -> tuple[str, int]:
    """The name of the pictures, after the smallest training on them, and how many are held out."""
    raw = read_folder(content).raw
    name = own_pictures.keep(raw)
    trained("simclr", data=name, **SMALL)
    return name, len(raw.test_x)


@pytest.mark.parametrize(
    ("count", "classes"), [(LEAST_PICTURES, 1), (LEAST_PICTURES, LEAST_PICTURES // 2), (150, 3), (450, MOST_CLASSES)]
)
def test_few_pictures_and_many_classes_train_and_every_act_is_drawn(count, classes):
    name, held_out = learned(zipped(count, classes))
    query = {f"c_{knob}": value for knob, value in SMALL.items()}
    at = fine(open_page("contrastive", c_folder=name, c_method="tsne", c_point="3", c_placed="on", c_perplexity="100", c_neighbors="150", **query))  # fmt: skip
    said = words(at)
    assert "could not be drawn" not in said and not [e for e in at.error if "Collapse" not in e.value]
    for heading in ("How honest is the map?", "Try this"):
        assert heading in {header.value for header in at.header}
    k = honesty.neighbours_of(held_out)
    assert f"of the {k} true neighbours" in said
    assert (f"With {held_out} held-out pictures {k} neighbours are asked for" in said) == (k < honesty.K)
    assert len(at.table) >= 1 and "It looks near, and is far" in {header.value for header in at.subheader}


def test_the_neighbours_that_are_asked_for_follow_the_number_of_pictures():
    assert [honesty.neighbours_of(n) for n in (8, 30, 59, 60, 2_000)] == [2, 7, 14, 15, 15]
    x = torch.randn(8, 5, generator=torch.Generator().manual_seed(0)).numpy()
    for n in range(honesty.FEW, 70):
        points = np.random.default_rng(n).normal(size=(n, 2))
        assert 0 <= honest.trustworthiness(points, points[::-1], honesty.neighbours_of(n)) <= 1, "no k is refused"
    assert honest.trustworthiness(x, x[:, :2], honesty.neighbours_of(8)) <= 1


def test_where_hardly_any_picture_is_held_out_one_sentence_stands_in_the_act(monkeypatch):
    from core.spaces import Space

    monkeypatch.setattr(honesty, "small", lambda record: Space("x", record, "k", (7, 3), lambda: torch.zeros(7, 3)))
    said = []
    monkeypatch.setattr(honesty.st, "info", said.append)
    honesty.show(None)
    assert said == [
        "Only 7 pictures are held out: that is too few to ask what a map keeps of their neighbours. Bring more."
    ]
