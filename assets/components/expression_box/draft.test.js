import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { Clock } from "../kit/clock.testing.js"
import { Draft } from "./draft.js"
import { Words } from "./words.js"

/** @type {Clock} */
let clock
beforeEach(() => {
  clock = new Clock()
})
afterEach(() => clock.restore())

/** A draft of an input in which "|" is the caret, and what it sends. */
function typing() {
  /** @type {string[]} */
  const sent = []
  let marked = "king"
  const text = () => marked.replace("|", "")
  const draft = new Draft({
    text,
    caret: () => (marked.includes("|") ? marked.indexOf("|") : marked.length),
    send: () => {
      draft.known = text()
      sent.push(text())
    },
  })
  draft.known = "king"
  draft.words = new Words(["king", "kings", "queen", "man"])
  /** @param {string} now @param {number} [wait] */
  const type = (now, wait = 350) => {
    marked = now
    draft.rest()
    clock.tick(wait)
  }
  return { draft, sent, type }
}

test("answers come while typing, but not in the middle of a word", () => {
  const { sent, type } = typing()
  for (const half of ["que", "queen -", "queen - xyz", "(queen", "que| - man"]) type(half)
  assert.deepEqual(sent, [])
  type("queen| - man", 349)
  assert.deepEqual(sent, [])
  clock.tick(1)
  assert.deepEqual(sent, ["queen - man"])
})

test("a key puts it off, and what is the same but for spaces is not sent again", () => {
  const { sent, type } = typing()
  type("queen", 200)
  type("queen - man", 349)
  assert.deepEqual(sent, [])
  clock.tick(1)
  type("queen -  man ")
  assert.deepEqual(sent, ["queen - man"])
})

test("who leaves the input means what stands there", () => {
  const { draft, sent, type } = typing()
  type("kin", 0)
  draft.leave()
  draft.leave()
  assert.deepEqual(sent, ["kin"])
})

test("what is held back stays, and without a vocabulary nothing goes by itself", () => {
  const { draft, sent, type } = typing()
  type("queen", 0)
  draft.hold()
  clock.tick(1000)
  draft.words = null
  type("kings")
  assert.deepEqual(sent, [])
})
