import assert from "node:assert/strict"
import { test } from "node:test"
import { background, lines, total } from "./table.js"

const token = (/** @type {string} */ text) => ({ text, long: false })
/** @type {import("../messages.d.ts").AttentionStepsData} */
const DATA = {
  titles: ["key", "k", "q·k", "÷ √8", "softmax", "weight × v"],
  asks: token("<b>"),
  rows: [
    { token: token("a"), at: 1, product: "0.10", scaled: "0.04", weight: 0.75 },
    { token: token("later"), at: 4, product: "−0.20", scaled: "", weight: null },
  ],
  others: { text: "3 others", together: 0.25 },
  says: "the head says",
  sum: 1,
  count: 5,
  seen: 2,
  pictures: { k: "", v: "", q: "", s: "" },
}

test("a line a key, between the token that asks and the keys without a line of their own", () => {
  const [asks, first, later, others] = lines(DATA)
  assert.deepEqual(asks.cells.slice(0, 2), [
    { token: token("<b>"), before: "q of " },
    { strip: { picture: "q", row: 0, rows: 1 } },
  ])
  assert.deepEqual(first, {
    cells: [
      { token: token("a"), before: "" },
      { strip: { picture: "k", row: 1, rows: 5 } },
      "0.10",
      "0.04",
      { weight: 0.75 },
      { strip: { picture: "v", row: 1, rows: 2 } },
    ],
    seen: true,
  })
  assert.deepEqual(later.cells.slice(2), ["−0.20", "−∞", "not seen", null])
  assert.equal(later.seen, false)
  assert.deepEqual(others.cells, ["3 others", null, null, null, "together 0.250", null])
  assert.equal(lines({ ...DATA, others: null }).length, 3)
  for (const line of [...lines(DATA), total(DATA)]) assert.equal(line.cells.length, DATA.titles.length)
})

test("the sum stands in the last line", () => {
  assert.deepEqual(total(DATA).cells, [
    "the head says",
    null,
    null,
    null,
    "sum 1.000",
    { strip: { picture: "s", row: 0, rows: 1 } },
  ])
})

test("a strip is one row of a picture", () => {
  assert.deepEqual(background({ picture: "k", row: 0, rows: 1 }), { size: "100% 100%", position: "0 0%" })
  assert.deepEqual(background({ picture: "k", row: 1, rows: 5 }), { size: "100% 500%", position: "0 25.0000%" })
  assert.deepEqual(background({ picture: "k", row: 4, rows: 5 }), { size: "100% 500%", position: "0 100.0000%" })
})
