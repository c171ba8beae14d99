import assert from "node:assert/strict"
import { test } from "node:test"
import { grown, plan } from "./desk.js"

test("four pictures beside the canvas are as high as it: two rows and the words fill what the width leaves", () => {
  const { layout, edge, perRow, rows, columns } = plan(1000, 448, 4, 30)
  assert.deepEqual([layout, edge, perRow, rows, columns], ["wide", 448, 2, 2, 2])
  assert.equal(plan(800, 448, 4, 30).edge, Math.floor((800 - 24 + 30) / 2))
})

test("eight pictures stand in rows of four where each has 180 pixels", () => {
  assert.equal(plan(1500, 416, 8, 30).perRow, 4)
  assert.equal(plan(1500, 416, 8, 30).beside, 8)
  assert.equal(plan(416 + 24 + 4 * 180 + 3 * 16 - 1, 416, 8, 30).perRow, 2)
  assert.equal(plan(1000, 416, 8, 30).beside, 4, "the others stand below")
})

test("two pictures stand one above the other with their words beside them", () => {
  const { media, columns, rows, edge } = plan(900, 448, 2, 30)
  assert.deepEqual([media, columns, rows], [true, 1, 2])
  assert.equal(edge, 448)
  assert.equal(plan(800, 448, 2, 30).edge, Math.floor((800 - 24 - 16 - 160) / 1.5))
})

test("where the canvas would be too small, everything is stacked, and the canvas takes the width", () => {
  assert.deepEqual([plan(390, 448, 4, 30).layout, plan(390, 448, 4, 30).edge], ["stacked", 390])
  assert.deepEqual([plan(700, 448, 0, 30).layout, plan(700, 448, 0, 30).edge], ["alone", 448])
  assert.equal(plan(2 * 330 + 24 - 30, 448, 4, 30).layout, "wide")
  assert.equal(plan(2 * 330 + 24 - 32, 448, 4, 30).layout, "stacked")
})

test("both halves end on one line at any width", () => {
  for (let width = 320; width < 2000; width += 7) {
    for (const pictures of [1, 2, 3, 4, 5, 8]) {
      const { wide, edge, beside, columns, rows, media } = plan(width, 448, pictures, 30)
      assert.ok(edge <= 448 && edge <= width)
      if (!wide) continue
      const tile = media ? (30 + edge - 16) / 2 : (30 + edge - (rows - 1) * 16) / rows - 30
      const right = media ? tile + 16 + 160 : columns * (tile + 16) - 16
      const less = media ? 15 : 0 // of the words beside two pictures, for the line above the canvas
      assert.ok(edge + 24 + right <= width + less + 1, `${width} ${pictures}: ${edge} + ${right}`)
      assert.ok(beside <= rows * Math.max(columns, 1) * (media ? 2 : 1))
    }
  }
})

test("a canvas grows with a screen that is large for it, and with no other", () => {
  for (const [innerWidth, innerHeight] of [
    [390, 844],
    [1400, 950],
    [1400, 9000],
    [1920, 1080],
  ]) {
    assert.equal(grown(448, { innerWidth, innerHeight }), 448)
  }
  assert.equal(grown(448, { innerWidth: 3840, innerHeight: 2160 }), 864)
  assert.equal(grown(448, { innerWidth: 3840, innerHeight: 1000 }), 448)
})
