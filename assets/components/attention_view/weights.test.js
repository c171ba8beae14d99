import assert from "node:assert/strict"
import { test } from "node:test"
import { bodyOf, headerOf } from "./weights.js"
import { message, patterns, weightsOf } from "./weights.testing.js"

const [ITSELF, BEFORE, FIRST, EVEN] = patterns(8)
const head = { layer: 0, column: 0 }

test("a message is a header, and a body that is a copy", () => {
  const bytes = message({ weights: [[EVEN]] })
  const inside = new Uint8Array(bytes.length + 3) // a view that begins in the middle of a buffer
  inside.set(bytes, 3)
  const header = headerOf(inside.subarray(3))
  assert.deepEqual([header.key, header.shape, header.bytes], ["view", [1, 1, 8], 2])
  const body = bodyOf(inside.subarray(3))
  assert.equal(body.length, 768 + 2 * 64)
  inside.fill(0)
  assert.deepEqual([...body.subarray(0, 6)], [0, 255, 7, 1, 254, 7])
})

for (const bytes of /** @type {const} */ ([1, 2])) {
  for (const causal of [false, true]) {
    test(`weights of ${bytes} bytes come back, ${causal ? "causal" : "all"}`, () => {
      const heads = patterns(6, causal).map((rows) =>
        rows.map((row, q) => row.map((w, k) => (causal && k > q ? 0 : w))),
      )
      const given = [heads, [...heads].reverse()]
      const weights = weightsOf({ weights: given, bytes, causal })
      given.forEach((layer, l) => {
        layer.forEach((rows, column) => {
          rows.flat().forEach((weight, i) => {
            const got = weights.at({ layer: l, column }, Math.floor(i / 6), i % 6)
            assert.ok(Math.abs(got - weight) <= 0.5 / weights.top + 1e-9, `${l}/${column}/${i}: ${got}, not ${weight}`)
          })
        })
      })
      assert.equal(weights.isForbidden(2, 3), causal)
      assert.equal(weights.isForbidden(3, 3), false)
    })
  }
}

test("a head says itself, and what is made of heads says so", () => {
  const weights = weightsOf({ weights: [[ITSELF, BEFORE, EVEN]], columns: ["1", "2", "mean"], off: [1] })
  assert.deepEqual(weights.isHead, [true, true, false])
  assert.equal(weights.firstMade, 2)
  assert.deepEqual(
    [0, 1, 2].map((column) => weights.isOff({ layer: 0, column })),
    [false, true, false],
  )
})

test("the strongest five, the largest first, and of equal ones the first; 0.00 is not told", () => {
  const before = weightsOf({ weights: [[BEFORE]] })
  assert.deepEqual(before.strongest(head, { side: "query", i: 4 }), [3, 4])
  assert.deepEqual(before.strongest(head, { side: "key", i: 0 }), [0, 1])
  const first = weightsOf({ weights: [[FIRST]] })
  assert.deepEqual(first.strongest(head, { side: "key", i: 0 }), [0, 1, 2, 3, 4])
  assert.deepEqual(first.strongest(head, { side: "query", i: 6 }), [0, 6])
  const none = weightsOf({
    weights: [
      [
        [
          [0.004, 0.006],
          [0, 0],
        ],
      ],
    ],
  })
  assert.deepEqual(none.strongest(head, { side: "query", i: 0 }), [1])
  assert.deepEqual(none.strongest(head, { side: "query", i: 1 }), [])
})

test("lines are drawn from half of an even share on; of a long sentence there are few", () => {
  const short = weightsOf({ weights: [[ITSELF, EVEN]] })
  assert.equal(short.least(head), 0.5 / 8)
  assert.equal(short.lines(head, null).length, 8)
  assert.equal(short.lines({ layer: 0, column: 1 }, null).length, 64, "as many as are equally strong")
  const T = 60
  const slope = Array.from({ length: T }, () => Array.from({ length: T }, (_, key) => 0.01 + key / 1000))
  const long = weightsOf({ weights: [[slope]] })
  assert.ok(long.least(head) > 0.06, String(long.least(head)))
  const drawn = long.lines(head, null)
  assert.ok(drawn.length >= 6 * T && drawn.length <= 7 * T, String(drawn.length))
  assert.ok(drawn.every(([, key]) => key >= 53))
})

test("with a token in sight its own lines are drawn, faint ones too", () => {
  const weights = weightsOf({ weights: [[FIRST]] })
  assert.deepEqual(
    weights.lines(head, { side: "query", i: 3 }).map(([query, key]) => [query, key]),
    [
      [3, 0],
      [3, 3],
    ],
  )
  assert.equal(weights.lines(head, { side: "key", i: 0 }).length, 8)
})

test("brightness follows the square root", () => {
  const weights = weightsOf({
    weights: [
      [
        [
          [1, 0.25],
          [0.01, 0],
        ],
      ],
    ],
  })
  const { width, height, pixels } = weights.pixels([0], [0], 2)
  assert.deepEqual([width, height], [2, 2])
  const reds = [...pixels].map((pixel) => pixel & 255)
  assert.deepEqual(reds, [255, 128, 25, 0]) // 255, half of it, a tenth of it, none
  assert.ok([...pixels].every((pixel) => pixel >>> 24 === 255 && ((pixel >>> 8) & 255) === 255 - (pixel & 255)))
})

test("where there are more weights than pixels, a pixel shows its largest weight", () => {
  const weights = weightsOf({ weights: [[BEFORE]] })
  const red = (/** @type {number} */ weight) => Math.round(255 * Math.sqrt(weight))
  const reds = [...weights.pixels([0], [0], 4).pixels].map((pixel) => pixel & 255)
  assert.deepEqual(reds.slice(0, 4), [red(1), 0, 0, 0])
  assert.deepEqual(reds.slice(4, 8), [red(0.75), red(0.75), 0, 0])
})

test("several heads are one picture, and what is forbidden has no pixel", () => {
  const given = patterns(4, true)
  const weights = weightsOf({ weights: [given.slice(0, 2), given.slice(2)], causal: true })
  const { width, height, pixels } = weights.pixels([0, 1], [0, 1], 4)
  assert.deepEqual([width, height], [8, 8])
  const at = (/** @type {number} */ x, /** @type {number} */ y) => pixels[8 * y + x]
  assert.equal(at(0, 0) & 255, 255) // head 1: itself
  assert.equal(at(4, 1) & 255, Math.round(255 * Math.sqrt(0.75))) // head 2: the token before
  assert.equal(at(4 + 1, 4 + 1) & 255, Math.round(255 * Math.sqrt(1 / 2))) // head 4: even
  for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) assert.equal(at(x, y) === 0, x > y, `${x} ${y}`)
})

test("what was made of the same is made once", () => {
  const weights = weightsOf({ weights: [[EVEN]] })
  let made = 0
  const make = () => ++made
  assert.deepEqual([weights.kept("a", 1, make), weights.kept("a", 1, make), weights.kept("b", 1, make)], [1, 1, 2])
  assert.equal(weights.kept("a", 2, make), 3)
  assert.equal(weights.kept("a", 1, make), 4)
})
