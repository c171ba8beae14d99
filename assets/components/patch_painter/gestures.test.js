import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { Clock } from "../kit/clock.testing.js"
import { Gestures } from "./gestures.js"

/** @type {Clock} */
let clock
beforeEach(() => {
  clock = new Clock()
})
afterEach(() => clock.restore())

/** Gestures on a grid of 3 by 3 patches, and what Python hears of them. */
function painting() {
  /** @type {import("./gestures.js").Painted[]} */
  const told = []
  const counts = { committed: 0, ended: 0 }
  const gestures = new Gestures({
    tell: (painted) => told.push(painted),
    committed: (commits) => {
      counts.committed = commits
    },
    ended: () => {
      counts.ended += 1
    },
    changed: () => {},
  })
  gestures.restart(3)
  gestures.editor.follow([0, 1], null, true)
  return { gestures, told, counts }
}

/** @param {Gestures} gestures @param {number[]} cells */
const hide = (gestures, cells) => gestures.key(() => gestures.editor.set(cells, true))

test("a burst of keys is one message and one step", () => {
  const { gestures, told, counts } = painting()
  for (const cell of [4, 5, 8]) {
    hide(gestures, [cell])
    clock.tick(119)
  }
  assert.equal(told.length, 0)
  clock.tick(1)
  assert.deepEqual(told, [{ n: 3, cells: [0, 1, 4, 5, 8], pinned: null }])
  assert.equal(counts.committed, 1)
  gestures.act("undo")
  assert.deepEqual(told[1].cells, [0, 1])
})

test("steps back by keys are one message, and each stands alone in the history", () => {
  const { gestures, told } = painting()
  for (const action of ["clear", "invert"]) gestures.act(action)
  assert.deepEqual(
    told.map(({ cells }) => cells.length),
    [0, 9],
  )
  gestures.step("undo")
  gestures.step("undo")
  assert.equal(told.length, 2)
  clock.tick(120)
  assert.deepEqual(
    told.slice(2).map(({ cells }) => cells),
    [[0, 1]],
  )
  gestures.act("redo")
  assert.deepEqual(told[3].cells, [])
})

test("a gesture that changes nothing is no message", () => {
  const { gestures, told, counts } = painting()
  gestures.editor.begin("drag")
  gestures.editor.set([0], true)
  gestures.finish()
  hide(gestures, [1])
  clock.tick(120)
  assert.deepEqual([told, counts.committed, counts.ended], [[], 0, 2])
})

test("keys that are not sent yet go with the gesture that follows", () => {
  const { gestures, told, counts } = painting()
  hide(gestures, [4])
  gestures.act("invert")
  assert.deepEqual(
    told.map(({ cells }) => cells),
    [[2, 3, 5, 6, 7, 8]],
  )
  clock.tick(1000)
  assert.deepEqual([told.length, counts.committed], [1, 1])
})

test("a hidden patch is kept, once more lets it go, and a visible one keeps none", () => {
  const { gestures, told } = painting()
  for (const cell of [1, 0, 0, 5]) gestures.pin(cell)
  assert.deepEqual(
    told.map(({ pinned }) => pinned),
    [1, 0, null],
  )
})
