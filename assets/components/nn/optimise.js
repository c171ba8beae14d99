// How a network takes a step down its gradient. Updates of SGD, momentum and Adam are torch's.

import { polar } from "./polar.js"

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Gradient} Gradient */
/** @typedef {"sgd" | "momentum" | "adam" | "spectral"} Name */
/** @typedef {{ taken: number, first: Float64Array[], second: Float64Array[] }} Memory of one optimiser */
/** @typedef {{ rows: number, columns: number }} Shape */

const MOMENTUM = 0.9
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8]

/** @returns {Memory} */
export const fresh = () => ({ taken: 0, first: [], second: [] })

/**
 * One step, in place.
 *
 * @param {Name} name
 * @param {Network} net
 * @param {Gradient[]} gradients
 * @param {number} rate
 * @param {Memory} memory
 */
export function descend(name, net, gradients, rate, memory) {
  memory.taken += 1
  net.layers.forEach((layer, l) => {
    const { inputs, outputs } = layer
    move(name, layer.weights, gradients[l].weights, { rows: outputs, columns: inputs }, rate, memory, 2 * l)
    move(name, layer.biases, gradients[l].biases, { rows: outputs, columns: 1 }, rate, memory, 2 * l + 1)
  })
}

/**
 * @param {Name} name
 * @param {Float64Array} values
 * @param {Float64Array} gradient
 * @param {Shape} shape
 * @param {number} rate
 * @param {Memory} memory
 * @param {number} slot of these values in the memory
 */
function move(name, values, gradient, shape, rate, memory, slot) {
  const way = WAYS[name](gradient, shape, memory, slot)
  for (let i = 0; i < values.length; i++) values[i] -= rate * way[i]
}

/** What is taken away, times the learning rate. @type {Record<Name, (g: Float64Array, shape: Shape, memory: Memory, slot: number) => Float64Array>} */
const WAYS = {
  sgd: (g) => g,
  momentum: (g, _, { first }, slot) => {
    const before = first[slot]
    first[slot] = before ? before.map((v, i) => MOMENTUM * v + g[i]) : g.slice()
    return first[slot]
  },
  adam: (g, _, { taken, first, second }, slot) => {
    const [m, v] = [first[slot] ?? new Float64Array(g.length), second[slot] ?? new Float64Array(g.length)]
    first[slot] = m.map((old, i) => BETA1 * old + (1 - BETA1) * g[i])
    second[slot] = v.map((old, i) => BETA2 * old + (1 - BETA2) * g[i] ** 2)
    const [one, two] = [1 - BETA1 ** taken, 1 - BETA2 ** taken]
    return first[slot].map((x, i) => x / one / (Math.sqrt(second[slot][i] / two) + EPSILON))
  },
  // Every matrix moves by the learning rate in the spectral norm, whatever its gradient's size; a vector in its length.
  spectral: (g, shape) => polar({ ...shape, values: g }).values,
}
