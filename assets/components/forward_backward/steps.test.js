import assert from "node:assert/strict"
import { test } from "node:test"
import { backward, forward } from "./engine.js"
import { pathOf, toldLosses } from "./history.js"
import { number, vector } from "./numbers.js"
import { equations, gradientKnown, LAST, nudge, step, told, valueKnown, valuesOf, weightsKnown } from "./steps.js"

const VALUES = Array.from({ length: 28 }, (_, i) => Math.cos(3 * i) * 1.2)

/** @param {number} at @param {import("./engine.js").Activation} activation */
function flow(at, activation = "tanh") {
  const trace = forward(VALUES, activation)
  return { values: VALUES, activation, at, trace, gradients: backward(VALUES, trace) }
}

/** The left side of an equation as a number, or as several. @param {string} text @returns {number[]} */
function evaluated(text) {
  const code = text
    .replaceAll("−", "-")
    .replaceAll("·", "*")
    .replaceAll("½", "0.5")
    .replaceAll("²", "**2")
    .replace(/\(([^()]*,[^()]*)\)/g, "V([$1])")
    .replace(/\b(tanh|sigmoid|ReLU)\(/g, "F.$1(")
    .replace(/^\((-[\d.]+)\) \* V|^([\d.]+) \* V/, (_, a, b) => `${a ?? b} , V`)
  const F = {
    tanh: Math.tanh,
    sigmoid: (/** @type {number} */ z) => 1 / (1 + Math.exp(-z)),
    ReLU: (/** @type {number} */ z) => Math.max(z, 0),
  }
  const V = (/** @type {number[]} */ v) => v
  const found = new Function("F", "V", `return [${code}]`)(F, V)
  return Array.isArray(found[1]) ? found[1].map((/** @type {number} */ x) => found[0] * x) : found.flat()
}

test("the equation of each step, worked out, is what it says", () => {
  for (const activation of /** @type {const} */ (["tanh", "sigmoid", "relu"]))
    for (let at = 1; at <= LAST; at++)
      for (const line of equations(flow(at, activation))) {
        const [left, right] = line.split(" = ")
        const [sum, says] = [evaluated(left), evaluated(right)]
        assert.equal(sum.length, says.length, line)
        sum.forEach((x, i) => {
          assert.ok(Math.abs(x - says[i]) < 0.02, `${line}: ${x}`)
        })
      }
})

test("what is known grows with each step", () => {
  const known = (/** @type {number} */ at) =>
    [0, 1, 2, 3, 4, 5, 6].map((c) => Number(valueKnown(c, at)) + Number(gradientKnown(c, at))).reduce((a, b) => a + b) +
    [1, 2, 3].filter((layer) => weightsKnown(layer, at)).length
  for (let at = 1; at <= LAST; at++) assert.equal(known(at), known(at - 1) + 1, `step ${at}`)
  assert.equal(known(0), 1)
})

test("the columns are the trace", () => {
  const { trace } = flow(LAST)
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((c) => valuesOf(flow(LAST), c)),
    [trace.inputs[0], trace.pre[0], trace.inputs[1], trace.pre[1], trace.inputs[2], trace.pre[2]],
  )
  assert.deepEqual(valuesOf(flow(LAST), 6), [trace.loss])
})

test("steps are named with the activation, and told with what is known", () => {
  assert.equal(step(2, "relu").title, "a₁ = ReLU(z₁)")
  assert.equal(step(13, "tanh").title, "∂L/∂z₁ = ∂L/∂a₁ · tanh′(z₁)")
  assert.ok(!told(flow(3)).includes("a₂ ="))
  assert.ok(!told(flow(6)).includes("dL/d"))
  const all = told(flow(LAST))
  for (const part of [`L = ${number(flow(LAST).trace.loss)}`, "dL/dz₁ = (", "W₃ = ("])
    assert.ok(all.includes(part), part)
})

test("numbers have about three digits and a true minus", () => {
  assert.deepEqual([0, -0, 1, -0.5, 12.34, 123.4, 0.1234, 0.00567, -0.00001234].map(number), [
    "0",
    "0",
    "1.00",
    "−0.500",
    "12.3",
    "123",
    "0.123",
    "0.0057",
    "−1e−5",
  ])
  assert.deepEqual([vector([1]), vector([1, -2])], ["1.00", "(1.00, −2.00)"])
})

test("what a nudge promises and does", () => {
  assert.equal(
    nudge("y", 2, 0.021, 0.01),
    "∂L/∂y = 2.00: raise y by 0.01 and the loss rises by about 0.020. Computed anew, it changes by 0.021.",
  )
  assert.ok(nudge("y", -2, -0.019, 0.01).includes("falls by about 0.020"))
  assert.ok(nudge("y", 0, 0, 0.01).includes("the loss stays as it is."))
})

test("the losses as a line and in words", () => {
  assert.equal(pathOf([1]), "")
  assert.equal(pathOf([2, 1]), "M0.00,1.00L100.00,15.00")
  assert.ok(!pathOf([0, 0, 0]).includes("NaN"))
  assert.deepEqual([[3], [3, 1], [1, 3], [2, 2]].map(toldLosses), [
    "Loss 3.00",
    "Step 1: the loss fell from 3.00 to 1.00",
    "Step 1: the loss rose from 1.00 to 3.00",
    "Step 1: the loss stayed at 2.00",
  ])
})
