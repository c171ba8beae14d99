import assert from "node:assert/strict"
import { test } from "node:test"
import { columnsOf, next } from "./choosing.js"

test("arrows walk through rows, and stay inside", () => {
  const walk = (/** @type {string} */ key, /** @type {number} */ from) => next(key, from, 10, 4)
  assert.deepEqual(
    ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End"].map((key) => walk(key, 5)),
    [6, 4, 9, 1, 0, 9],
  )
  assert.equal(walk("ArrowRight", 3), 4, "on into the next row")
  assert.deepEqual([walk("ArrowUp", 2), walk("ArrowDown", 7), walk("ArrowRight", 9)], [2, 7, 9])
  assert.equal(walk("a", 5), null)
})

test("columns are counted by where the second row begins", () => {
  assert.equal(columnsOf([0, 60, 120, 0, 60]), 3)
  assert.equal(columnsOf([0, 60]), 2)
  assert.equal(columnsOf([]), 1)
})
