import assert from "node:assert/strict"
import { test } from "node:test"
import { radiusOf, signOf } from "./marks.js"

test("thirty groups differ by hue and shape", () => {
  const hues = [...Array(10).keys()].map(String)
  const signs = new Set([...Array(30).keys()].map((group) => JSON.stringify(signOf(group, hues))))
  assert.equal(signs.size, 30)
  assert.deepEqual(signOf(0, hues), { hue: "0", shape: "circle" })
  assert.deepEqual(signOf(23, hues), { hue: "3", shape: "triangle" })
})

test("many points are small ones, and on a wide map larger ones", () => {
  const radii = [1, 100, 1000, 10_000].map((n) => radiusOf(n, 520))
  assert.deepEqual(
    radii,
    [...radii].sort((a, b) => b - a),
  )
  assert.equal(radiusOf(1, 520), 6)
  assert.ok(Math.abs(radiusOf(10_000, 520) - 2.4) < 1e-9)
  assert.equal(radiusOf(100, 5200), 1.3 * 5)
  assert.equal(radiusOf(100, 10), 0.85 * 5)
})
