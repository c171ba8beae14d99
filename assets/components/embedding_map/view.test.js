import assert from "node:assert/strict"
import { test } from "node:test"
import { View } from "./view.js"

const near = (/** @type {number[]} */ a, /** @type {number[]} */ b) =>
  assert.ok(
    a.every((x, i) => Math.abs(x - b[i]) < 1e-12),
    `${a} is not ${b}`,
  )

test("the whole frame is on show at first, y upwards", () => {
  const view = new View()
  near(view.toFrame(0.25, 0.25), [0.25, 0.75])
  near(view.toScreen(0.25, 0.75), [0.25, 0.25])
})

test("what lies under the pointer stays there while it zooms", () => {
  const view = new View()
  for (const factor of [1.5, 3, 0.5]) {
    const before = view.toFrame(0.3, 0.6)
    view.zoomAt(0.3, 0.6, factor)
    near(view.toFrame(0.3, 0.6), before)
  }
  near(view.toScreen(...view.toFrame(0.1, 0.8)), [0.1, 0.8])
})

test("the window never leaves the frame, and its zoom has ends", () => {
  const view = new View()
  view.move(9, 9)
  near([view.x, view.y], [0.5, 0.5])
  view.zoomAt(0.5, 0.5, 4)
  view.move(9, -9)
  near([view.x, view.y], [0.875, 0.125])
  view.zoomAt(0.5, 0.5, 1e9)
  assert.equal(view.zoom, 60)
  view.zoomAt(0.1, 0.9, 1e-9)
  near([view.x, view.y, view.zoom], [0.5, 0.5, 1])
})

test("a point that is out of sight or close to the border comes to the middle", () => {
  const view = new View()
  view.zoomAt(0.5, 0.5, 10)
  view.bring(0.53, 0.5)
  near([view.x, view.y], [0.5, 0.5])
  view.bring(0.548, 0.5)
  near([view.x, view.y], [0.548, 0.5])
  view.bring(0.2, 0.99)
  near([view.x, view.y], [0.2, 0.95])
})

test("the whole map again", () => {
  const view = new View()
  view.zoomAt(0.1, 0.1, 8)
  view.whole()
  near([view.x, view.y, view.zoom], [0.5, 0.5, 1])
})
