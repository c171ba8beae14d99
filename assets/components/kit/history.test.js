import assert from "node:assert/strict"
import { test } from "node:test"
import { History } from "./history.js"

test("undo and redo lead back and forth, and a new step ends the future", () => {
  /** @type {History<number>} */
  const history = new History(10)
  let now = 0
  const swap = (/** @type {number} */ there) => {
    const here = now
    now = there
    return here
  }
  const go = (/** @type {number} */ to) => {
    history.remember(now)
    now = to
  }
  assert.equal(history.step("undo", swap), false)
  for (const to of [1, 2, 3]) go(to)
  history.step("undo", swap)
  history.step("undo", swap)
  assert.equal(now, 1)
  history.step("redo", swap)
  assert.equal(now, 2)
  go(7)
  assert.equal(history.step("redo", swap), false)
  history.step("undo", swap)
  assert.equal(now, 2)
})

test("the oldest step is forgotten", () => {
  /** @type {History<number>} */
  const history = new History(3)
  for (let i = 0; i < 9; i++) history.remember(i)
  assert.deepEqual(history.past, [6, 7, 8])
})
