import assert from "node:assert/strict"
import { test } from "node:test"
import { atMost, stepped } from "./mend.js"

test("a heading that skips a level gets the one below what it belongs to", () => {
  assert.deepEqual(stepped([1, 3, 3, 2, 3, 4]), [1, 2, 2, 2, 3, 4])
  assert.deepEqual(stepped([2, 4, 4, 1]), [2, 3, 3, 1])
  assert.deepEqual(stepped([1, 2, 3, 2]), [1, 2, 3, 2])
  assert.deepEqual(stepped([]), [])
})

test("many changes are one look, and the next change is another", () => {
  /** @type {(() => void)[]} */
  const timers = []
  let looks = 0
  const look = atMost(
    200,
    () => looks++,
    (run, ms) => {
      assert.equal(ms, 200)
      timers.push(run)
    },
  )
  for (let i = 0; i < 5; i++) look()
  assert.equal(looks, 0)
  assert.equal(timers.length, 1)
  timers.pop()?.()
  assert.equal(looks, 1)
  look()
  timers.pop()?.()
  assert.equal(looks, 2)
})

test("a change that the look itself makes is seen", () => {
  /** @type {(() => void)[]} */
  const timers = []
  const look = atMost(
    200,
    () => timers.length < 1 && look(),
    (run) => timers.push(run),
  )
  look()
  timers.pop()?.()
  assert.equal(timers.length, 1)
})
