"""What the lesson's card shows: captions that were never trained, and what is drawn of them."""

from __future__ import annotations

import html

import torch

from core import lab
from core.data import scenes
from core.data.figures import data_uri
from core.experiments import clip, text_to_image
from core.lessons.text_to_picture import subject
from core.store.record import Record
from core.ui import cards

# Never trained, and drawn well; how often others fail is measured in the lesson.
CAPTIONS = (
    "a large blue ring in the middle",
    "a large violet disc in the middle",
    "a small yellow triangle in the middle",
)


def pictures() -> str | None:
    """HTML; None where there is no model."""
    return cards.of_default("text_to_image", _pictures)


@lab.memo(label="Cards of lessons")
def _pictures(record: Record) -> str:
    model: text_to_image.TextToImage = lab.model(record)
    noise = subject.noise_of(0, len(CAPTIONS)).to(model)
    with torch.no_grad():
        codes = text_to_image.by_diffusion(model, clip.encode_texts(model.clip, CAPTIONS), noise.codes)
        drawn = text_to_image.decode(model, codes, noise.pictures).permute(0, 2, 3, 1).contiguous().numpy()
    cells = []
    for text, picture in zip(CAPTIONS, drawn, strict=True):
        shape, colour, size = subject.asked_for(text)[0].tolist()
        said = html.escape(scenes.noun(shape, colour, size))
        cells.append(
            f'<dt>{said}</dt><dd><img src="{data_uri(picture)}" alt="{said}, as it was drawn" style="height:2.6rem;image-rendering:pixelated"></dd>'
        )
    return f'<dl class="ll-words">{"".join(cells)}</dl>'
