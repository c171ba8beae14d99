"""Three scores of a picture and each of some words, and the answer "none of these"."""

from __future__ import annotations

import html
from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from core import lab
from core.lessons.pictures_and_words.subject import Said
from core.store.record import Record


@dataclass(frozen=True)
class Scores:
    """texts, and of each its cosine, its softmax and its sigmoid. threshold: of the cosine; None in a record without measurements.
    read: which texts have a word that was read."""

    texts: tuple[str, ...]
    cosines: tuple[float, ...]
    softmax: tuple[float, ...]
    sigmoid: tuple[float, ...] | None
    threshold: float | None
    read: tuple[bool, ...]

    @property
    def best(self) -> int | None:
        """The nearest text that was read."""
        able = [i for i, read in enumerate(self.read) if read]
        return max(able, key=self.cosines.__getitem__, default=None)

    @property
    def is_none(self) -> bool:
        """Whether no text is near enough."""
        return self.best is not None and self.threshold is not None and self.cosines[self.best] < self.threshold


def of(record: Record, picture: Tensor, said: Said) -> Scores:
    """picture: (D,). The softmax is over the texts that were read, at the temperature of the model."""
    cosines = said.vectors @ picture
    read = torch.tensor([len(one.vectors) > 0 for one in said.read])
    logits = (float(lab.model(record).scale) * cosines).masked_fill(~read, -torch.inf)
    softmax = logits.softmax(0) if bool(read.any()) else torch.zeros_like(cosines)
    sigmoid = None
    if record.metrics:
        fitted = record.metrics["calibration"]
        sigmoid = tuple((fitted["slope"] * cosines + fitted["intercept"]).sigmoid().tolist())
    cut = record.metrics["none_of_these"]["cosine"]["threshold"] if record.metrics else None
    return Scores(said.texts, tuple(cosines.tolist()), tuple(softmax.tolist()), sigmoid, cut, tuple(read.tolist()))


def headline(found: Scores) -> str:
    """The answer in one sentence, plain text."""
    if found.best is None:
        return "None of the words can be read"
    text, cosine = found.texts[found.best], found.cosines[found.best]
    if found.is_none:
        return f"None of these: the nearest, “{_short(text)}”, has cosine {written(cosine)}, below {written(found.threshold)}"
    return f"“{_short(text)}”, with cosine {written(cosine)}"


def draw(found: Scores) -> None:
    """The answer and the table."""
    st.html(f'<p class="ll-pwanswer" role="status">{html.escape(headline(found))}</p>{as_table(found)}')


def as_table(found: Scores) -> str:
    """One row a text, in HTML: the cosine with the threshold as a line, the softmax, the sigmoid."""
    rows = []
    for i, text in enumerate(found.texts):
        kind = ' class="ours"' if i == found.best and not found.is_none else ""
        if not found.read[i]:
            rows.append(
                f'<tr><th scope="row">{html.escape(_short(text))}</th><td colspan="3">no word of it is known</td></tr>'
            )
            continue
        cells = [
            _bar(found.cosines[i], written(found.cosines[i]), found.threshold),
            _bar(found.softmax[i], percent(found.softmax[i])),
        ]
        cells.append(_bar(found.sigmoid[i], percent(found.sigmoid[i])) if found.sigmoid else "<td>–</td>")
        rows.append(f'<tr{kind}><th scope="row">{html.escape(_short(text))}</th>{"".join(cells)}</tr>')
    head = "".join(f'<th scope="col">{name}</th>' for name in ("cosine", "softmax", "sigmoid"))
    return f'<table class="ll-pw"><thead><tr><td></td>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def explained(record: Record) -> str:
    """How to read the columns, with what was measured."""
    if not record.metrics:
        return "The threshold is measured when the training is over."
    found = record.metrics["none_of_these"]
    cosine, softmax = found["cosine"], found["softmax"]
    return (
        "**Cosine**: how near picture and words are. **Softmax**: the same, shared out among the words that stand here, so it sums to 100% even where none fits. "
        "**Sigmoid**: each word judged by itself. The line is the threshold for “none of these”, "
        f"chosen on validation pictures; on held-out ones with {found['candidates']} names each it keeps {cosine['kept']:.0%} of the pictures whose name is among them and refuses "
        f"{cosine['refused']:.0%} of those whose name is not; a threshold on the softmax {softmax['kept']:.0%} and {softmax['refused']:.0%}."
    )


def _bar(value: float, text: str, line: float | None = None) -> str:
    mark = f'<b style="--at:{min(max(line, 0), 1):.4f}"></b>' if line is not None else ""
    return f'<td><span class="track"><i style="--share:{min(max(value, 0), 1):.4f}"></i>{mark}</span><span>{text}</span></td>'


def written(value: float) -> str:
    """A cosine: 0.31, −0.05."""
    return f"{value:.2f}".replace("-", "−")


def percent(share: float) -> str:
    """A share in whole percent; what is not quite nothing or all is said so."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 < share < 1 else f"{share:.0%}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "…"
