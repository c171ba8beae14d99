import assert from "node:assert/strict"
import { test } from "node:test"
import { headMove, tokenMove } from "./moves.js"

test("arrows choose a head and stop at the edges; Home and End are the ends of a layer", () => {
  const keys = ["ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowLeft", "End", "Home", "ArrowUp"]
  let head = { layer: 0, column: 1 }
  const seen = keys.map((key) => {
    head = /** @type {typeof head} */ (headMove(key, head, 2, 6))
    return [head.layer, head.column]
  })
  assert.deepEqual(seen, [
    [0, 2],
    [1, 2],
    [1, 2],
    [1, 1],
    [1, 0],
    [1, 0],
    [1, 5],
    [1, 0],
    [0, 0],
  ])
  for (const key of ["a", "Enter", " ", "Escape", "PageDown"]) assert.equal(headMove(key, head, 2, 6), null)
})

test("arrows walk along a column of tokens and over to the other one", () => {
  /** @type {import("./weights.js").Spot} */
  let spot = { side: "query", i: 0 }
  const keys = [
    "ArrowDown",
    "ArrowDown",
    "ArrowUp",
    "End",
    "ArrowDown",
    "ArrowUp",
    "ArrowRight",
    "Home",
    "ArrowUp",
    "ArrowLeft",
  ]
  const seen = keys.map((key) => {
    spot = /** @type {typeof spot} */ (tokenMove(key, spot, 8))
    return `${spot.side} ${spot.i}`
  })
  assert.deepEqual(seen, [
    "query 1",
    "query 2",
    "query 1",
    "query 7",
    "query 7",
    "query 6",
    "key 6",
    "key 0",
    "key 0",
    "query 0",
  ])
  for (const key of ["a", "Enter", " ", "Escape", "Tab"]) assert.equal(tokenMove(key, spot, 8), null)
})
