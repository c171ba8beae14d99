import assert from "node:assert/strict"
import { test } from "node:test"
import { divisor, pair, temperature, three, ticks, tidy } from "./numbers.js"

test("about three digits, and no minus before a zero", () => {
  assert.deepEqual([1.234, -1.234, 9.996, 99.96, -0.001, 0, -250.7].map(three), [
    "1.23",
    "\u22121.23",
    "10.0",
    "100",
    "0.00",
    "0.00",
    "\u2212251",
  ])
})

test("points, words, temperatures and divisors in words", () => {
  assert.equal(pair([-1, 0.5]), "(\u22121.00, 0.50)")
  assert.equal(tidy("  ice \t cream\n"), "ice cream")
  assert.deepEqual([0, 0.25, null].map(temperature), ["T → 0: a hard look-up", "T = 0.25", "T → ∞: a plain average"])
  assert.deepEqual([1, Math.SQRT2, Math.sqrt(50)].map(divisor), ["not ÷ √d", "÷ √2", "÷ √50"])
})

test("the scale names the ends and what lies on it", () => {
  assert.deepEqual(
    ticks([0, 0.1, 1, null]).map(({ label, share }) => [label, share]),
    [
      ["hard", 0],
      ["0.1", 1 / 3],
      ["T = 1", 2 / 3],
      ["average", 1],
    ],
  )
})
