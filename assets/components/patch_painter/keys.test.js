import assert from "node:assert/strict"
import { test } from "node:test"
import { beside, meaning } from "./keys.js"

/** @param {string} text "Control+Shift+z" @param {string} [code] of the key on the keyboard */
function press(text, code = "") {
  const held = text.split("+")
  const key = held.pop() ?? ""
  const [shiftKey, ctrlKey, metaKey, altKey] = ["Shift", "Control", "Meta", "Alt"].map((name) => held.includes(name))
  return meaning({ key, code, shiftKey, ctrlKey, metaKey, altKey })
}

test("arrows walk, and with Shift they paint", () => {
  assert.deepEqual(press("ArrowDown"), { walk: [1, 0], paints: false })
  assert.deepEqual(press("Shift+ArrowLeft"), { walk: [0, -1], paints: true })
})

test("Space and Enter toggle; I inverts; Control Z and Y go through the history", () => {
  for (const key of [" ", "Enter", "Shift+ "]) assert.deepEqual(press(key), { command: "toggle" }, key)
  for (const key of ["i", "Shift+I"]) assert.deepEqual(press(key), { command: "invert" }, key)
  for (const key of ["Control+z", "Meta+z"]) assert.deepEqual(press(key), { command: "undo" }, key)
  for (const key of ["Control+Shift+Z", "Control+y", "Meta+Shift+z"])
    assert.deepEqual(press(key), { command: "redo" }, key)
})

test("letters are found on keyboards of other scripts, by what stands on the key in Latin", () => {
  assert.deepEqual(press("Control+я", "KeyZ"), { command: "undo" })
  assert.deepEqual(press("Control+Shift+Я", "KeyZ"), { command: "redo" })
  assert.deepEqual(press("Meta+н", "KeyY"), { command: "redo" })
  assert.deepEqual(press("ш", "KeyI"), { command: "invert" })
  assert.deepEqual(press("Control+z", "KeyY"), { command: "undo" }, "a German keyboard")
  assert.equal(press("я", "KeyZ"), null)
})

test("all other keys are left to the page", () => {
  for (const key of ["Tab", "a", "z", "Control+i", "Alt+ArrowUp", "Control+ArrowUp", "Control+ ", "Alt+i", "Escape"]) {
    assert.equal(press(key), null, key)
  }
})

test("the edge of the picture holds the keyboard's patch", () => {
  assert.deepEqual(
    [beside(7, 0, [-1, 0]), beside(7, 0, [0, -1]), beside(7, 48, [1, 0]), beside(7, 48, [0, 1])],
    [0, 0, 48, 48],
  )
  assert.deepEqual([beside(7, 6, [0, 1]), beside(7, 6, [1, 0]), beside(8, 17, [0, 1])], [6, 13, 18])
})
