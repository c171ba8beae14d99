import assert from "node:assert/strict"
import { test } from "node:test"
import { arrowShape, frame, gridLines, inPixels, inUnits, kept, placeLabels } from "./plane.js"

const room = { width: 300, height: 200, line: 20 }

/** @param {ArrayLike<number>} a @param {number[]} b */
const near = (a, b) => {
  assert.equal(a.length, b.length)
  b.forEach((x, i) => {
    assert.ok(Math.abs(a[i] - x) < 1e-9, `${a[i]} is not ${x}`)
  })
}

test("a tip stays within reach, on hundredths", () => {
  assert.deepEqual(kept([900, -900], 3), [3, -3])
  assert.deepEqual(kept([1.23456, -0.001], 3), [1.23, 0])
  assert.equal(Object.is(kept([0, -0.001], 3)[1], 0), true, "no minus before a zero")
})

test("a plane with a reach has its origin in the middle", () => {
  const plane = frame(room, [], 3)
  assert.deepEqual(plane.origin, [150, 100])
  near(inPixels(plane, [3, 3]), [150 + 88, 100 - 88])
  near(inUnits(plane, inPixels(plane, [1.25, -0.5])), [1.25, -0.5])
})

test("without a reach everything fits, and words find room on the right", () => {
  const points = /** @type {[number, number][]} */ ([
    [4, 1],
    [-2, 3],
    [1, -2],
  ])
  const plane = frame(room, points, null)
  for (const point of [...points, /** @type {[number, number]} */ ([0, 0])]) {
    const [x, y] = inPixels(plane, point)
    assert.ok(x >= 12 - 1e-9 && x <= 300 - 12 - 102 + 1e-9 && y >= 20 - 1e-9 && y <= 180 + 1e-9, `${x} ${y}`)
  }
  assert.ok(Number.isFinite(frame(room, [[0, 0]], null).unit), "one point at the origin")
})

test("a grid has a line a unit and two axes", () => {
  const plane = frame(room, [], 3)
  const lines = gridLines(room, plane, true)
  assert.equal(lines.filter(({ axis }) => axis).length, 2)
  assert.ok(
    lines.slice(-2).every(({ axis }) => axis),
    "axes are drawn last",
  )
  const upright = lines.filter(({ from, to, axis }) => !axis && from[0] === to[0]).map(({ from }) => from[0])
  near(
    upright,
    [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5].map((i) => 150 + i * plane.unit),
  )
  assert.equal(gridLines(room, plane, false).length, 2)
})

test("an arrow's line ends in its head; a short one is a line alone", () => {
  const { end, head } = arrowShape([0, 0], [100, 0], 16)
  near(end, [100 - 0.8 * 16, 0])
  near(head.flat(), [100, 0, 84, 0.42 * 16, 84, -0.42 * 16])
  assert.deepEqual(arrowShape([0, 0], [4, 0], 16).head, [])
  assert.deepEqual(arrowShape([5, 5], [5, 5], 16), { end: [5, 5], head: [] })
})

test("words stand beside their tips, and none covers another", () => {
  const label = { x: 150, y: 100, right: true, up: true, wide: 60 }
  assert.deepEqual(placeLabels([label], room), [{ start: 164, top: 100 }])
  assert.deepEqual(placeLabels([{ ...label, right: false }], room), [{ start: 150 - 14 - 60, top: 100 }])
  assert.deepEqual(placeLabels([{ ...label, x: 280 }], room), [{ start: 238, top: 100 - 23 }], "no room: above the tip")
  const crowd = [100, 101, 99, 102].map((y) => ({ ...label, y }))
  const tops = placeLabels(crowd, room).map(({ top }) => top)
  const order = [...tops].sort((a, b) => a - b)
  for (let i = 1; i < order.length; i++) assert.ok(order[i] - order[i - 1] >= 19, `${order}`)
  assert.ok(tops[2] < tops[0] && tops[0] < tops[1] && tops[1] < tops[3], "in the order of their tips")
  assert.ok(placeLabels([{ ...label, y: 500 }], room)[0].top <= 190)
})
