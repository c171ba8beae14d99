"""The lesson "Layers as maps" in a browser: playing and stepping agree, the address brings a training back, hands and keys work."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.browser import Screen, scroll_until
from tests.helpers.looks import check_looks

pytestmark = pytest.mark.browser
STAGE = ".layer-maps[data-frames]"


class Maps(Screen):
    """The open lesson."""

    @property
    def box(self):
        return self.page.locator(".layer-maps")

    def step(self) -> int:
        return int(self.box.get_attribute("data-step"))

    def text(self, selector: str) -> str:
        return self.box.locator(selector).inner_text()

    def losses(self) -> tuple[str, str, str]:
        return self.text(".n-train"), self.text(".n-test"), self.text(".n-accuracy")

    def press(self, name: str, times: int = 1) -> None:
        for _ in range(times):
            self.box.get_by_role("button", name=name, exact=True).click()

    def choose(self, name: str, shown: str) -> None:
        self.box.locator(f"select[name={name}]").select_option(label=shown)


@pytest.fixture
def maps(visit):
    """maps(query) -> the open lesson."""
    return lambda query="", **options: visit("ly", Maps, **options).go(f"layers?{query}", STAGE)


@pytest.fixture(scope="module")
def acts(shared):
    """One page for what is done in acts below the stage, each in its own."""
    return shared("layers?ly_op=norm&ly_one_a=relu&ly_one_b=sigmoid", STAGE, "ly", Maps)


def numbers(texts: list[str]) -> list[float]:
    return [float(text.replace("−", "-")) for text in texts]


def reach(screen: Maps, selector: str):
    """The component of an act, once it has drawn."""
    found = screen.page.locator(f"{selector}[data-frames]")
    scroll_until(screen.page, found)
    screen.idle()
    return screen.page.locator(selector)


def test_playing_and_stepping_lead_to_the_same_network_and_the_link_brings_it_back(maps):
    screen = maps()
    screen.press("Play")
    screen.until(lambda: screen.step() >= 8)
    screen.press("Pause")
    screen.until(lambda: screen.query().get("ly_step") == str(screen.step()))
    played, numbers = screen.step(), screen.losses()
    screen.press("Reset")
    screen.until(lambda: screen.step() == 0 and "ly_step" not in screen.query())
    screen.press("Step", played)
    screen.until(lambda: screen.step() == played)
    assert screen.losses() == numbers
    again = maps(f"ly_step={played}")
    again.until(lambda: again.step() == played)
    assert again.losses() == numbers
    assert numbers[0] in again.box.locator("#told").text_content()


def test_settings_go_into_the_address_and_start_anew(maps):
    screen = maps("ly_step=30")
    screen.until(lambda: screen.step() == 30)
    screen.choose("data", "3 blobs")
    screen.choose("width", "4")
    screen.until(lambda: screen.query() == {"ly_data": "blobs3", "ly_width": "4"})
    assert screen.step() == 0
    assert screen.box.locator(".strip canvas").count() == 7
    assert screen.box.locator(".runs tbody tr").count() == 1, "the run before is in the table"
    start = screen.losses()
    screen.press("New weights")
    screen.until(lambda: screen.query().get("ly_seed") == "4")
    assert screen.losses() != start
    link = screen.box.locator(".runs a").first
    assert link.get_attribute("href") == "?ly_step=30"
    screen.box.locator(".runs-box summary").click()
    link.click()
    screen.until(lambda: screen.step() == 30 and screen.query() == {"ly_step": "30"})


def test_the_slider_and_a_small_plane_lead_through_the_layers(maps):
    screen = maps("ly_step=40")
    screen.until(lambda: screen.step() == 40)
    screen.box.locator(".strip button").nth(2).click()
    screen.until(lambda: screen.query().get("ly_way") == "200")
    assert "Plane 2, ReLU" in screen.text(".where") and "ReLU(z)" in screen.text(".equation-title")
    slider = screen.page.get_by_role("slider", name="The way through the layers")
    slider.press("End")
    screen.until(lambda: screen.query().get("ly_way") == "600")
    assert "softmax" in screen.text(".where")


def test_a_weight_is_set_by_hand_and_its_link_brings_it_back(maps):
    screen = maps("ly_step=5")
    screen.until(lambda: screen.step() == 5)
    before = screen.losses()
    screen.box.locator(".which").select_option(label="h₁ → h′₂")
    screen.box.locator(".value").fill("-2.5")
    screen.box.locator(".value").press("Enter")
    screen.until(lambda: screen.query().get("ly_edits") == "5:1:2:-2.5")
    screen.until(lambda: screen.losses() != before)
    numbers = screen.losses()
    again = maps("ly_step=5&ly_edits=5:1:2:-2.5")
    again.until(lambda: again.step() == 5)
    assert again.losses() == numbers


def test_points_by_click_and_by_key_are_a_person_s_own_data(maps):
    screen = maps()
    screen.press("Clear")
    screen.until(lambda: screen.query().get("ly_data") == "own")
    assert "There are no points yet" in screen.text(".said")
    big = screen.box.locator(".big")
    screen.press("Add points of class 1")
    big.click(position={"x": 60, "y": 60})
    screen.press("Add points of class 2")
    big.focus()
    for key in ("ArrowRight", "Enter"):
        big.press(key)
    screen.until(lambda: len(screen.query().get("ly_points", "")) == 10)
    assert [screen.query()["ly_points"][i] for i in (4, 9)] == ["0", "1"]
    screen.press("Step")
    screen.until(lambda: screen.step() == 1)


def test_the_equation_says_what_its_own_numbers_give(maps):
    screen = maps("ly_step=25")
    screen.until(lambda: screen.step() == 25)
    shown = screen.box.locator(".equation mn").all_text_contents()
    z, rest = np.array(numbers(shown))[:2], np.array(numbers(shown))[2:]
    weights, x, bias = rest[:4].reshape(2, 2), rest[4:6], rest[6:]
    np.testing.assert_allclose(z, weights @ x + bias, atol=0.03)
    screen.box.locator(".way").fill("600")
    screen.until(lambda: "softmax" in screen.text(".equation-title"))
    p, scores = np.array(numbers(screen.box.locator(".equation mn").all_text_contents())).reshape(2, 2)
    np.testing.assert_allclose(p, np.exp(scores) / np.exp(scores).sum(), atol=0.02)
    spoken = screen.box.locator("#told-wiring").text_content()
    assert ", ".join(f"{v:.2f}" for v in p) in spoken


def test_the_loss_is_read_at_the_cursor(maps):
    screen = maps("ly_step=60")
    screen.until(lambda: screen.step() == 60 and screen.text(".readout").startswith("step 60"))
    curve = screen.box.locator(".curve")
    curve.focus()
    curve.press("ArrowLeft")
    screen.until(lambda: not screen.text(".readout").startswith("step 60"))
    curve.hover(position={"x": 46, "y": 60})
    screen.until(lambda: screen.text(".readout").startswith("step 0:"))


def test_both_runs_go_in_step_and_the_link_brings_them_back(maps, acts):
    screen = acts
    two = reach(screen, ".two-runs")
    two.get_by_role("button", name="Play", exact=True).click()
    screen.until(lambda: int(two.get_attribute("data-step")) >= 6)
    two.get_by_role("button", name="Pause", exact=True).click()
    step = two.get_attribute("data-step")
    screen.until(lambda: screen.query().get("ly_two_step") == step)
    told = two.locator("#told").text_content()
    assert told.startswith(f"Step {step}. SGD: train loss")
    again = maps(f"ly_two_step={step}")
    other = reach(again, ".two-runs")
    again.until(lambda: other.locator("#told").text_content() == told)


def test_a_curve_is_drawn_by_hand_also_backwards_and_an_empty_paper_is_said(acts):
    screen = acts
    box = reach(screen, ".sum-of-units")
    box.get_by_role("button", name="Clear", exact=True).click()
    screen.until(lambda: screen.query().get("ly_sum_curve") == "own")
    assert "There is no curve yet" in box.locator(".said").inner_text()
    paper = box.locator(".paper")
    paper.scroll_into_view_if_needed()
    at = paper.bounding_box()
    mouse = screen.page.mouse
    mouse.move(at["x"] + 20, at["y"] + 60)
    mouse.down()
    mouse.move(at["x"] + at["width"] - 20, at["y"] + 200, steps=8)
    mouse.move(at["x"] + at["width"] / 2, at["y"] + 30, steps=8)
    mouse.up()
    screen.until(lambda: len(screen.query().get("ly_sum_drawn", "")) == 122)
    assert "where your line came back" in box.locator(".said").inner_text()
    error = float(box.locator(".error-now").inner_text().split()[1])
    box.locator("select[name=sum_count]").select_option(label="20")
    screen.until(lambda: float(box.locator(".error-now").inner_text().split()[1]) < error)


def test_an_operation_is_moved_through_and_a_weight_changes_its_map(acts):
    screen = acts
    box = reach(screen, ".one-operation")
    before = box.locator(".before")
    before.focus()
    before.press("ArrowRight")
    screen.until(lambda: box.locator(".place").inner_text() == "(1.30, −0.60)")
    x, y = numbers(box.locator(".image").inner_text().strip("()").split(", "))
    assert abs(np.hypot(x, y) - 1) < 0.01
    box.locator("select[name=op]").select_option(label="linear")
    box.get_by_label("b₂").fill("2")
    box.get_by_label("b₂").press("Enter")
    screen.until(lambda: screen.query().get("ly_op_matrix", "").endswith("_2"))


def test_a_number_is_followed_through_a_stack(acts):
    screen = acts
    box = reach(screen, ".one-dimension")
    box.locator(".graph").focus()
    box.locator(".graph").press("ArrowLeft")
    screen.until(lambda: screen.query().get("ly_one_x") == "110")
    assert box.locator("#told").inner_text() == "x = 1.10, after ReLU: 1.10, after sigmoid: 0.75."


def test_how_it_looks(maps):
    screen = maps("ly_data=blobs3&ly_width=3&ly_depth=1&ly_step=20&ly_way=350")
    screen.until(lambda: screen.step() == 20)
    check_looks(screen)
