import assert from "node:assert/strict"
import { test } from "node:test"
import { text, ticks } from "./axes.js"

test("numbers have a minus sign of printers, and no negative zero", () => {
  assert.equal(text(-1.25, 1), "\u22121.3")
  assert.equal(text(-0.001, 2), "0.00")
  assert.equal(text(-0.01, 2), "\u22120.01")
  assert.equal(text(3, 0), "3")
})

test("some five round numbers, with as many digits as they need", () => {
  const labels = (/** @type {number} */ low, /** @type {number} */ high) => ticks(low, high).map(({ label }) => label)
  assert.deepEqual(labels(-4, 4), ["\u22124", "\u22122", "0", "2", "4"])
  assert.deepEqual(labels(0, 2), ["0.0", "0.5", "1.0", "1.5", "2.0"])
  assert.deepEqual(labels(0.1234, 0.1239), ["0.1234", "0.1235", "0.1236", "0.1237", "0.1238", "0.1239"])
  for (const [low, high] of [
    [-3.7, 9.1],
    [0, 1e-6],
    [-1e9, 3e9],
    [2.9999, 3.0001],
  ]) {
    const found = ticks(low, high)
    assert.ok(found.length >= 2 && found.length <= 8, `${low} ${high}: ${found.length}`)
    for (const { at, label } of found) {
      assert.ok(at >= low - 1e-9 * (high - low) && at <= high + 1e-9 * (high - low))
      assert.ok(Math.abs(Number(label.replace("\u2212", "-")) - at) < 1e-3 * (high - low))
    }
  }
})
