import assert from "node:assert/strict"
import { test } from "node:test"
import { box, cellAt, Editor, line, sorted } from "./editor.js"

const START = [0, 1]

/** @param {number[]} [cells] */
function edited(cells = START, n = 7) {
  const editor = new Editor(n)
  editor.follow(cells, null, true)
  /** @param {Iterable<number>} touched */
  const drag = (touched, hide = true) => {
    editor.begin("drag")
    editor.set(touched, hide)
    return editor.finish()
  }
  /** @param {"undo" | "redo" | "invert" | "clear"} action */
  const press = (action) => {
    editor.begin("button")
    if (action === "invert") editor.invert()
    else if (action === "clear") editor.setAll([])
    else editor.step(action)
    return editor.finish()
  }
  return { editor, drag, press, mask: () => sorted(editor.mask) }
}

test("a line has no gaps, and what lies outside the picture is left out", () => {
  assert.deepEqual(line(7, { row: 0, column: 0 }, { row: 6, column: 6 }), [0, 8, 16, 24, 32, 40, 48])
  assert.deepEqual(line(7, { row: 0, column: 5 }, { row: -3, column: 5 }), [5])
  assert.deepEqual(line(7, { row: -3, column: 6 }, { row: 1, column: 6 }), [6, 13])
  assert.deepEqual(new Set(line(7, { row: 3, column: 3 }, { row: 3, column: 3 })), new Set([24]))
  assert.equal(cellAt(7, { row: 7, column: 0 }), -1)
  for (let k = 1; k < 40; k++) {
    const cells = line(8, { row: 0, column: 0 }, { row: k % 8, column: (3 * k) % 8 })
    for (let i = 1; i < cells.length; i++) {
      const [a, b] = [cells[i - 1], cells[i]]
      assert.ok(Math.abs(Math.floor(a / 8) - Math.floor(b / 8)) <= 1 && Math.abs((a % 8) - (b % 8)) <= 1)
    }
  }
})

test("a rectangle follows the pointer, up and to the left too, and stays in the picture", () => {
  const expected = [1, 2].flatMap((row) => [2, 3, 4, 5].map((column) => 7 * row + column))
  assert.deepEqual(box(7, { row: 1, column: 5 }, { row: 2, column: 2 }), expected)
  assert.deepEqual(box(7, { row: 2, column: 2 }, { row: 1, column: 5 }), expected)
  assert.deepEqual(box(3, { row: 1, column: 1 }, { row: 9, column: -4 }), [3, 4, 6, 7])
})

test("drags and the history", () => {
  const { drag, press, mask } = edited()
  const diagonal = [0, 8, 16, 24, 32, 40, 48]
  assert.equal(drag(diagonal), true)
  const both = [0, 1, 8, 16, 24, 32, 40, 48]
  assert.deepEqual(mask(), both)
  drag([0, 1, 2, 3, 10, 17, 24], false)
  assert.deepEqual(mask(), [8, 16, 32, 40, 48])
  assert.equal(drag([42, 43], false), false, "nothing was hidden there")
  press("undo")
  assert.deepEqual(mask(), both)
  press("undo")
  assert.deepEqual(mask(), START)
  assert.equal(press("undo"), false)
  press("redo")
  assert.deepEqual(mask(), both)
  press("invert")
  const others = [...Array(49).keys()].filter((i) => !both.includes(i))
  assert.deepEqual(mask(), others)
  press("clear")
  assert.deepEqual(mask(), [])
  press("undo")
  assert.deepEqual(mask(), others)
  drag([0])
  assert.equal(press("redo"), false, "a new step ends the future")
})

test("a running drag can be taken back", () => {
  const { editor, mask } = edited()
  editor.begin("drag")
  editor.set([22, 23, 24], true)
  editor.takeBack()
  assert.equal(editor.finish(), false)
  assert.deepEqual(mask(), START)
})

test("a patch that is visible again is no longer kept", () => {
  const { editor, drag } = edited([0, 1, 23])
  editor.pinned = 23
  drag([1], false)
  assert.equal(editor.pinned, 23)
  drag([23], false)
  assert.equal(editor.pinned, null)
})

test("Python fills: Undo leads back to what was painted, Redo to the fill", () => {
  const { editor, drag, press, mask } = edited()
  drag([30, 31, 32])
  editor.sent()
  editor.answered()
  assert.equal(editor.follow([5, 6], 5), false)
  assert.deepEqual([mask(), editor.pinned], [[5, 6], 5])
  press("undo")
  assert.deepEqual(mask(), [0, 1, 30, 31, 32])
  press("redo")
  assert.deepEqual(mask(), [5, 6])
})

test("Python fills while a stroke runs: the stroke lies on top", () => {
  const { editor, mask } = edited()
  editor.begin("drag")
  editor.set([42], true)
  editor.follow([5, 6], null)
  assert.deepEqual(mask(), [5, 6, 42])
  editor.set([43], true)
  assert.equal(editor.finish(), true)
  assert.deepEqual(mask(), [5, 6, 42, 43])
  editor.begin("button")
  editor.step("undo")
  editor.finish()
  assert.deepEqual(mask(), [5, 6])
})

test("Python fills before it has answered a stroke: the stroke is repeated, an answered one is not", () => {
  const { editor, drag, mask } = edited()
  drag([10])
  editor.sent()
  editor.answered()
  drag([20])
  editor.sent() // under way
  drag([21], true) // waits
  assert.equal(editor.follow([5, 6], null), true)
  assert.deepEqual(mask(), [5, 6, 20, 21])
})

test("what changes the whole mask is not repeated: it would undo Python's move", () => {
  for (const action of /** @type {const} */ (["undo", "invert", "clear"])) {
    const { editor, drag, press, mask } = edited()
    drag([10])
    editor.sent()
    editor.answered()
    press(action)
    editor.sent()
    assert.equal(editor.follow([5, 6], null), false, action)
    assert.deepEqual(mask(), [5, 6], action)
  }
})

test("the first mask is no step of the history", () => {
  const { editor } = edited()
  assert.equal(editor.history.past.length, 0)
  editor.follow(START, null)
  assert.equal(editor.history.past.length, 0)
})
