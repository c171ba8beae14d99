import assert from "node:assert/strict"
import { test } from "node:test"
import { Turns } from "./turns.js"

const scene = () => {
  /** @type {string[]} */
  const said = []
  /** @type {Set<() => void>} */
  const timers = new Set()
  const turns = new Turns(
    (run) => {
      timers.add(run)
      return run
    },
    (timer) => timers.delete(timer),
  )
  /** @param {string} name */
  const act = (name) => ({ say: (/** @type {boolean} */ all) => said.push(all ? `${name} of all` : name) })
  const wait = () => {
    for (const run of [...timers]) {
      timers.delete(run)
      run()
    }
  }
  return { said, turns, act, wait, timers }
}

test("acts that come into view together speak one after the other", () => {
  const { said, turns, act } = scene()
  const [a, b, c] = ["a", "b", "c"].map(act)
  for (const one of [a, b, c]) turns.ask(one)
  assert.deepEqual(said, ["a"])
  turns.leave(a)
  assert.deepEqual(said, ["a", "b"])
  turns.leave(c)
  turns.leave(b)
  assert.deepEqual(said, ["a", "b"], "what was scrolled away meanwhile does not speak")
})

test("what was not heard is said again, and lets others speak before", () => {
  const { said, turns, act, wait, timers } = scene()
  const [a, b] = ["a", "b"].map(act)
  turns.ask(a)
  turns.ask(b)
  wait()
  assert.deepEqual(said, ["a", "b"])
  turns.leave(b)
  assert.deepEqual(said, ["a", "b", "a"])
  turns.leave(a)
  assert.equal(timers.size, 0, "and nothing is left behind")
  turns.ask(b)
  assert.deepEqual(said, ["a", "b", "a", "b"])
})

test("to ask twice is to ask once", () => {
  const { said, turns, act } = scene()
  const [a, b] = ["a", "b"].map(act)
  turns.ask(b)
  turns.ask(a)
  turns.ask(a)
  turns.leave(b)
  turns.leave(a)
  assert.deepEqual(said, ["b", "a"])
})

test("all acts are drawn by one word before a print begins, or by another one where it was lost", async () => {
  const { said, turns, act, wait, timers } = scene()
  const [a, b, c] = ["a", "b", "c"].map(act)
  for (const one of [a, b, c]) turns.join(one)
  turns.quit(b)
  let over = false
  const printed = turns.all().then(() => {
    over = true
  })
  assert.deepEqual(said, ["a of all"])
  turns.quit(a)
  await Promise.resolve()
  assert.deepEqual([said, over], [["a of all"], false], "the run that has drawn one draws the others")
  wait()
  assert.deepEqual(said, ["a of all", "c of all"], "the first word was lost for it")
  turns.quit(c)
  await printed
  assert.equal(timers.size, 0, "and nothing is left behind")
  await turns.all() // none is left
  turns.ask(b)
  assert.equal(said.at(-1), "b", "and what comes into view afterwards speaks for itself")
})

test("no act speaks in the moment of a gesture, and none is forgotten", () => {
  const { said, turns, act, wait, timers } = scene()
  const [a, b] = ["a", "b"].map(act)
  turns.hush()
  turns.ask(a)
  turns.hush() // another one
  turns.ask(b)
  assert.deepEqual(said, [])
  assert.equal(timers.size, 1, "the time counts from the last gesture")
  wait()
  assert.deepEqual(said, ["a"])
  turns.leave(a)
  turns.leave(b)
  assert.deepEqual(said, ["a", "b"])
  assert.equal(timers.size, 0, "and nothing is left behind")
})
