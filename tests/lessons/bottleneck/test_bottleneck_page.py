"""The lesson "Bottleneck" in AppTest: all that it shows is computed once more here, from the weights and the record."""

from __future__ import annotations

import base64
import dataclasses
import re
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.analysis import codes
from core.analysis.intervals import UNKNOWN
from core.charts.written import number
from core.data.read_picture import pack
from core.experiments.autoencoder import SIZES
from core.lessons.bottleneck import between, inventing, numbers
from core.lessons.bottleneck.choose import OnStage
from core.lessons.bottleneck.measured import against_pca, answer
from core.queue import View
from core.rng import generator
from core.store import artefacts
from core.store.record import MODEL
from core.ui import maps
from tests.helpers import promises
from tests.helpers.pages import DAMAGES, buttons, component, fine, open_page, options, pick, press, words
from tests.helpers.pictures import (
    apart,
    as_bytes,
    drawing,
    galleries,
    message,
    on_pad,
    png,
    same,
    tile,
    trained,
)

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not any(map(data.available, data.names())), reason="no pictures on this machine"),
]

MODES = ("walk", "numbers", "between", "new", "draw")
SOME_SIZES = (1, 2, 32)


def the_map(at: AppTest, view: str = "plane") -> dict[str, Any]:
    return component(at, f"b_map/[^/]+/{view}")


def placed(shown: dict[str, Any]) -> list[float]:
    """Where the cross-hair stands."""
    return [shown["held"]["value"][axis] for axis in ("x", "y")]


def moved_by_hand(at: AppTest, shown: dict[str, Any], x: float, y: float) -> None:
    """What the browser sends after a gesture on the map."""
    message = {"value": {"x": x, "y": y}, "puts": shown["held"]["puts"], "stamp": "hand-1"}
    at.session_state[shown["mounted as"]] = {"held": message}


def encoded(model: Any, size: int, x: torch.Tensor) -> torch.Tensor:
    """x: uint8 (N, C, side, side)."""
    return model.encode(x.float() / 255, model.at(size))[0]


def decoded(model: Any, z: torch.Tensor) -> np.ndarray:
    return as_bytes(model.decode([z], model.at(z.shape[1]))[0])


def nearest(query: torch.Tensor, points: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Mean squared distance to the nearest point, and which one it is, for each query: |q|^2 + |p|^2 - 2qp in float64."""
    q, p = query.double().flatten(1), points.double().flatten(1)
    squared = q.square().sum(dim=1)[:, None] + p.square().sum(dim=1) - 2 * q @ p.T
    found = (squared / q.shape[1]).min(dim=1)
    return found.values.numpy(), found.indices.numpy()


def charts(at: AppTest) -> dict[str, bytes]:
    """Key -> all that the browser gets of each chart."""
    return {e.proto.id.rpartition("-")[2]: e.proto.SerializeToString() for e in at.get("vega_lite_chart")}


# The stage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", data.names())
def test_every_way_through_the_space_opens(name, mode):
    trained("autoencoder", data=name)
    at = fine(open_page("bottleneck", b_data=name, b_do=mode))
    for size in SOME_SIZES if name == "fashion" else SOME_SIZES[-1:]:
        pick(at, "b_size", size)
        assert not at.error
        assert f"Inside {size} number" in "".join(e.value for e in at.header)
        assert at.session_state["b_do"] == mode


@pytest.mark.parametrize("name", data.names())
def test_the_rows_are_what_the_networks_draw(name):
    record, model = trained("autoencoder", data=name)
    images = data.load(name)
    at = fine(open_page("bottleneck", b_data=name, b_picture="37", b_size="8"))
    rows = {row.name: row for row in galleries(at)[0]}
    assert list(rows) == ["original", "PCA 8", *(f"{m} number{'s' if m > 1 else ''}" for m in SIZES)]
    x = images.test_x[37:42]
    same(rows["original"].pictures, x.permute(0, 2, 3, 1).numpy(), off=0)
    flat = x.flatten(1).float() / 255 - model.pca_mean
    linear = flat @ model.pca_components[:8].T @ model.pca_components[:8] + model.pca_mean
    same(rows["PCA 8"].pictures, as_bytes(linear.view(x.shape)))
    assert rows["PCA 8"].note == number(record.metrics["pca_mse"]["8"])
    for m, row in zip(SIZES, list(rows.values())[2:], strict=True):
        same(row.pictures, decoded(model, encoded(model, m, x)))
        assert row.note == number(record.metrics["test_mse"][str(m)])
        assert row.marked == (m == 8)


@pytest.mark.parametrize("name", data.names())
def test_the_held_out_errors_of_the_record_are_those_of_the_weights(name):
    record, model = trained("autoencoder", data=name)
    x = data.load(name).test_x.float() / 255
    for m in (2, 32):
        which = model.at(m)
        errors = [
            (model.decode(model.encode(part, which), which)[0] - part).square().flatten(1).mean(dim=1)
            for part in x.split(500)
        ]
        assert record.metrics["test_mse"][str(m)] == pytest.approx(float(torch.cat(errors).mean()), rel=1e-3)
        flat = x.flatten(1)
        again = model.pca_mean + (flat - model.pca_mean) @ model.pca_components[:m].T @ model.pca_components[:m]
        left = flat - again.clamp(0, 1)  # in the range of pictures, as it is drawn
        assert record.metrics["pca_mse"][str(m)] == pytest.approx(float(left.square().mean()), rel=1e-3)


def test_some_of_the_sizes_are_taken_from_the_network_of_all_sizes():
    record, model = trained("autoencoder")
    at = fine(open_page("bottleneck", b_sizes="2-8"))
    rows = galleries(at)[0]
    assert [row.name for row in rows] == ["original", "PCA 2", "2 numbers", "8 numbers"]
    for m, row in zip((2, 8), rows[2:], strict=True):
        same(row.pictures, decoded(model, encoded(model, m, data.load("fashion").test_x[:5])))
        assert row.note == number(record.metrics["test_mse"][str(m)])
    assert options(at, "b_size") == ["2", "8"]
    assert {key for key in buttons(at) if key.startswith("b_guess_")} == {"b_guess_2", "b_guess_8", "b_guess_none"}
    assert at.query_params["b_sizes"] == "2-8"
    alone = fine(open_page("bottleneck", b_sizes="64", b_guess="64"))
    assert [row.name for row in galleries(alone)[0]] == ["original", "PCA 64", "64 numbers"]
    assert options(alone, "b_size") == ["64"]


# The space of codes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SOME_SIZES)
def test_the_map_draws_the_place(size):
    """The picture's own code, the code in the link, and the place of a click."""
    _, model = trained("autoencoder")
    images = data.load("fashion")
    held_out = encoded(model, size, images.test_x[:1500])

    def check(at: AppTest, z: torch.Tensor) -> None:
        shown = the_map(at)
        same(tile(shown, 0), decoded(model, z[None])[0])
        _, [near] = nearest(z[None], held_out)
        same(tile(shown, 1), images.test_x[near].permute(1, 2, 0).numpy(), off=0)
        assert shown["tiles"][1]["note"] == images.classes[int(images.test_y[near])]
        for value in z[:4].tolist():
            assert f"{value:.2f}" in shown["tiles"][0]["note"]

    at = fine(open_page("bottleneck", b_size=str(size), b_picture="3"))
    own = encoded(model, size, images.test_x[3:4])[0]
    check(at, own)
    assert "b_z" not in at.query_params

    linked = own.clone()
    linked[0] += held_out[:, 0].std()
    text = "3:" + ",".join(f"{value:.6g}" for value in linked.tolist())
    check(fine(open_page("bottleneck", b_size=str(size), b_picture="3", b_z=text)), linked)

    shown = the_map(at)
    x, y = placed(shown)
    x += 0.7 * float(held_out[:, 0].std())
    moved_by_hand(at, shown, x, y)
    fine(at.run())
    assert placed(the_map(at)) == pytest.approx([x, y], abs=0.02 * abs(x) + 0.01)
    kept = at.query_params["b_z"]
    z = torch.tensor([float(value) for value in kept.removeprefix("3:").split(",")])
    if size <= 2:
        assert z.tolist() == pytest.approx([x, y][:size], rel=0.006, abs=0.006)
    else:  # a step in the plane: along its two directions and no other
        space = codes.code_space(model, size, images.train_x[:10_000], images.test_x[:1500])
        assert space.place(z[None])[0].tolist() == pytest.approx([x, y], abs=0.02 * abs(x) + 0.05)
        step = z - own
        assert float((step - step @ space.axes.T @ space.axes).norm()) < 0.02 * float(own.norm())
    check(at, z)
    check(fine(open_page("bottleneck", b_size=str(size), b_picture="3", b_z=kept)), z)


def test_a_click_on_the_umap_takes_the_nearest_held_out_code(monkeypatch):
    """A map that is there, one that is on its way, and one that failed."""
    _, model = trained("autoencoder")
    points = np.random.default_rng(0).normal(size=(1500, 2)).astype(np.float32)
    answer = {"now": View("running", message="The map is being computed."), "retried": []}

    def projection(method, x, *, key, retry=False, **settings):
        assert method == "umap" and x.shape == (1500, 32)
        answer["retried"].append(retry)
        return answer["now"]

    monkeypatch.setattr(maps.service, "projection", projection)
    at = fine(open_page("bottleneck", b_size="32", b_view="umap"))
    assert [note.value for note in at.info if "The map is being computed." in note.value]
    assert not [e for e in at.get("bidi_component") if e.key.startswith("b_map")]

    answer["now"] = View("failed", message="The map could not be computed.")
    fine(at.run())
    assert [error.value for error in at.error] == ["The map could not be computed."]
    answer["retried"].clear()
    press(at, "b_umap_retry")
    assert answer["retried"].count(True) == 1

    answer["now"] = View("done", points)
    fine(at.run())
    shown = the_map(at, "umap")
    assert placed(shown) == pytest.approx(points[0].tolist(), abs=1e-4), "the first held-out picture itself"
    moved_by_hand(at, shown, 0.3, -0.4)
    fine(at.run())
    index = int(np.square(points - [0.3, -0.4]).sum(axis=1).argmin())
    images = data.load("fashion")
    shown = the_map(at, "umap")
    same(
        tile(shown, 0), decoded(model, encoded(model, 32, images.test_x[index : index + 1]))[0], off=6
    )  # of 3 digits each
    same(tile(shown, 1), images.test_x[index].permute(1, 2, 0).numpy(), off=0)


def images_of(at: AppTest, kind: str) -> list[np.ndarray]:
    bodies = "".join(e.proto.body for e in at.get("html"))
    return [png(uri) for uri in re.findall(rf'<img class="{kind}" src="(.*?)" alt=".+?">', bodies)]


@pytest.mark.parametrize("size", SOME_SIZES)
def test_each_strip_changes_one_number_and_its_slider_too(size):
    _, model = trained("autoencoder")
    images = data.load("fashion")
    own = encoded(model, size, images.test_x[:1])[0]
    all_codes = encoded(model, size, images.train_x[:10_000])
    mean, std = all_codes.mean(dim=0), all_codes.std(dim=0)
    at = fine(open_page("bottleneck", b_do="numbers", b_size=str(size)))

    def check(z: torch.Tensor, dimensions: list[int]) -> None:
        same(images_of(at, "ll-big")[0], decoded(model, z[None])[0])
        strips = images_of(at, "ll-strip")
        assert len(strips) == len(at.slider) == len(dimensions)
        for strip, slider, dimension in zip(strips, at.slider, dimensions, strict=True):
            assert slider.label == f"Dimension {dimension + 1}"
            where = float((z[dimension] - mean[dimension]) / std[dimension])
            assert slider.value == pytest.approx(min(max(where, -3), 3), abs=0.07)
            frames = z.repeat(numbers.FRAMES, 1)
            frames[:, dimension] = mean[dimension] + torch.linspace(-3, 3, numbers.FRAMES) * std[dimension]
            same(apart(strip), decoded(model, frames))

    by_spread = [int(slider.label.removeprefix("Dimension ")) - 1 for slider in at.slider]
    largest = std.sort(descending=True).values[:8].tolist()
    assert sorted(std[by_spread].tolist(), reverse=True) == pytest.approx(largest, rel=1e-4)
    check(own, by_spread)
    slider = at.slider[0]
    slider.set_value(2.0 if slider.value < 1 else -2.0).run()
    target = at.slider[0].value
    moved = own.clone()
    moved[by_spread[0]] = mean[by_spread[0]] + target * std[by_spread[0]]
    kept = fine(at).query_params["b_z"]
    z = torch.tensor([float(value) for value in kept.removeprefix("0:").split(",")])
    assert z.tolist() == pytest.approx(moved.tolist(), rel=0.006, abs=1e-4)
    check(z, by_spread)
    other = fine(open_page("bottleneck", b_do="numbers", b_size=str(size), b_z=kept))
    assert np.array_equal(images_of(other, "ll-big")[0], images_of(at, "ll-big")[0])
    assert [s.value for s in other.slider] == pytest.approx([s.value for s in at.slider], abs=0.11)
    if size > 8:
        fine(at.select_slider(key="b_dims").set_value(3).run())
        by_spread = [int(slider.label.removeprefix("Dimension ")) - 1 for slider in at.slider]
        assert std[by_spread].max() <= std.sort(descending=True).values[24] * 1.001
        check(z, by_spread)
    press(at, "b_let_go")
    assert "b_z" not in at.query_params
    check(own, by_spread)


@pytest.mark.parametrize("name", ["fashion", "openmoji"])
def test_between_two_pictures_lie_straight_lines(name):
    _, model = trained("autoencoder", data=name)
    images = data.load(name)
    at = fine(open_page("bottleneck", b_data=name, b_do="between", b_size="32", b_picture="5", b_end="11"))
    by_code, by_pixel = galleries(at)[1]
    x = images.test_x[[5, 11]]
    t = torch.linspace(0, 1, between.FRAMES)[:, None]
    start, end = encoded(model, 32, x)
    same(by_code.pictures, decoded(model, (1 - t) * start + t * end))
    pixels = [(1 - t[:, :, None, None]) * x[0] + t[:, :, None, None] * x[1]]
    same(by_pixel.pictures, torch.cat(pixels).round().byte().permute(0, 2, 3, 1).numpy())
    same(by_pixel.pictures[[0, -1]], x.permute(0, 2, 3, 1).numpy(), off=0)

    middle = between.FRAMES // 2
    channels = images.channels
    half = [
        torch.from_numpy(row.pictures[[middle], ..., :channels].copy()).permute(0, 3, 1, 2) / 255
        for row in (by_code, by_pixel)
    ]
    found, _ = nearest(torch.cat(half), images.train_x[:4000] / 255)
    [said] = [c.value for c in at.caption if "Half-way" in c.value]
    assert [float(v) for v in re.findall(r"\b0\.\d{4}\b", said)] == pytest.approx(found.tolist(), abs=6e-5)
    assert ("no closer to" in said) == (found[0] >= found[1])
    for index in (5, 11):
        what = (
            images.captions[len(images.train_x) + index]
            if images.captions
            else images.classes[int(images.test_y[index])]
        )
        assert what in said

    fine(at.number_input(key="b_end").set_value(5).run())
    row = galleries(at)[1][0]
    assert (row.pictures == row.pictures[0]).all(), "between a picture and itself nothing changes"


def test_new_pictures_are_samples_in_order_of_their_distance():
    _, model = trained("autoencoder")
    images = data.load("fashion")
    train = images.train_x[:4000] / 255

    def shown(**query: str) -> tuple[np.ndarray, np.ndarray, list[float]]:
        at = fine(open_page("bottleneck", b_do="new", b_size="32", **query))
        pictures = np.concatenate([row.pictures for row in galleries(at)[1]])
        assert len(pictures) == inventing.COUNT
        gray = torch.from_numpy(pictures[..., :1].copy()).permute(0, 3, 1, 2) / 255
        distances, _ = nearest(gray, train)
        [said] = [m.value for m in at.markdown if "drawn again, lies" in m.value]
        return pictures, distances, [float(v) for v in re.findall(r"\*\*([\d.]+)", said)]

    pictures, distances, (real, mean, times) = shown()
    assert (np.diff(distances) > -1e-7).all(), "nearest first"
    assert mean == pytest.approx(distances.mean(), abs=6e-5)
    again = decoded(model, encoded(model, 32, images.test_x[:200]))
    assert real == pytest.approx(nearest(torch.from_numpy(again).permute(0, 3, 1, 2) / 255, train)[0].mean(), abs=6e-5)
    assert times == pytest.approx(mean / real, rel=0.01)
    space = codes.code_space(model, 32, images.train_x[:10_000], images.test_x[:1500])
    z = codes.sample(space, inventing.COUNT, 1.0, generator(0, "samples of 32"))
    samples = decoded(model, z)
    for picture in samples:
        assert np.abs(pictures[..., :1].astype(int) - picture).max(axis=(1, 2, 3)).min() <= 1, "each sample is on show"

    assert np.array_equal(shown()[0], pictures), "the same draw, the same pictures"
    assert not np.array_equal(shown(b_draw="1")[0], pictures)
    assert shown(b_spread="2.0")[1].mean() > distances.mean() > shown(b_spread="0.25")[1].mean()


@pytest.mark.parametrize("size", SOME_SIZES)
def test_a_drawing_is_drawn_again_and_has_neighbours(size):
    _, model = trained("autoencoder")
    images = data.load("fashion")
    at = fine(open_page("bottleneck", b_do="draw", b_size=str(size)))
    assert "b_drawn" not in at.query_params
    pixels = drawing()
    at.session_state["b_pad"] = message(pixels, component(at, "b_pad"))
    fine(at.run())
    shown = component(at, "b_pad")

    x = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    z = encoded(model, size, x)
    flat = x.flatten(1) / 255 - model.pca_mean
    linear = flat @ model.pca_components[:size].T @ model.pca_components[:size] + model.pca_mean
    for i, expected in enumerate((decoded(model, z)[0], as_bytes(linear.view(x.shape))[0])):
        same(tile(shown, i), expected)
        error = np.square(expected / 255 - pixels / 255).mean()
        assert float(shown["tiles"][i]["note"].removeprefix("error ")) == pytest.approx(error, rel=6e-3)

    places = (lambda x: encoded(model, size, x).double(), lambda x: x.double().flatten(1) / 255)
    for i, place in enumerate(places, start=2):  # by code, by pixels
        sheet = tile(shown, i)[..., 0]
        four = torch.from_numpy(np.stack([sheet[r : r + 28, c : c + 28] for r in (0, 28) for c in (0, 28)]))[:, None]
        far = (place(images.train_x[:10_000]) - place(x)).square().mean(dim=1)
        least = far.sort().values[:4].tolist()
        assert (place(four) - place(x)).square().mean(dim=1).tolist() == pytest.approx(least, rel=1e-3, abs=1e-6)
        which = [int((images.train_x[:10_000] == one).flatten(1).all(dim=1).int().argmax()) for one in four]
        assert all(bool((images.train_x[index] == one).all()) for index, one in zip(which, four, strict=True))
        classes = [images.classes[int(images.train_y[index])] for index in which]
        assert shown["tiles"][i]["note"] == ", ".join(dict.fromkeys(classes))

    link = at.query_params["b_drawn"]
    other = component(fine(open_page("bottleneck", b_do="draw", b_size=str(size), b_drawn=link)), "b_pad")
    assert other["tiles"] == shown["tiles"] and on_pad(other) == on_pad(shown)
    [bars] = [e.proto.body for e in at.get("html") if "ll-code" in e.proto.body and "<style" not in e.proto.body]
    assert bars.count("<span>") == size


@pytest.mark.parametrize("name", ["fashion", "openmoji"])
def test_a_drawing_can_begin_with_a_picture(name):
    """The controls of that picture stand beside those of the stage."""
    trained("autoencoder", data=name)
    at = fine(open_page("bottleneck", b_data=name, b_do="draw", b_begin="picture", b_picture="4"))
    before = component(at, "b_pad")
    assert base64.b64decode(before["base"]) != bytes(len(base64.b64decode(before["base"])))
    assert before["base"] == on_pad(before)
    pick(at, "b_begin", "blank")
    assert component(at, "b_pad")["base"] != before["base"]


def test_another_start_is_not_covered_by_the_drawing_before_it():
    trained("autoencoder")
    at = fine(open_page("bottleneck", b_do="draw"))
    at.session_state["b_pad"] = message(drawing(), component(at, "b_pad"))
    assert "b_drawn" in fine(at.run()).query_params
    pick(at, "b_begin", "picture")
    shown = component(at, "b_pad")
    assert on_pad(shown) == shown["base"]
    assert "b_drawn" not in at.query_params


# Against PCA ------------------------------------------------------------------------------------------------------


def on_stage(**metrics: object) -> OnStage:
    """The record of three sizes with made-up numbers: 2 better than PCA, 8 alike, 32 worse; the probe is best at 32."""
    found = {
        "test_mse": {"2": 0.02, "8": 0.01, "32": 0.0115}, "pca_mse": {"2": 0.04, "8": 0.01, "32": 0.01},
        "over_pca": {"2": [0.45, 0.55], "8": [0.97, 1.02], "32": [1.1, 1.2]}, "held_out": 500, "probe_labels": 100,
        "probe_accuracy": {"2": 0.5, "8": 0.8, "32": 0.81}, "probe_accuracy_raw": 0.8,
        "probe_gains": {"2-8": [0.2, 0.4], "2-32": [0.2, 0.4], "8-32": [-0.01, 0.03]},
        "probe_interval": {"2": [-0.4, -0.2], "8": [-0.01, 0.01], "32": [0.002, 0.02]},
    } | metrics  # fmt: skip
    record = artefacts.Record("autoencoder", "0" * 16, 1, {}, 0, "cpu", 1.0, 40, found, (), "", 1)
    return OnStage(record, (2, 8, 32), 2, "8")


def test_pca_is_beaten_equalled_or_better_as_the_intervals_say():
    said = against_pca(on_stage())
    assert (
        "lower than that of PCA at 2; **higher** than that of PCA at 32; not told apart from that of PCA at 8" in said
    )
    assert "**0.50 ×** PCA's (95% interval 0.45 to 0.55 ×)" in said and "**1.15 ×**" in said
    worst = against_pca(on_stage(over_pca={key: [1.1, 1.2] for key in ("2", "8", "32")}))
    assert "**higher** than that of PCA at 2, 8, 32." in worst and "lower than" not in worst
    best = against_pca(on_stage(over_pca={key: [0.981, 0.996] for key in ("2", "8", "32")}))
    assert "is lower than that of PCA at every size" in best and "0.98 to 0.996 ×" in best, "not '0.98 to 1.00'"


def test_a_probe_stops_improving_where_the_best_size_is_not_ahead_for_certain():
    said = answer(on_stage())
    assert "at **8**, with 80.0%" in said and "+1.0 points** (95% interval −1.0 to +3.0), which holds zero" in said
    assert "this code neither gains nor loses for certain: **0.0 points**" in said
    assert "a lower error" not in said, "at 32 the error is not lower"
    assert "has not stopped" not in said
    ahead = answer(on_stage(probe_gains={"2-8": [0.2, 0.4], "2-32": [0.2, 0.4], "8-32": [0.001, 0.03]}))
    assert "at **32**" in ahead and "this code gains **1.0 points** (95% interval 0.2 to 2.0)" in ahead
    assert (
        "it has not stopped" in ahead
        and "From 8 to 32 the error comes to 1.15 ×, and the probe gains **1.0 points**" in ahead
    )
    first = answer(on_stage(probe_accuracy={"2": 0.9, "8": 0.8, "32": 0.81}))
    assert "at **2**" in first and "a lower error is not the same" in first


def test_a_record_of_an_older_version_says_so():
    older = on_stage()
    metrics = {name: value for name, value in older.record.metrics.items() if name not in ("over_pca", "probe_gains")}
    older = dataclasses.replace(older, record=dataclasses.replace(older.record, metrics=metrics))
    assert against_pca(older) == answer(older) == UNKNOWN


# Predict, then reveal --------------------------------------------------------------------------------------------


def accuracies(record: artefacts.Record) -> list[str]:
    both = [*record.metrics["probe_accuracy"].values(), *record.metrics["knn_accuracy"].values()]
    return [f"{value:.1%}" for value in both]


def test_what_the_codes_are_good_for_is_not_on_the_page_before_a_guess():
    record, _ = trained("autoencoder")
    probe = {int(m): value for m, value in record.metrics["probe_accuracy"].items()}

    def hidden(at: AppTest) -> bool:
        fine(at)
        everything = words(at) + "".join(map(str, at.table))
        seen = [value for value in accuracies(record) if value in everything]
        chart = b"".join(charts(at).values())
        return not seen and b"accuracy" not in chart and "b_guess_again" not in buttons(at)

    at = open_page("bottleneck")
    assert hidden(at)
    assert set(charts(at)) == {"b_curve_error"}
    press(at, "b_guess_8")
    assert not hidden(at)
    assert at.query_params["b_guess"] == "8"
    assert set(charts(at)) == {"b_curve_error", "b_curve_use"} and b"accuracy" in charts(at)["b_curve_use"]
    [said] = [m.value for m in at.markdown if m.value.startswith("You said **8**")]
    best = max(probe, key=probe.get)
    gains = record.metrics["probe_gains"]
    enough = next(m for m in SIZES if m == best or (m < best and gains[f"{m}-{best}"][0] <= 0))
    error = record.metrics["test_mse"]
    ratio = error["128"] / error[str(enough)] if enough < 128 else error["128"] / error["64"]
    for fact in (
        f"at **{enough}**",
        f"{probe[enough]:.1%}",
        f"{probe[128]:.1%}",
        f"{ratio:.2f} ×",
        f"{record.metrics['probe_accuracy_raw']:.1%}",
    ):
        assert fact in said
    press(at, "b_guess_again")
    assert hidden(at) and "b_guess" not in at.query_params

    press(at, "b_guess_none")
    assert not hidden(at) and "You said" not in words(at)
    assert not hidden(open_page("bottleneck", b_guess="64"))
    for nothing in ("5", "", "--", "<b>8</b>", "8 ", "nan"):
        assert hidden(open_page("bottleneck", b_guess=nothing)), nothing
    assert hidden(open_page("bottleneck", b_sizes="2-8", b_guess="64")), "that size is not among those to choose from"


# Links and cards -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sizes", ["9-x", "0", "3", "-", "1-1", "2-8-", "8-2", "1e999", "1-2-4-8-16-32-64-128-256", "x" * 7000]
)
def test_any_text_for_the_sizes_leaves_sizes_to_compare(sizes):
    trained("autoencoder")
    at = fine(open_page("bottleneck", b_sizes=sizes))
    assert not at.error
    assert len(at.info) <= 1
    assert {int(m) for m in options(at, "b_size")} <= set(SIZES)
    assert len(galleries(at)[0]) == 2 + len(options(at, "b_size"))


@pytest.mark.parametrize("card", range(3))
def test_each_card_sets_up_another_case(card):
    trained("autoencoder")
    at = fine(open_page("bottleneck", b_z="0:1,1", b_size="4", b_do="between"))
    press(at, f"b_try{card}")
    expected = ((2, "walk"), (32, "new"), (1, "numbers"))[card]
    assert (at.session_state["b_size"], at.session_state["b_do"]) == expected
    assert "b_z" not in at.query_params
    assert not at.error


@pytest.mark.parametrize("mode", MODES)
def test_weights_that_break_while_the_page_is_open_are_one_sentence(baked, mode):
    record, _ = trained("autoencoder")
    at = fine(open_page("bottleneck", b_do=mode))
    lab.model_cache().drop(next(r.key for r in lab.model_cache().resident() if record.key in r.key))
    DAMAGES["weights altered"][1](baked / "autoencoder" / record.key / MODEL)
    fine(at.run())
    assert len(at.error) + len([note for note in at.info if "not been trained yet" in note.value]) == 1


# Links, Reset, and what is missing or broken: as in the other lessons on auto-encoders -----------------------------


def test_a_link_whose_drawing_is_broken_shows_none():
    trained("autoencoder")
    promises.a_broken_drawing_is_none("bottleneck", "b", b_do="draw")


GARBAGE = [
    {"b_z": "0:nan,1"}, {"b_z": "0:1e999,1"}, {"b_z": "0:-inf,inf"}, {"b_z": "0:1,1,1"}, {"b_z": "5:1,1"},
    {"b_z": "0:"}, {"b_z": ":,"}, {"b_z": "0:1;1"}, {"b_z": "0:1e7,1"}, {"b_z": "0:1,", "b_do": "numbers"},
    {"b_z": "0:nan", "b_size": "1", "b_do": "numbers"}, {"b_drawn": "%%%", "b_do": "draw"},
    {"b_drawn": "AAAA", "b_do": "draw"}, {"b_drawn": pack(np.full((32, 32, 3), 9, np.uint8)), "b_do": "draw"},
    {"b_drawn": "é", "b_do": "draw"}, {"b_begin": "own", "b_do": "draw"}, {"b_guess": "5"}, {"b_guess": "<b>"},
    {"b_do": "fly"}, {"b_view": "tsne", "b_size": "32"}, {"b_data": "cifar"}, {"b_encoder": "vit"},
    {"b_dims": "nan", "b_do": "numbers", "b_size": "32"}, {"b_dims": "1", "b_do": "numbers", "b_size": "2"},
    {"b_spread": "nan", "b_do": "new"}, {"b_draw": "-1", "b_do": "new"}, {"b_draw": "1e9", "b_do": "new"},
    {"b_end": "10000", "b_do": "between"}, {"b_end": "nowhere", "b_do": "between"}, {"b_picture": "10000"},
    {"b_picture": "-1"}, {"b_picture": "9999"},
    {"b_map": "1", "b_pad": "1", "b_slide": "1", "b_curve_error": "1", "b_tools": "1"},
]  # fmt: skip


@pytest.mark.parametrize("query", GARBAGE)
def test_what_a_link_cannot_have_is_one_sentence_or_nothing(query):
    trained("autoencoder")
    at = promises.what_a_link_cannot_have_is_said_once("bottleneck", query)
    assert galleries(at), "the stage is there"


def test_every_parameter_at_once_can_be_garbage():
    trained("autoencoder")
    promises.any_garbage_everywhere_is_survived("bottleneck", "b")


@pytest.mark.parametrize("query", [
    {"b_do": "numbers", "b_size": "32", "b_dims": "2", "b_picture": "7", "b_sizes": "2-32", "b_guess": "2"},
    {"b_do": "draw", "b_drawn": pack(drawing()), "b_encoder": "mlp", "b_seed": "3"},
    {"b_do": "walk", "b_z": "0:1,-1"},
])  # fmt: skip
def test_reset_puts_everything_back(query):
    trained("autoencoder")
    promises.reset_puts_all_back("bottleneck", "b", query)


def test_a_setting_without_a_model_says_so_and_offers_the_training():
    trained("autoencoder")
    promises.a_setting_without_a_model_says_so("bottleneck", "b")


@pytest.mark.parametrize("damage", [d for d in DAMAGES if "checkpoints" not in d])
def test_a_damaged_model_that_came_with_the_lab_is_one_sentence(baked, damage):
    promises.a_damaged_model_is_one_sentence("bottleneck", "b", "autoencoder", baked, damage)


def test_without_any_pictures_the_lesson_says_how_to_get_them(monkeypatch):
    monkeypatch.setattr(data, "available", lambda name: name == "none")
    promises.without_pictures_it_says_how_to_get_them("bottleneck")


def test_the_trained_models_that_ship_are_whole():
    promises.shipped_models_are_whole("autoencoder")
