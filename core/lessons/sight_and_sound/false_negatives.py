"""Act: two pairs of one digit in a batch are called strangers: what that costs, in one batch and over a whole training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
import torch

from core import data, lab
from core.analysis.intervals import Resampled, in_points
from core.charts import theme
from core.experiment import get
from core.lessons.sight_and_sound import charts, links, subject
from core.nn.pair_losses import symmetric, without
from core.rng import generator
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.look import look_now

DRAWN = 32  # pairs whose similarities are shown, at most


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch of held-out pairs, sorted by digit. digit: int64 (n,). cosine: (n, n), a row a sound. pushes: (n, n), the weight with which the
    loss pushes each sound away from each picture that is not its own; 0 where it does not. loss, floor: in nats."""

    digit: torch.Tensor
    cosine: torch.Tensor
    pushes: torch.Tensor
    loss: float
    floor: float

    @property
    def false(self) -> int:
        """Ordered pairs that are of one digit and called strangers."""
        same = self.digit[:, None] == self.digit
        return int(same.sum()) - len(self.digit)

    @property
    def wrong(self) -> float:
        """The share of all pushing that goes to pictures of the sound's own digit."""
        same = self.digit[:, None] == self.digit
        return float(self.pushes[same].sum() / self.pushes.sum().clamp_min(1e-12))


@torch.no_grad()
def batch(record: Record, count: int, draw: int, negatives: str) -> Batch:
    """A batch of `count` held-out pairs, each of a picture and a sound of its digit, drawn as in training. Raises lab.Damaged."""
    where, label, said = subject.codes(record, "paired"), data.load("mnist").test_y, subject.heard(record).digit
    g = generator(draw, "false negatives")
    pictures = torch.randperm(len(label), generator=g)[:count]
    pictures = pictures[label[pictures].argsort(stable=True)]
    digit = label[pictures]
    sounds = torch.stack(
        [rows[torch.randint(len(rows), (), generator=g)] for rows in ((said == d).nonzero().squeeze(1) for d in digit)]
    )
    a, b = where.said[sounds], where.seen[pictures]
    same = digit[:, None] == digit
    scale, left_out = float(subject.pair(record, "paired").scale), same if negatives != "all" else None
    p = without(scale * a @ b.T, left_out).softmax(dim=1).fill_diagonal_(0)
    floor = float(same.sum(dim=1).double().log().mean()) if left_out is None else 0.0
    return Batch(digit, a @ b.T, p, float(symmetric(a, b, scale, left_out)), floor)


def show(record: Record) -> None:
    """One batch, the switch, and two trainings beside each other."""
    one, two, three = st.columns([0.34, 0.4, 0.26], gap="medium", vertical_alignment="bottom")
    with one:
        count = links.FALSE.widget(st.segmented_control, required=True)
    with two:
        negatives = links.NEGATIVES.widget(
            st.segmented_control, required=True, help="What each pair is told apart from in this batch."
        )
    with three:
        draw = links.FALSE_DRAW.input(help="Which held-out pairs.")
    found = batch(record, count, draw, negatives)
    st.subheader(headline(found, negatives), anchor=False)
    left, right = st.columns([0.55, 0.45], gap="large")
    with left:
        draw_chart(theme.spec(charts.batch, cells(found), look_now()), key=f"{links.PREFIX}_batch")
    with right:
        st.markdown(explained(found, negatives))
        st.markdown(compared(record))


def cells(found: Batch) -> list[dict[str, Any]]:
    """One row a sound and picture of the batch; of a large batch evenly spread ones."""
    rows = torch.linspace(0, len(found.digit) - 1, min(DRAWN, len(found.digit))).round().long().tolist()
    total = float(found.pushes.sum())
    return [
        {"sound": i, "picture": j, "push": round(float(found.pushes[a, b]) / total * len(found.digit), 4) if total else 0.0,
         "said": str(int(found.digit[a])), "seen": str(int(found.digit[b])),
         "kind": "the pair" if a == b else "false negative" if found.digit[a] == found.digit[b] else "negative"}
        for i, a in enumerate(rows) for j, b in enumerate(rows)
    ]  # fmt: skip


def headline(found: Batch, negatives: str) -> str:
    """What the batch holds."""
    if negatives != "all":
        return f"{found.false} pairs of strangers that are none are left out: nothing pushes a sound from its own digit"
    if not found.false:
        return "No digit is there twice: in this batch every stranger is one"
    return f"{found.false} of the strangers are none, and take {found.wrong:.0%} of all pushing"


def explained(found: Batch, negatives: str) -> str:
    """The loss beside the least that is possible."""
    n = len(found.digit)
    if negatives != "all":
        return f"The loss of this batch is **{found.loss:.2f}** nats. Who leaves out what is equal has to know what is equal: **this needs labels**, or a guess at them."
    return (
        f"The loss of this batch is **{found.loss:.2f}** nats; ln {n} = {math.log(n):.2f} is knowing nothing. A network that knows all digits, and nothing but digits, cannot come below "
        f"**{found.floor:.2f}**: among k pairs of one digit it has to guess. Going lower means learning which voice belongs to which handwriting, by heart."
    )


def compared(record: Record) -> str:
    """Two whole trainings: all others as negatives, or those of other digits alone."""
    ways = {}
    for way in get("audio_visual").knobs()["negatives"].choices:
        config = replace(get("audio_visual").strict(record.config), negatives=way)
        view = lab.view("audio_visual", config, record.seed)
        if not isinstance(view, lab.Ready) or not view.measured:
            return f"To compare two whole trainings, train this setting with *Negatives: {way}* below, too."
        ways[way] = view.record.metrics
    return difference_said(ways["all"], ways["other digits"])


def difference_said(plain: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """How many more sounds find their digit where equal digits are no negatives."""
    one, other = (torch.tensor(metrics["by_voice"], dtype=torch.double) for metrics in (told, plain))
    interval = Resampled(len(one)).difference(one, other)
    difference = told["retrieval_accuracy"] - plain["retrieval_accuracy"]
    verdict = (
        "They cost something"
        if interval[0] > 0
        else "They even help"
        if interval[1] < 0
        else "What they cost is too small to be sure of"
    )
    return (
        f"**Two whole trainings**, the same but for this: {plain['retrieval_accuracy']:.1%} of held-out sounds find their digit with all negatives, {told['retrieval_accuracy']:.1%} without the false ones. "
        f"{verdict}: {in_points(difference, interval)}, by resampling voices."
    )
