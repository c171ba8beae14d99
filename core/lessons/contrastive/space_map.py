"""The map of a space: all held-out pictures as points, their true neighbours, what is in a region, and how it came about."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from core import data, lab
from core.analysis.clusters import k_means
from core.analysis.csv_text import csv_text
from core.analysis.pca import pca
from core.data import factors
from core.data.figures import data_uri, sheet
from core.data.pixels import as_bytes, as_input
from core.experiments.simclr import MAPPED, comparable, embed
from core.lessons.contrastive import links
from core.lessons.contrastive.cloud import Cloud, Colouring, Layout
from core.lessons.contrastive.embedding_map import Choice, Shown, embedding_map, inside, read
from core.lessons.contrastive.making_views import ON_STAGE, trained_augment
from core.maps import methods, service, umap_map
from core.maps.alignment import aligned
from core.maps.methods import METHODS
from core.nn.views import views
from core.rng import generator
from core.spaces import TITLES, Space, aged, encoder, here, space
from core.store.record import Record
from core.store.sizes import bytes_of
from core.ui import maps

NEIGHBOURS = 12
COLUMNS = 50  # of the sheet of thumbnails
SHOWN, ROW = 24, 6  # pictures of a region, and in a row


def show(record: Record) -> None:
    """The map with its controls, and below it what was chosen. Raises lab.Damaged."""
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        name = links.SPACE.widget(st.selectbox, here(record), shown=TITLES.__getitem__)
    with right:
        method = links.METHOD.widget(st.segmented_control, shown=methods.TITLES.__getitem__, required=True)
    shown = space(name, record)
    layouts = _layouts(record, name, method)
    if layouts is None:
        return
    cloud = _cloud(record.config["data"], shown, layouts)
    key = f"{links.PREFIX}_map/{shown.key}/{method}"
    count = shown.shape[0]
    chosen = read(key, count)
    point = chosen.point if chosen is not None else _linked(count)
    links.POINT.put(None if point is None else str(point))
    near, far = neighbours(shown.x, point, NEIGHBOURS) if point is not None else ([], [])
    mark = None
    if name in ("h", "z") and _wanted_on_map():
        mark = placed(record, shown, name, layouts[-1].points)
    map_column, words = st.columns([0.62, 0.38], gap="large")
    with map_column:
        choice = embedding_map(
            cloud,
            Shown(
                point, near, mark, f"{shown.key}/{method}/{point}/{mark}",
                title="Each point is a held-out picture. Click one, or select a region.",
            ),
            key=key,
        )  # fmt: skip
    with words:
        if choice.region:
            region(record, shown, choice, layouts)
        elif point is not None:
            about_point(record, shown, point, near, far)
        else:
            st.markdown(
                "Colours are classes, which the network was never told. A click draws lines to the pictures that are nearest in the "
                f"**original {shown.shape[1]} numbers**, wherever the map has put them. Zoom in (wheel, or two fingers) until the pictures appear."
            )
            if len(layouts) > 1:
                st.markdown(
                    "The slider goes through the ages of this network: each age has a map of its own, turned onto the next one."
                )


def _wanted_on_map() -> bool:
    names = {"off": "not on the map", "on": "put it on the map"}
    return links.PLACED.widget(st.segmented_control, shown=names.__getitem__, required=True) == "on"


def placed(record: Record, shown: Space, name: str, points: np.ndarray) -> tuple[float, float, str] | None:
    """Where the stage's picture lies on a finished map: at the weighted mean of its neighbours' places, without a new map."""
    picture = st.session_state.get(ON_STAGE)
    if picture is None:
        return None
    model = encoder(record)
    with torch.no_grad():
        h, z = embed(
            model, torch.from_numpy(picture.pixels.copy()).permute(2, 0, 1)[None], next(model.parameters()).device
        )
    code = comparable(name, (h if name == "h" else z).cpu())
    x, y = umap_map.place(code.numpy(), shown.x.numpy(), points)[0].tolist()
    return x, y, "from the stage"


def neighbours(x: Tensor, point: int, k: int) -> tuple[list[int], list[float]]:
    """The k nearest other points in the original space, and their Euclidean distances."""
    distance = (x - x[point]).norm(dim=1)
    distance[point] = float("inf")
    found = distance.topk(min(k, len(x) - 1), largest=False)
    return found.indices.tolist(), found.values.tolist()


def about_point(record: Record, shown: Space, point: int, near: list[int], distances: list[float]) -> None:
    """The picture, its neighbours in the original space, and views of it as they were made in training."""
    images = data.load(record.config["data"])
    y = images.test_y[:MAPPED]
    pictures = _pictures(images)
    own = pictures[point]
    made = as_bytes(
        views(
            as_input(own).expand(NEIGHBOURS, -1, -1, -1),
            trained_augment(record.config),
            generator(point, "views on the map"),
        )
    )
    same = float((y[near] == y[point]).float().mean())
    st.html(
        '<div class="ll-about">'
        f"{_strip('The picture', own[None], 'll-big')}{_strip('Its neighbours in the original space', pictures[near])}"
        f"{_strip('Its views, as in training', made)}</div>"
    )
    sentence = f"Distances from {distances[0]:.2f} to {distances[-1]:.2f}. "
    what = images.captions[len(images.train_x) + point] if images.captions else images.classes[int(y[point])]
    sentence += f"Picture {point:,}: {what}."
    if len(images.classes) > 1:
        sentence += f" {same:.0%} of these neighbours are of its class ({images.classes[int(y[point])]})."
    st.text(sentence)  # names of folders are a stranger's text: never Markdown


def _strip(title: str, pictures: np.ndarray, kind: str = "ll-strip") -> str:
    """HTML: a title, and under it the pictures in rows of at most six as one image."""
    rows = [pictures[i : i + ROW] for i in range(0, len(pictures), ROW)]
    if len(rows) > 1 and len(rows[-1]) < ROW:  # rows of one image are equally long
        blank = np.zeros((ROW - len(rows[-1]), *pictures.shape[1:]), np.uint8)
        rows[-1] = np.concatenate([rows[-1], blank])
    image = data_uri(sheet(rows, scale=1, gap=1))
    return f'<p><b>{title}</b></p><img class="{kind}" src="{image}" alt="{title}: {len(pictures)} pictures">'


def region(record: Record, shown: Space, choice: Choice, layouts: tuple[Layout, ...]) -> None:
    """Pictures of the selected region, how many of each class, and the list to take away."""
    images = data.load(record.config["data"])
    layout = next((one for one in layouts if one.name == choice.layout), layouts[-1])
    chosen = np.flatnonzero(inside(layout.points, choice.region))
    if not len(chosen):
        st.info(
            "No point lies in this region. Draw a loop around some points, or drag a box over them.",
            icon=":material/select_all:",
        )
        return
    y = images.test_y.numpy()[chosen]
    counts = np.bincount(y, minlength=len(images.classes))
    order = np.argsort(-counts, kind="stable")
    spread = chosen[np.linspace(0, len(chosen) - 1, min(SHOWN, len(chosen))).round().astype(int)]
    title = f"{len(chosen):,} pictures" + (f", {len(spread)} of them shown" if len(spread) < len(chosen) else "")
    st.html(f'<div class="ll-about">{_strip(title, _pictures(images)[spread])}</div>')
    if len(images.classes) > 1:
        st.text(", ".join(f"{counts[i]} {images.classes[i]}" for i in order if counts[i]) + ".")
    st.download_button(
        "Download this region (CSV)", icon=":material/download:", data=lambda: table(images, chosen, shown, layout),
        file_name="region.csv", mime="text/csv", on_click="ignore", key=f"{links.PREFIX}_region_csv",
        help="Number, class, place on the map and the original numbers of each picture.",
    )  # fmt: skip


def table(images: data.Images, chosen: np.ndarray, shown: Space, layout: Layout) -> bytes:
    """CSV of the chosen held-out pictures: number, class, x, y and the embedding."""
    header = ["picture", "class", "x", "y", *(f"d{i}" for i in range(shown.x.shape[1]))]
    numbers = np.concatenate([layout.points, shown.x], axis=1)
    rows = (
        [i, images.classes[int(images.test_y[i])], *(float(f"{value:.5g}") for value in numbers[i].tolist())]
        for i in chosen.tolist()
    )
    return csv_text(header, rows).encode()


def _linked(count: int) -> int | None:
    """The point that the link names; what is no number is said. One that is too large belongs to other pictures."""
    text = links.POINT.raw()
    if text is None:
        return None
    if not (text.isdecimal() and len(text) < 7):
        links.POINT.refused("none")
        return None
    return int(text) if int(text) < count else None


# The cloud -------------------------------------------------------------------------------------------------------


def _layouts(record: Record, name: str, method: str) -> tuple[Layout, ...] | None:
    """The map of a space; of h one at each age of the network that can be had at once. None while it is computed."""
    if name != "h":
        points = points_of(space(name, record), method)
        return None if points is None else (Layout("now", TITLES[name], points),)
    last = points_of(aged(record, None), method)
    if last is None:
        return None
    # t-SNE takes half a minute a map: one is enough
    ages = [(age, aged(record, age)) for age in record.checkpoints if method != "tsne"]
    found = [(str(age), one.title, ready(one, method)) for age, one in ages]
    found = [(n, title, points) for n, title, points in found if points is not None]
    places = aligned([*(points for _, _, points in found), last])
    names = [*((n, title) for n, title, _ in found), ("now", "trained")]
    return tuple(Layout(n, title, points) for (n, title), points in zip(names, places, strict=True))


def points_of(one: Space, method: str) -> np.ndarray | None:
    """A map (N, 2), or None and a sentence on the page."""
    if method == "pca":
        return linear(one)
    points = one.points(method, **METHODS[method].quick)
    if points is None:
        points = maps.points(method, f"{links.PREFIX}_{method}_again", one.key, one.x, **METHODS[method].quick)
    return points


def ready(one: Space, method: str) -> np.ndarray | None:
    """A map that is there already; others are asked for, so that they will be there at a later look."""
    if method == "pca":
        return linear(one)
    points = one.points(method, **METHODS[method].quick)
    if points is None:
        points = service.projection(method, one.x, key=one.key, **METHODS[method].quick).value
    return points


@lab.memo(label="Maps by PCA", group="maps")
def linear(one: Space) -> np.ndarray:
    """The first two principal components (N, 2)."""
    return pca(one.x, 2).encode(one.x).numpy()


def _without_thumbnails(cloud: Cloud) -> int:
    """Bytes of a cloud and of its message; all clouds of the same pictures share one sheet."""
    return bytes_of((cloud.layouts, cloud.colourings, cloud.captions)) + len(cloud.message(""))


@lab.memo(label="Maps with their colours", group="maps", cost=_without_thumbnails)
def _cloud(data_name: str, shown: Space, layouts: tuple[Layout, ...]) -> Cloud:
    images = data.load(data_name)
    colourings = [Colouring("class", "class", images.test_y[:MAPPED].numpy().astype(np.uint8), images.classes)]
    groups = k_means(shown.x, min(10, len(shown.x)), generator(0, "clusters"))
    names = tuple(f"cluster {i + 1}" for i in range(int(groups.max()) + 1))
    colourings.append(Colouring("cluster", "cluster (k-means)", groups.numpy().astype(np.uint8), names))
    colourings += [Colouring(n, title, g, names) for n, title, g, names in _factors(data_name)]
    captions = images.captions[len(images.train_x) :][:MAPPED]
    return Cloud(layouts, tuple(colourings), _thumbnails(data_name), COLUMNS, captions)


@lab.memo(label="Groups of pictures by ink and colour")
def _factors(data_name: str) -> tuple[tuple[str, str, np.ndarray, tuple[str, ...]], ...]:
    return factors.of(data_name, MAPPED)


@lab.memo(label="Sheets of small pictures")
def _thumbnails(data_name: str) -> np.ndarray:
    return factors.thumbnails(data_name, MAPPED, COLUMNS)


def _pictures(images: data.Images) -> np.ndarray:
    return images.test_x[:MAPPED].permute(0, 2, 3, 1).numpy()
