import assert from "node:assert/strict"
import { test } from "node:test"
import { both, moved } from "./pair.js"

const VALUE = {
  two_data: "moons",
  two_depth: 2,
  two_width: 4,
  two_activation: "tanh",
  two_sgd: 0.1,
  two_spectral: 0.03,
  two_batch: 16,
  two_seed: 2,
}

test("both start from the same weights and see the same batches", () => {
  const [a, b] = both(VALUE)
  assert.deepEqual(a.net, b.net)
  assert.deepEqual(a.next(), b.next())
  assert.deepEqual([a.setting.optimiser, b.setting.optimiser], ["sgd", "spectral"])
})

test("after one step every direction of the spectral run has moved by its rate, and SGD's moved unevenly", () => {
  const [a, b] = both(VALUE)
  assert.ok(
    moved(a)
      .flat()
      .every((s) => s === 0),
  )
  a.step()
  b.step()
  for (const values of moved(b)) for (const s of values) assert.ok(Math.abs(s - 0.03) < 1e-9 || s < 1e-9, `${s}`)
  assert.ok(Math.abs(moved(b)[1][3] - 0.03) < 1e-9, "also the smallest one")
  const [largest, , , least] = moved(a)[1]
  assert.ok(largest > 5 * least)
})
