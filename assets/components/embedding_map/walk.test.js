import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { Clock } from "../kit/clock.testing.js"
import { aCloud } from "./cloud.testing.js"
import { ease, Walk } from "./walk.js"

/** @type {Clock} */
let clock
/** @type {((now: number) => void) | null} */
let frame
let unwelcome = false
beforeEach(() => {
  clock = new Clock()
  frame = null
  unwelcome = false
  Object.assign(globalThis, {
    requestAnimationFrame: (/** @type {(now: number) => void} */ run) => {
      frame = run
      return 1
    },
    cancelAnimationFrame: () => {
      frame = null
    },
    matchMedia: () => ({ matches: unwelcome }),
  })
})
afterEach(() => clock.restore())

/** The next frame, so many milliseconds after now. @param {number} later */
function shows(later) {
  const run = frame
  frame = null
  run?.(performance.now() + later)
}

test("slow, fast, slow", () => {
  assert.deepEqual([ease(0), ease(0.5), ease(1)], [0, 0.5, 1])
  assert.ok(ease(0.1) < 0.01 && ease(0.9) > 0.99)
})

test("points walk to another layout and stop there", () => {
  const cloud = aCloud()
  let painted = 0
  const walk = new Walk(() => {
    painted += 1
  })
  walk.to(cloud, 0)
  assert.equal(cloud.layout, 0)
  assert.equal(cloud.place(1)[0].toFixed(2), "0.90", "they have not left yet")
  shows(200)
  const midway = cloud.place(1)[0]
  assert.ok(midway > 0.51 && midway < 0.89)
  walk.to(cloud, 1) // and back, from where they are
  shows(0)
  assert.ok(Math.abs(cloud.place(1)[0] - midway) < 0.02)
  shows(500)
  assert.deepEqual([...cloud.places], [...cloud.layouts[1]])
  assert.deepEqual([frame, painted], [null, 3])
})

test("where motion is unwelcome they jump", () => {
  unwelcome = true
  const cloud = aCloud()
  new Walk(() => {}).to(cloud, 0)
  shows(0)
  assert.deepEqual([...cloud.places], [...cloud.layouts[0]])
  assert.equal(frame, null)
})

test("all ages are played from the first one on, unless somebody takes one", () => {
  /** @type {number[]} */
  const shown = []
  const walk = new Walk(() => {})
  walk.play(3, (layout) => shown.push(layout))
  clock.tick(1000)
  walk.play(3, (layout) => shown.push(layout))
  clock.tick(9000)
  assert.deepEqual(shown, [0, 1, 0, 1, 2])
  walk.play(3, (layout) => shown.push(layout))
  walk.pause()
  clock.tick(9000)
  assert.deepEqual(shown, [0, 1, 0, 1, 2, 0])
})
