"""Act: a picture climbs for the unit on the stage, step by step, and what each ingredient of the recipe is good for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch

from core import background, data, lab
from core.analysis import optimise, units
from core.analysis.optimise import Pictures, Recipe, colour_mixing
from core.charts import theme
from core.data.pixels import as_bytes
from core.lessons.features import charts, links, stage, subject
from core.lessons.features.subject import NAMES, Unit
from core.nn.seeing import CLASSES
from core.queue import View
from core.rng import generator
from core.store.record import Record
from core.ui.charted import draw_chart
from core.ui.gallery import gallery
from core.ui.look import look_now
from core.ui.poll import poll

STEPS, FRAMES = 256, 8  # half as many steps as the tiles on the stage had: somebody waits
WAYS = {"waves": "Waves", "pixels": "Pixels"}
MOVES = {"moved": "Shift and turn it", "still": "Leave it still"}
COUNTS = {1: "One", 4: "Four unlike each other"}
ABOUT = {
    "way": "What the steps change: waves of all lengths, the long ones most, or each pixel by itself.",
    "moves": "Shifted by up to 2 pixels and turned by up to 5 degrees, what it shows cannot hang on single pixels.",
    "goal": "The mean over all places of the unit, or its one place in the middle.",
    "count": "Four pictures at once, held apart by their textures.",
}
GOALS = {"everywhere": "Everywhere", "middle": "In the middle"}


@dataclass(frozen=True)
class Asked:
    """What climbs. start: pixels (side, side, C) as bytes to begin with, or none for noise."""

    record: Record
    network: str
    layer: str
    unit: int
    way: str = "waves"
    moves: str = "moved"
    goal: str = "everywhere"
    count: int = 1
    steps: int = STEPS
    start: bytes = b""

    @property
    def key(self) -> str:
        """Names it in the queue of the background."""
        what = (
            self.network,
            self.layer,
            self.unit,
            self.way,
            self.moves,
            self.goal,
            self.count,
            self.steps,
            hash(self.start),
        )
        return f"features/{self.record.key}/{self.record.fingerprint[:16]}/{what}"


@dataclass(frozen=True, eq=False)
class Climbed:
    """frames: uint8 (FRAMES, side, side, C) of the first picture. steps: at which. final: (count, side, side, C). levels: activation of the first
    picture, unmoved, at each frame. best: of the data; None where no picture excites the unit."""

    frames: np.ndarray
    steps: tuple[int, ...]
    final: np.ndarray
    levels: tuple[float, ...]
    best: float | None


def show(record: Record) -> None:
    """The controls, and the climb of the unit on the stage."""
    unit, network = stage.current(record), links.NETWORK.value()
    st.markdown(f"**{unit.name}**, {NAMES[network]}. The unit is chosen on the stage.")
    with st.container(horizontal=True, gap="medium"):
        way = links.WAY.widget(
            st.segmented_control, shown=WAYS.__getitem__, required=True, width="content", help=ABOUT["way"]
        )
        moves = links.MOVES.widget(
            st.segmented_control, shown=MOVES.__getitem__, required=True, width="content", help=ABOUT["moves"]
        )
        goal = links.GOAL.widget(
            st.segmented_control, shown=GOALS.__getitem__, required=True, width="content", help=ABOUT["goal"]
        )
        count = links.COUNT.widget(
            st.segmented_control, shown=COUNTS.__getitem__, required=True, width="content", help=ABOUT["count"]
        )
    if unit.layer == CLASSES:
        goal = "everywhere"  # a class has one place
    asked = Asked(record, network, unit.layer, unit.number, way, moves, goal, count)
    found = poll(lambda: background.ask(asked.key, lambda progress: climb(asked, progress)), waiting)
    if found is not None:
        draw(found, asked)


def waiting(view: View) -> None:
    """How far it is."""
    st.progress(view.share, text="The picture climbs …")


def draw(found: View, asked: Asked) -> None:
    if found.state != "done":
        st.error(found.message or "This climb was stopped; change a setting to begin again.", icon=":material/error:")
        return
    climbed: Climbed = found.value
    gallery(
        [("From noise to the last step" if not asked.start else "From the picture to the last step", climbed.frames)],
        about="The picture climbs",
    )
    if asked.count > 1:
        gallery([("All four at the end", climbed.final)], about="Four pictures for one unit")
    st.markdown(verdict(climbed))
    rows = [
        {"step": step, "level": level, "best": climbed.best}
        for step, level in zip(climbed.steps, climbed.levels, strict=True)
    ]
    draw_chart(theme.spec(charts.climb, rows, look_now()), key=f"{links.PREFIX}_climb_{asked.steps}")


def verdict(climbed: Climbed) -> str:
    """Where it came to, beside the data. Two digits: more of them may differ on another machine, since each step follows from the last one."""
    if climbed.best is None:
        return f"No picture of the data excites this unit. This one reaches {climbed.levels[-1]:.2g}."
    return f"It reaches **{climbed.levels[-1]:.2g}**, **{climbed.levels[-1] / climbed.best:.2g} ×** the best of the pictures ({climbed.best:.2g})."


def climb(asked: Asked, progress: background.Progress) -> Climbed:
    """Let the picture climb. Raises lab.Damaged, data.Missing."""
    network = subject.network_of(asked.record, asked.network)
    device = next(network.parameters()).device
    pictures = data.load(asked.record.config["data"])
    shape = (asked.count, *pictures.train_x.shape[1:])
    start = None
    if asked.start:
        one = np.frombuffer(asked.start, np.uint8).reshape(shape[2], shape[3], shape[1])
        start = subject.as_input(one, torch.device("cpu"))[None].repeat(asked.count, 1, 1, 1)
    mixing = colour_mixing(pictures.train_x[:2000])
    climbing = Pictures(shape, asked.way, generator(asked.record.seed, "climb"), mixing, start).to(device)
    still = asked.moves == "still"
    recipe = Recipe(asked.way, asked.steps, jitter=0 if still else 2, degrees=0 if still else 5)

    def objective(x: torch.Tensor, done: float) -> torch.Tensor:
        maps = network.maps(x, asked.layer)
        one = maps[:, asked.unit]
        if asked.layer == CLASSES:
            value = one.flatten(1).mean(dim=1)
        else:
            value = (optimise.in_the_middle if asked.goal == "middle" else optimise.everywhere)(one, done)
        return value if asked.count == 1 else value + value.detach().abs() * optimise.unlikeness(maps)

    marks = {round(i * asked.steps / (FRAMES - 1)) for i in range(FRAMES)}
    frames, steps, levels = [], [], []
    for step, _ in optimise.ascend(climbing, objective, recipe, generator(asked.record.seed, "climb moves")):
        if step in marks:
            x = as_bytes(climbing().detach())
            frames.append(x[0])
            steps.append(step)
            levels.append(level_of(network, asked, x[0]))
        progress(step, asked.steps)  # a step is short: visitors do not wait for it
    unit = Unit(asked.record, asked.layer, asked.unit)
    return Climbed(np.stack(frames), tuple(steps), x, tuple(levels), best_of(unit, asked))


@torch.no_grad()
def level_of(network: subject.Seeing, asked: Asked, pixels: np.ndarray) -> float:
    """The unit's activation on a picture as it is shown: the mean over its places, or that in the middle."""
    maps = network.maps(subject.as_input(pixels, next(network.parameters()).device)[None], asked.layer)
    if asked.goal == "middle":
        return float(optimise.in_the_middle(maps[:, asked.unit]).relu())
    return float(units.activation(maps, asked.layer)[0, asked.unit])


def best_of(unit: Unit, asked: Asked) -> float | None:
    """The best picture of the data under the same measure."""
    if asked.goal == "middle":
        best = middles(asked.record, asked.network, asked.layer)[asked.unit]
    else:
        best = unit.measured(asked.network)["best"]
    return best if best > 0 else None


@lab.memo(label="Units in the middle of pictures")
@torch.no_grad()
def middles(record: Record, name: str, layer: str) -> tuple[float, ...]:
    """For each unit of a layer the strongest value that its middle place has on a picture of the data."""
    network = subject.network_of(record, name)
    device = next(network.parameters()).device
    best = None
    for part in torch.from_numpy(subject.shown_pictures(record.config["data"])).permute(0, 3, 1, 2).split(500):
        maps = network.maps(part.to(device).float() / 255, layer)
        middle = maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2].relu().amax(dim=0)
        best = middle if best is None else torch.maximum(best, middle)
    return tuple(best.tolist())
