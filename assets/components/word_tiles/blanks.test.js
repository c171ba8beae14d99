import assert from "node:assert/strict"
import { test } from "node:test"
import { next, spoken, turned } from "./blanks.js"

test("a word is hidden, and shown again", () => {
  assert.deepEqual(turned([], 3), [3])
  assert.deepEqual(turned([1, 10], 3), [1, 3, 10], "in the order of the sentence")
  assert.deepEqual(turned([1, 3, 10], 3), [1, 10])
})

test("arrows walk along the sentence, and stay inside", () => {
  const walk = (/** @type {string} */ key, /** @type {number} */ from) => next(key, from, 6)
  assert.deepEqual([walk("ArrowRight", 2), walk("ArrowLeft", 2), walk("Home", 4), walk("End", 1)], [3, 1, 0, 5])
  assert.deepEqual([walk("ArrowRight", 5), walk("ArrowLeft", 0)], [5, 0])
  assert.equal(walk("a", 5), null)
})

test("a tile says what it is", () => {
  const word = { text: "king", known: true, fill: "lord", chance: "31%" }
  assert.equal(spoken(word, false), "king")
  assert.equal(spoken({ ...word, known: false }, false), "king, unknown to the model")
  assert.equal(spoken(word, true), "Blank, was king. Likeliest: lord, 31%")
  assert.equal(spoken({ ...word, fill: "" }, true), "Blank, was king")
})
