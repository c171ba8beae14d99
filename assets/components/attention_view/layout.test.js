import assert from "node:assert/strict"
import { test } from "node:test"
import {
  cellAt,
  headAt,
  idealWidth,
  pixelsFor,
  planGrid,
  planHeat,
  planWeb,
  roomOf,
  scrollTo,
  viewIn,
} from "./layout.js"

const GIVEN = {
  width: 700,
  before: 60,
  narrow: false,
  high: 410,
  size: 15,
  scale: 1,
  L: 2,
  C: 6,
  T: 8,
  labels: true,
  firstMade: 4,
}

test("what fits beside each other", () => {
  assert.deepEqual(
    [1040, 1039, 680, 679].map((width) => roomOf(width, true)),
    ["wide", "middle", "middle", "narrow"],
  )
  assert.deepEqual(
    [680, 679, 510, 509].map((width) => roomOf(width, false)),
    ["wide", "middle", "middle", "narrow"],
  )
  assert.equal(viewIn("both", "wide"), "both")
  assert.equal(viewIn("both", "middle"), "heat")
  assert.equal(viewIn("lines", "narrow"), "lines")
})

test("small pictures stand in rows and columns; what is made of heads stands a little apart", () => {
  const plan = planGrid(GIVEN)
  const steps = plan.lefts.slice(1).map((left, i) => left - plan.lefts[i])
  assert.deepEqual(steps, [plan.pitch, plan.pitch, plan.pitch, plan.pitch + 10, plan.pitch])
  assert.ok(plan.width <= GIVEN.width - GIVEN.before && plan.size < plan.pitch)
  assert.equal(plan.size % GIVEN.T, 0, "all weights are equally large")
  assert.equal(idealWidth(60, 6, 4), 60 + 10 + 6 * 92)
  assert.equal(planGrid({ ...GIVEN, firstMade: -1 }).lefts[5], plan.topmost + 5 * plan.pitch)
})

test("labels stand below the pictures where there is room for them", () => {
  assert.equal(planGrid(GIVEN).labelled, true)
  assert.ok(planGrid(GIVEN).pitchY > planGrid(GIVEN).pitch)
  for (const other of [{ labels: false }, { width: 300 }, { L: 6 }]) {
    const plan = planGrid({ ...GIVEN, ...other })
    assert.equal(plan.labelled, false, JSON.stringify(other))
    assert.equal(plan.pitchY, plan.pitch)
  }
})

test("many layers are no higher than the room; on a phone they are as large as a finger needs", () => {
  const many = planGrid({ ...GIVEN, L: 12, C: 15, T: 128 })
  assert.ok(many.height <= 0.62 * GIVEN.high)
  const phone = planGrid({ ...GIVEN, width: 300, narrow: true, L: 6, C: 15, T: 20 })
  assert.equal(phone.pitch, 34)
  assert.ok(phone.width > 300, "it scrolls")
})

test("the head under a pointer", () => {
  const plan = planGrid(GIVEN)
  const middle = (/** @type {number} */ column, /** @type {number} */ layer) =>
    headAt(plan, plan.lefts[column] + plan.size / 2, layer * plan.pitchY + plan.topmost + plan.size / 2)
  for (const column of [0, 3, 4, 5])
    for (const layer of [0, 1]) assert.deepEqual(middle(column, layer), { layer, column })
  assert.equal(headAt(plan, plan.lefts[3] + plan.size + 6, 10), null, "between heads and the mean")
  assert.equal(headAt(plan, -10, 10), null)
  assert.equal(headAt(plan, plan.lefts[0], plan.height + 1), null)
  assert.equal(headAt(plan, plan.lefts[0], -1), null)
})

test("the cell under a pointer", () => {
  assert.deepEqual(cellAt(0.4, 0.6, 8), { query: 4, key: 3 })
  assert.deepEqual(cellAt(0, 0.999, 8), { query: 7, key: 0 })
  for (const [x, y] of [
    [1, 0],
    [0, 1],
    [-0.01, 0],
    [0, -0.01],
  ])
    assert.equal(cellAt(x, y, 8), null)
})

test("a pixel a weight, or as many as there is room for", () => {
  assert.equal(pixelsFor(80, 1, 8), 8)
  assert.equal(pixelsFor(80, 2, 128), 128)
  assert.equal(pixelsFor(80, 1, 128), 80)
  assert.equal(pixelsFor(0.2, 1, 128), 1)
})

test("what is chosen is scrolled to, and no farther", () => {
  assert.equal(scrollTo(0, 300, 100, 40), 0)
  assert.equal(scrollTo(0, 300, 280, 40), 20)
  assert.equal(scrollTo(200, 300, 100, 40), 100)
})

test("tokens stand beside the heat map where a row is high enough for them", () => {
  const short = planHeat({ size: 15, widest: 60 }, 500, 410, 8)
  assert.equal(short.fits, true)
  assert.equal(short.cut, false)
  assert.ok(short.gutter + short.edge <= 410)
  const long = planHeat({ size: 15, widest: 60 }, 500, 410, 128)
  assert.equal(long.fits, false)
  assert.equal(long.label, 15)
  assert.equal(planHeat({ size: 15, widest: 600 }, 500, 410, 8).cut, true)
  assert.equal(planHeat({ size: 15, widest: 600 }, 100, 20, 8).edge, 60, "however little room there is")
})

test("beside a heat map the lines have its rows, alone they have room for words and fingers", () => {
  const type = { size: 15, widest: 60 }
  const heat = planHeat(type, 500, 410, 8)
  const joined = planWeb(type, 400, 410, 8, { coarse: false, heat })
  assert.equal(joined.row, heat.cell)
  assert.equal(joined.top, heat.gutter)
  assert.equal(joined.inner, 400)
  const alone = planWeb(type, 400, 410, 8, { coarse: false, heat: null })
  assert.equal(alone.row, 2.6 * 15)
  assert.equal(alone.top, 1.6 * 15)
  const finger = planWeb(type, 400, 410, 128, { coarse: true, heat: null })
  assert.equal(finger.row, 2.2 * 15)
  assert.equal(finger.inner, 400 - 14, "a scroll bar")
  assert.equal(finger.middle, finger.inner - 2 * finger.side)
  assert.equal(planWeb(type, 400, 410, 128, { coarse: false, heat: planHeat(type, 500, 410, 128) }).row, 1.1 * 15)
  const some = planWeb(type, 400, 410, 30, { coarse: false, heat: null })
  assert.equal(some.inner, 400, "thirty tokens need no scroll bar")
  assert.ok(some.tall >= 30 * some.row + some.top)
  assert.equal(finger.tall, 410, "these scroll anyway")
})
