import assert from "node:assert/strict"
import { test } from "node:test"
import { beside, meaning, named } from "./keys.js"

/** @param {string} text "Control+Shift+z" @param {boolean} [onCanvas] @param {string} [code] of the key on the keyboard */
function press(text, onCanvas = true, code = "") {
  const held = text.split("+")
  const key = held.pop() ?? ""
  const [shiftKey, ctrlKey, metaKey, altKey] = ["Shift", "Control", "Meta", "Alt"].map((name) => held.includes(name))
  return meaning({ key, code, shiftKey, ctrlKey, metaKey, altKey }, onCanvas)
}

test("arrows move the pen, Shift with one draws, Space makes a dot", () => {
  assert.deepEqual(press("ArrowLeft"), { walk: [-1, 0], draws: false })
  assert.deepEqual(press("Shift+ArrowDown"), { walk: [0, 1], draws: true })
  assert.deepEqual(press(" "), { dot: true })
})

test("the history can be gone through from anywhere in the pad, all else only on the canvas", () => {
  for (const onCanvas of [true, false]) {
    assert.deepEqual(press("Control+z", onCanvas), { step: "undo" })
    assert.deepEqual(press("Control+я", onCanvas, "KeyZ"), { step: "undo" }, "a Cyrillic keyboard")
    for (const key of ["Control+y", "Control+Shift+Z", "Meta+y"])
      assert.deepEqual(press(key, onCanvas), { step: "redo" })
  }
  for (const key of ["ArrowLeft", " "]) assert.equal(press(key, false), null, key)
  for (const key of ["Tab", "z", "Enter", "Control+ArrowUp", "Control+ ", "Alt+ArrowUp", "Alt+ "]) {
    assert.equal(press(key), null, key)
  }
})

test("the pen stays on the paper and says where it is", () => {
  const paper = { edge: 560, block: 20 }
  assert.deepEqual(beside({ x: 280, y: 280 }, [-1, 0], paper), { x: 260, y: 280 })
  assert.deepEqual(beside({ x: 0, y: 550 }, [-1, 0], paper), { x: 0, y: 550 })
  assert.deepEqual(beside({ x: 0, y: 550 }, [0, 1], paper), { x: 0, y: 560 })
  assert.equal(named({ x: 260, y: 280 }, paper), "Row 15, column 14.")
})
