import assert from "node:assert/strict"
import { test } from "node:test"
import { stackOf, steps, told } from "./functions.js"

test("a stack keeps every step, and leaves out what is nothing", () => {
  const stack = stackOf(["linear", "none", "relu", "nobody"])
  assert.deepEqual(stack, ["linear", "relu"])
  assert.deepEqual(steps(stack, 0.25), [0.25, -0.5, 0])
  assert.deepEqual(steps(stack, 2), [2, 3, 3])
  assert.equal(told(["linear", "ReLU"], [0.25, -0.5, 0]), "x = 0.25, after linear: -0.50, after ReLU: 0.00")
})
