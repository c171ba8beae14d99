"""What the sections of "Contrastive" say and draw, from numbers that are made up here."""

from __future__ import annotations

import re

import numpy as np
import torch

from core import lab
from core.analysis.intervals import UNKNOWN
from core.charts import theme
from core.data import factors
from core.lessons.contrastive import charts, deciding, measured, one_batch
from core.lessons.contrastive.scatter import scatter
from core.nn.contrast import partners
from tests.helpers.charts import check


def numbers(over_raw: list[float], few: list[float], over_z: list[float], **changed: object) -> dict[str, object]:
    found = {f"probe_{name}{end}": 0.5 for name in ("h", "z", "raw", "random") for end in ("", "_10", "_10k")}
    intervals = {"probe": {"h-raw": over_raw, "h-z": over_z}, "probe_10": {"h-raw": few}}
    return found | {"intervals": intervals} | changed


def test_the_verdict_follows_the_numbers_and_their_intervals() -> None:
    good = measured.verdict(
        numbers([0.03, 0.05], [0.05, 0.09], [0.02, 0.04],
                probe_h=0.88, probe_raw=0.84, probe_z=0.85, probe_h_10=0.73, probe_raw_10=0.66)
    )  # fmt: skip
    assert "h gains **4.0 points** (95% interval 3.0 to 5.0)" in good
    assert "with ten a class, h gains **7.0 points**" in good and "h gains **3.0 points**" in good
    assert "z discards" in good
    bad = measured.verdict(
        numbers([-0.05, -0.03], [-0.01, 0.01], [-0.07, -0.03], probe_h=0.80, probe_raw=0.84, probe_z=0.85)
    )
    assert "h loses **4.0 points** (95% interval 3.0 to 5.0)" in bad and "h neither gains nor loses" in bad
    assert "does not hold for this setting" in bad and "z discards" not in bad
    alike = measured.verdict(numbers([-0.01, 0.01], [-0.01, 0.01], [-0.01, 0.01], probe_h=0.51))
    assert alike.count("neither gains nor loses") == 3 and "discards" not in alike and "does not hold" not in alike
    assert measured.verdict({"probe_h": 0.5}) == UNKNOWN


def test_what_z_forgot_is_said_as_it_was_measured() -> None:
    def said(*intervals: list[float]) -> str:
        pairs = zip(("crop", "brightness"), intervals, strict=True)
        return measured.forgotten({"decoded": {name: {"h": 0.72, "z": 0.01, "interval": i} for name, i in pairs}})

    both = said([0.6, 0.8], [0.1, 0.2])
    assert "the size of the crop 0.72 from h and 0.01 from z" in both and "z holds less of both" in both
    assert "of brightness, z holds less" in said([-0.1, 0.1], [0.1, 0.2])
    assert "neither is told apart" in said([-0.1, 0.1], [-0.2, 0.2])
    assert measured.forgotten({}) == ""


def per_picture(**readings: np.ndarray) -> dict[str, object]:
    return {name: float(np.mean(v)) for name, v in readings.items()} | {
        "each": {name: list(map(float, v)) for name, v in readings.items()}
    }


def test_the_shortcut_is_said_only_where_it_shows() -> None:
    noise = np.random.default_rng(0).normal(0, 0.02, (4, 200))

    def said(colour: tuple[float, float], shape: tuple[float, float], probe: tuple[float, float] = (0.5, 0.5)) -> str:
        rows = [
            per_picture(colour_rank=c + n, shape_rank=s + m, probe_h=np.arange(200) < 200 * p)
            for c, s, p, n, m in zip(colour, shape, probe, noise[:2], noise[2:], strict=True)
        ]
        return deciding.shortcut(*rows)

    assert "shapes more and colours less" in said((0.1, 0.3), (0.4, 0.3))
    assert "is **not** certain" in said((0.1, 0.3), (0.3, 0.4))
    assert "is **not** certain" in said((0.1, 0.3), (0.3, 0.2999)), "a hair less is no less"
    assert "does **not** show" in said((0.3, 0.1), (0.4, 0.3))
    assert "the probe neither gains nor loses for certain: **0.0 points**" in said((0.1, 0.3), (0.4, 0.3))
    assert "the probe gains **20.0 points**" in said((0.1, 0.3), (0.4, 0.3), (0.5, 0.7))
    assert deciding.shortcut({"colour_rank": 0.1}, {"colour_rank": 0.2}) == UNKNOWN


def test_only_cells_that_differ_from_the_mean_of_the_matrix_are_shaded() -> None:
    """Noise on every picture, a loss of 0.05 in one cell, a gain in another; six cells are missing."""
    noise = np.random.default_rng(1).normal(0, 0.1, (3, 400))
    found = {
        place: per_picture(probe_h=level + n)
        for place, level, n in zip(((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)), (0.35, 0.40, 0.45), noise, strict=True)
    }
    cells = deciding.compared(found, "probe_h")
    assert [cell.differs for cell in cells.values()] == [-1, 0, 1]
    page = deciding.table(cells, ("Probe", "{:.1%}", True))
    shaded = dict(
        re.findall(r"<td style=\"background:color-mix\(in srgb, var\(--ll-(\w+)\) 35%, transparent\)\">([\d.]+)%", page)
    )
    assert set(shaded) == {"ours", "stone"} and float(shaded["ours"]) > 44 and float(shaded["stone"]) < 36
    assert (
        page.count("not trained") == 6 and page.count("<small>") == 3 and page.count(" to +") + page.count(" to −") == 3
    )
    less = deciding.table(cells, ("Rank", "{:.3f}", False))
    shaded = dict(re.findall(r"var\(--ll-(\w+)\) 35%, transparent\)\">([\d.]+)<", less))
    assert float(shaded["ours"]) < float(shaded["stone"]), "fewer is better"
    assert deciding.compared({(0.0, 0.0): {"probe_h": 0.5}, (0.5, 0.5): {"probe_h": 0.6}}, "probe_h")[
        0.5, 0.5
    ] == deciding.Cell(0.6, None), "a record of an older version is shown without a shade"


def test_the_matrix_is_waited_for_until_one_more_cell_is_ready_or_none_is_to_come() -> None:
    ready, running, absent = (object.__new__(kind) for kind in (lab.Ready, lab.Running, lab.Absent))
    assert deciding.Training((ready, running, absent), before=1).live
    assert not deciding.Training((ready, ready, running), before=1).live, "the page draws the new cell"
    assert not deciding.Training((ready, absent, absent), before=1).live, "the run has failed or was stopped"
    assert deciding.Training((ready, running, running), before=1).waiting == 2


def test_the_matrix_frames_the_partner_and_says_every_number() -> None:
    values = np.linspace(-1, 1, 16).reshape(4, 4)
    page = one_batch.matrix(values, np.zeros((4, 5, 5, 3), np.uint8), np.arange(4.0))
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', page)
    for i, row in enumerate(rows):
        cells = re.findall(r"<td.*?</td>", row)
        assert 'class="self"' in cells[i]
        assert ['class="pair"' in cell for cell in cells[:4]] == [j == partners(2)[i] for j in range(4)]
        assert f">{i}.00</td>" in cells[4]
    assert "−.87" in rows[0] and "--ll-below" in rows[0] and "--ll-ours" in rows[3]


def test_a_point_is_drawn_in_its_hue_and_a_ring_around_it() -> None:
    from core.charts.theme import HUES

    points = np.array([[0.0, 0], [1, 1], [0, 1]])
    image = scatter(points, np.array([0, 1, 2]), dark=False, side=200)
    assert image.shape == (200, 200, 4) and image[100, 100, 3] == 0
    low_left = image[200 - 15, 15]
    assert tuple(low_left[:3]) == tuple(int(HUES[0][i : i + 2], 16) for i in (1, 3, 5))
    ringed = scatter(points, np.array([0, 1, 2]), dark=False, rings=(0,), side=200)
    assert (ringed[..., 3] > 0).sum() > (image[..., 3] > 0).sum() + 100
    assert scatter(np.zeros((3, 2)), np.zeros(3, int), dark=True, side=64).any(), (
        "all in one place is no reason to fail"
    )


def test_main_colours_are_named_and_gray_pictures_have_none() -> None:
    def filled(r: int, g: int, b: int) -> torch.Tensor:
        return torch.tensor([r, g, b], dtype=torch.uint8)[:, None, None].expand(3, 8, 8)

    pictures = [
        (230, 30, 30),
        (240, 150, 30),
        (230, 220, 30),
        (40, 180, 60),
        (30, 200, 200),
        (30, 60, 220),
        (130, 40, 210),
        (220, 40, 150),
        (90, 90, 90),
    ]
    found = factors.main_hue(torch.stack([filled(*rgb) for rgb in pictures]))
    assert [factors.HUES[i] for i in found] == list(factors.HUES)
    assert factors.fifths(torch.arange(10.0)).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_what_is_watched_becomes_rows_where_it_changes() -> None:
    history = [{"i": 1, "loss": 2.0, "knn": 0.1}, {"i": 2, "loss": 1.5, "knn": 0.1}, {"i": 3, "loss": None, "knn": 0.3}]
    rows = charts.watched(history)
    assert [(row["step"], row["value"]) for row in rows] == [(1, 2.0), (1, 0.1), (2, 1.5), (3, 0.3)]
    import pandas as pd

    more = [
        {"step": s, "quantity": charts.WATCHED[n], "value": v}
        for s in (1, 2)
        for n, v in (("alignment", 0.5), ("uniformity", -2.0), ("probe", 0.6))
    ]
    for build, points in ((charts.losses, 2), (charts.accuracies, 4), (charts.path, 2)):
        spec = build(pd.DataFrame(rows + more), theme.LIGHT).to_dict()  # against the schema
        assert len(next(iter(spec["datasets"].values()))) == points
    live = charts.live(rows, theme.DARK)
    check(live)
    assert [len(one["data"]["values"]) for one in live["vconcat"]] == [2, 2]
