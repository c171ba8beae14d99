import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { Clock } from "../kit/clock.testing.js"
import { cover, Looking, label } from "./looking.js"

/** @type {Clock} */
let clock
before(() => {
  clock = new Clock()
})
after(() => clock.restore())

function started() {
  /** @type {string[]} */
  const states = []
  const looking = new Looking((state) => states.push(state))
  looking.take("boot")
  return { looking, states }
}

test("a picture is on show for two seconds, no longer, and not twice at once", () => {
  const { looking, states } = started()
  looking.look(2)
  looking.look(2)
  clock.tick(1999)
  assert.deepEqual([looking.state, looking.looks], ["now", 1])
  clock.tick(1)
  assert.deepEqual([looking.state, states], ["after", ["before", "now", "after"]])
  looking.look(2)
  assert.equal(looking.looks, 2)
  looking.close()
  clock.tick(9000)
  assert.equal(looking.state, "now", "nothing happens to what has left the page")
})

test("another picture is hidden, also while the last one is on show; the same one stays", () => {
  const { looking } = started()
  looking.look(2)
  looking.take("boot")
  assert.equal(looking.state, "now")
  looking.take("bag")
  assert.deepEqual([looking.state, looking.looks], ["before", 0])
  clock.tick(5000)
  assert.equal(looking.state, "before")
})

test("what is said", () => {
  assert.deepEqual(
    [cover("before", 0), cover("after", 1), cover("after", 3)],
    ["A picture is hidden here.", "You saw it once. Draw it.", "You looked 3 times. Draw it."],
  )
  assert.deepEqual(
    [label("before", 2), label("now", 2), label("after", 2)],
    ["Show it for 2 seconds", "Look", "Look once more"],
  )
})
