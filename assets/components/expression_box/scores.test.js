import assert from "node:assert/strict"
import { test } from "node:test"
import { step } from "./options.js"
import { number, spoken, widths } from "./scores.js"

test("scores have three digits, a real minus, and no minus before a zero", () => {
  assert.deepEqual([0.71234, 1, -0.25, -0.0001, 12.5].map(number), ["0.712", "1.000", "\u22120.250", "0.000", "12.500"])
})

test("a cosine's bar is full at 1, larger scores share the width", () => {
  assert.deepEqual(widths([0.5, 0.25, -0.1]), [50, 25, 0])
  assert.deepEqual(widths([2, 1]), [100, 50])
  assert.deepEqual(widths([]), [])
})

test("a screen reader hears how many there are and which comes first", () => {
  assert.equal(
    spoken(
      "",
      [
        ["queen", 0.8, false],
        ["man", 0.5, true],
      ],
      "king − man",
    ),
    "2 results for king − man: queen comes first.",
  )
  assert.equal(spoken("", [["queen", 0.8, false]], "king"), "1 result for king: queen comes first.")
  assert.equal(spoken("No.", [["queen", 0.8, false]], "king"), "No.")
  assert.equal(spoken("", [], ""), "")
})

test("arrow keys go round through the options and none of them", () => {
  assert.deepEqual([step(-1, 1, 3), step(0, 1, 3), step(2, 1, 3), step(-1, -1, 3), step(0, -1, 3)], [0, 1, -1, 2, -1])
})
