import assert from "node:assert/strict"
import { test } from "node:test"
import ExpressionWords from "../expression_words/expression_words.js"
import { linkOf } from "./links.js"

/** @param {ExpressionWords} part @param {string} text */
const say = (part, text) => part.update(/** @type {any} */ ({ data: new TextEncoder().encode(text) }))

test("box and vocabulary find each other in either order", () => {
  const vocabulary = new ExpressionWords()
  say(vocabulary, "first\nking\nملك")
  assert.deepEqual(linkOf("first").words, ["king", "ملك"])
  let learned = 0
  linkOf("first").box = { learn: () => (learned += 1) }
  say(vocabulary, "first\nking\nملك")
  assert.equal(learned, 0, "the same words")
  say(vocabulary, "first\nqueen")
  assert.deepEqual([learned, linkOf("first").words], [1, ["queen"]])
  assert.equal(linkOf("second").words, undefined)
})

test("a vocabulary that leaves takes its words along, unless another one is there", () => {
  const [old, fresh] = [new ExpressionWords(), new ExpressionWords()]
  say(old, "box\nking")
  say(fresh, "box\nqueen")
  old.close()
  assert.deepEqual(linkOf("box").words, ["queen"])
  let learned = 0
  linkOf("box").box = { learn: () => (learned += 1) }
  fresh.close()
  assert.deepEqual([learned, linkOf("box").words], [1, undefined])
})
