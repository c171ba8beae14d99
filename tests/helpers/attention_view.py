"""The attention view of an open page in a browser, as tests look at it and touch it."""

from __future__ import annotations

import json

from tests.helpers.browser import PATIENCE

DEFAULT = {"layer": 0, "column": 1, "pin": None, "view": "both"}
PIXEL = """(canvas, places) => {
  const scale = canvas.width / canvas.getBoundingClientRect().width
  const g = canvas.getContext("2d")
  return places.flatMap(([x, y]) => [...g.getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data])
}"""


class View:
    """One attention view of an open page."""

    def __init__(self, page, wait_idle, nth=0):
        self.page = page
        self.wait_idle = lambda: wait_idle(page)
        self.root = page.locator(".attention-view").nth(nth)
        self.grid, self.map, self.tip = (self.root.locator(name) for name in (".grid", ".map", ".tip"))
        self.queries, self.keys = (self.root.locator(f".{name} .token") for name in ("queries", "keys"))
        self.head = self.root.locator(".card .head")
        self.live = self.root.locator("[aria-live]")
        self.before = 0  # messages that are not counted

    def count_anew(self) -> None:
        """`sent` counts from here on."""
        self.before += self.sent()

    def cell(self, query: int, key: int, tokens: int) -> dict:
        """Position of a cell's centre in the heat map, as Playwright's `position`."""
        box = self.map.bounding_box()
        return {"x": (key + 0.5) * box["width"] / tokens, "y": (query + 0.5) * box["height"] / tokens}

    def pixel(self, canvas, *places: dict) -> list[int]:
        """Red, green, blue and opacity at one place after the other."""
        return canvas.evaluate(PIXEL, [[place["x"], place["y"]] for place in places])

    def shown(self, query: int, key: int, tokens: int) -> list[int]:
        """The colour of a cell."""
        return self.pixel(self.map, self.cell(query, key, tokens))[:3]

    def thumbs(self) -> list[list[dict]]:
        """The middle of each small picture in the canvas: below the name of its column, beside that of its row."""
        xs, ys = self.root.evaluate(
            """(root) => {
              const box = root.querySelector(".grid").getBoundingClientRect()
              const middles = (selector, edge, size) => [...root.querySelectorAll(selector)]
                .map((e) => e.getBoundingClientRect()).map((rect) => rect[edge] + rect[size] / 2 - box[edge])
              return [middles(".names span", "x", "width"), middles(".rows span", "y", "height")]
            }"""
        )
        return [[{"x": x, "y": y} for x in xs] for y in ys]

    def choose(self, layer: int, column: int) -> None:
        self.grid.click(position=self.thumbs()[layer][column])

    def numbers(self, tokens) -> dict[str, str]:
        """The numbers beside tokens, by the token's text."""
        return {
            row.locator("button").text_content(): row.locator(".number").text_content()
            for row in tokens.all()
            if row.locator(".number").text_content()
        }

    def sent(self) -> int:
        """How many messages Python was sent."""
        return int(self.root.get_attribute("data-sent")) - self.before

    def echo(self, name="choice") -> dict:
        return json.loads(self.page.locator(".st-key-echo").inner_text())[name]

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def expect(self, sent: int | None = None, **changes) -> None:
        """Python has this choice, after so many messages."""
        want = DEFAULT | changes
        self.page.wait_for_function(
            """([want]) => {
              const echo = document.querySelector(".st-key-echo")
              const have = echo && JSON.parse(echo.innerText).choice
              return have && Object.keys(want).every((name) => have[name] === want[name])
            }""",
            arg=[want],
            timeout=PATIENCE,
        )
        self.wait_idle()
        assert self.echo() == want
        assert sent is None or self.sent() == sent
