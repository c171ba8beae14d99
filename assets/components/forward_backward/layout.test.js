import assert from "node:assert/strict"
import { test } from "node:test"
import { layout, TARGET } from "./layout.js"

for (const [width, size] of [
  [300, 16],
  [340, 16],
  [560, 16],
  [650, 16],
  [846, 16],
  [880, 21],
  [1100, 16],
])
  test(`${width} pixels: every cell is inside, and none covers another`, () => {
    const { cells, wires, height, wide, tall } = layout(width, size)
    assert.equal(cells.length, 2 + 3 + 3 + 3 + 3 + 1 + 1 + 1)
    for (const { x, y } of cells) {
      assert.ok(x - wide / 2 >= 0 && x + wide / 2 <= width + 0.5, `${x}`)
      assert.ok(y - tall / 2 >= 0 && y + tall / 2 <= height + 0.5)
    }
    cells.forEach((a, i) => {
      for (const b of cells.slice(i + 1)) assert.ok(Math.abs(a.x - b.x) >= wide - 0.5 || Math.abs(a.y - b.y) >= tall)
    })
    assert.equal(wires.filter(({ layer }) => layer).length, 18, "one for each weight")
    assert.equal(wires.filter(({ layer }) => !layer).length, 3 + 3 + 1 + 1)
    assert.equal(cells.filter(({ column }) => column === TARGET).length, 1)
  })
