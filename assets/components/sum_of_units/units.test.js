import assert from "node:assert/strict"
import { test } from "node:test"
import {
  curveOf,
  drawnOn,
  errorOf,
  fitted,
  GIVEN,
  greedy,
  MOST,
  PLACES,
  pack,
  piece,
  unpack,
  valueAt,
  X,
} from "./units.js"

/** @param {number} x */
const sigmoid = (x) => 1 / (1 + Math.exp(-x))

test("the lecture's sum is its function at 100 points of x₁ and x₂", () => {
  for (let i = 0; i < 100; i++) {
    const [x1, x2] = [Math.sin(7 * i), Math.cos(11 * i)]
    const truth = -3 * (sigmoid(5 * x1 - 5 * x2 + 1) + sigmoid(-5 * x1 + 5 * x2 + 1))
    assert.ok(Math.abs(valueAt(GIVEN.lecture, x1 - x2) - truth) < 1e-12)
  }
})

test("the book's bump is 0 outside, 1 in the middle, and straight between", () => {
  const at = (/** @type {number} */ x) => valueAt(GIVEN.bump, x)
  assert.deepEqual([-1.5, -1, -0.75, -0.5, 0, 0.5, 0.75, 1, 1.5].map(at), [0, 0, 0.5, 1, 1, 1, 0.5, 0, 0])
})

test("more units never fit worse, and the bump is found", () => {
  for (const kind of /** @type {const} */ (["relu", "sigmoid"]))
    for (const name of ["bump", "lecture", "sine", "step"]) {
      const curve = curveOf(name, "")
      if (!curve) throw new Error(name)
      const { order, errors } = greedy(curve, kind)
      assert.ok(order.length <= MOST && errors.length === order.length + 1)
      errors.slice(1).forEach((error, i) => {
        assert.ok(error <= errors[i] + 1e-12, `${name} ${kind} ${i}`)
      })
      for (const n of [0, 1, 3, order.length]) {
        const sum = fitted(curve, kind, order.slice(0, n))
        assert.ok(
          Math.abs(errorOf(sum, curve) - errors[n]) < 1e-4,
          `${name} ${kind} ${n}: ${errorOf(sum, curve)} and ${errors[n]}`,
        )
      }
    }
  const bump = curveOf("bump", "")
  assert.ok(
    bump && greedy(bump, "relu").errors[7] < 1e-6,
    "four bends are enough; chosen one after another it takes seven",
  )
})

test("a sum is what its pieces add up to", () => {
  const { kind, units, constant } = GIVEN.bump
  for (const x of X)
    assert.equal(
      valueAt(GIVEN.bump, x),
      units.reduce((s, unit) => s + piece(kind, unit, x), constant),
    )
})

test("a drawn curve travels in the link, and where a line comes back its newest part counts", () => {
  const up = drawnOn(null, [-1.5, -1], [1.5, 1])
  assert.deepEqual(
    [up[0], up[30], up[60]].map((y) => Math.round(1e6 * y) / 1e6),
    [-1, 0, 1],
  )
  const back = drawnOn(up, [1.5, 0.25], [0, 0.25])
  assert.deepEqual([back[29] < 0, back[30], back[45], back[60]], [true, 0.25, 0.25, 0.25])
  assert.equal(drawnOn(up, [9, 9], [9, 9])[60], 1)
  const again = unpack(pack(back))
  assert.ok(again?.every((y, i) => Math.abs(y - back[i]) < 1e-3))
  assert.equal(pack(back).length, 2 * PLACES)
  assert.deepEqual([unpack(""), curveOf("own", ""), unpack("zz")], [null, null, null])
})
