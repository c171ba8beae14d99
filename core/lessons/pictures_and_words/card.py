"""What the lesson's card shows: words, and the held-out picture that is nearest to each."""

from __future__ import annotations

import html

from core import lab
from core.data.figures import data_uri
from core.lessons.pictures_and_words import subject
from core.store.record import Record
from core.ui import cards

# Words that these small encoders answer well; how often they are wrong is measured in the lesson.
ASKED = ("a smiling face", "an arrow", "a moon")


def words() -> str | None:
    """HTML; None where there is no model."""
    return cards.of_default("clip", _words)


@lab.memo(label="Cards of lessons")
def _words(record: Record) -> str:
    space, said = subject.space(record), subject.said(record, ASKED)
    cells = []
    for text, vector in zip(ASKED, said.vectors, strict=True):
        nearest = int((space.pictures @ vector).argmax())
        name = html.escape(space.part.names[nearest])
        uri = data_uri(space.part.x[nearest].permute(1, 2, 0).numpy())
        cells.append(
            f'<dt>{html.escape(text)}</dt><dd><img src="{uri}" alt="{name}" style="height:2.6rem;image-rendering:pixelated"></dd>'
        )
    return f'<dl class="ll-words">{"".join(cells)}</dl>'
