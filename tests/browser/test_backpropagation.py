"""The lesson "Forward and backward" in a browser: the flow, a step, a changed weight, keyboard and finger; torch says the same."""

from __future__ import annotations

import pytest

from core.lessons.backpropagation.network import forward, gradients_of, net, starts
from tests.helpers.browser import PHONE, Screen
from tests.helpers.looks import check_looks

pytestmark = pytest.mark.browser
STAGE = ".forward-backward[data-at]"


class Look(Screen):
    """The open lesson."""

    @property
    def box(self):
        return self.page.locator(".forward-backward")

    def at(self) -> int:
        return int(self.box.get_attribute("data-at"))

    def loss(self) -> float:
        return float(self.box.get_attribute("data-loss"))

    def sent(self) -> int:
        return int(self.box.get_attribute("data-sent"))

    def cells(self) -> dict[int, list[tuple[str, str]]]:
        """Value and gradient of each cell, unrounded, by its column."""
        found = self.box.locator(".cell").evaluate_all(
            "all => all.map(({ dataset: d }) => [d.column, d.value, d.gradient])"
        )
        return {c: [(v, g) for column, v, g in found if int(column) == c] for c in range(8)}

    def press_button(self, name: str):
        self.box.get_by_role("button", name=name, exact=True).click()
        return self

    def told(self) -> str:
        return self.box.locator("#told").inner_text()

    def counted(self) -> list[int]:
        return [int(text) for text in self.box.locator(".count b").all_inner_texts()]


@pytest.fixture
def lesson(visit):
    """lesson(query) -> the open lesson."""
    return lambda query="", **options: visit("bp", Look, **options).go(f"backpropagation?{query}", STAGE)


@pytest.fixture
def screen(shared):
    """The open lesson as it was at first."""
    return shared("backpropagation", STAGE, "bp", Look)


def check_graph(screen: Look, values: list[float], activation: str) -> None:
    """Every number of the graph and of the chains is torch's."""
    given = net(values)
    trace = forward(given, activation)
    gradients = gradients_of(given, trace)
    cells = screen.cells()
    for layer in range(3):
        assert [float(v) for v, _ in cells[2 * layer]] == pytest.approx(trace.inputs[layer].tolist(), abs=1e-9)
        assert [float(v) for v, _ in cells[2 * layer + 1]] == pytest.approx(trace.pre[layer].tolist(), abs=1e-9)
        assert [float(g) for _, g in cells[2 * layer + 1]] == pytest.approx(gradients[layer][1].tolist(), abs=1e-9)
        numbers = screen.box.locator(f'.chain[aria-label="The chain of W{layer + 1}"] .result .entry')
        shown = [float(n) for n in numbers.evaluate_all("all => all.map((one) => one.dataset.number)")]
        assert shown == pytest.approx(gradients[layer][0].flatten().tolist(), abs=1e-9)
    assert screen.loss() == pytest.approx(float(trace.loss), abs=1e-9)


def test_the_flow_shows_what_is_known_and_counts(screen):
    assert screen.at() == 14 and screen.counted() == [36, 42, 162]
    check_graph(screen, starts()[0], "tanh")
    screen.press_button("To the input")
    assert screen.at() == 0 and screen.counted() == [0, 0, 0]
    assert [bool(v) for column in screen.cells().values() for v, _ in column] == [True, True] + [False] * 14 + [True]
    for position in range(1, 15):
        screen.page.keyboard.press("ArrowRight")  # the focus is on a button of the flow
        assert screen.at() == position
    check_graph(screen, starts()[0], "tanh")
    screen.page.keyboard.press("ArrowLeft")
    assert screen.at() == 13 and screen.counted() == [30, 36, 36]
    assert "dL/dz₁" in screen.told()
    screen.page.keyboard.press("Home")
    assert "dL/d" not in screen.told() and "z₁ =" not in screen.told()
    screen.until(lambda: screen.query().get("bp_at") == "0")
    screen.page.reload()
    screen.page.wait_for_selector(STAGE)
    assert screen.idle().at() == 0


def test_a_step_and_a_changed_weight_are_torchs_and_ask_nothing_of_the_server(lesson):
    screen = lesson("bp_start=3")
    values = list(starts()[3])
    before, sent = screen.loss(), screen.sent()
    screen.press_button("Take a step")
    given = net(values)
    flat = [g for pair in gradients_of(given, forward(given, "tanh")) for part in pair for g in part.flatten().tolist()]
    values[3:] = [v - 0.1 * g for v, g in zip(values[3:], flat, strict=True)]
    assert screen.sent() == sent, "the answer stood there before Python heard of it"
    check_graph(screen, values, "tanh")
    assert screen.loss() < before
    assert "the loss fell from" in screen.box.locator(".loss-now").inner_text()
    screen.box.get_by_role("combobox", name="The number to change").select_option(label="W₂[2,3]")
    screen.box.get_by_role("spinbutton", name="Its value").fill("1.5")
    values[3 + 6 + 3 + 5] = 1.5
    check_graph(screen, values, "tanh")
    assert "raise W₂[2,3] by 0.01" in screen.box.locator(".nudge").inner_text()
    screen.box.get_by_role("combobox", name="Activation").select_option("sigmoid")
    check_graph(screen, values, "sigmoid")
    screen.until(lambda: "bp_v" in screen.query() and screen.query().get("bp_f") == "sigmoid")
    loss = screen.loss()
    screen.page.reload()
    screen.page.wait_for_selector(STAGE)
    screen.idle()
    assert screen.loss() == pytest.approx(loss, abs=1e-3), "the link holds four digits"
    screen.press_button("First weights")
    check_graph(screen, list(starts()[3]), "sigmoid")


def test_ten_steps_are_ten_single_steps(screen):
    for _ in range(10):
        screen.press_button("Take a step")
    single = screen.loss()
    screen.press_button("First weights").press_button("Ten steps")
    assert screen.loss() == single
    assert screen.box.locator(".losses path").get_attribute("d").count(",") == 11


def test_play_runs_to_the_end_and_pauses(lesson):
    screen = lesson("bp_at=11")
    screen.press_button("Play")
    screen.until(lambda: screen.at() == 14)
    assert screen.box.get_by_role("button", name="Play", exact=True).get_attribute("aria-pressed") == "false"
    screen.press_button("Play")  # from the beginning
    assert screen.at() == 0
    screen.press_button("Pause")
    at = screen.at()
    screen.page.wait_for_timeout(1200)
    assert screen.at() == at


def test_a_wire_is_pressed_to_change_its_weight_and_reset_puts_all_back(screen):
    opened = screen.loss()
    screen.box.locator('.weight[data-slot="12"] .hold').dispatch_event("click")
    assert screen.box.get_by_role("combobox", name="The number to change").input_value() == "12"
    slider = screen.box.get_by_role("slider", name="Its value, with a slider")
    slider.press("ArrowRight")
    assert screen.loss() != opened
    screen.box.get_by_role("checkbox").check()
    assert screen.box.locator(".chain").nth(2).locator(".factor").count() == 4
    screen.until(lambda: screen.query().get("bp_reuse") == "on")
    screen.press("reset")
    screen.until(lambda: screen.loss() == opened)
    assert not screen.query() and not screen.box.get_by_role("checkbox").is_checked()


def test_a_finger_steps_through_the_upright_graph(lesson):
    screen = lesson(**PHONE)
    assert screen.no_scroll()
    boxes = screen.box.locator(".cell .box").evaluate_all("all => all.map((e) => e.getBoundingClientRect().right)")
    assert max(boxes) <= 390
    screen.box.get_by_role("button", name="One step back", exact=True).tap()
    assert screen.at() == 13
    screen.box.get_by_role("button", name="Take a step", exact=True).tap()
    assert screen.at() == 14


def test_it_looks_right(screen):
    def halfway() -> None:
        screen.press_button("Take a step").press_button("To the input")
        for _ in range(9):
            screen.press_button("One step on")

    halfway()
    states = {"halfway": halfway, "as it opens": lambda: screen.press("reset")}
    check_looks(screen, states, one_screen=True, part=".st-key-bp_play")
