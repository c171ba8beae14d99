import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { Clock } from "../kit/clock.testing.js"
import { Choice, outline } from "./choice.js"

/** @typedef {import("./choice.js").Said} Said */
/** @typedef {{ value: Said, puts: number, stamp: string }} Message */

/** @type {Clock} */
let clock
beforeEach(() => {
  clock = new Clock()
})
afterEach(() => clock.restore())

const UNTOUCHED = { point: null, region: [], layout: "", colouring: "" }
/** @type {Said["region"]} */
const TRIANGLE = [
  [0, 0],
  [1, 0],
  [0, 1],
]

/** A choice that Python has answered once. */
function connected() {
  /** @type {Message[]} */
  const out = []
  const onShow = { layout: "now", colouring: "class" }
  const choice = new Choice(() => onShow)
  /** @param {{ chosen?: number | null, neighbours?: number[], puts?: number, stamp?: string, value?: Said }} [said] */
  const python = ({ chosen = null, neighbours = [], puts = 0, stamp = "", value = UNTOUCHED } = {}) => {
    choice.follow({ held: { value, puts, stamp }, chosen, neighbours }, (_, message) =>
      out.push(/** @type {Message} */ (message)),
    )
    choice.wire.land(stamp)
  }
  python()
  return { choice, out, python, onShow, said: () => out.map(({ value }) => value.point) }
}

test("a point is chosen at once, and its neighbours come with the answer", () => {
  const { choice, out, python } = connected()
  assert.equal(choice.any, false)
  assert.equal(choice.choose(3), true)
  assert.deepEqual(out[0].value, { point: 3, region: [], layout: "now", colouring: "class" })
  assert.deepEqual([choice.point, choice.neighbours, choice.any], [3, [], true])
  python({ chosen: 3, neighbours: [4, 5], stamp: out[0].stamp, value: out[0].value })
  assert.deepEqual([choice.point, choice.neighbours], [3, [4, 5]])
  assert.equal(choice.choose(3), false, "the second half of a double click")
  assert.equal(out.length, 1)
})

test("an older answer does not bring an older choice back", () => {
  const { choice, out, python, said } = connected()
  for (const point of [1, 2, 3]) choice.choose(point)
  assert.deepEqual(said(), [1])
  python({ chosen: null }) // another widget's rerun, before the message was heard
  assert.equal(choice.point, 3)
  python({ chosen: 1, neighbours: [9], stamp: out[0].stamp, value: out[0].value })
  assert.deepEqual([choice.point, choice.neighbours], [3, []])
  assert.deepEqual(said(), [1, 3])
  python({ chosen: 3, neighbours: [4], stamp: out[1].stamp, value: out[1].value })
  assert.deepEqual([choice.point, choice.neighbours], [3, [4]])
})

test("Python chooses, and what was under way does not undo it", () => {
  const { choice, out, python, said } = connected()
  choice.select(TRIANGLE)
  python({ stamp: out[0].stamp, value: out[0].value })
  choice.choose(1)
  choice.choose(2)
  python({ chosen: 8, neighbours: [7], puts: 1, stamp: out[0].stamp, value: { ...UNTOUCHED, point: 8 } })
  assert.deepEqual([choice.point, choice.neighbours, choice.region], [8, [7], []])
  clock.tick(9000)
  assert.deepEqual(said(), [null, 1])
  python({ puts: 2, stamp: out[0].stamp })
  assert.equal(choice.any, false, "nothing is chosen any more")
})

test("a region stays until something else is chosen", () => {
  const { choice, out, python } = connected()
  choice.select(TRIANGLE)
  assert.deepEqual(out[0].value.region, TRIANGLE)
  python({ stamp: out[0].stamp, value: out[0].value })
  assert.deepEqual(choice.region, TRIANGLE)
  assert.equal(choice.choose(null), true)
  assert.deepEqual(choice.region, [])
  assert.deepEqual(out[1].value.region, [])
})

test("the region that Python holds is there when the map comes back", () => {
  const choice = new Choice(() => null)
  choice.follow(
    { held: { value: { ...UNTOUCHED, region: TRIANGLE }, puts: 4, stamp: "abc-2" }, chosen: null, neighbours: [] },
    () => {},
  )
  assert.deepEqual(choice.region, TRIANGLE)
})

test("a region with very many corners is thinned evenly, as Python takes 256", () => {
  const { choice, out } = connected()
  const corners = /** @type {Said["region"]} */ (Array.from({ length: 1001 }, (_, i) => [i, i + 0.5]))
  choice.select(corners)
  const { region } = out[0].value
  assert.ok(region.length <= 200 && region.length > 100)
  assert.deepEqual(
    [region[0], region[1], region.at(-1)],
    [
      [0, 0.5],
      [6, 6.5],
      [996, 996.5],
    ],
  )
})

test("Python hears of a layout once it has stood for a while, and a region belongs to the layout it was drawn on", () => {
  const { choice, out, python, onShow } = connected()
  choice.select(TRIANGLE)
  python({ stamp: out[0].stamp, value: out[0].value })
  for (const layout of ["2", "1", "0"]) {
    onShow.layout = layout
    choice.leaveLayout(true)
    clock.tick(300)
  }
  assert.equal(out.length, 1)
  clock.tick(300)
  assert.deepEqual(out[1].value, { point: null, region: [], layout: "0", colouring: "class" })
  choice.leaveLayout(true)
  choice.leaveLayout(false) // it plays on: an age in between is not told
  clock.tick(9000)
  assert.equal(out.length, 2)
})

test("a choice tells of the layout too, and nothing is told twice", () => {
  const { choice, out, python, onShow } = connected()
  onShow.layout = "0"
  choice.leaveLayout(true)
  choice.choose(5)
  python({ chosen: 5, stamp: out[0].stamp, value: out[0].value })
  clock.tick(9000)
  assert.deepEqual(
    out.map(({ value }) => [value.point, value.layout]),
    [[5, "0"]],
  )
})

test("a loop selects what it encloses, a straight drag the box between its ends", () => {
  /** @type {[number, number][]} */
  const circle = [...Array(24).keys()].map((i) => [Math.cos(i / 4), Math.sin(i / 4)])
  assert.equal(outline(circle), circle)
  /** @type {[number, number][]} */
  const line = [...Array(9).keys()].map((i) => [0.1 + i / 20, 0.9 - i / 16 + 0.004 * (i % 2)])
  const box = outline(line)
  assert.deepEqual(box[0], [0.1, Math.min(...line.map(([, y]) => y))])
  assert.deepEqual(box[2], [0.5, 0.9])
  assert.equal(outline([...line, [0.1, 0.4]]).length, 10, "three sides of a triangle are a loop")
})
