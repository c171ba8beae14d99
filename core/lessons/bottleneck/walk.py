"""Walk: a map of the codes; click or drag, and the decoder draws the place."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from core import data, lab
from core.analysis import codes
from core.data.pixels import gray_or_colour
from core.experiments.autoencoder import MAPPED
from core.lessons.bottleneck.latent_map import Place, Plane, Shown, go, latent_map, read
from core.lessons.bottleneck.links import PREFIX, VIEW
from core.lessons.bottleneck.subject import Subject, caption, space_of
from core.store.record import Record
from core.store.sizes import bytes_of
from core.ui import maps
from core.ui.components.tiles import Tile

VIEWS = {"plane": "PCA of the codes", "umap": "UMAP"}
GRID = 16  # pictures a side in the decoder's grid


def show(s: Subject) -> None:
    """The map, the decoded picture beside it, and the held-out picture that is nearest."""
    view = "plane"
    if s.size > 2:
        view = VIEW.widget(st.segmented_control, shown=VIEWS.__getitem__, required=True)
    plane = _plane(s, view)
    if plane is None:
        return
    key = f"{PREFIX}_map"
    z, here = _follow(s, plane, view, f"{key}/{s.name}/{view}", key)
    near = int(codes.nearest(z[None], s.space.test, 1)[1])
    shown = Shown(
        here,
        [
            Tile("Drawn from this place", gray_or_colour(s.draw(z)), note=_numbers(z)),
            Tile("Nearest held-out picture", gray_or_colour(_picture(s.images, near)), note=caption(s.images, near)),
        ],
        result_id=f"{here.x:.4g},{here.y:.4g}",
        title="Click or drag on the map",
    )
    latent_map(plane, shown, key=f"{key}/{s.name}/{view}")
    st.caption(_about(s, view))


def _follow(s: Subject, plane: Plane, view: str, key: str, slot: str) -> tuple[torch.Tensor, Place]:
    """The code in hand and its place, after the newest gesture on the map."""
    asked = read(key, plane.extent)
    seen = f"{slot}_seen"
    if asked is not None and st.session_state.get(seen, {}).get(key) != asked:
        st.session_state[seen] = {key: asked}
        if view == "umap":  # there is no way back from a UMAP to the codes: the nearest held-out one is taken
            index = int(np.square(plane.points - np.array(asked)).sum(axis=1).argmin())
            s.hold(s.space.test[index])
        else:
            s.hold(s.space.moved(s.code(), asked))
    z = s.code()
    if view == "umap":
        here = Place(*plane.points[int(codes.nearest(z[None], s.space.test, 1)[1])].tolist())
    elif s.size == 1:
        here = Place(float(z[0]), asked.y if asked else float(plane.extent[3] + plane.extent[2]) / 2)
    else:
        here = Place(*s.space.place(z[None])[0].tolist())
    x0, x1, y0, y1 = plane.extent
    here = Place(min(max(here.x, x0), x1), min(max(here.y, y0), y1))
    if asked is not None and _as_good_as(here, asked, plane):
        here = asked
    go(key, *here)
    st.session_state[seen] = {key: read(key, plane.extent)}
    return z, here


def _as_good_as(one: Place, other: Place, plane: Plane) -> bool:
    """Whether two places differ by no more than the code's rounding: the cross-hair need not move."""
    x0, x1, y0, y1 = plane.extent
    return abs(one.x - other.x) < 1e-4 * (x1 - x0) and abs(one.y - other.y) < 1e-4 * (y1 - y0)


def _plane(s: Subject, view: str) -> Plane | None:
    """The map, or None (and a sentence on the page) while a UMAP is being computed."""
    if view == "plane":
        return _drawn(s.record, s.size)
    points = maps.umap_points(f"{PREFIX}_umap", s.name, s.space.test)
    return None if points is None else _on_umap(points, s.images.name)


def _without_thumbnails(plane: Plane) -> int:
    """Bytes of a plane and of its message; all planes of the same pictures share one sheet."""
    return bytes_of((plane.points, plane.groups, plane.background)) + len(plane.message(""))


@lab.memo(label="Maps of codes", group="maps", cost=_without_thumbnails)
def _drawn(record: Record, size: int) -> Plane:
    space, images = space_of(record, size), data.load(record.config["data"])
    groups, thumbnails, names = _pictures(images)
    if size == 1:  # the codes along x, each class in a row of its own
        x = space.test[:, 0].numpy()
        jitter = np.random.default_rng(0).uniform(-0.3, 0.3, len(x))
        points = np.stack([x, groups + jitter], axis=1).astype(np.float32)
        x0, x1, _, _ = space.extent()
        return Plane(
            (x0, x1, -1.0, float(len(names))), points, groups, names, None, thumbnails, 50, "the one number", "class"
        )
    extent = space.extent()
    grid = codes.manifold(lab.model(record), space, extent, GRID)
    points = space.place(space.test).numpy().astype(np.float32)
    titles = ("first number", "second number") if size == 2 else ("first direction", "second direction")
    return Plane(extent, points, groups, names, grid, thumbnails, 50, *titles)


@lab.memo(label="Maps of codes by UMAP", group="maps", cost=_without_thumbnails)
def _on_umap(points: np.ndarray, data_name: str) -> Plane:
    """points: float32 (N, 2)."""
    images = data.load(data_name)
    groups, thumbnails, names = _pictures(images)
    low, high = points.min(axis=0), points.max(axis=0)
    room = 0.04 * (high - low)
    (x0, y0), (x1, y1) = (low - room).tolist(), (high + room).tolist()
    return Plane((x0, x1, y0, y1), points, groups, names, None, thumbnails, 50)


@lab.memo(label="Sheets of small pictures of codes")
def _thumbnails(name: str) -> np.ndarray:
    """The first held-out pictures as one sheet, 50 in a row."""
    x = data.load(name).test_x[:MAPPED].permute(0, 2, 3, 1).numpy()
    n, h, w, c = x.shape
    rows = -(-n // 50)
    padded = np.zeros((rows * 50, h, w, c), np.uint8)
    padded[:n] = x
    return gray_or_colour(padded.reshape(rows, 50, h, w, c).transpose(0, 2, 1, 3, 4).reshape(rows * h, 50 * w, c))


def _pictures(images: data.Images) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    return images.test_y[:MAPPED].numpy().astype(np.uint8), _thumbnails(images.name), images.classes


def _picture(images: data.Images, index: int) -> np.ndarray:
    return images.test_x[index].permute(1, 2, 0).numpy()


def _numbers(z: torch.Tensor) -> str:
    shown = ", ".join(f"{value:.2f}" for value in z[:4].tolist())
    return f"code: {shown}" + (f" and {len(z) - 4} more" if len(z) > 4 else "")


def _about(s: Subject, view: str) -> str:
    if view == "umap":
        return (
            "UMAP keeps neighbours together and says nothing about large distances. It cannot be run backwards, so a "
            "click takes the nearest held-out picture's code."
        )
    if s.size == 1:
        return "One number for each picture: left and right changes it; each class has a row of its own."
    if s.size == 2:
        return "Points are held-out pictures; behind them is what the decoder draws at each place. Where there are no points, the decoder was never trained."
    return (
        f"The plane in which the {s.size} numbers vary most; a click moves within it, and the other directions stay as "
        "they are in the picture. Behind the points the others are at their mean."
    )
