import assert from "node:assert/strict"
import { test } from "node:test"
import { patterns, weightsOf } from "./weights.testing.js"
import { cellSays, headName, noteOf, number, strongestLines, tokenSays } from "./words.js"

const TOKENS = ["The", "·king", "·saw", "·the", "·queen", "·and", "·smiled", "."]
const heads = patterns(8)
const weights = weightsOf({
  weights: [
    [heads[1], heads[2]],
    [heads[1], heads[3]],
  ],
  columns: ["1", "max"],
  labels: [
    ["previous token", ""],
    ["previous token", ""],
  ],
  off: [2],
})
const before = { layer: 0, column: 0 }

test("a weight", () => {
  assert.deepEqual([0, 0.0049, 0.005, 0.125, 1].map(number), ["0.00", "<0.01", "0.01", "0.13", "1.00"])
})

test("a head", () => {
  assert.equal(headName(weights, before), "Layer 1, head 1, previous token")
  assert.equal(headName(weights, { layer: 1, column: 0 }), "Layer 2, head 1, previous token, switched off")
  assert.equal(headName(weights, { layer: 1, column: 1 }), "Layer 2, max")
  assert.equal(noteOf(weights, { layer: 1, column: 1 }), "note of 1/1")
})

test("a cell", () => {
  assert.equal(cellSays(weights, before, 4, 3), ": 0.75")
  const causal = weightsOf({ weights: [[patterns(8, true)[3]]], causal: true })
  assert.equal(cellSays(causal, before, 2, 6), " comes later and is not seen")
  assert.equal(cellSays(causal, before, 2, 2), ": 0.33")
})

test("a token looks, and is looked at", () => {
  assert.equal(tokenSays(weights, TOKENS, before, { side: "query", i: 6 }), "·smiled looks at ·and 0.75, ·smiled 0.25.")
  assert.equal(tokenSays(weights, TOKENS, before, { side: "key", i: 0 }), "The is looked at by The 1.00, ·king 0.75.")
  const none = weightsOf({ weights: [[[[0]]]] })
  assert.equal(tokenSays(none, ["a"], before, { side: "query", i: 0 }), "a looks at nothing.")
  assert.deepEqual(strongestLines(none, ["a"], before), ["a looks nowhere."])
})

test("where each token looks most", () => {
  const lines = strongestLines(weights, TOKENS, before)
  assert.equal(lines.length, 8)
  assert.equal(lines[4], "·queen looks most at ·the: 0.75.")
})
