"""What the lesson's card shows: held-out pictures, and what two seconds leave of them to an eye that sees coarsely."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from core import data, lab
from core.data.figures import data_uri, sheet
from core.lessons.memory import eyes

SHOWN = (0, 1, 2, 4, 18, 23, 11, 19, 13, 28, 30, 43)  # of the held-out clothes
COARSE = 7  # pixels each way
ALT = "Pictures of clothes, and below each the same picture seen coarsely"


def picture() -> str | None:
    """HTML; None where the pictures are not on this machine."""
    if not data.available("fashion"):
        return None
    return f'<img class="ll-card" src="{_picture()}" alt="{ALT}">'


@lab.memo(label="Cards of lessons")
def _picture() -> str:
    """Two rows: the pictures, and each as COARSE x COARSE pixels."""
    x = eyes.pictures("fashion")[torch.tensor(SHOWN)].float()
    coarse = F.interpolate(F.adaptive_avg_pool2d(x, COARSE), size=x.shape[-1], mode="nearest")
    rows = [part.round().to(torch.uint8).permute(0, 2, 3, 1).numpy() for part in (x, coarse)]
    half = len(SHOWN) // 2
    four = [rows[0][:half], rows[1][:half], rows[0][half:], rows[1][half:]]
    return data_uri(sheet(four, scale=1, gap=1))
