import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { Fingers } from "./fingers.js"
import { View } from "./view.js"

globalThis.Element ??= /** @type {any} */ (class {})

/** What the owner was told. @type {string[]} */
let told
/** @type {View} */
let view
/** @type {import("./fingers.js").Owner} */
let owner
/** @type {any} */
let hand
beforeEach(() => {
  told = []
  view = new View()
  owner = {
    view,
    selecting: false,
    lasso: null,
    point: (x, y) => told.push(`point ${x} ${y}`),
    tap: (x, y, reach) => told.push(`tap ${x} ${y} ${reach}`),
    closeLasso: () => {
      told.push(`region of ${owner.lasso?.length}`)
      owner.lasso = null
    },
    moved: () => {},
    left: () => told.push("left"),
  }
  const box = { left: 100, top: 50, width: 400, height: 400 }
  hand = { clientWidth: 400, dataset: {}, getBoundingClientRect: () => box }
  new Fingers(hand, owner)
})

/** An event at a share of the canvas. @param {string} type @param {number} x @param {number} y @param {object} [more] */
function event(type, x, y, more) {
  const base = { type, pointerId: 1, pointerType: "mouse", button: 0, clientX: 100 + 400 * x, clientY: 50 + 400 * y }
  hand[`on${type}`]({ ...base, preventDefault: () => {}, ...more })
}

test("a mouse that rests points, and one that is pressed and let go taps", () => {
  event("pointermove", 0.25, 0.5)
  event("pointerdown", 0.25, 0.5)
  event("pointermove", 0.255, 0.5) // two pixels: no drag
  event("pointerup", 0.255, 0.5)
  event("pointerleave", 0, 0)
  assert.deepEqual(told, ["point 0.25 0.5", "tap 0.255 0.5 12", "left"])
})

test("a finger does not hover, and it reaches further", () => {
  const touch = { pointerType: "touch" }
  event("pointermove", 0.25, 0.5, touch)
  event("pointerdown", 0.25, 0.5, touch)
  event("pointerup", 0.25, 0.5, touch)
  assert.deepEqual(told, ["tap 0.25 0.5 22"])
})

test("other buttons of a mouse do nothing", () => {
  event("pointerdown", 0.25, 0.5, { button: 2 })
  event("pointerup", 0.25, 0.5, { button: 2 })
  assert.deepEqual(told, [])
})

test("a drag moves the map with the hand, and is no tap", () => {
  view.zoomAt(0.5, 0.5, 4)
  const under = view.toFrame(0.5, 0.5)
  event("pointerdown", 0.5, 0.5)
  event("pointermove", 0.6, 0.55)
  assert.equal(hand.dataset.drag, "pan")
  event("pointermove", 0.7, 0.6)
  const there = view.toScreen(...under)
  assert.ok(Math.hypot(there[0] - 0.7, there[1] - 0.6) < 1e-9, `${there}`)
  event("pointerup", 0.7, 0.6)
  assert.equal(hand.dataset.drag, undefined)
  assert.deepEqual(told, [])
})

test("with Shift, or after the button, a drag draws a region", () => {
  for (const [selecting, shiftKey] of [
    [true, false],
    [false, true],
  ]) {
    owner.selecting = selecting
    event("pointerdown", 0.2, 0.2, { shiftKey })
    for (const [x, y] of [
      [0.8, 0.2],
      [0.8, 0.8],
    ])
      event("pointermove", x, y)
    assert.deepEqual(owner.lasso?.[0], [0.2, 0.8], "in shares of the frame, y upwards")
    event("pointerup", 0.8, 0.8)
  }
  assert.deepEqual(told, ["region of 3", "region of 3"])
  assert.deepEqual([view.x, view.y, view.zoom], [0.5, 0.5, 1])
})

test("a gesture that the browser takes away selects and chooses nothing", () => {
  event("pointerdown", 0.2, 0.2, { shiftKey: true })
  event("pointermove", 0.8, 0.2)
  event("pointercancel", 0.8, 0.2)
  assert.equal(owner.lasso, null)
  assert.deepEqual(told, [])
})

test("two fingers zoom, and neither of them taps or draws", () => {
  const finger = (/** @type {number} */ pointerId) => ({ pointerId, pointerType: "touch" })
  owner.selecting = true
  event("pointerdown", 0.45, 0.5, finger(1))
  event("pointerdown", 0.55, 0.5, finger(2))
  assert.equal(owner.lasso, null)
  for (const x of [0.65, 0.75, 0.85]) event("pointermove", x, 0.5, finger(2))
  assert.ok(Math.abs(view.zoom - 4) < 1e-9, `four times as far apart: ${view.zoom}`)
  event("pointerup", 0.85, 0.5, finger(2))
  event("pointerup", 0.45, 0.5, finger(1))
  assert.deepEqual(told, [])
})

test("the wheel zooms at the pointer, by lines or pixels", () => {
  const under = view.toFrame(0.7, 0.3)
  event("wheel", 0.7, 0.3, { deltaY: -300, deltaMode: 0 })
  assert.ok(Math.abs(view.zoom - 1.0015 ** 300) < 1e-9)
  const there = view.toScreen(...under)
  assert.ok(Math.hypot(there[0] - 0.7, there[1] - 0.3) < 1e-9)
  event("wheel", 0.7, 0.3, { deltaY: 10, deltaMode: 1 })
  assert.ok(Math.abs(view.zoom - 1) < 1e-9)
})
