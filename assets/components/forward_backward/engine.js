// The network of the lesson: forward, backward and a step of gradient descent, on one example, without a browser.
//
// Three linear layers, 2 -> 3 -> 3 -> 1, with an activation after the first two and the loss L = (out - y)^2 / 2. All numbers that a
// person can change stand in one list, see SLOTS; gradients stand in a list of the same order.

export const WIDTHS = [2, 3, 3, 1]
export const LAYERS = WIDTHS.length - 1
const SUBSCRIPTS = ["₀", "₁", "₂", "₃"]

/** @typedef {"tanh" | "sigmoid" | "relu"} Activation */
/** @typedef {number[][]} Matrix */
/** @typedef {{ kind: "x" | "y" | "w" | "b", layer: number, row: number, column: number, name: string }} Slot layer: 1 to 3; 0 for x and y */
/** @typedef {{ x: number[], y: number, weights: Matrix[], biases: number[][] }} Net weights[0] is of layer 1 */
/**
 * @typedef {object} Trace
 * @property {number[][]} inputs of each layer: x, a1, a2
 * @property {number[][]} pre z1, z2, z3
 * @property {number[][]} slopes of the activation at z1 and z2
 * @property {number} loss
 */
/**
 * @typedef {object} Gradients
 * @property {number[][]} deltas dL/dz of each layer
 * @property {number[][]} inputs dL/d(input) of each layer: x, a1, a2
 * @property {number[]} flat of each slot, x and y too
 */

/** What each number of the list is. */
export const SLOTS = slots()
/** How many of them come before the first weight. */
export const FIRST_WEIGHT = WIDTHS[0] + 1

function slots() {
  /** @type {Slot[]} */
  const found = [0, 1].map((i) => ({ kind: "x", layer: 0, row: i, column: 0, name: `x${SUBSCRIPTS[i + 1]}` }))
  found.push({ kind: "y", layer: 0, row: 0, column: 0, name: "y" })
  for (let layer = 1; layer <= LAYERS; layer++) {
    const sign = SUBSCRIPTS[layer]
    for (let row = 0; row < WIDTHS[layer]; row++)
      for (let column = 0; column < WIDTHS[layer - 1]; column++)
        found.push({ kind: "w", layer, row, column, name: `W${sign}[${row + 1},${column + 1}]` })
    for (let row = 0; row < WIDTHS[layer]; row++)
      found.push({ kind: "b", layer, row, column: 0, name: `b${sign}[${row + 1}]` })
  }
  return found
}

/** Where a weight stands in the list. @param {number} layer @param {number} row @param {number} column */
export const slotOfWeight = (layer, row, column) =>
  SLOTS.findIndex((slot) => slot.kind === "w" && slot.layer === layer && slot.row === row && slot.column === column)

/** The list as matrices and vectors. @param {number[]} values @returns {Net} */
export function net(values) {
  let at = FIRST_WEIGHT
  const take = (/** @type {number} */ count) => {
    at += count
    return values.slice(at - count, at)
  }
  /** @type {Matrix[]} */
  const weights = []
  /** @type {number[][]} */
  const biases = []
  for (let layer = 1; layer <= LAYERS; layer++) {
    weights.push(Array.from({ length: WIDTHS[layer] }, () => take(WIDTHS[layer - 1])))
    biases.push(take(WIDTHS[layer]))
  }
  return { x: values.slice(0, WIDTHS[0]), y: values[WIDTHS[0]], weights, biases }
}

/** @type {Record<Activation, (z: number) => number>} */
const ACTIVATE = { tanh: Math.tanh, sigmoid: (z) => 1 / (1 + Math.exp(-z)), relu: (z) => Math.max(z, 0) }
/** The derivative, from the activation a and its argument z. @type {Record<Activation, (a: number, z: number) => number>} */
const SLOPE = { tanh: (a) => 1 - a * a, sigmoid: (a) => a * (1 - a), relu: (_, z) => (z > 0 ? 1 : 0) }

/** Values flow forward. @param {number[]} values @param {Activation} activation @returns {Trace} */
export function forward(values, activation) {
  const { x, y, weights, biases } = net(values)
  /** @type {Trace} */
  const trace = { inputs: [x], pre: [], slopes: [], loss: 0 }
  for (let l = 0; l < LAYERS; l++) {
    const z = weights[l].map((row, i) => dot(row, trace.inputs[l]) + biases[l][i])
    trace.pre.push(z)
    if (l === LAYERS - 1) break
    const a = z.map(ACTIVATE[activation])
    trace.inputs.push(a)
    trace.slopes.push(z.map((zi, i) => SLOPE[activation](a[i], zi)))
  }
  trace.loss = (trace.pre[LAYERS - 1][0] - y) ** 2 / 2
  return trace
}

/** Gradients flow backward: each layer's delta is made of the one behind it. @param {number[]} values @param {Trace} trace @returns {Gradients} */
export function backward(values, trace) {
  const { y, weights } = net(values)
  /** @type {number[][]} */
  const deltas = []
  /** @type {number[][]} */
  const inputs = []
  /** @type {number[][]} */
  const flat = []
  let delta = [trace.pre[LAYERS - 1][0] - y]
  for (let l = LAYERS - 1; l >= 0; l--) {
    const below = trace.inputs[l].map((_, j) => weights[l].reduce((sum, row, i) => sum + row[j] * delta[i], 0))
    deltas.unshift(delta)
    inputs.unshift(below)
    flat.unshift([...delta.flatMap((d) => trace.inputs[l].map((a) => d * a)), ...delta])
    if (l) delta = below.map((g, i) => g * trace.slopes[l - 1][i])
  }
  return { deltas, inputs, flat: [...inputs[0], -deltas[LAYERS - 1][0], ...flat.flat()] }
}

/** The weights after one step of gradient descent, none beyond `limit`; x and y stay. @param {number[]} values @param {number[]} gradient @param {number} rate @param {number} limit */
export function descended(values, gradient, rate, limit) {
  return values.map((v, i) => (i < FIRST_WEIGHT ? v : Math.min(limit, Math.max(-limit, v - rate * gradient[i]))))
}

/** How much the loss really changes where one number is raised by h. @param {number[]} values @param {Activation} activation @param {number} slot @param {number} h */
export function nudged(values, activation, slot, h) {
  const other = values.slice()
  other[slot] += h
  return forward(other, activation).loss - forward(values, activation).loss
}

/** @param {number[]} a @param {number[]} b */
function dot(a, b) {
  return a.reduce((sum, x, i) => sum + x * b[i], 0)
}
