"""The same names drawn by another hand: Noto's emoji, where that font is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from core import lab
from core.analysis import two_encoders
from core.analysis.intervals import Resampled
from core.data import captions
from core.experiments import clip
from core.store.record import Record

PLACES = tuple(
    Path(folder) / "NotoColorEmoji.ttf"
    for folder in (
        "/usr/share/fonts/truetype/noto",
        "/usr/share/fonts/noto",
        "/usr/share/fonts/google-noto-emoji",
        "/usr/share/fonts/noto-emoji",
    )
)
DRAWN, CANVAS, SIDE = 109, 136, 32  # the font has pictures of one size


def font() -> Path | None:
    """Where it is installed."""
    return next((path for path in PLACES if path.is_file()), None)


def said(record: Record) -> str:
    """What was found, or that the font is not here."""
    path = font()
    if path is None:
        return "The same names in another drawing style (Noto) would be the harder test; that font is not on this machine (Debian: apt install fonts-noto-color-emoji)."
    found = recall(record, path)
    return (
        f"The same held-out emoji as Noto draws them (Noto Color Emoji, OFL 1.1): the own name is among the nearest 10 for **{found['noto']:.0%}** of {found['count']} pictures, against "
        f"{found['own']:.0%} in the style that was trained; the difference is {100 * (found['own'] - found['noto']):.0f} points (95% interval {100 * found['interval'][0]:.0f} to {100 * found['interval'][1]:.0f})."
    )


@lab.memo(label="Emoji in another style")
def recall(record: Record, path: Path) -> dict[str, object]:
    """Recall at 10 of the held-out emoji in both styles. Raises lab.Damaged, data.Missing."""
    model: clip.Clip = lab.model(record)
    part = captions.part("openmoji", "test")
    drawn = pictures(part.names, path)
    rows = sorted(drawn)
    part, x = part.some(rows), torch.stack([drawn[i] for i in rows])
    texts = clip.encode_texts(model, part.names)
    hits = [
        (two_encoders.ranks((clip.encode_pictures(model, one) @ texts.T).cpu()) < 10).float() for one in (part.x, x)
    ]
    seen = Resampled(len(rows))
    return {
        "count": len(rows),
        "own": float(hits[0].mean()),
        "noto": float(hits[1].mean()),
        "interval": seen.difference(*hits),
    }


def pictures(names: tuple[str, ...], path: Path) -> dict[int, torch.Tensor]:
    """Number of the name -> picture uint8 (3, SIDE, SIDE) on white, of the names that the font has."""
    import emoji
    from PIL import Image, ImageDraw, ImageFont

    from core.data.openmoji import caption_of

    texts = {
        caption_of(entry["en"]): text
        for text, entry in emoji.EMOJI_DATA.items()
        if entry["status"] == emoji.STATUS["fully_qualified"]
    }
    font, found = ImageFont.truetype(str(path), DRAWN), {}
    for i, name in enumerate(names):
        canvas = Image.new("RGB", (CANVAS, CANVAS), "white")
        ImageDraw.Draw(canvas).text((CANVAS / 2, CANVAS / 2), texts[name], font=font, embedded_color=True, anchor="mm")
        pixels = np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
        if pixels.min() < 255:
            found[i] = torch.from_numpy(pixels.copy()).permute(2, 0, 1)
    return found
