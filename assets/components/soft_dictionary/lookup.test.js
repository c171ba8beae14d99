import assert from "node:assert/strict"
import { test } from "node:test"
import { chainOf, keyArrows, mergedArrows, moved, told } from "./arrows.js"
import { chain, found, lookUp, valueArrows } from "./lookup.js"

/** @typedef {import("./lookup.js").Data} Data */
/** @typedef {import("./lookup.js").Asked} Asked */

/** @type {Asked} */
const ASKED = {
  query: "orange",
  at: [1, 2],
  entries: [
    ["apple", "pomme", 1, 0, 3, 0],
    ["lemon", "citron", 0, 2, 0, 1],
  ],
  t: 2,
}

/** @param {Partial<Data>} [changes] @returns {Data} */
const data = (changes = {}) => ({
  held: { value: ASKED, puts: 1, stamp: "" },
  temperatures: [0, 0.5, 1, null],
  rows: [[1, 1, 1, 0.5], null],
  root: 1,
  unit: false,
  own: true,
  merged: null,
  flat: { query: [1, 1], keys: [[0, 1], null], values: [[1, 0], null], about_keys: "", about_values: "" },
  near: [],
  about_near: "",
  problems: [],
  error: "",
  spare: [],
  result_id: "",
  fewest: 2,
  most: 8,
  longest: 40,
  reach: 3,
  ...changes,
})

/** @param {number[]} scores */
function softmax(scores) {
  const powers = scores.map(Math.exp)
  const total = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / total)
}

/** @param {(number | undefined)[]} a @param {number[]} b */
const near = (a, b) => {
  assert.equal(a.length, b.length)
  b.forEach((x, i) => {
    assert.ok(Math.abs((a[i] ?? Number.NaN) - x) < 1e-12, `${a[i]} is not ${x}`)
  })
}

test("dot products, divided by √d and T, through a softmax", () => {
  const steps = lookUp({ ...ASKED, t: 1 }, data({ root: Math.SQRT2 }))
  near(
    steps.map((step) => step?.product),
    [1, 4],
  )
  near(
    steps.map((step) => step?.scaled),
    [1 / Math.SQRT2, 4 / Math.SQRT2],
  )
  near(
    steps.map((step) => step?.tempered ?? undefined),
    [2 / Math.SQRT2, 8 / Math.SQRT2],
  )
  near(
    steps.map((step) => step?.weight),
    softmax([2 / Math.SQRT2, 8 / Math.SQRT2]),
  )
})

test("towards 0 the best key answers alone, towards infinity all are averaged", () => {
  assert.deepEqual(
    lookUp({ ...ASKED, t: 0 }, data()).map((step) => [step?.tempered, step?.weight]),
    [
      [null, 0],
      [null, 1],
    ],
  )
  const alike = lookUp({ ...ASKED, at: [2, 1], t: 0 }, data())
  assert.deepEqual(
    alike.map((step) => step?.weight),
    [0.5, 0.5],
    "keys that fit equally well share",
  )
  assert.deepEqual(
    lookUp({ ...ASKED, t: 3 }, data()).map((step) => [step?.tempered, step?.weight]),
    [
      [0, 0.5],
      [0, 0.5],
    ],
  )
})

test("at length 1 a product is a cosine", () => {
  const steps = lookUp(ASKED, data({ unit: true }))
  near(
    steps.map((step) => step?.product),
    [1 / Math.sqrt(5), 2 / Math.sqrt(5)],
  )
  assert.deepEqual(valueArrows(ASKED, data({ unit: true })), [
    [1, 0],
    [0, 1],
  ])
})

test("an entry without a word takes no part, and nothing does where nothing can be looked up", () => {
  /** @type {Asked} */
  const half = { ...ASKED, entries: [ASKED.entries[0], ["", "citron", 0, 2, 0, 1]] }
  const steps = lookUp(half, data())
  assert.deepEqual([steps[0]?.weight, steps[1]], [1, null])
  assert.deepEqual(lookUp({ ...ASKED, query: "" }, data()), [null, null])
  assert.deepEqual(lookUp(ASKED, data({ error: "No." })), [null, null])
  assert.deepEqual(
    chain(
      [null, null],
      [
        [1, 1],
        [1, 1],
      ],
    ),
    [],
  )
})

test("of words the products are Python's, and a new entry has none", () => {
  const three = { ...ASKED, entries: [...ASKED.entries, ASKED.entries[1]] }
  const steps = lookUp(
    three,
    data({
      own: false,
      rows: [
        [3, 3, 3, 0.9],
        [1, 1, 1, 0.1],
      ],
    }),
  )
  near(
    steps.slice(0, 2).map((step) => step?.weight),
    softmax([3, 1]),
  )
  assert.equal(steps[2], null)
})

test("the merged vector is reached tip to tail", () => {
  const steps = lookUp({ ...ASKED, t: 3 }, data())
  assert.deepEqual(chain(steps, valueArrows(ASKED, data())), [
    [0, 0],
    [1.5, 0],
    [1.5, 0.5],
  ])
  assert.deepEqual(chain(steps, [[1, 0], null]), [], "a value that counts has no arrow")
  assert.deepEqual(found(data()), [{ product: 1, scaled: 1, tempered: 1, weight: 0.5 }, null])
})

test("own arrows can be dragged; those of words are drawn where they have a vector", () => {
  const steps = found(data())
  const own = { asked: ASKED, data: data(), steps, merged: /** @type {[number, number]} */ ([1, 2]) }
  assert.deepEqual(
    keyArrows(own).map(({ id, can, note, at, name }) => [id, can, note, at, name]),
    [
      ["key0", true, "0.50", [1, 0], "Arrow of the key apple"],
      ["key1", true, "", [0, 2], "Arrow of the key lemon"],
      ["query", true, "", [1, 2], "Arrow of the query orange"],
    ],
  )
  assert.deepEqual(
    mergedArrows(own).map(({ id, can, at }) => [id, can, at]),
    [
      ["value0", true, [3, 0]],
      ["value1", true, [0, 1]],
      ["merged", false, [1, 2]],
    ],
  )
  const words = { ...own, data: data({ own: false }), merged: null }
  assert.deepEqual(
    keyArrows(words).map(({ id, can }) => [id, can]),
    [
      ["key0", false],
      ["query", false],
    ],
  )
  assert.deepEqual(
    mergedArrows(words).map(({ id }) => id),
    ["value0"],
  )
  assert.deepEqual(chainOf(words), [])
  const nameless = { ...own, asked: moved({ ...ASKED, entries: [["", "", 1, 1, 1, 1]] }, "key0", [2, 2]) }
  assert.equal(keyArrows(nameless)[0].name, "Arrow of the key 1")
})

test("a tip that moves leaves all else where it is", () => {
  assert.deepEqual(moved(ASKED, "query", [3, 3]), { ...ASKED, at: [3, 3] })
  assert.deepEqual(moved(ASKED, "key1", [3, 3]).entries, [ASKED.entries[0], ["lemon", "citron", 3, 3, 0, 1]])
  assert.deepEqual(moved(ASKED, "value0", [3, 3]).entries, [["apple", "pomme", 1, 0, 3, 3], ASKED.entries[1]])
})

test("a plane in words", () => {
  const arrow = { id: "", kind: /** @type {const} */ ("merged"), can: false, label: "", note: "", name: "" }
  assert.equal(told("Plane", []), "Plane")
  assert.equal(
    told("Plane", [
      { ...arrow, label: "pomme", at: [0.5, -1] },
      { ...arrow, at: [-0.25, 2] },
    ]),
    "Plane. Tips, to the right and up: pomme (0.50, \u22121.00); merged (\u22120.25, 2.00).",
  )
})
