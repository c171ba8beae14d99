import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { counted, stepCounts } from "./counting.js"
import { backward, forward, net, WIDTHS } from "./engine.js"
import { FORWARD, LAST } from "./steps.js"

test("the network of the stage: 36 products, 42 chain by chain, 162 path by path", () => {
  assert.deepEqual(counted(WIDTHS, 99), { reuse: 36, chains: 42, paths: 162 })
  assert.deepEqual(counted(WIDTHS, 0), { reuse: 0, chains: 0, paths: 0 })
  assert.deepEqual(counted(WIDTHS, -3), counted(WIDTHS, 0))
  assert.equal(stepCounts(WIDTHS).length, LAST - FORWARD, "one for each step of the backward pass")
})

test("without reuse no step has taken fewer products", () => {
  for (let steps = 0; steps <= 8; steps++) {
    const { reuse, chains } = counted(WIDTHS, steps)
    assert.ok(chains >= reuse)
  }
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].map((steps) => counted(WIDTHS, steps).chains),
    [0, 3, 6, 9, 18, 33, 36, 42],
  )
})

test("any network: what Python counts", () => {
  const cases = JSON.parse(readFileSync(new URL("./counting.cases.json", import.meta.url), "utf8"))
  for (const { widths, ...counts } of cases) assert.deepEqual(counted(widths, 99), counts)
})

test("the count of products with reuse is how many a backward pass does", () => {
  const values = Array.from({ length: 28 }, (_, i) => Math.sin(i))
  const { weights } = net(values)
  const trace = forward(values, "tanh")
  const { deltas, flat } = backward(values, trace)
  let products = 0
  const times = (/** @type {number} */ a, /** @type {number} */ b) => {
    products += 1
    return a * b
  }
  /** @type {number[][]} */
  const found = []
  let delta = deltas[2]
  for (let l = 2; l >= 0; l--) {
    found.unshift([...delta.flatMap((d) => trace.inputs[l].map((a) => times(d, a))), ...delta])
    if (!l) break
    const below = weights[l][0].map((_, j) => weights[l].reduce((sum, row, i) => sum + times(row[j], delta[i]), 0))
    delta = below.map((g, i) => times(g, trace.slopes[l - 1][i]))
  }
  assert.equal(products, counted(WIDTHS, 99).reuse)
  found.flat().forEach((g, i) => {
    assert.ok(Math.abs(g - flat[i + 3]) < 1e-12)
  })
})
