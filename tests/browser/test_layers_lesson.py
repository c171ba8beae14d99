"""The lesson "Layers as maps" in a browser: playing and stepping agree, the address brings a training back, hands and keys work."""

from __future__ import annotations

import pytest

from tests.helpers.browser import Screen
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
def maps(shared_lab_server, tab, wait_idle):
    def visit(query: str = "", **options) -> Maps:
        screen = Maps(tab(**options), shared_lab_server, wait_idle, "ly")
        return screen.go(f"layers?{query}", STAGE)

    return visit


def test_playing_and_stepping_lead_to_the_same_network_and_the_link_brings_it_back(maps):
    screen = maps()
    screen.press("Play")
    screen.until(lambda: screen.step() >= 8)
    screen.press("Pause")
    played, numbers = screen.step(), screen.losses()
    screen.until(lambda: screen.query().get("ly_step") == str(played))
    screen.press("Reset")
    screen.until(lambda: screen.step() == 0 and "ly_step" not in screen.query())
    screen.press("Step", played)
    assert screen.step() == played and screen.losses() == numbers
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
    screen = maps("ly_step=40", reduced_motion="reduce")
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
    assert screen.step() == 1


def test_how_it_looks(maps):
    screen = maps("ly_data=blobs3&ly_width=3&ly_depth=1&ly_step=20&ly_way=350")
    screen.until(lambda: screen.step() == 20)
    check_looks(screen)
