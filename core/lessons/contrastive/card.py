"""What the lesson's card shows: held-out pictures where the map of its default model puts them."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from core import data, lab
from core.experiment import get
from core.maps.methods import METHODS
from core.spaces import aged
from core.store.record import Record

WIDTH, HEIGHT, EDGE, CORE = (
    540,
    360,
    22,
    12,
)  # pixels: of the card's picture, of each small one, and what none may cover of it
ALT = "Held-out pictures on a map of the space that this network learned: what it holds to be alike lies together"


def pictures() -> str | None:
    """HTML; None where there is no model, no finished map of it, or none of its pictures."""
    shown = lab.view("simclr", get("simclr").default(), 0)
    if not isinstance(shown, lab.Ready):
        return None
    try:
        uri = _picture(shown.record)
    except (lab.Damaged, data.Missing):
        return None
    return None if uri is None else f'<img class="ll-card" src="{uri}" alt="{ALT}">'


@lab.memo(label="Cards of lessons")
def _picture(record: Record) -> str | None:
    """A WebP as data URI: pictures in random order, each where there is still room for it."""
    points = aged(record, None).points("umap", **METHODS["umap"].quick)
    if points is None:
        return None
    low, high = np.percentile(points, (1, 99), axis=0)
    room = np.array([WIDTH - EDGE, HEIGHT - EDGE])
    places = ((points - low) / np.maximum(high - low, 1e-12)).clip(0, 1)
    corners = np.rint(places * room).astype(int)
    corners[:, 1] = room[1] - corners[:, 1]
    images = data.load(record.config["data"]).test_x
    sheet, taken = Image.new("RGB", (WIDTH, HEIGHT)), np.zeros((HEIGHT, WIDTH), bool)
    for i in np.random.default_rng(0).permutation(len(points)):
        x, y = corners[i].tolist()
        if not taken[y : y + CORE, x : x + CORE].any():
            taken[y : y + CORE, x : x + CORE] = True
            pixels = images[i].permute(1, 2, 0).numpy()
            sheet.paste(Image.fromarray(pixels.squeeze()).resize((EDGE, EDGE), Image.Resampling.BOX), (x, y))
    buffer = io.BytesIO()
    sheet.save(buffer, "WEBP", quality=70)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
