import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { backward, descended, FIRST_WEIGHT, forward, net, nudged, SLOTS, slotOfWeight, WIDTHS } from "./engine.js"

/** Written by torch: see tests/lessons/backpropagation/test_engine_cases.py. */
const CASES = JSON.parse(readFileSync(new URL("./engine.cases.json", import.meta.url), "utf8"))

/** @param {number[]} a @param {number[]} b @param {number} [off] */
function near(a, b, off = 1e-10) {
  assert.equal(a.length, b.length)
  b.forEach((x, i) => {
    assert.ok(Math.abs(a[i] - x) < off, `${i}: ${a[i]} is not ${x}`)
  })
}

test("the numbers of the list: two inputs, a target, and the weights and biases of each layer", () => {
  assert.equal(SLOTS.length, 28)
  assert.equal(FIRST_WEIGHT, 3)
  assert.deepEqual(
    SLOTS.slice(0, 6).map(({ name }) => name),
    ["x₁", "x₂", "y", "W₁[1,1]", "W₁[1,2]", "W₁[2,1]"],
  )
  assert.equal(SLOTS[slotOfWeight(3, 0, 2)].name, "W₃[1,3]")
  const values = SLOTS.map((_, i) => i)
  const { x, y, weights, biases } = net(values)
  assert.deepEqual([x, y], [[0, 1], 2])
  assert.deepEqual(weights[1], [
    [12, 13, 14],
    [15, 16, 17],
    [18, 19, 20],
  ])
  assert.deepEqual(biases, [[9, 10, 11], [21, 22, 23], [27]])
  assert.deepEqual(
    weights.map((w) => [w.length, w[0].length]),
    WIDTHS.slice(1).map((n, i) => [n, WIDTHS[i]]),
  )
})

test("each layer and each gradient is torch's", () => {
  assert.ok(CASES.length >= 12)
  for (const { values, activation, pre, inputs, loss, gradient } of CASES) {
    const trace = forward(values, activation)
    near(trace.pre.flat(), pre)
    near(trace.inputs.flat(), inputs)
    near([trace.loss], [loss])
    near(backward(values, trace).flat, gradient)
  }
})

test("each gradient is the slope that a finite difference finds", () => {
  for (const { values, activation } of CASES) {
    const { flat } = backward(values, forward(values, activation))
    const h = 1e-6
    const slopes = values.map(
      (/** @type {number} */ _, /** @type {number} */ i) =>
        (nudged(values, activation, i, h) - nudged(values, activation, i, -h)) / (2 * h),
    )
    near(slopes, flat, 1e-4)
  }
})

test("a hundred steps of gradient descent are torch's", () => {
  for (const { values, activation, rate, after } of CASES) {
    let now = values
    for (let i = 0; i < 100; i++) now = descended(now, backward(now, forward(now, activation)).flat, rate, 9)
    near(now, after, 1e-5)
  }
})

test("a step leaves x and y, and goes no further than the limit", () => {
  const values = SLOTS.map(() => 1)
  const after = descended(
    values,
    SLOTS.map((_, i) => (i % 2 ? 1e6 : -1e6)),
    1,
    9,
  )
  assert.deepEqual(after.slice(0, 3), [1, 1, 1])
  assert.deepEqual(new Set(after.slice(3)), new Set([9, -9]))
})

test("a dead layer: no gradient reaches what lies before it", () => {
  const values = SLOTS.map(({ kind, layer }) => (kind === "b" && layer === 1 ? -9 : 0.5))
  const trace = forward(values, "relu")
  const { flat, deltas } = backward(values, trace)
  assert.deepEqual(trace.inputs[1], [0, 0, 0])
  assert.deepEqual(deltas[0].map(Math.abs), [0, 0, 0])
  SLOTS.forEach(({ kind, layer }, i) => {
    if (layer === 1 || (kind === "w" && layer === 2)) assert.equal(Math.abs(flat[i]), 0)
  })
  assert.notEqual(flat[SLOTS.findIndex(({ kind, layer }) => kind === "b" && layer === 3)], 0)
})
