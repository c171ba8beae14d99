"""The pictures that a page shows, back as pixels, and drawings as a browser sends them."""

from __future__ import annotations

import base64
import html
import io
import re
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from core import data, lab
from core.experiment import get
from core.store import artefacts


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


def tile(shown: dict[str, Any], i: int) -> np.ndarray:
    return png(shown["tiles"][i]["uri"])


def same(shown: np.ndarray, expected: np.ndarray, off: int = 1) -> None:
    """Pictures (..., 1 or 3) are those on show, to a rounding of their bytes."""
    expected = np.broadcast_to(expected, shown.shape)
    assert np.abs(shown.astype(int) - expected.astype(int)).max() <= off


def as_bytes(x: torch.Tensor) -> np.ndarray:
    """Float (N, C, H, W) -> uint8 (N, H, W, C)."""
    return (255 * x.clamp(0, 1)).round().byte().permute(0, 2, 3, 1).numpy()


def drawing(side: int = 28, channels: int = 1) -> np.ndarray:
    """A bright cross."""
    pixels = np.zeros((side, side, channels), np.uint8)
    pixels[12:16, 4:24] = 255
    pixels[4:24, 12:16, 0] = 200
    return pixels


def on_pad(shown: dict[str, Any]) -> str:
    """The drawing that a pad was given, as it travels."""
    return shown["held"]["value"]["pixels"]


def pad_pixels(shown: dict[str, Any]) -> np.ndarray:
    value = shown["held"]["value"]
    raw = np.frombuffer(base64.b64decode(value["pixels"]), np.uint8)
    return raw.reshape(value["side"], value["side"], value["channels"])


def message(pixels: np.ndarray, shown: dict[str, Any], stamp: str = "hand-1") -> dict[str, Any]:
    """What the browser sends after a stroke."""
    value = shown["held"]["value"] | {"pixels": base64.b64encode(pixels.tobytes()).decode()}
    return {"held": {"value": value, "puts": shown["held"]["puts"], "stamp": stamp}}
