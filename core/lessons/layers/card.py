"""What the lesson's card shows: the input plane of a network that was trained just now, and two of its layers."""

from __future__ import annotations

from core import lab
from core.charts.theme import HUES
from core.lessons.layers import learner

SHOWN = (("input", 0), ("tanh", 2), ("tanh", 4))
SIDE, MARGIN, GAP = 100, 10, 8
WIDTHS, STEPS, SEED = (2, 2, 2, 2), 600, 0


@lab.memo(label="Cards of lessons")
def planes() -> str:
    """HTML: an SVG of three planes."""
    points, classes = learner.moons(120, 0.1, 0)
    network = learner.train(points, classes, WIDTHS, STEPS, SEED)
    found = learner.planes(network, points)
    parts = [_plane(found[i].tolist(), classes.tolist(), at * (SIDE + GAP)) for at, (_, i) in enumerate(SHOWN)]
    width = len(SHOWN) * (SIDE + GAP) - GAP
    right = float((found[-1].argmax(1) == classes).double().mean())
    told = f"Points of two classes in the plane, and where two layers of a network put them: {right:.0%} end on the right side of a straight cut."
    return f'<svg class="ll-card" viewBox="0 0 {width} {SIDE}" role="img" aria-label="{told}" width="100%">{"".join(parts)}</svg>'


def _plane(places: list[list[float]], classes: list[int], left: float) -> str:
    """One plane as SVG: a frame and the points, which differ by colour and shape."""
    low = [min(place[d] for place in places) for d in (0, 1)]
    size = max(max(place[d] for place in places) - low[d] for d in (0, 1)) or 1.0
    marks = []
    for place, group in zip(places, classes, strict=True):
        x = left + MARGIN + (place[0] - low[0]) / size * (SIDE - 2 * MARGIN)
        y = SIDE - MARGIN - (place[1] - low[1]) / size * (SIDE - 2 * MARGIN)
        shape = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"' if group else f'<path d="M{x:.1f},{y - 2.6:.1f}l2.6,4.6h-5.2z"'
        )
        marks.append(f'{shape} fill="{HUES[group]}"/>')
    frame = f'<rect x="{left + 0.5}" y="0.5" width="{SIDE - 1}" height="{SIDE - 1}" rx="4" fill="none" stroke="currentColor" opacity="0.3"/>'
    return frame + "".join(marks)
