import assert from "node:assert/strict"
import { test } from "node:test"
import { apply, matrixOf, quadrants, textOf } from "./operations.js"

const ROWS = Float64Array.of(1, 2, -3, 4, 0, 0, -1, -1)

/** @param {import("./operations.js").Name} name @param {number} [temperature] */
const made = (name, temperature = 1) => apply({ name, matrix: [1, 2, 3, 4, 0.5, -0.5], temperature }, ROWS)

test("each operation is what its equation says", () => {
  assert.deepEqual([...made("linear")], [5.5, 10.5, 5.5, 6.5, 0.5, -0.5, -2.5, -7.5])
  assert.deepEqual([...made("relu")], [1, 2, 0, 4, 0, 0, 0, 0])
  const ring = made("norm")
  for (const i of [0, 1, 3]) assert.ok(Math.abs(Math.hypot(ring[2 * i], ring[2 * i + 1]) - 1) < 1e-12)
  assert.deepEqual([ring[4], ring[5]], [0, 0])
  assert.ok(Math.abs(made("softmax")[0] - 1 / (1 + Math.E)) < 1e-12)
  assert.ok(Math.abs(made("softmax", 0.5)[0] - 1 / (1 + Math.E ** 2)) < 1e-12)
})

test("a matrix survives its way through the link", () => {
  assert.deepEqual(matrixOf(textOf([1, -0.25, 0.333, 0, -0, 9])), [1, -0.25, 0.33, 0, 0, 9])
})

test("a place is of its quadrant", () => {
  const { values } = quadrants(Float64Array.of(2, 2, -2, 2))
  assert.ok(values[0] > 0.99 && values[5] > 0.99)
  assert.ok(Math.abs(values.reduce((a, b) => a + b) - 2) < 1e-12)
})
