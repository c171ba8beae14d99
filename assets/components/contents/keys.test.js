import assert from "node:assert/strict"
import { test } from "node:test"
import { kindOf, moveOf, stepAfter, swipe } from "./keys.js"

/** An element that fits any of these parts of a selector. @param {string[]} fits */
const element = (...fits) => ({
  matches: (/** @type {string} */ selector) => selector.split(", ").some((part) => fits.includes(part)),
})
/** @param {string} key @param {Partial<KeyboardEvent>} [more] */
const press = (key, more = {}) => ({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more })

test("what has the focus", () => {
  assert.equal(kindOf(null), "none")
  assert.equal(kindOf(element("[data-testid=stMain]", '[tabindex="0"]')), "none")
  assert.equal(kindOf(element("input", '[type="text"]')), "text")
  assert.equal(kindOf(element("input")), "control")
  assert.equal(kindOf(element("button")), "button")
  assert.equal(kindOf(element("button", '[role="radio"]', '[tabindex="0"]')), "control")
  assert.equal(kindOf(element("canvas", '[tabindex="0"]')), "control")
})

test("space, arrows and a clicker step where nothing else has the focus", () => {
  const moves = [" ", "ArrowRight", "PageDown", "ArrowLeft", "PageUp", "Home", "End", "t", "Escape", "x", "ArrowDown"]
  assert.deepEqual(
    moves.map((key) => moveOf(press(key), "none", false)),
    ["next", "next", "next", "back", "back", "first", "last", "text", "leave", null, null],
  )
  assert.equal(moveOf(press(" ", { shiftKey: true }), "none", false), "back")
  assert.equal(moveOf(press("ArrowLeft", { altKey: true }), "none", false), null, "the browser's own Back")
})

test("keys inside controls keep their meaning", () => {
  for (const key of [" ", "ArrowRight", "ArrowLeft", "PageDown", "Home", "t"]) {
    assert.equal(moveOf(press(key), "control", false), null)
    assert.equal(moveOf(press(key), "text", true), null)
  }
  assert.equal(moveOf(press(" "), "button", false), null, "space presses a button")
  assert.equal(moveOf(press("ArrowRight"), "button", false), "next")
  assert.equal(moveOf(press("Escape"), "text", false), "blur", "out of the field first")
  assert.equal(moveOf(press("Escape"), "control", false), "leave")
})

test("after a slider was dragged with the mouse, the clicker goes on", () => {
  assert.equal(moveOf(press("PageDown"), "control", true), "next")
  assert.equal(moveOf(press("ArrowRight"), "control", true), null, "arrows fine-tune it")
})

test("a swipe is quick, wide and level", () => {
  const from = { x: 300, y: 400, at: 0 }
  assert.equal(swipe(from, { x: 200, y: 410, at: 200 }), "next")
  assert.equal(swipe(from, { x: 420, y: 390, at: 200 }), "back")
  assert.equal(swipe(from, { x: 200, y: 480, at: 200 }), null, "scrolling")
  assert.equal(swipe(from, { x: 270, y: 400, at: 200 }), null, "a tap")
  assert.equal(swipe(from, { x: 100, y: 400, at: 2000 }), null, "slow")
})

test("steps end at both ends", () => {
  assert.deepEqual([stepAfter(0, "back", 7), stepAfter(2, "next", 7), stepAfter(6, "next", 7)], [0, 3, 6])
  assert.deepEqual([stepAfter(3, "first", 7), stepAfter(3, "last", 7)], [0, 6])
})
