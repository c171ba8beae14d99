"""What the lesson's card shows: a picture, a clip and a sound, hidden and filled in."""

from __future__ import annotations

import html

from core.lessons.how_much_to_hide import examples
from core.lessons.how_much_to_hide.links import NAMES

SHARES = {"images": 75, "text": 15, "video": 90}


def picture() -> str | None:
    """HTML; None where no network is there."""
    cells = {kind: examples.cell(examples.SHOWN[kind], share, 0) for kind, share in SHARES.items()}
    if not any(cell.filled for cell in cells.values()):
        return None
    rows = "".join(
        f"<section><b>{share}%</b> <span>{html.escape(NAMES[kind])}</span><div>{cells[kind].asked}{cells[kind].filled if kind != 'text' else ''}</div></section>"
        for kind, share in SHARES.items() if cells[kind].filled
    )  # fmt: skip
    return f'<div class="ll-hmcard">{rows}</div>'
