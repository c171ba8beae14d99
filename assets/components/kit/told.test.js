import assert from "node:assert/strict"
import { test } from "node:test"
import { ranges, whereabouts } from "./told.js"

test("each group of a map, with its points and their mean; groups without points and points without a group are left out", () => {
  /** @type {[number, number][]} */
  const places = [
    [0, 0],
    [0.5, 1],
    [0.9, 0.2],
    [1, 1],
  ]
  assert.equal(
    whereabouts(["bag", "none", "boot"], [0, 0, 2, 255], (i) => places[i]),
    "Where the groups lie on average, from the left and from below: bag (2) 25%, 50%; boot (1) 90%, 20%.",
  )
  assert.equal(
    whereabouts(["bag"], [], () => [0, 0]),
    "",
  )
})

test("neighbouring numbers are a range", () => {
  assert.equal(ranges([1, 2, 3, 5, 7, 8]), "1 to 3, 5, 7 to 8")
  assert.equal(ranges([]), "")
})
