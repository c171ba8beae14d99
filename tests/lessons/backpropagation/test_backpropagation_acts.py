"""What the acts compute: three ways to one gradient, times, lengths of gradients, and their charts."""

from __future__ import annotations

import json
import math
import sys
import threading

import pytest
import torch

from core.charts.theme import spec
from core.lessons.backpropagation import charts, compared, saving, three_ways, vanishing
from core.lessons.backpropagation.counting import counts, of_depth
from core.lessons.backpropagation.three_ways import STEPS, Times
from core.rng import generator
from tests.helpers.charts import LOOK, LOOKS, check

TIMES = (
    Times(2, 25, {"reverse mode": (1e-4, 2e-4), "forward mode": (2e-3, 3e-3), "finite differences": (1e-3, 1e-3)}),
    Times(4, 65, {"reverse mode": (2e-4, 2e-4), "forward mode": (8e-3, 9e-3), "finite differences": (3e-3, 4e-3)}),
)


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_three_ways_find_one_gradient(layers):
    loss, weights = three_ways.chain(layers, seed=3)
    truth = three_ways.reverse(loss, weights)
    torch.testing.assert_close(three_ways.forward_mode(loss, weights), truth, atol=1e-12, rtol=0)
    found = three_ways.differences(loss, weights, 1e-5)
    torch.testing.assert_close(found, truth, atol=1e-4, rtol=0)
    torch.testing.assert_close(three_ways.at_once(loss, weights, 1e-5), found, atol=1e-9, rtol=0)
    assert len(weights) == 20 * (layers - 1) + 5
    torch.testing.assert_close(torch.autograd.functional.jacobian(loss, weights), truth)


def test_differences_have_a_best_h_and_fewer_bits_fewer_digits():
    double, single = (three_ways.agreement(4, 0, dtype) for dtype in (torch.float64, torch.float32))
    best = min(range(len(STEPS)), key=lambda i: double.differences[i])
    assert 1e-7 <= STEPS[best] <= 1e-3
    assert double.differences[0] > 1e3 * double.differences[best] < 1e-3 * double.differences[-1]
    assert double.forward < 1e-14 and double.reverse == 0
    assert 1e-9 < single.reverse < 1e-5 and 1e-9 < single.forward < 1e-5
    assert min(single.differences) > 100 * min(double.differences)


def test_digits_that_agree():
    assert [compared.digits(error) for error in (0.0, 1e-16, 2e-11, 0.03, 1.0, 5.0)] == [15, 15, 10, 1, 0, 0]


def test_times_are_those_that_were_measured(monkeypatch):
    monkeypatch.setattr(three_ways, "DEPTHS", (1, 2))
    monkeypatch.setattr(three_ways, "REPEATS", 2)
    heard: list[tuple[int, int]] = []
    found = three_ways.measured(lambda done, total: heard.append((done, total)))
    assert [one.weights for one in found] == [5, 25]
    assert all(len(seconds) == 2 and min(seconds) > 0 for one in found for seconds in one.seconds.values())
    assert heard == [(i, 6) for i in range(6)]


def test_what_is_said_of_the_times_is_a_ratio_of_each_repeat():
    assert compared.said(TIMES[1]) == (
        "with 65 weights, forward mode 42 times (40 to 45) and finite differences 18 times (15 to 20) as long as reverse mode"
    )
    rows = compared.time_rows(TIMES)
    assert len(rows) == 6
    assert rows[0] == {"weights": 25, "way": "reverse mode", "median": pytest.approx(0.15), "low": 0.1, "high": 0.2}


def test_lengths_are_those_of_autograd():
    found = vanishing.lengths("tanh", 6, 1.0, 5)
    assert found.shape == (vanishing.DRAWS, 6)
    torch.testing.assert_close(found[:, -1], torch.ones(vanishing.DRAWS).double())
    g = generator(5, "vanishing")
    size = vanishing.WIDTH
    a = torch.randn(vanishing.DRAWS, size, 1, generator=g).double()
    weights = [size**-0.5 * torch.randn(vanishing.DRAWS, size, size, generator=g).double() for _ in range(6)]
    pre = []
    for weight in weights:
        pre.append((weight @ a).requires_grad_(True))
        a = torch.tanh(pre[-1])
    push = torch.randn(vanishing.DRAWS, size, 1, generator=g).double()
    gradients = torch.autograd.grad((pre[-1] * push).sum(), pre)
    expected = torch.cat([one.norm(dim=1) for one in gradients], dim=1)
    torch.testing.assert_close(found, expected / expected[:, -1:])


def test_sigmoids_vanish_and_large_relus_explode():
    at = lambda activation, scale: vanishing.lengths(activation, 20, scale, 0)[:, 0].median()  # noqa: E731
    assert at("sigmoid", 1.0) < 1e-9 < 1e-6 < at("relu", 1.0) < at("tanh", 1.0) < 1
    assert 0.2 < at("relu", math.sqrt(2)) < 3
    assert at("relu", 3.0) > 1e3
    assert all(at("sigmoid", scale) < 0.25**19 * (2.1 * scale) ** 19 for scale in (0.5, 1.0))


@pytest.mark.parametrize(("share", "said"), [(0.0, "0"), (0.137, "0.14"), (8e-13, "8 · 10⁻¹³"), (4000, "4 · 10³"), (12.0, "12")])  # fmt: skip
def test_a_share_in_words(share, said):
    assert vanishing._factor(share) == said


def test_the_rows_of_the_first_act_are_the_counts():
    rows = saving.by_depth(3)
    one = {row["kind"]: row["products"] for row in rows if row["layers"] == 3}
    assert tuple(one.values()) == (36, 42, 162), "the network of the stage"
    wide = {row["kind"]: row["times"] for row in saving.by_width() if row["units"] == 100}
    found = counts(of_depth(3, 100))
    assert tuple(wide.values()) == (1, found.chains / found.reuse, found.paths / found.reuse)
    assert [saving._many(n) for n in (393, 20_600, 170_000_000_000)] == ["393", "20,600", "1.7 · 10¹¹"]


def charted(look):
    errors = [{"h": h, "error": h * h, "way": "finite differences"} for h in STEPS]
    errors += [{"h": h, "error": 1e-16, "way": "forward mode"} for h in (STEPS[0], STEPS[-1])]
    return {
        "depth": spec(charts.against_depth, saving.by_depth(100), look),
        "one unit": spec(charts.against_depth, saving.by_depth(1), look),
        "width": spec(charts.against_width, saving.by_width(), look),
        "errors": spec(charts.errors, errors, look),
        "times": spec(charts.times, compared.time_rows(TIMES), look),
        "gradients": spec(charts.gradients, vanishing._rows(5, 1.0, 0), look),
        "gradients that are zero": spec(charts.gradients, vanishing._rows(40, 0.5, 0), look),
    }


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark big"])
def test_a_chart_is_one_valid_view_in_the_colours_of_its_theme(look):
    other = LOOKS[1] if look.ink == LOOK.ink else LOOK
    for name, made in charted(look).items():
        check(made)
        assert not {"vconcat", "hconcat", "concat", "facet"} & made.keys(), name
        drawn = json.dumps({key: value for key, value in made.items() if key != "datasets"})
        assert other.ink not in drawn and other.quiet not in drawn, name
        assert len(made["description"]) > 40, name


def test_each_line_has_its_name_dash_and_mark():
    made = charted(LOOK)["width"]
    names = [layer for layer in made["layer"] if layer["mark"]["type"] == "text"]
    assert len(names) == 3
    [line] = [layer for layer in made["layer"] if layer["mark"]["type"] == "line"]
    [mark] = [layer for layer in made["layer"] if layer["mark"]["type"] == "point"]
    assert len({json.dumps(dash) for dash in line["encoding"]["strokeDash"]["scale"]["range"]}) == 3
    assert len(set(mark["encoding"]["shape"]["scale"]["range"])) == 3


def test_forward_mode_is_right_in_two_threads_at_once():
    """Visitors come at the same time, and torch counts the levels of forward mode once for all threads."""
    loss, weights = three_ways.chain(8, seed=7)
    truth, found = three_ways.reverse(loss, weights), []
    three_ways.forward_mode(loss, weights)
    interval = sys.getswitchinterval()
    try:
        sys.setswitchinterval(1e-5)
        threads = [
            threading.Thread(target=lambda: found.append(three_ways.forward_mode(loss, weights))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(found) == 4
    for one in found:
        torch.testing.assert_close(one, truth, atol=1e-12, rtol=0)
