"""What is measured of a drawing: ranks and drift in each space, the boundary score; and the rooms that hold chains."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from core import data, spaces
from core.charts.theme import spec
from core.experiments.simclr import comparable
from core.lessons.memory import boundary, chain, charts, eyes, stage
from core.lessons.memory.eyes import Eye
from core.lessons.memory.rooms import HOURS, MOST_DRAWINGS, MOST_ROOMS, Full, Link, Rooms, first_picture, tidy
from tests.helpers.charts import LOOKS, check

needs_fashion = pytest.mark.skipif(not data.available("fashion"), reason="no pictures on this machine")
RAW = Eye("raw", "pixels")


# Eyes -------------------------------------------------------------------------------------------------------------


@needs_fashion
def test_a_picture_drawn_exactly_is_the_nearest_by_every_eye():
    x = eyes.pictures("fashion")
    for number in (0, 7):
        for found in eyes.compare("fashion", number, x[number]):
            assert (found.rank, found.nearest[0]) == (1, number), found.eye.title
            assert found.distance == pytest.approx(0, abs=1e-3)


@needs_fashion
def test_ranks_are_counted_one_by_one():
    x = eyes.pictures("fashion")
    drawing = torch.roll(x[3], 4, dims=2)
    [raw, *others] = eyes.compare("fashion", 3, drawing)
    far = [float(((one.float() - drawing.float()) / 255).square().sum().sqrt()) for one in x]
    assert raw.rank == 1 + sum(d < far[3] for d in far)
    assert list(raw.nearest) == sorted(range(len(far)), key=far.__getitem__)[: eyes.NEAREST]
    mean = np.mean([float((x[i].float() - x[j].float()).norm()) / 255 for i in range(40) for j in range(i)])
    assert raw.distance == pytest.approx(far[3] / mean, rel=0.1)
    assert {one.eye.name for one in others} <= set(eyes.NETWORKS)


@needs_fashion
def test_an_eye_sees_what_other_lessons_see():
    x = eyes.pictures("fashion")[:20]
    for eye in eyes.eyes("fashion"):
        z = eyes.seen(eye, x)
        torch.testing.assert_close(eyes.gallery(eye, "fashion")[:20], z, atol=1e-4, rtol=1e-4)
        if eye.name == "simclr":
            torch.testing.assert_close(z, comparable("h", spaces.embeddings(eye.record)[0][:20]), atol=1e-4, rtol=1e-4)
        if eye.name == "raw":
            torch.testing.assert_close(z, x.flatten(1).float() / 255)


@needs_fashion
def test_a_chain_of_the_same_drawing_does_not_drift_and_noise_is_far():
    x = eyes.pictures("fashion")
    g = torch.Generator().manual_seed(0)
    noise = torch.randint(0, 256, x[0].shape, generator=g, dtype=torch.uint8)
    for eye, distances in eyes.drift("fashion", x[0], [x[0], x[1], noise]):
        assert distances[0] == pytest.approx(0, abs=1e-3), eye.title
        assert 0.1 < distances[1] < 3, eye.title
    [(eye, raw), *_] = eyes.drift("fashion", x[0], [noise])
    assert eye.name == "raw" and raw[0] > 1


# The boundary -----------------------------------------------------------------------------------------------------


def square(edge: int, ground: int = 0, side: int = 32) -> np.ndarray:
    """A square of this edge in the middle, uint8 (side, side, 3)."""
    picture = np.full((side, side, 3), ground, np.uint8)
    at = (side - edge) // 2
    picture[at : at + edge, at : at + edge] = 255 - ground
    return picture


@pytest.mark.parametrize("ground", [0, 255])
def test_the_score_is_the_ratio_of_the_boxes_edges(ground):
    assert boundary.size(square(16, ground)) == 0.5
    assert boundary.score(square(16, ground), square(8, ground)) == 1
    assert boundary.score(square(8, ground), square(16, ground)) == -1
    assert boundary.score(square(8, ground), square(8, ground)) == 0


def test_an_empty_drawing_has_no_score():
    empty = np.zeros((32, 32, 3), np.uint8)
    assert (
        boundary.size(empty) is None
        and boundary.score(square(8), empty) is None
        and boundary.score(empty, square(8)) is None
    )


def test_the_score_in_words():
    assert "50% smaller" in boundary.said(1.0) and "extension" in boundary.said(1.0)
    assert "100% larger" in boundary.said(-1.0) and "contraction" in boundary.said(-1.0)
    assert "neither" in boundary.said(0.01) and "neither" in boundary.said(-0.01)
    scores = {"a": ("object", 0.5), "b": ("scene", -0.2), "c": ("object", 0.1)}
    assert boundary.summary(scores) == "+0.30 over 2 objects, −0.20 over 1 scene"


def test_a_scene_is_an_emoji_of_a_place():
    assert stage.kind("openmoji", 110) == "scene"
    assert stage.kind("fashion", 110) == stage.kind("openmoji", 0) == "object"


# Rooms ------------------------------------------------------------------------------------------------------------


def picture(value: int) -> np.ndarray:
    return np.full((4, 4, 1), value, np.uint8)


def test_a_chain_keeps_its_order_and_its_own_pixels():
    rooms = Rooms()
    drawn = picture(1)
    assert rooms.add("a", drawn, 0) == 1
    drawn[:] = 9
    assert rooms.add("a", picture(2), 1) == 2 and rooms.add("b", picture(3), 0) == 1
    assert [(int(link.pixels[0, 0, 0]), link.of) for link in rooms.links("a")] == [(1, 0), (2, 1)]
    with pytest.raises(ValueError, match="read-only"):
        rooms.links("a")[0].pixels[0] = 5
    rooms.clear("a")
    assert rooms.links("a") == () and len(rooms.links("b")) == 1
    rooms.clear("nobody")


def test_rooms_are_bounded_and_the_one_used_last_stays():
    rooms = Rooms()
    for i in range(MOST_ROOMS):
        rooms.add(str(i), picture(1), 0)
    rooms.add("0", picture(1), 1)
    rooms.add("new", picture(1), 0)
    assert rooms.links("1") == () and len(rooms.links("0")) == 2 and len(rooms.links("new")) == 1
    for _ in range(MOST_DRAWINGS - 1):
        rooms.add("new", picture(1), 0)
    with pytest.raises(Full, match=f"{MOST_DRAWINGS} drawings"):
        rooms.add("new", picture(1), 0)
    assert len(rooms.links("new")) == MOST_DRAWINGS


def test_a_room_that_nobody_uses_is_gone_after_some_hours():
    now = [0.0]
    rooms = Rooms(lambda: now[0])
    rooms.add("a", picture(1), 0)
    now[0] = 3600 * HOURS - 1
    assert len(rooms.links("a")) == 1
    now[0] += 2
    assert rooms.links("a") == ()


def test_many_who_draw_at_once_lose_nothing():
    rooms = Rooms()
    threads = [threading.Thread(target=rooms.add, args=("a", picture(i), 0)) for i in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(link.pixels[0, 0, 0]) for link in rooms.links("a")) == list(range(30))


def test_a_rooms_name_is_tidied_and_gives_everybody_the_same_picture():
    assert tidy(" Row 3! ") == "row3" and tidy("<script>" * 9) == "scriptscript" and tidy("…") == ""
    assert first_picture("row3", 484) == first_picture("row3", 484)
    assert len({first_picture(f"row{i}", 484) for i in range(50)}) > 40


# The chart --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark big"])
@pytest.mark.parametrize("count", [1, 2, 40])
def test_the_chart_of_the_drift(look, count):
    rows = [
        {"drawing": i + 1, "way": way, "distance": 0.5 + i / 40}
        for way in ("pixels", "a network")
        for i in range(count)
    ]
    made = spec(charts.drift, rows, look)
    check(made)
    assert len(made["description"]) > 40


@needs_fashion
def test_the_heading_is_the_last_drawings_distance():
    x = eyes.pictures("fashion").permute(0, 2, 3, 1).numpy()
    rows = chain.chain_rows(x[0], (Link(x[1], 0), Link(x[0], 1)))
    assert {row["drawing"] for row in rows} == {1, 2}
    said = chain.heading(rows)
    assert said.startswith("Measured: drawing 2 lies 0.00 by pixels") and said.endswith("from the picture")
