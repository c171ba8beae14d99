import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { Clock } from "../kit/clock.testing.js"
import { CrossHair } from "./crosshair.js"

/** @typedef {import("./crosshair.js").Place} Place */
/** @typedef {{ value: Place, puts: number, stamp: string }} Message */

/** @type {Clock} */
let clock
beforeEach(() => {
  clock = new Clock()
})
afterEach(() => clock.restore())

/** @param {number} x @returns {Place} */
const at = (x) => ({ x, y: 0 })

/** A cross-hair whose first answer has put it at 0. @param {import("../kit/wire.js").Options} [options] */
function connected(options) {
  /** @type {Message[]} */
  const out = []
  const cross = new CrossHair(options)
  /** @param {number} puts @param {number} x @param {string} [stamp] */
  const python = (puts, x, stamp = "") =>
    cross.follow({ value: at(x), puts, stamp }, (_, message) => out.push(/** @type {Message} */ (message)))
  python(1, 0)
  return { cross, out, python, said: () => out.map(({ value }) => value.x) }
}

test("at most one message is under way, its echo does not pull the cross-hair back, and the newest place follows", () => {
  const { cross, out, python, said } = connected()
  for (let x = 1; x <= 20; x++) cross.moveTo(at(x))
  assert.deepEqual(said(), [1])
  python(1, 1, out[0].stamp) // its pictures are still to be drawn
  assert.equal(cross.place.x, 20)
  assert.deepEqual(said(), [1])
  cross.wire.land(out[0].stamp)
  assert.deepEqual(said(), [1, 20])
  python(1, 20, out[1].stamp)
  cross.wire.land(out[1].stamp)
  assert.equal(cross.place.x, 20)
  assert.equal(out.length, 2)
})

test("a message without an answer does not hang the map", () => {
  /** @type {boolean[]} */
  const late = []
  const { cross, said } = connected({ late: (is) => late.push(is) })
  cross.moveTo(at(1))
  clock.tick(100)
  cross.moveTo(at(2))
  clock.tick(2000)
  assert.deepEqual(said(), [1])
  assert.equal(late.at(-1), true, "old pictures fade")
  clock.tick(1000)
  assert.deepEqual(said(), [1, 2])
})

test("the end of a click is no other place", () => {
  const { cross, out } = connected()
  assert.equal(cross.moveTo(at(3)), true)
  assert.equal(cross.moveTo(at(3)), false)
  cross.wire.land(out[0].stamp)
  assert.equal(out.length, 1)
})

test("Python moves the cross-hair, and what was under way does not move it back", () => {
  const { cross, out, python, said } = connected()
  cross.moveTo(at(1))
  cross.moveTo(at(2))
  python(2, 7)
  assert.equal(cross.place.x, 7)
  cross.wire.land(out[0].stamp)
  clock.tick(5000)
  assert.deepEqual(said(), [1])
})

test("while a hand holds it, Python's place waits; where the hand goes on, it is void", () => {
  for (const goes of [false, true]) {
    const { cross, python, said } = connected()
    cross.grab()
    python(2, 7)
    assert.equal(cross.place.x, 0)
    if (goes) cross.moveTo(at(3))
    cross.letGo()
    assert.equal(cross.place.x, goes ? 3 : 7)
    assert.deepEqual(said(), goes ? [3] : [])
  }
})

test("a place that Python has put on the nearest picture is shown, unless the hand has gone on", () => {
  const { cross, out, python, said } = connected()
  cross.moveTo(at(1))
  python(2, 1.5, out[0].stamp)
  assert.equal(cross.place.x, 1.5)
  cross.moveTo(at(2))
  cross.moveTo(at(3))
  python(3, 2.5, out[1].stamp)
  assert.equal(cross.place.x, 3)
  assert.deepEqual(said(), [1, 2, 3])
  assert.equal(out[2].puts, 3, "or Python would not take it")
})

test("an answer that comes after it was given up does not undo what the hand has done since", () => {
  const { cross, out, python, said } = connected()
  cross.moveTo(at(1))
  clock.tick(100)
  cross.moveTo(at(2))
  clock.tick(4000) // the first message counts as lost, and the second one goes out
  assert.deepEqual(said(), [1, 2])
  python(2, 1.5, out[0].stamp) // Python takes no further message that speaks of puts 1
  assert.equal(cross.place.x, 2)
  assert.deepEqual(said(), [1, 2, 2])
  assert.equal(out[2].puts, 2)
  python(3, 2.5, out[2].stamp)
  assert.equal(cross.place.x, 2.5)
  python(4, 9, out[2].stamp)
  assert.equal(cross.place.x, 9, "that answers nothing: Python's own move")
})

test("a gesture before Python's first word goes out with it", () => {
  const cross = new CrossHair()
  /** @type {unknown[]} */
  const out = []
  cross.moveTo(at(4))
  cross.follow({ value: at(0), puts: 1, stamp: "abc-3" }, (_, message) => out.push(message))
  assert.equal(cross.place.x, 4)
  assert.equal(out.length, 1)
})
