import assert from "node:assert/strict"
import { test } from "node:test"
import { OUTSIDE, Plane } from "./plane.js"

/** Four points: in two corners, in the middle, and one that the frame does not show. */
const plane = new Plane(
  [-4, 4, 0, 2],
  Uint16Array.from([0, 0, 65535, 65535, 32768, 32768, 32768, 32768]),
  Uint8Array.from([0, 1, 2, OUTSIDE]),
)

test("places are shares of the edges, from the lower left", () => {
  assert.deepEqual(plane.shares({ x: -4, y: 0 }), [0, 0])
  assert.deepEqual(plane.shares({ x: 2, y: 1.5 }), [0.75, 0.75])
  assert.deepEqual(plane.at(0.75, 0.25), { x: 2, y: 0.5 })
  assert.deepEqual(plane.spot(1), [1, 1])
})

test("what lies outside of the plane is put on its edge", () => {
  assert.deepEqual(plane.at(-0.6, 0.25), { x: -4, y: 0.5 })
  assert.deepEqual(plane.at(1.5, 9), { x: 4, y: 2 })
  let place = { x: 1, y: 1.5 }
  for (let i = 0; i < 30; i++) place = plane.step(place, 0, 0.1)
  assert.deepEqual(place, { x: 1, y: 2 })
})

test("a step is a share of the edges", () => {
  const place = plane.step({ x: 1, y: 1.5 }, 0.01, -0.1)
  assert.ok(Math.abs(place.x - 1.08) < 1e-12 && Math.abs(place.y - 1.3) < 1e-12)
})

test("the nearest point that is on show, within reach", () => {
  assert.equal(plane.nearest(0.1, 0.1, 0.2), 0)
  assert.equal(plane.nearest(0.1, 0.1, 0.1), -1)
  assert.equal(plane.nearest(0.5, 0.5, 0.1), 2, "the other one there lies outside of the frame")
  assert.equal(plane.nearest(0.5, 0.5, 2, 1), 1, "another class alone")
  assert.equal(new Plane().nearest(0.5, 0.5, 2), -1)
})

test("as many digits as tell one pixel from the next", () => {
  assert.equal(plane.digits, 2)
  assert.equal(new Plane([0, 2000, 0, 2000]).digits, 0)
  assert.equal(new Plane([0, 1e-3, 0, 1]).digits, 6)
})
