"""What the lesson's card shows: the network of the stage with its first weights, its values, and how strongly each weight moves the loss."""

from __future__ import annotations

import base64
import io

from PIL import Image, ImageDraw, ImageFont

from core import lab
from core.charts.theme import ABOVE, BELOW, LIGHT
from core.lessons.backpropagation.network import WIDTHS, forward, gradients_of, net, starts

WIDTH, HEIGHT, RADIUS = 540, 360, 33  # pixels
ALT = "A network of 2, 3, 3 and 1 units with its values; a wire is as wide as its weight's gradient is large"


def graph() -> str:
    """HTML of the picture."""
    return f'<img class="ll-card" src="{_picture()}" alt="{ALT}">'


@lab.memo(label="Cards of lessons")
def _picture() -> str:
    """A WebP as data URI."""
    shown = net(starts()[0])
    trace = forward(shown, "tanh")
    gradients = [weight for weight, _ in gradients_of(shown, trace)]
    most = max(float(g.abs().max()) for g in gradients)
    picture = Image.new("RGB", (WIDTH, HEIGHT), LIGHT.ground)
    draw = ImageDraw.Draw(picture)
    places = [[_place(layer, i, units) for i in range(units)] for layer, units in enumerate(WIDTHS)]
    for layer, gradient in enumerate(gradients):
        for i, row in enumerate(gradient.tolist()):
            for j, g in enumerate(row):
                wide = 1 + round(13 * abs(g) / most)
                draw.line([places[layer][j], places[layer + 1][i]], ABOVE if g > 0 else BELOW, wide)
    values = [*trace.inputs, trace.pre[-1]]
    font = ImageFont.load_default(size=27)
    for spots, numbers in zip(places, values, strict=True):
        for (x, y), value in zip(spots, numbers.tolist(), strict=True):
            draw.ellipse((x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS), LIGHT.ground, LIGHT.ink, 3)
            draw.text((x, y), f"{round(value, 1) + 0.0:.1f}", LIGHT.ink, font, anchor="mm")
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=True)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


def _place(layer: int, i: int, units: int) -> tuple[float, float]:
    """The middle of a unit."""
    return 62 + layer * (WIDTH - 124) / (len(WIDTHS) - 1), HEIGHT / 2 + (i - (units - 1) / 2) * 112
