import assert from "node:assert/strict"
import { test } from "node:test"
import { linear, next, ranked, shares, toldOfPicture, toldOfSound, wave } from "./finding.js"

test("the most similar comes first, of equal ones the first", () => {
  assert.deepEqual(ranked([3, 9, -2, 9]), [1, 3, 0, 2])
  assert.deepEqual(ranked([]), [])
  assert.deepEqual(shares([2, 4, 3]), [0, 1, 0.5])
  assert.deepEqual(shares([5, 5]), [0, 0])
})

test("arrows walk through rows, and stay inside", () => {
  const walk = (/** @type {string} */ key, /** @type {number} */ from) => next(key, from, 10, 5)
  assert.deepEqual(
    ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End"].map((key) => walk(key, 6)),
    [7, 5, 6, 1, 0, 9],
  )
  assert.equal(walk("a", 5), null)
})

test("what was found is told", () => {
  assert.equal(toldOfSound("six", ["six", "six", "five"]), "“six” is heard: 2 of the 3 nearest pictures show it.")
  assert.match(toldOfPicture("six", ["six", "two", "one"]), /nearest sound is “six”, before “two”/)
  assert.match(toldOfPicture("one", ["six", "two", "one"]), /nearest sound is “six”. “one” comes 3rd/)
  assert.match(toldOfPicture("two", ["six", "two", "one"]), /comes 2nd/)
  assert.match(toldOfPicture("one", ["six", "two", "ten", "one"]), /comes 4th/)
})

test("mu-law bytes are the samples of G.711", () => {
  assert.deepEqual(
    [0xff, 0x7f, 0x80, 0x00, 0xf0].map((byte) => linear(byte)),
    [0, 0, 32124, -32124, 120],
  )
  const uri = wave(btoa("\xff\x80\x00"), 8000)
  const file = Buffer.from(uri.split(",")[1] ?? "", "base64")
  assert.equal(file.length, 44 + 6)
  assert.deepEqual([file.toString("latin1", 0, 4), file.readUInt32LE(24), file.readUInt32LE(40)], ["RIFF", 8000, 6])
  assert.deepEqual([file.readInt16LE(44), file.readInt16LE(46), file.readInt16LE(48)], [0, 32124, -32124])
})
