import assert from "node:assert/strict"
import { test } from "node:test"
import { Clock, RATE } from "./clock.js"
import { between, cellAt, count, painted, parse, spell, walked } from "./cubes.js"
import { placed, share, told } from "./words.js"

const SHAPE = { slots: 2, places: 3 }

test("a mask is spelled four cubes a digit, and read again", () => {
  assert.deepEqual([...parse("5", 4)], [1, 0, 1, 0])
  assert.deepEqual([...parse("18", 8)], [1, 0, 0, 0, 0, 0, 0, 1])
  for (const hex of ["00000", "fffff"]) assert.equal(spell(parse(hex, 20)), hex)
  const mask = Uint8Array.from({ length: 18 }, (_, i) => (i % 3 === 0 ? 1 : 0))
  assert.deepEqual(parse(spell(mask), 18), mask, "eighteen are no whole number of digits")
})

test("a place is hidden in one slot, or in all", () => {
  const nothing = new Uint8Array(18)
  const one = painted(nothing, SHAPE, [4, 5], 1, true)
  assert.deepEqual(
    [...one.keys()].filter((i) => one[i]),
    [13, 14],
  )
  assert.equal(count(one, SHAPE), 2)
  assert.deepEqual([count(one, SHAPE, 0), count(one, SHAPE, 1)], [0, 2])
  const everywhere = painted(nothing, SHAPE, [4], null, true)
  assert.deepEqual(
    [...everywhere.keys()].filter((i) => everywhere[i]),
    [4, 13],
  )
  assert.equal(painted(everywhere, SHAPE, [4], 0, true), everywhere, "nothing changes")
  assert.equal(count(painted(everywhere, SHAPE, [4], 0, false), SHAPE), 1)
  assert.equal(count(nothing, SHAPE), 0, "the mask before is what it was")
})

test("a quick stroke leaves no gap, and what is outside counts as the edge", () => {
  assert.deepEqual(between(0, 8, 3), [0, 4, 8])
  assert.deepEqual(between(3, 3, 3), [3, 3])
  assert.equal(cellAt({ x: 0.5, y: 0.99 }, 3), 7)
  assert.equal(cellAt({ x: -2, y: 7 }, 3), 6)
})

test("arrows walk over the places and stay inside", () => {
  assert.deepEqual(
    ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map((key) => walked(key, 4, 3)),
    [5, 3, 7, 1],
  )
  assert.deepEqual(
    ["ArrowRight", "ArrowDown"].map((key) => walked(key, 8, 3)),
    [8, 8],
  )
  assert.equal(walked("a", 4, 3), null)
})

test("the clock goes round at its speed, and stands still where it is told to", () => {
  const clock = new Clock()
  clock.frames = 4
  assert.equal(clock.pass(1), false, "it is not playing")
  clock.playing = true
  assert.equal(clock.pass(1 / RATE), true)
  assert.equal(clock.frame, 1)
  clock.speed = 0.25
  assert.equal(clock.pass(1 / RATE), false)
  clock.speed = 1
  for (let i = 0; i < 3; i++) clock.pass(1 / RATE)
  assert.equal(clock.frame, 0, "after the last frame comes the first")
  clock.pass(60)
  assert.ok(clock.at <= 4, "a long pause of the browser's does not count")
  clock.show(-1)
  assert.deepEqual([clock.frame, clock.playing], [3, false])
  clock.show(4)
  assert.equal(clock.frame, 0)
})

test("it says what is hidden", () => {
  assert.equal(share(384, 512), "384 of 512 hidden (75%)")
  assert.equal(share(461, 512), "461 of 512 hidden (90.0%)")
  assert.equal(placed(10, 8), "row 2, column 3")
  const of = {
    about: "a star",
    note: "error 0.1",
    frame: 2,
    frames: 16,
    playing: false,
    hidden: 8,
    all: 512,
    here: 1,
    places: 8,
  }
  assert.equal(
    told(of),
    "The clip: a star. 8 of 512 hidden (1.6%). Filled in: error 0.1. Frame 3 of 16 is shown; 1 of its 64 places are hidden.",
  )
  assert.ok(told({ ...of, playing: true }).endsWith("It is playing."))
})
