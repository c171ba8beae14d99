import assert from "node:assert/strict"
import { test } from "node:test"
import { hidden, hint, Looks, nameOf } from "./words.js"

/** Hidden patch 3 of a 2 x 2 grid looks at patch 0 (a share of 0.3) and at patch 1 (0.6); patch 2 is hidden, too. */
const looks = new Looks(
  { weights: btoa(String.fromCharCode(...[...Array(12).fill(0), 100, 200, 255, 0])), scales: [0, 0, 0, 0.003] },
  { n: 2, cells: [2, 3], pinned: null },
)

test("where a hidden patch looked: the visible patch with the most weight", () => {
  assert.deepEqual(looks.most(3), { cell: 1, weight: 200 * 0.003 })
  assert.equal(looks.most(2), null, "nothing is known of it")
  assert.equal(looks.most(0), null, "it is visible")
  assert.equal(looks.sentence(3), "Row 2, column 2 looked most at row 1, column 2 (60% of its attention).")
  assert.equal(looks.sentence(1), null)
})

test("small shares have two digits", () => {
  const [weights, scales] = [
    btoa(String.fromCharCode(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    [0, 0.0123, 0, 0],
  ]
  const other = new Looks({ weights, scales }, { n: 2, cells: [1], pinned: null })
  assert.match(other.sentence(1) ?? "", /\(1\.2% of its attention\)/)
})

test("they hold for one mask alone", () => {
  assert.equal(looks.fit(new Set([3, 2])), true)
  assert.equal(looks.fit(new Set([3])), false)
  assert.equal(looks.fit(new Set([3, 1])), false)
})

test("the hint says what a drag does, and more where attention is known", () => {
  assert.equal(nameOf(7, 24), "row 4, column 4")
  assert.match(hint("paint", false), /hide patches\.$/)
  assert.match(hint("paint", true), /where the network looked\.$/)
  assert.match(hint("look", true), /click to keep it\.$/)
  assert.equal(hint("box", true), hint("box", false))
})

test("which patches are hidden, row by row", () => {
  assert.equal(hidden(3, new Set([2, 0, 6, 8, 7])), "Hidden are, by row and column, row 1: 1, 3; row 3: all.")
  assert.equal(hidden(2, new Set()), "Nothing is hidden.")
  assert.equal(hidden(2, new Set([0, 1, 2, 3])), "All patches are hidden.")
})
