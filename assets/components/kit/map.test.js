import assert from "node:assert/strict"
import { test } from "node:test"
import { cell, meet, part, unpack } from "./map.js"
import { MapAnswer } from "./map_answer.js"

/** @param {object} header @param {number[]} body */
function message(header, body) {
  const text = new TextEncoder().encode(JSON.stringify(header))
  const bytes = new Uint8Array(3 + 4 + text.length + body.length)
  new DataView(bytes.buffer).setUint32(3, text.length, true)
  bytes.set(text, 7)
  bytes.set(body, 7 + text.length)
  return bytes.subarray(3) // what Streamlit hands over begins anywhere
}

test("a message is a header and the parts that it names", () => {
  const sent = {
    link: "é",
    digest: "d",
    parts: [
      ["points", 4],
      ["groups", 1],
      ["empty", 0],
    ],
  }
  const { header, parts } = unpack(message(sent, [1, 0, 2, 1, 7]))
  assert.deepEqual(header, sent)
  const [points, groups, empty] = parts()
  assert.deepEqual([...new Uint16Array(points[1].buffer)], [1, 258], "aligned")
  assert.deepEqual([groups[0], ...groups[1]], ["groups", 7])
  assert.equal(empty[1].length, 0)
})

/** @returns {{ heard: unknown[], answer(answer: { data: { data: unknown } }): void }} */
const half = () => {
  /** @type {unknown[]} */
  const heard = []
  return { heard, answer: ({ data }) => heard.push(data.data) }
}
/** @typedef {{ link: string, data: unknown }} Data */

/** A tiny half, mounted. */
function mounted() {
  /** @type {MapAnswer<Data>} */
  const part = new MapAnswer()
  const say = (/** @type {string} */ link, /** @type {unknown} */ data) =>
    part.update(/** @type {any} */ ({ data: { link, data }, setStateValue: () => {} }))
  return { say, close: () => part.close() }
}

test("the halves of a map find each other in either order, and those of another map never", () => {
  const [first, other] = [half(), half()]
  const [one, two] = [mounted(), mounted()]
  one.say("one", 1)
  meet("one", first)
  meet("one", first) // once more with each rerun: an answer is not told twice
  meet("two", other)
  one.say("one", 2)
  assert.deepEqual([first.heard, other.heard], [[1, 2], []])
  two.say("two", 3)
  assert.deepEqual(other.heard, [3])
})

test("a half that has gone is not told, and a newer one does not lose its place to it", () => {
  const [old, young, third] = [half(), half(), half()]
  const [before, now] = [mounted(), mounted()]
  meet("three", old)
  meet("three", young)
  part("three", old)
  before.say("three", 1)
  assert.deepEqual([old.heard, young.heard], [[], [1]])
  now.say("three", 2)
  before.close()
  part("three", young)
  meet("three", third)
  assert.deepEqual(third.heard, [2], "the newest answer is still there")
  part("three", third)
  now.close()
  const fourth = half()
  meet("three", fourth)
  assert.deepEqual(fourth.heard, [])
})

test("a tiny half that serves another map from now on has left the one before", () => {
  const tiny = mounted()
  tiny.say("four", 1)
  tiny.say("five", 2)
  const [four, five] = [half(), half()]
  meet("four", four)
  meet("five", five)
  assert.deepEqual([four.heard, five.heard], [[], [2]])
})

test("where a picture lies in a sheet", () => {
  const sheet = { width: 40, height: 24 } // 9 pictures of 10 by 8, 4 in a row
  assert.deepEqual(cell(sheet, 4, 9, 0), [0, 0, 10, 8])
  assert.deepEqual(cell(sheet, 4, 9, 8), [0, 16, 10, 8])
  assert.deepEqual(cell(sheet, 4, 9, 7), [30, 8, 10, 8])
})
