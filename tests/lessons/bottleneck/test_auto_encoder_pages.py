"""The lessons on auto-encoders in AppTest: all that they show is computed once more here, from the weights and the record."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.analysis import codes
from core.data.read_picture import pack
from core.experiment import get
from core.experiments.autoencoder import SIZES
from core.experiments.denoising import NETWORKS, noise_images
from core.lessons.bottleneck import between, inventing, numbers
from core.lessons.denoising import stage as corrupted
from core.maps.service import Map
from core.nn.corruption import KINDS, corrupt
from core.rng import generator
from core.store import artefacts, paths
from core.store.record import MODEL
from core.ui import maps
from tests.kit.test_pages import DAMAGES, baked, buttons, fine, open_page, press, words

pytestmark = [
    pytest.mark.usefixtures("lab_cache"),
    pytest.mark.skipif(not any(map(data.available, data.names())), reason="no pictures on this machine"),
]
__all__ = ["baked"]  # a fixture

MODES = ("walk", "numbers", "between", "new", "draw")
SOME_SIZES = (1, 2, 32)
LESSONS = {"bottleneck": "autoencoder", "denoising": "denoising"}
PREFIXES = {"bottleneck": "b", "denoising": "d"}


class Row(NamedTuple):
    """A row of the gallery; pictures: uint8 (n, side, side, 3)."""

    name: str
    note: str
    marked: bool
    pictures: np.ndarray


def trained(experiment: str, **config: Any) -> tuple[artefacts.Record, Any]:
    """The record and the model of a setting that ships with the lab."""
    name = config.get("data", "fashion")
    if not data.available(name):
        pytest.skip(f"{name} is not on this machine")
    shown = lab.view(experiment, get(experiment).lenient(config)[0], 0)
    if not isinstance(shown, lab.Ready):
        pytest.skip(f"{experiment} on {name} is not in assets/trained")
    return shown.record, lab.model(shown.record)


def png(uri: str) -> np.ndarray:
    """uint8 (H, W, 3)."""
    kind, _, text = uri.partition(",")
    assert kind.startswith("data:image/")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"))


def apart(sheet: np.ndarray) -> np.ndarray:
    """The pictures of one row, which stand two pixels away from the edges of their cells."""
    cell = len(sheet)
    return np.stack([sheet[2:-2, i + 2 : i + cell - 2] for i in range(0, sheet.shape[1], cell)])


def galleries(at: AppTest) -> list[list[Row]]:
    """All rows of pictures on the page, gallery by gallery."""
    found = []
    for element in at.get("html"):
        if "<dl" not in element.proto.body or "ll-gallery" not in element.proto.body:
            continue
        rows = re.findall(r"<dt(.*?)>(.*?)</dt><dd.*?><img src=\"(.*?)\" alt=\"(.+?)\"></dd>", element.proto.body)
        found.append([])
        for kind, title, uri, _ in rows:
            name, _, note = title.partition("<small>")
            pictures = apart(png(html.unescape(uri)))
            found[-1].append(Row(html.unescape(name), note.removesuffix("</small>"), "ours" in kind, pictures))
    return found


def component(at: AppTest, key: str) -> dict[str, Any]:
    """What the browser's part of a component was given."""
    [found] = [e for e in at.get("bidi_component") if re.fullmatch(key, e.key) and e.proto.json]
    return {"mounted as": found.key, **json.loads(found.proto.json)}


def the_map(at: AppTest, view: str = "plane") -> dict[str, Any]:
    return component(at, f"b_map/[^/]+/{view}")


def tile(shown: dict[str, Any], i: int) -> np.ndarray:
    return png(shown["tiles"][i]["uri"])


def pick(at: AppTest, key: str, value: Any) -> AppTest:
    """Press one of a segmented control's segments."""
    [found] = [e for e in at.get("button_group") if e.key == key]
    return fine(found.set_value(value).run())


def options(at: AppTest, key: str) -> list[str]:
    [found] = [e for e in at.get("button_group") if e.key == key]
    return found.options


def same(shown: np.ndarray, expected: np.ndarray, off: int = 1) -> None:
    """Pictures (..., 1 or 3) are those on show, to a rounding of their bytes."""
    expected = np.broadcast_to(expected, shown.shape)
    assert np.abs(shown.astype(int) - expected.astype(int)).max() <= off


def as_bytes(x: torch.Tensor) -> np.ndarray:
    """Float (N, C, H, W) -> uint8 (N, H, W, C)."""
    return (255 * x.clamp(0, 1)).round().byte().permute(0, 2, 3, 1).numpy()


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


# Bottleneck: the stage -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", data.names())
def test_every_way_through_the_space_opens(name, mode):
    trained("autoencoder", data=name)
    at = fine(open_page("bottleneck", b_data=name, b_do=mode))
    for size in SOME_SIZES:
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
    assert rows["PCA 8"].note == f"{record.metrics['pca_mse']['8']:.4f}"
    for m, row in zip(SIZES, list(rows.values())[2:], strict=True):
        same(row.pictures, decoded(model, encoded(model, m, x)))
        assert row.note == f"{record.metrics['test_mse'][str(m)]:.4f}"
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
        flat = x.flatten(1) - model.pca_mean
        left = flat - flat @ model.pca_components[:m].T @ model.pca_components[:m]
        assert record.metrics["pca_mse"][str(m)] == pytest.approx(float(left.square().mean()), rel=1e-3)


def test_some_of_the_sizes_are_taken_from_the_network_of_all_sizes():
    record, model = trained("autoencoder")
    at = fine(open_page("bottleneck", b_sizes="2-8"))
    rows = galleries(at)[0]
    assert [row.name for row in rows] == ["original", "PCA 2", "2 numbers", "8 numbers"]
    for m, row in zip((2, 8), rows[2:], strict=True):
        same(row.pictures, decoded(model, encoded(model, m, data.load("fashion").test_x[:5])))
        assert row.note == f"{record.metrics['test_mse'][str(m)]:.4f}"
    assert options(at, "b_size") == ["2", "8"]
    assert {key for key in buttons(at) if key.startswith("b_guess_")} == {"b_guess_2", "b_guess_8", "b_guess_none"}
    assert at.query_params["b_sizes"] == "2-8"
    alone = fine(open_page("bottleneck", b_sizes="64", b_guess="64"))
    assert [row.name for row in galleries(alone)[0]] == ["original", "PCA 64", "64 numbers"]
    assert options(alone, "b_size") == ["64"]


# Bottleneck: the space of codes ----------------------------------------------------------------------------------


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
    x, y = shown["at"]
    x += 0.7 * float(held_out[:, 0].std())
    at.session_state[shown["mounted as"]] = {"place": {"x": x, "y": y, "stamp": "hand-1"}}
    fine(at.run())
    assert the_map(at)["at"] == pytest.approx([x, y], abs=0.02 * abs(x) + 0.01)
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
    answer = {"now": Map("working", None, "The map is being computed."), "retried": []}

    def projection(method, x, *, key, retry=False, **settings):
        assert method == "umap" and x.shape == (1500, 32)
        answer["retried"].append(retry)
        return answer["now"]

    monkeypatch.setattr(maps.service, "projection", projection)
    at = fine(open_page("bottleneck", b_size="32", b_view="umap"))
    assert [note.value for note in at.info if "The map is being computed." in note.value]
    assert not [e for e in at.get("bidi_component") if e.key.startswith("b_map")]

    answer["now"] = Map("failed", None, "The map could not be computed.")
    fine(at.run())
    assert [error.value for error in at.error] == ["The map could not be computed."]
    answer["retried"].clear()
    press(at, "b_umap_retry")
    assert answer["retried"].count(True) == 1

    answer["now"] = Map("ready", points, "")
    fine(at.run())
    shown = the_map(at, "umap")
    assert shown["at"] == pytest.approx(points[0].tolist(), abs=1e-4), "the first held-out picture itself"
    at.session_state[shown["mounted as"]] = {"place": {"x": 0.3, "y": -0.4, "stamp": "hand-1"}}
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


def drawing(side: int = 28, channels: int = 1) -> np.ndarray:
    """A bright cross."""
    pixels = np.zeros((side, side, channels), np.uint8)
    pixels[12:16, 4:24] = 255
    pixels[4:24, 12:16, 0] = 200
    return pixels


def pad_pixels(shown: dict[str, Any], part: str = "drawing") -> np.ndarray:
    raw = np.frombuffer(base64.b64decode(shown[part]), np.uint8)
    return raw.reshape(shown["side"], shown["side"], shown["channels"])


def message(pixels: np.ndarray, shown: dict[str, Any], stamp: str = "hand-1") -> dict[str, Any]:
    """What the browser sends after a stroke."""
    return {
        "drawing": {
            "pixels": base64.b64encode(pixels.tobytes()).decode(), "side": shown["side"], "channels": shown["channels"],
            "revision": shown["revision"], "fills": shown["fills"], "stamp": stamp,
        }
    }  # fmt: skip


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
        assert float(shown["tiles"][i]["note"].removeprefix("error ")) == pytest.approx(error, abs=2e-4)

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
    assert other["tiles"] == shown["tiles"] and other["drawing"] == shown["drawing"]
    [bars] = [e.proto.body for e in at.get("html") if "ll-code" in e.proto.body and "<style" not in e.proto.body]
    assert bars.count("<span>") == size


@pytest.mark.parametrize(("slug", "query"), [("bottleneck", {"b_do": "draw"}), ("denoising", {})])
def test_a_link_whose_drawing_is_broken_shows_none(slug, query):
    trained(LESSONS[slug])
    prefix = PREFIXES[slug]
    fresh = component(at := fine(open_page(slug, **query)), f"{prefix}_pad")
    at.session_state[f"{prefix}_pad"] = message(drawing(), fresh)
    link = fine(at.run()).query_params[f"{prefix}_drawn"]
    name, dot, packed = link.partition(".")
    whole = component(fine(open_page(slug, **query, **{f"{prefix}_drawn": link})), f"{prefix}_pad")
    assert np.array_equal(pad_pixels(whole), drawing())
    large = pack(drawing(32, 3))
    for broken in (
        name,
        name + dot,
        packed,
        link[:-9],
        dot + packed,
        f"{name}.{large}",
        f"{name}.%%",
        f"00000000.{packed}",
        link * 99,
    ):
        at = fine(open_page(slug, **query, **{f"{prefix}_drawn": broken}))
        assert component(at, f"{prefix}_pad")["drawing"] == fresh["drawing"], broken
        assert f"{prefix}_drawn" not in at.query_params or len(broken) > 6000
        assert not at.error


@pytest.mark.parametrize("name", ["fashion", "openmoji"])
def test_a_drawing_can_begin_with_a_picture(name):
    """The controls of that picture stand beside those of the stage."""
    trained("autoencoder", data=name)
    at = fine(open_page("bottleneck", b_data=name, b_do="draw", b_begin="picture", b_picture="4"))
    before = component(at, "b_pad")
    assert base64.b64decode(before["base"]) != bytes(len(base64.b64decode(before["base"])))
    assert before["base"] == before["drawing"]
    pick(at, "b_begin", "blank")
    assert component(at, "b_pad")["base"] != before["base"]


def test_another_start_is_not_covered_by_the_drawing_before_it():
    trained("autoencoder")
    at = fine(open_page("bottleneck", b_do="draw"))
    at.session_state["b_pad"] = message(drawing(), component(at, "b_pad"))
    assert "b_drawn" in fine(at.run()).query_params
    pick(at, "b_begin", "picture")
    shown = component(at, "b_pad")
    assert shown["drawing"] == shown["base"]
    assert "b_drawn" not in at.query_params


# Bottleneck: predict, then reveal --------------------------------------------------------------------------------


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
    assert set(charts(at)) == {"b_curve_both"} and b"accuracy" in charts(at)["b_curve_both"]
    [said] = [m.value for m in at.markdown if m.value.startswith("You said **8**")]
    enough = min(m for m in SIZES if probe[m] >= max(probe.values()) - 0.01)
    ratio = record.metrics["test_mse"]["128"] / record.metrics["test_mse"][str(enough)]
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


# Bottleneck and denoising: links, cards, reset -------------------------------------------------------------------


GARBAGE = [
    ("b", {"b_z": "0:nan,1"}), ("b", {"b_z": "0:1e999,1"}), ("b", {"b_z": "0:-inf,inf"}), ("b", {"b_z": "0:1,1,1"}),
    ("b", {"b_z": "5:1,1"}), ("b", {"b_z": "0:"}), ("b", {"b_z": ":,"}), ("b", {"b_z": "0:1;1"}), ("b", {"b_z": "0:1e7,1"}),
    ("b", {"b_z": "0:1,", "b_do": "numbers"}), ("b", {"b_z": "0:nan", "b_size": "1", "b_do": "numbers"}),
    ("b", {"b_drawn": "%%%", "b_do": "draw"}), ("b", {"b_drawn": "AAAA", "b_do": "draw"}),
    ("b", {"b_drawn": pack(np.full((32, 32, 3), 9, np.uint8)), "b_do": "draw"}), ("b", {"b_drawn": "é", "b_do": "draw"}),
    ("b", {"b_begin": "own", "b_do": "draw"}), ("b", {"b_guess": "5"}), ("b", {"b_guess": "<b>"}),
    ("b", {"b_do": "fly"}), ("b", {"b_view": "tsne", "b_size": "32"}), ("b", {"b_data": "cifar"}), ("b", {"b_encoder": "vit"}),
    ("b", {"b_dims": "nan", "b_do": "numbers", "b_size": "32"}), ("b", {"b_dims": "1", "b_do": "numbers", "b_size": "2"}),
    ("b", {"b_spread": "nan", "b_do": "new"}), ("b", {"b_draw": "-1", "b_do": "new"}), ("b", {"b_draw": "1e9", "b_do": "new"}),
    ("b", {"b_end": "10000", "b_do": "between"}), ("b", {"b_end": "nowhere", "b_do": "between"}),
    ("b", {"b_picture": "10000"}), ("b", {"b_picture": "-1"}), ("b", {"b_picture": "9999"}),
    ("b", {"b_map": "1", "b_pad": "1", "b_slide": "1", "b_curve_error": "1", "b_tools": "1"}),
    ("d", {"d_percent": "-5"}), ("d", {"d_percent": "nan"}), ("d", {"d_percent": "47"}), ("d", {"d_percent": "1e999"}),
    ("d", {"d_kind": "rain"}), ("d", {"d_feed": "nothing"}), ("d", {"d_drawn": "x" * 5000}), ("d", {"d_drawn": "é"}),
    ("d", {"d_drawn": pack(np.full((32, 32, 3), 9, np.uint8))}), ("d", {"d_picture": "-1"}), ("d", {"d_from": "own"}),
    ("d", {"d_from": "own", "d_own": "AAAA"}), ("d", {"d_from": "cifar"}), ("d", {"d_pad": "1", "d_drawn": ""}),
    ("d", {"d_feed": "noise", "d_kind": "?", "d_percent": "?"}),
]  # fmt: skip


@pytest.mark.parametrize(("prefix", "query"), GARBAGE)
def test_what_a_link_cannot_have_is_one_sentence_or_nothing(prefix, query):
    slug = {p: slug for slug, p in PREFIXES.items()}[prefix]
    trained(LESSONS[slug])
    at = fine(open_page(slug, **query))
    said = [note.value for note in at.info]
    fine(at.run())
    said += [note.value for note in at.info]
    assert not at.error
    assert len(said) <= 1 and all("cannot be what the link asks for" in sentence for sentence in said)
    assert galleries(at) if prefix == "b" else component(at, "d_pad")["tiles"], "the stage is there"
    assert not any(value in sentence for value in query.values() for sentence in said if not value.isdigit())


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


@pytest.mark.parametrize("slug", LESSONS)
def test_every_parameter_at_once_can_be_garbage(slug):
    trained(LESSONS[slug])
    at = fine(open_page(slug))
    prefix = PREFIXES[slug]
    names = {
        *at.session_state[f"_{prefix}_defaults"],
        "z",
        "drawn",
        "guess",
        "end",
        "dims",
        "spread",
        "draw",
        "begin",
        "view",
        "own",
    }
    for value in ("nan", "-1", "\0", "<script>"):
        at = fine(open_page(slug, **{f"{prefix}_{name}": value for name in names}))
        assert not at.error
        assert not any("<script" in text for text in (words(at),))


@pytest.mark.parametrize("card", range(3))
def test_each_card_of_the_bottleneck_sets_up_another_case(card):
    trained("autoencoder")
    at = fine(open_page("bottleneck", b_z="0:1,1", b_size="4", b_do="between"))
    press(at, f"b_try{card}")
    expected = ((2, "walk"), (32, "new"), (1, "numbers"))[card]
    assert (at.session_state["b_size"], at.session_state["b_do"]) == expected
    assert "b_z" not in at.query_params
    assert not at.error


def test_each_card_of_denoising_sets_up_another_case():
    trained("denoising")
    at = fine(open_page("denoising"))
    press(at, "d_try0")
    assert len(component(at, "d_pad")["tiles"]) == 3
    press(at, "d_try1")
    assert (at.session_state["d_feed"], at.session_state["d_kind"], at.session_state["d_percent"]) == (
        "picture",
        "masking",
        50,
    )
    press(at, "d_try2")
    assert component(at, "d_pad")["tiles"][3]["note"] == "input error 0.0000"


@pytest.mark.parametrize(("slug", "query"), [
    ("bottleneck", {"b_do": "numbers", "b_size": "32", "b_dims": "2", "b_picture": "7", "b_sizes": "2-32", "b_guess": "2"}),
    ("bottleneck", {"b_do": "draw", "b_drawn": pack(drawing()), "b_encoder": "mlp", "b_seed": "3"}),
    ("bottleneck", {"b_do": "walk", "b_z": "0:1,-1"}),
    ("denoising", {"d_feed": "noise"}),
    ("denoising", {"d_kind": "masking", "d_percent": "20", "d_picture": "3", "d_drawn": pack(drawing()), "d_steps": "100"}),
])  # fmt: skip
def test_reset_puts_everything_back(slug, query):
    trained(LESSONS[slug])
    prefix = PREFIXES[slug]
    fresh = fine(open_page(slug))

    def stage(at: AppTest) -> list:
        return [
            words(at),
            [json.loads(e.proto.json)["tiles"] for e in at.get("bidi_component") if e.proto.json.count('"tiles"')],
        ]

    at = fine(open_page(slug, **query))
    press(at, f"{prefix}_reset")
    assert dict(at.query_params) == {}
    assert stage(at) == stage(fresh)
    assert stage(fine(at.run())) == stage(fresh)


# What is missing or broken ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", LESSONS)
def test_a_setting_without_a_model_says_so_and_offers_the_training(slug):
    prefix = PREFIXES[slug]
    at = fine(open_page(slug, **{f"{prefix}_steps": "100", f"{prefix}_seed": "4242"}))
    assert not at.error
    assert len(at.info) == 1 and "no trained network yet" in at.info[0].value
    assert words(at).count("seed 4242") == 1
    assert not at.button(key=f"{prefix}_train").disabled
    press(at, f"{prefix}_default")
    at.number_input(key=f"{prefix}_seed").set_value(0).run()
    trained(LESSONS[slug])
    assert not fine(at).info, "the default network again"


@pytest.mark.parametrize("damage", [d for d in DAMAGES if "checkpoints" not in d])
@pytest.mark.parametrize("slug", LESSONS)
def test_a_damaged_model_that_came_with_the_lab_is_one_sentence(baked, slug, damage):
    record, _ = trained(LESSONS[slug])
    lab.model_cache().drop(next(r.key for r in lab.model_cache().resident() if record.key in r.key))
    file, do = DAMAGES[damage]
    do(baked / LESSONS[slug] / record.key / file)
    at = fine(open_page(slug))
    assert words(at).count("comes with the program cannot be used") == 1
    assert f"{PREFIXES[slug]}_train" in buttons(at)
    fine(at.run())
    for other in ("home", "models"):
        fine(open_page(other))


@pytest.mark.parametrize("mode", MODES)
def test_weights_that_break_while_the_page_is_open_are_one_sentence(baked, mode):
    record, _ = trained("autoencoder")
    at = fine(open_page("bottleneck", b_do=mode))
    lab.model_cache().drop(next(r.key for r in lab.model_cache().resident() if record.key in r.key))
    DAMAGES["weights altered"][1](baked / "autoencoder" / record.key / MODEL)
    fine(at.run())
    assert len(at.error) + len([note for note in at.info if "no trained network" in note.value]) == 1


@pytest.mark.parametrize("slug", LESSONS)
def test_without_any_pictures_the_lesson_says_how_to_get_them(monkeypatch, slug):
    monkeypatch.setattr(data, "available", lambda name: name == "none")
    at = fine(open_page(slug))
    assert len(at.error) == 1
    assert "nstall" in at.error[0].value


# Denoising -------------------------------------------------------------------------------------------------------


def notes(shown: dict[str, Any]) -> list[float]:
    return [float(re.search(r"[\d.]+", t["note"]).group()) for t in shown["tiles"]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", data.names())
def test_the_three_answers_and_their_errors_are_those_of_the_weights(name, kind):
    """What the pad shows is the spoiled picture as bytes; the networks get it as it is, also outside of black and white."""
    _, model = trained("denoising", data=name)
    picture = data.load(name).test_x[6].permute(1, 2, 0).numpy()
    at = fine(open_page("denoising", d_data=name, d_kind=kind, d_picture="6", d_percent="30"))
    for percent in (30, 0, 100):
        fine(at.select_slider(key="d_percent").set_value(percent).run())
        shown = component(at, "d_pad")
        assert [t["title"] for t in shown["tiles"]] == ["Over-complete", "Bottleneck", "Denoising", "The clean picture"]
        clean = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
        spoiled = corrupt(clean, kind, percent / 100, generator(0, "page corruption"))
        same(pad_pixels(shown), as_bytes(spoiled)[0])
        same(tile(shown, 3), picture, off=0)
        errors = notes(shown)
        for i, network in enumerate(NETWORKS):
            y = model.networks()[network](spoiled)
            same(tile(shown, i), as_bytes(y)[0])
            assert errors[i] == pytest.approx(float((y - clean).square().mean()), abs=6e-5)
        assert errors[3] == pytest.approx(float((spoiled - clean).square().mean()), abs=6e-5)
        if percent == 0:
            assert np.array_equal(pad_pixels(shown), picture) and errors[3] == 0
        else:
            assert errors[3] > 0


def test_pure_noise_is_given_back_by_the_network_that_copies():
    record, model = trained("denoising")
    at = fine(open_page("denoising", d_feed="noise"))
    shown = component(at, "d_pad")
    noise = noise_images(1, (1, 28, 28), generator(0, "page noise"))
    same(pad_pixels(shown), as_bytes(noise)[0])
    for i, network in enumerate(NETWORKS):
        y = model.networks()[network](noise)
        same(tile(shown, i), as_bytes(y)[0])
        ratio = float((y - noise).square().mean() / noise.var())
        assert notes(shown)[i] == pytest.approx(ratio, abs=0.006)
        assert ratio == pytest.approx(record.metrics[f"{network}.noise_copy_ratio"], abs=0.25), (
            "as on 500 such pictures"
        )
    assert not at.get("select_slider") or "d_percent" not in {s.key for s in at.select_slider}


def test_a_scribble_is_what_the_networks_get_and_travels_in_the_link():
    _, model = trained("denoising")
    at = fine(open_page("denoising", d_percent="0"))
    shown = component(at, "d_pad")
    pixels = pad_pixels(shown).copy()
    pixels[2:5, 2:26] = 255
    at.session_state["d_pad"] = message(pixels, shown)
    fine(at.run())
    after = component(at, "d_pad")
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255
    clean = data.load("fashion").test_x[:1] / 255
    for i, network in enumerate(NETWORKS):
        y = model.networks()[network](x)
        same(tile(after, i), as_bytes(y)[0])
        assert notes(after)[i] == pytest.approx(float((y - clean).square().mean()), abs=6e-5)
    link = at.query_params["d_drawn"]
    other = component(fine(open_page("denoising", d_percent="0", d_drawn=link)), "d_pad")
    assert other["tiles"] == after["tiles"] and other["drawing"] == after["drawing"]


@pytest.mark.parametrize("linked", [False, True])
def test_after_a_scribble_the_noise_and_the_picture_can_still_be_changed(linked):
    trained("denoising")
    fresh = {
        key: component(fine(open_page("denoising", **{key: value})), "d_pad")
        for key, value in (("d_percent", "20"), ("d_picture", "9"))
    }
    for change in fresh:
        at = fine(open_page("denoising"))
        at.session_state["d_pad"] = message(np.zeros((28, 28, 1), np.uint8), component(at, "d_pad"))
        fine(at.run())
        if linked:
            at = fine(open_page("denoising", d_drawn=at.query_params["d_drawn"]))
        assert not pad_pixels(component(at, "d_pad")).any()
        widget = (
            at.select_slider(key=change).set_value(20)
            if change == "d_percent"
            else at.number_input(key=change).set_value(9)
        )
        fine(widget.run())
        assert component(at, "d_pad")["drawing"] == fresh[change]["drawing"]
        assert component(at, "d_pad")["tiles"] == fresh[change]["tiles"]
        assert "d_drawn" not in at.query_params


def test_the_table_and_the_sentences_are_those_of_the_record():
    record, _ = trained("denoising")
    found = record.metrics
    at = fine(open_page("denoising"))
    [table] = [t.value for t in at.table]
    for network, label in corrupted.LABELS.items():
        [row] = table[table["network"] == label].to_dict("records")
        assert row["linear probe"] == f"{found[f'{network}.probe_accuracy']:.1%}"
        assert row["10 nearest"] == f"{found[f'{network}.knn_accuracy']:.1%}"
        assert row["Jacobian"] == f"{found[f'{network}.jacobian_norm']:.2f}"
    assert corrupted.verdict(found) in words(at)
    assert len(at.get("vega_lite_chart")) == 3


def findings(
    overcomplete: float, bottleneck: float, denoising: float, probes: tuple[float, float, float], mse: float = 2e-6
) -> dict[str, Any]:
    ratios = dict(zip(NETWORKS, (overcomplete, bottleneck, denoising), strict=True))
    return {
        "overcomplete.test_mse": mse, "probe_labels": 2000, "held_out": 2000, "mean_image_mse": 0.09,
        **{f"{name}.noise_copy_ratio": ratio for name, ratio in ratios.items()},
        **{f"{name}.probe_accuracy": probe for name, probe in zip(NETWORKS, probes, strict=True)},
    }  # fmt: skip


def test_the_verdict_says_what_was_measured_whichever_way_it_came_out():
    alike, apart = (0.81, 0.82, 0.815), (0.7, 0.82, 0.85)
    copies = corrupted.verdict(findings(0.003, 1.2, 1.0, alike))
    assert "0.003 ×" in copies and "it copies" in copies and "2.0e-06" in copies
    assert "The other two cannot (bottleneck 1.20 ×, denoising 1.00 ×)" in copies
    assert "about equally well (81.0%, 82.0%, 81.5%)" in copies

    not_yet = corrupted.verdict(findings(0.6, 1.2, 1.0, alike, mse=0.05))
    assert "does **not** copy noise" in not_yet and "0.60 ×" in not_yet and "0.0500" in not_yet
    assert "it copies" not in not_yet and "not become the identity yet" in not_yet
    assert "cannot either" in not_yet and "still holds" not in not_yet
    not_quite = corrupted.verdict(findings(0.6, 1.2, 1.0, alike, mse=2e-6))
    assert "does **not** quite copy noise" in not_quite and "0.60 ×" in not_quite and "2.0e-06" in not_quite
    assert "it copies" not in not_quite and "yet" not in not_quite

    mixed = corrupted.verdict(findings(0.003, 1.2, 0.1, apart))
    assert "1.20 ×, denoising 0.10 ×), bottleneck cannot." in mixed and "other two cannot" not in mixed
    assert "differently well" in mixed and "equally" not in mixed
    for name, probe in (("over-complete", "70.0%"), ("bottleneck", "82.0%"), ("denoising", "85.0%")):
        assert f"{name} {probe}" in mixed
    everyone = corrupted.verdict(findings(0.003, 0.1, 0.1, alike))
    assert "cannot" not in everyone and "copy as well" in everyone
    edge = corrupted.verdict(findings(corrupted.COPIES_BELOW, 1.2, 1.0, alike))
    assert "it copies" not in edge and "does **not** quite copy" in edge


def test_the_rows_of_the_noise_chart_hold_every_level_once():
    record, _ = trained("denoising")
    rows = corrupted.level_rows(record.metrics)
    assert len(rows) == 4 * len(record.metrics["by_level"]) == len({(row["level"], row["network"]) for row in rows})
    untouched = {row["level"]: row["mse"] for row in rows if row["network"] == "left as it is"}
    assert untouched[0.0] == 0
    assert {level: mse for level, mse in untouched.items()} == {
        r["level"]: r["untouched"] for r in record.metrics["by_level"]
    }
    assert {row["network"] for row in rows if row["ours"]} == {"Denoising"}


def test_the_trained_models_that_ship_are_whole():
    """Each is readable and its record names all that the pages show."""
    for experiment in LESSONS.values():
        folders = list((paths.baked_dir() / experiment).iterdir())
        assert folders
        for folder in folders:
            record = artefacts.find(experiment, folder.name).record
            assert set(get(experiment).metric_names) <= set(record.metrics)
