// Functions of one number, and stacks of them.

import { CURVES } from "../nn/activations.js"
import { softmax } from "../nn/network.js"

export const REACH = 3
const EPSILON = 1e-5 // of a layer norm, as torch's

/** The first number of the layer norm of (x, 0, 1). @param {number} x */
function norm(x) {
  const mean = (x + 1) / 3
  const variance = ((x - mean) ** 2 + mean ** 2 + (1 - mean) ** 2) / 3
  return (x - mean) / Math.sqrt(variance + EPSILON)
}

/** @type {Record<string, (x: number) => number>} */
const FUNCTIONS = {
  identity: (x) => x,
  linear: (x) => 2 * x - 1,
  relu: CURVES.relu.of,
  sigmoid: CURVES.sigmoid.of,
  tanh: CURVES.tanh.of,
  gelu: CURVES.gelu.of,
  softmax: (x) => softmax(Float64Array.of(x, 0), 2)[0],
  norm,
}

/** The functions of a stack in their order; "none" is left out. @param {string[]} names */
export const stackOf = (names) => names.filter((name) => name in FUNCTIONS)

/** x and what it is after each function. @param {string[]} stack @param {number} x */
export function steps(stack, x) {
  const found = [x]
  for (const name of stack) found.push(FUNCTIONS[name](found[found.length - 1]))
  return found
}

/** "x = 1.20, after linear: 1.40, after ReLU: 1.40". @param {string[]} shown @param {number[]} values */
export const told = (shown, values) =>
  [`x = ${values[0].toFixed(2)}`, ...shown.map((name, i) => `after ${name}: ${values[i + 1].toFixed(2)}`)].join(", ")
