// A network of dense layers that classifies points: forward, every layer kept; backward, by the chain rule.
//
// linear, activation, linear, activation, ..., linear, softmax. Matrices lie row by row in Float64Arrays: a weight matrix has
// a row for each of its outputs, as torch's has, and a batch has a row for each point.

import { CURVES } from "./activations.js"
import { stream } from "./random.js"

/** @typedef {import("./activations.js").Activation} Activation */
/** @typedef {{ inputs: number, outputs: number, weights: Float64Array, biases: Float64Array }} Layer */
/** @typedef {{ activation: Activation, layers: Layer[] }} Network */
/** @typedef {{ width: number, values: Float64Array }} Plane n points of that many numbers, row by row */
/** @typedef {{ weights: Float64Array, biases: Float64Array }} Gradient of one layer */

/**
 * A network with random weights: normal ones of variance gain / inputs (He et al. 2015), where gain is 2 for ReLU and GELU,
 * which lose half of what comes, and else 1. Biases lie evenly between -1 / sqrt(inputs) and 1 / sqrt(inputs).
 *
 * @param {number[]} widths of the input, of each hidden layer and of the output
 * @param {Activation} activation
 * @param {number} seed
 * @returns {Network}
 */
export function network(widths, activation, seed) {
  const draw = stream(seed, "weights")
  const gain = activation === "relu" || activation === "gelu" ? 2 : 1
  const layers = widths.slice(1).map((outputs, i) => {
    const inputs = widths[i]
    const spread = Math.sqrt(gain / inputs)
    const weights = Float64Array.from({ length: inputs * outputs }, () => spread * ordinary(draw))
    const biases = Float64Array.from({ length: outputs }, () => (2 * draw() - 1) / Math.sqrt(inputs))
    return { inputs, outputs, weights, biases }
  })
  return { activation, layers }
}

/** A normal number that is no outlier: drawn again beyond two deviations, so that few units start dead. @param {() => number} draw */
function ordinary(draw) {
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())
    if (Math.abs(x) < 2) return x
  }
}

/** @param {Network} net @returns {Network} */
export const copy = (net) => ({
  activation: net.activation,
  layers: net.layers.map((one) => ({ ...one, weights: one.weights.slice(), biases: one.biases.slice() })),
})

/**
 * Every layer of every point: the input, and then what each linear layer, each activation and the softmax make of it.
 *
 * @param {Network} net
 * @param {ArrayLike<number>} inputs n points, row by row
 * @returns {Plane[]} 1 + 2 for each layer
 */
export function forward({ activation, layers }, inputs) {
  const { of } = CURVES[activation]
  /** @type {Plane[]} */
  const planes = [{ width: layers[0].inputs, values: Float64Array.from(inputs) }]
  layers.forEach((layer, i) => {
    const summed = linear(layer, planes[planes.length - 1].values)
    planes.push({ width: layer.outputs, values: summed })
    const values = i + 1 < layers.length ? summed.map(of) : softmax(summed, layer.outputs)
    planes.push({ width: layer.outputs, values })
  })
  return planes
}

/** W x + b for each row x. @param {Layer} layer @param {Float64Array} rows */
export function linear({ inputs, outputs, weights, biases }, rows) {
  const n = rows.length / inputs
  const out = new Float64Array(n * outputs)
  for (let r = 0; r < n; r++)
    for (let o = 0; o < outputs; o++) {
      let sum = biases[o]
      for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i] * rows[r * inputs + i]
      out[r * outputs + o] = sum
    }
  return out
}

/** The softmax of each row. @param {Float64Array} rows @param {number} width @param {number} [temperature] */
export function softmax(rows, width, temperature = 1) {
  const out = new Float64Array(rows.length)
  for (let at = 0; at < rows.length; at += width) {
    let most = Number.NEGATIVE_INFINITY
    for (let k = at; k < at + width; k++) most = Math.max(most, rows[k])
    let sum = 0
    for (let k = at; k < at + width; k++) {
      out[k] = Math.exp((rows[k] - most) / temperature)
      sum += out[k]
    }
    for (let k = at; k < at + width; k++) out[k] /= sum
  }
  return out
}

/** The mean cross-entropy of the points' own classes, in nats. @param {Plane} scores of the last linear layer @param {ArrayLike<number>} classes */
export function crossEntropy({ width, values }, classes) {
  const n = classes.length
  let sum = 0
  for (let r = 0; r < n; r++) {
    let most = Number.NEGATIVE_INFINITY
    for (let k = 0; k < width; k++) most = Math.max(most, values[r * width + k])
    let total = 0
    for (let k = 0; k < width; k++) total += Math.exp(values[r * width + k] - most)
    sum += most + Math.log(total) - values[r * width + classes[r]]
  }
  return n ? sum / n : Number.NaN
}

/** The share of points whose own class has the largest score. @param {Plane} scores @param {ArrayLike<number>} classes */
export function accuracy({ width, values }, classes) {
  const n = classes.length
  let right = 0
  for (let r = 0; r < n; r++) {
    let best = 0
    for (let k = 1; k < width; k++) if (values[r * width + k] > values[r * width + best]) best = k
    if (best === classes[r]) right += 1
  }
  return n ? right / n : Number.NaN
}

/**
 * The gradient of the mean cross-entropy plus l2 / 2 times the sum of all squared weights; biases are not held small.
 *
 * @param {Network} net
 * @param {Plane[]} planes of `forward`
 * @param {ArrayLike<number>} classes
 * @param {number} l2
 * @returns {Gradient[]} one for each layer
 */
export function backward({ activation, layers }, planes, classes, l2) {
  const { slope } = CURVES[activation]
  const n = classes.length
  const last = planes[planes.length - 1]
  let error = last.values.map((p, i) => (p - Number(classes[Math.floor(i / last.width)] === i % last.width)) / n)
  /** @type {Gradient[]} */
  const gradients = []
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l]
    gradients.unshift(ofLayer(layer, planes[2 * l].values, error, l2))
    if (!l) break
    const back = backThrough(layer, error)
    const before = planes[2 * l - 1].values
    error = back.map((e, i) => e * slope(before[i]))
  }
  return gradients
}

/** @param {Layer} layer @param {Float64Array} rows that came in @param {Float64Array} error of what went out @param {number} l2 */
function ofLayer({ inputs, outputs, weights }, rows, error, l2) {
  const found = { weights: weights.map((w) => l2 * w), biases: new Float64Array(outputs) }
  const n = error.length / outputs
  for (let r = 0; r < n; r++)
    for (let o = 0; o < outputs; o++) {
      const e = error[r * outputs + o]
      found.biases[o] += e
      for (let i = 0; i < inputs; i++) found.weights[o * inputs + i] += e * rows[r * inputs + i]
    }
  return found
}

/** @param {Layer} layer @param {Float64Array} error */
function backThrough({ inputs, outputs, weights }, error) {
  const n = error.length / outputs
  const back = new Float64Array(n * inputs)
  for (let r = 0; r < n; r++)
    for (let o = 0; o < outputs; o++) {
      const e = error[r * outputs + o]
      for (let i = 0; i < inputs; i++) back[r * inputs + i] += e * weights[o * inputs + i]
    }
  return back
}
