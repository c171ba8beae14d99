"""What the lesson's card shows: the input plane of a network that was trained just now, and five of its layers."""

from __future__ import annotations

import base64

from core import lab
from core.charts.theme import HUES, LIGHT
from core.lessons.layers import learner

PLANES, COLUMNS = 6, 3  # the input and the layers behind it; the probabilities are left out
SIDE, MARGIN, GAP = 100, 10, 8
WIDTHS, STEPS, SEED = (2, 2, 2, 2), 600, 0


@lab.memo(label="Cards of lessons")
def planes() -> str:
    """HTML: a picture of six planes."""
    points, classes = learner.moons(120, 0.1, 0)
    network = learner.train(points, classes, WIDTHS, STEPS, SEED)
    found = learner.planes(network, points)
    step = SIDE + GAP
    corners = [(i % COLUMNS * step, i // COLUMNS * step) for i in range(PLANES)]
    parts = [_plane(found[i].tolist(), classes.tolist(), at) for i, at in enumerate(corners)]
    width, height = COLUMNS * step - GAP, PLANES // COLUMNS * step - GAP
    right = float((found[-1].argmax(1) == classes).double().mean())
    told = f"Points of two classes in the plane, and where each layer of a network puts them: {right:.0%} end on the right side of a straight cut."
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    coded = base64.b64encode(svg.encode()).decode()  # a drawing that stands in the page itself would not be let through
    return f'<img class="ll-card" src="data:image/svg+xml;base64,{coded}" alt="{told}">'


def _plane(places: list[list[float]], classes: list[int], corner: tuple[int, int]) -> str:
    """One plane as SVG: a frame and the points, which differ by colour and shape."""
    low = [min(place[d] for place in places) for d in (0, 1)]
    size = max(max(place[d] for place in places) - low[d] for d in (0, 1)) or 1.0
    marks = []
    for place, group in zip(places, classes, strict=True):
        x = corner[0] + MARGIN + (place[0] - low[0]) / size * (SIDE - 2 * MARGIN)
        y = corner[1] + SIDE - MARGIN - (place[1] - low[1]) / size * (SIDE - 2 * MARGIN)
        shape = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"' if group else f'<path d="M{x:.1f},{y - 2.6:.1f}l2.6,4.6h-5.2z"'
        )
        marks.append(f'{shape} fill="{HUES[group]}"/>')
    frame = f'<rect x="{corner[0]}" y="{corner[1]}" width="{SIDE}" height="{SIDE}" rx="5" fill="{LIGHT.ground}"/>'
    return frame + "".join(marks)
