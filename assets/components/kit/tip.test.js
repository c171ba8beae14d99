import assert from "node:assert/strict"
import { test } from "node:test"
import { beside } from "./tip.js"

test("a tip stands to the upper right of its point, and elsewhere where it would stick out", () => {
  const tip = { width: 100, height: 80 }
  assert.deepEqual(beside(tip, 200, 200, 500), { left: 216, top: 104 })
  assert.deepEqual(beside(tip, 450, 200, 500), { left: 334, top: 104 }, "to the left")
  assert.deepEqual(beside(tip, 200, 50, 500), { left: 216, top: 66 }, "below")
  assert.deepEqual(beside(tip, 60, 50, 100), { left: 0, top: 66 }, "where nothing fits, from the left edge on")
})
