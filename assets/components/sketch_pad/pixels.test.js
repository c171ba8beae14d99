import assert from "node:assert/strict"
import { test } from "node:test"
import { drawn, isBlank, isLight, reduce, rgba, toBytes, toText } from "./pixels.js"

test("bytes travel as base64", () => {
  const bytes = Uint8Array.from({ length: 12_288 }, (_, i) => i % 256)
  assert.deepEqual(toBytes(toText(bytes)), bytes)
  assert.equal(toText(Uint8Array.of(0, 255, 16)), Buffer.from([0, 255, 16]).toString("base64"))
})

test("what the network gets is the mean of each block", () => {
  const [side, block] = [3, 4]
  const bytes = Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70, 80)
  const large = new Uint8ClampedArray(4 * (side * block) ** 2)
  for (let y = 0; y < side * block; y++) {
    for (let x = 0; x < side * block; x++) {
      large[4 * (y * side * block + x)] = bytes[Math.floor(y / block) * side + Math.floor(x / block)]
    }
  }
  assert.deepEqual(reduce(large, side, 1, block), bytes)
  for (let x = 0; x < 2; x++) large[4 * x] = 255 // two of the sixteen pixels of the first block
  assert.equal(reduce(large, side, 1, block)[0], Math.round((2 * 255) / 16))
})

test("three channels are reduced each for itself", () => {
  const data = [10, 20, 30, 255, 20, 40, 60, 255, 30, 60, 90, 255, 41, 80, 120, 255]
  assert.deepEqual([...reduce(data, 1, 3, 2)], [25, 50, 75])
})

test("gray and coloured pixels become opaque ones", () => {
  assert.deepEqual([...rgba(Uint8Array.of(7, 9), 1)], [7, 7, 7, 255, 9, 9, 9, 255])
  assert.deepEqual([...rgba(Uint8Array.of(1, 2, 3), 3)], [1, 2, 3, 255])
})

test("light or dark, blank or not", () => {
  assert.equal(isLight(Uint8Array.of(127, 127)), false)
  assert.equal(isLight(Uint8Array.of(127, 129)), true)
  assert.equal(isBlank(Uint8Array.of(3, 3, 3)), true)
  assert.equal(isBlank(Uint8Array.of(3, 4)), false)
})

test("where a drawing differs from the picture below it", () => {
  const base = new Uint8Array(2 * 9)
  assert.equal(drawn(base, base, 3, 2), "Nothing is drawn on it.")
  const drawing = base.slice()
  drawing[2 * 4 + 1] = 9 // row 2, column 2: the second channel alone
  drawing[2 * 8] = 9
  assert.equal(drawn(base, drawing, 3, 2), "Drawn on are 2 of 9 pixels, in rows 2 to 3 and columns 2 to 3.")
})
