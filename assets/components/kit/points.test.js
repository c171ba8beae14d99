import assert from "node:assert/strict"
import { test } from "node:test"
import { cellOf, mix, paint, stamp } from "./points.js"

const [RED, GREEN, WHITE] = [0xff0000ff, 0xff00ff00, 0xffffffff] // in the order in which a canvas has them: alpha first
const at = (/** @type {Uint32Array} */ out, /** @type {number} */ x, /** @type {number} */ y, edge = 10) =>
  out[y * edge + x] >>> 0

/** Two groups of 2 x 2 pixels, all red and all green. */
const SHEET = Uint32Array.from([RED, RED, GREEN, GREEN, RED, RED, GREEN, GREEN])
const CELLS = [0, 1].map((group) => cellOf(SHEET, 4, 2, group))

/** @param {Partial<Parameters<typeof paint>[1]>} changed */
const scene = (changed) => ({
  places: Float32Array.from([0.5, 0.5, 0.25, 0.75]),
  groups: Uint8Array.from([0, 1]),
  stride: 1,
  view: { x: 0.5, y: 0.5, zoom: 1 },
  edge: 10,
  sheet: { height: 2 },
  alone: null,
  ...changed,
})

test("all points come in another order, each once", () => {
  const count = 50
  const places = Float32Array.from({ length: 2 * count }, (_, i) => i)
  const groups = Uint8Array.from({ length: count }, (_, i) => i)
  const mixed = mix(places, groups, 7919)
  assert.deepEqual(
    [...mixed.group].sort((a, b) => a - b),
    [...groups],
  )
  assert.notDeepEqual([...mixed.group], [...groups])
  for (const [k, group] of mixed.group.entries()) {
    assert.deepEqual([mixed.place[2 * k], mixed.place[2 * k + 1]], [2 * group, 2 * group + 1])
  }
})

test("pixels that are empty are left out of a cell", () => {
  const one = cellOf(Uint32Array.from([0, RED, 0x80ffffff, 0]), 2, 2, 0)
  assert.deepEqual(
    [[...one.right], [...one.down]],
    [
      [0, -1],
      [-1, 0],
    ],
  )
  assert.deepEqual([...one.alphas], [256, 129])
})

test("marks stand where their places are, y upwards", () => {
  const out = new Uint32Array(100).fill(WHITE)
  paint(out, scene({}), CELLS, [true, 1])
  assert.deepEqual([at(out, 4, 4), at(out, 5, 5)], [RED, RED])
  assert.deepEqual([at(out, 2, 2), at(out, 3, 3)], [GREEN, GREEN])
  assert.equal(out.filter((pixel) => pixel >>> 0 !== WHITE).length, 8)
})

test("a view that is closer leaves out what is out of sight", () => {
  const out = new Uint32Array(100).fill(WHITE)
  paint(out, scene({ view: { x: 0.5, y: 0.5, zoom: 4 } }), CELLS, [true, 1])
  assert.equal(out.filter((pixel) => pixel >>> 0 === RED).length, 4)
  assert.equal(out.filter((pixel) => pixel >>> 0 === GREEN).length, 0)
})

test("one group alone: the others are drawn behind it, and pale", () => {
  const out = new Uint32Array(100).fill(WHITE)
  paint(out, scene({ alone: 1 }), CELLS, [false, 0.08])
  assert.equal(at(out, 2, 2), WHITE)
  const [red, green, blue] = [0, 8, 16].map((shift) => (at(out, 5, 5) >>> shift) & 255)
  assert.ok(red >= 254 && Math.abs(green - 0.92 * 255) < 3 && Math.abs(blue - 0.92 * 255) < 3)
  paint(out, scene({ alone: 1 }), CELLS, [true, 1])
  assert.equal(at(out, 2, 2), GREEN)
  assert.notEqual(at(out, 5, 5), RED)
})

test("a mark at the border does not come in again on the other side", () => {
  const out = new Uint32Array(100).fill(WHITE)
  stamp(out, 10, { x: 0, y: 5, whole: false }, CELLS[0], 1)
  stamp(out, 10, { x: 10, y: 0, whole: false }, CELLS[1], 1)
  assert.deepEqual([at(out, 0, 4), at(out, 0, 5)], [RED, RED])
  assert.equal(at(out, 9, 0), GREEN)
  assert.equal(out.filter((pixel) => pixel >>> 0 !== WHITE).length, 3)
})
