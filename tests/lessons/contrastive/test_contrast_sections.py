"""What the sections of "Contrastive" say and draw, from numbers that are made up here."""

from __future__ import annotations

import re

import numpy as np
import torch

from core import lab
from core.charts import theme
from core.data import factors
from core.lessons.contrastive import charts, deciding, measured, one_batch
from core.nn.contrast import partners
from core.ui.figures.scatter import scatter
from tests.helpers.charts import check


def numbers(**changed: float) -> dict[str, float]:
    found = {f"probe_{name}{end}": 0.5 for name in ("h", "z", "raw", "random") for end in ("", "_10", "_10k")}
    return found | changed


def test_the_verdict_follows_the_numbers() -> None:
    good = measured.verdict(numbers(probe_h=0.88, probe_raw=0.84, probe_z=0.85, probe_h_10=0.73, probe_raw_10=0.66))
    assert "**4.0 points above**" in good and "**7.0 points above**" in good and "3.0 points better than z" in good
    bad = measured.verdict(numbers(probe_h=0.80, probe_raw=0.84, probe_z=0.85, probe_h_10=0.60, probe_raw_10=0.66))
    assert "**4.0 points below**" in bad and "**6.0 points below**" in bad
    assert "z is 5.0 points better than h" in bad and "does not hold" in bad


def test_the_shortcut_is_said_only_where_it_shows() -> None:
    def said(colour: tuple[float, float], shape: tuple[float, float]) -> str:
        rows = [{"colour_rank": c, "shape_rank": s, "probe_h": 0.5} for c, s in zip(colour, shape, strict=True)]
        return deciding.shortcut(*rows)

    assert "shapes more and colours less" in said((0.1, 0.3), (0.4, 0.3))
    assert "does **not** hold" in said((0.1, 0.3), (0.3, 0.4))
    assert "does **not** show" in said((0.3, 0.1), (0.4, 0.3))


def test_the_table_shades_the_best_cell_most_and_leaves_gaps() -> None:
    values = {(0.0, 0.0): 0.2, (0.5, 0.5): 0.4, (1.0, 1.0): 0.3}
    page = deciding.table(values, ("Probe", "{:.1%}", True))
    shade = {cell: int(share) for share, cell in re.findall(r"--ll-ours\) (\d+)%, transparent\)\">([\d.]+%)<", page)}
    assert shade["40.0%"] > shade["30.0%"] > shade["20.0%"] and page.count("not trained") == 6
    less = deciding.table(values, ("Rank", "{:.1f}", False))
    shade = {cell: int(share) for share, cell in re.findall(r"--ll-ours\) (\d+)%, transparent\)\">([\d.]+)<", less)}
    assert shade["0.2"] > shade["0.3"] > shade["0.4"], "fewer is better"


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
    from core.charts.theme import LIGHT_HUES

    points = np.array([[0.0, 0], [1, 1], [0, 1]])
    image = scatter(points, np.array([0, 1, 2]), dark=False, side=200)
    assert image.shape == (200, 200, 4) and image[100, 100, 3] == 0
    low_left = image[200 - 15, 15]
    assert tuple(low_left[:3]) == tuple(int(LIGHT_HUES[0][i : i + 2], 16) for i in (1, 3, 5))
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
