import assert from "node:assert/strict"
import { test } from "node:test"
import { form, inView, Stay } from "./places.js"

test("what there is room for beside the page", () => {
  assert.deepEqual([14, 80, 218].map(form), ["folded", "rail", "list"])
})

test("the act in view is the last that begins above the line", () => {
  const line = 200
  assert.equal(inView([60, 900, 1500], line, false), 0)
  assert.equal(inView([-700, 190, 800], line, false), 1)
  assert.equal(inView([-900, null, 100, 600], line, false), 2, "one that is not on the page is passed over")
  assert.equal(inView([-900, 300, 700], line, true), 2, "short ones at the end are reached, too")
  assert.equal(inView([], line, true), 0)
})

/** A page of 3000 pixels on a screen of 1000, with an act at 2000. */
function page() {
  let top = 0
  const made = {
    height: 3000,
    act: 2000,
    get scrollHeight() {
      return made.height
    },
    get scrollTop() {
      return top
    },
    set scrollTop(to) {
      top = Math.max(0, Math.min(to, made.height - 1000))
    },
    distance: () => made.act - top,
    grows(/** @type {number} */ by) {
      made.height += by
      made.act += by
    },
  }
  return made
}

test("an act stays in its place while parts above it are drawn", () => {
  const screen = page()
  const stay = new Stay(screen)
  stay.at(screen.distance)
  assert.equal(screen.scrollTop, 2000)
  screen.grows(700)
  stay.settle()
  stay.scrolled() // a browser tells of our own scrolling later
  assert.deepEqual([screen.scrollTop, stay.stays], [2700, true])
})

test("who scrolls goes where they like", () => {
  const screen = page()
  const stay = new Stay(screen)
  stay.at(screen.distance)
  screen.scrollTop = 1500
  stay.scrolled()
  screen.grows(700)
  stay.settle()
  assert.deepEqual([screen.scrollTop, stay.stays], [1500, false])
})

test("the last act stands as high as the page lets it, and one that comes late is waited for", () => {
  const screen = page()
  screen.act = 2900
  const stay = new Stay(screen)
  /** @type {(() => number) | null} */
  let there = null
  stay.at(() => there?.() ?? null)
  assert.equal(screen.scrollTop, 0)
  there = screen.distance
  stay.settle()
  stay.scrolled()
  assert.deepEqual([screen.scrollTop, stay.stays], [2000, true])
})
