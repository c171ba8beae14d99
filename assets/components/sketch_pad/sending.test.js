import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import { Clock } from "../kit/clock.testing.js"
import { Sending } from "./sending.js"

/** @type {Clock} */
let clock
beforeEach(() => {
  clock = new Clock()
})
afterEach(() => clock.restore())

/** A pad whose picture is one number, and what Python hears of it. */
function drawing() {
  const pad = { ink: 0, moving: false, busy: false, rested: 0 }
  /** @type {number[]} */
  const told = []
  const sending = new Sending(
    {
      pixels: () => Uint8Array.of(pad.ink),
      moving: () => pad.moving,
      busy: () => pad.busy,
      tell: ([ink]) => {
        told.push(ink)
        pad.busy = true
      },
      rested: () => {
        pad.rested += 1
      },
    },
    () => clock.now,
  )
  sending.known = Uint8Array.of(0)
  const move = () => {
    pad.ink += 1
    sending.offer()
  }
  return { pad, told, sending, move }
}

test("a short stroke is one message, at its end", () => {
  const { pad, told, sending, move } = drawing()
  sending.begin()
  pad.moving = true
  for (let i = 0; i < 9; i++) {
    move()
    clock.tick(10)
  }
  pad.moving = false
  sending.send()
  clock.tick(1000)
  assert.deepEqual(told, [9])
})

test("a long one is sent on the way, one message at a time", () => {
  const { pad, told, sending, move } = drawing()
  sending.begin()
  pad.moving = true
  move()
  clock.tick(100)
  assert.deepEqual(told, [1])
  for (let i = 0; i < 12; i++) {
    move() // its answer is out: longer than the shortest time between two messages
    clock.tick(50)
  }
  assert.deepEqual(told, [1])
  pad.busy = false
  sending.offer()
  clock.tick(0)
  assert.deepEqual(told, [1, 13])
  pad.busy = false
  move()
  clock.tick(99)
  assert.equal(told.length, 2)
  clock.tick(1)
  assert.deepEqual(told, [1, 13, 14])
})

test("the end of a stroke waits for nothing, and what Python knows is not sent", () => {
  const { pad, told, sending } = drawing()
  pad.busy = true
  pad.ink = 5
  sending.send()
  sending.send()
  assert.deepEqual(told, [5])
  pad.ink = 0
  sending.known = Uint8Array.of(0) // Python replaced the drawing
  sending.send()
  assert.deepEqual(told, [5])
})

test("keys rest before they are sent, and a stroke that begins meanwhile says it for them", () => {
  const { pad, sending } = drawing()
  for (let i = 0; i < 5; i++) {
    sending.rest()
    clock.tick(100)
  }
  assert.equal(pad.rested, 0)
  clock.tick(20)
  assert.equal(pad.rested, 1)
  sending.rest()
  sending.begin()
  sending.rest()
  sending.hold()
  clock.tick(1000)
  assert.equal(pad.rested, 1)
})
