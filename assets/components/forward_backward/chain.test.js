import assert from "node:assert/strict"
import { test } from "node:test"
import { chains } from "./chain.js"
import { backward, forward } from "./engine.js"

/** @typedef {import("./engine.js").Matrix} Matrix */

const VALUES = Array.from({ length: 28 }, (_, i) => Math.cos(3 * i) * 1.2)

/** @param {import("./engine.js").Activation} activation */
function flow(activation = "tanh") {
  const trace = forward(VALUES, activation)
  return { values: VALUES, activation, at: 14, trace, gradients: backward(VALUES, trace) }
}

/** @param {Matrix} a @param {Matrix} b @returns {Matrix} */
const product = (a, b) => a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)))

test("the factors of each chain multiplied are its gradient, whether what is known is one block or not", () => {
  for (const reuse of [false, true])
    for (const activation of /** @type {const} */ (["tanh", "sigmoid", "relu"]))
      for (const { factors, result } of chains(flow(activation), reuse)) {
        const blocks = factors.map(({ matrix }) => matrix)
        const input = blocks.pop() ?? []
        const delta = blocks.reduce(product)
        const gradient = product(
          delta[0].map((d) => [d]),
          input,
        )
        gradient.flat().forEach((g, i) => {
          assert.ok(Math.abs(g - result.matrix.flat()[i]) < 1e-12)
        })
      }
})

test("a factor is new in one chain alone", () => {
  const found = chains(flow(), false).flatMap(({ factors }) => factors)
  const fresh = found.filter(({ again }) => !again).map(({ name }) => name)
  assert.equal(new Set(fresh).size, fresh.length)
  assert.deepEqual(
    new Set(found.filter(({ again }) => again).map(({ name }) => name)),
    new Set(["∂L/∂ŷ", "∂ŷ/∂a₂", "∂a₂/∂z₂"]),
  )
  assert.deepEqual(
    chains(flow(), false).map(({ factors }) => factors.length),
    [2, 4, 6],
  )
})

test("with reuse a chain begins with what is known", () => {
  const [, middle, first] = chains(flow(), true)
  assert.deepEqual(
    middle.factors.map(({ name }) => name),
    ["∂L/∂ŷ", "∂ŷ/∂a₂", "∂a₂/∂z₂", "∂z₂/∂W₂"],
  )
  assert.deepEqual(
    first.factors.map(({ name }) => name),
    ["∂L/∂z₂", "∂z₂/∂a₁", "∂a₁/∂z₁", "∂z₁/∂W₁"],
  )
  assert.deepEqual(first.factors[0].matrix, [flow().gradients.deltas[1]])
})

test("shapes fit each other, and are those of the matrices", () => {
  for (const { factors, result, layer } of chains(flow(), false)) {
    const inner = factors.slice(0, -1)
    inner.slice(1).forEach(({ matrix }, i) => {
      assert.equal(matrix.length, inner[i].matrix[0].length)
    })
    for (const { matrix, shape } of [...inner, result]) assert.equal(shape, `${matrix.length} × ${matrix[0].length}`)
    assert.equal(result.name, `∂L/∂W${"₁₂₃"[layer - 1]}`)
  }
})

test("a block is known from the step that makes it", () => {
  const since = Object.fromEntries(
    chains(flow(), false).flatMap(({ factors, result }) => [...factors, result].map((b) => [b.name, b.since])),
  )
  assert.deepEqual(since, {
    "∂L/∂ŷ": 7,
    "∂ŷ/∂W₃": 4,
    "∂L/∂W₃": 8,
    "∂ŷ/∂a₂": 9,
    "∂a₂/∂z₂": 10,
    "∂z₂/∂W₂": 2,
    "∂L/∂W₂": 11,
    "∂z₂/∂a₁": 12,
    "∂a₁/∂z₁": 13,
    "∂z₁/∂W₁": 0,
    "∂L/∂W₁": 14,
  })
})
